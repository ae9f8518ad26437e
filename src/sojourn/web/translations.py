"""Translations: the `.po` files are the source; `.mo` files are made from them where needed.

Babel reads and writes them, so no gettext tools are needed on the machine. `compile_all` runs when
the application starts and when a package is built; it does nothing where all is up to date.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"


def compile_all(folder: Path = LOCALE) -> int:
    """Makes every `.mo` that is missing or older than its `.po`; how many.

    A folder that cannot be written to is left as it is: an installed package brings its own.
    """
    return sum(_compile(source) for source in sorted(folder.glob("*/LC_MESSAGES/*.po")))


def _compile(source: Path) -> bool:
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return False
    with source.open("rb") as file:
        catalog = read_po(file)
    try:
        handle, temporary = tempfile.mkstemp(dir=source.parent)
    except OSError:
        return False
    with os.fdopen(handle, "wb") as file:
        write_mo(file, catalog)
    Path(temporary).chmod(0o644)  # words are no secret, and other users may run this copy
    Path(temporary).replace(target)
    return True


if __name__ == "__main__":
    compile_all()
