"""`domv` at its four levels: filed as in the source list, and read as it says.

Figures that come from outside (the source list, its worked example, the hunger scale, the scores
of water, toilets and movement) are written here and not taken from the framework.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import product

import pytest

from sojourn import catalogue
from sojourn.engines.examples import failures
from sojourn.engines.record import assess
from sojourn.framework.findings import FactorFinding, Findings, State
from sojourn.framework.model import Factor
from sojourn.language.answers import read_answers

DOMV = catalogue.load("domv")
CODES = {factor.code: factor for factor in DOMV.factors}
EXAMPLES = {example.name: example for example in DOMV.examples}
ROWS = {row["name"]: row for row in DOMV.sheets["factors"]}
SURVEY = {row["name"]: row for row in DOMV.sheets["survey"] if row.get("name")}
STAGES = {"O": "origin", "T": "transit", "D": "destination", "R": "return"}
LEVELS = {"IND": "individual", "HH": "household", "COM": "community", "STR": "structural"}

LANGUAGES = ("English (en)", "Français (fr)", "العربية (ar)", "Español (es)")

# code : effect : embodied, sItuational or sTructural : stages (* is all) : basis
FILED = """
IND-01:c:e:*:s IND-02:c:e:*:s IND-03:c:e:*:s IND-04:c:e:*:s IND-05:c:e:*:s IND-06:r:e:*:s
IND-07:c:i:*:r IND-08:r:e:*:s IND-09:r:e:*:s IND-10:r:e:*:s IND-11:r:e:*:s IND-12:r:e:*:s
IND-13:r:e:*:p IND-14:r:e:*:s IND-15:p:e:*:s IND-16:r:i:*:s IND-17:r:i:*:r IND-18:r:i:*:s
IND-19:r:i:TD:s IND-20:r:i:T:s IND-21:r:i:T:s IND-22:r:i:T:p IND-23:r:i:TD:s IND-24:r:i:*:s
IND-25:r:t:TD:s IND-26:r:t:TDR:p IND-27:r:t:*:s IND-28:c:e:*:s IND-29:c:e:TD:s IND-30:c:e:*:s
IND-31:p:e:*:s IND-32:p:e:*:s IND-33:p:e:*:s IND-34:r:i:OTD:s IND-35:p:i:OTD:p IND-36:r:i:*:s
IND-37:r:i:TDR:s IND-38:r:i:*:s IND-39:p:i:*:s IND-40:r:i:TD:s IND-41:p:i:*:s IND-42:p:i:TD:s
IND-43:r:i:*:s IND-44:r:i:*:s IND-45:r:i:*:s IND-46:r:i:*:s IND-47:r:i:*:s IND-48:r:i:*:s
IND-49:r:i:*:s IND-50:p:i:*:s IND-51:r:i:TD:s IND-52:r:i:D:s IND-53:p:i:D:p IND-54:p:i:D:s
IND-55:r:i:R:s IND-56:r:e:*:s HH-01:c:i:*:s HH-02:r:i:*:s HH-03:r:i:*:s HH-04:r:e:*:s
HH-05:r:i:*:s HH-06:r:i:TDR:s HH-07:p:i:*:s HH-08:r:i:*:s HH-09:r:i:*:s HH-10:p:i:*:s
HH-11:r:i:*:s HH-12:r:i:*:p HH-13:p:i:*:s HH-14:r:i:*:s HH-15:r:i:*:s HH-16:r:i:*:s
HH-17:r:i:*:s HH-18:r:i:*:r HH-19:p:i:*:s HH-20:p:i:OR:r HH-21:r:i:*:s HH-22:r:i:*:s
HH-23:c:i:*:s HH-24:r:i:*:s HH-25:r:i:*:s HH-26:r:i:*:s HH-27:r:i:*:s HH-28:r:i:*:s
HH-29:r:i:*:s HH-30:p:i:*:s COM-01:p:i:*:s COM-02:r:i:*:s COM-03:r:i:*:s COM-04:p:i:TD:s
COM-05:c:t:*:s COM-06:r:t:*:r COM-07:r:t:*:r COM-08:r:t:*:s COM-09:r:t:*:s COM-10:r:t:TDR:s
COM-11:p:t:TDR:p COM-12:r:t:*:r COM-13:r:i:*:s COM-14:c:t:*:s COM-15:p:t:*:r COM-16:c:t:*:s
COM-17:c:t:*:s COM-18:c:t:*:s COM-19:c:t:*:r COM-20:r:t:*:s COM-21:r:t:*:s COM-22:r:t:*:r
COM-23:r:t:OD:s COM-24:p:t:*:p COM-25:r:t:*:s COM-26:r:t:*:s COM-27:r:t:TD:s COM-28:r:t:*:p
COM-29:p:t:*:s COM-30:r:t:O:r COM-31:c:t:*:r COM-32:p:t:TD:s COM-33:r:t:R:s STR-01:c:t:*:s
STR-02:c:t:TD:s STR-03:r:t:TD:r STR-04:r:t:TD:s STR-05:c:t:TD:r STR-06:c:t:*:s STR-07:c:t:D:s
STR-08:r:t:D:s STR-09:c:t:OD:s STR-10:c:t:*:s STR-11:c:t:*:s STR-12:r:t:*:r STR-13:c:t:*:r
STR-14:c:t:*:s STR-15:c:t:*:s STR-16:c:t:*:s STR-17:c:t:*:s STR-18:c:t:*:s STR-19:r:t:*:s
STR-20:r:t:*:s STR-21:r:t:*:s STR-22:c:t:*:s STR-23:r:t:OR:s STR-24:r:t:OD:r STR-25:r:t:OR:s
STR-26:r:t:OR:s STR-27:r:t:OTR:s STR-28:r:t:OTR:s STR-29:c:t:OTR:s STR-30:c:t:*:s STR-31:c:t:*:s
STR-32:c:t:*:s STR-33:c:t:*:s STR-34:c:t:TD:s STR-35:r:t:R:s STR-36:c:t:R:s
"""


# Filed as protective, with rules in both directions: "yes" protects and "no" raises.
EITHER_WAY = {"IND-33", "IND-41", "IND-42", "HH-13", "HH-20"}


def kind(factor: Factor) -> str:
    """The kind in the source list: the effect here, but for those whose rule goes both ways."""
    return "protective" if factor.code in EITHER_WAY else str(factor.effect)


def told(answers: Mapping[str, str]) -> Findings:
    return assess(DOMV, read_answers(DOMV, answers))


def weighed(finding: FactorFinding) -> tuple[str, int | None]:
    """Its direction, or its state where it has none, and its weight."""
    weight = None if finding.weight is None else int(finding.weight)
    return str(finding.direction or finding.state), weight


def asked_in(factor: str) -> list[str]:
    return re.findall(r"\$\{(\w+)\}", ROWS[factor]["rule"])


def test_the_examples_come_out_as_they_say() -> None:
    assert failures(DOMV) == []


# -- filed as in the source list


@pytest.mark.parametrize(
    ("level", "risk", "protective", "context"),
    [
        ("individual", 36, 11, 9),
        ("household", 22, 6, 2),
        ("community", 19, 7, 7),
        ("structural", 14, 0, 22),
    ],
)
def test_counts_by_level_and_kind(level: str, risk: int, protective: int, context: int) -> None:
    found = Counter(kind(factor) for factor in DOMV.factors if factor.level == level)
    assert (found["risk"], found["protective"], found["context"]) == (risk, protective, context)


def test_counts_by_basis() -> None:
    found = Counter(factor.basis for factor in DOMV.factors)
    assert found == {"sourced": 129, "recalled": 17, "proposed": 9}


@pytest.mark.parametrize("line", FILED.split())
def test_each_factor_is_filed_as_in_the_source_list(line: str) -> None:
    code, effect, nature, stages, basis = line.split(":")
    factor = CODES[code]
    assert factor.level == LEVELS[code.partition("-")[0]]
    assert kind(factor)[0] == effect
    assert factor.effect == ("context" if code in EITHER_WAY else kind(factor))
    assert factor.nature == {"e": "embodied", "i": "situational", "t": "structural"}[nature]
    wanted = [STAGES[stage] for stage in ("OTDR" if stages == "*" else stages)]
    assert sorted(factor.stages) == sorted(wanted)
    assert factor.basis[0] == basis
    assert bool(factor.source) == (factor.basis != "proposed")


def test_no_factor_is_lacking_and_none_is_added() -> None:
    assert len(DOMV.factors) == len(CODES) == 155
    assert {line.partition(":")[0] for line in FILED.split()} == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_each_factor_and_its_questions_speak_four_languages(code: str) -> None:
    name = CODES[code].name
    for row in (ROWS[name], *(SURVEY[question] for question in asked_in(name))):
        assert len({row[f"label::{language}"] for language in LANGUAGES}) == 4


def test_every_new_factor_is_found_in_some_example() -> None:
    found = {
        name
        for example in DOMV.examples
        for name, outcome in example.factors.items()
        if outcome in ("present", "raises", "protects", "both")
    }
    assert [f.code for f in DOMV.factors if f.level != "individual" and f.name not in found] == []


# -- who is asked


@pytest.mark.parametrize("code", [code for code in CODES if code[:3] in ("COM", "STR")])
def test_what_concerns_a_place_is_asked_of_the_place(code: str) -> None:
    names = asked_in(CODES[code].name)
    assert names
    assert {SURVEY[name].get("asked_of") for name in names} == {"place"}


def test_what_concerns_people_is_never_asked_of_the_place() -> None:
    for factor in DOMV.factors:
        if factor.level in ("individual", "household"):
            assert not any(SURVEY[name].get("asked_of") for name in asked_in(factor.name))


def test_questions_appear_by_answers_of_their_own_side() -> None:
    side = ""
    for row in DOMV.sheets["survey"]:
        if row["type"] == "begin_group":
            side = "place" if row["name"].startswith(("community_", "structural_")) else ""
        for name in re.findall(r"\$\{(\w+)\}", row.get("relevant", "")):
            assert SURVEY[name].get("asked_of", "") == side
        if row["type"].startswith(("select", "integer", "decimal", "text")):
            assert row.get("asked_of", "") == side


def test_the_place_and_the_period_are_named() -> None:
    assert (DOMV.place, DOMV.period) == ("place_code", "place_period")
    of_place = [question.name for question in DOMV.questions if question.of_place]
    assert len(of_place) == 33 + 2 + 36  # one for each factor, three for water and toilets


# -- stages and silence


@pytest.mark.parametrize("stage", STAGES.values())
def test_a_factor_is_read_at_its_stages_only(stage: str) -> None:
    findings = told({"stage": stage})
    for factor in DOMV.factors:
        applies = findings.factor(factor.name).state is not State.NOT_APPLICABLE
        assert applies == (stage in factor.stages), factor.code


@pytest.mark.parametrize("answers", [{}, {"place_code": "example", "place_period": "2026-11"}])
def test_silence_gives_no_finding(answers: Mapping[str, str]) -> None:
    findings = told(answers)
    assert {finding.state for finding in findings.factors} == {State.UNKNOWN}
    assert {finding.suggested for finding in findings.responses} == {None}
    assert {finding.value for finding in findings.measures} == {None}


def test_of_a_place_nobody_spoke_of_nothing_is_concluded() -> None:
    findings = told(EXAMPLES["olga_no_word_on_places"].answers)
    for factor in DOMV.factors:
        if factor.level in ("community", "structural"):
            state = findings.factor(factor.name).state
            assert state in (State.UNKNOWN, State.NOT_APPLICABLE), factor.code


def test_refusing_everything_is_not_a_no() -> None:
    refused = {
        question.name: "pnta"
        for question in DOMV.questions
        if any(choice.name == "pnta" for choice in question.choices)
    }
    findings = told({**refused, "stage": "destination", "age": "30"})
    kept = [f for f in findings.factors if f.state in (State.PRESENT, State.ABSENT)]
    assert {f.name for f in kept} <= {
        # Known from the age alone.
        "age_and_life_stage",
        *(f.name for f in DOMV.factors if f.domain in ("childhood", "older_age")),
    }


# -- the worked example of the source list


def test_the_worked_example() -> None:
    findings = told(EXAMPLES["amina_no_safe_place_tonight"].answers)
    read = {finding.name: (finding.value, finding.class_name) for finding in findings.measures}
    expected: dict[str, tuple[int | None, str | None]] = {
        "individual_risks": (4, None),
        "individual_resources": (3, None),
        "individual_balance": (1, "some"),
        "household_risks": (1, None),
        "household_resources": (1, None),
        "household_balance": (0, "outweighed"),
        "community_risks": (None, None),
        "community_resources": (None, None),
        "community_balance": (None, None),
        "structural_risks": (2, None),
        "structural_resources": (0, None),
        "structural_balance": (2, "some"),
        "place_step": (0, None),
        "overall_reading": (1, "some"),
    }
    assert read == expected
    urgent = [finding.name for finding in findings.factors if finding.urgent]
    assert urgent == ["nowhere_safe_to_sleep"]
    assert findings.response("emergency_shelter").suggested
    shelter = next(row for row in DOMV.sheets["responses"] if row["name"] == "emergency_shelter")
    assert (shelter["horizon"], shelter["within"]) == ("immediate", "72 hours")


# -- weights follow the direction

BOTH_WAYS = {
    # code: weight when yes protects, weight when no raises
    "COM-14": (1, 1), "COM-16": (1, 1), "COM-17": (1, 1), "COM-18": (1, 1), "COM-19": (1, 1),
    "STR-01": (2, 2), "STR-02": (1, 2), "STR-05": (2, 2), "STR-06": (1, 1), "STR-07": (1, 2),
    "STR-09": (2, 2), "STR-10": (2, 2), "STR-11": (1, 2), "STR-14": (1, 1), "STR-15": (2, 2),
    "STR-16": (1, 1), "STR-17": (1, 2), "STR-18": (1, 1), "STR-22": (1, 1), "STR-29": (1, 1),
    "STR-36": (1, 1),
}  # fmt: skip


@pytest.mark.parametrize("code", BOTH_WAYS)
def test_a_yes_protects_and_a_no_raises_each_with_its_own_weight(code: str) -> None:
    factor = CODES[code]
    [question] = set(asked_in(factor.name))
    stage = factor.stages[-1]
    found = {
        answer: told({"stage": stage, question: answer}).factor(factor.name)
        for answer in ("yes", "partly", "no", "dk")
    }
    assert weighed(found["yes"]) == ("protects", BOTH_WAYS[code][0])
    assert weighed(found["no"]) == ("raises", BOTH_WAYS[code][1])
    assert found["partly"].state is State.ABSENT
    assert found["dk"].state is State.UNKNOWN


@pytest.mark.parametrize(
    ("answers", "factor", "direction", "weight"),
    [
        ({"bribes_or_abuse": "common"}, "integrity_of_officials", "raises", 2),
        ({"bribes_or_abuse": "rare"}, "integrity_of_officials", "protects", 1),
        ({"integration_policy_score": "60"}, "integration_policy", "protects", 1),
        ({"integration_policy_score": "59.9"}, "integration_policy", "none", None),
        ({"integration_policy_score": "40"}, "integration_policy", "none", None),
        ({"integration_policy_score": "39.9"}, "integration_policy", "raises", 1),
        ({"knows_where_help": "yes"}, "help_knowledge", "protects", 1),
        ({"knows_where_help": "no"}, "help_knowledge", "raises", 1),
        ({"can_reach_someone": "yes"}, "contact_with_trusted", "protects", 1),
        ({"can_reach_someone": "no"}, "contact_with_trusted", "raises", 1),
        ({"trusts_someone_here": "yes"}, "trusted_people_nearby", "protects", 2),
        ({"trusts_someone_here": "no"}, "trusted_people_nearby", "raises", 1),
        ({"earnings_cover": "needs_and_hopes"}, "earnings_against_needs", "protects", 2),
        ({"earnings_cover": "needs_only"}, "earnings_against_needs", "protects", 1),
        ({"earnings_cover": "not_needs"}, "earnings_against_needs", "raises", 2),
        (
            {"stage": "return", "money_from_abroad": "beside_other_income"},
            "money_from_abroad_role",
            "protects",
            1,
        ),
        (
            {"stage": "return", "money_from_abroad": "only_income"},
            "money_from_abroad_role",
            "raises",
            1,
        ),
        ({"stage": "return", "money_from_abroad": "no"}, "money_from_abroad_role", "none", None),
        ({"groups_systematically_worse_off": "yes"}, "systemic_discrimination", "raises", 2),
        ({"routes_are_dangerous": "yes"}, "dangerous_routes", "raises", 2),
        ({"gender_customs_effect": "both"}, "local_norms_on_gender", "both", 1),
        (
            {"household_dependants": "6", "household_earners": "2"},
            "dependants_per_earner",
            "none",
            None,
        ),
        (
            {"household_dependants": "7", "household_earners": "2"},
            "dependants_per_earner",
            "raises",
            1,
        ),
        (
            {"household_dependants": "10", "household_earners": "2"},
            "dependants_per_earner",
            "raises",
            1,
        ),
        (
            {"household_dependants": "11", "household_earners": "2"},
            "dependants_per_earner",
            "raises",
            2,
        ),
        (
            {"household_dependants": "1", "household_earners": "0"},
            "dependants_per_earner",
            "raises",
            2,
        ),
        (
            {"household_dependants": "0", "household_earners": "0"},
            "dependants_per_earner",
            "none",
            None,
        ),
    ],
)
def test_directions_and_weights_at_their_limits(
    answers: Mapping[str, str], factor: str, direction: str, weight: int | None
) -> None:
    found = told({"stage": "destination", **answers}).factor(factor)
    assert found.direction == direction
    if weight is not None:
        assert found.weight == weight


@pytest.mark.parametrize(
    ("answers", "factor", "weight"),
    [
        ({"coping_strategies": "cut_health_spending"}, "harmful_coping", 1),
        ({"coping_strategies": "cut_health_spending begged"}, "harmful_coping", 2),
        ({"hostility_seen": "insulted_or_blamed"}, "hostility_to_migrants", 1),
        ({"hostility_seen": "attacked"}, "hostility_to_migrants", 2),
        ({"could_lose_home": "yes"}, "threat_of_eviction", 2),
        ({"home_held_by_other": "yes"}, "home_controlled_by_other", 2),
        ({"care_not_reached": "yes"}, "health_care_out_of_reach", 2),
        ({"armed_people_control": "yes"}, "gangs_or_armed_groups", 2),
        ({"detention_is_ordinary": "yes"}, "routine_immigration_detention", 2),
        ({"leaving_employer_ends_stay": "yes"}, "stay_tied_to_employer_by_law", 2),
        ({"serious_rights_violations": "yes"}, "widespread_rights_violations", 2),
    ],
)
def test_heavier_findings_weigh_more(answers: Mapping[str, str], factor: str, weight: int) -> None:
    found = told({"stage": "destination", **answers}).factor(factor)
    assert weighed(found) == ("present", weight)


def test_what_is_urgent_at_the_new_levels() -> None:
    urgent = {f.code for f in DOMV.factors if ROWS[f.name].get("urgent", "no") != "no"}
    assert {code for code in urgent if not code.startswith("IND")} == {
        "HH-02", "HH-08", "HH-16", "STR-19",
    }  # fmt: skip


# -- scales from outside

HUNGER = ("home_without_food", "went_to_bed_hungry", "day_and_night_without_food")
TIMES = {"never": 0, "up_to_ten": 1, "more_than_ten": 2}


@pytest.mark.parametrize("times", list(product([*TIMES, None], repeat=3)))
def test_hunger_follows_the_published_scale(times: tuple[str | None, ...]) -> None:
    """0-1 little or none, 2-3 moderate, 4-6 severe; unknown only where both are still possible."""
    given = {name: time for name, time in zip(HUNGER, times, strict=True) if time}
    possible = [
        sum(points) for points in product(*([TIMES[time]] if time else [0, 1, 2] for time in times))
    ]
    found = told({**given, "food_consumption_group": "acceptable"}).factor("household_hunger")
    present = {points >= 2 for points in possible}
    expected = State.UNKNOWN if len(present) == 2 else (State.ABSENT, State.PRESENT)[present.pop()]
    assert found.state is expected
    if found.state is State.PRESENT:
        severe = {points >= 4 for points in possible}
        assert found.urgent is (None if len(severe) == 2 else severe.pop())
        assert found.weight == (None if found.urgent is None else 3 if found.urgent else 2)


def test_a_poor_food_consumption_score_is_enough() -> None:
    given = {**dict.fromkeys(HUNGER, "never"), "food_consumption_group": "poor"}
    found = told(given).factor("household_hunger")
    assert weighed(found) == ("present", 2)
    assert found.urgent is False


WATER = {  # level in a camp, a town, the countryside
    "safely_managed": (1, 1, 1), "basic": (2, 2, 1), "limited": (3, 2, 2),
    "unimproved": (4, 3, 2), "surface": (5, 4, 4),
}  # fmt: skip
TOILETS = {"own_safe": (1, 1, 1), "unimproved": (4, 3, 2), "none": (5, 4, 4)}


@pytest.mark.parametrize("water", WATER)
@pytest.mark.parametrize("toilet", TOILETS)
def test_water_and_toilets_are_unsafe_from_level_three(water: str, toilet: str) -> None:
    for at, settlement in enumerate(("camp", "urban", "rural")):
        given = {"usual_water": water, "usual_toilet": toilet, "settlement_kind": settlement}
        found = told(given).factor("unsafe_water_or_toilets")
        level = max(WATER[water][at], TOILETS[toilet][at])
        assert (found.state is State.PRESENT) == (level >= 3), settlement


MOVEMENT = {
    "no_concern": 0, "feel_unsafe": 1, "women_avoid_places": 2, "men_avoid_places": 2,
    "women_avoid_night": 1, "men_avoid_night": 1, "children_avoid_school": 2, "other_routes": 2,
    "avoid_markets": 2, "avoid_offices": 2, "avoid_fields": 2,
}  # fmt: skip


def test_places_are_unsafe_from_level_three_of_the_published_score() -> None:
    pairs = [(one,) for one in MOVEMENT] + list(product(MOVEMENT, repeat=2))
    for chosen in pairs:
        if "no_concern" in chosen and len(set(chosen)) > 1:
            continue
        score = min(sum(MOVEMENT[one] for one in set(chosen)) + 1, 4)
        found = told({"places_avoided": " ".join(dict.fromkeys(chosen))})
        state = found.factor("places_unsafe_to_go").state
        assert (state is State.PRESENT) == (score >= 3), chosen


# -- a household of one


def test_a_person_alone_is_not_asked_about_others_and_lacks_no_answer() -> None:
    findings = told({"lives_with_others": "no"})
    about_others = [CODES[f"HH-{at:02}"].name for at in (2, 3, 5, 7, 8, 9, 10, 22, 29)]
    assert {findings.factor(name).state for name in about_others} == {State.ABSENT}
    assert findings.factor("household_hunger").state is State.UNKNOWN


# -- screens whose text is not ours

MOOD = [
    ({"mood_tool": "phq2", "phq2_sum": "3"}, State.PRESENT),
    ({"mood_tool": "phq2", "phq2_sum": "2"}, State.ABSENT),
    ({"mood_tool": "who5", "who5_raw": "12"}, State.PRESENT),  # 50 of 100
    ({"mood_tool": "who5", "who5_raw": "13"}, State.ABSENT),
    ({"mood_tool": "none", "days_hard_to_bear": "yes"}, State.PRESENT),
    ({"mood_tool": "none", "days_hard_to_bear": "no"}, State.ABSENT),
    ({"mood_tool": "none", "days_hard_to_bear": "pnta"}, State.UNKNOWN),
    ({"mood_tool": "phq2"}, State.UNKNOWN),
    ({"phq2_sum": "6"}, State.UNKNOWN),  # of which screen?
]


@pytest.mark.parametrize(("answers", "state"), MOOD)
def test_distress_is_read_from_a_score_or_a_question_of_our_own(
    answers: Mapping[str, str], state: State
) -> None:
    assert told(answers).factor("psychological_distress").state is state
