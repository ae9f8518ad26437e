"""A folder in which to assess small tables, without starting a process for each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sojourn.framework.model import Framework
from sojourn.language import load_framework
from sojourn.standards import runs
from sojourn.standards.csv_check import BadTableError
from sojourn.standards.tables import open_source
from tests.cli.conftest import FRAMEWORK


@dataclass(frozen=True)
class Folder:
    """Where the tables of one test lie."""

    path: Path
    framework: Framework

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(self, source: str, keys: tuple[str, ...] = (), **options: Any) -> runs.Summary:
        opened = open_source(self.path / source, self.framework, keys)
        output = self.path / options.pop("output", "out.parquet")
        return runs.run(self.framework, opened, output, **options)

    def found(self, source: str, **options: Any) -> pl.DataFrame:
        self.run(source, **options)
        return pl.read_parquet(self.path / "out.parquet")

    def refused(self, source: str, **options: Any) -> str:
        """The message, after a look that nothing was left behind."""
        before = sorted(self.path.iterdir())
        with pytest.raises(BadTableError) as caught:
            self.run(source, **options)
        assert sorted(self.path.iterdir()) == before
        return str(caught.value)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path, load_framework(FRAMEWORK))
