"""Which numbers each kind of expression can give, never fewer than it really can."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from math import floor
from typing import TYPE_CHECKING, Any

from sojourn.framework.nodes import (
    Absolute,
    Add,
    Age,
    AnswerRef,
    Coalesce,
    CodeNumber,
    Combine,
    CountRows,
    CountSelected,
    DaysBetween,
    Decide,
    Divide,
    FactorTerm,
    Greatest,
    How,
    If,
    Least,
    MaxRows,
    MeasureRef,
    MinRows,
    Multiply,
    Negate,
    Node,
    NumberLiteral,
    Round,
    Subtract,
    SumRows,
    Truncate,
)
from sojourn.framework.types import Codes, Number
from sojourn.language import spans
from sojourn.language.form import bounds_of
from sojourn.language.spans import Numbers

if TYPE_CHECKING:
    from sojourn.language.possible import Possible


def numbers(possible: Possible, node: Node) -> Numbers:
    """The numbers that an expression can give."""
    compute = _NUMBERS.get(type(node))
    return compute(possible, node) if compute else _plain(node)


def _plain(node: Node) -> Numbers:
    return Numbers(whole=isinstance(node.type, Number) and _is_whole(node.type))


def _is_whole(kind: Number) -> bool:
    return kind.places == 0 and not kind.is_divided


def _answer(possible: Possible, node: AnswerRef) -> Numbers:
    whole = isinstance(node.type, Number) and _is_whole(node.type)
    low, high = bounds_of(possible.framework.question(node.name).constraint, node)
    ends = [None if end is None else Fraction(end) for end in (low, high)]
    return spans.between(ends[0], ends[1], whole=whole)


def _if(possible: Possible, node: If) -> Numbers:
    truths = possible.truths(node.condition)
    parts = [node.then] if True in truths else []
    parts += [node.otherwise] if False in truths else []
    return spans.either(possible.numbers(part) for part in parts or [node.then, node.otherwise])


def _decide(possible: Possible, node: Decide) -> Numbers:
    reached = [value for when, value in node.cases if when is None or not possible.never(when)]
    return spans.of_values(Fraction(value) for value in reached)


def _divide(possible: Possible, node: Divide) -> Numbers:
    return spans.times(possible.numbers(node.left), 1 / node.fixed) if node.fixed else spans.ANY


def _rounded(node: Round) -> Callable[[Fraction], Fraction]:
    scale = 10**node.places
    return lambda value: Fraction(floor(value * scale + Fraction(1, 2)), scale)


def _rows(possible: Possible, node: SumRows) -> Numbers:
    value = possible.numbers(node.value)
    if node.where is not None and possible.never(node.where):
        return spans.of_values([0])
    above = value.low is not None and value.low >= 0
    below = value.high is not None and value.high <= 0
    return Numbers(Fraction(0) if above else None, Fraction(0) if below else None, value.whole)


def _count(possible: Possible, node: CountRows) -> Numbers:
    none = node.where is not None and possible.never(node.where)
    return spans.of_values([0]) if none else spans.COUNT


def _term(possible: Possible, node: FactorTerm) -> Numbers:
    zero = spans.of_values([0])
    if not possible.can_apply(possible.framework.factor(node.name)):
        return zero
    return spans.either((zero, possible.numbers(node.weight)))


def _combine(possible: Possible, node: Combine) -> Numbers:
    parts = [possible.numbers(part) for part in node.parts]
    if node.fill:
        fills = (spans.of_values([Fraction(fill)]) for fill in node.fill)
        parts = [spans.either(pair) for pair in zip(parts, fills, strict=True)]
    if node.how is How.MEAN:
        return spans.spread(parts)
    if node.how is not How.SUM:
        return spans.either(parts)
    if not node.all_or_nothing:
        parts = [spans.either((part, spans.of_values([0]))) for part in parts]
    return reduce(spans.added, parts)


def _ref(possible: Possible, node: MeasureRef) -> Numbers:
    return possible.measure(node.name)


_NUMBERS: dict[type, Callable[[Possible, Any], Numbers]] = {
    NumberLiteral: lambda _, n: spans.of_values([Fraction(n.value)]),
    AnswerRef: _answer,
    MeasureRef: _ref,
    CodeNumber: lambda _, n: spans.of_values(n.values.values()),
    CountSelected: lambda _, n: spans.between(Fraction(1), _most(n), whole=True),
    If: _if,
    Decide: _decide,
    Coalesce: lambda p, n: spans.either(p.numbers(part) for part in n.parts),
    Add: lambda p, n: spans.added(p.numbers(n.left), p.numbers(n.right)),
    Subtract: lambda p, n: spans.added(p.numbers(n.left), spans.negated(p.numbers(n.right))),
    Multiply: lambda p, n: spans.multiplied(p.numbers(n.left), p.numbers(n.right)),
    Divide: _divide,
    Negate: lambda p, n: spans.negated(p.numbers(n.of)),
    Absolute: lambda p, n: spans.sized(p.numbers(n.of)),
    Truncate: lambda p, n: spans.mapped(p.numbers(n.of), _cut, whole=True),
    Round: lambda p, n: spans.mapped(p.numbers(n.of), _rounded(n), whole=not n.places),
    Least: lambda p, n: spans.either(p.numbers(part) for part in n.parts),
    Greatest: lambda p, n: spans.either(p.numbers(part) for part in n.parts),
    DaysBetween: lambda _, __: Numbers(whole=True),
    Age: lambda _, __: spans.COUNT,
    CountRows: _count,
    SumRows: _rows,
    MinRows: lambda p, n: p.numbers(n.value),
    MaxRows: lambda p, n: p.numbers(n.value),
    FactorTerm: _term,
    Combine: _combine,
}


def _cut(value: Fraction) -> Fraction:
    return Fraction(int(value))


def _most(node: CountSelected) -> Fraction:
    return Fraction(len(node.of.type.codes) if isinstance(node.of.type, Codes) else 1)
