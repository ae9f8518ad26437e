"""CSV files as offices, phones and scripts write them."""

from __future__ import annotations

import csv
import re
from contextlib import suppress
from io import StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sojourn.standards.csv_check import BadTableError
from tests.tables.conftest import Folder


def test_one_column_alone_is_a_table(folder: Folder) -> None:
    folder.write("people.csv", "safe\nno\nyes\n")
    assert folder.found("people.csv")["unsafe"].to_list() == [True, False]


def test_a_heading_without_rows_gives_a_table_without_rows(folder: Folder) -> None:
    folder.write("people.csv", "id,safe\n")
    assert folder.found("people.csv").height == 0


def test_the_last_line_may_lack_its_end(folder: Folder) -> None:
    folder.write("people.csv", "id,safe\namina,no\nbilal,yes")
    assert folder.found("people.csv")["unsafe"].to_list() == [True, False]


def test_a_separator_within_quotes_is_no_separator(folder: Folder) -> None:
    folder.write("people.csv", '"id","safe","a;b;c;d"\namina,no,1\n')
    assert folder.found("people.csv")["unsafe"].to_list() == [True]


def test_quotes_within_quotes(folder: Folder) -> None:
    folder.write("people.csv", 'id,note,safe\namina,"she said ""no, thanks""",no\n')
    assert folder.found("people.csv", keep=["note"])["note"].to_list() == ['she said "no, thanks"']


def test_a_unit_without_any_answer_stays_a_unit(folder: Folder) -> None:
    folder.write("people.csv", "age,safe\n16,no\n,\n\n40,yes\n")
    assert folder.found("people.csv")["unsafe"].to_list() == [True, None, False]


def test_blank_lines_at_the_end_are_no_units(folder: Folder) -> None:
    folder.write("people.csv", "id,safe\namina,no\n\n\n")
    assert folder.found("people.csv").height == 1


def test_a_name_with_signs_that_mean_something_to_shells(folder: Folder) -> None:
    folder.write("people [1]*.csv", "id,safe\namina,no\n")
    folder.write("people 1.csv", "id,safe\nbilal,no\n")
    assert folder.found("people [1]*.csv")["id"].to_list() == ["amina"]


def test_zero_bytes_in_a_cell_are_named_not_read(folder: Folder) -> None:
    folder.write("people.csv", b"id,safe\namina,n\x00o\n")
    assert "people.csv" in folder.refused("people.csv")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_other_encodings_are_refused(folder: Folder, encoding: str) -> None:
    folder.write("people.csv", "id,safe\namina,no\n".encode(encoding))
    assert "people.csv" in folder.refused("people.csv")


def test_a_column_without_a_name_is_no_harm(folder: Folder) -> None:
    folder.write("people.csv", "id,,safe,\namina,x,no,y\n")
    assert folder.found("people.csv")["unsafe"].to_list() == [True]


def test_the_line_of_a_wrong_cell_is_not_guessed(folder: Folder) -> None:
    folder.write("people.csv", 'id,note,safe\n\namina,"one\ntwo",no\nbilal,,maybe\n')
    message = folder.refused("people.csv")
    assert "people.csv, row 2" in message
    assert "line 3" not in message


_LINES = st.lists(
    st.sampled_from(["amina,no", "bilal,yes", "", ",", '"a', '"a"b,no', '"x,y",no', "a,b,c", "a"])
    | st.text('ab,"\n\r;\t\x00é', max_size=8),
    max_size=6,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=_LINES, end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_file_is_read_whole_or_refused(folder: Folder, lines: list[str], end: str) -> None:
    text = end.join(["id,safe", *lines])
    folder.write("people.csv", text)
    with suppress(BadTableError):
        found = folder.found("people.csv", refuse_unusable=False)
        if re.search("\r(?!\n)", text):
            return  # what a carriage return alone means is anybody's guess; it is part of a cell
        rows = [row for row in csv.reader(StringIO(text, newline=""), strict=True) if row]
        assert [unit or "" for unit in found["id"]] == [row[0] for row in rows[1:]]
