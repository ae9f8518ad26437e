"""Tables of repeats within repeats, as form tools and people write them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from sojourn.language import load_framework
from sojourn.standards import runs
from sojourn.standards.csv_check import BadTableError
from sojourn.standards.databases import open_database
from tests import sessions
from tests.tables.conftest import Folder
from tests.tables.putting import Put

FORM = """
settings: {form_id: road, version: '1', default_language: English (en)}
survey:
- {type: select_one yn, name: safe, label: Safe}
- {type: begin_repeat, name: member, label: Member}
- {type: integer, name: age, label: Age}
- {type: begin_repeat, name: leg, label: Leg}
- {type: integer, name: days, label: Days, constraint: '. >= 0'}
- {type: begin_repeat, name: stop, label: Stop}
- {type: integer, name: nights, label: Nights}
- {type: end_repeat, name: stop}
- {type: end_repeat, name: leg}
- {type: end_repeat, name: member}
choices:
- {list_name: yn, name: yes, label: Yes}
- {list_name: yn, name: no, label: No}
factors:
- {name: far, label: Far, level: household, effect: risk, nature: situational,
   rule: "any(${member}[${age} < 18 and sum(${days}) > 9])"}
- {name: unsafe_road, label: U, level: household, effect: risk, nature: situational,
   rule: "any(${leg}[${days} > 9 and ${age} < 18 and ${safe} = 'no'])"}
- {name: nights_out, label: N, level: household, effect: risk, nature: situational,
   rule: "any(${member}[sum(${nights}) > 3])"}
