"""All cells of a release as one list, and all sums among them as one system of equations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sojourn.disclosure.problems import DisclosureError
from sojourn.disclosure.tables import Cell, Key, Release, Role, Table

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_SAME = 1e-6
"""How far a sum may be from its parts, as a share of their size: errors of float arithmetic."""

_NAMED_AT_MOST = 3


class Sum(NamedTuple):
    """One cell that is the sum of others, along a variable; numbers are places in the system."""

    variable: str
    whole: int
    parts: tuple[int, ...]


@dataclass(frozen=True)
class System:
    """Every cell of a release once, in the order of tables, and how they add up.

    `whole` are cells that count people one by one; `floor` is below what a value cannot be
    (minus infinity where it can be anything); `hidden` are never published, `printed` are meant
    to be; `out` are in print already and `kept` were withheld then; `structural` are zeros that
    everybody knows.
    """

    keys: tuple[Key, ...]
    cells: tuple[Cell, ...]
    sums: tuple[Sum, ...]
    whole: Bools
    floor: Floats
    hidden: Bools
    printed: Bools
    out: Bools
    kept: Bools
    structural: Bools

    @cached_property
    def at(self) -> Mapping[Key, int]:
        """Where each cell stands."""
        return {each: place for place, each in enumerate(self.keys)}

    @cached_property
    def values(self) -> Floats:
        return np.array([cell.value for cell in self.cells], dtype=np.float64)

    @cached_property
    def people(self) -> Floats:
        return np.array([cell.n for cell in self.cells], dtype=np.float64)

    @cached_property
    def mean_weight(self) -> Floats:
        """What one person counts on average among all cells of a cell's quantity; 1 where nobody
        stands behind any of them."""
        of = self.of_quantity
        people = np.bincount(of, self.people)
        values = np.bincount(of, np.abs(self.values))
        weight = np.where((people > 0) & (values > 0), values / np.maximum(people, 1), 1.0)
        return np.asarray(weight[of], dtype=np.float64)

    @cached_property
    def of_quantity(self) -> Ints:
        """A number for the quantity of each cell."""
        numbers: dict[str, int] = {}
        found = [numbers.setdefault(one.quantity, len(numbers)) for one in self.keys]
        return np.array(found, dtype=np.int64)

    @cached_property
    def thousandth(self) -> Floats:
        """For each cell, a thousandth of the largest figure of its quantity; 1 where all are 0."""
        largest = np.zeros(int(self.of_quantity.max()) + 1)
        np.maximum.at(largest, self.of_quantity, np.abs(self.values))
        return np.asarray(np.where(largest > 0, largest / 1000, 1.0)[self.of_quantity])

    @cached_property
    def unit(self) -> Floats:
        """In which unit solvers see each cell: 1 where people are counted, else a thousandth of the
        largest figure of its quantity, so that their tolerances mean the same everywhere."""
        counted = np.zeros(int(self.of_quantity.max()) + 1, dtype=np.bool_)
        np.logical_or.at(counted, self.of_quantity, self.whole)
        return np.where(counted[self.of_quantity], 1.0, self.thousandth)

    @cached_property
    def matrix(self) -> csr_array:
        """Sums x cells: 1 for each part, -1 for the whole; times the values it is zero."""
        return equations(self.sums, len(self.keys))

    @cached_property
    def sums_of(self) -> tuple[tuple[Sum, ...], ...]:
        """The sums in which each cell is a part."""
        found: list[list[Sum]] = [[] for _ in self.keys]
        for one in self.sums:
            for part in one.parts:
                found[part].append(one)
        return tuple(map(tuple, found))


def equations(sums: Iterable[Sum], cells: int) -> csr_array:
    """Sums x cells: 1 for each part, -1 for the whole."""
    rows, columns, signs = list[int](), list[int](), list[float]()
    count = 0
    for one in sums:
        rows += [count] * (len(one.parts) + 1)
        columns += [*one.parts, one.whole]
        signs += [1.0] * len(one.parts) + [-1.0]
        count += 1
    return csr_array((signs, (rows, columns)), shape=(count, cells), dtype=np.float64)


def joined(release: Release) -> System:
    """All tables of a release, joined where they share cells.

    Raises `DisclosureError` for tables that contradict each other or whose parts do not add up.
    """
    if not release.tables:
        raise DisclosureError("there is no table to publish; give one at least")
    _check_names(release)
    cells: dict[Key, Cell] = {}
    of: dict[Key, list[Table]] = {}
    for table in release.all_tables:
        for place, cell in table.cells.items():
            here = table.key(place)
            known = cells.setdefault(here, cell)
            if not _agree(known, cell):
                raise DisclosureError(
                    f"{here} has one figure in table {of[here][0].name} and another in {table.name}"
                    "; the same people have to give the same figure, or the quantities need two "
                    "names"
                )
            if known.largest is None and cell.largest is not None:
                cells[here] = cell
            of.setdefault(here, []).append(table)
    keys = tuple(cells)
    found = _system(release, keys, cells, of)
    _check_sums(found)
    return found


def _system(
    release: Release, keys: tuple[Key, ...], cells: Mapping[Key, Cell], of: dict[Key, list[Table]]
) -> System:
    at = {each: place for place, each in enumerate(keys)}
    kept = frozenset[Key]().union(*(one.withheld for one in release.earlier))
    strange = kept - set(keys)
    if strange:
        raise DisclosureError(
            f"{min(strange)} was withheld before, but stands in no table here; give the earlier "
            "table as it was"
        )
    before = {
        one.table.key(place) for one in release.earlier for place in one.table.cells
    }  # in print, but for what was withheld

    def floor(tables: list[Table]) -> float:
        return max(-np.inf if one.floor is None else one.floor for one in tables)

    def marks(which: Iterable[bool]) -> Bools:
        return np.array(list(which), dtype=np.bool_)

    return System(
        keys=keys,
        cells=tuple(cells.values()),
        sums=_sums(release, at),
        whole=marks(any(one.counts for one in of[each]) for each in keys),
        floor=np.array([floor(of[each]) for each in keys], dtype=np.float64),
        hidden=marks(all(one.role is Role.HIDDEN for one in of[each]) for each in keys),
        printed=marks(any(one.role is Role.PRINTED for one in of[each]) for each in keys),
        out=marks(each in before and each not in kept for each in keys),
        kept=marks(each in kept for each in keys),
        structural=marks(cells[each].structural for each in keys),
    )


def _sums(release: Release, at: Mapping[Key, int]) -> tuple[Sum, ...]:
    found: dict[tuple[int, frozenset[int]], Sum] = {}
    for table in release.all_tables:
        place_of = {place: at[table.key(place)] for place in table.cells}
        for variable, whole, parts in table.relations():
            one = Sum(variable, place_of[whole], tuple(place_of[part] for part in parts))
            found.setdefault((one.whole, frozenset(one.parts)), one)
    return tuple(found.values())


def _agree(one: Cell, other: Cell) -> bool:
    size = max(abs(one.value), abs(other.value), 1.0)
    return one.n == other.n and abs(one.value - other.value) <= _SAME * size


def _check_names(release: Release) -> None:
    names = [table.name for table in release.all_tables]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DisclosureError(f"two tables are called {twice}; give each a name of its own")
    totals: dict[tuple[str, str], tuple[str, str]] = {}
    for table in release.all_tables:
        for variable in table.variables:
            if variable.total is None:
                continue
            there = (variable.total, table.name)
            total, first = totals.setdefault((table.quantity, variable.name), there)
            if total != variable.total:
                raise DisclosureError(
                    f"everybody is called {total} by variable {variable.name} in table {first}, "
                    f"and {variable.total} in table {table.name}; choose one name"
                )


def _check_sums(found: System) -> None:
    """Parts have to add up: what does not add up cannot be attacked, nor defended."""
    apart = np.abs(found.matrix @ found.values)
    size = np.maximum(abs(found.matrix) @ np.abs(found.values), 1.0)
    wrong = [found.sums[int(each)] for each in np.flatnonzero(apart > _SAME * size)]
    if wrong:
        named = "; ".join(
            f"{found.keys[one.whole]} along {one.variable}" for one in wrong[:_NAMED_AT_MOST]
        )
        more = f" and {len(wrong) - _NAMED_AT_MOST} more" * (len(wrong) > _NAMED_AT_MOST)
        raise DisclosureError(
            f"parts do not add up to their total: {named}{more}; give the rest a category of its "
            "own (such as not stated), or leave the total out"
        )
