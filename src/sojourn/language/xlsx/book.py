"""A workbook's sheets, row by row, as text."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sized
from dataclasses import dataclass, field
from string import digits

from sojourn.language.xlsx.parts import DAMAGED, Parts, Reader, Source, WorkbookError
from sojourn.language.xlsx.values import (
    DAY,
    DURATION,
    PLAIN,
    day_text,
    duration_text,
    kind_of_format,
    number_text,
    unescaped,
)

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""What a sheet of a workbook can hold."""
LONGEST_CELL = 100_000
"""Characters of one cell; spreadsheet programs stop at 32,767."""
MOST_TEXTS = 2_000_000
"""Different texts in one workbook."""
MOST_DECLARED = 100_000
"""Sheets, links or styles of one workbook."""
_MERGED = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")
_REF = re.compile(r"([A-Za-z]{1,3})[0-9]{1,7}")


@dataclass
class Sheet:
    """What was met in one sheet besides its rows. Complete once all rows were read.

    `unsaved` are formulas without a saved result, `errors` cells that say something like #REF!,
    `merged` the ranges of cells merged over several rows, each as it is written: A2:A4.
    """

    name: str
    unsaved: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)


class Book:
    """An open workbook. Raises `WorkbookError` for what cannot be read."""

    def __init__(self, source: Source, most: int) -> None:
        self._parts = Parts(source, most)
        try:
            self._open()
        except WorkbookError:
            self.close()
            raise

    def _open(self) -> None:
        about = _AboutBook()
        self._parts.read("xl/workbook.xml", about)
        targets = _Targets()
        self._parts.read("xl/_rels/workbook.xml.rels", targets)
        self.from_1904 = about.from_1904
        self._paths: dict[str, str] = {}
        for name, relation in about.sheets:
            kind, target = targets.found.get(relation, ("", ""))
            if kind != "worksheet":  # a chart, or a macro sheet of long ago
                continue
            if name in self._paths:
                raise WorkbookError(f"there are two sheets with the name `{name}`; keep one")
            self._paths[name] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
        texts, formats = _Texts(), _Formats()
        for kind, target in targets.found.values():
            path = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
            if kind == "sharedStrings" and path in self._parts:
                self._parts.read(path, texts)
            elif kind == "styles" and path in self._parts:
                self._parts.read(path, formats)
        self._texts, self._formats = texts.found, formats.kinds()

    @property
    def names(self) -> tuple[str, ...]:
        """The sheets with cells, hidden ones too, in their order."""
        return tuple(self._paths)

    def rows(self, sheet: Sheet) -> Iterator[tuple[int, dict[int, str]]]:
        """The rows that are not empty: the number, and the texts by column from 0."""
        reader = _Rows(sheet, self._texts, self._formats, from_1904=self.from_1904)
        for _ in self._parts.steps(self._paths[sheet.name], reader):
            yield from reader.ready
            reader.ready.clear()

    def close(self) -> None:
        self._parts.__exit__(None, None, None)

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def letters(column: int) -> str:
    """The letters over a column: A for 0, AA for 26."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def column_of(ref: str) -> int:
    """The column of a cell such as AB12, from 0."""
    number = 0
    for letter in ref.rstrip(digits).upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _check_count(found: Sized) -> None:
    if len(found) > MOST_DECLARED:
        raise WorkbookError(DAMAGED)


class _AboutBook(Reader):
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.from_1904 = False

    def start(self, name: str, attributes: Mapping[str, str], /) -> None:
        if name == "sheet":
            relation = next((v for key, v in attributes.items() if key.endswith(":id")), "")
            self.sheets.append((unescaped(attributes.get("name", "")), relation))
            _check_count(self.sheets)
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true")


class _Targets(Reader):
    def __init__(self) -> None:
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: Mapping[str, str], /) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rsplit("/", 1)[-1]
            self.found[attributes.get("Id", "")] = kind, attributes.get("Target", "")
            _check_count(self.found)


class _TextReader(Reader):
    """Gathers the text of `t` and `v` elements, without what only helps to pronounce it."""

    def __init__(self) -> None:
        self.pieces: list[str] | None = None
        self.length = 0
        self.spoken = 0

    def start(self, name: str, _attributes: Mapping[str, str], /) -> None:
        if name == "rPh":
            self.spoken += 1
        elif name in ("t", "v") and not self.spoken:
            self.pieces, self.length = [], 0

    def end(self, name: str, /) -> None:
        if name == "rPh":
            self.spoken -= 1
        elif name in ("t", "v") and self.pieces is not None:
            self.whole("".join(self.pieces))
            self.pieces = None

    def text(self, text: str, /) -> None:
        if self.pieces is not None:
            self.length += len(text)
            self.check_length(self.length)
            self.pieces.append(text)

    def check_length(self, length: int) -> None:
        if length > LONGEST_CELL:
            raise WorkbookError(f"a cell holds more than {LONGEST_CELL:,} characters; shorten it")

    def whole(self, text: str) -> None:
        """One finished `t` or `v`."""


class _Texts(_TextReader):
    """The texts that cells share."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.runs: list[str] = []

    def whole(self, text: str) -> None:
        self.runs.append(text)

    def end(self, name: str, /) -> None:
        super().end(name)
        if name == "si":
            if len(self.found) >= MOST_TEXTS:
                raise WorkbookError("this workbook holds too many different texts; use .csv")
            text = unescaped("".join(self.runs))
            self.check_length(len(text))
            self.found.append(text)
            self.runs = []


