"""The reference engine: one unit, plain Python, and the reason for everything.

Slow and obvious on purpose. Every other engine must agree with it exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from sojourn.framework import logic
from sojourn.framework.findings import (
    AnswerSeen,
    Because,
    FactorFinding,
    Findings,
    MeasureFinding,
    ResponseFinding,
    State,
)
from sojourn.framework.model import (
    Component,
    Direction,
    Effect,
    Factor,
    Framework,
    Measure,
    MeasureClass,
    Question,
    Response,
    Side,
    Stage,
)
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
    Selected,
    Subtract,
    SumRows,
)
from sojourn.framework.types import Code
from sojourn.framework.values import Answers, Missing, Row, Selection


@dataclass(frozen=True, slots=True)
class Range:
    """A count of which only the bounds are known: some rows may or may not belong to it."""

    low: int
    high: int


Result: TypeAlias = bool | Fraction | date | str | Selection | Range | None
"""A value, or None for unknown."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where a node is evaluated: all answers, the row within a roster, and factors so far."""

    answers: Answers
    row: Row | None = None
    row_number: int | None = None
    factors: Mapping[str, FactorFinding] | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """A result with its reason."""

    value: Result
    because: Because


def assess(framework: Framework, answers: Answers) -> Findings:
    """Everything the framework says about one unit's answers, with reasons."""
    scope = _Scope(answers)
    stage = _stage(framework, answers)
    factors = {factor.name: _factor(factor, scope, stage) for factor in framework.factors}
    told = _Scope(answers, factors=factors)
    return Findings(
        framework_id=framework.id,
        version=framework.version,
        digest=framework.digest,
        factors=tuple(factors.values()),
        responses=tuple(_response(response, told) for response in framework.responses),
        measures=tuple(_measure(measure, told) for measure in framework.measures),
        known_share=_known_share(factors.values()),
    )


def evaluate(node: Node, answers: Answers) -> bool | Decimal | date | str | None:
    """The value of one expression: None for unknown, exact numbers as decimals.

    Meant for tests and tools; `assess` is what applications call.
    """
    value = _settled(_tell(node, _Scope(answers)).value)
    if isinstance(value, Fraction):
        return _decimal(value)
    if isinstance(value, Range | Selection):
        raise TypeError(f"{node.text()} gives no single value")
    return value


def broken_constraints(framework: Framework, answers: Answers) -> tuple[str, ...]:
    """The single questions whose answers break their own constraint."""
    scope = _Scope(answers)
    return tuple(
        question.name
        for question in framework.questions
        if question.roster is None
        and question.constraint is not None
        and _is_broken(question.constraint, scope)
    )


def without_broken(framework: Framework, answers: Answers) -> Answers:
    """The answers with those that break their constraint marked as unusable, rosters included."""
    broken = broken_constraints(framework, answers)
    values = {**answers.values, **dict.fromkeys(broken, Missing.UNUSABLE)}
    rosters = {}
    for name, rows in answers.rosters.items():
        limited = [q for q in framework.questions if q.roster == name and q.constraint is not None]
        rosters[name] = tuple(_row_without_broken(limited, row, answers) for row in rows)
    return Answers(values, rosters)


def _row_without_broken(limited: list[Question], row: Row, answers: Answers) -> Row:
    scope = _Scope(answers, row)
    broken = [q.name for q in limited if q.constraint and _is_broken(q.constraint, scope)]
    return {**row, **dict.fromkeys(broken, Missing.UNUSABLE)}


def _is_broken(constraint: Node, scope: _Scope) -> bool:
    return _tell(constraint, scope).value is False


# -- factors, responses, measures


def _stage(framework: Framework, answers: Answers) -> Stage | None:
    if framework.stage_question is None:
        return None
    answer = answers.get(framework.stage_question)
    return Stage(answer) if isinstance(answer, str) and not isinstance(answer, Missing) else None


def _factor(factor: Factor, scope: _Scope, stage: Stage | None) -> FactorFinding:
    if stage is not None and stage not in factor.stages:
        because = Because("stage", f"not asked at the stage {stage}", "not_applicable")
        return FactorFinding(factor.name, State.NOT_APPLICABLE, None, None, None, because)
    told = _tell(factor.rule, scope)
    state, direction = _outcome(factor, told.value)
    if state is not State.PRESENT:
        return FactorFinding(factor.name, state, direction, None, None, told.because)
    urgent = _truth(_tell(factor.urgent, scope).value)
    weight = _number(_tell(factor.weight, scope).value)
    return FactorFinding(
        factor.name,
        state,
        direction,
        urgent,
        None if weight is None else _decimal(weight),
        told.because,
    )


