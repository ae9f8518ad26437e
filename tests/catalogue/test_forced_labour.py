"""Signs of forced labour and trafficking: the rule of the outcome, and what must not move it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from itertools import combinations

import pytest
from pyxform.xls2xform import convert

from sojourn import catalogue
from sojourn.framework.findings import Findings, State
from sojourn.framework.model import Framework, Horizon
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

ID = "forced-labour"
FREE = answers_of(ID, "amina_free_at_work")
ORDER = ("no_sign", "possible", "strong")

# The eleven indicators: answer, side, response, its horizon.
INDICATORS: dict[str, tuple[dict[str, str], str, str, Horizon]] = {
    "ILO-01": ({"difficulty_used": "yes"}, "both", "legal_advice", Horizon.SHORT_TERM),
    "ILO-02": ({"promise_differs": "yes"}, "inv", "contract_claim", Horizon.SHORT_TERM),
    "ILO-03": ({"free_off_duty": "not_now"}, "coe", "safe_exit_plan", Horizon.IMMEDIATE),
    "ILO-04": ({"contact_with_others": "none_now"}, "coe", "contact_or_visit", Horizon.IMMEDIATE),
    "ILO-05": ({"hurt_at_work": "yes"}, "coe", "medical_and_shelter", Horizon.IMMEDIATE),
    "ILO-06": ({"threatened_at_work": "now"}, "coe", "safety_plan", Horizon.IMMEDIATE),
    "ILO-07": ({"who_holds_papers": "kept"}, "coe", "recover_papers", Horizon.SHORT_TERM),
    "ILO-08": ({"how_paid": "taken"}, "coe", "wage_claim", Horizon.SHORT_TERM),
    "ILO-09": ({"works_for_debt": "now"}, "coe", "debt_and_exit_help", Horizon.IMMEDIATE),
    "ILO-10": ({"how_conditions": "dangerous"}, "inv", "inspection_and_move", Horizon.SHORT_TERM),
    "ILO-11": ({"hours_forced": "yes"}, "inv", "hours_inspection", Horizon.SHORT_TERM),
}
URGENT = {"ILO-03", "ILO-04", "ILO-05", "ILO-06", "ILO-09", "ILO-10"}
TRAFFICKING = {"acts": "recruit", "means": "deception", "purposes": "ForcedLabour"}


def ask(changes: Mapping[str, str], without: tuple[str, ...] = ()) -> Findings:
    answers = {**FREE, **changes}
    return found(ID, {name: value for name, value in answers.items() if name not in without})


def signs(changes: Mapping[str, str], without: tuple[str, ...] = ()) -> str:
    return level(ask(changes, without), "signs")


@pytest.fixture(scope="module")
def framework() -> Framework:
    return catalogue.load(ID)


@pytest.mark.parametrize("code", INDICATORS)
def test_any_one_indicator_is_a_possible_sign(code: str, framework: Framework) -> None:
    answer, _, response, horizon = INDICATORS[code]
    findings = ask(answer)
    (name,) = (factor.name for factor in framework.factors if factor.code == code)
    assert findings.factor(name).state is State.PRESENT
    assert level(findings, "signs") == "possible"
    assert {response, "ask_further_and_refer"} <= suggested(findings)
    (declared,) = (r.horizon for r in framework.responses if r.name == response)
    assert declared is horizon


@pytest.mark.parametrize("code", INDICATORS)
def test_what_is_urgent_is_urgent(code: str) -> None:
    findings = ask(INDICATORS[code][0])
    assert any(one.urgent for one in findings.factors) is (code in URGENT)


@pytest.mark.parametrize(
    "milder",
    [
        {"free_off_duty": "limited"},
        {"free_off_duty": "not_then"},
        {"contact_with_others": "none_then"},
        {"threatened_at_work": "before"},
        {"works_for_debt": "before"},
        {"how_conditions": "unfit"},
    ],
)
def test_what_is_over_or_milder_is_a_sign_but_not_urgent(milder: dict[str, str]) -> None:
    findings = ask(milder)
    assert level(findings, "signs") == "possible"
    assert not any(one.urgent for one in findings.factors)


@pytest.mark.parametrize(("one", "other"), list(combinations(INDICATORS, 2)))
def test_two_indicators_are_strong_with_one_on_each_side(one: str, other: str) -> None:
    (first, side, *_), (second, other_side, *_) = INDICATORS[one], INDICATORS[other]
    each_side = side != other_side  # the one that is on both sides fills the side left free
    assert signs({**first, **second}) == ("strong" if each_side else "possible")


def test_nothing_at_all_is_no_sign() -> None:
    assert signs({}) == "no_sign"


def test_papers_that_come_back_on_request_are_no_sign() -> None:
    assert signs({"who_holds_papers": "on_request"}) == "no_sign"


def test_somebody_without_a_job_has_no_indicator() -> None:
    work = tuple(name for answer, *_ in INDICATORS.values() for name in answer)
    assert signs({"job_asked": "no_job"}, work) == "no_sign"


@pytest.mark.parametrize(
    ("parts", "outcome"),
    [
        (("acts", "means", "purposes"), "strong"),
        (("acts", "purposes"), "possible"),
        (("acts", "means"), "no_sign"),
        (("acts",), "no_sign"),
    ],
)
def test_an_adult_needs_act_means_and_purpose(parts: tuple[str, ...], outcome: str) -> None:
    changes = {name: TRAFFICKING[name] for name in parts}
    assert signs({**changes, "control_means": "none"}) == outcome


@pytest.mark.parametrize(
    ("age", "maybe", "outcome"),
    [
        ("17", "", "strong"),
        ("18", "", "unknown"),
        ("18", "unsure", "strong"),
        ("20", "yes", "strong"),
        ("20", "no", "possible"),
        ("21", "", "possible"),
        ("", "unsure", "strong"),
        ("", "no", "possible"),
        ("", "pnta", "unknown"),
    ],
)
def test_a_child_needs_no_means(age: str, maybe: str, outcome: str) -> None:
    given = {"age": age, "maybe_under_18": maybe}
    changes = {name: value for name, value in given.items() if value}
    act_and_purpose = {"acts": "harbour", "purposes": "ForcedBegging", "control_means": "none"}
    assert signs({**act_and_purpose, **changes}, () if age else ("age",)) == outcome


@pytest.mark.parametrize(
    "means",
    [
        "force_or_threat",
        "other_coercion",
        "abduction",
        "fraud",
        "deception",
        "abuse_of_power",
        "abuse_of_difficult_position",
        "payment_to_controller",
    ],
)
def test_any_means_is_enough(means: str) -> None:
    assert signs({**TRAFFICKING, "means": means, "control_means": "none"}) == "strong"


def test_a_means_of_control_is_a_means() -> None:
    changes = {**TRAFFICKING, "means": "none", "control_means": "RestrictsMovement"}
    assert signs(changes) == "strong"


def test_means_withheld_are_not_no_means() -> None:
    findings = ask({**TRAFFICKING, "means": "pnta", "control_means": "pnta"})
    assert level(findings, "signs") == "unknown"
    assert level(findings, "signs_so_far") == "possible"
    assert "ask_what_is_open" in suggested(findings)


def test_one_answer_withheld_is_enough_to_leave_no_sign_open() -> None:
    findings = ask({"hurt_at_work": "pnta"})
    assert level(findings, "signs") == level(findings, "signs_so_far") == "unknown"
    assert "information_on_rights" not in suggested(findings)


@pytest.mark.parametrize(
    "person",
    [
        "farid_one_indicator_on_each_side",
        "dawit_one_indicator",
        "mariam_act_and_purpose_of_a_child",
        "lamin_act_and_purpose_of_an_adult",
        "kadia_act_means_and_purpose",
        "amina_free_at_work",
    ],
)
def test_an_answer_withheld_never_lowers_the_outcome(person: str) -> None:
    answers = answers_of(ID, person)
    full = level(found(ID, answers), "signs")
    for name in answers:
        less = found(ID, {key: value for key, value in answers.items() if key != name})
        assert level(less, "signs") in (full, "unknown"), name
        so_far = level(less, "signs_so_far")
        assert so_far == "unknown" or ORDER.index(so_far) <= ORDER.index(full), name
        assert not (so_far == "no_sign" and full != "no_sign"), name


def test_nothing_follows_from_silence() -> None:
    findings = found(ID, {})
    assert {one.state for one in findings.factors} == {State.UNKNOWN}
    assert suggested(findings) == set()
    assert level(findings, "signs") == level(findings, "signs_so_far") == "unknown"


def test_the_outcomes_are_three_and_none_confirms(framework: Framework) -> None:
    for measure in framework.measures:
        assert [one.name for one in measure.classes] == ["no_sign", "possible", "strong"]
        assert not any(
            word in text.lower()
            for one in measure.classes
            for text in one.label.by_language.values()
            for word in ("confirm", "actual", "مؤكد")
        )


def test_no_answer_about_a_wish_moves_the_outcome(framework: Framework) -> None:
    used = depends_on(framework)
    wishes = {"wants_police", "can_reach_trusted", "knows_help", "removal_soon"}
    assert {m.name: used[m.name] & wishes for m in framework.measures} == {
        "signs": set(),
        "signs_so_far": set(),
    }
    assert {name for name in used if "wants_police" in used[name]} == {
        "police_with_agreement",
        "no_police_without_agreement",
    }


def test_nobody_is_asked_whether_they_agreed_to_exploitation(framework: Framework) -> None:
    agreed = ("agree", "consent")
    assert [
        q.name for q in framework.questions if any(w in q.label.get("en") for w in agreed)
    ] == []


def test_police_are_told_only_with_agreement() -> None:
    assert "no_police_without_agreement" in suggested(ask({"hurt_at_work": "yes"}))
    wanted = suggested(ask({"hurt_at_work": "yes", "wants_police": "yes"}))
    assert "police_with_agreement" in wanted
    withheld = suggested(ask({"hurt_at_work": "yes", "wants_police": "pnta"}))
    assert not {"police_with_agreement", "protect_life_or_child"} & withheld


@pytest.mark.parametrize("changes", [{"danger_now": "yes"}, {"age": "16", "hurt_at_work": "yes"}])
def test_a_life_or_a_child_is_protected_without_waiting(changes: dict[str, str]) -> None:
    steps = suggested(ask(changes))
    assert "protect_life_or_child" in steps
    assert "no_police_without_agreement" not in steps


def test_signs_on_the_journey_open_questions_and_enter_no_outcome(framework: Framework) -> None:
    findings = ask({"journey_own": "unpaid forced held", "journey_family": "held"})
    assert level(findings, "signs") == "no_sign"
    assert "ask_after_journey" in suggested(findings)
    used = depends_on(framework)
    asked = {"journey_own", "journey_family"}
    assert not any(used[measure.name] & asked for measure in framework.measures)


def test_a_purpose_alone_is_never_left_without_an_answer() -> None:
    findings = ask({"purposes": "ForcedMarriage", "control_means": "none"})
    assert level(findings, "signs") == "no_sign"
    assert "exploitation_named" in suggested(findings)


def test_signs_of_a_protection_need_stay_apart(framework: Framework) -> None:
    findings = ask({"afraid_to_go_back": "yes", "fears_reprisals": "yes"})
    assert level(findings, "signs") == "no_sign"
    assert "protection_refer" in suggested(findings)
    apart, used = kept_apart(framework), depends_on(framework)
    assert {"afraid_to_go_back", "fears_reprisals", "fear_of_return"} <= apart
    assert [name for name in seen_by_others(framework) if used[name] & apart] == []


def test_codes_of_control_and_exploitation_are_those_of_the_data_standard(
    framework: Framework,
) -> None:
    # IOM, Human Trafficking Case Data Standard: published survey form, and its version 2.0.
    lists: dict[str, set[str]] = {}
    for row in framework.sheets["choices"]:
        lists.setdefault(row["list_name"], set()).add(row["name"])
    published = {
        *("PhysicalThreats", "ThreatsLawEnforcement", "ThreatensChildrenFamily", "DebtBondage"),
        *("FalsePromises", "PhysicalAbuse", "SexualAbuse", "TakesEarnings", "Other"),
        *("RestrictsFinancialAccess", "RestrictsMedicalCare", "WithholdsNecessities"),
        *("PsychologicalAbuse", "PsychoactiveSubstance", "ExcessiveWorkingHours"),
        "WithholdsDocuments",
    }
    added = {"RestrictsMovement", "UsesChildren"}
    assert lists["control"] == published | added | {"none", "dk", "pnta"}
    types = {
        *("ForcedLabour", "SexualExploitation", "ForcedMarriage", "ForcedMilitaryService"),
        *("OrganRemoval", "ForcedBegging", "Surrogacy", "Other"),
        *("ChildLabour", "Servitude", "ForcedAdoption"),
    }
    assert lists["exploitation_type"] == types | {"none", "dk", "pnta"}


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
