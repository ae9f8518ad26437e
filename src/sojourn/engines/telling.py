"""What each node means, in plain Python, and the reason for every outcome.

This is the definition that all other engines agree with. A function for each kind of node returns
its value and why; the table at the end says which belongs to which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from sojourn.framework import logic
from sojourn.framework.findings import AnswerSeen, Because, FactorFinding, State
from sojourn.framework.model import Direction, Measure, MeasureClass
from sojourn.framework.nodes import (
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
    CountRows,
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
)
from sojourn.framework.types import ROWS_LIMIT, Code
from sojourn.framework.values import Answers, Missing, Row, Selection

Exact: TypeAlias = int | Fraction


class Range(NamedTuple):
    """A count of which only the bounds are known: some rows may or may not belong to it."""

    low: int
    high: int


class NotApplicable:
    """In place of a part that does not apply at the unit's stage."""


NOT_APPLICABLE = NotApplicable()

Result: TypeAlias = bool | Exact | date | str | Selection | Range | NotApplicable | None
"""A value, or None for unknown."""


class Told(NamedTuple):
    """A result with its reason."""

    value: Result
    because: Because


class Measured(NamedTuple):
    """A measure's value and class, None while unknown."""

    value: Exact | None
    class_name: str | None


class RowAt(NamedTuple):
    """A row at hand: its place among all rows of its roster, counted from 0, and its number
    within the row around it, counted from 1."""

    row: Row
    place: int
    number: int


@dataclass(slots=True)
class Scope:
    """Where a node is evaluated: all answers, the row at hand, and the outcomes so far.

    `rows` has, by roster, the row at hand and those around it, the outermost first. `shares`
    remembers, by the identity of each combination, which share of its parts was known.
    """

    answers: Answers
    rows: Mapping[str, RowAt] = field(default_factory=dict)
    factors: dict[str, FactorFinding] = field(default_factory=dict)
    measured: dict[str, Measured] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    shares: dict[int, float] = field(default_factory=dict)

    def of_row(self, roster: str, row: RowAt) -> Scope:
        """The same, in one row of a roster."""
        rows = {**self.rows, roster: row}
        return Scope(self.answers, rows, self.factors, self.measured, self.measures, self.shares)


def tell(node: Node, scope: Scope) -> Told:
    """Evaluate a node. The reason keeps only the parts that decided the outcome."""
    return _MEANINGS[type(node)](node, scope)


# -- leaves


def _literal(node: BooleanLiteral | CodeLiteral | DateLiteral, _: Scope) -> Told:
    told: Told | None = node.__dict__.get("_told")
    if told is None:
        value = node.value
        told = node.__dict__["_told"] = Told(value, Because("literal", node.text(), shown(value)))
    return told


def _number_literal(node: NumberLiteral, _: Scope) -> Told:
    told: Told | None = node.__dict__.get("_told")
    if told is None:
        value = exact(node.value)
        told = node.__dict__["_told"] = Told(value, Because("literal", node.text(), node.text()))
    return told


def _answer(node: AnswerRef, scope: Scope) -> Told:
    row, around = _numbers_of(node.roster, scope)
    if node.roster is None:
        answer = scope.answers.values.get(node.name, Missing.NOT_ASKED)
    else:
        here = scope.rows.get(node.roster)
        answer = Missing.NOT_ASKED if here is None else here.row.get(node.name, Missing.NOT_ASKED)
    if isinstance(answer, Missing):
        seen = AnswerSeen(node.name, None, answer, row, around)
        return Told(None, Because("answer", node.text(), "unknown", (seen,)))
    value = plain(answer)
    text = shown(value)
    also = answer.also if isinstance(answer, Selection) else None
    seen = AnswerSeen(node.name, text, also, row, around)
    return Told(value, Because("answer", node.text(), text, (seen,)))


