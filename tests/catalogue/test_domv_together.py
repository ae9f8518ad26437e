"""`domv` read at all levels together, against the rule as it is written in words.

The higher of the individual and the household reading; one step more where the community or the
country has marked or severe risks and nothing near the person answers it; never lowered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product

import pytest

from sojourn import catalogue
from sojourn.engines.record import assess
from sojourn.language.answers import read_answers

DOMV = catalogue.load("domv")
EXAMPLES = {example.name: example.answers for example in DOMV.examples}
SURVEY = {row["name"]: row for row in DOMV.sheets["survey"] if row.get("name")}
STEPS = ("outweighed", "some", "marked", "severe")
MEASURES = (
    "individual_balance",
    "household_balance",
    "community_balance",
    "structural_balance",
    "overall_reading",
)

# Somebody of whom nearly all is known but the place, with nobody to lean on, and with strengths of
# their own that outweigh it: 2 points of risk, not to know where help is and to trust nobody here.
ALONE = {
    **EXAMPLES["olga_no_word_on_places"],
    "is_stuck": "no",
    "owes_more_than_a_year": "no",
    "earnings_cover": "dk",
    "can_reach_someone": "yes",
    "has_skill": "yes",
}
INDIVIDUAL = {
    "outweighed": {},
    "some": {"is_stuck": "yes"},
    "marked": {
        "is_stuck": "yes",
        "money_for_two_weeks": "no",
        "permission_depends_on_other": "yes",
    },
    "severe": {"threatened_now": "yes", "ill_or_injured_now": "yes", "pain_by_authority": "yes"},
}
HOUSEHOLD = {
    "outweighed": {},
    "some": {"could_lose_home": "yes"},
    "marked": {
        "could_lose_home": "yes",
        "care_not_reached": "yes",
        "owes_more_than_a_year": "yes",
    },
    "severe": {
        "could_lose_home": "yes",
        "care_not_reached": "yes",
        "home_held_by_other": "yes",
        "harm_or_fear_at_home": "yes",
    },
}
SOMEBODY = {"can_count_on_kin": "agree"}
HOUSEHOLD_QUESTIONS = {
    name
    for row in DOMV.sheets["factors"]
    if row["level"] == "household"
    for name in SURVEY
    if f"${{{name}}}" in row["rule"]
}


def of_level(example: str, level: str) -> dict[str, str]:
    """What an example's place was said to be like, at one level."""
    questions = [
        row["name"]
        for row in DOMV.sheets["survey"]
        if row.get("asked_of") == "place" and row["name"] in EXAMPLES[example]
    ]
    first = questions.index("pathways_usable")
    wanted = questions[:first] if level == "community" else questions[first:]
    return {name: EXAMPLES[example][name] for name in wanted}


HARD, GOOD = "marisol_place_that_presses", "leila_good_ground_on_the_way"
PLACES: Mapping[str, tuple[Mapping[str, str], bool | None]] = {
    "good": ({**of_level(GOOD, "community"), **of_level(GOOD, "structural")}, False),
    "hard": ({**of_level(HARD, "community"), **of_level(HARD, "structural")}, True),
    "hard people": ({**of_level(HARD, "community"), **of_level(GOOD, "structural")}, True),
    "hard law": ({**of_level(GOOD, "community"), **of_level(HARD, "structural")}, True),
    "hard people, law unknown": (of_level(HARD, "community"), True),
    "good people, law unknown": (of_level(GOOD, "community"), None),
    "unknown": ({}, None),
}


def classes(*parts: Mapping[str, str]) -> dict[str, str | None]:
    answers = {name: text for part in (ALONE, *parts) for name, text in part.items()}
    findings = assess(DOMV, read_answers(DOMV, answers))
    by_name = {finding.name: finding.class_name for finding in findings.measures}
    return {name: by_name[name] for name in MEASURES}


def in_words(readings: Iterable[str], presses: bool | None, answered: bool) -> set[str]:
    """Every reading that is possible."""
    highest = max(map(STEPS.index, readings))
    steps = {1 if pressed and not answered else 0 for pressed in possible(presses)}
    return {STEPS[min(highest + step, 3)] for step in steps}


def possible(presses: bool | None) -> tuple[bool, ...]:
    return (False, True) if presses is None else (presses,)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("answered", [False, True], ids=["nobody near", "somebody near"])
def test_the_reading_of_all_levels_follows_its_words(place: str, answered: bool) -> None:
    said, presses = PLACES[place]
    near = SOMEBODY if answered else {}
    for individual, household in product(STEPS, repeat=2):
        found = classes(INDIVIDUAL[individual], HOUSEHOLD[household], near, said)
        assert found["individual_balance"] == individual
        assert found["household_balance"] == household
        expected = in_words((individual, household), presses, answered)
        wanted = expected.pop() if len(expected) == 1 else None
        assert found["overall_reading"] == wanted, (individual, household)


def test_the_places_are_as_hard_as_they_are_called() -> None:
    for said, presses in PLACES.values():
        found = classes(said)
        around = {found["community_balance"], found["structural_balance"]}
        if presses is None:
            assert None in around
        else:
            assert presses == bool(around & {"marked", "severe"})


@pytest.mark.parametrize("individual", STEPS)
def test_an_unknown_household_leaves_open_only_what_it_could_change(individual: str) -> None:
    household = dict.fromkeys(HOUSEHOLD_QUESTIONS, "")
    said, _ = PLACES["good"]
    found = classes(INDIVIDUAL[individual], household, said)
    assert found["household_balance"] is None
    assert found["overall_reading"] == ("severe" if individual == "severe" else None)


@pytest.mark.parametrize(
    "near",
    [
        {"knows_where_help": "yes"},
        {"trusts_someone_here": "yes"},
        {"in_worker_group": "yes"},
        {"home_helps_and_listens": "agree"},
        {"can_count_on_kin": "strongly_agree"},
    ],
    ids=lambda near: next(iter(near)),
)
def test_each_of_five_resources_answers_a_hard_place(near: Mapping[str, str]) -> None:
    said, _ = PLACES["hard"]
    assert classes(said)["overall_reading"] == "some"
    assert classes(said, near)["overall_reading"] == "outweighed"


def test_good_law_alone_lowers_nothing() -> None:
    weighed = (INDIVIDUAL["marked"], HOUSEHOLD["outweighed"])
    good, _ = PLACES["good"]
    assert classes(*weighed, good)["overall_reading"] == "marked"
