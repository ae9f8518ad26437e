"""Monitoring after return: contacts, worries, safeguards, and what nobody answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from sojourn import catalogue
from sojourn.framework.model import Effect, Horizon
from tests.catalogue.running import assess, check_framework

REACHED = {"contact_point": "m3", "contact_outcome": "reached", "consent_renewed": "yes"}
WORRIES = {
    "PM-01": ("officials_did_harm", "yes", "lawyer_now", Horizon.IMMEDIATE),
    "PM-02": ("others_threaten", "yes", "safety_plan_together", Horizon.IMMEDIATE),
    "PM-03": ("free_to_live_where_wished", "no", "legal_aid_for_freedom", Horizon.SHORT_TERM),
    "PM-04": ("identity_papers", "no", "civil_registry_help", Horizon.SHORT_TERM),
    "PM-05": ("safe_home_now", "no", "shelter_now", Horizon.IMMEDIATE),
    "PM-06": ("care_since_return", "no", "health_care_referral", Horizon.SHORT_TERM),
    "PM-07": ("money_for_basics", "no", "cash_for_basics", Horizon.SHORT_TERM),
    "PM-08": ("income_now", "no", "way_to_a_livelihood", Horizon.LONG_TERM),
    "PM-09": ("children_at_school", "not_all", "children_into_school", Horizon.SHORT_TERM),
    "PM-10": ("welcome_back", "bad", "psychosocial_help", Horizon.SHORT_TERM),
    "PM-12": ("promised_help", "nothing", "complaint_about_promised_help", Horizon.SHORT_TERM),
    "PM-13": ("leaving_again", "by_need", "options_without_steering", Horizon.LONG_TERM),
    "PM-14": ("claims_open", "yes", "claim_across_the_border", Horizon.LONG_TERM),
}


@pytest.mark.parametrize("code", WORRIES)
def test_a_worrying_answer_opens_its_action_in_its_horizon(tmp_path: Path, code: str) -> None:
    question, answer, response, horizon = WORRIES[code]
    framework = catalogue.load("post-return")
    (declared,) = (item for item in framework.responses if item.name == response)
    assert declared.horizon == horizon
    factors = [f.name for f in framework.factors if f.code == code and f.effect is Effect.RISK]
    worried, silent = assess("post-return", tmp_path, [{**REACHED, question: answer}, REACHED])
    assert worried[response] == "true"
    assert "true" in [worried[name] for name in factors]
    assert silent[response] == ""
    assert all(silent[name] == "" for name in factors)


@pytest.mark.parametrize(
    ("answers", "low"),
    [
        ({"mood_tool": "who5", "who5_raw": 12}, "true"),
        ({"mood_tool": "who5", "who5_raw": 13}, "false"),
        ({"mood_tool": "phq2", "phq2_sum": 3}, "true"),
        ({"mood_tool": "phq2", "phq2_sum": 2}, "false"),
        ({}, ""),
    ],
)
def test_mood_is_read_at_its_cut_off_and_unknown_without_a_tool(
    tmp_path: Path, answers: dict[str, object], low: str
) -> None:
    (found,) = assess("post-return", tmp_path, [{**REACHED, **answers}])
    assert found["low_mood_reported"] == low


def test_not_being_reached_is_an_outcome_and_hides_nothing(tmp_path: Path) -> None:
    (found,) = assess("post-return", tmp_path, [{"contact_outcome": "unreachable"}])
    assert found["could_not_be_reached"] == "true"
    assert found["try_again_by_agreed_ways"] == found["ask_the_trusted_contact"] == "true"
    assert found["harm_by_officials_since_return"] == found["basic_needs_are_met"] == ""
    assert found["open_worries"] == ""


def test_contact_points_are_five() -> None:
    points = [
        row["label::English (en)"]
        for row in catalogue.load("post-return").sheets["choices"]
        if row["list_name"] == "contact_points"
    ]
    assert points[:5] == ["48 hours", "2 weeks", "3 months", "6 months", "12 months"]


def test_every_safeguard_and_every_point_of_the_checklist_has_a_factor() -> None:
    codes = {factor.code for factor in catalogue.load("post-return").factors}
    assert {f"RT-{number:02}" for number in range(1, 13)} <= codes
    assert {f"RM-{number}" for number in range(1, 13)} <= codes
    assert {f"PM-{number:02}" for number in range(1, 15)} <= codes


@pytest.mark.parametrize("number", range(1, 13))
def test_a_missing_safeguard_is_counted_and_followed_up(tmp_path: Path, number: int) -> None:
    kept = {f"rt{other:02}": "yes" for other in range(1, 13)}
    rows = [kept, {**kept, f"rt{number:02}": "no"}]
    good, bad = assess("post-return", tmp_path, rows)
    assert float(good["safeguards_missing"]) == 0
    assert float(bad["safeguards_missing"]) == 1
    responses = [item.name for item in catalogue.load("post-return").responses]
    assert any(bad[name] == "true" and good[name] != "true" for name in responses)


def test_days_to_the_first_help(tmp_path: Path) -> None:
    rows = [
        {"returned_on": "2024-02-27", "first_help_on": "2024-03-01"},
        {"returned_on": "2024-02-27", "first_help_on": "2024-02-27"},
        {"returned_on": "2024-02-27"},
    ]
    found = [row["days_to_first_help"] for row in assess("post-return", tmp_path, rows)]
    assert [float(days) for days in found[:2]] == [3, 0]
    assert found[2] == ""


def test_signs_of_a_need_for_protection_enter_no_measure() -> None:
    framework = catalogue.load("post-return")
    apart = {f.name for f in framework.factors if f.data_class == "status_protection"}
    assert apart == {"asylum_papers_passed_on"}
    for row in framework.sheets["measures"]:
        assert not apart & set(row.get("components", "").split())
    assert {r.name for r in framework.responses if r.data_class == "status_protection"} == {
        "protection_check_screen_said_refer",
        "protection_check_after_return",
    }


def test_its_examples_and_form_hold() -> None:
    check_framework("post-return")
