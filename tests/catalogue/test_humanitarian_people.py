"""Measures about one person: functioning, women's and small children's food; and households'
strengths and deprivations."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import pytest

from tests.catalogue.humanitarian import DOMAINS, class_of, days, truth, value

# -- difficulties in functioning


def functioning(codes: Sequence[object], prefix: str = "PDisab") -> dict[str, object]:
    return days([prefix + domain for domain in DOMAINS], codes)


def expected(codes: Sequence[int | None]) -> tuple[bool | None, ...]:
    """The four cut-offs: true if known answers reach it, false if no answer still could."""
    known = [code for code in codes if code is not None]
    best = [4 if code is None else code for code in codes]

    def reached(answers: list[int]) -> tuple[bool, ...]:
        some, a_lot = sum(code >= 2 for code in answers), any(code >= 3 for code in answers)
        return some >= 1, some >= 2 or a_lot, a_lot, any(code == 4 for code in answers)

    pairs = zip(reached(known), reached(best), strict=True)
    return tuple(True if sure else None if possible else False for sure, possible in pairs)


CUT_OFFS = ("wgss_dis1", "wgss_dis2", "wgss_dis3", "wgss_dis4")


@pytest.mark.parametrize("prefix", ["PDisab", "HHHDisab"])
@pytest.mark.parametrize("codes", list(product((1, 2, 3, 4, None), repeat=2)))
def test_four_cut_offs_over_two_domains(codes: tuple[int | None, int | None], prefix: str) -> None:
    for rest in (1, None):
        six: list[int | None] = [codes[0], rest, rest, codes[1], rest, rest]
        answers = functioning([888 if code is None else code for code in six], prefix)
        assert tuple(truth("wgss", answers, name) for name in CUT_OFFS) == expected(six), six


@pytest.mark.parametrize("domain", range(6))
@pytest.mark.parametrize("code", [1, 2, 3, 4])
def test_every_domain_counts(domain: int, code: int) -> None:
    codes: list[int | None] = [1] * 6
    codes[domain] = code
    answers = functioning(codes)
    assert tuple(truth("wgss", answers, name) for name in CUT_OFFS) == expected(codes)


@pytest.mark.parametrize(("age", "counts"), [(4, False), (5, True), (90, True), ("", True)])
def test_questions_are_for_people_from_five_years(age: object, counts: bool) -> None:
    answers = {"PDisabAge": age, **functioning([1, 1, 3, 1, 1, 1])}
    assert truth("wgss", answers, "wgss_dis3") is (True if counts else None)


# -- minimum dietary diversity for women

WOMEN = {
    "staples": ("StapCer", "StapRoo", "Snf"),
    "pulses": ("Pulse",),
    "nuts": ("Nuts",),
    "dairy": ("Milk", "Dairy"),
    "flesh": ("PrMeatO", "PrMeatF", "PrMeatPro", "PrMeatWhite", "PrFish"),
    "eggs": ("PrEgg",),
    "leaves": ("VegGre",),
    "orange": ("VegOrg", "FruitOrg"),
    "vegetables": ("VegOth",),
    "fruit": ("FruitOth",),
}
WOMEN_FOODS = ["PWMDDW" + food for foods in WOMEN.values() for food in foods]


@pytest.mark.parametrize(("group", "foods"), WOMEN.items())
def test_each_food_of_women_counts_once_in_its_group(group: str, foods: tuple[str, ...]) -> None:
    none = dict.fromkeys(WOMEN_FOODS, 0)
    for food in foods:
        answers = {**none, "PWMDDW" + food: 1}
        assert value("mdd-w", answers, "mddw") == 1
        assert truth("mdd-w", answers, f"mddw_{group}") is True
    assert value("mdd-w", {**none, **{"PWMDDW" + food: 1 for food in foods}}, "mddw") == 1


@pytest.mark.parametrize("number", range(11))
def test_women_reach_the_minimum_with_five_groups(number: int) -> None:
    first = ["PWMDDW" + foods[0] for foods in WOMEN.values()]
    answers = {**dict.fromkeys(WOMEN_FOODS, 0), **dict.fromkeys(first[:number], 1)}
    assert value("mdd-w", answers, "mddw") == number
    assert truth("mdd-w", answers, "mddw_reached") == (number >= 5)
    unknown = {**answers, first[9]: 888}
    wanted = None if number == 4 else number >= 5 if number < 10 else True
    assert truth("mdd-w", unknown, "mddw_reached") is wanted


# -- minimum acceptable diet

CHILD = {
    "breast_milk": ("Breastfeed",),
    "staples": ("StapCer", "StapRoo", "Snf"),
    "pulses": ("Pulse",),
    "dairy": ("InfFormula", "Milk", "YogurtDrink", "Yogurt", "Cheese"),
    "flesh": ("PrMeatO", "PrMeatPro", "PrMeatF", "PrFish"),
    "eggs": ("PrEgg",),
    "vitamin_a": ("VegOrg", "VegGre", "FruitOrg"),
    "other_plants": ("FruitOth", "VegOth"),
}
CHILD_FOODS = ["PCMAD" + food for foods in CHILD.values() for food in foods]


@pytest.mark.parametrize(("group", "foods"), CHILD.items())
def test_each_food_of_children_counts_once_in_its_group(group: str, foods: tuple[str, ...]) -> None:
    none = dict.fromkeys(CHILD_FOODS, 0)
    for food in foods:
        answers = {**none, "PCMAD" + food: 1}
        assert value("mad", answers, "mad_groups") == 1
        assert truth("mad", answers, f"ate_{group}") is True


def child(months: int, breastfed: int, meals: int, milk: int, groups: int = 5) -> dict[str, object]:
    """A child that ate from so many groups, so often. Breast milk and milk are groups."""
    answers: dict[str, object] = {**dict.fromkeys(CHILD_FOODS, 0)}
    answers |= {"PCMADChildAge_months": months, "PCMADMeals": meals, "PCMADBreastfeed": breastfed}
    if milk:
        answers |= {"PCMADMilk": 1, "PCMADMilkNum": milk}
    others = ("StapCer", "Pulse", "PrEgg", "VegGre", "FruitOth", "PrFish")
    for food in others[: groups - breastfed - bool(milk)]:
        answers["PCMAD" + food] = 1
    return answers


@pytest.mark.parametrize("meals", range(5))
@pytest.mark.parametrize("months", [5, 6, 8, 9, 23, 24])
def test_breastfed_child_needs_meals_by_age(months: int, meals: int) -> None:
    needed = 2 if months <= 8 else 3
    wanted = int(meals >= needed) if 6 <= months <= 23 else None
    assert value("mad", child(months, 1, meals, 0), "mad_frequency") == wanted
    assert value("mad", child(months, 1, meals, 0), "mad") == wanted
    assert value("mad", child(months, 1, meals, 0), "mad_milk") is None


@pytest.mark.parametrize(("meals", "milk"), list(product(range(5), range(5))))
def test_child_who_is_not_breastfed_needs_meals_and_milk(meals: int, milk: int) -> None:
    often, enough = meals >= 1 and meals + milk >= 4, milk >= 2
    answers = child(12, 0, meals, milk)
    assert value("mad", answers, "mad_frequency") == often
    assert value("mad", answers, "mad_milk") == enough
    assert value("mad", answers, "mad") == (often and enough)


@pytest.mark.parametrize("groups", range(2, 7))
def test_diet_needs_five_groups(groups: int) -> None:
    assert value("mad", child(12, 1, 3, 0, groups), "mad_diversity") == (groups >= 5)
    assert value("mad", child(12, 1, 3, 0, groups), "mad") == (groups >= 5)


# -- resilience capacity

STATEMENTS = (
    *("HHRCSBounce", "HHRCSRevenue", "HHRCSIncrease", "HHRCSFinAccess", "HHRCSSupportCommunity"),
    *("HHRCSSupportPublic", "HHRCSLessonsLearnt", "HHRCSFutureChallenge", "HHRCSWarningAccess"),
)


@pytest.mark.parametrize("total", range(9, 46))
def test_resilience_score_and_class_for_every_total(total: int) -> None:
    steps = total - 9
    codes = [1 + steps // 9 + (at < steps % 9) for at in range(9)]
    answers = days(STATEMENTS, codes)
    score = 100 * (Fraction(total, 9) - 5) / (1 - 5)
    assert value("rcs", answers, "rcs") == score
    wanted = "low" if score < 33 else "medium" if score < 66 else "high"
    assert class_of("rcs", answers, "rcs") == wanted


@pytest.mark.parametrize(
    ("part", "statement"),
    [
        ("anticipatory", "HHRCSFutureChallenge"),
        ("absorptive", "HHRCSBounce"),
        ("transformative", "HHRCSRevenue"),
        ("adaptive", "HHRCSIncrease"),
    ],
)
def test_each_capacity_comes_from_one_statement(part: str, statement: str) -> None:
    for code, score in ((1, 100), (2, 75), (3, 50), (4, 25), (5, 0)):
        assert value("rcs", {statement: code}, f"rcs_{part}") == score


# -- deprivation

WELL = {
    "FCS": 60,
    "rCSI": 0,
    "HHNoSchool": 0,
    "HHENHealthMed": 2,
    "HHChronIllNb": 0,
    "HHDisabledNb": 0,
    "HHSizeCalc": 6,
    "HHRoomUsed": 2,
    "HHPercSafe": 1,
    "HHShInsec1Y": 0,
    "HHDispl": 0,
    "cooking_fuel": "clean",
    "electric_light": 1,
    "toilet_kind": "improved",
    "water_kind": "improved",
}
WEIGHTS: list[tuple[dict[str, object], Fraction]] = [
    ({"FCS": 42}, Fraction(1, 12)),
    ({"rCSI": 19}, Fraction(1, 12)),
    ({"HHNoSchool": 1}, Fraction(1, 6)),
    ({"HHENHealthMed": 0}, Fraction(1, 12)),
    ({"HHENHealthMed": 1}, Fraction(1, 12)),
    ({"HHChronIllNb": 2}, Fraction(1, 12)),
    ({"cooking_fuel": "solid"}, Fraction(1, 18)),
    ({"electric_light": 0}, Fraction(1, 18)),
    ({"HHSizeCalc": 7}, Fraction(1, 18)),
    ({"toilet_kind": "unimproved"}, Fraction(1, 12)),
    ({"water_kind": "unimproved"}, Fraction(1, 12)),
    ({"HHPercSafe": 0}, Fraction(1, 12)),
    ({"HHShInsec1Y": 1}, Fraction(1, 12)),
]


@pytest.mark.parametrize(("changed", "weight"), WEIGHTS)
def test_each_deprivation_has_its_weight(changed: dict[str, object], weight: Fraction) -> None:
    assert value("mddi", WELL, "mddi") == 0
    assert value("mddi", {**WELL, **changed}, "mddi") == weight


@pytest.mark.parametrize("name", [n for n in WELL if n != "HHDispl"])
def test_one_answer_not_known_leaves_the_index_unknown(name: str) -> None:
    assert value("mddi", {**WELL, name: None}, "mddi") is None


def test_deprivation_cut_offs_are_exact() -> None:
    third = {**WELL, "HHNoSchool": 1, "toilet_kind": "unimproved", "water_kind": "unimproved"}
    half = {**third, "FCS": 10, "rCSI": 40}
    less = {**WELL, "HHNoSchool": 1, "cooking_fuel": "solid", "electric_light": 0}
    assert value("mddi", less, "mddi") == Fraction(5, 18)
    assert class_of("mddi", less, "mddi") == "not_identified"
    assert class_of("mddi", third, "mddi") == "identified"
    assert class_of("mddi", third, "mddi_severe") == "not_identified"
    assert value("mddi", half, "mddi_severe") == Fraction(1, 2)
    assert class_of("mddi", half, "mddi_severe") == "identified"


def test_poverty_template_includes_exactly_one_third() -> None:
    well = {
        "most_years_of_schooling": 6,
        "child_out_of_school": 0,
        "somebody_undernourished": 0,
        "child_died": 0,
        "electricity": 1,
        "toilet_kind": "improved",
        "solid_home": 1,
        "protected_water_near": 1,
        "clean_cooking": 1,
        "small_assets": 2,
        "car_or_truck": 0,
    }
    third = {**well, "most_years_of_schooling": 5, "child_died": 1}
    less = {**well, "child_died": 1, "electricity": 0, "solid_home": 0}
    assert value("mpi-template", third, "mpi") == Fraction(1, 3)
    assert class_of("mpi-template", third, "mpi") == "identified"
    assert value("mpi-template", less, "mpi") == Fraction(5, 18)
    assert class_of("mpi-template", less, "mpi") == "not_identified"
