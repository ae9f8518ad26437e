"""Access to health care: a place valued once, and what one person met."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import pytest

from sojourn import catalogue
from sojourn.framework.model import Effect, Level
from tests.catalogue.running import Row, assess, check_framework, same

SIDES = {
    "health_entitlement": range(1, 6),
    "health_access": range(6, 10),
    "health_responsive": range(10, 13),
    "health_change": range(13, 16),
}
ITEMS = [f"he{number:02}" for number in range(1, 16)]


def expected(place: Row, numbers: range) -> Fraction | None:
    values = [str(place[f"he{number:02}"]) for number in numbers]
    if any(value not in ("0", "50", "100") for value in values):
        return None
    return Fraction(sum(map(int, values)), len(values))


def test_each_side_is_the_mean_of_its_questions(tmp_path: Path) -> None:
    chance = random.Random(15)  # noqa: S311 - invented answers, no secrets
    answers = [0, 0, 50, 50, 100, 100, 100, 888, ""]
    rows: list[Row] = [
        {"id": number, **{item: chance.choice(answers) for item in ITEMS}} for number in range(200)
    ]
    for engine in ("polars", "record"):
        for row, found in zip(rows, assess("health-access", tmp_path, rows, engine), strict=True):
            for name, numbers in SIDES.items():
                assert same(found[name], expected(row, numbers))


@pytest.mark.parametrize("value", [0, 50, 100])
def test_one_value_everywhere_is_the_value_of_each_side(tmp_path: Path, value: int) -> None:
    (found,) = assess("health-access", tmp_path, [dict.fromkeys(ITEMS, value)])
    assert [same(found[name], value) for name in SIDES] == [True] * 4


def test_the_place_is_asked_once_and_holds_for_everybody_there(tmp_path: Path) -> None:
    people: list[Row] = [
        {"id": "a", "care_place": "Alphaville", "care_year": 2026, "care_needed": "no"},
        {"id": "b", "care_place": "Alphaville", "care_year": 2026},
        {"id": "c", "care_place": "Betaville", "care_year": 2026},
        {"id": "d", "care_place": "Nowhere", "care_year": 2026},
        {"id": "e", "care_place": "Alphaville", "care_year": 2025},
    ]
    places: list[Row] = [
        {"care_place": "Alphaville", "care_year": 2026, **dict.fromkeys(ITEMS, 0)},
        {"care_place": "Betaville", "care_year": 2026, **dict.fromkeys(ITEMS, 100)},
    ]
    found = assess("health-access", tmp_path, people, place=places)
    sides = [row["health_access"] for row in found]
    assert [side and float(side) for side in sides] == [0, 0, 100, "", ""]


def test_the_fifteen_are_structural_context_and_asked_of_the_place() -> None:
    framework = catalogue.load("health-access")
    place = [f for f in framework.factors if f.code.startswith("HE-")]
    assert [f.code for f in place] == [f"HE-{number:02}" for number in range(1, 16)]
    assert {f.effect for f in place} == {Effect.CONTEXT}
    assert {f.level for f in place} == {Level.STRUCTURAL}
    asked = [row["name"] for row in framework.sheets["survey"] if row.get("asked_of") == "place"]
    assert asked == ITEMS


@pytest.mark.parametrize(
    ("answers", "missed"),
    [
        ({"care_needed": "no"}, "false"),
        ({"care_needed": "yes", "care_got": "all"}, "false"),
        ({"care_needed": "yes", "care_got": "some"}, "true"),
        ({"care_needed": "yes", "care_got": "none"}, "true"),
        ({"care_needed": "yes"}, ""),
        ({"care_needed": "dk"}, ""),
        ({"care_needed": ""}, ""),
    ],
)
def test_care_that_was_needed_and_not_got(
    tmp_path: Path, answers: dict[str, object], missed: str
) -> None:
    (found,) = assess("health-access", tmp_path, [{"id": 1, **answers}])
    assert found["care_needed_and_not_got"] == found["help_to_care_now"] == missed


def test_each_reason_opens_an_answer_of_its_own(tmp_path: Path) -> None:
    framework = catalogue.load("health-access")
    barriers = [f.name for f in framework.factors if f.name.startswith("barrier_")]
    rows: list[Row] = [
        {"care_needed": "yes", "care_got": "none", "care_why_not": name.removeprefix("barrier_")}
        for name in barriers
    ]
    assert len(barriers) == 8
    opened = set()
    for name, found in zip(barriers, assess("health-access", tmp_path, rows), strict=True):
        assert [other for other in barriers if found[other] == "true"] == [name]
        own = [r.name for r in framework.responses if found[r.name] == "true"]
        assert len(own) == 2, own  # help to the missing care, and what answers the reason
        opened |= set(own)
    assert len(opened) == 9


def test_its_examples_and_form_hold() -> None:
    check_framework("health-access")
