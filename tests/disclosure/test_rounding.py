"""Rounded figures: multiples, near to what they were, adding up where that is promised."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sojourn.disclosure import (
    Cell,
    DisclosureError,
    Release,
    Rounding,
    Table,
    Variable,
    Way,
    joined,
)
from sojourn.disclosure.attacker import Attacker, Interval
from sojourn.disclosure.rounding import controlled, rounded
from tests.disclosure.drawn import counts, tables

SEED = b"0123456789abcdef"


def alone(value: int) -> Release:
    return Release((Table("t", "people", (), {(): Cell(value, value)}, counts=True),))


@pytest.mark.parametrize(("value", "base", "to"), [(7, 5, 5), (8, 5, 10), (5, 10, 10), (0, 5, 0)])
def test_the_nearest_multiple_and_half_goes_up(value: int, base: int, to: int) -> None:
    assert rounded(joined(alone(value)), Rounding(base, Way.NEAREST)).values.tolist() == [to]


@settings(max_examples=40)
@given(tables(6), st.sampled_from([3, 5, 10]))
def test_controlled_rounding_adds_up_and_goes_to_a_neighbour(table: Table, base: int) -> None:
    found = joined(Release((table,)))
    values, further = controlled(found, base)
    assert further == 0  # always possible in two dimensions
    assert np.allclose(found.matrix @ values, 0)
    assert np.allclose(values % base, 0)
    assert (np.abs(values - found.values) < base).all()


def test_in_more_dimensions_figures_may_go_further_but_add_up() -> None:
    chance = np.random.default_rng(5)
    variables = [Variable.flat(name, [f"{name}{at}" for at in range(3)]) for name in "abc"]
    cells: dict[tuple[str, ...], Cell] = {
        (f"a{i}", f"b{j}", f"c{k}"): Cell(float(n), int(n))
        for (i, j, k), n in np.ndenumerate(chance.integers(0, 9, (3, 3, 3)))
    }
    found = joined(Release((Table.added_up("t", "people", variables, cells, counts=True),)))
    values, further = controlled(found, 5)
    assert np.allclose(found.matrix @ values, 0)
    assert (np.abs(values - found.values) < 5 * (1 + further)).all()
    assert (values >= 0).all()


def test_rounding_at_random_is_right_on_average() -> None:
    variable = Variable.flat("area", [f"a{at}" for at in range(2000)], total=None)
    cells: dict[tuple[str, ...], Cell] = {(one,): Cell(2, 2) for one in variable.categories}
    table = Table("t", "people", (variable,), cells, counts=True)
    values = rounded(joined(Release((table,))), Rounding(5, Way.RANDOM, SEED)).values
    assert set(values) == {0, 5}
    assert values.mean() == pytest.approx(2, abs=0.2)


def test_a_cell_is_rounded_the_same_way_wherever_it_stands() -> None:
    how = Rounding(5, Way.RANDOM, SEED)
    small, large = counts([[12, 13], [14, 11]]), counts([[12, 13, 8], [14, 11, 7]])
    first, second = joined(Release((small,))), joined(Release((large,)))
    in_first, in_second = rounded(first, how).values, rounded(second, how).values
    for place in ("r1", "r2"):
        each = next(one for one in first.keys if dict(one.where) == {"row": place, "column": "c1"})
        assert in_first[first.at[each]] == in_second[second.at[each]]


def test_another_seed_rounds_otherwise() -> None:
    found = joined(Release((counts([[12, 13, 8, 9], [14, 11, 7, 6], [1, 2, 3, 4]]),)))
    one = rounded(found, Rounding(5, Way.RANDOM, SEED)).values
    other = rounded(found, Rounding(5, Way.RANDOM, b"another seed of the office")).values
    assert (one != other).any()


def test_multiples_stay_as_they_are() -> None:
    found = joined(Release((counts([[10, 15], [20, 25]]),)))
    for how in (Rounding(5, Way.RANDOM, SEED), Rounding(5), Rounding(5, Way.NEAREST)):
        assert (rounded(found, how).values == found.values).all()


@pytest.mark.parametrize(
    ("how", "value", "interval"),
    [
        (Rounding(5, Way.NEAREST), 8, Interval(8, 12)),
        (Rounding(10, Way.NEAREST), 12, Interval(5, 14)),
        (Rounding(5, Way.NEAREST), 1, Interval(0, 2)),
        (Rounding(5, Way.CONTROLLED), 8, Interval(6, 14)),
        (Rounding(3, Way.CONTROLLED), 1, Interval(0, 2)),
    ],
)
def test_the_attacker_reads_a_rounded_figure_as_an_interval(
    how: Rounding, value: int, interval: Interval
) -> None:
    found = joined(alone(value))
    assert Attacker(found, rounded(found, how).knowledge).interval(0) == interval


@settings(max_examples=30)
@given(tables(5), st.sampled_from(list(Way)))
def test_the_truth_always_fits_what_the_attacker_knows(table: Table, way: Way) -> None:
    found = joined(Release((table,)))
    knowledge = rounded(found, Rounding(5, way, SEED)).knowledge
    assert (knowledge.low <= found.values).all()
    assert (knowledge.high >= found.values).all()


def test_a_base_that_hides_nothing_is_refused() -> None:
    with pytest.raises(DisclosureError, match="from base 3 on"):
        Rounding(2)


def test_rounding_at_random_needs_a_secret_seed() -> None:
    with pytest.raises(DisclosureError, match="secret seed"):
        Rounding(5, Way.RANDOM)


def test_the_seed_is_in_nothing_that_is_written_down() -> None:
    assert Rounding(5, Way.RANDOM, SEED).to_json() == {"base": 5, "way": "random"}