def _outcome(factor: Factor, value: Result) -> tuple[State, Direction | None]:
    if value is None:
        return State.UNKNOWN, None
    if factor.effect is Effect.CONTEXT:
        direction = Direction(str(value))
        present = direction is not Direction.NONE
        return (State.PRESENT if present else State.ABSENT), direction
    return (State.PRESENT if value is True else State.ABSENT), None


def _response(response: Response, scope: _Scope) -> ResponseFinding:
    told = _tell(response.when, scope)
    return ResponseFinding(response.name, _truth(told.value), told.because)


def _measure(measure: Measure, scope: _Scope) -> MeasureFinding:
    terms = [_term(component, scope) for component in measure.components]
    applicable = [term for term in terms if term is not _NOT_APPLICABLE]
    known = [term for term in applicable if isinstance(term, Fraction)]
    share = len(known) / len(applicable) if applicable else None
    enough = measure.missing.available
    if not known:  # silence is no score, not even where few known parts are enough
        return MeasureFinding(measure.name, None, None, share)
    needed = Fraction(1) if enough is None else Fraction(enough)
    if Fraction(len(known), len(applicable)) < needed:
        return MeasureFinding(measure.name, None, None, share)
    value = sum(known, Fraction(0))
    return MeasureFinding(measure.name, _decimal(value), _class_of(measure.classes, value), share)


_NOT_APPLICABLE = object()


def _term(component: Component, scope: _Scope) -> Fraction | object | None:
    """One term of the sum: a number, None for unknown, or `_NOT_APPLICABLE`."""
    if component.side is Side.VALUE:
        value = _number(_plain(scope.answers.get(component.name)))
        return None if value is None else value * _fixed_weight(component)
    finding = (scope.factors or {})[component.name]
    if finding.state is State.NOT_APPLICABLE:
        return _NOT_APPLICABLE
    if finding.state is State.UNKNOWN:
        return None
    if not _counts(component.side, finding):
        return Fraction(0)
    if component.weight is not None:
        return _fixed_weight(component)
    return None if finding.weight is None else Fraction(finding.weight) * component.sign


def _fixed_weight(component: Component) -> Fraction:
    return Fraction(component.weight or 0)


def _counts(side: Side, finding: FactorFinding) -> bool:
    if finding.state is not State.PRESENT:
        return False
    if finding.direction is None or side is Side.PRESENT:
        return True
    return finding.raises_risk if side is Side.RISK else finding.protects


def _class_of(classes: tuple[MeasureClass, ...], value: Fraction) -> str | None:
    for item in classes:
        if item.limit is None or value < item.limit or (item.inclusive and value == item.limit):
            return item.name
    return None


def _known_share(findings: Iterable[FactorFinding]) -> float | None:
    applicable = [f for f in findings if f.state is not State.NOT_APPLICABLE]
    known = [f for f in applicable if f.state is not State.UNKNOWN]
    return len(known) / len(applicable) if applicable else None


# -- expressions: each returns its value and why


def _tell(node: Node, scope: _Scope) -> _Told:  # noqa: C901 - one line for each kind of node
    """Evaluate a node. The reason keeps only the parts that decided the outcome."""
    match node:
        case BooleanLiteral(value):
            return _Told(value, Because("literal", node.text(), _shown(value)))
        case NumberLiteral(value):
            return _Told(Fraction(value), Because("literal", node.text(), node.text()))
        case CodeLiteral(value):
            return _Told(value, Because("literal", node.text(), value))
        case DateLiteral(value):
            return _Told(value, Because("literal", node.text(), value.isoformat()))
        case AnswerRef():
            return _tell_answer(node, scope)
        case FactorRef():
            return _tell_factor(node, scope)
        case And(parts):
            return _tell_joined(node, [_tell(part, scope) for part in parts], logic.all_of, False)
        case Or(parts):
            return _tell_joined(node, [_tell(part, scope) for part in parts], logic.any_of, True)
        case Not(of):
            told = _tell(of, scope)
            return _told("not", node, logic.NOT[_truth(told.value)], (told,))
        case Selected(of, code):
            told = _tell(of, scope)
            return _told("selected", node, _is_selected(told.value, code), (told,))
        case CountSelected(of):
            told = _tell(of, scope)
            return _told("count-selected", node, _how_many(told.value), (told,))
        case Negate(of):
            told = _tell(of, scope)
            number = _number(told.value)
            return _told("-", node, None if number is None else -number, (told,))
        case If():
            return _tell_if(node, scope)
        case CountRows() | AnyRow() | AllRows() | SumRows() | MinRows() | MaxRows():
            return _tell_rows(node, scope)
        case _:
            return _tell_pair(node, scope)


