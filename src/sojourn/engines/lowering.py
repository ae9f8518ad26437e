"""Nodes to Narwhals expressions: one lowering for every engine that holds tables.

Columns are expected as a reader leaves them: one column per question, null for unknown, whole
numbers for numbers (scaled by their places), text for codes, dates for dates. A question with
several choices is text with one space around each code, beside `<name>__also`, which says whether
a missing code was chosen too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any, TypeAlias

import narwhals as nw

from sojourn.framework.nodes import (
    COMPARISONS,
    Add,
    AllRows,
    And,
    AnswerRef,
    AnyRow,
    BooleanLiteral,
    CodeLiteral,
    CountRows,
    CountSelected,
    DateLiteral,
    Equal,
    FactorRef,
    Greater,
    GreaterEqual,
    If,
    Less,
    LessEqual,
    MaxRows,
    MinRows,
    Multiply,
    Negate,
    Node,
    Not,
    NotEqual,
    NumberLiteral,
    Or,
    RosterNode,
    Selected,
    Subtract,
    SumRows,
)
from sojourn.framework.types import Codes, Date, Number

ALSO = "__also"
"""Ending of the column that says whether a missing code was chosen with others."""

_NARROW = 2**62


@dataclass(frozen=True, slots=True)
class Numeric:
    """A scaled whole number; `high` is set for a count of which only the bounds are known."""

    low: nw.Expr
    high: nw.Expr | None
    places: int

    @property
    def is_range(self) -> bool:
        return self.high is not None

    def settled(self) -> nw.Expr:
        """The number itself: unknown where the bounds differ."""
        if self.high is None:
            return self.low
        return nw.when(self.low == self.high).then(self.low)


Lowered: TypeAlias = nw.Expr | Numeric

_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    Equal: eq,
    NotEqual: ne,
    Less: lt,
    LessEqual: le,
    Greater: gt,
    GreaterEqual: ge,
}


@dataclass(frozen=True)
class Lowering:
    """Lowers nodes against the columns that exist.

    `columns` are the questions at hand (others were not asked), `aggregates` the names of the
    columns that hold each roster node's result, `factors` the expressions for factor references.
    """

    columns: frozenset[str]
    aggregates: Mapping[RosterNode, str]
    factors: Mapping[str, nw.Expr]

    def condition(self, node: Node) -> nw.Expr:
        """A boolean expression: true, false, or null for unknown."""
        lowered = self.lower(node)
        if isinstance(lowered, Numeric):
            raise TypeError(f"{node.text()} is not a condition")
        return lowered

    def number(self, node: Node, places: int) -> nw.Expr:
        """A whole number scaled to `places`, wide enough never to overflow."""
        lowered, kind = self.lower(node), node.type
        if not isinstance(lowered, Numeric) or not isinstance(kind, Number):
            raise TypeError(f"{node.text()} is not a number")
        return _scaled(Numeric(lowered.settled(), None, lowered.places), kind, places).low

    def lower(self, node: Node) -> Lowered:  # noqa: C901 - one line for each kind of node
        match node:
            case BooleanLiteral(value):
                return nw.lit(value)
            case NumberLiteral(value):
                return _literal(value, node.type)
            case CodeLiteral(value) | DateLiteral(value):
                return nw.lit(value)
            case AnswerRef():
                return self._answer(node)
            case FactorRef(name):
                return self.factors[name]
            case And(parts):
                return reduce(and_, (self.condition(part) for part in parts))
            case Or(parts):
                return reduce(or_, (self.condition(part) for part in parts))
            case Not(of):
                return ~self.condition(of)
            case Selected(of, code):
                return self._selected(of, code)
            case CountSelected(of):
                return self._count_selected(of)
            case Negate(of):
                return self._negated(of)
            case If():
                return self._if(node)
            case Add() | Subtract() | Multiply():
                return self._arithmetic(node)
            case CountRows() | AnyRow() | AllRows() | SumRows() | MinRows() | MaxRows():
                return self._rows(node)
            case _:
                return self._comparison(node)

    def _answer(self, node: AnswerRef) -> Lowered:
        known = node.name in self.columns
        match node.type:
            case Number(places=places):
                empty = nw.lit(None, nw.Int64)
                return Numeric(nw.col(node.name) if known else empty, None, places)
            case Date():
                return nw.col(node.name) if known else nw.lit(None, nw.Date)
            case _:
                return nw.col(node.name) if known else nw.lit(None, nw.String)

    def _selected(self, of: Node, code: str) -> nw.Expr:
        if not isinstance(of, AnswerRef) or of.name not in self.columns:
            return nw.lit(None, nw.Boolean)
        chosen = nw.col(of.name).str.contains(f" {code} ", literal=True)
        also = nw.col(of.name + ALSO)
        return nw.when(chosen).then(nw.lit(True)).otherwise(nw.when(~also).then(nw.lit(False)))

    def _count_selected(self, of: Node) -> Numeric:
        if not isinstance(of, AnswerRef) or of.name not in self.columns:
            return Numeric(nw.lit(None, nw.Int64), None, 0)
        codes = of.type.codes if isinstance(of.type, Codes) else ()
        chosen = [nw.col(of.name).str.contains(f" {code} ", literal=True) for code in codes]
        total = count_of(chosen)
        return Numeric(nw.when(~nw.col(of.name + ALSO)).then(total), None, 0)

    def _negated(self, of: Node) -> Numeric:
        lowered = self.lower(of)
        if not isinstance(lowered, Numeric):
            raise TypeError(f"{of.text()} is not a number")
        return Numeric(-lowered.settled(), None, lowered.places)

    def _if(self, node: If) -> Lowered:
        condition = self.condition(node.condition)
        kind = node.type
        if isinstance(kind, Number):
            then, other = (self.number(part, kind.places) for part in (node.then, node.otherwise))
            return Numeric(_chosen(condition, then, other), None, kind.places)
        return _chosen(condition, self.condition(node.then), self.condition(node.otherwise))

    def _arithmetic(self, node: Add | Subtract | Multiply) -> Numeric:
        kind = node.type
        if isinstance(node, Multiply):
            left, right = node.sides
            a, b = self.number(node.left, left.places), self.number(node.right, right.places)
            return Numeric(wide(a, kind) * wide(b, kind), None, kind.places)
        a, b = (wide(self.number(side, kind.places), kind) for side in (node.left, node.right))
        return Numeric(a + b if isinstance(node, Add) else a - b, None, kind.places)

    def _comparison(self, node: Node) -> nw.Expr:
        if not isinstance(node, COMPARISONS):
            raise TypeError(f"no lowering is written down for {type(node).__name__}")
        left, right = self.lower(node.left), self.lower(node.right)
        compare = _OPERATORS[type(node)]
        if not isinstance(left, Numeric) or not isinstance(right, Numeric):
            return compare(left, right)  # type: ignore[no-any-return] # operators return Any
        a, b = _aligned(node.left, left, node.right, right)
        if a.is_range or b.is_range:
            return _compare_ranges(node, a, b)
        return compare(a.low, b.low)  # type: ignore[no-any-return] # operators return Any

    def _rows(self, node: RosterNode) -> Lowered:
        name = self.aggregates.get(node)
        if name is None:  # the roster's table is not there: not asked
            if isinstance(node.type, Number):
                return Numeric(nw.lit(None, nw.Int64), None, node.type.places)
            return nw.lit(None, nw.Boolean)
        sure, unsure = nw.col(name), nw.col(name + UNSURE)
        match node:
            case CountRows():
                return Numeric(sure, sure + unsure, 0)
            case AnyRow():
                return (
                    nw.when(sure > 0)
                    .then(nw.lit(True))
                    .otherwise(nw.when(unsure == 0).then(nw.lit(False)))
                )
            case AllRows():  # `sure` counts the rows that surely fail
                return (
                    nw.when(sure > 0)
                    .then(nw.lit(False))
                    .otherwise(nw.when(unsure == 0).then(nw.lit(True)))
                )
            case _:
                return Numeric(nw.when(unsure == 0).then(sure), None, _places(node))


UNSURE = "__unsure"
"""Ending of the column that counts the rows for which a roster node could not be decided."""


def row_columns(node: RosterNode, name: str, rows: Lowering) -> list[nw.Expr]:
    """What to compute on each roster row for one node, before it is added up per unit."""
    if isinstance(node, CountRows) and node.where is None:
        return [nw.lit(1).alias(name), nw.lit(0).alias(name + UNSURE)]
    if isinstance(node, SumRows | MinRows | MaxRows):
        return _row_number(node, name, rows)
    sought = node.condition if isinstance(node, AllRows) else node.where
    if sought is None:
        raise TypeError("checked when built")
    condition = rows.condition(sought)
    found = ~condition if isinstance(node, AllRows) else condition
    return [one_if(found).alias(name), one_if(condition.is_null()).alias(name + UNSURE)]


def _row_number(node: SumRows | MinRows | MaxRows, name: str, rows: Lowering) -> list[nw.Expr]:
    value = rows.number(node.value, _places(node))
    if isinstance(node, SumRows) and isinstance(node.type, Number):
        value = wide(value, node.type)
    if node.where is None:
        return [value.alias(name), one_if(value.is_null()).alias(name + UNSURE)]
    chosen = rows.condition(node.where)
    unsure = nw.when(chosen).then(one_if(value.is_null())).otherwise(one_if(chosen.is_null()))
    return [nw.when(chosen).then(value).alias(name), unsure.alias(name + UNSURE)]


def row_aggregates(node: RosterNode, name: str) -> list[nw.Expr]:
    """How the row columns of one node are added up per unit."""
    column, unsure = nw.col(name), nw.col(name + UNSURE).sum()
    match node:
        case MinRows():
            return [column.min(), unsure]
        case MaxRows():
            return [column.max(), unsure]
        case _:
            return [column.sum(), unsure]


def empty_roster(node: RosterNode, name: str) -> list[nw.Expr]:
    """What holds for a unit without rows: nothing counted, nothing unsure, no least or greatest."""
    columns = [] if isinstance(node, MinRows | MaxRows) else [name]
    return [nw.col(column).fill_null(0) for column in [*columns, name + UNSURE]]


def one_if(condition: nw.Expr) -> nw.Expr:
    """1 where the condition is true, else 0. (Not every engine can cast a boolean to a number.)"""
    return nw.when(condition).then(nw.lit(1, nw.Int16)).otherwise(nw.lit(0, nw.Int16))


def count_of(conditions: Iterable[nw.Expr]) -> nw.Expr:
    """How many of some conditions are true. Summed small, then widened for what comes next."""
    ones = [one_if(condition) for condition in conditions]
    return nw.sum_horizontal(nw.lit(0, nw.Int16), *ones).cast(nw.Int64)


def _chosen(condition: nw.Expr, then: nw.Expr, other: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(then).otherwise(nw.when(~condition).then(other))


def _literal(value: Decimal, kind: Number) -> Numeric:
    scaled = int(value.scaleb(kind.places))
    dtype = nw.Int64 if abs(scaled) < _NARROW else nw.Int128
    return Numeric(nw.lit(scaled, dtype), None, kind.places)


def _places(node: RosterNode) -> int:
    return node.type.places if isinstance(node.type, Number) else 0


def wide(expr: nw.Expr, kind: Number) -> nw.Expr:
    """The number in a type that holds every value of its kind."""
    return expr if kind.scaled_limit() < _NARROW else expr.cast(nw.Int128)


def _scaled(number: Numeric, kind: Number, places: int) -> Numeric:
    """The same number with more places, in a type wide enough for it."""
    if places == number.places:
        return number
    factor = 10 ** (places - number.places)
    target = Number(places, kind.limit)
    low = wide(number.low, target) * factor
    high = None if number.high is None else wide(number.high, target) * factor
    return Numeric(low, high, places)


def _aligned(
    left_node: Node, left: Numeric, right_node: Node, right: Numeric
) -> tuple[Numeric, Numeric]:
    places = max(left.places, right.places)
    kinds = (left_node.type, right_node.type)
    if not isinstance(kinds[0], Number) or not isinstance(kinds[1], Number):
        raise TypeError("checked when built")
    return _scaled(left, kinds[0], places), _scaled(right, kinds[1], places)


def _compare_ranges(node: Node, a: Numeric, b: Numeric) -> nw.Expr:
    """Decide only where the whole ranges say the same; unknown where they overlap."""
    a_high, b_high = (
        a.high if a.high is not None else a.low,
        b.high if b.high is not None else b.low,
    )
    match node:
        case Less():
            yes, no = a_high < b.low, a.low >= b_high
        case LessEqual():
            yes, no = a_high <= b.low, a.low > b_high
        case Greater():
            yes, no = a.low > b_high, a_high <= b.low
        case GreaterEqual():
            yes, no = a.low >= b_high, a_high < b.low
        case _:
            same = (a.low == a_high) & (b.low == b_high) & (a.low == b.low)
            apart = (a_high < b.low) | (b_high < a.low)
            yes, no = (same, apart) if isinstance(node, Equal) else (apart, same)
    return nw.when(yes).then(nw.lit(True)).otherwise(nw.when(no).then(nw.lit(False)))
