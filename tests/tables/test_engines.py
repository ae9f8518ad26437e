"""The engines that speak SQL write what Polars writes, and refuse in the same words."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from sojourn.standards import runs
from sojourn.standards.csv_check import BadTableError
from sojourn.standards.tables import open_source
from tests import sessions
from tests.language.test_form import framework_with, question
from tests.spec import form
from tests.tables.conftest import Folder
from tests.tables.putting import Put

PEOPLE = pl.DataFrame(
    {
        "uuid": ["b", "a", "c", "d"],
        "age": ["16", " 40 ", None, "7.0"],
        "days": ["3", "4.0", None, "-999"],
        "safe": ["no", "dk", "yes", "no"],
        "with": ["friend", "parent pnta", None, "friend  parent"],
        "village": ["north", "it's far", None, "{x} %s"],
    }
)
MEMBERS = pl.DataFrame({"uuid": ["a", "b", "b", "z"], "member_age": ["3", "30", None, "1"]})
UNUSABLE = PEOPLE.with_columns(age=pl.Series(["16", "x", None, "old"]))
ODD_MEMBERS = MEMBERS.with_columns(member_age=pl.Series(["3", "thirty", None, "1"]))


@pytest.fixture(params=sessions.SQL_ENGINES)
def place(request: pytest.FixtureRequest, folder: Folder) -> Put:
    sessions.session(request.param)
    return Put(folder, request.param)


@pytest.mark.parametrize("ending", ["csv", "parquet", "json", "xlsx"])
def test_the_findings_are_those_of_polars(place: Put, ending: str) -> None:
    given = place.put("homes", PEOPLE, member=MEMBERS)
    found = place.run(given, f"one.{ending}", keep=["village"])
    wanted = place.folder.run("homes", output=f"other.{ending}", keep=["village"])
    assert (found.units, found.known_share) == (wanted.units, wanted.known_share)
    assert list(found.stray_rows.values()) == [1]
    if ending in ("csv", "json"):
        assert [line.strip(",") for line in place.text(f"one.{ending}")] == [
            line.strip(",") for line in place.text(f"other.{ending}")
        ]
    else:
        paths = [place.folder.path / f"{name}.{ending}" for name in ("one", "other")]
        one, other = (
            pl.read_parquet(path) if ending == "parquet" else pl.read_excel(path) for path in paths
        )
        assert one.sort("uuid").equals(other.sort("uuid"))


def test_a_cell_that_cannot_be_the_answer_is_refused(place: Put) -> None:
    given = place.put("homes", UNUSABLE)
    with pytest.raises(BadTableError, match='column age: "x" cannot be the answer') as caught:
        place.run(given, "one.csv")
    assert "1 further case" in str(caught.value)
    assert ("uuid a" if place.engine == "postgres" else "row 2") in str(caught.value)
    assert not list(place.folder.path.glob("*one.csv*"))


def test_unusable_cells_are_listed(place: Put) -> None:
    given = place.put("homes", UNUSABLE, member=ODD_MEMBERS)
    place.run(given, "one.csv", refuse_unusable=False)
    place.folder.run("homes", output="other.csv", refuse_unusable=False)
    assert place.text("one.csv") == place.text("other.csv")
    one, other = (place.text(f"{name}.csv.problems.csv") for name in ("one", "other"))
    cells = [[line.split(",")[2:4] for line in lines] for lines in (one, other)]
    assert sorted(cells[0]) == sorted(cells[1])
    assert len(one) == 4


def test_the_because_is_the_same(place: Put) -> None:
    given = place.put("homes", PEOPLE, member=MEMBERS)
    with place.opened(given, ("uuid",)) as source:
        runs.explain(place.folder.framework, source, place.folder.path / "one.json")
    files = (place.folder.path / "homes", place.folder.framework, ("uuid",))
    runs.explain(files[1], open_source(*files), place.folder.path / "other.json")
    assert sorted(line.strip(",") for line in place.text("one.json")) == sorted(
        line.strip(",") for line in place.text("other.json")
    )


def test_a_key_that_stands_twice_is_refused(place: Put) -> None:
    given = place.put("homes", pl.concat([PEOPLE, PEOPLE]), member=MEMBERS)
    with pytest.raises(BadTableError, match="4 values of uuid stand in more than one row"):
        place.run(given, "one.csv")


def test_a_float_is_told_and_refused_as_it_is_written(tmp_path: Path) -> None:
    survey = [question("decimal", name="hours", constraint=". <= 7")]
    factor = {**form.FACTOR, "name": "long", "rule": "${hours} > 2"}
    put = Put(Folder(tmp_path, framework_with(survey=survey, factors=[factor])), "duckdb")
    told = []
    given = put.put("homes", pl.DataFrame({"id": ["a", "b"], "hours": [1.5, 2.25]}))
    with put.opened(given) as source:
        for one in (source, open_source(tmp_path / "homes", put.folder.framework)):
            runs.explain(put.folder.framework, one, tmp_path / "told.json")
            told.append((tmp_path / "told.json").read_text())
    assert told[0] == told[1]
    assert "2.25" in told[0]
    given = put.put("odd", pl.DataFrame({"id": ["a"], "hours": [9.25]}))
    with pytest.raises(BadTableError, match=r'column hours: "9\.25" cannot be the answer'):
        put.run(given, "out.csv")


CSV_FILES: dict[str, str | bytes] = {
    "plain": "id,age,safe\namina,16,no\nbilal,40,yes\n",
    "semicolons": "id;age;safe\namina;16;no\n",
    "tabs": "id\tage\tsafe\namina\t16\tno\n",
    "a mark before the first line": "\ufeffid,age,safe\namina,16,no\n",
    "lines as Windows ends them": "id,age,safe\r\namina,16,no\r\nbilal,,yes\r\n",
    "no end of the last line": "id,age,safe\namina,16,no\nbilal,40,yes",
    "no rows": "id,age,safe\n",
    "quotes": '"id","age","safe","note"\n"amina","16","no","she said ""no, thanks"""\n',
    "a cell over two lines": 'id,note,safe\namina,"one\n\ntwo",no\nbilal,,yes\n',
    "blank lines": "id,age,safe\n\namina,16,no\n\n\nbilal,40,yes\n\n",
    "a unit without answers": "age,safe\n16,no\n,\n40,yes\n",
    "columns without a name": "id,,safe,\namina,x,no,y\n",
    "spaces around headings": "id , age ,safe\namina, 16 ,no\n",
    "empty and quoted": 'id,age,safe\n"","","no"\namina,"",""\n',
    "one column": "safe\nno\n\nyes\n",
    "quotes within a cell that has none around": 'id,safe,note\namina,no,5" pipe\nbilal,yes,"x"\n',
    "backslashes": 'id,safe,note\namina,no,"a\\"\nbilal,yes,\\N\n',
    "words for nothing": "id,safe,note\nNULL,no,NA\nnull,yes,None\n",
    "short and long lines": "id,age,safe\namina,16\nbilal,40,yes,1\n",
    "not text": b"id,safe\namina,n\xe9\n",
    "zero bytes": "id,safe\namina,n\x00o\n",
}


@pytest.mark.parametrize("name", CSV_FILES)
def test_duckdb_reads_a_csv_file_as_polars_does(folder: Folder, name: str) -> None:
    place = Put(folder, "duckdb")
    folder.write("homes [1]*.csv", CSV_FILES[name])
    given = str(folder.path / "homes [1]*.csv")
    said: list[str] = []
    for run in (place.run, lambda given, output: folder.run(given, output=output)):
        try:
            run(given, f"{len(said)}.csv")
            said.append((folder.path / f"{len(said)}.csv").read_text())
        except BadTableError as error:
            said.append(str(error))
    assert said[0] == said[1]
