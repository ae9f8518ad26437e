"""Needs by sector: the index over sectors, the sector scores and the IPC matrices."""

from __future__ import annotations

from itertools import product

import pytest

from tests.catalogue.humanitarian import SECTORS, class_of, days, truth, value

# -- the index over sectors


def scores(*numbers: object) -> dict[str, object]:
    return days([f"comp_{sector}_score" for sector in SECTORS], numbers)


@pytest.mark.parametrize(
    "numbers",
    [
        *[tuple(5 if at == sector else 1 for at in range(6)) for sector in range(6)],
        *[(n,) * 6 for n in (1, 2, 3, 4, 5)],
        *[(1, 2, 3, 4, 5, 1), (2, 2, 2, 2, 2, 3), (4, None, None, 1, 1, 1)],
        *[(None, None, None, None, None, 2), (None, 3, None, 3, None, 3)],
    ],
)
def test_needs_index_over_known_sectors(numbers: tuple[int | None, ...]) -> None:
    known = [number for number in numbers if number is not None]
    answers = scores(*numbers)
    assert value("msni", answers, "msni_score") == max(known)
    assert truth("msni", answers, "msni_in_need") == (max(known) >= 3)
    assert truth("msni", answers, "msni_in_acute_need") == (max(known) >= 4)
    assert value("msni", answers, "msni_sectors_known") == len(known)
    assert value("msni", answers, "msni_sectors_in_need") == sum(n >= 3 for n in known)
    for sector, number in zip(SECTORS, numbers, strict=True):
        wanted = None if number is None else number >= 3
        assert truth("msni", answers, f"comp_{sector}_in_need") is wanted


def by_the_rule_of_2019(given: dict[str, int]) -> int:
    """As its comments describe it, step by step."""
    three = [given[name] for name in ("health_lsg", "protection_lsg", "shelter_lsg")]
    score = min(max(three), given["impact"])
    score = max(score, sorted(three)[1])  # the best of the pairwise minima is the middle one
    score = max(score, given["wash_lsg"], given["fsl_lsg"], given["capacity_gaps"])
    return 2 if score == 1 and max(*three, given["education_lsg"]) >= 3 else score


OF_2019 = ("health_lsg", "protection_lsg", "shelter_lsg", "impact", "wash_lsg", "education_lsg")


@pytest.mark.parametrize("three", list(product((1, 2, 3, 4), repeat=3)))
def test_the_index_of_2019(three: tuple[int, int, int]) -> None:
    for impact, wash, education in product((1, 3, 4), (1, 2), (1, 3)):
        given = dict(zip(OF_2019, (*three, impact, wash, education), strict=True))
        given |= {"fsl_lsg": 1, "capacity_gaps": 1}
        assert value("msni-2019", given, "msni_2019") == by_the_rule_of_2019(given), given


@pytest.mark.parametrize("name", ["fsl_lsg", "capacity_gaps", "wash_lsg"])
@pytest.mark.parametrize("score", [2, 3, 4])
def test_three_scores_reach_the_index_of_2019_by_themselves(name: str, score: int) -> None:
    given = {**dict.fromkeys((*OF_2019, "fsl_lsg", "capacity_gaps"), 1), name: score}
    assert value("msni-2019", given, "msni_2019") == score


@pytest.mark.parametrize(
    ("numbers", "wanted"),
    [((n, 6 - n, 2, 3, 4, 5), 5) for n in (1, 2, 3, 4, 5)] + [((n,) * 6, n) for n in range(1, 6)],
)
def test_needs_index_of_published_tests(numbers: tuple[int, ...], wanted: int) -> None:
    """The package's own cases."""
    assert value("msni", scores(*numbers), "msni_score") == wanted
    assert truth("msni", scores(*numbers), "msni_in_need") == (wanted >= 3)
    assert truth("msni", scores(*numbers), "msni_in_acute_need") == (wanted >= 4)


# -- the IPC matrix, as FEWS NET publish it

FOOD = {"acceptable": ("35.5", "112"), "borderline": ("21.5", "35"), "poor": ("0", "21")}
CUTS = {"low": (0, 3), "medium": (4, 18), "high": (19, 56)}
HUNGER = {"none": (0,), "little": (1,), "moderate": (2, 3), "severe": (4,), "very_severe": (5, 6)}
MATRIX = """
acceptable low     1 2 2 3 3
acceptable medium  2 2 2 3 3
acceptable high    2 2 3 3 4
borderline low     1 2 3 3 4
borderline medium  2 2 3 3 4
borderline high    2 3 3 4 4
poor low           2 2 3 4 4
poor medium        2 3 3 4 5
poor high          3 3 3 4 5
"""
CELLS = [
    (row[0], row[1], hunger, int(phase))
    for row in (line.split() for line in MATRIX.strip().splitlines())
    for hunger, phase in zip(HUNGER, row[2:], strict=True)
]


