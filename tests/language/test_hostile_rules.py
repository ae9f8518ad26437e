"""Whatever stands in a rule, there is a rule or a message within the blink of an eye."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sojourn.framework import RuleError
from sojourn.framework.nodes import AnswerRef, Node
from sojourn.framework.silence import on_silence
from sojourn.framework.types import BOOLEAN, DECIMAL_ANSWER, INTEGER_ANSWER, Code, Codes, Date
from sojourn.language.expressions import Scope, parse
from tests.language import hostile

CODES = ("yes", "no", "1", "a.b")
QUESTIONS = {
    "age": AnswerRef("age", INTEGER_ANSWER, None),
    "income": AnswerRef("income", DECIMAL_ANSWER, None),
    "born": AnswerRef("born", Date(), None),
    "safe": AnswerRef("safe", Code(CODES), None),
    "needs": AnswerRef("needs", Codes(CODES), None),
    "member_age": AnswerRef("member_age", INTEGER_ANSWER, "member"),
}
SCOPE = Scope(QUESTIONS, rosters={"member": ""}, today=QUESTIONS["born"])
LIMITS = settings(
    max_examples=3000 if hostile.DEEP else 200,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def rule_or_message(text: str) -> None:
    rule = parsed(text)
    if isinstance(rule, str):
        assert rule.strip()
    else:
        on_silence(rule)
        assert parse(rule.text(), SCOPE).type == rule.type


def parsed(text: str) -> Node | str:
    """The rule, or what is said of it."""
    try:
        return parse(text, SCOPE)
    except RuleError as refused:
        return str(refused)


# -- random rules, right and wrong

_REFS = st.sampled_from([*QUESTIONS, "member", "nobody", "", " age ", "__class__", "a.b"]).map(
    lambda name: f"${{{name}}}"
)
_NUMBERS = st.sampled_from(
    ["0", "1", ".5", "12.50", "999999999999", "9" * 30, "0." + "9" * 40, "1e5", "08"]
)
_TEXTS = st.sampled_from(["'yes'", '"no"', "''", "'dk'", "\u2018yes\u2019", "\u201cno\u201d"])
_SIGNS = st.sampled_from(
    [*("+", "-", "*", "div", "mod", "and", "or"), *("=", "!=", "<", "<=", ">", ">=", "&&", "==")]
)
_FUNCTIONS = st.sampled_from(
    [
        *("not", "selected", "count-selected", "if", "count", "sum", "min", "max", "any", "all"),
        *("date", "today", "age", "between", "abs", "int", "number", "round", "coalesce"),
        *("now", "pulldata", "regex", "eval", "__import__", "constructor"),
    ]
)


def _wider(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, _SIGNS, inner).map(" ".join),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"-{text}"),
        st.tuples(_REFS, inner).map(lambda pair: f"{pair[0]}[{pair[1]}]"),
        st.tuples(_FUNCTIONS, st.lists(inner, max_size=3)).map(
            lambda pair: f"{pair[0]}({', '.join(pair[1])})"
        ),
    )


RULES = st.recursive(_REFS | _NUMBERS | _TEXTS, _wider, max_leaves=12)
SPLINTERS = st.sampled_from(
    [
        *("(", ")", "[", "]", "${", "}", "'", '"', ",", ".", "<", "=", "\x00", "\n", "\t", ";"),
        *("\u00a0", "\u200f", "\u202e", "\u0663", "\u2212", "\ufeff", "\U0001f600", "\ud83d"),
        *("${age}", " and ", "min()", "..", "DROP TABLE", "{{x}}", "%s", "<script>"),
    ]
)


@LIMITS
@given(rule=RULES)
def test_any_rule_is_read_or_explained(rule: str) -> None:
    rule_or_message(rule)


@LIMITS
@given(rule=RULES, cuts=st.lists(st.tuples(st.floats(0, 1), SPLINTERS, st.integers(0, 3))))
def test_any_rule_with_splinters_is_read_or_explained(
    rule: str, cuts: list[tuple[float, str, int]]
) -> None:
    for where, splinter, lost in cuts:
        at = int(where * len(rule))
        rule = rule[:at] + splinter + rule[at + lost :]
    rule_or_message(rule)


@LIMITS
@given(rule=st.text(max_size=80) | st.lists(SPLINTERS, max_size=12).map("".join))
def test_any_text_is_read_or_explained(rule: str) -> None:
    rule_or_message(rule)


# -- what looks like something else


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("${age} < \u0661\u0668", "at character 10: write `\u0661` with the digits 0 to 9"),
        ("${age}\u200f < 5", "at character 7: an invisible character (U+200F) stands here"),
        ("${age} < 9 \u2013 1", "at character 12: write a minus as `-`"),
        ("${safe} = \u2018yes", "at character 11: this quotation mark has no partner"),
        ("min()", "write it as min("),
        ("max() > 1", "write it as max("),
        ("${__class__} > 1", "there is no question `__class__`"),
        ("${..} > 1", "there is no question `..`"),
        ("eval('1')", "there is no function eval() in rules"),
        ("__import__('os')", "at character 1"),
        ("${age} > 1; DROP TABLE x", "at character 11"),
        ("${age} < 0." + "9" * 40, "too large or too fine; use at most 12 digits"),
    ],
)
def test_what_looks_like_something_else_is_named(rule: str, message: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse(rule, SCOPE)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "rule",
    ["${age}\u00a0<\u00a05", "${safe} = \u201cyes\u201d", "\n${age}\r\n<\t5", "${ age } < 5"],
)
def test_marks_of_word_processors_do_not_matter(rule: str) -> None:
    assert parse(rule, SCOPE).type == BOOLEAN


# -- made to hurt

SHAPES: dict[str, Callable[[int], str]] = {
    "minus": lambda n: "-(" * n + "${age}" + ")" * n,
    "abs": lambda n: "abs(" * n + "${age}" + ")" * n,
    "round": lambda n: "round(" * n + "${age}" + ")" * n,
    "plus": lambda n: "(1 + " * n + "${age}" + ")" * n,
    "times": lambda n: "(1 * " * n + "${age}" + ")" * n,
    "divided": lambda n: "(" * n + "${age}" + " div 1)" * n,
    "divided by answers": lambda n: "(" * n + "${age}" + " div ${age})" * n,
    "remainder": lambda n: "(" * n + "${age}" + " mod 3)" * n,
    "smallest": lambda n: "min(1, " * n + "${age}" + ")" * n,
    "first known": lambda n: "coalesce(" * n + "${age}" + ", ${age})" * n,
    "if in if": lambda n: "if(${age} > 1, " * n + "1" + ", 2)" * n,
    "if as condition": lambda n: "if(" * n + "${age} > 1" + ", ${age} > 2, ${age} > 3)" * n,
    "between": lambda n: "between(if(" * n + "${age} > 1" + ", 1, 2), 1, 2)" * n,
    "not": lambda n: "not(" * n + "${age} > 1" + ")" * n,
    "brackets": lambda n: "(" * n + "${age}" + ")" * n,
    "rows": lambda n: "any(${member}[" + "not(" * n + "${member_age} > 1" + ")" * n + "])",
    "many and": lambda n: " and ".join(["${age} > 1"] * n),
    "many plus": lambda n: " + ".join(["${income}"] * n),
    "many smallest": lambda n: f"min({', '.join(['${income}'] * n)})",
    "many known": lambda n: f"coalesce({', '.join(['${income} div ${age}'] * n)})",
    "long number": lambda n: "9" * n * 100,
    "long name": lambda n: "${" + "a" * n * 100 + "}",
    "long text": lambda n: "${safe} = '" + "a" * n * 100 + "'",
    "open brackets": lambda n: "(" * n * 100,
    "open quotes": lambda n: "'\"" * n * 100,
}

_PARSE = """
import sys
from sojourn.framework import RuleError
from sojourn.framework.silence import on_silence
from sojourn.language.expressions import parse
from tests.language.test_hostile_rules import SCOPE, SHAPES
for name, shape in SHAPES.items():
    for n in (5, 12, 24, 45, 90, 400):
        print(name, n, flush=True)
        try:
            on_silence(parse(shape(n), SCOPE))
        except RuleError as refused:
            assert str(refused)
"""


def test_no_shape_of_a_rule_takes_long() -> None:
    """In a process of its own, so that a hang ends it. Without one it is over in two seconds."""
    paths = os.pathsep.join(path for path in sys.path if path)
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PARSE],
            capture_output=True,
            text=True,
            timeout=hostile.ENOUGH_SECONDS,
            env={**os.environ, "PYTHONPATH": paths},
        )
    except subprocess.TimeoutExpired as hung:
        last = (hung.stdout or b"").decode().splitlines()[-1:]
        pytest.fail(f"this rule takes too long: {last}")
    assert done.returncode == 0, done.stderr[-1000:]


@pytest.mark.parametrize("shape", ["between", "if as condition", "remainder"])
def test_parts_that_stand_too_deep_in_each_other_are_refused(shape: str) -> None:
    with pytest.raises(RuleError, match="too often within itself; make measures of it"):
        parse(SHAPES[shape](14), SCOPE)


@pytest.mark.parametrize("shape", ["many smallest", "many known", "if in if"])
def test_long_lists_and_long_ladders_are_no_problem(shape: str) -> None:
    assert parse(SHAPES[shape](12), SCOPE).text()
