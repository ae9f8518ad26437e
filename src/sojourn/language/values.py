"""The part of a rule that comes out as a number, a day or a code, in words (see `words`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from sojourn.framework.nodes import (
    COMPARISONS,
    ROSTER_NODES,
    Absolute,
    Add,
    Age,
    AllRows,
    And,
    AnswerRef,
    AnyRow,
    BooleanLiteral,
    ClassRef,
    Coalesce,
    CodeLiteral,
    CodeNumber,
    Combine,
    CountSelected,
    DateLiteral,
    DaysBetween,
    Decide,
    Divide,
    Equal,
    FactorRef,
    FactorTerm,
    Greater,
    GreaterEqual,
    Greatest,
    How,
    If,
    Least,
    Less,
    LessEqual,
    MaxRows,
    MeasureRef,
    MinRows,
    Modulo,
    Multiply,
    Negate,
    Node,
    Not,
    NotEqual,
    NumberLiteral,
    Or,
    RosterNode,
    Round,
    Selected,
    Side,
    Subtract,
    SumRows,
    Truncate,
    children,
    walk,
)
from sojourn.framework.types import BOOLEAN
from sojourn.language import figures
from sojourn.language.said import Said, upper

if TYPE_CHECKING:
    from sojourn.language.words import Words

MOST_ON_A_LINE = 9
"""Nodes of a value that is told on one line; a longer one has a line for each of its parts."""

Comparison: TypeAlias = Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual
_TURNED: dict[type[Comparison], type[Comparison]] = {
    Equal: Equal,
    NotEqual: NotEqual,
    Less: Greater,
    LessEqual: GreaterEqual,
    Greater: Less,
    GreaterEqual: LessEqual,
}
_SYMBOLS: dict[type, str] = {Add: "+", Subtract: "−", Multiply: "×", Divide: "÷"}
_LISTED: dict[type, str] = {
    Subtract: "subtracted",
    Divide: "divided",
    Modulo: "left_over",
    Negate: "turned",
    Absolute: "unsigned",
    Truncate: "cut",
    Least: "smallest",
    Greatest: "largest",
    Coalesce: "first_known",
    Age: "years_these",
    DaysBetween: "days_these",
    CodeNumber: "number_chosen_these",
    CountSelected: "how_many_chosen_these",
}
_ROWS: dict[type, str] = {SumRows: "sum_rows", MinRows: "min_rows", MaxRows: "max_rows"}
_HOW = {How.SUM: "added", How.MEAN: "mean_of", How.MAX: "largest", How.MIN: "smallest"}
_DECIDING = (
    *(And, Or, Not, Selected, BooleanLiteral, AnyRow, AllRows),
    *(If, Coalesce, Combine, Decide, FactorTerm),
)


def fits_a_line(node: Node) -> bool:
    """Whether a value is short and plain enough for one line."""
    below = walk(node)
    return len(below) <= MOST_ON_A_LINE and not any(_has_lines(part) for part in below)


def _has_lines(node: Node) -> bool:
    filtered = isinstance(node, ROSTER_NODES) and bool(filters(node))
    return filtered or isinstance(node, (*_DECIDING, *COMPARISONS))


def filters(node: RosterNode) -> tuple[Node, ...]:
    """The condition that rows of a roster have to meet, if there is one."""
    where = getattr(node, "where", None)
    return (where,) if where is not None else ()


def terms(node: Node) -> tuple[Node, ...]:
    """What is added up, however it is bracketed."""
    return (*terms(node.left), *terms(node.right)) if isinstance(node, Add) else (node,)


def factors(node: Node) -> tuple[Node, ...]:
    """What is multiplied together, however it is bracketed."""
    if isinstance(node, Multiply):
        return (*factors(node.left), *factors(node.right))
    return (node,)


def leading(node: Node) -> Comparison:
    """A comparison with what is written in the rule on its right: `18 > x` is `x < 18`."""
    if not isinstance(node, COMPARISONS):
        raise TypeError(node)
    written = NumberLiteral | CodeLiteral | DateLiteral
    if isinstance(node.left, written) and not isinstance(node.right, written):
        return _TURNED[type(node)](node.right, node.left)
    return node


# -- a value on one line


def inline(words: Words, node: Node) -> str | None:
    """A value on one line; None for what is told in several."""
    if not fits_a_line(node):
        return None
    if isinstance(node, ROSTER_NODES):
        return _rows_alone(words, node)
    return _INLINE[type(node)](words, node)


def rows(words: Words, node: RosterNode) -> str:
    """What is counted or added up over the rows of a roster."""
    text = _rows_alone(words, node)
    return words.phrase("only_those", a=text) if filters(node) else text


def _rows_alone(words: Words, node: RosterNode) -> str:
    roster = words.quoted_label(node.roster)
    if isinstance(node, SumRows | MinRows | MaxRows):
        return words.phrase(_ROWS[type(node)], a=words.value(node.value), b=roster)
    return words.phrase("rows", a=roster)


def _arithmetic(words: Words, node: Node) -> str:
    if not isinstance(node, Add | Subtract | Multiply | Divide):
        raise TypeError(node)
    return f" {_SYMBOLS[type(node)]} ".join(_operand(words, s) for s in (node.left, node.right))


def _operand(words: Words, node: Node) -> str:
    text = words.value(node)
    return f"({text})" if getattr(node, "compound", False) else text


def _list(words: Words, key: str, parts: Iterable[Node]) -> str:
    said = words.phrase("comma").join(words.value(part) for part in parts)
    return words.phrase(key, a=said)


def _rounded(words: Words, node: Round) -> str:
    key = "rounded_of" if node.places else "rounded_whole_of"
    return words.phrase(key, a=words.value(node.of), n=node.places)


def _named(words: Words, node: AnswerRef | FactorRef | MeasureRef | ClassRef) -> str:
    return words.quoted_label(node.name)


_INLINE: dict[type, Callable[[Words, Any], str]] = {
    NumberLiteral: lambda w, n: figures.number(n.value, w.language),
    CodeLiteral: lambda w, n: w.direction(n.value),
    DateLiteral: lambda w, n: figures.day(n.value, w.language),
    AnswerRef: _named,
    FactorRef: _named,
    MeasureRef: _named,
    ClassRef: _named,
    Add: _arithmetic,
    Subtract: _arithmetic,
    Multiply: _arithmetic,
    Divide: _arithmetic,
    Modulo: lambda w, n: w.phrase("left_over_of", a=w.value(n.left), b=w.value(n.right)),
    Negate: lambda w, n: f"−{_operand(w, n.of)}",
    Absolute: lambda w, n: w.phrase("unsigned_of", a=_operand(w, n.of)),
    Truncate: lambda w, n: w.phrase("cut_of", a=_operand(w, n.of)),
    Round: _rounded,
    Least: lambda w, n: _list(w, "smallest_of", n.parts),
    Greatest: lambda w, n: _list(w, "largest_of", n.parts),
    DaysBetween: lambda w, n: w.phrase("days_between", a=w.value(n.left), b=w.value(n.right)),
    Age: lambda w, n: w.phrase("years", a=w.value(n.born), b=w.value(n.on)),
    CodeNumber: lambda w, n: w.phrase("number_chosen", a=w.value(n.of)),
    CountSelected: lambda w, n: w.phrase("how_many_chosen", a=w.value(n.of)),
}


# -- a value in several lines


def say(words: Words, node: Node) -> Said:
    """A value as lines within lines."""
    told = inline(words, node)
    if told is not None:
        return Said(upper(told))
    match node:
        case If():
            shorter = _by_answer(words, node) or _by_size(words, node)
            shorter = shorter or _one_condition(words, node)
            return shorter or _first_that_holds(words, _cases(node))
        case Decide(cases):
            return _first_that_holds(words, [(NumberLiteral(value), when) for when, value in cases])
        case FactorTerm():
            return _factor_term(words, node)
        case Combine():
            return _combined(words, node)
        case _ if isinstance(node, ROSTER_NODES):
            text = words.phrase("these_lines", a=upper(rows(words, node)))
            return Said(text, tuple(words.say(part) for part in filters(node)))
        case _:
            return Said(_heading(words, node), tuple(words.say(part) for part in _listed(node)))


def _heading(words: Words, node: Node) -> str:
    match node:
        case Add():
            return words.phrase("added")
        case Multiply():
            return words.phrase("multiplied")
        case Round(places=places):
            return words.phrase("rounded" if places else "rounded_whole", n=places)
        case _:
            return words.phrase(_LISTED[type(node)])


def _listed(node: Node) -> tuple[Node, ...]:
    match node:
        case Add():
            return terms(node)
        case Multiply():
            return factors(node)
        case _:
            return children(node)


def _factor_term(words: Words, node: FactorTerm) -> Said:
    key = "while_present"
    if node.context and node.side is not Side.PRESENT:
        key = "while_raises" if node.side is Side.RISK else "while_protects"
    about = FactorRef(node.name, BOOLEAN)
    if fits_a_line(node.weight):
        return words.line(about, words.phrase(key, a=words.value(node.weight)))
    told = words.phrase(key, a=words.phrase("own_weight"))
    return words.line(about, told, (words.say(node.weight),))


def _combined(words: Words, node: Combine) -> Said:
    parts = tuple(words.say(part) for part in node.parts)
    if len(set(node.weights)) > 1:
        weights = (words.phrase("weighing", n=weight) for weight in node.weights)
        parts = tuple(Said(text, (part,)) for text, part in zip(weights, parts, strict=True))
    return Said(words.phrase(_HOW[node.how]), parts)


# -- one of several values


def _cases(node: Node) -> list[tuple[Node, Node | None]]:
    """A chain of `if`s: each outcome with its condition, what remains last."""
    found: list[tuple[Node, Node | None]] = []
    while isinstance(node, If):
        found.append((node.then, node.condition))
        node = node.otherwise
    return [*found, (node, None)]


def _first_that_holds(words: Words, cases: Iterable[tuple[Node, Node | None]]) -> Said:
    parts = tuple(_case(words, outcome, when) for outcome, when in cases)
    return Said(words.phrase("first_that_holds"), parts)


def _case(words: Words, outcome: Node, when: Node | None) -> Said:
    plain = outcome_text(words, outcome)
    if when is None and plain:
        return Said(words.phrase("otherwise_this", a=plain))
    if when is None:
        return Said(words.phrase("otherwise_these"), (words.say(outcome),))
    if plain:
        return Said(words.phrase("outcome_if", a=upper(plain)), (words.say(when),))
    return Said(words.phrase("these_if"), (words.say(when), words.say(outcome)))


def outcome_text(words: Words, node: Node) -> str:
    """An outcome that is simply written down or looked up; empty for one that is told in lines."""
    if isinstance(node, BooleanLiteral):
        return words.phrase("yes" if node.value else "no")
    return inline(words, node) or ""


def _by_size(words: Words, node: If) -> Said | None:
    """A value for each range of one number; None for anything more."""
    cases = _cases(node)
    conditions = [leading(when) for _, when in cases if isinstance(when, COMPARISONS)]
    subjects = {condition.left for condition in conditions}
    literal = all(isinstance(condition.right, NumberLiteral) for condition in conditions)
    if len(cases) != len(conditions) + 1 or len(cases) < 3 or len(subjects) > 1 or not literal:
        return None
    outcomes = [outcome_text(words, outcome) for outcome, _ in cases]
    if not all(outcomes):
        return None
    lines = []
    for condition, plain in zip(conditions, outcomes, strict=False):
        told = words.compared(condition)
        lines.append(Said(words.phrase("line", a=told, b=plain), (), told, plain))
    lines.append(Said(words.phrase("otherwise_this", a=outcomes[-1])))
    (subject,) = subjects
    if fits_a_line(subject):
        return Said(words.phrase("by_size", a=words.value(subject)), tuple(lines))
    return Said(words.phrase("by_first"), (words.say(subject), *lines))


def _one_condition(words: Words, node: If) -> Said | None:
    """A number that depends on one line, on that line; None for anything more."""
    outcomes = (node.then, node.otherwise)
    if not all(isinstance(one, NumberLiteral) for one in outcomes):
        return None
    when = words.say(node.condition)
    if when.parts:
        return None
    then, otherwise = map(words.value, outcomes)
    return Said(words.phrase("number_if", a=then, b=when.text, c=otherwise))


def _by_answer(words: Words, node: If) -> Said | None:
    """A value for each answer to one question; None for anything more."""
    subject: AnswerRef | ClassRef | None = None
    lines: list[Said] = []
    for outcome, when in _cases(node):
        plain = outcome_text(words, outcome)
        if not plain:
            return None
        if when is None:
            lines.append(Said(words.phrase("otherwise_this", a=plain)))
            continue
        said = []
        for part in when.parts if isinstance(when, Or) else (when,):
            match part:
                case Equal(AnswerRef() | ClassRef() as left, CodeLiteral(code)) if (
                    subject is None or left == subject
                ):
                    subject = left
                    said.append(words.outcome(left, code))
                case _:
                    return None
        values = words.phrase("comma").join(said)
        lines.append(Said(words.phrase("line", a=values, b=plain), (), values, plain))
    if subject is None:
        return None
    return Said(words.phrase("by_answer", a=words.quoted_label(subject.name)), tuple(lines))
