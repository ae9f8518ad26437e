"""The files inside a workbook: a ZIP of XML, looked at with care before it is unpacked."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import IO
from xml.parsers import expat

DAMAGED = "this is not an XLSX workbook, or it is damaged; open it and save it again"
MOST_PARTS = 10_000
"""Files inside a workbook, pictures and the like included."""
MOST_LISTED = 4_000_000
"""Bytes of the list of those files."""
BYTES_PER_TAG = 10
"""So many bytes a tag takes in a workbook as programs write it; tiny ones in masses are refused."""
DEEPEST = 100
"""XML elements within elements."""
LONGEST_TAG = 1_000_000
"""Bytes of one piece of XML, such as a tag with all that it holds."""
_CHUNK = 1 << 16
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
)
"""What reading a damaged ZIP or XML can end in."""

_OTHER_KINDS = {
    b"%PDF": "this is a PDF document and holds no table; save the table itself as .xlsx",
    b"\x1f\x8b": "this is a compressed file; unpack it first",
    b"{\\rt": "this is a text document; copy its table into a workbook and save that as .xlsx",
}
_OTHER_ARCHIVES = {
    "xl/workbook.bin": "this is a binary workbook (.xlsb); save it as .xlsx",
    "content.xml": "this is an OpenDocument file (such as .ods); save it as .xlsx",
    "word/document.xml": "this is a text document; copy its tables into a workbook (.xlsx)",
    "Index/Document.iwa": "this is a Numbers document; export it as .xlsx",
}


Source = Path | bytes
"""Where a workbook is: a file, or its content where it must not touch a disk."""


class WorkbookError(ValueError):
    """A file that cannot be read as a workbook; the message says what to do about it."""


class Parts:
    """The files inside one workbook. Raises `WorkbookError` for what is none or is too large."""

    def __init__(self, source: Source, most: int) -> None:
        _check_kind(source)
        try:
            self._zip = zipfile.ZipFile(BytesIO(source) if isinstance(source, bytes) else source)
        except _BROKEN as error:
            raise WorkbookError(DAMAGED) from error
        self._infos = {info.filename: info for info in self._zip.infolist()}
        self._left = self._most = most
        self._reading: IO[bytes] | None = None
        self.tags_left = most // BYTES_PER_TAG
        for name, message in _OTHER_ARCHIVES.items():
            if name in self._infos:
                self._zip.close()
                raise WorkbookError(message)

    def __enter__(self) -> Parts:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._reading is not None:  # a reader that stopped half-way
            self._reading.close()
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self._infos

    def read(self, name: str, reader: Reader) -> None:
        """Give the XML of one part to a reader, a little at a time."""
        for _ in self.steps(name, reader):
            pass

    def steps(self, name: str, reader: Reader) -> Iterator[None]:
        """As `read`, with a stop after every little piece."""
        info = self._infos.get(name)
        if info is None or info.flag_bits & 1:
            raise WorkbookError(DAMAGED)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise WorkbookError(DAMAGED)
        self._left -= info.file_size  # a part is never unpacked beyond the size it claims
        if self._left < 0:
            raise self.too_large()
        feed = _Feed(self, reader)
        try:
            with self._zip.open(info) as file:
                self._reading = file
                while chunk := file.read(_CHUNK):
                    feed.add(chunk)
                    yield
                feed.add(b"")
                yield
        except WorkbookError:
            raise
        except _BROKEN as error:
            raise WorkbookError(DAMAGED) from error

    def too_large(self) -> WorkbookError:
        return WorkbookError(
            f"this workbook unpacks to more than {self._most // 10**6} MB. Delete what lies "
            "below and beside the tables (empty rows and columns too), and save it again"
        )


class Reader:
    """Takes the events of an XML part. Names come without their prefix."""

    def start(self, name: str, attributes: Mapping[str, str], /) -> None: ...

    def end(self, name: str, /) -> None: ...

    def text(self, text: str, /) -> None: ...


class _Feed:
    """The XML parser of one part."""

    def __init__(self, parts: Parts, reader: Reader) -> None:
        self._parts, self._reader = parts, reader
        self._depth = self._fed = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._reader.text
        # No workbook declares a document type; entities that grow are declared in one.
        self._parser.StartDoctypeDeclHandler = _refuse

    def add(self, chunk: bytes) -> None:
        """The next piece, empty at the end."""
        self._parts.tags_left -= chunk.count(b"<")
        if self._parts.tags_left < 0:
            raise self._parts.too_large()
        self._parser.Parse(chunk, not chunk)
        self._fed += len(chunk)
        if self._fed - self._parser.CurrentByteIndex > LONGEST_TAG:
            raise WorkbookError(DAMAGED)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise WorkbookError(DAMAGED)
        if ":" in name:
            name = name[name.rfind(":") + 1 :]
        self._reader.start(name, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if ":" in name:
            name = name[name.rfind(":") + 1 :]
        self._reader.end(name)


def _refuse(*_: object) -> None:
    raise WorkbookError(DAMAGED)


def _open(source: Source) -> IO[bytes]:
    return BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _check_kind(path: Source) -> None:
    """Tell what is no ZIP from its first bytes, and refuse a ZIP with far too many files."""
    with _open(path) as file:
        begins = file.read(4)
        if begins == b"PK\x03\x04":
            _check_list(file)
            return
        if begins == b"\xd0\xcf\x11\xe0":
            raise WorkbookError(_old(begins + file.read(1 << 16)))
    if not begins:
        raise WorkbookError("this file is empty")
    raise WorkbookError(_OTHER_KINDS.get(begins) or _as_text(path))


def _old(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "this workbook is locked with a password; save a copy without one"
    return "this is a workbook of the old kind (.xls); save it as .xlsx"


def _as_text(path: Source) -> str:
    with _open(path) as file:
        begins = file.read(2000)
    if any(byte < 9 for byte in begins):
        return DAMAGED
    try:
        text = begins[:-3].decode("utf-8-sig").lstrip().lower()
    except UnicodeDecodeError:
        return DAMAGED
    if text.startswith("<"):
        return "this is a web page or XML under the name of a workbook; save it as .xlsx"
    return "this is a text file under the name of a workbook; is it a .csv or a .yaml file?"


def _check_list(file: IO[bytes]) -> None:
    """Refuse a list of parts that alone would fill the memory, before it is read."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise WorkbookError(DAMAGED)
    count, listed = struct.unpack("<HL", tail[at + 10 : at + 16])
    if at >= 76 and tail[at - 20 : at - 16] == b"PK\x06\x07":  # the same, for very large files
        count, listed = struct.unpack("<QQ", tail[at - 76 + 32 : at - 76 + 48])
    if count > MOST_PARTS or listed > MOST_LISTED:
        raise WorkbookError("this is no workbook: it holds far too many files")
