"""Tables that the literature knows, with what can be found out from them."""

from __future__ import annotations

import numpy as np
import pytest

from sojourn.disclosure import (
    Cell,
    Key,
    Plan,
    Protection,
    Reason,
    Release,
    Rules,
    Table,
    Variable,
    joined,
    key,
    plan,
)
from sojourn.disclosure.attacker import Attacker, Interval, Knowledge
from tests.disclosure.drawn import counts


def investment() -> Table:
    """Investment of enterprises by activity and region, from Fischetti and Salazar-González
    (2001). The cell of activity II in region C is sensitive there."""
    activity = Variable.flat("activity", ["I", "II", "III"])
    region = Variable.flat("region", ["A", "B", "C"])
    drawn = {"I": (20, 50, 10), "II": (8, 19, 22), "III": (17, 32, 12)}
    cells: dict[tuple[str, ...], Cell] = {
        (row, column): Cell(value=value, n=100)
        for row, values in drawn.items()
        for column, value in zip("ABC", values, strict=True)
    }
    return Table.added_up("investment", "investment", (activity, region), cells)


def place(activity: str, region: str) -> Key:
    return key("investment", activity=activity, region=region)


SENSITIVE = place("II", "C")
PATTERN = {place(row, column) for row in ("II", "III") for column in ("A", "C")}


def attack(table: Table, withheld: set[Key]) -> tuple[Attacker, dict[Key, int]]:
    found = joined(Release((table,)))
    mask = np.array([each in withheld for each in found.keys], dtype=np.bool_)
    return Attacker(found, Knowledge.of_published(found, mask)), dict(found.at)


def test_the_attacker_finds_the_interval_of_the_textbook() -> None:
    attacker, at = attack(investment(), PATTERN)
    assert attacker.interval(at[SENSITIVE]) == Interval(5, 30)
    assert attacker.interval(at[place("II", "A")]) == Interval(0, 25)


def test_the_cheapest_pattern_is_that_of_the_textbook() -> None:
    found = joined(Release((investment(),)))
    needed = {found.at[SENSITIVE]: Protection(Reason.DOMINANCE, lower=5, upper=5)}
    chosen = plan(found, Rules(), needed)
    assert set(chosen.withheld) == PATTERN
    assert chosen.optimal
    assert chosen.loss == pytest.approx(1000 * (8 + 17 + 12) / 190)
    assert chosen.bound == pytest.approx(chosen.loss)


def test_more_protection_than_the_pattern_gives_needs_another_one() -> None:
    found = joined(Release((investment(),)))
    needed = {found.at[SENSITIVE]: Protection(Reason.DOMINANCE, lower=18, upper=8)}
    chosen = plan(found, Rules(), needed)
    assert chosen.optimal
    assert set(chosen.withheld) != PATTERN
    attacker, at = attack(investment(), set(chosen.withheld))
    assert attacker.audit({at[SENSITIVE]: needed[at[SENSITIVE]]}).passed


def children() -> Table:
    """Delinquent children by county and education of the head of household, from Statistical Policy
    Working Paper 22 of the (United States) Federal Committee on Statistical Methodology."""
    return counts(
        [[15, 1, 3, 1], [20, 10, 10, 15], [3, 10, 10, 2], [12, 14, 7, 2]],
        (
            Variable.flat("county", ["alpha", "beta", "gamma", "delta"]),
            Variable.flat("education", ["low", "medium", "high", "very high"]),
        ),
    )


def cells_of(**by_county: tuple[str, ...]) -> set[Key]:
    return {
        key("people", county=county, education=education)
        for county, names in by_county.items()
        for education in names
    }


def test_two_withheld_in_each_row_and_column_can_still_give_one_away() -> None:
    hidden = cells_of(
        alpha=("medium", "high", "very high"),
        beta=("medium", "high"),
        gamma=("low", "very high"),
        delta=("low", "very high"),
    )
    attacker, at = attack(children(), hidden)
    found = attacker.interval(at[key("people", county="alpha", education="very high")])
    assert found == Interval(1, 1)


def test_the_pattern_chosen_instead_gives_nothing_away() -> None:
    found = joined(Release((children(),)))
    chosen: Plan = plan(found, Rules())
    attacker, _ = attack(children(), set(chosen.withheld))
    assert attacker.audit(Rules().sensitive(found)).passed
    assert chosen.optimal


def test_a_single_cell_withheld_in_its_row_is_given_away_by_the_margin() -> None:
    table = counts([[3, 40], [50, 60]])
    alone = key("people", row="r1", column="c1")
    attacker, at = attack(table, {alone})
    assert attacker.interval(at[alone]) == Interval(3, 3)
