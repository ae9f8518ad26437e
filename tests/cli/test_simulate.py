"""`sojourn framework simulate`: invented answers as tables that can be assessed."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Desk


@pytest.mark.parametrize("output", ["answers", "answers.xlsx"])
def test_repeats_are_further_tables_that_assess_reads(desk: Desk, output: str) -> None:
    done = desk.run("framework", "simulate", "small.yaml", "-n", "30", "-o", output)
    assert "30 rows of main" in done.said
    assert desk.assess(output).code == 0
    assert len(desk.lines()) == 31


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_form_without_repeats_fits_one_table(desk: Desk, ending: str) -> None:
    name = f"answers.{ending}"
    assert desk.run("framework", "simulate", "domv", "-n", "5", "-o", name).code == 0
    assert desk.run("assess", "domv", name, "-o", "out.csv").code == 0


def test_one_table_cannot_hold_repeats(desk: Desk) -> None:
    done = desk.run("framework", "simulate", "small.yaml", "-o", "out.csv")
    assert (done.code, desk.leftovers()) == (2, [])
    assert "the form has repeats (member)" in done.said
    assert "name a folder, or an .xlsx file" in done.said


def test_the_same_seed_writes_the_same_file(desk: Desk) -> None:
    for name, seed in (("a.csv", "5"), ("b.csv", "5"), ("c.csv", "6")):
        desk.run("framework", "simulate", "domv", "-n", "20", "--seed", seed, "-o", name)
    assert desk.lines("a.csv") == desk.lines("b.csv") != desk.lines("c.csv")
