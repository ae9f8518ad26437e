"""Records as files. CSV and JSON come out piece by piece; the others are made in memory, never on
the disk, and are limited in size therefore."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst
import xlsxwriter
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from sojourn.standards import fonts
from sojourn.web.exports import archive, htcds, plans
from sojourn.web.exports.columns import FIXED, Column, Record, cells
from sojourn.web.exports.models import Export, Format
from sojourn.web.exports.rules import harmless

About = dict[str, str]
Part = tuple[Sequence[str], Sequence[plans.Line]]
"""One person's row, and the lines of their plan."""
_HEADS = ("code", *plans.COLUMNS)
TYPES = {
    Format.CSV: ("text/csv; charset=utf-8", "csv"),
    Format.XLSX: ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    Format.JSON: ("application/json", "json"),
    Format.PDF: ("application/pdf", "pdf"),
    Format.HTCDS: ("application/json", "json"),
}
_ARCHIVE = ("application/zip", "zip")
_TEMPLATE = Path(__file__).resolve().parent / "list.typ"


def about(export: Export, taken_by: str, framework: str) -> About:
    """What a file says of itself: for what it was taken, by whom, until when it was to be had."""
    return {
        "export": str(export.pk),
        "purpose": export.purpose,
        "recipient": export.recipient,
        "country": export.country,
        "named": "yes" if export.is_identified else "no",
        "taken_by": taken_by,
        "organisation": export.organisation.name,
        "framework": framework,
        "empty_cells": "not held, or not agreed to",
    }


@dataclass(frozen=True)
class Records:
    """The people's parts, one after another; `again` brings them anew for a second table."""

    first: Iterable[Record]
    again: Callable[[], Iterable[Record]]


def kind_of(export: Export) -> tuple[str, str]:
    """The media type and the ending of a file's name. Two tables of CSV come in an archive."""
    kind = Format(export.format)
    return _ARCHIVE if kind is Format.CSV and _has_plan(export) else TYPES[kind]


def written(
    export: Export, records: Records, columns: Sequence[Column], told: About
) -> Iterator[bytes]:
    """The file in pieces. Raises `standards.htcds.UnmappedError` before the first one."""
    named = export.is_identified
    heads = ["code", *(column.name for column in columns)]
    parts = ((cells(each, columns, is_identified=named), each.plan) for each in records.first)
    match Format(export.format):
        case Format.CSV if _has_plan(export):
            plan = (
                [each.code, *plans.cells(line)] for each in records.again() for line in each.plan
            )
            return archive.zipped(
                {
                    "people.csv": _csv(heads, (row for row, _plan in parts)),
                    "plan.csv": _csv(_HEADS, plan),
                }
            )
        case Format.CSV:
            return _csv(heads, (row for row, _plan in parts))
        case Format.JSON:
            return _json(heads, parts, told)
        case Format.XLSX:
            return iter([_xlsx(heads, parts, told, has_plan=_has_plan(export))])
        case Format.PDF:
            return iter([_pdf(columns, parts, told)])
        case Format.HTCDS:
            return iter([htcds.document(records.first, told, is_identified=named)])


def _has_plan(export: Export) -> bool:
    return plans.PLAN in export.columns


def _csv(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    yield "\ufeff".encode()  # so that spreadsheet programs read every script
    yield _line(heads)
    for row in rows:
        yield _line(row)


def _line(row: Sequence[str]) -> bytes:
    held = io.StringIO()
    csv.writer(held).writerow([harmless(cell) for cell in row])
    return held.getvalue().encode()


def _json(heads: Sequence[str], parts: Iterable[Part], told: About) -> Iterator[bytes]:
    yield f'{{"about": {json.dumps(told, ensure_ascii=False)},\n"rows": ['.encode()
    between = "\n"
    for row, plan in parts:
        held: dict[str, object] = _held(heads, row)
        if plan:
            held["plan"] = [_held(_HEADS[1:], plans.cells(line)) for line in plan]
        yield f"{between}{json.dumps(held, ensure_ascii=False)}".encode()
        between = ",\n"
    yield b"\n]}\n"


def _held(heads: Sequence[str], row: Sequence[str]) -> dict[str, Any]:
    return {head: cell for head, cell in zip(heads, row, strict=True) if cell}


def _xlsx(heads: Sequence[str], parts: Iterable[Part], told: About, *, has_plan: bool) -> bytes:
    held = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(held, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        text = book.add_format({"num_format": "@"})
        people = _Sheet(book, "data", heads)
        plan = _Sheet(book, "plan", _HEADS) if has_plan else None
        for row, lines in parts:
            people.add(row)
            if plan is not None:
                for line in lines:
                    plan.add([row[0], *plans.cells(line)])
        notes = book.add_worksheet("about")
        for number, (name, value) in enumerate(told.items()):
            notes.write_string(number, 0, name, bold)
            notes.write_string(number, 1, harmless(value), text)
        notes.set_column(0, 1, 30)
    return held.getvalue()


class _Sheet:
    """A sheet that grows row by row; every cell is text."""

    def __init__(self, book: Any, name: str, heads: Sequence[str]) -> None:
        self._sheet, self._at = book.add_worksheet(name), 0
        self._text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True, "bottom": 1})
        self._sheet.freeze_panes(1, 1)
        for at, head in enumerate(heads):
            self._sheet.set_column(at, at, 18)
            self._sheet.write_string(0, at, head, bold)

    def add(self, row: Sequence[str]) -> None:
        self._at += 1
        for at, cell in enumerate(row):
            if cell:
                self._sheet.write_string(self._at, at, harmless(cell), self._text)


def _pdf(columns: Sequence[Column], parts: Iterable[Part], told: About) -> bytes:
    labels = [str(FIXED[c.name][0]) if c.name in FIXED else c.name for c in columns]
    people = [
        {
            "code": row[0],
            "facts": [[label, cell] for label, cell in zip(labels, row[1:], strict=True) if cell],
            "plan": plans.told(lines),
        }
        for row, lines in parts
    ]
    data = {
        "title": _("Copy of files"),
        "notice": _("Confidential. Keep it locked, and destroy it when it was used."),
        "about": f"{told['taken_by']} · {told['organisation']}",
        "people": people,
        "plan": _("The plan"),
        "lang": (get_language() or "en").split("-")[0],
        "right_to_left": get_language_bidi(),
    }
    with TemporaryDirectory() as folder:
        fonts.unpack(Path(folder))
        made: Any = typst.compile(
            _TEMPLATE,
            format="pdf",
            font_paths=[Path(folder)],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        )
    return bytes(made)
