"""Uploaded files as rows of text: what they are is told by their content, and nothing touches the
disk."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sojourn.language import xlsx
from sojourn.standards import htcds
from sojourn.standards.htcds import UnmappedError, from_standard

MOST_BYTES = 5_000_000
MOST_ROWS = 2_000
MOST_COLUMNS = 300
_MOST_UNPACKED = 40_000_000
_LONGEST = 2_000


@dataclass(frozen=True)
class Table:
    """Headings and rows, each with its number in the file. `ignored` are fields of a standard that
    have no place here."""

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    ignored: tuple[str, ...] = ()


def read(content: bytes) -> Table:
    """The table in a file: CSV, XLSX (its first sheet) or HTCDS as JSON or CSV.

    ValidationError, with the place, for everything else and for what is too large.
    """
    if not content:
        raise ValidationError(_("This file is empty."))
    if len(content) > MOST_BYTES:
        raise ValidationError(_("This file is larger than 5 MB. Cut it into several files."))
    if content[:2] == b"PK":
        table = _xlsx(content)
    elif content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        table = _cases(content)
    else:
        table = _csv(content)
    _check_size(len(table.rows), len(table.headings))
    if not table.rows:
        raise ValidationError(_("There are no rows below the headings."))
    _check_headings(table.headings)
    is_standard = any(name in htcds.FIELDS for name in table.headings)
    return _from_standard(table) if is_standard else table


def _check_size(rows: int, columns: int) -> None:
    if rows > MOST_ROWS:
        raise ValidationError(
            _("There are more than %(most)d rows. Cut the table into several files.")
            % {"most": MOST_ROWS}
        )
    if columns > MOST_COLUMNS:
        raise ValidationError(_("There are too many columns. Keep those that are needed."))


def _check_headings(headings: tuple[str, ...]) -> None:
    named = [heading.casefold() for heading in headings if heading]
    twice = next((heading for heading in named if named.count(heading) > 1), "")
    if not named or twice:
        raise ValidationError(
            _("Row 1: give each column a heading of its own, once. Not so: “%(heading)s”.")
            % {"heading": twice}
        )


def _xlsx(content: bytes) -> Table:
    try:
        with xlsx.Book(content, _MOST_UNPACKED) as book:
            if not book.names:
                raise ValidationError(_("There are no rows below the headings."))
            found = list(book.rows(xlsx.Sheet(book.names[0])))
    except xlsx.WorkbookError as problem:
        raise ValidationError(str(problem)) from problem
    width = max((max(cells, default=-1) for _number, cells in found), default=-1) + 1
    # One cell far to the right makes every row as wide: look before they are.
    _check_size(len(found) - 1, width)
    return _table((n, [cells.get(at, "") for at in range(width)]) for n, cells in found)


def _csv(content: bytes) -> Table:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(
            _("This is no CSV in UTF-8 and no workbook (XLSX). Save it again as one of these.")
        ) from None
    if "\x00" in text:
        raise ValidationError(
            _("This is no CSV in UTF-8 and no workbook (XLSX). Save it again as one of these.")
        )
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found: list[tuple[int, list[str]]] = []
    try:
        found.extend((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))
    except csv.Error:
        raise ValidationError(
            _("Line %(line)d: a quotation mark is not closed, or stands inside a cell.")
            % {"line": reader.line_num}
        ) from None
    width = len(found[0][1]) if found else 0
    wrong = next((number for number, row in found if len(row) != width), 0)
    if wrong:
        raise ValidationError(
            _("Line %(line)d has another number of cells than the headings.") % {"line": wrong}
        )
    return _table(found)


def _table(found: Iterable[tuple[int, list[str]]]) -> Table:
    rows = [(number, tuple(cell.strip() for cell in cells)) for number, cells in found]
    if not rows:
        return Table((), ())
    longest = next((n for n, cells in rows if any(len(c) > _LONGEST for c in cells)), 0)
    if longest:
        raise ValidationError(_("Row %(row)d: a cell is too long.") % {"row": longest})
    body = tuple((n, tuple(map(_no_mark, cells))) for n, cells in rows[1:] if any(cells))
    return Table(rows[0][1], body)


def _no_mark(cell: str) -> str:
    """A cell without the mark that keeps spreadsheet programs from computing it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in "=+-@" else cell


def _cases(content: bytes) -> Table:
    wrong = ValidationError(
        _("This is JSON, but no list of HTCDS cases. There has to be a list with the name `cases`.")
    )
    try:
        whole: Any = json.loads(content)
    except (ValueError, RecursionError):
        raise wrong from None
    cases = whole.get("cases") if isinstance(whole, dict) else whole
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise wrong
    headings = tuple(dict.fromkeys(str(name) for case in cases for name in case))
    _check_size(len(cases), len(headings))
    rows = tuple(
        (number, tuple(_plain(case.get(name)) for name in headings))
        for number, case in enumerate(cases, start=1)
    )
    return Table(headings, rows)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)[:_LONGEST]


_NAMES = ("prs_FirstName", "prs_MiddleName", "prs_SecondName")
_STANDARD: Mapping[str, str] = {
    "code": "outside_number",
    "prs_Birthdate": "birth_date",
    "prs_IdentityNumber": "document",
    "prs_MobilePhone": "phone",
}
_CLOSED = frozenset({"closed", "closed_elsewhere"})


def _from_standard(table: Table) -> Table:
    """HTCDS fields as ours. A code without a counterpart stops, with its place."""
    read_here = {*_NAMES, *_STANDARD, "prs_PrimaryLanguage", "cas_Status"}
    ours = ("own", "language", *_STANDARD.values())
    rows = []
    for number, cells in table.rows:
        case = dict(zip(table.headings, cells, strict=True))
        try:
            language = _code("prs_PrimaryLanguage", case)
            status = _code("cas_Status", case)
        except UnmappedError as problem:
            raise ValidationError(
                _(
                    "Row %(row)d, field %(field)s: “%(value)s” has no counterpart here. Nothing "
                    "was taken in. Write one of: %(allowed)s."
                )
                % {
                    "row": number,
                    "field": problem.field,
                    "value": problem.value,
                    "allowed": ", ".join(problem.allowed),
                }
            ) from problem
        if status in _CLOSED:
            raise ValidationError(
                _("Row %(row)d: this case is closed. Take in cases that somebody works on.")
                % {"row": number}
            )
        name = " ".join(part for part in (case.get(key, "") for key in _NAMES) if part)
        rows.append((number, (name, language, *(case.get(key, "") for key in _STANDARD))))
    ignored = tuple(name for name in table.headings if name not in read_here)
    return Table(ours, tuple(rows), ignored)


def _code(field: str, case: Mapping[str, str]) -> str:
    return from_standard(field, case[field]) if case.get(field) else ""
