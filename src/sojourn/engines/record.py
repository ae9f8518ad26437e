"""The reference engine: one unit, plain Python, and the reason for everything.

Slow and obvious on purpose. Every other engine must agree with it exactly. What each node means is
in `telling`; here it becomes findings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sojourn.engines.telling import (
    Measured,
    Result,
    RowAt,
    Scope,
    as_decimal,
    class_of,
    number,
    settled,
    tell,
    truth,
)
from sojourn.framework.findings import (
    Because,
    FactorFinding,
    Findings,
    MeasureFinding,
    ResponseFinding,
    State,
)
from sojourn.framework.model import (
    Direction,
    Effect,
    Factor,
    Framework,
    Measure,
    Question,
    Response,
    Stage,
)
from sojourn.framework.nodes import Combine, Divide, Node
from sojourn.framework.values import Answers, Missing, Row


def assess(framework: Framework, answers: Answers, *, apart: Collection[str] = ()) -> Findings:
    """Everything the framework says about one unit's answers, with reasons.

    Factors named in `apart` are left out, as those are that do not apply at the unit's stage.
    """
    scope = Scope(answers, measures={measure.name: measure for measure in framework.measures})
    stage = _stage(framework, answers)
    measures: dict[str, MeasureFinding] = {}
    for row in framework.ordered:
        if isinstance(row, Factor):
            left_out = row.name in apart
            scope.factors[row.name] = _left_out(row) if left_out else _factor(row, scope, stage)
        elif row.of is None:
            measures[row.name] = _measure(row, scope)
    return Findings(
        framework_id=framework.id,
        version=framework.version,
        digest=framework.digest,
        factors=tuple(scope.factors[factor.name] for factor in framework.factors),
        responses=tuple(_response(response, scope) for response in framework.responses),
        measures=tuple(measures[m.name] for m in framework.measures if m.of is None),
        known_share=_known_share(scope.factors.values()),
    )


def evaluate(node: Node, answers: Answers) -> bool | Decimal | Fraction | date | str | None:
    """The value of one expression: None for unknown, exact numbers as decimals.

    A number whose digits never end is a fraction. Meant for tests and tools; `assess` is what
    applications call.
    """
    value = settled(tell(node, Scope(answers)).value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | Fraction):
        decimal = as_decimal(value)
        return Fraction(value) if decimal is None else decimal
    if isinstance(value, date | str):
        return value
    raise TypeError(f"{node.text()} gives no single value")


def broken_constraints(framework: Framework, answers: Answers) -> tuple[str, ...]:
    """The single questions whose answers break their own constraint."""
    scope = Scope(answers)
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
        rosters[name] = tuple(_row_without_broken(name, limited, row, answers) for row in rows)
    return Answers(values, rosters, answers.within)


def _row_without_broken(roster: str, limited: list[Question], row: Row, answers: Answers) -> Row:
    scope = Scope(answers).of_row(roster, RowAt(row, 0, 1))  # a constraint looks at its own row
    broken = [q.name for q in limited if q.constraint and _is_broken(q.constraint, scope)]
    return {**row, **dict.fromkeys(broken, Missing.UNUSABLE)}


def _is_broken(constraint: Node, scope: Scope) -> bool:
    return tell(constraint, scope).value is False


def _stage(framework: Framework, answers: Answers) -> Stage | None:
    if framework.stage_question is None:
        return None
    answer = answers.get(framework.stage_question)
    return Stage(answer) if isinstance(answer, str) and not isinstance(answer, Missing) else None


def _factor(factor: Factor, scope: Scope, stage: Stage | None) -> FactorFinding:
    if stage is not None and stage not in factor.stages:
        because = Because("stage", f"not asked at the stage {stage}", "not_applicable")
        return FactorFinding(factor.name, State.NOT_APPLICABLE, None, None, None, because)
    told = tell(factor.rule, scope)
    state, direction = _outcome(factor, told.value)
    if state is not State.PRESENT:
        return FactorFinding(factor.name, state, direction, None, None, told.because)
    urgent = truth(tell(factor.urgent, scope).value)
    weight = number(tell(factor.weight, scope).value)
    return FactorFinding(
        factor.name,
        state,
        direction,
        urgent,
        None if weight is None else as_decimal(weight),
        told.because,
    )


def _left_out(factor: Factor) -> FactorFinding:
    because = Because("stage", "left out", "not_applicable")
    return FactorFinding(factor.name, State.NOT_APPLICABLE, None, None, None, because)


def _outcome(factor: Factor, value: Result) -> tuple[State, Direction | None]:
    if value is None:
        return State.UNKNOWN, None
    if factor.effect is Effect.CONTEXT:
        direction = Direction(str(value))
        present = direction is not Direction.NONE
        return (State.PRESENT if present else State.ABSENT), direction
    return (State.PRESENT if value is True else State.ABSENT), None


def _response(response: Response, scope: Scope) -> ResponseFinding:
    told = tell(response.when, scope)
    return ResponseFinding(response.name, truth(told.value), told.because)


def _measure(measure: Measure, scope: Scope) -> MeasureFinding:
    told = tell(measure.node, scope)
    value = number(told.value)
    class_name = None if value is None else class_of(measure.classes, value)
    scope.measured[measure.name] = Measured(value, class_name)
    return MeasureFinding(
        measure.name,
        None if value is None else Fraction(value),
        class_name,
        _share(measure.node, scope),
        told.because,
        _bound(measure.low, scope),
        _bound(measure.high, scope),
    )


def _share(node: Node, scope: Scope) -> float | None:
    combined = node.left if isinstance(node, Divide) else node
    return scope.shares.get(id(combined)) if isinstance(combined, Combine) else None


def _bound(node: Node | None, scope: Scope) -> Fraction | None:
    value = None if node is None else number(tell(node, scope).value)
    return None if value is None else Fraction(value)


def _known_share(findings: Iterable[FactorFinding]) -> float | None:
    applicable = [f for f in findings if f.state is not State.NOT_APPLICABLE]
    known = [f for f in applicable if f.state is not State.UNKNOWN]
    return len(known) / len(applicable) if applicable else None
