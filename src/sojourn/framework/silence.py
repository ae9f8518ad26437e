"""What a rule says where nothing at all was answered: for nearly every rule, nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sojourn.framework import logic
from sojourn.framework.nodes import (
    AllRows,
    And,
    AnswerRef,
    AnyRow,
    BooleanLiteral,
    ClassRef,
    Coalesce,
    CodeLiteral,
    Combine,
    CountRows,
    DateLiteral,
    Decide,
    Equal,
    FactorRef,
    FactorTerm,
    Greater,
    GreaterEqual,
    If,
    Less,
    LessEqual,
    MaxRows,
    MeasureRef,
    MinRows,
    Node,
    Not,
    NotEqual,
    NumberLiteral,
    Or,
    SumRows,
    children,
)

Silent = bool | Fraction | date | str | None
"""A value, None for unknown."""

_SAME = "always the same"
"""In place of a number computed from written values alone, which nobody needs to know."""

_COMPARE: dict[type, Callable[[int], bool]] = {
    Equal: lambda sign: sign == 0,
    NotEqual: lambda sign: sign != 0,
    Less: lambda sign: sign < 0,
    LessEqual: lambda sign: sign <= 0,
    Greater: lambda sign: sign > 0,
    GreaterEqual: lambda sign: sign >= 0,
}


def on_silence(node: Node) -> Silent:
    """The value of an expression when no question was asked; None where it is unknown then."""
    match node:
        case NumberLiteral(value):
            return Fraction(value)
        case BooleanLiteral(value) | CodeLiteral(value) | DateLiteral(value):
            return value
        case And(parts):
            return logic.all_of(_truth(on_silence(part)) for part in parts)
        case Or(parts):
            return logic.any_of(_truth(on_silence(part)) for part in parts)
        case Not(of):
            return logic.NOT[_truth(on_silence(of))]
        case Coalesce(parts):
            known = [said for part in parts if (said := on_silence(part)) is not None]
            return known[0] if known else None
        case If(condition, then, otherwise):
            truth = _truth(on_silence(condition))
            return None if truth is None else on_silence(then if truth else otherwise)
        case Decide(cases):
            return _decided(cases)
        case FactorTerm() | Combine() | AnswerRef() | FactorRef() | MeasureRef() | ClassRef():
            return None  # never known from silence
        case CountRows() | SumRows() | MinRows() | MaxRows() | AnyRow() | AllRows():
            return None  # a roster that was not asked for
        case Equal() | NotEqual() | Less() | LessEqual() | Greater() | GreaterEqual():
            return _compared(node)
        case _:
            return _computed(node)


def _computed(node: Node) -> Silent:
    """Whether a computation is over written values alone: then it says the same of everybody."""
    parts = [on_silence(part) for part in children(node)]
    if not parts or any(part is None for part in parts):
        return None
    return _SAME


def _compared(
    node: Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual,
) -> bool | None:
    left, right = on_silence(node.left), on_silence(node.right)
    if isinstance(left, Fraction | date) and isinstance(right, Fraction | date):
        return _COMPARE[type(node)]((left > right) - (left < right))  # type: ignore[operator] # of one kind
    if left == _SAME or right == _SAME:
        return None if left is None or right is None else True
    if isinstance(left, str) and isinstance(right, str):
        return _COMPARE[type(node)](0 if left == right else 1)
    return None


def _decided(cases: tuple[tuple[Node | None, Decimal], ...]) -> Fraction | None:
    possible: set[Decimal] = set()
    for when, value in cases:
        truth = True if when is None else _truth(on_silence(when))
        if truth is not False:
            possible.add(value)
        if truth is True:
            return Fraction(value) if len(possible) == 1 else None
    return None


def _truth(value: Silent) -> bool | None:
    return value if isinstance(value, bool) else None
