"""Environment and moving: counts at their cut-offs, places asked once, signs kept apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from sojourn import catalogue
from tests.catalogue.running import assess, check_framework

MOVE = ("consulted", "agreed", "informed", "livelihood", "services", "land_title", "culture")
PLANNED = [f"move_{name}" for name in (*MOVE, "complaint_route", "monitoring")]


@pytest.mark.parametrize(
    ("question", "below", "at", "factor"),
    [
        ("what_was_lost", "land", "land water", "much_lost"),
        ("moves_before", "1", "2", "moved_again_and_again"),
        ("area_worse", "wood soil", "wood soil prices", "host_land_strained"),
    ],
)
def test_counts_begin_at_their_cut_off(
    tmp_path: Path, question: str, below: str, at: str, factor: str
) -> None:
    found = assess("environment", tmp_path, [{question: below}, {question: at}, {"id": "x"}])
    assert [row[factor] for row in found] == ["false", "true", ""]


@pytest.mark.parametrize("gap", PLANNED)
def test_one_missing_safeguard_is_a_gap(tmp_path: Path, gap: str) -> None:
    fair = dict.fromkeys(PLANNED, "yes")
    found = assess("environment", tmp_path, [fair, {**fair, gap: "no"}, {**fair, gap: ""}])
    assert [row["planned_move_lacks_safeguards"] for row in found] == ["false", "true", ""]
    assert [row["planned_move_kept_safeguards"] for row in found] == ["true", "false", ""]


def test_conflict_and_rights_open_a_protection_check_that_enters_no_measure(
    tmp_path: Path,
) -> None:
    rows = [
        {"left_for_conflict": "some", "left_for_sudden": "main"},
        {"left_for_conflict": "none", "left_for_rights": "none", "left_for_sudden": "main"},
    ]
    found = assess("environment", tmp_path, rows)
    assert [row["protection_check_conflict_or_rights"] for row in found] == ["true", "false"]
    assert [row["environment_risks"] for row in found] == ["", ""]
    (check,) = (
        item
        for item in catalogue.load("environment").responses
        if item.name == "protection_check_conflict_or_rights"
    )
    assert check.data_class == "status_protection"


def test_its_examples_and_form_hold() -> None:
    check_framework("environment")
