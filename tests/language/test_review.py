"""What is allowed but probably not meant is told with its place; what is right is left in peace."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sojourn import catalogue
from sojourn.engines import record
from sojourn.framework import State
from sojourn.framework.model import Framework
from sojourn.language import load_tables
from sojourn.language.build import build
from sojourn.language.possible import Possible
from sojourn.language.problems import Problem
from sojourn.language.review import review
from tests.generative.frameworks import frameworks, tables_of
from tests.generative.test_engines import answers_of, tables

BASE = """
settings: {form_id: small, version: '1', default_language: English (en)}
framework: [{key: stage_question, value: stage}]
survey:
- {type: select_one stage, name: stage, label: Stage}
- {type: integer, name: days, label: Days, constraint: '. >= 0 and . <= 7'}
- {type: integer, name: age, label: Age}
- {type: select_one yn, name: safe, label: Safe}
- {type: select_multiple who, name: with, label: With}
- {type: begin_group, name: arrived, label: Here, relevant: "${stage} = 'destination'"}
- {type: select_one yn, name: rent, label: Rent}
- {type: end_group}
- {type: begin_repeat, name: member, label: Member}
- {type: integer, name: member_age, label: Age, constraint: '. >= 0'}
- {type: end_repeat}
choices:
- {list_name: stage, name: origin, label: Origin}
- {list_name: stage, name: destination, label: Destination}
- {list_name: yn, name: yes, label: Yes}
- {list_name: yn, name: no, label: No}
- {list_name: who, name: parent, label: Parent}
- {list_name: who, name: friend, label: Friend}
"""
FACTOR = (
    "{{name: {name}, label: L, level: individual, effect: {effect}, nature: situational, {more}}}"
)


def factor(rule: str, name: str = "f", effect: str = "risk", more: str = "") -> str:
    rest = f'rule: "{rule}"' + (f", {more}" if more else "")
    return "- " + FACTOR.format(name=name, effect=effect, more=rest) + "\n"


def told(tmp_path: Path, text: str) -> list[Problem]:
    path = tmp_path / "small.yaml"
    path.write_text(BASE + text, encoding="utf-8")
    read = load_tables(path)
    return list(review(build(read)[0], read))


def warnings(tmp_path: Path, text: str) -> str:
    return "\n".join(str(problem) for problem in told(tmp_path, text) if not problem.info)


@pytest.mark.parametrize(
    "rule",
    [
        "${days} > 7",
        "${age} < 5 and ${age} > 5",
        "${age} > 4 and ${age} < 5",
        "${safe} = 'yes' and ${safe} = 'no'",
        "selected(${with}, 'parent') and not(selected(${with}, 'parent'))",
        "any(${member}[${member_age} < 0])",
        "count(${member}[${member_age} < 0]) > 0",
        "${days} * 2 > 14",
        "if(${safe} = 'yes', 1, 2) = 3",
    ],
)
def test_a_rule_that_can_never_be_true_is_told(tmp_path: Path, rule: str) -> None:
    said = warnings(tmp_path, "factors:\n" + factor(rule))
    assert "sheet factors, row" in said
    assert "column rule" in said
    assert "can never be true" in said


@pytest.mark.parametrize(
    "rule",
    [
        "${days} >= 0",
        "${safe} = 'yes' or ${safe} = 'no'",
        "not(${age} > 4 and ${age} < 5)",
        "count(${member}) >= 0",
    ],
)
def test_a_rule_that_everybody_meets_is_told(tmp_path: Path, rule: str) -> None:
    assert "is true whatever is answered" in warnings(tmp_path, "factors:\n" + factor(rule))


@pytest.mark.parametrize(
    "rule",
    [
        "${days} = 7",
        "${age} > 4 and ${age} < 6",
        "${age} - ${days} > 3 and ${age} - ${days} < 5",
        "${safe} = 'yes' and selected(${with}, 'friend')",
        "sum(${member_age}) > 100",
        "coalesce(${days}, ${age}) > 8",
    ],
)
def test_a_rule_that_tells_people_apart_is_left_in_peace(tmp_path: Path, rule: str) -> None:
    assert not warnings(tmp_path, "factors:\n" + factor(rule))


def test_what_other_factors_rule_out_is_seen_through_them(tmp_path: Path) -> None:
    rows = factor("${age} < 18", "minor") + factor("${age} >= 18", "adult")
    said = warnings(tmp_path, f"factors:\n{rows}" + factor("${minor} and ${adult}", "both"))
    assert "`${minor} and ${adult}` can never be true" in said


def test_urgency_that_never_comes_with_its_factor_is_told(tmp_path: Path) -> None:
    more = 'urgent: "${age} > 20"'
    assert "column urgent" in warnings(tmp_path, "factors:\n" + factor("${age} < 18", more=more))


def test_a_factor_that_is_never_asked_at_its_stages_is_told(tmp_path: Path) -> None:
    rule = "${rent} = 'no'"
    said = warnings(tmp_path, "factors:\n" + factor(rule, more="stages: origin"))
    assert "column stages: at origin the form asks none of `rent`" in said
    assert not warnings(tmp_path, "factors:\n" + factor(rule, more="stages: origin destination"))


RESPONSE = '- {{name: r, label: R, horizon: immediate, when: "{when}"}}\n'


def test_a_response_that_no_factor_can_call_for_is_told(tmp_path: Path) -> None:
    rows = "factors:\n" + factor("${days} > 7") + "responses:\n"
    said = warnings(tmp_path, rows + RESPONSE.format(when="not(${f})"))
    assert "looks only at what can never be present: `f`" in said
    notes = told(tmp_path, rows + RESPONSE.format(when="${safe} = 'no'"))
    assert any(
        "no factor calls for these, only answers" in note.message for note in notes if note.info
    )


def test_a_class_that_no_value_reaches_is_told(tmp_path: Path) -> None:
    row = "{name: m, label: M, kind: weighted_sum, components: days, classes: low <= 7 | high}"
    assert "no value lies in the class `high`: `m` lies between 0 and 7" in warnings(
        tmp_path, f"measures:\n- {row}\n"
    )


def test_a_scale_that_several_measures_share_is_only_noted(tmp_path: Path) -> None:
    rows = [
        f"- {{name: {name}, label: M, kind: weighted_sum, components: {component}, "
        "classes: low <= 7 | high}\n"
        for name, component in (("days_score", "days"), ("age_score", "age"))
    ]
    problems = told(tmp_path, "measures:\n" + "".join(rows))
    assert [p.info for p in problems if "class `high`" in p.message] == [True]


TABLE = "measures:\n- {name: t, label: T, kind: table, components: safe rent}\ndecisions:\n"


def test_combinations_without_a_row_and_rows_twice_are_told(tmp_path: Path) -> None:
    rows = ["yes *", "no yes", "no yes", "yes no"]
    cells = [f"- {{measure: t, when: '{when}', value: 1}}\n" for when in rows]
    said = warnings(tmp_path, TABLE + "".join(cells))
    assert "is for 1 of 4 combinations: ${safe} no, ${rent} no" in said
    assert "`no yes` stands already in row 27" in said
    assert "row 29, column when: no answers lead to this row" in said


def test_a_decision_row_behind_the_others_is_told(tmp_path: Path) -> None:
    rows = ["${age} < 18", "${age} < 5", "otherwise"]
    cells = [f'- {{measure: d, when: "{when}", value: {at}}}\n' for at, when in enumerate(rows)]
    text = "measures:\n- {name: d, label: D, kind: decision}\ndecisions:\n" + "".join(cells)
    (said,) = warnings(tmp_path, text).splitlines()
    assert "row 27, column when: no answers lead to this row" in said


def test_every_missing_translation_is_told(tmp_path: Path) -> None:
    text = "factors:\n" + factor("${age} < 18").replace("label: L", "label: L, 'label::fr (fr)': L")
    said = warnings(tmp_path, text)
    assert "sheet choices, row 17, column label::fr (fr): the translation of “Origin”" in said
    assert "sheet factors" not in said


def test_questions_that_no_rule_reads_are_a_note(tmp_path: Path) -> None:
    notes = [note.message for note in told(tmp_path, "factors:\n" + factor("${age} < 18"))]
    assert "no rule reads 5 questions: days (row 6), safe (row 8), with (row 9)" in notes[-1]


@pytest.mark.parametrize("name", catalogue.ids())
def test_nothing_of_what_we_ship_is_warned_about(name: str) -> None:
    read = load_tables(catalogue.path(name))
    assert [str(p) for p in review(build(read)[0], read) if not p.info] == []


@settings(max_examples=60)
@given(framework=frameworks(), data=st.data())
def test_what_is_called_impossible_never_happens(framework: Framework, data: st.DataObject) -> None:
    review(framework, tables_of(dict(framework.sheets)))
    possible = Possible(framework)
    given_tables = data.draw(tables(framework))
    for unit in range(given_tables.units):
        usable = record.without_broken(framework, answers_of(framework, given_tables, unit))
        findings = record.assess(framework, usable)
        for one in framework.factors:
            present = findings.factor(one.name).state is State.PRESENT
            assert possible.can_apply(one) or not present
        for measure in findings.measures:
            there = possible.classes(framework.measure(measure.name))
            assert measure.class_name is None or measure.class_name in there


def test_long_chains_and_doubled_paths_do_not_hang_a_review(tmp_path: Path) -> None:
    rows = factor("${age} > 1", "f0")
    for at in range(1, 40):
        before = f"${{f{at - 1}}}"
        rows += factor(f"{before} or (${{age}} > {at} and {before})", f"f{at}")
    assert warnings(tmp_path, f"factors:\n{rows}" + factor("${f39} and ${days} > 7", "last"))
