"""The crosswalk to HTCDS: both directions, and nothing without a pair."""

from __future__ import annotations

import pytest

from sojourn import catalogue
from sojourn.standards.htcds import (
    ANSWERS,
    CROSSWALKS,
    EMPTY,
    UnmappedError,
    from_standard,
    to_standard,
)

PUBLISHED = {
    "prs_PrimaryLanguage": {"ar": "ara", "fa": "fas", "ti": "tir", "wo": "wol"},
    "cas_Status": {
        "open": "Active",
        "following_up": "FollowUp",
        "closed": "Closed",
        "closed_elsewhere": "ClosedReferred",
    },
    "vic_MethodsOfControl": {"DebtBondage": "DebtBondage", "UsesChildren": "UsesChildren"},
    "vic_TypeOfExploitation": {"ForcedLabour": "ForcedLabour", "Other": "Other"},
}
"""Pairs that files out there rest on. Add to them; never change or remove one."""


@pytest.mark.parametrize("field", CROSSWALKS)
def test_every_code_goes_over_and_comes_back_as_itself(field: str) -> None:
    for ours in CROSSWALKS[field].out:
        assert from_standard(field, to_standard(field, ours)) == ours


@pytest.mark.parametrize("field", CROSSWALKS)
def test_further_spellings_lead_to_codes_of_ours(field: str) -> None:
    for theirs, ours in CROSSWALKS[field].also_read.items():
        assert from_standard(field, theirs) == ours in CROSSWALKS[field].out


@pytest.mark.parametrize("field", PUBLISHED)
def test_no_pair_was_ever_relabelled(field: str) -> None:
    assert PUBLISHED[field].items() <= dict(CROSSWALKS[field].out).items()


@pytest.mark.parametrize("field", CROSSWALKS)
@pytest.mark.parametrize("way", [to_standard, from_standard])
@pytest.mark.parametrize("value", ["", "Unknown", "rhg", "active", "none"])
def test_a_value_without_a_pair_stops(field: str, way: object, value: str) -> None:
    with pytest.raises(UnmappedError) as told:
        way(field, value)  # type: ignore[operator]  # both take a field and a value
    assert (told.value.field, told.value.value) == (field, value)
    assert told.value.allowed


@pytest.mark.parametrize("question", ANSWERS)
def test_every_answer_of_the_framework_on_forced_labour_has_a_pair(question: str) -> None:
    asked = catalogue.load("forced-labour").question(question)
    codes = {choice.name for choice in asked.choices} - set(asked.missing_codes) - EMPTY
    assert codes == set(CROSSWALKS[ANSWERS[question]].out)
