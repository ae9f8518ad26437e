"""A phone and the reference engine find the same, for random frameworks and random answers."""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from typing import get_args
from xml.sax.saxutils import escape

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sojourn.engines import record
from sojourn.framework import Factor, Framework, Horizon, Question, Response, nodes
from sojourn.framework.model import DIRECTION_TYPE, Effect
from sojourn.framework.nodes import (
    And,
    BooleanLiteral,
    CodeLiteral,
    Equal,
    FactorRef,
    Greater,
    Node,
    NumberLiteral,
    Or,
    RuleError,
    walk,
)
from sojourn.framework.types import BOOLEAN, Code, Codes, Date, Number
from sojourn.language.expressions import parse
from sojourn.standards import on_device, submissions, xforms
from sojourn.standards.xpath import Compiler, Helpers
from sojourn.standards.xpath_numbers import GapError, Numeric
from tests.generative.frameworks import frameworks
from tests.on_device.conftest import Filled, Inner, Phone, Texts, row_within
from tests.spec import form
from tests.spec.harness import framework_of, manual, scope
from tests.spec.toc import CHAPTERS

EXAMPLES = 400 if os.environ.get("SOJOURN_DEEP") else 25

Rows = Inner

_WHOLE = st.integers(-3, 12).map(str) | st.sampled_from(["999999999", "-999999999", "30", "-1"])
_DECIMAL = st.sampled_from(
    ["0.1", "0.2", "0.3", "-0.1", "0.000001", "2.5", "-2.5", "-1", "5", "-0.5", "7.0", "0.55"]
) | st.decimals(-20, 20, places=3).map(str)
_DAY = st.sampled_from(
    ["2024-02-28", "2024-02-29", "2024-03-01", "2023-12-31", "1900-01-01", "1900-03-01"]
) | st.dates().filter(lambda day: day.year >= 1583).map(str)


def answer(question: Question) -> st.SearchStrategy[str]:
    """An answer such as a phone lets somebody give, or none."""
    match question.type:
        case Code() | Codes():
            known = [*question.type.codes, *question.missing_codes]
            if isinstance(question.type, Code):
                return st.sampled_from(["", *known])
            chosen = st.lists(st.sampled_from(known), unique=True, max_size=3)
            return chosen.map(" ".join)
        case Number():
            whole = question.kind != "decimal"
            return st.one_of(_WHOLE if whole else _DECIMAL, st.just(""))
        case Date():
            return st.one_of(_DAY, st.just(""))
        case _:
            return st.sampled_from(["", "words"])


@st.composite
def interviews(draw: st.DrawFn, framework: Framework) -> tuple[Texts, Rows]:
    """The answers of one unit, and of the rows of its repeats."""
    rows: dict[tuple[str, str], list[Texts]] = {}
    for name, outer in framework.parents.items():
        for around in _rows_of(rows, outer):
            many = draw(st.integers(0, 2 if outer else 3))
            rows[name, around] = [_answers(draw, framework, name) for _ in range(many)]
    return _answers(draw, framework, None), rows


def _rows_of(rows: Rows, roster: str) -> list[str]:
    """Every row of a repeat; 0 for the unit."""
    if not roster:
        return ["0"]
    return [
        row_within(around, number)
        for (name, around), given in rows.items()
        if name == roster
        for number in range(1, len(given) + 1)
    ]


def _answers(draw: st.DrawFn, framework: Framework, roster: str | None) -> Texts:
    asked = [q for q in framework.questions if q.roster == roster and q.kind != "today"]
    return {question.name: draw(answer(question)) for question in asked}


def told_all(framework: Framework) -> Framework:
    """The same framework, with every factor urgent and a response that tells each outcome.

    Each response also looks at one more factor that any form client can compute, because only
    responses that depend on an urgent factor are there on a phone.
    """
    plain = replace(framework.factors[0], name=_PLAIN, effect=Effect.RISK, rule=_yes(framework))
    factors = (plain, *(framework.factors))
    factors = tuple(replace(factor, urgent=BooleanLiteral(True)) for factor in factors)
    whens = {response.name: response.when for response in framework.responses}
    for measure in framework.measures:
        if measure.of is None:
            for at, cut in enumerate(("-1", "0", "1.5")):
                when = _above(measure.ref, cut)
                if when is not None:
                    whens[f"about_{measure.name}_{at}"] = when
            for item in measure.classes:
                same = Equal(measure.class_ref, CodeLiteral(item.name, (item.name,)))
                whens[f"about_{measure.name}_{item.name}"] = same
    whens |= {f"about_{f.name}": _present(framework, f.name) for f in framework.factors}
    like = _response(framework)
    too = FactorRef(_PLAIN, BOOLEAN)
    responses = tuple(
        replace(like, name=name, when=Or((And((too, when)), when))) for name, when in whens.items()
    )
    sheet = tuple({"name": name, "label": "Do something"} for name in whens)
    return replace(
        framework,
        factors=factors,
        responses=responses,
        order=(_PLAIN, *framework.order),
        sheets={**framework.sheets, "responses": sheet},
    )


