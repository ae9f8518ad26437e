"""The door: what leaves is safe, unchanged, and tells nothing of what was withheld."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sojourn.disclosure import (
    AllShare,
    Cell,
    Combination,
    Derived,
    DisclosureError,
    Dominance,
    MinimumPeople,
    Plan,
    Reason,
    Release,
    Role,
    Rounding,
    Rules,
    Status,
    Table,
    Variable,
    Way,
    Zeros,
    joined,
    key,
    release,
    shares,
)
from sojourn.disclosure.classes import class_starts, people_classes
from tests.disclosure.drawn import KEY, by_chance, counts
from tests.disclosure.outsider import intervals

SMALL = [[3, 40, 25], [50, 60, 31], [28, 33, 47]]


def test_a_small_cell_is_withheld_and_cannot_be_worked_out() -> None:
    publication = release("People", Release((counts(SMALL),)), key=KEY)
    found = intervals(publication.to_json())
    low, high = found["people", frozenset({("row", "r1"), ("column", "c1")})]
    assert low <= 2
    assert high >= 10
    assert publication.audit.passed


def test_a_withheld_cell_has_no_figure_no_error_no_people() -> None:
    variables = (Variable.flat("area", ["a", "b", "c"]),)
    rows = [
        {"area": "a", "estimate": 310.4, "n": 4, "se": 150.2, "low": 20.1, "high": 600.7},
        {"area": "b", "estimate": 4000.2, "n": 45, "se": 400.0, "low": 3200.0, "high": 4800.0},
        {"area": "c", "estimate": 2000.5, "n": 25, "se": 300.0, "low": 1400.0, "high": 2600.0},
        {"area": "total", "estimate": 6311.1, "n": 74, "se": 500.0, "low": 5300.0, "high": 7300.0},
    ]
    table = Table.of("t", "households", variables, rows, decimals=0)
    publication = release("Households", Release((table,)), key=KEY)
    hidden = publication.table("t").figure(area="a")
    assert hidden.to_json() == {
        "where": {"area": "a"},
        "status": "withheld",
        "reason": "confidential",
    }
    for number in ("310", "150.2", "20.1", "600.7"):
        assert number not in json.dumps(publication.to_json())
    shown = publication.table("t").figure()
    assert (shown.value, shown.se, shown.people) == (6311, 500, "50-99")


def test_published_figures_are_those_that_were_estimated() -> None:
    table = by_chance(6, 5, 3)
    published = release("People", Release((table,)), key=KEY).table("t")
    for figure in published.figures:
        if figure.status is Status.PUBLISHED:
            assert figure.value == table.cells[tuple(dict(figure.where).values())].value


def test_half_goes_up_in_print() -> None:
    variables = (Variable.flat("area", ["a", "b"]),)
    cells: dict[tuple[str, ...], Cell] = {
        ("a",): Cell(0.125, 40),
        ("b",): Cell(2.5, 40),
        ("total",): Cell(2.625, 80),
    }
    table = Table("t", "income", variables, cells, decimals=2)
    published = release("Income", Release((table,)), key=KEY).table("t")
    assert [figure.value for figure in published.figures] == [2.63, 0.13, 2.5]


def test_only_the_door_makes_a_publication() -> None:
    publication = release("People", Release((counts(SMALL),)), key=KEY)
    with pytest.raises((TypeError, ValueError)):
        replace(publication, title="Another")


def test_why_a_cell_is_withheld_is_told_only_where_it_gives_nothing_away() -> None:
    rules = Rules((MinimumPeople(), Dominance()), tell_reasons=True)
    with pytest.raises(DisclosureError, match="count people"):
        release("People", Release((counts(SMALL),)), rules, key=KEY)
    cells: dict[tuple[str, ...], Cell] = {
        (one,): Cell(value, 30, largest=largest, second=1)
        for one, value, largest in [("a", 100, 95), ("b", 120, 20), ("c", 130, 20)]
    }
    table = Table.added_up("t", "income", (Variable.flat("area", ["a", "b", "c"]),), cells)
    published = release("Income", Release((table,)), rules, key=KEY).table("t")
    assert published.figure(area="a").reason is Reason.DOMINANCE
    assert Reason.COMPLEMENTARY in {figure.reason for figure in published.figures}


def test_a_plan_made_by_hand_is_attacked_and_refused() -> None:
    alone = Plan({key("people", row="r1", column="c1"): Reason.FEW_PEOPLE}, False, 0.0, 0.0)
    with pytest.raises(DisclosureError, match="work out people: column = c1, row = r1"):
        release("People", Release((counts(SMALL),)), key=KEY, withholding=alone)
    nothing = Plan({}, False, 0.0, 0.0)
    with pytest.raises(DisclosureError, match="not published"):
        release("People", Release((counts(SMALL),)), key=KEY, withholding=nothing)


def test_a_plan_made_by_hand_that_is_safe_leaves_as_it_is() -> None:
    what = Release((counts(SMALL),))
    rows, columns = ("r1", "r3"), ("c1", "c2", "c3")
    cells = {key("people", row=row, column=column) for row in rows for column in columns}
    by_hand = Plan(dict.fromkeys(cells, Reason.COMPLEMENTARY), False, 0.0, 0.0)
    assert release("People", what, key=KEY, withholding=by_hand).withheld == cells


def test_a_refusal_names_the_cell_and_no_figure() -> None:
    table = Table("t", "people", (), {(): Cell(7, 7)}, counts=True)
    publication = release("People", Release((table,)), key=KEY)
    assert publication.table("t").figure().status is Status.WITHHELD
    one = Variable("camp", (("total", ("only",)),), (), "total")
    none: dict[tuple[str, ...], Cell] = {
        ("total",): Cell(0, 0, structural=True),
        ("only",): Cell(0, 0, structural=True),
    }
    empty = Table("t", "people", (one,), none, counts=True)
    zeros = release("People", Release((empty,)), Rules((Zeros(),)), key=KEY).table("t")
    assert {figure.status for figure in zeros.figures} == {Status.STRUCTURAL_ZERO}


def test_the_key_of_the_digest_must_be_a_secret() -> None:
    with pytest.raises(DisclosureError, match="secret key of 16 bytes"):
        release("People", Release((counts(SMALL),)), key=b"short")


def test_the_digest_knows_the_inputs_and_only_with_its_key() -> None:
    def digest(rows: list[list[int]], secret: bytes = KEY) -> str:
        return release("People", Release((counts(rows),)), key=secret).digest

    assert digest(SMALL) == digest(SMALL)
    other = [[4, 40, 25], [50, 60, 31], [28, 33, 47]]
    assert digest(SMALL) != digest(other)
    assert digest(SMALL) != digest(SMALL, b"another secret, of another office")


# -- somebody who is in the table


def employers() -> Table:
    """Wages by area and trade. In area a, two employers are alone in their trades."""
    drawn = [[(4000, 1), (5000, 1), (60000, 20)], [(70000, 30), (80000, 40), (90000, 30)]]
    drawn.append([(65000, 30), (75000, 40), (85000, 30)])
    cells: dict[tuple[str, ...], Cell] = {
        (area, trade): Cell(value=value, n=n)
        for area, row in zip("abc", drawn, strict=True)
        for trade, (value, n) in zip("xyz", row, strict=True)
    }
    variables = (Variable.flat("area", list("abc")), Variable.flat("trade", list("xyz")))
    return Table.added_up("t", "wages", variables, cells, floor=None)


@pytest.mark.parametrize("seconds", [0.0, 5.0])
def test_who_is_alone_in_a_cell_cannot_work_out_the_cell_of_another(seconds: float) -> None:
    rules = Rules((MinimumPeople(3),), insiders=True)
    what = Release((employers(),))
    publication = release("Wages", what, rules, key=KEY, seconds=seconds)
    data = publication.to_json()
    for figure in data["tables"][0]["figures"]:
        if figure["where"] == {"area": "a", "trade": "x"}:
            figure["value"] = 4000.0  # what its only employer knows
    found = intervals(data, floor=None)
    low, high = found["wages", frozenset({("area", "a"), ("trade", "y")})]
    assert low <= 0
    assert high >= 15000


def test_a_pattern_that_only_an_insider_can_undo_is_refused_where_insiders_count() -> None:
    what = Release((employers(),))
    cells = [key("wages", area=area, trade=trade) for area in "ab" for trade in "xy"]
    by_hand = Plan(dict.fromkeys(cells, Reason.COMPLEMENTARY), False, 0.0, 0.0)
    rules = Rules((MinimumPeople(3),))
    assert release("Wages", what, rules, key=KEY, withholding=by_hand).withheld == set(cells)
    with pytest.raises(DisclosureError, match="work out wages"):
        release("Wages", what, replace(rules, insiders=True), key=KEY, withholding=by_hand)


def test_rounding_is_attacked_by_insiders_too() -> None:
    what = Release((employers(),))
    rules = Rules((MinimumPeople(3),), insiders=True)
    how = Rounding(5000, Way.NEAREST)
    assert release("Wages", what, rules, key=KEY, rounding=how).audit.passed


# -- figures computed from cells


def test_a_share_stands_only_where_both_of_its_cells_stand() -> None:
    table = counts(SMALL)
    whole = key("people", row="r1")
    small = Derived("small", Combination.RATIO, key("people", row="r1", column="c1"), whole, 100)
    large = Derived("large", Combination.RATIO, key("people", row="r2"), key("people"), 100, se=1.5)
    apart = Derived("gap", Combination.DIFFERENCE, key("people", row="r2"), key("people", row="r3"))
    publication = release("Shares", Release((table,), (small, large, apart)), key=KEY)
    assert [one.status for one in publication.derived] == [
        Status.WITHHELD,
        Status.PUBLISHED,
        Status.PUBLISHED,
    ]
    assert [one.value for one in publication.derived] == [None, 44.5, 33]
    assert publication.derived[1].se == 1.5


def test_a_share_of_nobody_is_undefined() -> None:
    table = counts([[0, 40], [0, 60]])
    none = key("people", column="c1")
    share = Derived("share", Combination.RATIO, key("people", row="r1", column="c1"), none)
    publication = release("Shares", Release((table,), (share,)), key=KEY)
    assert publication.derived[0].status is Status.UNDEFINED


def test_a_share_of_what_is_in_no_table_is_refused() -> None:
    share = Derived("share", Combination.RATIO, key("income"), key("people"))
    with pytest.raises(DisclosureError, match="share is computed from income: all"):
        release("Shares", Release((counts(SMALL),), (share,)), key=KEY)


def test_people_without_the_attribute_are_looked_after_as_well() -> None:
    area = Variable.flat("area", ["a", "b", "c"])
    rows = [
        (("a",), Cell(98, 98), Cell(100, 100)),  # two people are without
        (("b",), Cell(50, 50), Cell(90, 90)),
        (("c",), Cell(30, 30), Cell(75, 75)),
        (("total",), Cell(178, 178), Cell(265, 265)),
    ]
    table = shares("t", "people", (area,), "papers", rows, counts=True, role=Role.IMPLIED)
    share = Derived(
        "papers in a",
        Combination.RATIO,
        key("people", area="a", papers="yes"),
        key("people", area="a"),
        scale=100,
    )
    publication = release("Shares", Release((table,), (share,)), key=KEY)
    assert publication.derived[0].status is Status.WITHHELD
    statuses = {figure.status for figure in publication.table("t").figures}
    assert statuses == {Status.WITHHELD, Status.NOT_PRINTED}
    assert all(figure.value is None for figure in publication.table("t").figures)


def test_that_all_share_an_attribute_cannot_be_read() -> None:
    table = counts(
        [[0, 40], [30, 20], [25, 35]],
        (Variable.flat("camp", ["n", "s", "w"]), Variable.flat("papers", ["yes", "no"])),
    )
    rules = Rules((MinimumPeople(), AllShare(("papers",))))
    publication = release("Papers", Release((table,)), rules, key=KEY)
    found = intervals(publication.to_json())
    low, _ = found["people", frozenset({("camp", "n"), ("papers", "no")})]
    assert low <= 36


# -- how many people stand behind a figure


def test_people_are_told_in_classes() -> None:
    cells: dict[tuple[str, ...], Cell] = {
        (one,): Cell(value=10.0 * n, n=n)
        for one, n in [("a", 14), ("b", 0), ("c", 62), ("d", 4000)]
    }
    area = Variable.flat("area", ["a", "b", "c", "d"])
    table = Table.added_up("t", "income", (area,), cells)
    published = release("Income", Release((table,)), key=KEY).table("t")
    assert [published.figure(area=one).people for one in "abcd"] == ["10-19", "0", "50-99", "1000+"]


def test_classes_become_coarse_where_they_would_tell_how_few_stand_behind_a_cell() -> None:
    drawn = {"a": 4, "b": 3, "c": 50, "d": 20, "e": 20}  # 97 in all, so a and b are 9 at most
    cells: dict[tuple[str, ...], Cell] = {(one,): Cell(100.0 * n, n) for one, n in drawn.items()}
    area = Variable.flat("area", list(drawn))
    found = joined(Release((Table.added_up("t", "income", (area,), cells),)))
    rules = Rules((MinimumPeople(20),))
    hidden = {key("income", area="a"), key("income", area="b")}
    withheld = np.array([each in hidden for each in found.keys])
    told = people_classes(found, withheld, rules.sensitive(found), rules)
    assert set(told) == {"20+", None}
    withheld[found.at[key("income", area="e")]] = True
    told = people_classes(found, withheld, rules.sensitive(found), rules)
    assert set(told) == {"50-99", "20-49", None}


@pytest.mark.parametrize("people", [1, 3, 5, 9, 10, 14, 15, 30, 100])
def test_no_class_is_a_single_number(people: int) -> None:
    starts = class_starts(Rules((MinimumPeople(people),)))
    assert starts[0] == people
    assert all(then - first >= 5 for first, then in pairwise(starts))


# -- rounding instead


@pytest.mark.parametrize("way", list(Way))
def test_rounded_figures_leave_without_errors_and_classes(way: Way) -> None:
    how = Rounding(5, way, seed=b"0123456789abcdef")
    publication = release("People", Release((by_chance(6, 5, 1),)), key=KEY, rounding=how)
    figures = publication.table("t").figures
    assert all(figure.value is not None and figure.value % 5 == 0 for figure in figures)
    assert all(figure.se is None and figure.people is None for figure in figures)
    assert publication.rounding == (("base", 5), ("way", way.value))


def test_a_rounded_release_is_refused_where_margins_undo_the_rounding() -> None:
    # 2 + 2 + 2 + 2 is printed as 0 + 0 + 0 + 0 = 10: each is 2, and no less.
    table = counts([[2, 2, 2, 2]], (Variable.flat("r", ["r1"]), Variable.flat("c", list("abcd"))))
    with pytest.raises(DisclosureError, match="round to a larger base"):
        release("People", Release((table,)), key=KEY, rounding=Rounding(5, Way.NEAREST))


def test_shares_of_rounded_figures_are_rounded_too() -> None:
    table = counts(SMALL)
    share = Derived("s", Combination.RATIO, key("people", row="r1"), key("people"), 100, se=0.7)
    what = Release((table,), (share,))
    publication = release("People", what, key=KEY, rounding=Rounding(5, Way.NEAREST))
    (one,) = publication.derived
    assert one.value == pytest.approx(100 * 70 / 315, abs=0.05)
    assert one.se is None
