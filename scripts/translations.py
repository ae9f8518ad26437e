"""Compile and check the translations (.po files); needs no gettext on the machine.

`compile FILE...` writes the .mo beside each .po. `check` reads every .po and names what is wrong:
a file that cannot be read, a placeholder lost or invented in translation.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

LOCALE = Path(__file__).resolve().parent.parent / "src" / "sojourn" / "web" / "locale"


def read(path: Path) -> Catalog:
    """The catalogue in a .po file; its folder names the language."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, abort_invalid=True)


def problems(path: Path) -> Iterator[str]:
    """What a translator has to put right in this file, one line each."""
    try:
        catalogue = read(path)
    except (PoFileError, ValueError) as error:
        yield f"{path.name}: {error}"
        return
    for message, errors in catalogue.check():
        for error in errors:
            yield f"{path.parent.parent.name}, line {message.lineno}: {error}"


def compile_file(path: Path) -> None:
    """Write the .mo file that the application reads."""
    catalogue = read(path)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def main(arguments: list[str]) -> int:
    """Run one of the two words; 1 when something is wrong."""
    match arguments:
        case ["compile", *files] if files:
            for file in files:
                compile_file(Path(file))
            return 0
        case ["check"]:
            found = [line for path in sorted(LOCALE.rglob("*.po")) for line in problems(path)]
            sys.stderr.writelines(f"{line}\n" for line in found)
            return 1 if found else 0
    sys.stderr.write("Use: translations.py compile FILE... | check\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