_PLAIN = "plain"


def _yes(framework: Framework) -> Node:
    return Equal(framework.question("yes").ref, CodeLiteral("yes", ("yes", "no")))


def _above(measure: Node, cut: str) -> Node | None:
    try:
        return Greater(measure, NumberLiteral(Decimal(cut)))
    except RuleError:  # wider than engines compare exactly
        return None


def _present(framework: Framework, name: str) -> Node:
    if framework.factor(name).effect is not Effect.CONTEXT:
        return FactorRef(name, BOOLEAN)
    ref = FactorRef(name, DIRECTION_TYPE)
    return Or(tuple(Equal(ref, CodeLiteral(c, DIRECTION_TYPE.codes)) for c in ("raises", "both")))


def _response(framework: Framework) -> Response:
    factor = framework.factors[0]
    return Response(
        *("", factor.label, factor.rule, Horizon.IMMEDIATE, "", "", "", ""),
        *(factor.data_class, factor.basis),
    )


def submission(framework: Framework, answers: Texts, rows: Rows) -> bytes:
    """What a client sends of these answers."""
    body = _elements(answers) + _rows_in("0", rows)
    meta = "<meta><instanceID>uuid:1</instanceID></meta>"
    return f'<data id="{framework.id}">{body}{meta}</data>'.encode()


def _rows_in(around: str, rows: Rows) -> str:
    return "".join(
        f"<{name}>{_elements(row)}{_rows_in(row_within(around, at), rows)}</{name}>"
        for (name, outer), given in rows.items()
        if outer == around
        for at, row in enumerate(given, start=1)
    )


def _elements(row: Texts) -> str:
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in row.items())


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_phone_finds_what_the_record_engine_finds(phone: Phone, data: st.DataObject) -> None:
    framework = told_all(data.draw(frameworks()))
    xform = xforms.converted(framework)
    for _ in range(3):
        answers, rows = data.draw(interviews(framework))
        filled = phone.fill(xform, answers, inner=rows)
        answers = {**answers, **_todays(framework, None, filled, "0")}
        given_rows = {
            (roster, around): [
                {**row, **_todays(framework, roster, filled, row_within(around, at))}
                for at, row in enumerate(rows_given, start=1)
            ]
            for (roster, around), rows_given in rows.items()
        }
        read = submissions.read(framework, submission(framework, answers, given_rows))
        findings = record.assess(framework, record.without_broken(framework, read.answers))
        computed = {
            name.removeprefix(on_device.PREFIX): text
            for (name, row), text in filled.texts.items()
            if row == 0 and name.startswith(on_device.PREFIX)
        }
        assert on_device.differences(computed, findings) == ()


def _todays(framework: Framework, roster: str | None, filled: Filled, row: str) -> Texts:
    """The day on which the form was filled in, which is not for anybody to answer."""
    return {
        q.name: filled.texts.get((q.name, row if "." in row else int(row)), "")
        for q in framework.questions
        if q.roster == roster and q.kind == "today"
    }


def test_a_phone_can_compute_every_kind_of_node() -> None:
    seen = set().union(*(_kinds(manual(), parse(rule, scope())) for rule in _WHOLE_NUMBERS))
    for spec in (spec for chapter in CHAPTERS for spec in chapter.specs):
        if spec.rule:
            seen |= _kinds(manual(), parse(spec.rule, scope()))
        else:
            framework = framework_of(form.sheets(dict(spec.sheets)))
            for row in framework.ordered:
                inside = None if isinstance(row, Factor) else row.of
                node = row.rule if isinstance(row, Factor) else row.node
                seen |= _kinds(framework, node, inside)
    assert set(get_args(nodes.Node)) - seen == {BooleanLiteral}


_WHOLE_NUMBERS = ("sum(${member_age})", "min(${member_age})", "max(${member_age})")
"""The manual shows these with digits after the point, which need a constraint on a phone."""


def _kinds(framework: Framework, node: Node, inside: str | None = None) -> set[type]:
    """The kinds of nodes in an expression that a form client can compute."""
    paths = on_device.paths_of(framework, framework.sheets["survey"])
    one = Numeric("1", None, Number(0, Decimal(1)))
    measured = {measure.name: one for measure in framework.measures}
    compiler = Compiler(framework, paths, on_device.PREFIX, measured, Helpers(), here=inside)
    try:
        match node.type:
            case Number():
                compiler.number(node)
            case Code() | Date():
                compiler.text(node)
            case _:
                compiler.truth(node)
    except GapError:
        return set()
    return {type(part) for part in walk(node)}
