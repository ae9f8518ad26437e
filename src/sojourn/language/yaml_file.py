"""Frameworks as one YAML file: sheet name, then a list of rows.

Every scalar is read as the text that stands there, so that `yes`, `no`, `08` and `1.10` stay what
the author wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from sojourn.framework.model import Sheet
from sojourn.language.problems import FrameworkProblems, Problem
from sojourn.language.sheets import Meter, SheetRow, Tables, sheet_name

# The same reader in C where PyYAML was built with it: ten times faster on a long framework.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

LARGEST = 20_000_000
"""Bytes of one file."""
MOST_COLUMNS = 16_384
"""Cells of one row, as in a workbook."""
_TAGS = (None, "!", *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")))


def read(path: Path) -> Tables:
    """Read a YAML framework. Raises `FrameworkProblems` naming the line for what is not one."""
    text = _text(path)
    try:
        return _Reader(path.name, text).tables()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _refused(path.name, line, _not_yaml(error, text)) from error
    except yaml.YAMLError as error:
        message = "this is not YAML, but perhaps another kind of file"
        raise _refused(path.name, 0, message) from error


def _text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise _refused(path.name, 0, f"a framework has at most {LARGEST // 10**6} MB")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(path.name, 0, "this text is saved as UTF-16; save it as UTF-8")
    if content.startswith(b"PK\x03\x04"):
        message = "this is a workbook or an archive; let the name of a workbook end in .xlsx"
        raise _refused(path.name, 0, message)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refused(path.name, line, "this is not a text file in UTF-8") from error


def _not_yaml(error: yaml.MarkedYAMLError, text: str) -> str:
    mark = error.problem_mark
    if mark is not None and "\t" in "".join(text.split("\n")[mark.line : mark.line + 1]):
        return f"this is not YAML: {error.problem}. Indent with spaces, not with tabs"
    return f"this is not YAML: {error.problem}"


def write(sheets: Mapping[str, Sheet], path: Path) -> None:
    """Write the tables as YAML that reads back to the same tables."""
    plain = {name: [dict(row) for row in rows] for name, rows in sheets.items()}
    text = yaml.dump(plain, Dumper=_TextDumper, allow_unicode=True, sort_keys=False, width=10_000)
    path.write_text(text, encoding="utf-8")


class _TextDumper(yaml.SafeDumper):
    """Quotes every text that another YAML reader could take for something else than text."""


class _Reader:
    """Goes through the file once. Rows stand three levels deep, and nothing is followed deeper."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
        self.meter = Meter(name)
        self.anchors: dict[str, yaml.ScalarEvent] = {}

    def tables(self) -> Tables:
        event = next(self.events)  # the stream
        event = next(self.events)
        if isinstance(event, yaml.DocumentStartEvent):
            event = self._item()
        if not isinstance(event, yaml.MappingStartEvent):
            raise self.refused(event, "a framework begins with sheet names such as `survey:`")
        sheets: dict[str, list[SheetRow]] = {}
        for key, value in self._pairs():
            name = sheet_name(key.value)
            if name in sheets:
                raise self.refused(key, f"`{name[:40]}` stands here twice")
            sheets[name] = list(self._rows(name, value))
        next(self.events)  # the end of the document
        event = next(self.events)
        if isinstance(event, yaml.DocumentStartEvent):
            raise self.refused(event, "`---` begins a second document; keep one framework a file")
        return Tables(self.name, sheets)

    def _rows(self, sheet: str, event: yaml.Event) -> Iterator[SheetRow]:
        if isinstance(event, yaml.MappingStartEvent):  # settings may stand alone, without the dash
            yield self._row(sheet, event)
        elif isinstance(event, yaml.SequenceStartEvent):
            while not isinstance(item := self._item(), yaml.SequenceEndEvent):
                yield self._row(sheet, item)
        elif not isinstance(event, yaml.ScalarEvent) or event.value:
            raise self.refused(event, f"sheet `{sheet[:40]}` must be a list of rows")

    def _row(self, sheet: str, event: yaml.Event) -> SheetRow:
        if not isinstance(event, yaml.MappingStartEvent):
            raise self.refused(event, "a row must be written as `column: text` pairs")
        cells: dict[str, str] = {}
        seen: set[str] = set()
        for key, value in self._pairs():
            if key.value in seen:
                raise self.refused(key, f"`{key.value[:40]}` stands here twice")
            seen.add(key.value)
            if not isinstance(value, yaml.ScalarEvent):
                column = key.value[:40]
                raise self.refused(value, f"column `{column}` must hold text or a number")
            if value.value != "" and not _is_null(value):
                cells[key.value] = value.value
            if len(seen) > MOST_COLUMNS:
                raise self.refused(key, "this row has more columns than any table could show")
        row = SheetRow(sheet, _line(event), cells)
        self.meter.add(row)
        return row

    def _pairs(self) -> Iterator[tuple[yaml.ScalarEvent, yaml.Event]]:
        while not isinstance(key := self._item(), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise self.refused(key, "a name was expected here")
            yield key, self._item()

    def _item(self) -> yaml.Event:
        """The next event, with what a name such as `*a` stands for in its place."""
        event = next(self.events)
        if isinstance(event, yaml.AliasEvent):
            anchor = event.anchor or ""
            if anchor not in self.anchors:
                message = f"`*{anchor[:40]}` can only stand for a text above; write rows out"
                raise self.refused(event, message)
            return self.anchors[anchor]
        tag = getattr(event, "tag", None)
        if tag not in _TAGS:
            raise self.refused(event, f"every cell is text; leave `{str(tag)[:60]}` out")
        if isinstance(event, yaml.ScalarEvent) and event.anchor is not None:
            self.anchors[event.anchor] = event
        return event

    def refused(self, event: yaml.Event, message: str) -> FrameworkProblems:
        return _refused(self.name, _line(event), message)


def _is_null(event: yaml.ScalarEvent) -> bool:
    return bool(event.implicit[0]) and event.value in ("~", "null")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _refused(name: str, line: int, message: str) -> FrameworkProblems:
    return FrameworkProblems(name, [Problem("", line, "", message)])
