"""The attack finds what can be found, no more, and owes nothing to the code that withholds."""

from __future__ import annotations

import ast
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from sojourn.disclosure import (
    Cell,
    Protection,
    Reason,
    Release,
    Rules,
    Table,
    Variable,
    attacker,
    joined,
    key,
    release,
)
from sojourn.disclosure.attacker import Attacker, Interval, Knowledge
from sojourn.disclosure.system import System
from tests.disclosure.drawn import KEY, by_chance, counts, tables
from tests.disclosure.outsider import Name, intervals


def attack(found: System, withheld: set[int]) -> Attacker:
    mask = np.array([at in withheld for at in range(len(found.keys))])
    return Attacker(found, Knowledge.of_published(found, mask))


def printed(table: Table, found: System, withheld: set[int]) -> dict[str, object]:
    """A publication as JSON without the door: what would be read of these cells."""
    names = [variable.name for variable in table.variables]
    figures = [
        {"where": dict(zip(names, place, strict=True))}
        | ({} if found.at[table.key(place)] in withheld else {"value": cell.value})
        for place, cell in table.cells.items()
    ]
    variables = [
        {
            "name": one.name,
            "total": one.total,
            "loose": list(one.loose),
            "sums": [{"whole": whole, "parts": list(parts)} for whole, parts in one.sums],
        }
        for one in table.variables
    ]
    return {
        "tables": [{"quantity": table.quantity, "variables": variables, "figures": figures}],
    }


@settings(max_examples=40)
@given(tables(4), st.data())
def test_it_finds_what_somebody_outside_finds(table: Table, data: st.DataObject) -> None:
    found = joined(Release((table,)))
    withheld = data.draw(st.sets(st.integers(0, len(found.keys) - 1), max_size=12))
    outside = intervals(printed(table, found, withheld))
    attacking = attack(found, withheld)
    for at in withheld:
        each = found.keys[at]
        name: Name = (each.quantity, frozenset(each.where))
        interval = attacking.interval(at)
        assert (interval.low, interval.high) == pytest.approx(outside[name], abs=1e-6)


def test_a_published_figure_is_known() -> None:
    found = joined(Release((counts([[20, 30], [40, 50]]),)))
    attacking = attack(found, set())
    assert attacking.interval(0) == Interval(found.values[0], found.values[0])


def test_where_everything_is_withheld_nothing_bounds_a_figure_above() -> None:
    found = joined(Release((counts([[20, 30], [40, 50]]),)))
    interval = attack(found, set(range(len(found.keys)))).interval(0)
    assert interval == Interval(0, np.inf)


def test_values_that_can_be_negative_leave_more_open() -> None:
    area = Variable.flat("area", ["a", "b"])
    cells: dict[tuple[str, ...], Cell] = {("a",): Cell(20, 20), ("b",): Cell(30, 30)}
    for floor, low, high in ((0.0, 0.0, 50.0), (None, -np.inf, np.inf), (10.0, 10.0, 40.0)):
        table = Table.added_up("t", "debt", (area,), cells, floor=floor)
        found = joined(Release((table,)))
        hidden = {found.at[key("debt", area="a")], found.at[key("debt", area="b")]}
        assert attack(found, hidden).interval(min(hidden)) == Interval(low, high)


@settings(max_examples=25)
@given(st.lists(st.integers(0, 14), min_size=12, max_size=12))
def test_no_small_cell_of_three_variables_is_found_by_trying_whole_numbers(
    drawn: list[int],
) -> None:
    variables = [Variable.flat("a", ["1", "2"]), Variable.flat("b", ["1", "2"])]
    variables.append(Variable.flat("c", ["1", "2", "3"]))
    cells: dict[tuple[str, ...], Cell] = {
        place: Cell(n, n)
        for place, n in zip(product("12", "12", "123"), drawn, strict=True)
    }  # fmt: skip
    table = Table.added_up("t", "people", variables, cells, counts=True)
    found = joined(Release((table,)))
    hidden = release("Drawn", Release((table,)), key=KEY, seconds=0.3).withheld
    for at, needed in Rules().sensitive(found).items():
        low, high = whole_numbers(found, {found.at[each] for each in hidden}, at)
        value = found.values[at]
        assert low <= value - needed.lower
        assert high >= value + needed.upper
        assert high - low >= needed.sliding


def whole_numbers(found: System, hidden: set[int], at: int) -> tuple[float, float]:
    """The least and the most that a cell can be, found in whole numbers from the figures alone."""
    columns = sorted(hidden)
    shown = [each for each in range(len(found.keys)) if each not in hidden]
    rows = found.matrix.toarray()
    right = -rows[:, shown] @ found.values[shown]
    ends = []
    for sign in (1, -1):
        solved = milp(
            [sign if each == at else 0 for each in columns],
            integrality=np.ones(len(columns), dtype=np.int64),
            constraints=LinearConstraint(rows[:, columns], right, right),
        )
        ends.append(-sign * np.inf if solved.fun is None else sign * round(solved.fun))
    return ends[0], ends[1]


def test_many_cells_at_once_are_judged_as_one_by_one() -> None:
    found = joined(Release((by_chance(30, 12, 3),)))
    needed = Rules().sensitive(found)
    assert len(needed) >= 50
    chance = np.random.default_rng(1)
    withheld = {*needed, *map(int, chance.choice(len(found.keys), 25))}
    quick = attack(found, withheld).audit(needed, exact=False)
    exact = attack(found, withheld).audit(needed, exact=True)
    assert quick.too_narrow == exact.too_narrow
    for at, interval in quick.intervals.items():
        assert exact.intervals[at].low <= interval.low
        assert exact.intervals[at].high >= interval.high


def test_a_protection_far_smaller_than_the_figure_is_still_asked_for() -> None:
    area = Variable.flat("area", ["a", "b"])
    cells: dict[tuple[str, ...], Cell] = {("a",): Cell(1e9, 20), ("b",): Cell(2e9, 20)}
    found = joined(Release((Table.added_up("t", "income", (area,), cells),)))
    needed = {found.at[key("income", area="a")]: Protection(Reason.P_PERCENT, 1.0, 1.0)}
    assert not attack(found, set(needed)).audit(needed).passed
    assert attack(found, {*needed, found.at[key("income", area="b")]}).audit(needed).passed


def test_the_attack_shares_no_code_with_what_chooses_cells() -> None:
    tree = ast.parse(Path(str(attacker.__file__)).read_text(encoding="utf-8"))
    ours = {
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("sojourn")
    }
    assert ours == {"sojourn.disclosure.rules", "sojourn.disclosure.system"}
