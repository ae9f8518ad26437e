"""The project's type, in the parts that documents need: IBM Plex Sans, Latin and Arabic script.

The files are those of the packages @fontsource/ibm-plex-sans and -arabic (5.3.0), unchanged, under
the SIL Open Font License beside them. They travel here because documents are also made where the
web application was never built.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
WEIGHTS = (400, 600)
_SUBSETS = {"ibm-plex-sans": ("latin", "latin-ext"), "ibm-plex-sans-arabic": ("arabic",)}


def files() -> tuple[Path, ...]:
    """Every font file, in WOFF."""
    return tuple(
        HERE / f"{family}-{subset}-{weight}-normal.woff"
        for family, subsets in _SUBSETS.items()
        for subset in subsets
        for weight in WEIGHTS
    )


_NAME, _NAME_OF_MORE = "IBM Plex Sans", "Sojourn Latin"
"""Parts of one family under one name hide each other from a typesetter, so the further letters get
a name of their own, as long as the first."""


def unpack(folder: Path) -> None:
    """Write every font as a file that a typesetter reads: `IBM Plex Sans`, `Sojourn Latin` for the
    rarer Latin letters, and `IBM Plex Sans Arabic`."""
    for path in files():
        font = _plain(path.read_bytes())
        if "latin-ext" in path.name:
            for code in ("utf-16-be", "ascii"):
                font = font.replace(_NAME.encode(code), _NAME_OF_MORE.encode(code))
        (folder / path.with_suffix(".ttf").name).write_bytes(font)


def _plain(woff: bytes) -> bytes:
    """The same font without its wrapping: WOFF keeps each of a font's tables compressed."""
    flavour, count = struct.unpack(">4xI4xH", woff[:14])
    entries = [
        struct.unpack(">4sIIII", woff[at : at + 20]) for at in range(44, 44 + 20 * count, 20)
    ]
    power = 1 << (count.bit_length() - 1)
    header = (flavour, count, power * 16, power.bit_length() - 1, (count - power) * 16)
    directory, tables = struct.pack(">IHHHH", *header), b""
    start = 12 + 16 * count
    for tag, at, packed, length, checksum in entries:
        raw = woff[at : at + packed]
        table = zlib.decompress(raw) if packed < length else raw
        directory += struct.pack(">4sIII", tag, checksum, start + len(tables), length)
        tables += table + b"\0" * (-len(table) % 4)
    return directory + tables