def _numbers_of(roster: str | None, scope: Scope) -> tuple[int | None, tuple[int, ...]]:
    """The number of the row at hand, and those of the rows around it, the outermost first."""
    if roster is None or roster not in scope.rows:
        return None, ()
    names = list(scope.rows)
    around = tuple(scope.rows[name].number for name in names[: names.index(roster)])
    return scope.rows[roster].number, around


def _factor(node: FactorRef, scope: Scope) -> Told:
    finding = scope.factors[node.name]
    value: Result
    if finding.state is State.UNKNOWN:
        value = None
    elif isinstance(node.type, Code):  # at a stage where it is not asked it has no effect
        value = str(finding.direction or Direction.NONE)
    else:
        value = finding.state is State.PRESENT
    return Told(value, Because("factor", node.text(), shown(value)))


def _measured(name: str, scope: Scope) -> Measured:
    """A measure of the unit, or computed for the row of a roster at hand."""
    if name in scope.measured:
        return scope.measured[name]
    measure = scope.measures[name]
    value = number(tell(measure.node, scope).value)
    return Measured(value, None if value is None else class_of(measure.classes, value))


def _measure(node: MeasureRef, scope: Scope) -> Told:
    value = _measured(node.name, scope).value
    return Told(value, Because("measure", node.text(), shown(value)))


def _class(node: ClassRef, scope: Scope) -> Told:
    value = _measured(node.name, scope).class_name
    return Told(value, Because("measure", node.text(), shown(value)))


# -- conditions


def _and(node: And, scope: Scope) -> Told:
    return _joined("and", node, [tell(part, scope) for part in node.parts], False)


def _or(node: Or, scope: Scope) -> Told:
    return _joined("or", node, [tell(part, scope) for part in node.parts], True)


def _joined(op: str, node: Node, parts: list[Told], decider: bool) -> Told:
    """`and`, `or`: one deciding part decides; else the unknown parts, or all of them, are why."""
    truths = [truth(part.value) for part in parts]
    value = (logic.any_of if decider else logic.all_of)(truths)
    if value is decider:
        why = [part for part, one in zip(parts, truths, strict=True) if one is decider]
    elif value is None:
        why = [part for part, one in zip(parts, truths, strict=True) if one is None]
    else:
        why = parts
    return _told(op, node, value, why)


def _not(node: Not, scope: Scope) -> Told:
    told = tell(node.of, scope)
    return _told("not", node, logic.NOT[truth(told.value)], (told,))


def _comparison(node: _Comparison, scope: Scope) -> Told:
    left, right = tell(node.left, scope), tell(node.right, scope)
    return _told(node.symbol, node, _compare(node, left.value, right.value), (left, right))


def _compare(node: _Comparison, left: Result, right: Result) -> bool | None:
    """Compare two values; a range decides only where both its ends say the same."""
    if left is None or right is None:
        return None
    if type(left) is Range or type(right) is Range:
        lows, highs = _ends(left), _ends(right)
        outcomes = {_compare(node, a, b) for a in lows for b in highs}
        if isinstance(node, Equal | NotEqual) and _overlap(lows, highs):
            return None
        return outcomes.pop() if len(outcomes) == 1 else None
    if isinstance(left, str):
        return _ORDERED[type(node)](0 if left == right else 1)
    return _ORDERED[type(node)]((left > right) - (left < right))  # type: ignore[operator] # of one kind, checked when built


_ORDERED: dict[type, Callable[[int], bool]] = {
    Equal: lambda sign: sign == 0,
    NotEqual: lambda sign: sign != 0,
    Less: lambda sign: sign < 0,
    LessEqual: lambda sign: sign <= 0,
    Greater: lambda sign: sign > 0,
    GreaterEqual: lambda sign: sign >= 0,
}


def _ends(value: Result) -> tuple[Exact, ...]:
    if isinstance(value, Range):
        return value.low, value.high
    return (_known_number(value),)


def _overlap(a: tuple[Exact, ...], b: tuple[Exact, ...]) -> bool:
    return max(min(a), min(b)) <= min(max(a), max(b))


