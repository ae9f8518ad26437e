"""Column expressions before any engine: what lowering writes, and what each engine prints.

Expressions are values: what is written twice in the same way is one object, so a whole framework
is a graph in which nothing is there twice. What they mean:

- null is unknown: comparisons with it are null, `&` and `|` follow the three-valued truth tables;
- `when` takes its first branch where the condition is true, the other where it is false or null;
- `//`, `%` and `ratio` by zero are null; `//` and `%` are only ever asked of numbers from zero up;
- `least` and `greatest` pass over nulls, `total` counts them as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar
from weakref import WeakValueDictionary


class Kind(StrEnum):
    """What a column holds. WHOLE has 64 bits, WIDE at least 38 digits; neither is ever rounded."""

    BOOLEAN = "boolean"
    SMALL = "small"
    WHOLE = "whole"
    WIDE = "wide"
    FLOAT = "float"
    TEXT = "text"
    DAY = "day"


Printed = TypeVar("Printed")
Plain: TypeAlias = bool | int | str | date | None


class Expr:
    """One node of an expression; made by the functions below and by its own operators."""

    __slots__ = ("__weakref__", "op", "parts", "value")
    op: str
    parts: tuple[Expr, ...]
    value: Any

    def __eq__(self, other: object) -> Expr:  # type: ignore[override] # builds a comparison
        return _node("eq", self, _expr(other))

    def __ne__(self, other: object) -> Expr:  # type: ignore[override] # builds a comparison
        return _node("ne", self, _expr(other))

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError("an expression is neither true nor false before it is run")

    def __lt__(self, other: Expr | Plain) -> Expr:
        return _node("lt", self, _expr(other))

    def __le__(self, other: Expr | Plain) -> Expr:
        return _node("le", self, _expr(other))

    def __gt__(self, other: Expr | Plain) -> Expr:
        return _node("gt", self, _expr(other))

    def __ge__(self, other: Expr | Plain) -> Expr:
        return _node("ge", self, _expr(other))

    def __and__(self, other: Expr) -> Expr:
        return _node("and", self, other)

    def __or__(self, other: Expr) -> Expr:
        return _node("or", self, other)

    def __invert__(self) -> Expr:
        return _node("not", self)

    def __add__(self, other: Expr | int) -> Expr:
        return _node("add", self, _expr(other))

    def __sub__(self, other: Expr | int) -> Expr:
        return _node("sub", self, _expr(other))

    def __mul__(self, other: Expr | int) -> Expr:
        return _node("mul", self, _expr(other))

    def __floordiv__(self, other: Expr | int) -> Expr:
        return _node("floor", self, _expr(other))

    def __mod__(self, other: Expr | int) -> Expr:
        return _node("rest", self, _expr(other))

    def abs(self) -> Expr:
        return _node("abs", self)

    def cast(self, kind: Kind) -> Expr:
        return _node("cast", self, value=kind)

    def is_null(self) -> Expr:
        return _node("is_null", self)

    def fill_null(self, value: Expr | Plain) -> Expr:
        return _node("coalesce", self, _expr(value))

    def is_in(self, values: Iterable[Plain]) -> Expr:
        """Null where this is null."""
        return _node("is_in", self, *(_expr(value) for value in values))

    def contains(self, text: str) -> Expr:
        return _node("contains", self, value=text)

    def year(self) -> Expr:
        return _node("year", self)

    def month(self) -> Expr:
        return _node("month", self)

    def day(self) -> Expr:
        return _node("day", self)

    # -- over the rows of a group

    def sum(self) -> Expr:
        return _node("sum", self)

    def min(self) -> Expr:
        return _node("min", self)

    def max(self) -> Expr:
        return _node("max", self)

    def otherwise(self, value: Expr | Plain) -> Expr:
        """The other branch of a `when(...).then(...)`."""
        if self.op != "case" or len(self.parts) != 2:
            raise TypeError("only a choice that is open has another branch")
        return _node("case", *self.parts, _expr(value))

    def alias(self, name: str) -> Named:
        return Named(name, self)


@dataclass(frozen=True, eq=False, slots=True)
class Named:
    """An expression and the column it becomes."""

    name: str
    expr: Expr


_known: WeakValueDictionary[tuple[Any, ...], Expr] = WeakValueDictionary()


def _node(op: str, *parts: Expr, value: Any = None) -> Expr:
    key = (op, type(value), value, *map(id, parts))  # parts live at least as long as the node
    found = _known.get(key)
    if found is None:
        found = object.__new__(Expr)
        found.op, found.parts, found.value = op, parts, value
        _known[key] = found
    return found


def _expr(value: Any) -> Expr:
    return value if isinstance(value, Expr) else lit(value)


def col(name: str) -> Expr:
    return _node("col", value=name)


def lit(value: Plain, kind: Kind | None = None) -> Expr:
    return _node("lit", value=(type(value), value, kind))


def coalesce(*parts: Expr) -> Expr:
    return _node("coalesce", *parts)


def least(*parts: Expr) -> Expr:
    return _node("least", *parts)


def greatest(*parts: Expr) -> Expr:
    return _node("greatest", *parts)


def total(*parts: Expr) -> Expr:
    return _node("total", *parts)


def ratio(number: Expr, by: Expr | int) -> Expr:
    """Division to the nearest binary number."""
    return _node("ratio", number, _expr(by))


def call(name: str, *parts: Expr | Plain, value: Any = None) -> Expr:
    """A function over text; all but `trim` are printed by SQL engines only (see `sql`)."""
    return _node(name, *map(_expr, parts), value=value)


@dataclass(frozen=True, eq=False, slots=True)
class When:
    """The beginning of a choice."""

    condition: Expr

    def then(self, value: Expr | Plain) -> Expr:
        return _node("case", self.condition, _expr(value))


def when(condition: Expr) -> When:
    """`when(a).then(b).otherwise(c)`; without `otherwise` null where the condition is not true."""
    return When(condition)


# -- walking


def in_order(roots: Iterable[Expr]) -> Iterator[Expr]:
    """Every node once, after its parts. Without recursion: rules can be deep."""
    done: set[Expr] = set()
    for root in roots:
        waiting = [(root, False)]
        while waiting:
            node, ready = waiting.pop()
            if node in done:
                continue
            if ready:
                done.add(node)
                yield node
                continue
            waiting.append((node, True))
            waiting += [(part, False) for part in reversed(node.parts)]


def translate(
    roots: Sequence[Expr], one: Callable[[Expr, list[Printed]], Printed]
) -> list[Printed]:
    """What some expressions become when every node is turned by `one`, each once."""
    found: dict[Expr, Printed] = {}
    for node in in_order(roots):
        found[node] = one(node, [found[part] for part in node.parts])
    return [found[root] for root in roots]


def replaced(roots: Sequence[Expr], columns: Mapping[str, Expr]) -> list[Expr]:
    """The expressions with columns replaced by what these are made of."""

    def one(node: Expr, parts: list[Expr]) -> Expr:
        if node.op == "col":
            return columns[node.value]
        return _node(node.op, *parts, value=node.value) if parts else node

    return translate(roots, one)
