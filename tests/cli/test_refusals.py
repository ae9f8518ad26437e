"""What cannot be used is refused in the writer's words; nothing is left half-written."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import polars as pl
import pytest

from tests.cli.conftest import Desk

BAD = "id,age,days,safe\namina,16,3,no\nbilal,old,8,maybe\n"
BROKEN_TABLES = {
    "too long": (b"id,safe\na,no\nb,no,1\n", "line 3: 3 cells where the first line has 2"),
    "too short": (b"id,age,safe\na,1,no\nb,2\nc,3,no\n", "line 3: 2 cells where the first line"),
    "open quote": (b'id,safe\na,no\nb,"no\nc,no\n', "line 3: a quotation mark is opened"),
    "latin-1": (b"id,safe\na,no\nb,r\xe9el\n", "line 3: this is not text in UTF-8"),
    "no text": (bytes(range(256)) * 20, "is not"),
    "empty": (b"", "is empty"),
    "twice": (b"id,safe,safe\na,no,no\n", "the column safe stands there twice"),
    "other": (b"x,y\n1,2\n", "no column of people.csv is a question of small; it asks for age"),
}


@pytest.mark.parametrize("kind", BROKEN_TABLES)
def test_a_broken_table_is_refused_with_its_place(desk: Desk, kind: str) -> None:
    content, message = BROKEN_TABLES[kind]
    desk.write("people.csv", content)
    done = desk.assess("people.csv")
    assert done.code == 2
    assert message in done.said
    assert "Traceback" not in done.said
    assert desk.leftovers() == []


@pytest.mark.parametrize("ending", ["parquet", "xlsx"])
def test_junk_is_refused_whatever_its_ending(desk: Desk, ending: str) -> None:
    desk.write(f"people.{ending}", b"\x00\x01junk" * 100)
    done = desk.assess(f"people.{ending}")
    assert done.code == 2
    assert "or it is damaged" in done.said
    assert desk.leftovers() == []


def test_a_cell_that_cannot_be_the_answer_is_named(desk: Desk) -> None:
    desk.write("people.csv", BAD)
    done = desk.assess("people.csv")
    assert done.code == 2
    assert "people.csv, row 2 (line 3 with the heading), column age: " in done.said
    assert '"old" cannot be the answer; allowed: a whole number, from 0 to 120.' in done.said
    assert "There are 2 further cases" in done.said
    assert desk.leftovers() == []


def test_such_cells_can_count_as_unknown_and_are_all_listed(desk: Desk) -> None:
    desk.write("people.csv", BAD)
    done = desk.assess("people.csv", "--on-invalid", "unknown")
    assert done.code == 0
    assert "3 cells cannot be the answer" in done.said
    problems = pl.read_csv(desk.folder / "out.csv.problems.csv")
    assert problems.rows() == [
        ("people.csv", 2, "age", "old", "a whole number, from 0 to 120"),
        ("people.csv", 2, "days", "8", "a whole number, from 0 to 7 (or -999)"),
        ("people.csv", 2, "safe", "maybe", "one of yes, no, dk"),
    ]
    assert desk.lines()[2].startswith("bilal,,")


def test_unusable_cells_of_a_roster_are_named_too(desk: Desk) -> None:
    desk.write("survey/main.csv", "uuid,safe\n1,no\n")
    desk.write("survey/member.csv", "uuid,member_age\n1,three\n")
    done = desk.assess("survey")
    assert done.code == 2
    assert "member.csv, row 1 (line 2 with the heading), column member_age" in done.said


def test_units_that_share_a_key_cannot_own_rosters(desk: Desk) -> None:
    desk.write("survey/main.csv", "uuid,safe\n1,no\n1,yes\n")
    desk.write("survey/member.csv", "uuid,member_age\n1,3\n")
    done = desk.assess("survey")
    assert done.code == 2
    assert "uuid" in done.said
    assert desk.leftovers() == []


def test_a_roster_that_points_nowhere_is_refused(desk: Desk) -> None:
    desk.write("survey/main.csv", "name,safe\n1,no\n")
    desk.write("survey/member.csv", "name,member_age\n1,3\n")
    done = desk.assess("survey")
    assert done.code == 2
    assert "do not say to which row of" in done.said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("assess", "smal", "people.csv", "-o", "out.csv"), "there is no framework `smal`"),
        (("assess", "small.yaml", "nobody.csv", "-o", "out.csv"), "there is no file nobody.csv"),
        (("assess", "small.yaml", "people.csv", "-o", "out.txt"), "use .csv, .parquet, .json"),
        (("assess", "small.yaml", "people.csv", "-o", "gone/out.csv"), "there is no folder gone"),
        (("assess", "small.yaml", "people.csv", "-o", "out.csv", "--key", "x"), "no column x"),
        (("assess", "small.yaml", "people.csv", "-o", "out.csv", "--keep", "x"), "no column x"),
        (("assess", "small.yaml", "people.csv", "-o", "people.csv"), "people.csv is the input"),
        (
            ("assess", "small.yaml", "people.csv", "-o", "out.csv", "--explain", "out.csv"),
            "name the same file",
        ),
        (
            ("assess", "small.yaml", "gone.duckdb", "-o", "out.csv", "--engine", "duckdb"),
            "there is no file gone.duckdb",
        ),
    ],
)
def test_a_wrong_word_on_the_command_line(
    desk: Desk, arguments: tuple[str, ...], message: str
) -> None:
    desk.write("people.csv", "id,safe\n1,no\n")
    done = desk.run(*arguments)
    assert done.code == 2
    assert message in done.said
    assert desk.leftovers() == []


def test_a_killed_run_leaves_no_output_under_its_name(desk: Desk) -> None:
    rows = "\n".join(f"{n},16,3,no,friend" for n in range(400_000))
    desk.write("people.csv", f"id,age,days,safe,with\n{rows}\n")
    command = [sys.executable, "-m", "sojourn", "assess", "small.yaml", "people.csv"]
    with subprocess.Popen([*command, "-o", "out.json"], cwd=desk.folder) as running:
        part = desk.folder / ".out.json.part"
        until = time.monotonic() + 60
        while not part.exists() and running.poll() is None and time.monotonic() < until:
            time.sleep(0.01)  # until there is something to interrupt
        running.send_signal(signal.SIGKILL)
    assert not (desk.folder / "out.json").exists()
