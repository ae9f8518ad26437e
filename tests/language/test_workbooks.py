"""Workbooks as people and programs make them, and as somebody makes them who means harm."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import fastexcel
import pytest
import xlsxwriter
from openpyxl.workbook import Workbook

from sojourn.language import FrameworkProblems, load_framework, load_tables, xlsx
from tests.language import hostile


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return hostile.good_book(tmp_path)


def refused(path: Path) -> str:
    with pytest.raises(FrameworkProblems) as caught:
        load_framework(path)
    return str(caught.value)


# -- what cells say


def test_cells_read_as_another_reader_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "types.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("survey")
        numbers = [3, 0.1, -2.5, 1e20, 1e-7, 1.1 + 2.2, 1_000_000, 99999999999]
        for at, number in enumerate(numbers):
            sheet.write_number(0, at, number)
        for at, text in enumerate([" a\n b ", "_x0041_", "3.0", "é ü ع", "<&>", "a\x07b"]):
            sheet.write_string(1, at, text)
        sheet.write_boolean(2, 0, True)
        sheet.write_formula(2, 1, "=1+1", None, 2)
        sheet.write_formula(2, 2, '="x"', None, "x")
        sheet.write_rich_string(2, 3, "a ", book.add_format({"bold": True}), "b", " c")
        sheet.write_number(2, 4, 0.5, book.add_format({"num_format": "0%"}))
        sheet.write_number(2, 5, 3.5, book.add_format({"num_format": '[Red]0.0 "days"'}))
    other = fastexcel.read_excel(path).load_sheet("survey", header_row=None, dtypes="string")
    expected = [{at: v for at, v in enumerate(row) if v} for row in other.to_polars().rows()]
    with xlsx.Book(path, 10**6) as opened:
        found = [cells for _, cells in opened.rows(xlsx.Sheet("survey"))]
    assert found == expected


@pytest.mark.parametrize(
    ("value", "look", "text"),
    [
        (date(2024, 5, 1), "yyyy-mm-dd", "2024-05-01"),
        (datetime.fromisoformat("2024-02-29T10:30"), "dd/mm/yy hh:mm", "2024-02-29 10:30:00"),
        (date(1900, 1, 1), "d.m.yyyy", "1900-01-01"),
        (date(1900, 3, 1), "d.m.yyyy", "1900-03-01"),
        (time(10, 30), "hh:mm", "10:30:00"),
        (timedelta(hours=36), "[h]:mm", "36:00:00"),
    ],
)
def test_days_and_times_read_as_they_look(
    tmp_path: Path, value: object, look: str, text: str
) -> None:
    assert _read_day(tmp_path, value, look, from_1904=False) == text


def test_days_count_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    assert _read_day(tmp_path, date(2024, 5, 1), "d/m/yy", from_1904=True) == "2024-05-01"


def _read_day(folder: Path, value: object, look: str, *, from_1904: bool) -> str:
    path = folder / "days.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": from_1904}) as book:
        sheet = book.add_worksheet("survey")
        sheet.write_datetime(0, 0, value, book.add_format({"num_format": look}))
    with xlsx.Book(path, 10**6) as opened:
        ((_, cells),) = opened.rows(xlsx.Sheet("survey"))
    return cells[0]


def test_a_formula_counts_with_its_saved_result(good: Path, tmp_path: Path) -> None:
    path = hostile.replaced(
        good, hostile.SHEET, r'<c r="A2"[^>]*>.*?</c>', '<c r="A2" t="str"><f>1</f><v>note</v></c>'
    )
    assert next(load_tables(path).rows("survey")).get("type") == "note"


def _formula(book: Workbook) -> None:
    book["survey"]["A2"] = '="inte" & "ger"'


def _error(book: Workbook) -> None:
    book["survey"]["A2"] = "#REF!"
    book["survey"]["A2"].data_type = "e"


def _merged(book: Workbook) -> None:
    book["survey"].merge_cells("A2:A4")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (_formula, "this formula was saved without its result"),
        (_error, "this formula gives an error"),
        (_merged, "these cells are merged over several rows"),
    ],
)
def test_a_cell_that_does_not_say_what_is_seen_is_named(
    good: Path, edit: hostile.Edit, message: str
) -> None:
    said = refused(hostile.edited(good, edit))
    assert f"sheet survey, row 2, column type: {message}" in said
    assert "(cell A2" in said


def test_what_lies_outside_the_tables_is_no_problem(good: Path) -> None:
    def edit(book: Workbook) -> None:
        book["survey"]["ZZ1000"] = "=1+1"
        book["survey"]["ZZ1001"] = "#REF!"
        book["survey"].cell(1_048_576, 16_384, "far away")
        book.create_sheet("notes")["A1"] = "=1+1"
        book.create_chartsheet("picture")
        book["factors"].sheet_state = "veryHidden"

    assert load_framework(hostile.edited(good, edit)).digest


# -- names of sheets


def test_sheets_are_known_in_capitals_and_with_spaces(good: Path) -> None:
    def edit(book: Workbook) -> None:
        book["survey"].title = "other"
        book["other"].title = " Survey "

    assert load_framework(hostile.edited(good, edit)).questions


def test_a_sheet_with_nearly_the_right_name_is_named(good: Path) -> None:
    def edit(book: Workbook) -> None:
        book["factors"].title = "factor"

    said = refused(hostile.edited(good, edit))
    assert "sheet factor: this sheet is not read. Did you mean `factors`?" in said


@pytest.mark.parametrize("name", ["survey", "SURVEY "])
def test_two_sheets_of_one_name_are_refused(good: Path, name: str) -> None:
    path = hostile.replaced(good, "xl/workbook.xml", 'name="choices"', f'name="{name}"')
    assert "there are two sheets with the name `survey`; keep one" in refused(path)


# -- other kinds of file


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "this file is empty"),
        (b"type,name\ninteger,age\n", "this is a text file under the name of a workbook"),
        (b"<html><table></table></html>", "this is a web page"),
        (b"%PDF-1.7 ...", "this is a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "workbook of the old kind (.xls)"),
        (
            b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "locked with a password",
        ),
        (hostile.archive({"content.xml": b"<a/>"}), "OpenDocument"),
        (hostile.archive({"word/document.xml": b"<a/>"}), "text document"),
        (hostile.archive({"xl/workbook.bin": b""}), "binary workbook (.xlsb)"),
        (hostile.archive({"hello.txt": b"hello"}), "not an XLSX workbook, or it is damaged"),
        (hostile.archive({str(n): b"" for n in range(20_000)}), "far too many files"),
        (hostile.archive({"xl/workbook.xml": b"<a/>"}, zipfile.ZIP_LZMA), "or it is damaged"),
    ],
)
def test_another_kind_of_file_is_told_by_its_name(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(content)
    assert message in refused(path)


# -- made to hurt

_ROWS = b'<row><c t="inlineStr"><is><t>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</t></is></c></row>'
_BEGIN = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_END = b"</sheetData></worksheet>"
_TOO_LARGE = "unpacks to more than 20 MB"
_DAMAGED = "or it is damaged"
_MANY = 20_000_000 if hostile.DEEP else 1_000_000

HURTING = {
    "rows without end": ({hostile.SHEET: (_BEGIN, _ROWS, _MANY, _END)}, _TOO_LARGE),
    "texts without end": (
        {hostile.STRINGS: (b"<sst>", b"<si><t>" + b"a" * 40 + b"</t></si>", _MANY, b"</sst>")},
        _TOO_LARGE,
    ),
    "millions of empty cells": ({hostile.SHEET: (_BEGIN, b"<c/>", 4_000_000, _END)}, _DAMAGED),
    "millions of rows": ({hostile.SHEET: (_BEGIN, b"<row/>", 3_000_000, _END)}, _DAMAGED),
    "a cell beyond all sheets": (
        {hostile.SHEET: (_BEGIN, b'<row><c r="ZZZ99999999"><v>1</v></c></row>', 1000, _END)},
        _DAMAGED,
    ),
    "a row beyond all sheets": (
        {hostile.SHEET: (_BEGIN, b'<row r="4294967295"><c><v>1</v></c></row>', 1000, _END)},
        _DAMAGED,
    ),
    "deep nesting": ({hostile.SHEET: (_BEGIN, b"<a>", 1_000_000, _END)}, _DAMAGED),
    "one endless tag": ({hostile.SHEET: (_BEGIN + b"<c r='", b"A", 9_000_000, _END)}, _DAMAGED),
    "one endless text": (
        {hostile.SHEET: (_BEGIN + b"<row><c t='str'><v>", b"a", 9_000_000, b"")},
        "more than 100,000 characters",
    ),
    "entities that grow": (
        {
            hostile.SHEET: (
                b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + _BEGIN,
                b"<row><c t='str'><v>&b;</v></c></row>",
                1000,
                _END,
            )
        },
        _DAMAGED,
    ),
    "more cells than a framework": (
        {hostile.SHEET: (_BEGIN, b"<row><c><v>1</v></c></row>", 230_000, _END)},
        "there is too much for one framework",
    ),
}


@pytest.mark.parametrize("kind", HURTING)
def test_a_workbook_that_is_made_to_hurt_is_refused(good: Path, kind: str) -> None:
    parts, message = HURTING[kind]
    path = hostile.with_parts(good, {name: hostile.repeated(*p) for name, p in parts.items()})
    (said,) = hostile.said(path)
    assert message in said


def test_a_part_that_lies_about_its_size_is_refused(good: Path) -> None:
    path = hostile.with_parts(
        good, {hostile.SHEET: hostile.repeated(_BEGIN, _ROWS, 1_000_000, _END)}
    )
    content = bytearray(path.read_bytes())
    at = content.rfind(hostile.SHEET.encode()) - 46  # its entry in the list of parts
    assert content[at : at + 4] == b"PK\x01\x02"
    content[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(content)
    (said,) = hostile.said(path)
    assert _DAMAGED in said


def test_nothing_outside_the_workbook_is_read(good: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text("<sst><si><t>secret</t></si></sst>")
    rels = "xl/_rels/workbook.xml.rels"
    path = hostile.replaced(good, rels, 'Target="sharedStrings.xml"', 'Target="../../secret.xml"')
    assert _DAMAGED in refused(path)
