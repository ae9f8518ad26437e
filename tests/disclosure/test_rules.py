"""Each rule finds what it is there for, and asks for as much protection as it should."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sojourn.disclosure import (
    AllShare,
    Cell,
    DisclosureError,
    Dominance,
    MinimumPeople,
    MinimumUnits,
    PPercent,
    Protection,
    Reason,
    Release,
    Rule,
    Rules,
    System,
    Table,
    Variable,
    Zeros,
    joined,
    key,
)
from tests.disclosure.drawn import counts


def one_cell(cell: Cell) -> System:
    return joined(Release((Table("t", "income", (), {(): cell}),)))


def protection(rule: Rule, cell: Cell) -> Protection | None:
    return rule.protection(one_cell(cell), 0)


@pytest.mark.parametrize(("n", "sensitive"), [(0, False), (1, True), (9, True), (10, False)])
def test_fewer_than_ten_people_are_few(n: int, sensitive: bool) -> None:
    assert (protection(MinimumPeople(), Cell(value=5.0 * n, n=n)) is not None) == sensitive


def test_few_people_have_to_look_like_one_less_or_enough() -> None:
    found = protection(MinimumPeople(10), Cell(value=300, n=3))  # a person counts for a hundred
    assert found == Protection(Reason.FEW_PEOPLE, lower=100, upper=700, sliding=1000)


def test_people_without_income_are_still_few_people() -> None:
    found = protection(MinimumPeople(10), Cell(value=0, n=4))
    assert found is not None
    assert found.upper > 0
    assert found.lower == 0


def test_a_single_sampled_place_is_too_few() -> None:
    cell = Cell(value=4000, n=40, psus=1)
    assert protection(MinimumUnits(2), cell) is not None
    assert protection(MinimumUnits(2), replace(cell, psus=2)) is None
    assert protection(MinimumUnits(2), replace(cell, psus=None)) is None


def test_the_largest_contributions_must_not_make_nearly_all() -> None:
    cell = Cell(value=100, n=20, largest=60, second=30)
    found = protection(Dominance(2, 85), cell)
    assert found is not None
    assert found.upper == pytest.approx(90 * 100 / 85 - 100)
    assert protection(Dominance(1, 85), cell) is None
    assert protection(Dominance(), replace(cell, second=25)) is None


def test_the_second_largest_must_not_know_the_largest() -> None:
    cell = Cell(value=100, n=20, largest=60, second=38)
    found = protection(PPercent(10), cell)
    assert found is not None
    assert [found.lower, found.upper] == pytest.approx([4, 4])
    assert protection(PPercent(3), cell) is None


def test_without_known_contributions_dominance_says_nothing() -> None:
    cell = Cell(value=100, n=20)
    assert protection(Dominance(), cell) is None
    assert protection(PPercent(), cell) is None


def papers() -> tuple[Variable, Variable]:
    return Variable.flat("camp", ["north", "south"]), Variable.flat("papers", ["yes", "no"])


def test_all_of_a_group_sharing_an_attribute_is_found() -> None:
    found = joined(Release((counts([[0, 40], [30, 20]], papers()),)))
    sensitive = Rules((AllShare(("papers",)),)).sensitive(found)
    assert {found.keys[at] for at in sensitive} == {key("people", camp="north", papers="no")}
    (needed,) = sensitive.values()
    assert needed == Protection(Reason.ALL_SHARE, lower=4)


def test_only_attributes_are_asked_whether_all_share_them() -> None:
    found = joined(Release((counts([[0, 40], [0, 20]], papers()),)))
    assert not Rules((AllShare(("camp",)),)).sensitive(found)
    assert len(Rules((AllShare(("papers",)),)).sensitive(found)) == 3


def test_zeros_are_sensitive_where_asked_for_but_not_those_that_everybody_knows() -> None:
    table = counts([[0, 40], [30, 20]])
    zero = key("people", row="r1", column="c1")
    found = joined(Release((table,)))
    assert {found.keys[at] for at in Rules((Zeros(),)).sensitive(found)} == {zero}
    cells = {**table.cells, ("r1", "c1"): Cell(0, 0, structural=True)}
    known = joined(Release((replace(table, cells=cells),)))
    assert not Rules((Zeros(),)).sensitive(known)


def test_margins_are_looked_at_like_other_cells() -> None:
    found = joined(Release((counts([[1, 2], [30, 40]]),)))
    assert key("people", row="r1") in {found.keys[at] for at in Rules().sensitive(found)}


def test_of_two_rules_the_larger_protection_holds_and_the_first_names_the_reason() -> None:
    found = one_cell(Cell(value=90, n=9, psus=1))
    (needed,) = Rules((MinimumPeople(10), MinimumUnits(2))).sensitive(found).values()
    assert needed == Protection(Reason.FEW_PEOPLE, lower=90, upper=90, sliding=180)


def test_rules_are_the_same_after_being_written_down() -> None:
    rules = Rules(
        (MinimumPeople(5), Dominance(1, 75), AllShare(("papers",)), Zeros()), insiders=True
    )
    assert Rules.from_json(rules.to_json()) == rules


def test_a_rule_that_does_not_exist_is_refused() -> None:
    with pytest.raises(DisclosureError, match="no rule called magic"):
        Rules.from_json(
            {
                "rules": [{"name": "magic"}],
                "loss": "value",
                "tell_reasons": False,
                "insiders": False,
            }
        )


def test_dominance_of_three_is_refused() -> None:
    with pytest.raises(DisclosureError, match="largest 1 or 2"):
        Dominance(largest=3)
