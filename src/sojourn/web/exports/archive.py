"""Several tables in one ZIP archive that leaves in pieces: no table is whole in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping


class _Leaving(io.RawIOBase):
    """Where the archive is written to: what was written since the last look is taken away."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]  # whatever holds bytes
        self._held += piece
        return len(piece)

    def taken(self) -> bytes:
        piece, self._held = bytes(self._held), bytearray()
        return piece


def zipped(tables: Mapping[str, Iterable[bytes]]) -> Iterator[bytes]:
    """The archive, piece by piece; each table is asked for when its turn comes."""
    out = _Leaving()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, pieces in tables.items():
            with whole.open(name, "w", force_zip64=True) as held:
                for piece in pieces:
                    held.write(piece)
                    if leaves := out.taken():
                        yield leaves
    yield out.taken()
