"""Check that every .po file can be read and that no placeholder was lost in translation."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po

LOCALE = Path(__file__).resolve().parent.parent / "src" / "sojourn" / "web" / "locale"


def problems(path: Path) -> Iterator[str]:
    """What a translator has to put right in this file, one line each."""
    language = path.parent.parent.name
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        yield f"{language}: {error}"
        return
    for message, wrong in catalogue.check():
        for found in wrong:
            yield f"{language}, line {message.lineno}: {found}"


def main() -> int:
    """Print every problem; 1 when there is any."""
    found = [line for path in sorted(LOCALE.rglob("*.po")) for line in problems(path)]
    sys.stderr.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