class _Formats(Reader):
    """Which cell styles show days."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.used: list[str] = []
        self.inside = False

    def start(self, name: str, attributes: Mapping[str, str], /) -> None:
        if name == "numFmt":
            self.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:500]
            _check_count(self.codes)
        elif name == "cellXfs":
            self.inside = True
        elif name == "xf" and self.inside:
            self.used.append(attributes.get("numFmtId", "0"))
            _check_count(self.used)

    def end(self, name: str, /) -> None:
        if name == "cellXfs":
            self.inside = False

    def kinds(self) -> dict[str, str]:
        """By the style's number as cells write it; plain ones are left out."""
        found = {}
        for at, number in enumerate(self.used):
            known = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0
            kind = kind_of_format(known, self.codes.get(number))
            if kind != PLAIN:
                found[str(at)] = kind
        return found


class _Rows(_TextReader):
    """The cells of one sheet."""

    def __init__(
        self, sheet: Sheet, texts: list[str], formats: Mapping[str, str], *, from_1904: bool
    ) -> None:
        super().__init__()
        self.sheet, self.texts, self.formats = sheet, texts, formats
        self.from_1904 = from_1904
        self.ready: list[tuple[int, dict[int, str]]] = []
        self.row, self.cells = 0, dict[int, str]()
        self.column = -1
        self.known: dict[str, int] = {}
        self.cell: Mapping[str, str] | None = None
        self.formula = False
        self.runs: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str], /) -> None:
        if name == "v":  # by far the most common ones first
            self.pieces, self.length = [], 0
        elif name == "c":
            self.cell, self.formula = attributes, False
            self.runs = []
            self._place(attributes.get("r"))
        elif name == "f":
            self.formula = True
        elif name == "row":
            self._begin_row(attributes.get("r"))
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif self.cell is not None:
            super().start(name, attributes)

    def _begin_row(self, given: str | None) -> None:
        before = self.row
        if given is None:
            self.row += 1
        elif given.isascii() and given.isdigit() and len(given) < 8:
            self.row = int(given)
        else:
            raise WorkbookError(DAMAGED)
        if not before < self.row <= MOST_ROWS:
            raise WorkbookError(DAMAGED)
        self.cells, self.column = {}, -1

    def _place(self, ref: str | None) -> None:
        if ref is None:
            self.column += 1
        else:
            found = ref.rstrip(digits)
            if found not in self.known:
                if _REF.fullmatch(ref) is None:
                    raise WorkbookError(DAMAGED)
                self.known[found] = column_of(found)
            self.column = self.known[found]
        if self.column >= MOST_COLUMNS:
            raise WorkbookError(DAMAGED)

    def _merge(self, ref: str) -> None:
        match = _MERGED.fullmatch(ref)
        if match is not None and match[2] != match[4] and len(self.sheet.merged) < 100:
            self.sheet.merged.append(ref)

    def whole(self, text: str) -> None:
        self.runs.append(text)

    def end(self, name: str, /) -> None:
        if name == "v":
            self.runs += self.pieces or ()
            self.pieces = None
        elif name == "c":
            self._end_cell()
        elif name == "row":
            if self.cells:
                self.ready.append((self.row, self.cells))
        elif self.cell is not None:
            super().end(name)

    def _end_cell(self) -> None:
        cell, self.cell = self.cell, None
        if cell is None:
            raise WorkbookError(DAMAGED)
        kind = cell.get("t", "n")
        text = "".join(self.runs)
        self.check_length(len(text))
        if not text:
            if self.formula and kind != "str":
                self._note(self.sheet.unsaved)
            return
        if kind == "e":
            self._note(self.sheet.errors)
        self.cells[self.column] = self._value(kind, text, cell.get("s", "0"))

    def _value(self, kind: str, text: str, style: str) -> str:
        if kind == "s":
            at = (
                int(text)
                if text.isascii() and text.isdigit() and len(text) < 9
                else len(self.texts)
            )
            if at >= len(self.texts):
                raise WorkbookError(DAMAGED)
            return self.texts[at]
        if kind == "n":
            shown = self.formats.get(style, PLAIN)
            if shown == DAY:
                return day_text(text, from_1904=self.from_1904)
            return duration_text(text) if shown == DURATION else number_text(text)
        if kind == "b":
            return {"1": "true", "0": "false"}.get(text.strip(), text)
        if kind == "d":
            return text.removesuffix("T00:00:00")
        return unescaped(text)

    def _note(self, found: list[str]) -> None:
        if len(found) < 100:
            found.append(f"{letters(self.column)}{self.row}")