@pytest.mark.parametrize(("food", "cuts", "hunger", "phase"), CELLS)
def test_food_consumption_phase_cell_by_cell(food: str, cuts: str, hunger: str, phase: int) -> None:
    for score, index, scale in product(FOOD[food], CUTS[cuts], HUNGER[hunger]):
        answers = {"FCS": score, "rCSI": index, "HHS": scale}
        assert value("lsg", answers, "fc_phase_full") == phase, answers
        assert value("lsg", answers, "fc_phase") == phase
        assert value("lsg", answers, "comp_foodsec_score") == phase
        assert truth("lsg", answers, "comp_foodsec_in_need") == (phase >= 3)


WITHOUT = {"acceptable": (1, 2, 2, 3, 4), "borderline": (1, 2, 3, 4, 4), "poor": (2, 3, 3, 4, 5)}


@pytest.mark.parametrize("food", WITHOUT)
def test_phase_without_the_coping_index_cell_by_cell(food: str) -> None:
    for hunger, phase in zip(HUNGER, WITHOUT[food], strict=True):
        for score, scale in product(FOOD[food], HUNGER[hunger]):
            answers = {"FCS": score, "HHS": scale}
            assert value("lsg", answers, "fc_phase_without_rcsi") == phase
            assert value("lsg", answers, "fc_phase") == phase


COPING = {1: (1, 1, 2, 3), 2: (2, 2, 3, 3), 3: (3, 3, 3, 4), 4: (4, 4, 4, 4), 5: (5, 5, 5, 5)}
CELL = {1: ("36", 0, 0), 2: ("36", 0, 1), 3: ("35", 0, 2), 4: ("21", 0, 4), 5: ("21", 4, 5)}


@pytest.mark.parametrize("phase", COPING)
def test_consumption_with_coping_cell_by_cell(phase: int) -> None:
    score, index, scale = CELL[phase]
    for ways, wanted in enumerate(COPING[phase], start=1):
        answers = {"FCS": score, "rCSI": index, "HHS": scale, "Max_coping_behaviourFS": ways}
        assert value("lsg", answers, "fc_phase") == phase
        assert value("lsg", answers, "fclc_phase") == wanted
        assert class_of("lsg", answers, "fclc_phase") == f"phase_{wanted}"


# -- water, sanitation, hygiene

PLACES = ("camp", "urban", "rural")
WATER = {
    "safely_managed": (1, 1, 1),
    "basic": (2, 2, 1),
    "limited": (3, 2, 2),
    "unimproved": (4, 3, 2),
    "surface_water": (5, 4, 4),
}
SANITATION = {"open": (5, 4, 4), "unimproved": (4, 3, 2), "basic": (1, 1, 1)}
HYGIENE = {"none": (3, 3, 2), "limited": (2, 2, 2), "basic": (1, 1, 1)}
GOOD_WATER = {
    "not_enough_drinking_water": "never",
    "water_quality": "safely_managed",
    "sanitation": "basic",
    "hygiene": "basic",
}


@pytest.mark.parametrize(
    ("question", "level", "place", "wanted"),
    [
        (question, level, place, score)
        for question, table in (
            ("water_quality", WATER),
            ("sanitation", SANITATION),
            ("hygiene", HYGIENE),
        )
        for level, row in table.items()
        for place, score in zip(PLACES, row, strict=True)
    ],
)
def test_water_and_sanitation_by_place(question: str, level: str, place: str, wanted: int) -> None:
    answers = {**GOOD_WATER, "setting": place, question: level}
    assert value("lsg", answers, "comp_wash_score") == wanted


@pytest.mark.parametrize(
    ("users", "wanted"), [(2, 2), (19, 2), (20, 3), (49, 3), (50, 4), (400, 4)]
)
def test_shared_toilet_by_its_users(users: int, wanted: int) -> None:
    answers = {**GOOD_WATER, "sanitation": "limited", "toilet_users": users}
    assert value("lsg", {**answers, "setting": "camp"}, "comp_wash_score") == wanted
    assert value("lsg", {**answers, "setting": "urban"}, "comp_wash_score") == 2
    assert value("lsg", {**answers, "setting": "rural"}, "comp_wash_score") == 2


@pytest.mark.parametrize(
    ("often", "wanted"),
    [("always", 5), ("often", 4), ("sometimes", 3), ("rarely", 2), ("never", 1)],
)
def test_not_enough_drinking_water(often: str, wanted: int) -> None:
    answers = {**GOOD_WATER, "setting": "urban", "not_enough_drinking_water": often}
    assert value("lsg", answers, "comp_wash_score") == wanted


# -- shelter

GOOD_SHELTER = {
    "shelter_type": "adequate",
    "shelter_issues": 0,
    "domestic_tasks_not_possible": 0,
    "tenure_risk": "low",
}


@pytest.mark.parametrize(
    ("question", "answer", "wanted"),
    [
        *[("shelter_type", *case) for case in (("none", 5), ("inadequate", 3), ("adequate", 1))],
        *[("shelter_issues", n, s) for n, s in ((0, 1), (1, 2), (3, 2), (4, 3), (7, 3), (8, 4))],
        ("shelter_issues", 11, 4),
        *[("domestic_tasks_not_possible", n, s) for n, s in enumerate((1, 2, 3, 3, 4))],
        *[("tenure_risk", *case) for case in (("high", 3), ("medium", 2), ("low", 1))],
        *[("shelter_damage", *case) for case in (("total", 4), ("part", 3), ("damaged", 2))],
        ("shelter_damage", "none", 1),
    ],
)
def test_shelter_takes_its_worst_part(question: str, answer: object, wanted: int) -> None:
    assert value("lsg", {**GOOD_SHELTER, question: answer}, "comp_snfi_score") == wanted