def _selected(node: Selected, scope: Scope) -> Told:
    told = tell(node.of, scope)
    value: bool | None = None
    if isinstance(told.value, Selection):
        value = node.code in told.value.codes
        if not value and told.value.also is not None:
            value = None
    return _told("selected", node, value, (told,))


# -- numbers


def _arithmetic(node: Add | Subtract | Multiply | Divide | Modulo, scope: Scope) -> Told:
    left, right = tell(node.left, scope), tell(node.right, scope)
    a, b = number(left.value), number(right.value)
    value = None if a is None or b is None else _ARITHMETIC[type(node)](a, b)
    return _told(node.symbol, node, value, (left, right))


def _divided(a: Exact, b: Exact) -> Exact | None:
    return None if b == 0 else Fraction(a) / b


def _remainder(a: Exact, b: Exact) -> Exact | None:
    if b == 0:
        return None
    top, by = (Fraction(one if one >= 0 else -one) for one in (a, b))
    return -(top % by) if a < 0 else top % by


_ARITHMETIC: dict[type, Callable[[Exact, Exact], Exact | None]] = {
    Add: lambda a, b: a + b,
    Subtract: lambda a, b: a - b,
    Multiply: lambda a, b: a * b,
    Divide: _divided,
    Modulo: _remainder,
}


def _of_one(op: str, compute: Callable[[Any, Exact], Exact]) -> Meaning:
    """The meaning of a number made from one other; unknown when that one is."""

    def meaning(node: Negate | Absolute | Truncate | Round, scope: Scope) -> Told:
        told = tell(node.of, scope)
        value = number(told.value)
        return _told(op, node, None if value is None else compute(node, value), (told,))

    return meaning


def _rounded(node: Round, value: Exact) -> Exact:
    """Half up: the whole number at or below one half more."""
    scale = 10**node.places
    return Fraction((value * scale + Fraction(1, 2)).__floor__(), scale)


def _extreme(node: Least | Greatest, scope: Scope) -> Told:
    parts = [tell(part, scope) for part in node.parts]
    numbers = [number(part.value) for part in parts]
    known = [one for one in numbers if one is not None]
    pick = min if isinstance(node, Least) else max
    value = pick(known) if len(known) == len(numbers) else None
    return _told(node.word, node, value, _why_unknown(parts, value))


def _days_between(node: DaysBetween, scope: Scope) -> Told:
    left, right = tell(node.left, scope), tell(node.right, scope)
    value = None
    if isinstance(left.value, date) and isinstance(right.value, date):
        value = (left.value - right.value).days
    return _told("-", node, value, (left, right))


def _age(node: Age, scope: Scope) -> Told:
    born, on = tell(node.born, scope), tell(node.on, scope)
    value = None
    if isinstance(born.value, date) and isinstance(on.value, date) and born.value <= on.value:
        value = completed_years(born.value, on.value)
    return _told("age", node, value, (born, on))


