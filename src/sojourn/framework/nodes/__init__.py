"""The expression nodes: a small closed set, frozen, typed, and checked when built.

A node says what a rule means and nothing about how it is written (that is `language`) or run (that
is `engines`). Building a wrong one raises `RuleError` at once, in words a framework author
understands. `text()` of a node is its XLSForm spelling.
"""

from __future__ import annotations

from typing import TypeAlias

from sojourn.framework.nodes.base import RuleError, once
from sojourn.framework.nodes.combined import Combine, Decide, FactorTerm, How, Side
from sojourn.framework.nodes.conditions import (
    COMPARISONS,
    And,
    Equal,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Not,
    NotEqual,
    Or,
    Selected,
)
from sojourn.framework.nodes.leaves import (
    AnswerRef,
    BooleanLiteral,
    ClassRef,
    CodeLiteral,
    DateLiteral,
    FactorRef,
    MeasureRef,
    NumberLiteral,
)
from sojourn.framework.nodes.numbers import (
    ARITHMETIC,
    Absolute,
    Add,
    Age,
    Coalesce,
    CodeNumber,
    CountSelected,
    DaysBetween,
    Divide,
    Greatest,
    If,
    Least,
    Modulo,
    Multiply,
    Negate,
    Round,
    Subtract,
    Truncate,
)
from sojourn.framework.nodes.rosters import (
    ROSTER_NODES,
    AllRows,
    AnyRow,
    CountRows,
    MaxRows,
    MinRows,
    SumRows,
)

__all__ = [
    "ARITHMETIC",
    "COMPARISONS",
    "ROSTER_NODES",
    "Absolute",
    "Add",
    "Age",
    "AllRows",
    "And",
    "AnswerRef",
    "AnyRow",
    "BooleanLiteral",
    "ClassRef",
    "Coalesce",
    "CodeLiteral",
    "CodeNumber",
    "Combine",
    "CountRows",
    "CountSelected",
    "DateLiteral",
    "DaysBetween",
    "Decide",
    "Divide",
    "Equal",
    "FactorRef",
    "FactorTerm",
    "Greater",
    "GreaterEqual",
    "Greatest",
    "How",
    "If",
    "Least",
    "Less",
    "LessEqual",
    "MaxRows",
    "MeasureRef",
    "MinRows",
    "Modulo",
    "Multiply",
    "Negate",
    "Node",
    "Not",
    "NotEqual",
    "NumberLiteral",
    "Or",
    "RosterNode",
    "Round",
    "RuleError",
    "Selected",
    "Side",
    "Subtract",
    "SumRows",
    "Truncate",
    "answers_used",
    "children",
    "once",
    "rows_used",
    "walk",
    "walk_here",
]

Node: TypeAlias = (
    BooleanLiteral
    | NumberLiteral
    | CodeLiteral
    | DateLiteral
    | AnswerRef
    | FactorRef
    | MeasureRef
    | ClassRef
    | And
    | Or
    | Not
    | Equal
    | NotEqual
    | Less
    | LessEqual
    | Greater
    | GreaterEqual
    | Add
    | Subtract
    | Multiply
    | Divide
    | Modulo
    | Negate
    | Absolute
    | Truncate
    | Round
    | Least
    | Greatest
    | DaysBetween
    | Age
    | CodeNumber
    | Selected
    | CountSelected
    | If
    | Coalesce
    | CountRows
    | SumRows
    | MinRows
    | MaxRows
    | AnyRow
    | AllRows
    | FactorTerm
    | Combine
    | Decide
)

RosterNode: TypeAlias = CountRows | SumRows | MinRows | MaxRows | AnyRow | AllRows


def children(node: Node) -> tuple[Node, ...]:  # noqa: C901 - one line for each kind of node
    """The parts of a node, in reading order (the filter of a roster included)."""
    match node:
        case And(parts) | Or(parts) | Least(parts) | Greatest(parts) | Coalesce(parts):
            return parts
        case Combine(parts=parts):
            return parts
        case Not(of) | Negate(of) | Absolute(of) | Truncate(of) | Round(of) | CodeNumber(of):
            return (of,)
        case Selected(of=of) | CountSelected(of):
            return (of,)
        case FactorTerm(weight=weight):
            return (weight,)
        case If(condition, then, otherwise):
            return (condition, then, otherwise)
        case Age(born, on):
            return (born, on)
        case Decide(cases):
            return tuple(when for when, _ in cases if when is not None)
        case CountRows(where=where):
            return (where,) if where is not None else ()
        case AnyRow(where=where):
            return (where,)
        case AllRows(condition=condition):
            return (condition,)
        case (
            SumRows(value=value, where=where)
            | MinRows(value=value, where=where)
            | MaxRows(value=value, where=where)
        ):
            return (value, where) if where is not None else (value,)
        case DaysBetween(left, right):
            return (left, right)
        case _ if isinstance(node, (*COMPARISONS, *ARITHMETIC)):
            return (node.left, node.right)
        case _:
            return ()


def walk(node: Node) -> tuple[Node, ...]:
    """The node and everything below it, outermost first."""
    found: list[Node] = []
    waiting = [node]
    while waiting:
        level, waiting = waiting, []
        for current in level:
            found.append(current)
            waiting.extend(children(current))
    return tuple(found)


def walk_here(node: Node) -> tuple[Node, ...]:
    """The node and what is below it, without what is said of each row of a roster."""
    found: list[Node] = []
    waiting = [node]
    while waiting:
        level, waiting = waiting, []
        for current in level:
            found.append(current)
            if not isinstance(current, ROSTER_NODES):
                waiting.extend(children(current))
    return tuple(found)


def answers_used(node: Node) -> tuple[AnswerRef, ...]:
    """The questions a rule reads, each once, in reading order."""
    return tuple(dict.fromkeys(n for n in walk(node) if isinstance(n, AnswerRef)))


def rows_used(node: Node) -> tuple[str, ...]:
    """The names of the factors and measures a rule looks at, each once."""
    kinds = (FactorRef, FactorTerm, MeasureRef, ClassRef)
    return tuple(dict.fromkeys(n.name for n in walk(node) if isinstance(n, kinds)))
