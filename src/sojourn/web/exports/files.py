"""Records as files. CSV and JSON come out piece by piece; the others are made in memory, never on
the disk, and are limited in size therefore."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst
import xlsxwriter
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from sojourn.standards import fonts
from sojourn.web.exports import htcds
from sojourn.web.exports.columns import FIXED, Column, Record, cells
from sojourn.web.exports.models import Export, Format
from sojourn.web.exports.rules import harmless

About = dict[str, str]
TYPES = {
    Format.CSV: ("text/csv; charset=utf-8", "csv"),
    Format.XLSX: ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    Format.JSON: ("application/json", "json"),
    Format.PDF: ("application/pdf", "pdf"),
    Format.HTCDS: ("application/json", "json"),
}
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


def written(
    export: Export, records: Iterable[Record], columns: Sequence[Column], told: About
) -> Iterator[bytes]:
    """The file in pieces. Raises `standards.htcds.UnmappedError` before the first one."""
    named = export.is_identified
    heads = ["code", *(column.name for column in columns)]
    rows = (cells(record, columns, is_identified=named) for record in records)
    match Format(export.format):
        case Format.CSV:
            return _csv(heads, rows)
        case Format.JSON:
            return _json(heads, rows, told)
        case Format.XLSX:
            return iter([_xlsx(heads, rows, told)])
        case Format.PDF:
            return iter([_pdf(columns, rows, told)])
        case Format.HTCDS:
            return iter([htcds.document(records, told, is_identified=named)])


def _csv(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    yield "\ufeff".encode()  # so that spreadsheet programs read every script
    yield _line(heads)
    for row in rows:
        yield _line(row)


def _line(row: Sequence[str]) -> bytes:
    held = io.StringIO()
    csv.writer(held).writerow([harmless(cell) for cell in row])
    return held.getvalue().encode()


def _json(heads: Sequence[str], rows: Iterable[Sequence[str]], told: About) -> Iterator[bytes]:
    yield f'{{"about": {json.dumps(told, ensure_ascii=False)},\n"rows": ['.encode()
    between = "\n"
    for row in rows:
        held = {head: cell for head, cell in zip(heads, row, strict=True) if cell}
        yield f"{between}{json.dumps(held, ensure_ascii=False)}".encode()
        between = ",\n"
    yield b"\n]}\n"


def _xlsx(heads: Sequence[str], rows: Iterable[Sequence[str]], told: About) -> bytes:
    held = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(held, options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet("data")
        sheet.freeze_panes(1, 1)
        for at, head in enumerate(heads):
            sheet.set_column(at, at, 18)
            sheet.write_string(0, at, head, bold)
        for number, row in enumerate(rows, start=1):
            for at, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, at, harmless(cell), text)
        notes = book.add_worksheet("about")
        for number, (name, value) in enumerate(told.items()):
            notes.write_string(number, 0, name, bold)
            notes.write_string(number, 1, harmless(value), text)
        notes.set_column(0, 1, 30)
    return held.getvalue()


def _pdf(columns: Sequence[Column], rows: Iterable[Sequence[str]], told: About) -> bytes:
    labels = [str(FIXED[c.name][0]) if c.name in FIXED else c.name for c in columns]
    people = [
        {
            "code": row[0],
            "facts": [[label, cell] for label, cell in zip(labels, row[1:], strict=True) if cell],
        }
        for row in rows
    ]
    data = {
        "title": _("Copy of files"),
        "notice": _("Confidential. Keep it locked, and destroy it when it was used."),
        "about": f"{told['taken_by']} · {told['organisation']}",
        "people": people,
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
