"""The first-contact screen: its rating rules, its urgent signs, and what it keeps apart."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

import pytest
from pyxform.xls2xform import convert

from sojourn import catalogue
from sojourn.framework.findings import Findings, State
from sojourn.framework.model import DataClass, Effect, Framework, Horizon
from tests.catalogue.people import (
    NAMES_FOR_PEOPLE,
    answers_of,
    depends_on,
    found,
    kept_apart,
    level,
    output_labels,
    seen_by_others,
    suggested,
)

ID = "screening"
CALM = answers_of(ID, "amina_nothing_pressing")
CHILD = {
    **CALM,
    "age": "9",
    "child_with_whom": "parent_or_carer",
    "child_harm_signs": "none",
    **{f"child_{part}": "good" for part in ("care", "school", "play", "food")},
}
HEALTH = {"lasting_illness": "yes"}
WELFARE = {"dependants_at_risk": "yes"}
OTHER = {"other_level": "medium"}
ORDER = ("none", "low", "medium", "high")


def screen(changes: Mapping[str, str], base: Mapping[str, str] = CALM) -> Findings:
    return found(ID, {**base, **changes})


@pytest.fixture(scope="module")
def framework() -> Framework:
    return catalogue.load(ID)


# What each prompt is rated, as its rule says.
PROMPTS = {
    "VQ-04 earlier pregnancy": ({"birth_and_children": "earlier_pregnancy"}, "medium"),
    "VQ-04 alone with children": ({"birth_and_children": "alone_with_children"}, "medium"),
    "VQ-04 late pregnancy in company": (
        {"birth_and_children": "late_pregnancy", "pregnancy_companion": "yes"},
        "medium",
    ),
    "VQ-04 late pregnancy alone": (
        {"birth_and_children": "late_pregnancy", "pregnancy_companion": "no"},
        "high",
    ),
    "VQ-05 violence now": ({"violence": "now", "sexual_harm_when": "no"}, "high"),
    "VQ-05 violence in the past": (
        {"violence": "past", "sexual_harm_when": "longer_ago"},
        "medium",
    ),
    "VQ-06 at risk": ({"orientation_risk": "risk"}, "medium"),
    "VQ-06 shared place unsafe": ({"orientation_risk": "shared_unsafe"}, "high"),
    "VQ-07 urgent": ({"care_needed_now": "yes"}, "high"),
    "VQ-07 lasting": (HEALTH, "medium"),
    "VQ-08 self-harm": ({"self_harm_thoughts": "yes"}, "high"),
    "VQ-08 distress": ({"not_coping": "yes"}, "medium"),
    "VQ-09 a lot of difficulty": ({"wg_hearing": "a_lot"}, "medium"),
    "VQ-09 some difficulty": ({"wg_hearing": "some", "wg_seeing": "some"}, "none"),
    "VQ-10 older, no help": ({"age": "60", "older_support": "needs_none"}, "medium"),
    "VQ-10 older, with help": ({"age": "60", "older_support": "has_help"}, "none"),
    "VQ-10 not older": ({"age": "59", "older_support": "needs_none"}, "none"),
    "VQ-11 no shelter tonight": ({"needs_missing": "shelter_tonight"}, "high"),
    "VQ-11 no clothes": ({"needs_missing": "clothes"}, "low"),
    "VQ-12 dependants at risk": (WELFARE, "medium"),
    "VQ-14 ill-treated": ({"severe_ill_treatment": "yes"}, "high"),
    "VQ-15 exploitation possible": (
        {"exploitation_signs": "unpaid_or_debt", "exploitation_now": "no", "fears_reprisals": "no"},
        "high",
    ),
    "VQ-17 the interviewer's judgement": ({"other_level": "low"}, "low"),
}
CHILD_PROMPTS = {
    "VQ-01 no adult": ({"child_with_whom": "alone", "child_return_unclear": "no"}, "high"),
    "VQ-01 unrelated adult": (
        {"child_with_whom": "unrelated_adult", "child_return_unclear": "no"},
        "high",
    ),
    "VQ-02 signs of harm": ({"child_harm_signs": "marriage"}, "high"),
    "VQ-03 one poor answer": ({"child_food": "very_poor"}, "low"),
    "VQ-03 two poor answers": ({"child_food": "very_poor", "child_play": "poor"}, "medium"),
    "VQ-03 fair is not poor": ({"child_food": "fair", "child_play": "fair"}, "none"),
}


@pytest.mark.parametrize("prompt", PROMPTS)
def test_each_prompt_is_rated_by_its_rule(prompt: str) -> None:
    changes, rating = PROMPTS[prompt]
    assert level(screen(changes), "rating") == rating


@pytest.mark.parametrize("prompt", CHILD_PROMPTS)
def test_each_prompt_about_a_child_is_rated_by_its_rule(prompt: str) -> None:
    changes, rating = CHILD_PROMPTS[prompt]
    findings = screen(changes, CHILD)
    assert (level(findings, "child_rating"), level(findings, "rating")) == (rating, rating)


def test_two_medium_domains_are_medium() -> None:
    findings = screen({**HEALTH, **WELFARE})
    assert level(findings, "rating") == "medium"
    assert {"full_assessment_within_a_week", "community_placement"} <= suggested(findings)


def test_three_medium_domains_are_high() -> None:
    findings = screen({**HEALTH, **WELFARE, **OTHER})
    assert level(findings, "rating") == "high"
    assert {"immediate_safety", "no_detention"} <= suggested(findings)


def test_three_medium_prompts_of_one_domain_stay_medium() -> None:
    assert level(screen({**HEALTH, "not_coping": "yes", "wg_seeing": "cannot"}), "rating") == (
        "medium"
    )


def test_three_low_domains_stay_low() -> None:
    changes = {"child_food": "poor", "needs_missing": "clothes", "other_level": "low"}
    assert level(screen(changes, CHILD), "rating") == "low"


@pytest.mark.parametrize(
    ("changes", "within"),
    [
        (HEALTH, {"7 days"}),
        ({"care_needed_now": "yes"}, {"24 hours"}),
        ({"other_level": "low"}, {"30 days"}),
        ({}, {"30 days"}),
    ],
)
def test_the_next_step_has_the_time_of_its_level(
    changes: Mapping[str, str], within: set[str], framework: Framework
) -> None:
    steps = {
        "immediate_safety": "24 hours",
        "full_assessment_within_a_day": "24 hours",
        "no_detention": "24 hours",
        "full_assessment_within_a_week": "7 days",
        "community_placement": "7 days",
        "information_and_self_referral": "30 days",
        "review_date": "30 days",
    }
    declared = {r.name: r.within for r in framework.responses if r.name in steps}
    assert declared == steps
    assert {steps[name] for name in suggested(screen(changes)) if name in steps} == within


URGENT = {
    "URG-1": ({"care_needed_now": "yes"}, "health_service_now"),
    "URG-2": ({"self_harm_thoughts": "yes"}, "stay_and_clinical_help"),
    "URG-3": ({"threatened_or_held": "yes"}, "alone_safety_plan_place"),
    "URG-4": (
        {"violence": "past", "sexual_harm_when": "within_120_hours"},
        "clinical_care_first",
    ),
    "URG-5": ({"age": "9", "child_with_whom": "alone"}, "child_protection_now"),
    "URG-6": ({"needs_missing": "water"}, "shelter_food_water_now"),
    "URG-7": ({"return_step_soon": "yes", "afraid_to_go_back": "yes"}, "ask_to_stop_return"),
    "URG-8": ({"detained": "yes"}, "legal_aid_in_detention"),
    "URG-9": ({"birth_and_children": "recent_birth"}, "maternity_care_now"),
    "URG-10": (
        {"exploitation_signs": "sexual_gain", "exploitation_now": "yes"},
        "specialist_no_confrontation",
    ),
}


@pytest.mark.parametrize("code", URGENT)
def test_any_one_urgent_sign_opens_its_immediate_response(code: str, framework: Framework) -> None:
    changes, first_action = URGENT[code]
    findings = found(ID, changes)  # nothing else was asked
    names = {factor.name for factor in framework.factors if factor.code == code}
    urgent = {one.name for one in findings.factors if one.urgent}
    assert names <= urgent
    assert first_action in suggested(findings)
    (response,) = (r for r in framework.responses if r.name == first_action)
    assert response.horizon is Horizon.IMMEDIATE


def test_no_urgent_sign_is_missing(framework: Framework) -> None:
    codes = {factor.code for factor in framework.factors}
    expected = {f"URG-{n}" for n in range(1, 11)} | {f"VQ-{n:02}" for n in range(1, 19)}
    assert expected | {f"PR-{n:02}" for n in range(1, 12)} <= codes


def test_nothing_follows_from_silence() -> None:
    findings = found(ID, {})
    assert {one.state for one in findings.factors} == {State.UNKNOWN}
    assert suggested(findings) == set()
    assert {level(findings, m.name) for m in findings.measures} == {"unknown"}


def test_an_answer_withheld_is_not_rated_low() -> None:
    findings = screen({"severe_ill_treatment": "pnta"})
    assert level(findings, "rating") == "unknown"
    assert "ask_what_is_open" in suggested(findings)
    assert not {"information_and_self_referral", "review_date"} & suggested(findings)


def test_an_answer_withheld_holds_back_no_help() -> None:
    findings = screen({**HEALTH, "severe_ill_treatment": "pnta"})
    assert level(findings, "rating") == "unknown"
    assert level(findings, "rating_so_far") == "medium"
    assert "full_assessment_within_a_week" in suggested(findings)


def test_three_medium_domains_are_high_whatever_else_is_withheld() -> None:
    open_ones = {"severe_ill_treatment": "pnta", "violence": "dk", "exploitation_signs": "pnta"}
    assert level(screen({**HEALTH, **WELFARE, **OTHER, **open_ones}), "rating") == "high"


@pytest.mark.parametrize(
    "person",
    [
        "farid_three_domains_at_medium",
        "hamid_alone_at_fifteen",
        "elena_two_domains_at_medium",
        "teresa_no_helper_at_seventy",
        "lamin_two_poor_answers",
    ],
)
def test_withholding_any_answer_changes_no_rating_that_is_known(person: str) -> None:
    answers = answers_of(ID, person)
    full = level(found(ID, answers), "rating")
    for name in answers:
        less = found(ID, {key: value for key, value in answers.items() if key != name})
        assert level(less, "rating") in (full, "unknown"), name
        assert ORDER.index(level(less, "rating_so_far")) <= ORDER.index(full), name


def test_resources_never_lower_a_rating() -> None:
    findings = screen({**HEALTH, "helps_to_cope": "family friends faith skills plans"})
    assert level(findings, "rating") == "medium"
    assert findings.measure("resources").value == 5


def test_resources_weigh_as_much_as_concerns() -> None:
    findings = screen({**HEALTH, "helps_to_cope": "family"})
    assert findings.measure("resources").value == findings.measure("concerns").value == 1


def test_what_helps_is_as_near_as_what_harms(framework: Framework) -> None:
    weights = {
        row["weight"] for row in framework.sheets["factors"] if row["effect"] == "protective"
    }
    assert weights == {"1"}


@pytest.mark.parametrize(
    ("age", "maybe", "applies"),
    [
        ("17", "", State.PRESENT),
        ("18", "unsure", State.PRESENT),
        ("20", "yes", State.PRESENT),
        ("20", "no", State.ABSENT),
        ("20", "pnta", State.UNKNOWN),
        ("21", "yes", State.ABSENT),
        ("", "unsure", State.PRESENT),
        ("", "no", State.ABSENT),
        ("", "", State.UNKNOWN),
    ],
)
def test_in_doubt_the_rules_for_children_apply(age: str, maybe: str, applies: State) -> None:
    given = {"age": age, "maybe_under_18": maybe}
    answers = {name: value for name, value in given.items() if value}
    assert found(ID, answers).factor("child_rules").state is applies


PROTECTION = {
    "PR-01": {"wants_protection": "yes"},
    "PR-02": {"afraid_to_go_back": "yes"},
    "PR-03": {"left_violence": "yes"},
    "PR-04": {"harmed_for_a_reason": "yes"},
    "PR-05": {"origin_on_list": "yes"},
    "PR-06": {"danger_of_torture": "yes"},
    "PR-07 yes": {"no_state_sign": "yes"},
    "PR-07 unsure": {"no_state_sign": "unsure"},
    "PR-08": {"registered_elsewhere": "yes"},
    "PR-11": {"disaster_no_return": "yes"},
}


@pytest.mark.parametrize("sign", PROTECTION)
def test_one_sign_of_a_protection_need_refers_and_is_not_rated(sign: str) -> None:
    findings = screen(PROTECTION[sign])
    assert "protection_refer" in suggested(findings)
    assert "protection_no_sign_now" not in suggested(findings)
    assert level(findings, "rating") == "none"
    assert findings.measure("concerns").value == 0


def test_a_child_alone_with_an_unclear_return_is_referred() -> None:
    findings = screen({"child_with_whom": "alone", "child_return_unclear": "yes"}, CHILD)
    assert {"protection_refer", "guardian_and_asylum_check"} <= suggested(findings)


def test_reprisals_after_exploitation_are_referred() -> None:
    changes = {"exploitation_signs": "made_to_act", "exploitation_now": "no"}
    findings = screen({**changes, "fears_reprisals": "yes"})
    assert {"protection_refer", "asylum_and_trafficking_together"} <= suggested(findings)


def test_a_nationality_in_doubt_is_an_answer_and_silence_about_it_is_not() -> None:
    assert screen({"no_state_sign": "unsure"}).factor("possible_statelessness").state is (
        State.PRESENT
    )
    withheld = screen({"no_state_sign": "pnta"})
    assert withheld.factor("possible_statelessness").state is State.UNKNOWN
    assert not {"protection_refer", "protection_no_sign_now"} & suggested(withheld)


def test_no_sign_now_needs_every_answer() -> None:
    assert "protection_no_sign_now" in suggested(screen({}))
    assert "protection_no_sign_now" not in suggested(screen({"left_violence": "dk"}))


def test_no_sign_of_a_protection_need_enters_a_measure(framework: Framework) -> None:
    apart, used = kept_apart(framework), depends_on(framework)
    assert len(apart) == 13 + 14  # questions, and factors PR-01 to PR-11, VQ-13, VQ-16, URG-7
    assert [m.name for m in framework.measures if used[m.name] & apart] == []


def test_what_is_kept_apart_moves_nothing_that_others_see(framework: Framework) -> None:
    apart, used = kept_apart(framework), depends_on(framework)
    assert [name for name in seen_by_others(framework) if used[name] & apart] == []


def test_every_question_about_protection_is_kept_apart(framework: Framework) -> None:
    names = [row.get("name", "") for row in framework.sheets["survey"]]
    last = set(names[names.index("protection_check") :])
    classes = {q.name: q.data_class for q in framework.questions if q.name in last}
    assert len(classes) == 13
    assert set(classes.values()) == {DataClass.STATUS_PROTECTION}


def test_safety_and_health_come_first_then_the_agreement(framework: Framework) -> None:
    groups = [row["name"] for row in framework.sheets["survey"] if row["type"] == "begin_group"]
    assert groups[:2] == ["first", "agreement"]
    assert groups[-1] == "protection_check"
    asked = [q.name for q in framework.questions]
    assert asked[0] == "care_needed_now"


def test_every_factor_is_present_in_some_example(framework: Framework) -> None:
    shown = {
        name
        for example in framework.examples
        for name, state in example.factors.items()
        if state in ("present", "raises")
    }
    assert {factor.name for factor in framework.factors} - shown == set()


def test_no_output_says_what_a_person_is(framework: Framework) -> None:
    labels = list(output_labels(framework))
    assert [text for text in labels if NAMES_FOR_PEOPLE.search(text.lower())] == []


def test_resources_are_factors_of_their_own(framework: Framework) -> None:
    resources = [f for f in framework.factors if f.effect is Effect.PROTECTIVE]
    assert len(resources) == 7


def test_form_tools_take_the_form_without_a_warning(framework: Framework) -> None:
    ours = {"missing", "data_class"}
    sheets = {
        name: [{c: v for c, v in row.items() if c not in ours} for row in framework.sheets[name]]
        for name in ("survey", "choices", "settings")
    }
    java = shutil.which("java") is not None  # with it, ODK Validate reads the form too
    assert convert(sheets, form_name="data", validate=java).warnings == []


def test_it_speaks_four_languages(framework: Framework) -> None:
    assert set(framework.languages) == {"en", "fr", "ar", "es"}