def _tell_answer(node: AnswerRef, scope: _Scope) -> _Told:
    if node.roster is None:
        answer = scope.answers.get(node.name)
    else:
        answer = (scope.row or {}).get(node.name, Missing.NOT_ASKED)
    missing = answer if isinstance(answer, Missing) else None
    seen = AnswerSeen(
        node.name, None if missing else _shown(_plain(answer)), missing, scope.row_number
    )
    if isinstance(answer, Selection) and answer.also is not None:
        seen = AnswerSeen(node.name, seen.value, answer.also, scope.row_number)
    value = _plain(answer)
    return _Told(value, Because("answer", node.text(), _shown(value), (seen,)))


def _tell_factor(node: FactorRef, scope: _Scope) -> _Told:
    finding = (scope.factors or {})[node.name]
    value: Result
    if finding.state is State.UNKNOWN:
        value = None
    elif isinstance(node.type, Code):  # at a stage where it is not asked it has no effect
        value = str(finding.direction or Direction.NONE)
    else:
        value = finding.state is State.PRESENT
    return _Told(value, Because("factor", node.text(), _shown(value)))


def _tell_joined(
    node: Node,
    parts: list[_Told],
    join: Callable[[list[logic.Truth]], logic.Truth],
    decider: bool,
) -> _Told:
    """`and`, `or`: one deciding part decides; else the unknown parts, or all of them, are why."""
    truths = [_truth(part.value) for part in parts]
    value = join(truths)
    if value is decider:
        why = [part for part, truth in zip(parts, truths, strict=True) if truth is decider]
    elif value is None:
        why = [part for part, truth in zip(parts, truths, strict=True) if truth is None]
    else:
        why = parts
    return _told("or" if decider else "and", node, value, tuple(why))


def _tell_if(node: If, scope: _Scope) -> _Told:
    condition = _tell(node.condition, scope)
    truth = _truth(condition.value)
    if truth is None:
        return _told("if", node, None, (condition,))
    chosen = _tell(node.then if truth else node.otherwise, scope)
    return _told("if", node, _settled(chosen.value), (condition, chosen))


def _tell_pair(node: Node, scope: _Scope) -> _Told:
    if not isinstance(node, (*COMPARISONS, Add, Subtract, Multiply)):
        raise TypeError(f"no meaning is written down for {type(node).__name__}")
    left, right = _tell(node.left, scope), _tell(node.right, scope)
    if isinstance(node, COMPARISONS):
        return _told(node.symbol, node, _compare(node, left.value, right.value), (left, right))
    a, b = _number(left.value), _number(right.value)
    if a is None or b is None:
        return _told(node.symbol, node, None, (left, right))
    value = {Add: a + b, Subtract: a - b, Multiply: a * b}[type(node)]
    return _told(node.symbol, node, value, (left, right))


def _compare(node: Node, left: Result, right: Result) -> bool | None:
    """Compare two values; a range decides only where both its ends say the same."""
    if left is None or right is None:
        return None
    if isinstance(left, Range) or isinstance(right, Range):
        lows, highs = _ends(left), _ends(right)
        outcomes = {_compare(node, a, b) for a in lows for b in highs}
        if isinstance(node, Equal | NotEqual) and _overlap(lows, highs):
            return None
        return outcomes.pop() if len(outcomes) == 1 else None
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return _ordered(node, (left > right) - (left < right))
    if isinstance(left, date) and isinstance(right, date):
        return _ordered(node, (left > right) - (left < right))
    return _ordered(node, 0 if left == right else 1)


def _ordered(node: Node, sign: int) -> bool:
    match node:
        case Equal():
            return sign == 0
        case NotEqual():
            return sign != 0
        case Less():
            return sign < 0
        case LessEqual():
            return sign <= 0
        case Greater():
            return sign > 0
        case GreaterEqual():
            return sign >= 0
        case _:
            raise TypeError(f"{type(node).__name__} is not a comparison")


def _ends(value: Result) -> tuple[Fraction, ...]:
    if isinstance(value, Range):
        return Fraction(value.low), Fraction(value.high)
    if isinstance(value, Fraction):
        return (value,)
    raise TypeError("only numbers can be compared with a count")


def _overlap(a: tuple[Fraction, ...], b: tuple[Fraction, ...]) -> bool:
    return max(min(a), min(b)) <= min(max(a), max(b))


# -- rosters


def _tell_rows(node: Node, scope: _Scope) -> _Told:
    match node:
        case CountRows(roster, where):
            return _tell_count(node, roster, where, scope)
        case AnyRow(roster, where):
            return _tell_quantified(node, roster, where, scope, logic.any_of, True)
        case AllRows(roster, condition):
            return _tell_quantified(node, roster, condition, scope, logic.all_of, False)
        case SumRows() | MinRows() | MaxRows():
            return _tell_rows_number(node, scope)
        case _:
            raise TypeError(f"{type(node).__name__} is not about a roster")


def _row_scopes(roster: str, scope: _Scope) -> list[_Scope] | None:
    rows = scope.answers.rosters.get(roster)
    if rows is None:
        return None
    return [_Scope(scope.answers, row, number) for number, row in enumerate(rows, start=1)]


