"""Random tables: whatever is in them, nobody outside finds a sensitive figure too closely."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sojourn.disclosure import (
    Cell,
    MinimumPeople,
    Protection,
    Publication,
    Release,
    Rules,
    Status,
    Table,
    Variable,
    joined,
    release,
)
from tests.disclosure.drawn import KEY, counts, leaves, tables
from tests.disclosure.outsider import intervals

RELAXED = settings(
    max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

TIMES = st.sampled_from([0.0, 0.5])
"""Seconds to search: none, where the quick pattern is taken, and enough for most cheapest ones."""


def check(what: Release, rules: Rules, seconds: float) -> Publication:
    """Publishes, attacks from outside, and compares what is printed with the truth."""
    truth = joined(what)
    publication = release("Drawn", what, rules, key=KEY, seconds=seconds)
    data = json.loads(json.dumps(publication.to_json()))
    assert Publication.from_json(data) == publication
    found = intervals(data)
    for at, needed in rules.sensitive(truth).items():
        each = truth.keys[at]
        assert_wide(truth.cells[at], needed, *found[each.quantity, frozenset(each.where)])
    for table in publication.tables:
        for figure in table.figures:
            if figure.status is Status.PUBLISHED:
                assert figure.value == truth.cells[truth.at[table.key(figure)]].value
            else:
                assert figure.value is None
    assert publication.audit.unknown == len(publication.withheld) <= len(truth.keys)
    return publication


def assert_wide(cell: Cell, needed: Protection, low: float, high: float) -> None:
    slack = 1e-6 * max(abs(cell.value), 1.0)
    assert low <= cell.value - needed.lower + slack
    assert high >= cell.value + needed.upper - slack
    assert high - low >= needed.sliding - slack


@RELAXED
@given(tables(8), TIMES)
def test_no_sensitive_figure_is_found_in_a_table_with_hierarchies(
    table: Table, seconds: float
) -> None:
    check(Release((table,)), Rules(), seconds)


@RELAXED
@given(tables(5), st.data())
def test_no_sensitive_figure_is_found_in_two_linked_tables(
    table: Table, data: st.DataObject
) -> None:
    shared = table.variables[0]
    other = Variable.flat("c", ["c0", "c1", "c2"])
    rows = []
    for category in leaves(shared):  # the people of each row, parted another way
        left = table.cells[category, "total"].n
        first = data.draw(st.integers(0, left))
        second = data.draw(st.integers(0, left - first))
        rows.append([first, second, left - first - second])
    check(Release((table, counts(rows, (shared, other), name="u"))), Rules(), data.draw(TIMES))


@RELAXED
@given(tables(5), st.lists(st.integers(1, 400), min_size=64, max_size=64))
def test_no_sensitive_figure_is_found_in_a_weighted_table(table: Table, weights: list[int]) -> None:
    rows, columns = (leaves(variable) for variable in table.variables)
    weight = iter(weights * 2)
    cells: dict[tuple[str, ...], Cell] = {}
    for row in rows:
        for column in columns:
            n = table.cells[row, column].n
            cells[row, column] = Cell(value=float(n * next(weight)), n=n)
    weighted = Table.added_up("w", "estimated people", table.variables, cells)
    publication = check(Release((weighted,)), Rules((MinimumPeople(5),)), 0.5)
    told = {figure.people for figure in publication.tables[0].figures}
    assert not told & {str(n) for n in range(1, 100)}
