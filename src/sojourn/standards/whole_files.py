"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sojourn.standards.csv_check import BadTableError


@contextmanager
def all_or_nothing(output: Path) -> Iterator[Path]:
    """A hidden file beside `output` that takes its place when all went well."""
    hidden = _beside(output)
    try:
        yield hidden
        hidden.replace(output)
    finally:
        hidden.unlink(missing_ok=True)


@contextmanager
def whole_folder(output: Path) -> Iterator[Path]:
    """A hidden folder that becomes `output` when all went well. Refuses one that is there."""
    if output.exists():
        raise BadTableError(f"{output.name} is there already; name a new folder")
    hidden = _beside(output)
    try:
        hidden.mkdir()
        yield hidden
        hidden.replace(output)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def _beside(output: Path) -> Path:
    if not output.parent.is_dir():
        raise BadTableError(f"there is no folder {output.parent} to write {output.name} to")
    return output.with_name(f".{output.name}.part")