def completed_years(born: date, on: date) -> int:
    """Whole years from one day to another; a birthday on 29 February comes on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _code_number(node: CodeNumber, scope: Scope) -> Told:
    told = tell(node.of, scope)
    value = node.values.get(told.value) if isinstance(told.value, str) else None
    return _told("number", node, value, (told,))


def _count_selected(node: CountSelected, scope: Scope) -> Told:
    told = tell(node.of, scope)
    value = None
    if isinstance(told.value, Selection) and told.value.also is None:
        value = len(told.value.codes)
    return _told("count-selected", node, value, (told,))


def _if(node: If, scope: Scope) -> Told:
    condition = tell(node.condition, scope)
    met = truth(condition.value)
    if met is None:
        return _told("if", node, None, (condition,))
    chosen = tell(node.then if met else node.otherwise, scope)
    return _told("if", node, settled(chosen.value), (condition, chosen))


def _coalesce(node: Coalesce, scope: Scope) -> Told:
    unknown: list[Told] = []
    for part in node.parts:
        told = tell(part, scope)
        value = settled(told.value)
        if value is not None:
            return _told("coalesce", node, value, (*unknown, told))
        unknown.append(told)
    return _told("coalesce", node, None, unknown)


# -- rosters


def _count_rows(node: CountRows, scope: Scope) -> Told:
    found = _rows(node, scope)
    if found is None:
        return _not_asked("count", node, node.roster)
    scopes, more = found
    if node.where is None and not more:
        return Told(len(scopes), Because("count", node.text(), str(len(scopes))))
    where = BooleanLiteral(True) if node.where is None else node.where
    rows = [*(tell(where, row) for row in scopes), *more]
    sure = sum(row.value is True for row in rows)
    unsure = sum(row.value is None for row in rows)
    high = ROWS_LIMIT if more else sure + unsure
    value: Result = Range(sure, high) if unsure else sure
    return _told("count", node, value, [row for row in rows if row.value is not False] or rows)


def _any_row(node: AnyRow, scope: Scope) -> Told:
    return _quantified("any", node, node.where, scope)


def _all_rows(node: AllRows, scope: Scope) -> Told:
    return _quantified("all", node, node.condition, scope)


def _quantified(op: str, node: AnyRow | AllRows, where: Node, scope: Scope) -> Told:
    found = _rows(node, scope)
    if found is None:
        return _not_asked(op, node, node.roster)
    scopes, more = found
    told = [*(tell(where, row) for row in scopes), *more]
    value, because = _joined(op, node, told, op == "any")
    return Told(value, Because(op, because.text, because.value, because.answers, because.parts))


def _rows_number(node: SumRows | MinRows | MaxRows, scope: Scope) -> Told:
    found = _rows(node, scope)
    if found is None:
        return _not_asked(node.word, node, node.roster)
    scopes, more = found
    parts = list(more)
    numbers: list[Exact | None] = []
    unsure = bool(more)
    for row in scopes:
        chosen = True if node.where is None else truth(tell(node.where, row).value)
        if chosen is False:
            continue
        told = tell(node.value, row)
        value = number(told.value)
        unsure = unsure or chosen is None or value is None
        parts.append(told)
        numbers.append(value)
    total = None if unsure else _aggregate(node, [n for n in numbers if n is not None])
    return _told(node.word, node, total, parts)


def _aggregate(node: SumRows | MinRows | MaxRows, numbers: list[Exact]) -> Exact | None:
    if isinstance(node, SumRows):
        return sum(numbers)
    if not numbers:
        return None
    return min(numbers) if isinstance(node, MinRows) else max(numbers)


def _rows(node: RosterNode, scope: Scope) -> tuple[list[Scope], list[Told]] | None:
    """The rows that a node looks at, and one unknown for each row around them that was not asked
    for such rows: it may have any number of them. None where none at all was asked for."""
    found = _scopes_of(node.roster, scope)
    if found is None or (node.inside is not None and node.roster not in scope.answers.within):
        return None
    scopes, silent = found
    if silent and not scopes:
        return None
    return scopes, [_not_asked("answer", node, node.roster, *_last(outer)) for outer in silent]


def _scopes_of(roster: str, scope: Scope) -> tuple[list[Scope], list[Scope]] | None:
    """The rows of a roster within the row at hand, and the rows around that were not asked."""
    rows = scope.answers.rosters.get(roster)
    if rows is None:
        return None
    within = scope.answers.within.get(roster)
    if within is None:
        return [scope.of_row(roster, RowAt(r, at, at + 1)) for at, r in enumerate(rows)], []
    found = ([scope], []) if within.roster in scope.rows else _scopes_of(within.roster, scope)
    if found is None:
        return None
    around, silent = found
    scopes = []
    for outer in around:
        place = outer.rows[within.roster].place
        if place in within.not_asked:
            silent = [*silent, outer]
        own = (at for at, owner in enumerate(within.rows) if owner == place)
        scopes += [
            outer.of_row(roster, RowAt(rows[at], at, number)) for number, at in enumerate(own, 1)
        ]
    return scopes, silent


def _last(scope: Scope) -> tuple[int | None, tuple[int, ...]]:
    return _numbers_of(list(scope.rows)[-1], scope) if scope.rows else (None, ())


def _not_asked(
    op: str,
    node: Node,
    roster: str,
    row: int | None = None,
    around: tuple[int, ...] = (),
) -> Told:
    seen = AnswerSeen(roster, None, Missing.NOT_ASKED, row, around)
    return Told(None, Because(op, node.text(), "unknown", (seen,)))


# -- measures


def _factor_term(node: FactorTerm, scope: Scope) -> Told:
    finding = scope.factors[node.name]
    value: Result
    if finding.state is State.NOT_APPLICABLE:
        return Told(NOT_APPLICABLE, Because("factor", node.text(), "not_applicable"))
    if finding.state is State.UNKNOWN:
        value = None
    elif not _counts(node, finding):
        value = 0
    else:
        value = number(tell(node.weight, scope).value)
    return Told(value, Because("factor", node.text(), shown(value)))


def _counts(node: FactorTerm, finding: FactorFinding) -> bool:
    if finding.state is not State.PRESENT:
        return False
    if finding.direction is None or node.side is Side.PRESENT:
        return True
    return finding.raises_risk if node.side is Side.RISK else finding.protects


def _combine(node: Combine, scope: Scope) -> Told:
    """The known parts that apply, as one number, where enough of them are known."""
    parts = [tell(part, scope) for part in node.parts]
    values = [number(p.value) if p.value is not NOT_APPLICABLE else NOT_APPLICABLE for p in parts]
    if node.fill:
        filled = (exact(fill) for fill in node.fill)
        values = [f if v is None else v for v, f in zip(values, filled, strict=True)]
    weights = node.weights or (1,) * len(parts)
    at = [i for i, value in enumerate(values) if value is not NOT_APPLICABLE]
    known = [i for i in at if values[i] is not None]
    if at:
        scope.shares[id(node)] = len(known) / len(at)
    if not known or len(known) < node.at_least or Fraction(len(known), len(at)) < node.needed:
        return _told(node.how, node, None, [parts[i] for i in at if i not in known])
    numbers = [_known_number(values[i]) * weights[i] for i in known]
    value: Exact | None
    match node.how:
        case How.MAX:
            value = max(numbers)
        case How.MIN:
            value = min(numbers)
        case How.SUM:
            value = sum(numbers)
        case _:
            value = _divided(sum(numbers), sum(weights[i] for i in known))
    return _told(node.how, node, value, [parts[i] for i in known if values[i] != 0])


def _decide(node: Decide, scope: Scope) -> Told:
    """The first true case; unknown ones before it matter unless they say the same."""
    possible: dict[Decimal | None, None] = {}
    why: list[Told] = []
    for when, value in node.cases:
        told = None if when is None else tell(when, scope)
        met = True if told is None else truth(told.value)
        if met is False:
            continue
        possible[value] = None
        if told is not None:
            why.append(told)
        if met:
            break
    else:
        possible[None] = None
    only = next(iter(possible)) if len(possible) == 1 else None
    if only is None:
        why = [told for told in why if told.value is None]
    return _told("decide", node, None if only is None else exact(only), why)


def class_of(classes: tuple[MeasureClass, ...], value: Exact) -> str | None:
    """The class in which a value lies, None where there is none for it."""
    for item in classes:
        if item.limit is None or value < item.limit or (item.inclusive and value == item.limit):
            return item.name
    return None


# -- values


def _told(op: str, node: Node, value: Result, parts: Iterable[Told]) -> Told:
    """A result whose reason joins those of its parts; plain answers become its own answers."""
    answers: list[AnswerSeen] = []
    deeper: list[Because] = []
    for part in parts:
        because = part.because
        if because.op == "answer":
            answers += because.answers
        elif because.op != "literal":
            deeper.append(because)
    if len(answers) > 1:
        answers = list(dict.fromkeys(answers))
    return Told(value, Because(op, node.text(), shown(value), tuple(answers), tuple(deeper)))


def _why_unknown(parts: list[Told], value: Result) -> list[Told]:
    return parts if value is not None else [part for part in parts if settled(part.value) is None]


@lru_cache(maxsize=4096)
def exact(value: Decimal) -> Exact:
    """A decimal as an exact number; whole ones as int, which computes much faster."""
    found = Fraction(value)
    return found.numerator if found.denominator == 1 else found


def plain(answer: object) -> Result:
    """An answer as a value of rules."""
    if isinstance(answer, Decimal):
        return exact(answer)
    if isinstance(answer, bool | int | date | Selection):
        return answer
    return str(answer)


def truth(value: Result) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise TypeError("a condition was expected")


def settled(value: Result) -> Result:
    """A range is unknown wherever it is not compared."""
    if isinstance(value, Range):
        return value.low if value.low == value.high else None
    return value


def number(value: Result) -> Exact | None:
    """A number, None for unknown."""
    value = settled(value)
    return None if value is None else _known_number(value)


def _known_number(value: Result) -> Exact:
    if isinstance(value, int | Fraction):
        return value
    raise TypeError("a number was expected")


def as_decimal(value: Exact) -> Decimal | None:
    """The same number with digits after a point, None where they would never end."""
    rest = value.denominator
    twos = (rest & -rest).bit_length() - 1
    rest >>= twos
    fives = 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return None
    places = max(twos, fives)
    return Decimal(value.numerator * 10**places // value.denominator).scaleb(-places)


def shown(value: Result) -> str:
    """A value as a reason shows it."""
    if value is None:
        return "unknown"
    if value is True or value is False:
        return "true" if value else "false"
    match value:
        case int():
            return str(value)
        case Fraction():
            decimal = as_decimal(value)
            return str(value) if decimal is None else format(decimal, "f")
        case Range(low, high) if high >= ROWS_LIMIT:
            return f"at least {low}"
        case Range(low, high):
            return f"between {low} and {high}"
        case Selection(codes):
            return " ".join(sorted(codes))
        case date():
            return value.isoformat()
        case NotApplicable():
            return "not_applicable"
        case _:
            return value


_Comparison: TypeAlias = Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual
Meaning: TypeAlias = Callable[[Any, Scope], Told]

_MEANINGS: dict[type, Meaning] = {
    BooleanLiteral: _literal,
    NumberLiteral: _number_literal,
    CodeLiteral: _literal,
    DateLiteral: _literal,
    AnswerRef: _answer,
    FactorRef: _factor,
    MeasureRef: _measure,
    ClassRef: _class,
    And: _and,
    Or: _or,
    Not: _not,
    Equal: _comparison,
    NotEqual: _comparison,
    Less: _comparison,
    LessEqual: _comparison,
    Greater: _comparison,
    GreaterEqual: _comparison,
    Add: _arithmetic,
    Subtract: _arithmetic,
    Multiply: _arithmetic,
    Divide: _arithmetic,
    Modulo: _arithmetic,
    Negate: _of_one("-", lambda _, value: -value),
    Absolute: _of_one("abs", lambda _, value: value if value >= 0 else -value),
    Truncate: _of_one("int", lambda _, value: int(value)),
    Round: _of_one("round", _rounded),
    Least: _extreme,
    Greatest: _extreme,
    DaysBetween: _days_between,
    Age: _age,
    CodeNumber: _code_number,
    Selected: _selected,
    CountSelected: _count_selected,
    If: _if,
    Coalesce: _coalesce,
    CountRows: _count_rows,
    SumRows: _rows_number,
    MinRows: _rows_number,
    MaxRows: _rows_number,
    AnyRow: _any_row,
    AllRows: _all_rows,
    FactorTerm: _factor_term,
    Combine: _combine,
    Decide: _decide,
}
