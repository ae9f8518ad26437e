"""Tables as they are before anything is hidden, and how their cells add up.

A cell is known by what it counts and for whom: the same quantity for the same categories is the
same cell, in whichever table it stands. A category that stands for everybody (the `total` of its
variable) is left out of that name, so the margin of one table is the margin of the next.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise, product
from typing import Any, NamedTuple

from sojourn.disclosure.problems import DisclosureError

_NAMED_AT_MOST = 3
TOTAL = "total"


class Key(NamedTuple):
    """The name of a cell: a quantity, and the category of each variable, sorted by variable.

    Variables at their total are left out.
    """

    quantity: str
    where: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        where = ", ".join(f"{variable} = {category}" for variable, category in self.where)
        return f"{self.quantity}: {where or 'all'}"


def key(quantity: str, **where: str) -> Key:
    """A cell by its categories, totals left out: `key("people", region="north")`."""
    return Key(quantity, tuple(sorted(where.items())))


@dataclass(frozen=True)
class Variable:
    """A classifying variable and how its categories add up.

    `sums` are pairs of a category and the parts that it is the sum of, without overlap; a category
    may be a part and a sum, which is a hierarchy, and one may be the sum of parts in two ways.
    `loose` are categories that add up to nothing (answers of which several can be chosen).
    `total` is the category that stands for everybody; None where the table has none.

    Raises `DisclosureError` for sums that cannot be.
    """

    name: str
    sums: tuple[tuple[str, tuple[str, ...]], ...] = ()
    loose: tuple[str, ...] = ()
    total: str | None = None

    def __post_init__(self) -> None:
        for whole, parts in self.sums:
            if not parts or len(set(parts)) != len(parts) or whole in parts:
                raise DisclosureError(
                    f"variable {self.name}: {whole} needs parts, each named once and other than "
                    "itself"
                )
        if self.total is not None and self.total not in self.categories:
            raise DisclosureError(
                f"variable {self.name}: the total {self.total} is none of its categories"
            )
        if any(self.total in parts for _, parts in self.sums):
            raise DisclosureError(
                f"variable {self.name}: {self.total} stands for everybody and for a part of them; "
                "give one of the two another name"
            )
        if self._circles():
            raise DisclosureError(f"variable {self.name}: a category is a part of its own parts")

    @classmethod
    def flat(cls, name: str, categories: Sequence[str], total: str | None = TOTAL) -> Variable:
        """Categories that add up to a total; without a total they add up to nothing."""
        if total is None:
            return cls(name, (), tuple(categories))
        return cls(name, ((total, tuple(categories)),), (), total)

    @classmethod
    def tree(cls, name: str, tree: Mapping[str, Any]) -> Variable:
        """A hierarchy written as it is drawn: `{"country": {"north": ["a", "b"], "south": []}}`.

        The one category at its top stands for everybody.
        """
        if len(tree) != 1:
            raise DisclosureError(
                f"variable {name}: a hierarchy has one category at its top, for everybody"
            )
        sums: list[tuple[str, tuple[str, ...]]] = []

        def walk(under: Mapping[str, Any] | Sequence[str]) -> None:
            if not isinstance(under, Mapping):
                return
            for whole, parts in under.items():
                if parts:
                    sums.append((whole, tuple(parts)))
                walk(parts)

        walk(tree)
        return cls(name, tuple(sums), (), next(iter(tree)))

    @property
    def categories(self) -> tuple[str, ...]:
        """Every category once, sums before their parts."""
        found = dict.fromkeys(self.loose)
        for whole, parts in self.sums:
            found |= dict.fromkeys((whole, *parts))
        return tuple(found)

    def _circles(self) -> bool:
        left = list(self.sums)
        done = {each for each in self.categories if all(each != whole for whole, _ in left)}
        while left:
            ready = [one for one in left if done.issuperset(one[1])]
            if not ready:
                return True
            left = [one for one in left if one not in ready]
            done |= {whole for whole, _ in ready} - {whole for whole, _ in left}
        return False


@dataclass(frozen=True)
class Cell:
    """One cell as it was estimated or counted.

    `value` is the figure to publish, weighted or not; `n` how many people stand behind it,
    unweighted; `psus` from how many sampled units they come; `largest` and `second` the two
    largest contributions, in the unit of `value`. `se`, `low` and `high` are the standard error
    and the confidence interval. All but `value` and `n` are None where they are not known.
    `structural` marks a zero that everybody knows beforehand (nobody of five is married).
    """

    value: float
    n: int
    psus: int | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    largest: float | None = None
    second: float | None = None
    structural: bool = False

    def __post_init__(self) -> None:
        # Whatever a data frame gives (numpy, Decimal) becomes a plain number, or is refused here.
        for name in ("value", "n", "psus", "se", "low", "high", "largest", "second"):
            given = getattr(self, name)
            if given is not None:
                kind = int if name in ("n", "psus") else float
                object.__setattr__(self, name, _number(name, given, kind))


def _number(name: str, given: Any, kind: type[int] | type[float]) -> float:
    try:
        number = float(given)
    except (TypeError, ValueError):
        raise DisclosureError(f"{name} of a cell is no number; give a number or nothing") from None
    if not math.isfinite(number) or (kind is int and (number < 0 or number != int(number))):
        what = "a whole number of 0 or more" if kind is int else "a finite number"
        raise DisclosureError(f"{name} of a cell has to be {what}; correct it before publishing")
    return kind(number)


class Role(StrEnum):
    """What becomes of a table.

    `printed`: its figures are published. `implied`: they are not printed but follow from what is
    (numerators of published shares), so they are treated as if they were. `hidden`: they are never
    published, but everybody knows that they exist, add up and are not negative.
    """

    PRINTED = "printed"
    IMPLIED = "implied"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Table:
    """A table with all its margins: one cell for every combination of categories.

    `counts`: values are numbers of people as they were counted, so each value is its `n`.
    `floor`: below what no value can be, as everybody knows; None where values may be negative.
    `decimals`: with how many places figures are printed.

    Raises `DisclosureError` where cells are missing, unknown, or cannot be.
    """

    name: str
    quantity: str
    variables: tuple[Variable, ...]
    cells: Mapping[tuple[str, ...], Cell]
    counts: bool = False
    floor: float | None = 0.0
    decimals: int = 0
    role: Role = Role.PRINTED

    def __post_init__(self) -> None:
        names = [variable.name for variable in self.variables]
        if len(set(names)) != len(names):
            raise DisclosureError(f"table {self.name}: a variable stands there twice")
        wanted = set(product(*(variable.categories for variable in self.variables)))
        self._complain("has no cell for", wanted - set(self.cells), "give it, or leave it out of "
                       "the categories")  # fmt: skip
        self._complain("has a cell that its variables do not know:", set(self.cells) - wanted, "")
        for place, cell in self.cells.items():
            wrong = _wrong(cell, counts=self.counts, floor=self.floor)
            if wrong:
                self._complain(f"{wrong} at", {place}, "correct it before publishing")

    def _complain(self, what: str, places: set[tuple[str, ...]], then: str) -> None:
        if places:
            named = "; ".join(str(self.key(place)) for place in sorted(places)[:_NAMED_AT_MOST])
            more = f" and {len(places) - _NAMED_AT_MOST} more" * (len(places) > _NAMED_AT_MOST)
            raise DisclosureError(
                f"table {self.name} {what} {named}{more}" + (f"; {then}" if then else "")
            )

    def key(self, place: Sequence[str]) -> Key:
        """The name of the cell at these categories, in the order of the variables."""
        there = zip(self.variables, place, strict=True)
        return Key(
            self.quantity,
            tuple(sorted((one.name, category) for one, category in there if category != one.total)),
        )

    def relations(self) -> Iterable[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
        """Every sum of the table: the variable, the place of the whole, the places of the parts."""
        for at, variable in enumerate(self.variables):
            others = [one.categories for one in self.variables]
            for whole, parts in variable.sums:
                others[at] = (whole,)
                for place in product(*others):
                    before, after = place[:at], place[at + 1 :]
                    yield variable.name, place, [(*before, part, *after) for part in parts]

    @classmethod
    def of(
        cls,
        name: str,
        quantity: str,
        variables: Sequence[Variable],
        rows: Iterable[Mapping[str, Any]],
        **options: Any,
    ) -> Table:
        """A table from rows such as `frame.to_dicts()` gives: the category of each variable, and
        the fields of `Cell` under their names; `estimate` is read as `value`. Other columns are
        left alone; nothing stands for a field that is not known.

        Raises `DisclosureError` for a row without a category or value, or for two of one cell.
        """
        cells: dict[tuple[str, ...], Cell] = {}
        for number, row in enumerate(rows, start=1):
            try:
                place = tuple(str(row[variable.name]) for variable in variables)
                given = {field: row[field] for field in Cell.__dataclass_fields__ if field in row}
                if "estimate" in row:
                    given.setdefault("value", row["estimate"])
                cell = Cell(**{field: one for field, one in given.items() if one is not None})
            except DisclosureError as error:
                raise DisclosureError(f"table {name}, row {number}: {error}") from None
            except (KeyError, TypeError):
                needed = ", ".join([*(variable.name for variable in variables), "value", "n"])
                raise DisclosureError(
                    f"table {name}, row {number}: a row needs {needed}; give what is missing"
                ) from None
            if place in cells:
                raise DisclosureError(f"table {name}, row {number}: this cell was given before")
            cells[place] = cell
        return cls(name, quantity, tuple(variables), cells, **options)

    @classmethod
    def added_up(
        cls,
        name: str,
        quantity: str,
        variables: Sequence[Variable],
        parts: Mapping[tuple[str, ...], Cell],
        **options: Any,
    ) -> Table:
        """A table from its innermost cells: sums are added up where they are not given.

        Values and `n` are added; the largest contributions are those of the parts, since nobody
        contributes to two. Errors and sampled units do not add up and stay unknown.
        """
        cells = dict(parts)
        for at, variable in enumerate(variables):
            for whole, of in _inwards(variable):
                for place in [place for place in cells if place[at] == of[0]]:
                    target = (*place[:at], whole, *place[at + 1 :])
                    sources = [(*place[:at], part, *place[at + 1 :]) for part in of]
                    if target not in cells and all(source in cells for source in sources):
                        cells[target] = _sum([cells[source] for source in sources])
        return cls(name, quantity, tuple(variables), cells, **options)


def _inwards(variable: Variable) -> list[tuple[str, tuple[str, ...]]]:
    """The sums of a variable, those of innermost parts first."""
    left, done = list(variable.sums), list[tuple[str, tuple[str, ...]]]()
    while left:
        wholes = {whole for whole, _ in left}
        ready = [one for one in left if not wholes.intersection(one[1])]
        done += ready
        left = [one for one in left if one not in ready]
    return done


def _sum(cells: Sequence[Cell]) -> Cell:
    largest = [cell.largest for cell in cells if cell.largest is not None]
    second = [cell.second for cell in cells if cell.second is not None]
    known = all(cell.largest is not None or cell.n == 0 for cell in cells)
    top = [*sorted([*largest, *second], reverse=True), 0.0, 0.0] if known else []
    return Cell(
        value=math.fsum(cell.value for cell in cells),
        n=sum(cell.n for cell in cells),
        largest=top[0] if top else None,
        second=top[1] if top else None,
        structural=all(cell.structural for cell in cells),
    )


def _wrong(cell: Cell, *, counts: bool, floor: float | None) -> str:
    if floor is not None and cell.value < floor:
        return "holds a value below its floor"
    if counts and cell.value != cell.n:
        return "counts people, but value and n differ"
    if cell.structural and (cell.value or cell.n):
        return "calls a figure a structural zero that is none"
    ordered = [one for one in (cell.low, cell.value, cell.high) if one is not None]
    if any(first > then for first, then in pairwise(ordered)):
        return "holds an estimate outside of its confidence interval"
    if cell.second is not None and (cell.largest is None or cell.second > cell.largest):
        return "holds a second largest contribution without one that is as large"
    return ""


class Combination(StrEnum):
    """How a derived figure comes from two cells."""

    RATIO = "ratio"
    DIFFERENCE = "difference"


@dataclass(frozen=True)
class Derived:
    """A figure computed from two cells: a share or a mean (`ratio`), or a `difference`.

    Who knows a share and what it is a share of knows both cells. So a derived figure stands only
    where both of its cells stand; it is computed from what is published of them, times `scale`
    (100 for per cent). The standard error and the interval are in the same unit.
    """

    name: str
    kind: Combination
    first: Key
    second: Key
    scale: float = 1.0
    decimals: int = 1
    se: float | None = None
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        for name in ("scale", "se", "low", "high"):
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, _number(name, given, float))


@dataclass(frozen=True)
class Earlier:
    """A table that is out already, as it was, and which of its cells were withheld.

    What stands in it cannot be taken back; what was withheld in it stays withheld.
    """

    table: Table
    withheld: frozenset[Key] = frozenset()


@dataclass(frozen=True)
class Release:
    """What is published together, with what is out already: attacked as one."""

    tables: tuple[Table, ...]
    derived: tuple[Derived, ...] = ()
    earlier: tuple[Earlier, ...] = ()

    @property
    def all_tables(self) -> tuple[Table, ...]:
        """The new tables, then those that are out."""
        return (*self.tables, *(one.table for one in self.earlier))


def shares(
    name: str,
    quantity: str,
    variables: Sequence[Variable],
    attribute: str,
    rows: Iterable[tuple[tuple[str, ...], Cell, Cell]],
    **options: Any,
) -> Table:
    """The table behind shares: for each place those with the attribute, and all.

    `attribute` becomes a variable with the categories yes, no and the total, so that those without
    it are looked after, too: 98 per cent of a hundred people are two without.
    """
    with_attribute = Variable.flat(attribute, ("yes", "no"))
    cells: dict[tuple[str, ...], Cell] = {}
    for place, part, whole in rows:
        cells[*place, "yes"], cells[*place, TOTAL] = part, whole
        cells[*place, "no"] = Cell(value=whole.value - part.value, n=whole.n - part.n)
    return Table(name, quantity, (*variables, with_attribute), cells, **options)


def since(earlier: Earlier, now: Table, name: str, when: str = "when") -> tuple[Table, Earlier]:
    """What came between two dates: a table of differences, and the earlier one linked to it.

    Somebody who holds the tables of both dates can subtract. So each difference is a cell like any
    other: a variable `when` has the categories "before" and "since", which add up to what `now`
    says. The number of people of a difference is taken as the difference of their numbers; values
    may fall, so it has no floor. Release `now`, this table, and the earlier one, together.

    Raises `DisclosureError` for tables of other variables or quantities.
    """
    before = earlier.table
    if before.variables != now.variables or before.quantity != now.quantity:
        raise DisclosureError(
            f"tables {before.name} and {now.name} have other variables or quantities; only tables "
            "of one shape can be compared"
        )
    variable = Variable.flat(when, ("before", "since"))
    cells: dict[tuple[str, ...], Cell] = {}
    for place, cell in now.cells.items():
        was = before.cells[place]
        cells[*place, TOTAL], cells[*place, "before"] = cell, was
        cells[*place, "since"] = Cell(value=cell.value - was.value, n=abs(cell.n - was.n))
    difference = Table(
        name,
        now.quantity,
        (*now.variables, variable),
        cells,
        floor=None,
        decimals=now.decimals,
        role=Role.IMPLIED,
    )
    out = Table(
        before.name,
        now.quantity,
        (*now.variables, Variable(when, loose=("before",))),
        {(*place, "before"): was for place, was in before.cells.items()},
        before.counts,
        before.floor,
        before.decimals,
    )
    dated = frozenset(
        Key(one.quantity, tuple(sorted((*one.where, (when, "before"))))) for one in earlier.withheld
    )
    return difference, Earlier(out, dated)