measures:
- {name: legs, label: Legs, kind: expression, rule: "count(${leg})"}
"""
MAIN = pl.DataFrame({"KEY": ["u1", "u2", "u3"], "safe": ["no", "yes", "no"]})
MEMBER = pl.DataFrame(
    {
        "PARENT_KEY": ["u1", "u1", "u2", "u9"],
        "KEY": ["u1/m1", "u1/m2", "u2/m1", "u9/m1"],
        "age": ["40", "16", "17", "3"],
    }
)
LEG = pl.DataFrame(
    {
        "PARENT_KEY": ["u1/m2", "u1/m1", "u2/m1", "u1/m2", "u9/m1", "u7/m7"],
        "KEY": ["l1", "l2", "l3", "l4", "l5", "l6"],
        "days": ["3", "30", "12", "10", "99", "99"],
    }
)
STOP = pl.DataFrame({"PARENT_KEY": ["l1", "l4", "l3", "l5"], "nights": ["2", "2", "", "9"]})
FINDINGS = {
    "far": [True, True, False],
    "unsafe_road": [True, False, False],
    "nights_out": [True, None, False],
    "legs": [3, 1, 0],
}


@pytest.fixture
def road(tmp_path: Path) -> Folder:
    (tmp_path / "road.yaml").write_text(FORM)
    return Folder(tmp_path, load_framework(tmp_path / "road.yaml"))


@pytest.fixture(params=sessions.SQL_ENGINES)
def place(request: pytest.FixtureRequest, road: Folder) -> Put:
    sessions.session(request.param)
    return Put(road, request.param)


def written(road: Folder, into: str = "in", /, **tables: pl.DataFrame) -> str:
    (road.path / into).mkdir()
    given = {"main": MAIN, "member": MEMBER, "leg": LEG, "stop": STOP, **tables}
    for table, rows in given.items():
        rows.write_csv(road.path / into / f"{table}.csv")
    return into


@pytest.mark.parametrize("engine", ["polars", "record"])
def test_each_row_belongs_to_the_row_around_it(road: Folder, engine: str) -> None:
    found = road.found(written(road), engine=engine)
    assert {name: found[name].to_list() for name in FINDINGS} == FINDINGS


def test_other_engines_write_the_same(place: Put) -> None:
    given = place.put("homes", MAIN, member=MEMBER, leg=LEG, stop=STOP)
    summary = place.run(given, "one.csv")
    wanted = place.folder.run("homes", output="other.csv")
    assert sorted(summary.stray_rows.values()) == sorted(wanted.stray_rows.values()) == [1, 1, 2]
    assert place.text("one.csv") == place.text("other.csv")
    with place.opened(given) as source:
        runs.explain(place.folder.framework, source, place.folder.path / "why.json")
    why = (place.folder.path / "why.json").read_text()
    assert '"around": [2]' in why  # the second member's leg


def test_rows_around_which_there_is_nobody_are_counted_with_all_within_them(road: Folder) -> None:
    summary = road.run(written(road))
    assert summary.stray_rows == {"member.csv": 1, "leg.csv": 2, "stop.csv": 1}


def test_the_files_of_odk_central_are_known(road: Folder) -> None:
    (road.path / "zip").mkdir()
    for name, table in (
        ("road", MAIN),
        ("road-member", MEMBER),
        ("road-member-leg", LEG),
        ("road-member-leg-stop", STOP),
    ):
        table.write_csv(road.path / "zip" / f"{name}.csv")
    assert road.found("zip")["legs"].to_list() == FINDINGS["legs"]


def test_the_sheets_of_kobo_are_known(road: Folder) -> None:
    main = pl.DataFrame({"_index": [1, 2, 3], "safe": MAIN["safe"]})
    member = pl.DataFrame({"_index": [1, 2, 3], "_parent_index": [1, 1, 2], "age": [40, 16, 17]})
    leg = pl.DataFrame(
        {"_index": [1, 2, 3, 4], "_parent_index": [2, 1, 3, 2], "days": [3, 30, 12, 10]}
    )
    stop = pl.DataFrame({"_parent_index": [1, 4, 3], "nights": [2, 2, None]})
    with xlsxwriter.Workbook(road.path / "road.xlsx") as book:
        for name, table in (("main", main), ("member", member), ("leg", leg), ("stop", stop)):
            table.write_excel(book, name)
    found = road.found("road.xlsx")
    assert {name: found[name].to_list() for name in FINDINGS} == FINDINGS


NUMBERED = {
    "main": pl.DataFrame({"uuid": ["a", "b", "c"], "safe": MAIN["safe"]}),
    "member": pl.DataFrame(
        {"uuid": ["a", "a", "b"], "member_id": ["1", "2", "1"], "age": ["40", "16", "17"]}
    ),
    "leg": pl.DataFrame(
        {
            "uuid": ["a", "a", "b", "a"],
            "member_id": ["2.0", "1", "1", " 2"],
            "leg_id": ["1", "1", "1", "2"],
            "days": ["3", "30", "12", "10"],
        }
    ),
    "stop": pl.DataFrame(
        {
            "uuid": ["a", "a", "b"],
            "member_id": ["2", "2", "1"],
            "leg_id": ["1", "2", "1"],
            "nights": ["2", "2", ""],
        }
    ),
}
"""Members are numbered anew in each household, and legs for each member."""


def test_numbers_that_begin_anew_in_each_unit_are_told_apart(road: Folder) -> None:
    found = road.found(written(road, **NUMBERED))
    assert {name: found[name].to_list() for name in FINDINGS} == FINDINGS


def test_other_engines_tell_them_apart_too(place: Put) -> None:
    main, *further = NUMBERED.values()
    names = list(NUMBERED)[1:]
    given = place.put("homes", main, **dict(zip(names, further, strict=True)))
    place.run(given, "one.csv")
    place.folder.run("homes", output="other.csv")
    assert place.text("one.csv") == place.text("other.csv")


# -- what is not there


@pytest.mark.parametrize("engine", ["polars", "record"])
def test_an_inner_table_that_is_not_there_was_not_asked(road: Folder, engine: str) -> None:
    name = written(road)
    for table in ("leg", "stop"):
        (road.path / name / f"{table}.csv").unlink()
    found = road.found(name, engine=engine)
    assert found["legs"].to_list() == [None, None, None]
    assert found["far"].to_list() == [None, None, False]  # the last has no members at all


@pytest.mark.parametrize("engine", ["polars", "record"])
def test_an_inner_table_without_rows_says_that_there_are_none(road: Folder, engine: str) -> None:
    found = road.found(written(road, leg=LEG.clear(), stop=STOP.clear()), engine=engine)
    assert found["legs"].to_list() == [0, 0, 0]
    assert found["far"].to_list() == [False, False, False]


def test_inner_rows_without_the_table_around_them_are_refused(road: Folder) -> None:
    name = written(road)
    (road.path / name / "member.csv").unlink()
    assert road.refused(name) == (
        "the rows of leg.csv belong to rows of the repeat member, but there is no table member; "
        "put it beside"
    )


def test_inner_rows_that_name_no_row_are_refused(road: Folder) -> None:
    name = written(road, leg=LEG.drop("PARENT_KEY"), stop=STOP)
    assert road.refused(name) == (
        "the rows of leg.csv do not say to which row of member.csv they belong; "
        "both need a column member_id, or PARENT_KEY and KEY"
    )


TWICE = MEMBER.with_columns(KEY=pl.Series(["u1/m1", "u1/m2", "u1/m1", "u9/m1"]))


def test_two_rows_around_with_one_key_are_refused_with_their_lines(road: Folder) -> None:
    assert road.refused(written(road, member=TWICE)) == (
        "member.csv, row 1 (line 2 with the heading) and row 3 (line 4 with the heading) have the "
        "same KEY, so it cannot be told to which of them the rows of leg.csv belong; make it unique"
    )


def test_other_engines_refuse_them_too(place: Put) -> None:
    given = place.put("homes", MAIN, member=TWICE, leg=LEG, stop=STOP)
    with (
        open_database(place.engine, given, place.folder.framework) as source,
        pytest.raises(BadTableError, match="have the same KEY, so it cannot be told to which"),
    ):
        runs.run(place.folder.framework, source, place.folder.path / "one.csv")


def test_rows_that_name_nobody_belong_to_nobody(road: Folder) -> None:
    leg = LEG.with_columns(PARENT_KEY=pl.Series([None, "u1/m1", "u2/m1", "u1/m2", None, None]))
    member = MEMBER.with_columns(KEY=pl.Series([None, "u1/m2", "u2/m1", None]))
    for engine in ("polars", "record"):
        name = written(road, engine, leg=leg, member=member)
        assert road.found(name, engine=engine)["legs"].to_list() == [1, 1, 0]


def test_a_cell_of_an_inner_table_is_refused_with_its_line(road: Folder) -> None:
    leg = LEG.with_columns(days=pl.Series(["3", "30", "-1", "10", "99", "99"]))
    message = 'leg.csv, row 3 (line 4 with the heading), column days: "-1" cannot be the answer'
    assert message in road.refused(written(road, leg=leg))
