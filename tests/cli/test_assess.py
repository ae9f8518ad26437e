"""`sojourn assess` on good tables: formats, keys, order, rosters."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.cli.conftest import Desk

PEOPLE = """id,age,days,safe,with
amina,16,3,no,friend
bilal,40,4,dk,parent
chiara,,-999,yes,friend pnta
"""


def test_one_row_per_unit_with_true_false_and_empty(desk: Desk) -> None:
    desk.write("people.csv", PEOPLE)
    assert desk.assess("people.csv").code == 0
    assert desk.lines() == [
        "id,unsafe,alone,friends,small_children,shelter,meals,meals__class,known_share",
        "amina,true,true,true,,true,1.5,low,0.75",
        "bilal,,false,false,,,2.0,high,0.5",
        "chiara,false,,true,,false,,,0.5",
    ]


def test_both_engines_write_the_same_file(desk: Desk) -> None:
    desk.write("people.csv", PEOPLE)
    desk.assess("people.csv")
    desk.assess("people.csv", "--engine", "record", output="out_record.csv")
    assert desk.lines() == desk.lines("out_record.csv")


def test_the_summary_says_what_was_not_asked(desk: Desk) -> None:
    desk.write("people.csv", PEOPLE)
    said = desk.assess("people.csv").said
    assert "3 units assessed with small" in said
    assert "treated as not asked: member_age" in said


@pytest.mark.parametrize("ending", ["parquet", "json", "xlsx"])
def test_every_format_holds_the_same(desk: Desk, ending: str) -> None:
    desk.write("people.csv", PEOPLE)
    assert desk.assess("people.csv", output=f"out.{ending}").code == 0
    path = desk.folder / f"out.{ending}"
    readers: dict[str, Callable[[Path], pl.DataFrame]] = {
        "parquet": pl.read_parquet,
        "json": pl.read_json,
        "xlsx": pl.read_excel,
    }
    found = readers[ending](path)
    assert found["id"].to_list() == ["amina", "bilal", "chiara"]
    assert found["unsafe"].to_list() == [True, None, False]
    assert found["meals"].to_list() == [1.5, 2.0, None]


@pytest.mark.parametrize("ending", ["parquet", "xlsx"])
def test_every_input_format_gives_the_same(desk: Desk, ending: str) -> None:
    table = pl.read_csv(desk.write("people.csv", PEOPLE))
    path = desk.folder / f"people.{ending}"
    table.write_parquet(path) if ending == "parquet" else table.write_excel(path)
    desk.assess("people.csv")
    desk.assess(path.name, output="out_other.csv")
    assert desk.lines() == desk.lines("out_other.csv")


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_tables_from_every_office(desk: Desk, separator: str, mark: str, ending: str) -> None:
    desk.write("people.csv", mark + PEOPLE.replace(",", separator).replace("\n", ending))
    assert desk.assess("people.csv").code == 0
    assert desk.lines()[1] == "amina,true,true,true,,true,1.5,low,0.75"


def test_cells_over_several_lines_and_blank_lines(desk: Desk) -> None:
    desk.write("people.csv", 'id,safe,note\namina,no,"one\ntwo, three"\n\nbilal,yes,\n\n')
    assert desk.assess("people.csv").code == 0
    assert [line.split(",")[:2] for line in desk.lines()[1:]] == [
        ["amina", "true"],
        ["bilal", "false"],
    ]


def test_cells_with_space_around_them(desk: Desk) -> None:
    desk.write("people.csv", "id,age,safe,with\namina, 16 ,no , friend  parent\n")
    assert desk.assess("people.csv").code == 0
    assert desk.lines()[1].startswith("amina,true,false,true,")


def test_without_a_key_the_row_number_stands_first(desk: Desk) -> None:
    desk.write("people.csv", "safe\nno\nyes\n")
    desk.assess("people.csv")
    assert [line.split(",")[:2] for line in desk.lines()] == [
        ["row", "unsafe"],
        ["1", "true"],
        ["2", "false"],
    ]


def test_named_keys_and_kept_columns(desk: Desk) -> None:
    desk.write("people.csv", "id,village,tent,safe\n1,north,a,no\n")
    desk.assess("people.csv", "--key", "village,tent", "--keep", "id")
    assert desk.lines()[1].startswith("north,a,1,true")


def test_the_order_of_the_rows_is_kept(desk: Desk) -> None:
    rows = [f"{n},{('no', 'yes')[n % 2]}" for n in range(50_000, 0, -1)]
    desk.write("many/main.csv", "id,safe\n" + "\n".join(rows) + "\n")
    desk.write("many/member.csv", "id,member_age\n7,3\n")
    assert desk.assess("many").code == 0
    assert [line.split(",")[0] for line in desk.lines()[1:]] == [r.split(",")[0] for r in rows]


def test_headings_with_the_path_of_their_group(desk: Desk) -> None:
    desk.write("people.csv", "id,first/safety/safe\namina,no\n")
    assert desk.assess("people.csv").code == 0
    assert desk.lines()[1].startswith("amina,true")


@pytest.mark.parametrize(
    ("parent", "child"),
    [("KEY", "PARENT_KEY"), ("_index", "_parent_index"), ("uuid", "uuid")],
)
def test_rosters_find_their_units(desk: Desk, parent: str, child: str) -> None:
    desk.write("survey/main.csv", f"{parent},safe\n1,no\n2,yes\n3,yes\n")
    desk.write("survey/member.csv", f"{child},member_age\n1,3\n2,30\n2,\n9,1\n")
    done = desk.assess("survey", "--key", parent)
    assert [line.split(",")[4] for line in desk.lines()[1:]] == ["true", "", "false"]
    assert "1 rows of member.csv" in done.said or "1 row" in done.said


def test_the_because_is_written_as_json(desk: Desk) -> None:
    desk.write("people.csv", PEOPLE)
    desk.assess("people.csv", "--explain", "why.json")
    amina, bilal, _ = json.loads((desk.folder / "why.json").read_text())
    assert amina["unit"] == {"id": "amina"}
    assert amina["factors"][0]["because"]["answers"] == [{"question": "safe", "value": "no"}]
    assert bilal["factors"][0]["because"]["answers"] == [
        {"question": "safe", "missing": "does_not_know"}
    ]