def _not_asked(op: str, node: Node, roster: str) -> _Told:
    seen = AnswerSeen(roster, None, Missing.NOT_ASKED)
    return _Told(None, Because(op, node.text(), "unknown", (seen,)))


def _tell_count(node: Node, roster: str, where: Node | None, scope: _Scope) -> _Told:
    scopes = _row_scopes(roster, scope)
    if scopes is None:
        return _not_asked("count", node, roster)
    if where is None:
        return _Told(Fraction(len(scopes)), Because("count", node.text(), str(len(scopes))))
    rows = [_tell(where, row) for row in scopes]
    sure = sum(row.value is True for row in rows)
    unsure = sum(row.value is None for row in rows)
    value: Result = Range(sure, sure + unsure) if unsure else Fraction(sure)
    why = tuple(row for row in rows if row.value is not False) or tuple(rows)
    return _told("count", node, value, why)


def _tell_quantified(
    node: Node,
    roster: str,
    where: Node,
    scope: _Scope,
    join: Callable[[list[logic.Truth]], logic.Truth],
    decider: bool,
) -> _Told:
    op = "any" if decider else "all"
    scopes = _row_scopes(roster, scope)
    if scopes is None:
        return _not_asked(op, node, roster)
    told = _tell_joined(node, [_tell(where, row) for row in scopes], join, decider)
    return _Told(told.value, Because(op, node.text(), told.because.value, (), told.because.parts))


def _tell_rows_number(node: SumRows | MinRows | MaxRows, scope: _Scope) -> _Told:
    scopes = _row_scopes(node.roster, scope)
    if scopes is None:
        return _not_asked(node.word, node, node.roster)
    unsure, parts, numbers = False, [], []
    for row in scopes:
        chosen = True if node.where is None else _truth(_tell(node.where, row).value)
        if chosen is False:
            continue
        told = _tell(node.value, row)
        number = _number(told.value)
        unsure = unsure or chosen is None or number is None
        parts.append(told)
        numbers.append(number)
    value = None if unsure else _aggregate(node, [n for n in numbers if n is not None])
    return _told(node.word, node, value, tuple(parts))


def _aggregate(node: SumRows | MinRows | MaxRows, numbers: list[Fraction]) -> Fraction | None:
    if isinstance(node, SumRows):
        return sum(numbers, Fraction(0))
    if not numbers:
        return None
    return min(numbers) if isinstance(node, MinRows) else max(numbers)


# -- values


def _told(op: str, node: Node, value: Result, parts: tuple[_Told, ...]) -> _Told:
    """A result whose reason joins those of its parts; plain answers become its own answers."""
    reasons = [part.because for part in parts]
    answers = tuple(dict.fromkeys(a for r in reasons if r.op == "answer" for a in r.answers))
    deeper = tuple(r for r in reasons if r.op not in ("answer", "literal"))
    return _Told(value, Because(op, node.text(), _shown(value), answers, deeper))


def _plain(answer: object) -> Result:
    """An answer as a value of rules: missing becomes unknown, numbers become exact fractions."""
    match answer:
        case Missing():
            return None
        case bool() | date() | Selection():
            return answer
        case int() | Decimal():
            return Fraction(answer)
        case _:
            return str(answer)


def _is_selected(value: Result, code: str) -> bool | None:
    if not isinstance(value, Selection):
        return None
    if code in value.codes:
        return True
    return None if value.also is not None else False


def _how_many(value: Result) -> Fraction | None:
    if not isinstance(value, Selection) or value.also is not None:
        return None
    return Fraction(len(value.codes))


def _truth(value: Result) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise TypeError("a condition was expected")


def _settled(value: Result) -> Result:
    """A range is unknown wherever it is not compared."""
    if isinstance(value, Range):
        return Fraction(value.low) if value.low == value.high else None
    return value


def _number(value: Result) -> Fraction | None:
    settled = _settled(value)
    if settled is None or isinstance(settled, Fraction):
        return settled
    raise TypeError("a number was expected")


def _decimal(value: Fraction) -> Decimal:
    """Exact: only sums and products of decimals occur, so the denominator divides a power of 10."""
    if value.denominator == 1:
        return Decimal(value.numerator)
    places = 1
    while (value * 10**places).denominator != 1:
        places += 1
    return Decimal(int(value * 10**places)).scaleb(-places)


def _shown(value: Result) -> str:
    match value:
        case None:
            return "unknown"
        case bool():
            return "true" if value else "false"
        case Fraction():
            return format(_decimal(value), "f")
        case Range(low, high):
            return f"between {low} and {high}"
        case Selection(codes):
            return " ".join(sorted(codes))
        case date():
            return value.isoformat()
        case _:
            return value
