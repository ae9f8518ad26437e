"""Food: consumption, nutrients, coping, hunger and diversity, at every published cut-off."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from tests.catalogue.humanitarian import (
    FCS,
    LCS_COLUMNS,
    RCSI,
    below_and_at,
    class_of,
    coping,
    cuts,
    days,
    food,
    truth,
    value,
)

# -- food consumption score


@pytest.mark.parametrize(("name", "weight"), FCS.items())
def test_each_food_group_has_its_weight(name: str, weight: Fraction) -> None:
    none = dict.fromkeys(FCS, 0)
    assert value("fcs", {**none, name: 7}, "fcs") == 7 * weight


def test_condiments_are_asked_and_not_scored() -> None:
    assert value("fcs", {**dict.fromkeys(FCS, 0), "FCSCond": 7}, "fcs") == 0


FCS_CLASSES: dict[str, dict[str, tuple[str, ...]]] = {
    "fcs": {"poor": ("0", "21"), "borderline": ("21.5", "35"), "acceptable": ("35.5", "42.5")},
    "fcs_28_42": {
        "poor": ("0", "21.5", "28"),
        "borderline": ("28.5", "35.5", "42"),
        "acceptable": ("42.5",),
    },
}


@pytest.mark.parametrize(
    ("measure", "wanted", "score"),
    [(m, c, s) for m, classes in FCS_CLASSES.items() for c, s in below_and_at(classes)],
)
def test_food_consumption_at_both_sets_of_cut_offs(measure: str, wanted: str, score: str) -> None:
    assert value("fcs", food(score), measure) == Fraction(score)
    assert class_of("fcs", food(score), measure) == wanted


def test_food_consumption_reaches_from_0_to_112() -> None:
    assert value("fcs", dict.fromkeys(FCS, 7), "fcs") == 112


@pytest.mark.parametrize("name", FCS)
def test_one_food_group_not_asked_leaves_the_score_unknown(name: str) -> None:
    assert value("fcs", {**food("42.5"), name: None}, "fcs") is None


# -- nutrients

NUTRIENTS = {
    "fcsn_vitamin_a": (
        *("FCSDairy", "FCSNPrMeatO", "FCSNPrEggs"),
        *("FCSNVegOrg", "FCSNVegGre", "FCSNFruiOrg"),
    ),
    "fcsn_protein": (
        *("FCSPulse", "FCSDairy", "FCSNPrMeatF"),
        *("FCSNPrMeatO", "FCSNPrFish", "FCSNPrEggs"),
    ),
    "fcsn_haem_iron": ("FCSNPrMeatF", "FCSNPrMeatO", "FCSNPrFish"),
}
SUBGROUPS = (
    *("FCSNPrMeatF", "FCSNPrMeatO", "FCSNPrFish", "FCSNPrEggs"),
    *("FCSNVegOrg", "FCSNVegGre", "FCSNFruiOrg"),
)
MAIN_GROUPS = dict.fromkeys(("FCSPulse", "FCSDairy", "FCSPr", "FCSVeg", "FCSFruit"), 0)


@pytest.mark.parametrize(("measure", "names"), NUTRIENTS.items())
def test_nutrients_add_up_their_groups_and_no_other(measure: str, names: tuple[str, ...]) -> None:
    everything = {**MAIN_GROUPS, **dict.fromkeys(SUBGROUPS, 0)}
    for name in everything:
        counted = value("fcs-n", {**everything, name: 5}, measure)
        assert counted == (5 if name in names else 0), name


@pytest.mark.parametrize(
    ("times", "wanted"),
    [(0, "never"), (1, "sometimes"), (6, "sometimes"), (7, "at_least_daily")],
)
@pytest.mark.parametrize("measure", NUTRIENTS)
def test_nutrients_at_their_cut_offs(measure: str, times: int, wanted: str) -> None:
    answers = {**MAIN_GROUPS, "FCSPr": times, "FCSNPrMeatO": times}
    assert class_of("fcs-n", answers, measure) == wanted


def test_sub_group_without_an_answer_counts_0_and_is_reported() -> None:
    answers = {**MAIN_GROUPS, "FCSPr": 5}
    assert value("fcs-n", answers, "fcsn_haem_iron") == 0
    assert value("fcs-n", answers, "fcsn_subgroups_not_known") == 4


def test_sub_group_above_its_main_group_asks_for_a_second_look() -> None:
    answers = {**MAIN_GROUPS, "FCSVeg": 2}
    assert value("fcs-n", {**answers, "FCSNVegGre": 2}, "fcsn_check") == 0
    assert value("fcs-n", {**answers, "FCSNVegGre": 3}, "fcsn_check") == 1


# -- reduced coping strategies index


@pytest.mark.parametrize(("name", "weight"), RCSI.items())
def test_each_way_of_saving_food_has_its_weight(name: str, weight: int) -> None:
    assert value("rcsi", {**dict.fromkeys(RCSI, 0), name: 7}, "rcsi") == 7 * weight


@pytest.mark.parametrize(
    ("index", "wanted", "high_reading"),
    [
        (0, "low", "phase_1"),
        (3, "low", "phase_1"),
        (4, "medium", "phase_2"),
        (18, "medium", "phase_2"),
        (19, "high", "phase_3"),
        (42, "high", "phase_3"),
        (43, "high", "phase_4"),
        (56, "high", "phase_4"),
    ],
)
def test_coping_index_at_its_cut_offs(index: int, wanted: str, high_reading: str) -> None:
    assert value("rcsi", cuts(index), "rcsi") == index
    assert class_of("rcsi", cuts(index), "rcsi") == wanted
    assert class_of("rcsi", cuts(index), "rcsi_ipc") == high_reading
    assert truth("rcsi", cuts(index), "rcsi_high") == (index >= 19)


@pytest.mark.parametrize(("index", "flag"), [(3, 1), (4, 0), (41, 0), (42, 1)])
def test_coping_index_very_low_or_high_asks_for_a_second_look(index: int, flag: int) -> None:
    assert value("rcsi", cuts(index), "rcsi_check") == flag


# -- livelihood coping

SEVERITY = {"stress": 2, "crisis": 3, "em": 4}


@pytest.mark.parametrize("way", LCS_COLUMNS)
@pytest.mark.parametrize(("code", "used"), [(10, False), (20, True), (30, True), (9999, False)])
def test_each_way_of_coping_gives_its_class(way: str, code: int, used: bool) -> None:
    wanted = SEVERITY[way.split("_")[1]] if used else 1
    assert value("lcsi", coping(**{way: code}), "lcsi") == wanted


@pytest.mark.parametrize("codes", list(product((10, 20), repeat=3)))
def test_gravest_way_of_coping_decides(codes: tuple[int, int, int]) -> None:
    ways = ("Lcs_stress_Saving", "Lcs_crisis_Health", "Lcs_em_Begged")
    wanted = max([1] + [n for n, code in zip((2, 3, 4), codes, strict=True) if code == 20])
    assert value("lcsi", coping(**days(ways, codes)), "lcsi") == wanted


@pytest.mark.parametrize("code", ["", 888, 999])
@pytest.mark.parametrize("way", LCS_COLUMNS)
def test_way_that_is_not_known_leaves_open_what_it_could_change(way: str, code: object) -> None:
    grave = way.split("_")[1]
    assert value("lcsi", coping(**{way: code}), "lcsi") is None
    done = coping(**{"Lcs_em_Begged": 30, way: code})
    assert value("lcsi", done, "lcsi") == (None if way == "Lcs_em_Begged" else 4)
    crisis = coping(**{"Lcs_crisis_Health": 30, way: code})
    decided = grave != "em" and way != "Lcs_crisis_Health"
    assert value("lcsi", crisis, "lcsi") == (3 if decided else None)


def test_ways_that_a_place_chose_count_like_the_others() -> None:
    chosen = {f"Lcs_stress_{n}": 10 for n in (1, 2, 3, 4)}
    chosen |= {f"Lcs_{severity}_{n}": 10 for severity in ("crisis", "em") for n in (1, 2, 3)}
    assert value("lcsi", chosen, "lcsi") == 1
    assert value("lcsi", {**chosen, "Lcs_crisis_2": 30}, "lcsi") == 3
    assert value("lcsi", {**chosen, "Lcs_em_3": ""}, "lcsi") is None


# -- household hunger scale


def hunger(*often: int | None) -> dict[str, object]:
    """Answers to the three questions: 0 no, 1 to 3 how often."""
    answers: dict[str, object] = {}
    for name, times in zip(("HHSNoFood", "HHSBedHung", "HHSNotEat"), often, strict=True):
        if times is not None:
            answers[name] = 1 if times else 0
            answers[f"{name}_FR"] = times or ""
    return answers


POINTS = {0: 0, 1: 1, 2: 1, 3: 2}
STANDARD = {0: "little_or_none", 1: "little_or_none", 2: "moderate", 3: "moderate"}
PHASES = {0: "phase_1", 1: "phase_2", 2: "phase_3", 3: "phase_3", 4: "phase_4"}


@pytest.mark.parametrize("often", list(product(range(4), repeat=3)))
def test_hunger_scale_for_every_combination(often: tuple[int, int, int]) -> None:
    scale = sum(POINTS[times] for times in often)
    answers = hunger(*often)
    assert value("hhs", answers, "hhs") == scale
    assert class_of("hhs", answers, "hhs") == STANDARD.get(scale, "severe")
    assert class_of("hhs", answers, "hhs_ipc") == PHASES.get(scale, "phase_5")
    assert value("hhs", answers, "hhs_check") == (scale >= 5)
    assert truth("hhs", answers, "hhs_severe") == (scale >= 4)


@pytest.mark.parametrize("code", [888, 999, ""])
def test_hunger_that_is_not_known_leaves_the_scale_unknown(code: object) -> None:
    assert value("hhs", {**hunger(0, 0, None), "HHSNotEat": code}, "hhs") is None
    assert value("hhs", {**hunger(0, 0, 1), "HHSNotEat_FR": code}, "hhs") is None


def test_how_often_without_the_first_question_decides() -> None:
    answers = {"HHSNoFood_FR": 3, "HHSBedHung_FR": 1, "HHSNotEat_FR": 2}
    assert value("hhs", answers, "hhs") == 4


# -- household dietary diversity

GROUPS = tuple(
    "HDDS" + name
    for name in (
        *("StapCer", "StapRoot", "Pulse", "Dairy", "PrMeat", "PrFish"),
        *("PrEggs", "Veg", "Fruit", "Fat", "Sugar", "Cond"),
    )
)


@pytest.mark.parametrize("number", range(13))
def test_dietary_diversity_for_every_number_of_groups(number: int) -> None:
    answers = {name: int(at < number) for at, name in enumerate(GROUPS)}
    assert value("hdds", answers, "hdds") == number
    wanted = "low" if number <= 2 else "medium" if number <= 4 else "high"
    assert class_of("hdds", answers, "hdds") == wanted
    assert value("hdds", answers, "hdds_check") == (number <= 2 or number >= 10)


WEEK = {
    "FCSStap": ("HDDSStapCer", "HDDSStapRoot"),
    "FCSPr": ("HDDSPrMeat", "HDDSPrFish", "HDDSPrEggs"),
    **{
        f"FCS{n}": (f"HDDS{n}",) for n in ("Pulse", "Dairy", "Veg", "Fruit", "Fat", "Sugar", "Cond")
    },
}


@pytest.mark.parametrize(("week", "yesterday"), WEEK.items())
def test_food_of_every_day_that_was_not_eaten_asks_for_a_second_look(
    week: str, yesterday: tuple[str, ...]
) -> None:
    others = [name for name in GROUPS if name not in yesterday]
    answers = {**dict.fromkeys(GROUPS, 0), **dict.fromkeys(others[:6], 1)}
    assert value("hdds", {**answers, week: 6}, "hdds_check") == 0
    assert value("hdds", {**answers, week: 7}, "hdds_check") == 1
    assert value("hdds", {**answers, week: 7, yesterday[0]: 1}, "hdds_check") == 0