# -- protection

GOOD_PROTECTION = {
    "movement_changes": "no_concerns",
    "activities_hindered": "none",
    "social_life_hindered": "none",
    "services_hindered": "none",
    "justice_hindered": "none",
}
MOVEMENT = {
    "no_change_but_unsafe": 1,
    "no_concerns": 0,
    "women_avoid_places": 2,
    "men_avoid_places": 2,
    "women_avoid_night": 1,
    "men_avoid_night": 1,
    "children_avoid_school": 2,
    "different_routes": 2,
    "avoid_markets": 2,
    "avoid_public_offices": 2,
    "avoid_fields": 2,
}
OTHERS = {
    "activities_hindered": {
        **dict.fromkeys(("work", "livelihood", "seek_safety", "farm", "collect_water"), 1),
        "other": 2,
        "free_choices": 1,
    },
    "social_life_hindered": dict.fromkeys(
        ("visit_family", "friends", "events", "groups", "other", "children_play"), 1
    )
    | {"decision_bodies": 1},
    "services_hindered": dict.fromkeys(("health", "schools", "government", "other"), 1),
    "justice_hindered": {
        "identity_papers": 2,
        **dict.fromkeys(("legal_aid", "property_papers", "government", "other"), 1),
    },
}


@pytest.mark.parametrize(("option", "weight"), MOVEMENT.items())
def test_each_change_of_movement_has_its_weight(option: str, weight: int) -> None:
    answers = {**GOOD_PROTECTION, "movement_changes": option}
    assert value("lsg", answers, "movement_score") == weight + 1
    everything = {**GOOD_PROTECTION, "movement_changes": " ".join(MOVEMENT)}
    assert value("lsg", everything, "movement_score") == 4


@pytest.mark.parametrize(
    ("question", "option", "weight"),
    [(q, option, weight) for q, options in OTHERS.items() for option, weight in options.items()],
)
def test_each_hindrance_has_its_weight(question: str, option: str, weight: int) -> None:
    answers = {**GOOD_PROTECTION, question: option}
    part = "practices" if question in ("activities_hindered", "social_life_hindered") else "rights"
    assert value("lsg", answers, f"{part}_weight") == weight
    assert value("lsg", answers, "comp_prot_score") == {1: 2, 2: 3}[weight]


@pytest.mark.parametrize(("number", "wanted"), [(0, 1), (1, 2), (2, 3), (3, 3), (4, 4), (5, 4)])
def test_hindrances_are_banded(number: int, wanted: int) -> None:
    chosen = ("work", "livelihood", "seek_safety", "farm", "collect_water")[:number]
    answers = {**GOOD_PROTECTION, "activities_hindered": " ".join(chosen) or "none"}
    assert value("lsg", answers, "practices_score") == wanted


@pytest.mark.parametrize("question", GOOD_PROTECTION)
@pytest.mark.parametrize("code", ["888", "999", ""])
def test_protection_not_known_is_not_no_need(question: str, code: str) -> None:
    assert value("lsg", {**GOOD_PROTECTION, question: code}, "comp_prot_score") is None


# -- health, education


@pytest.mark.parametrize(
    ("members", "unmet", "met", "wanted"),
    [(4, 1, 0, 3), (4, 2, 2, 3), (4, 0, 1, 2), (4, 0, 0, 1), (0, 0, 0, None)],
)
def test_health_by_its_gravest_need(members: int, unmet: int, met: int, wanted: int | None) -> None:
    answers = {
        "members": members,
        "members_with_unmet_health_need": unmet,
        "members_with_met_health_need": met,
    }
    assert value("lsg", answers, "comp_health_score") == wanted


GOOD_SCHOOL = {
    "school_age_children": 2,
    "children_out_of_school": 0,
    "school_occupied": 0,
    "school_hazards_or_displacement": 0,
    "teachers_absent": 0,
}


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({}, 1),
        ({"teachers_absent": 1}, 2),
        ({"school_hazards_or_displacement": 1, "teachers_absent": 1}, 3),
        ({"school_occupied": 1, "school_hazards_or_displacement": 1}, 4),
        ({"children_out_of_school": 1, "protection_barrier_to_school": 0}, 3),
        ({"children_out_of_school": 1, "protection_barrier_to_school": 1}, 4),
        ({"children_out_of_school": 1, "protection_barrier_to_school": ""}, None),
        ({"school_age_children": 0, "children_out_of_school": ""}, 1),
    ],
)
def test_education_takes_the_graver_part(changed: dict[str, object], wanted: int | None) -> None:
    assert value("lsg", {**GOOD_SCHOOL, **changed}, "comp_edu_score") == wanted
