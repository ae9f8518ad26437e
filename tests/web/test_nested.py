"""Repeats within repeats on pages: tried out, answered row by row, and told with their rows."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import translation

from sojourn.engines import record
from sojourn.framework import Answers, DataClass, Framework, Within
from sojourn.language import load_framework
from sojourn.web.cases import answers as stored
from sojourn.web.cases import rules
from sojourn.web.cases.situation import View
from sojourn.web.frameworks import filling, trying
from sojourn.web.frameworks.filling import Given
from sojourn.web.frameworks.views import _given

FORM = """
settings: {form_id: road, version: '1', default_language: English (en)}
survey:
- {type: select_one yn, name: safe, label: Is this place safe?}
- {type: begin_repeat, name: member, label: Member}
- {type: integer, name: age, label: Age, constraint: '. >= 0 and . <= 120'}
- {type: begin_repeat, name: leg, label: Leg, relevant: '${age} > 4'}
- {type: integer, name: days, label: Days, constraint: '. >= 0 and . <= 900'}
- {type: select_one yn, name: harm, label: Harm, relevant: "${safe} = 'no' and ${age} < 18"}
- {type: end_repeat, name: leg}
- {type: end_repeat, name: member}
choices:
- {list_name: yn, name: yes, label: Yes}
- {list_name: yn, name: no, label: No}
factors:
- {name: harmed, label: A child was harmed, level: household, effect: risk, nature: situational,
   rule: "any(${member}[${age} < 18 and any(${leg}[${harm} = 'yes'])])"}
- {name: many, label: Many legs, level: household, effect: risk, nature: situational,
   rule: "count(${leg}[${days} > 1]) > 2"}
examples:
- {example: two, kind: answer, name: safe, value: 'no'}
- {example: two, kind: answer, name: age, value: '40', repeat: member, index: '1'}
- {example: two, kind: answer, name: age, value: '9', repeat: member, index: '2'}
- {example: two, kind: answer, name: days, value: '12', repeat: leg, index: '2 1'}
- {example: two, kind: answer, name: harm, value: 'yes', repeat: leg, index: '2 2'}
- {example: two, kind: factor, name: harmed, value: present}
"""
SENT = {
    "q-safe": "no",
    "rows:member": "2",
    "q-member:0:age": "40",
    "q-member:1:age": "9",
    "rows:member:0:leg": "0",
    "rows:member:1:leg": "2",
    "q-member:1:leg:0:days": "12",
    "q-member:1:leg:1:days": "3",
    "q-member:1:leg:1:harm": "yes",
}


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Framework:
    path = tmp_path_factory.mktemp("form") / "road.yaml"
    path.write_text(FORM)
    return load_framework(path)


def _sent(road: Framework, **more: str) -> Given:
    query = QueryDict(mutable=True)
    query.update({**SENT, **more})
    return _given(road, query)


def test_rows_within_rows_are_answered_where_they_stand(road: Framework) -> None:
    found = trying.attempt(road, _sent(road))
    assert [item.name for item in found.outcome.risks] == ["harmed"]
    # Of the first member nobody asked for legs, so that there may be more than two.
    assert [item.name for item in found.outcome.unknown] == ["many"]
    (members,) = found.repeats
    assert [[inner.path for inner in row.repeats] for row in members.rows] == [
        ["member:0:leg"],
        ["member:1:leg"],
    ]
    legs = members.rows[1].repeats[0]
    assert [field.value for row in legs.rows for field in row.fields] == ["12", "", "3", "yes"]


def test_a_row_within_a_row_is_added_and_removed(road: Framework) -> None:
    added = trying.attempt(road, _sent(road, add="member:0:leg"))
    assert [len(row.repeats[0].rows) for row in added.repeats[0].rows] == [1, 2]
    removed = trying.attempt(road, _sent(road, remove="member:1:leg:1"))
    (leg,) = removed.repeats[0].rows[1].repeats[0].rows
    assert [field.value for field in leg.fields] == ["3", "yes"]
    gone = trying.attempt(road, _sent(road, remove="member:1"))
    assert [[f.value for f in row.fields] for row in gone.repeats[0].rows] == [["9"]]


def test_what_a_form_asks_of_a_row_depends_on_the_rows_around_it(road: Framework) -> None:
    asked = trying.attempt(road, _sent(road)).asked
    assert "member:1:leg:0:harm" in asked
    of_adults = trying.attempt(road, _sent(road, **{"q-member:1:age": "30"})).asked
    assert "member:1:leg:0:harm" not in of_adults
    assert "member:1:leg:" in of_adults
    of_infants = trying.attempt(road, _sent(road, **{"q-member:1:age": "2"}))
    assert "member:1:leg:" not in of_infants.asked
    assert [len(r.repeats[0].rows) for r in of_infants.repeats[0].rows] == [0, 2]  # out of sight


def test_a_wrong_answer_is_named_in_its_own_row(road: Framework) -> None:
    found = trying.attempt(road, _sent(road, **{"q-member:1:leg:0:days": "-3"}))
    fields = [f for row in found.repeats[0].rows[1].repeats[0].rows for f in row.fields]
    assert [(field.key, bool(field.error)) for field in fields if field.name == "days"] == [
        ("member:1:leg:0:days", True),
        ("member:1:leg:1:days", False),
    ]


def test_an_example_fills_the_rows_within_rows(road: Framework) -> None:
    (example,) = road.examples
    found = trying.attempt(road, filling.given_by(example), example)
    assert [item.name for item in found.outcome.risks] == ["harmed"]
    assert [len(row.repeats[0].rows) for row in found.repeats[0].rows] == [0, 2]


def test_each_row_has_its_own_buttons(road: Framework) -> None:
    found = trying.attempt(road, _sent(road))
    context = {"repeat": found.repeats[0], "framework": road}
    html = render_to_string("frameworks/try_repeat.html", context)
    for name in ('id="repeat-member-1-leg"', 'value="member:1:leg:2"', 'name="rows:member:0:leg"'):
        assert html.count(name) == 1
    assert html.count('name="add"') == 3
    assert (html.count("<h2"), html.count("<h3")) == (1, 2)


# -- what is told


def _answers() -> Answers:
    members = ({"age": 40}, {"age": 9})
    legs = ({"harm": "no"}, {"harm": "yes"})
    return Answers({}, {"member": members, "leg": legs}, {"leg": Within("member", (1, 1))})


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("en", ["Member, row 2", "Member, row 2 › Leg, row 2"]),
        ("fr", ["Member, ligne 2", "Member, ligne 2 › Leg, ligne 2"]),
    ],
)
def test_a_reason_says_in_which_row_an_answer_stands(
    road: Framework, code: str, rows: list[str]
) -> None:
    findings = record.assess(road, _answers())
    with translation.override(code):
        view = View(road, findings, frozenset(DataClass))
        reason = view.reason(findings.factor("harmed").because)
        leaves = [reason]
        for node in leaves:
            leaves += node.parts
        assert [seen.row for node in leaves for seen in node.answers] == rows


def test_a_count_that_is_open_upwards_is_said_in_words(road: Framework) -> None:
    within = {"leg": Within("member", (1, 1), frozenset({0}))}
    legs = ({"days": 5}, {"days": 7})
    answers = Answers({}, {"member": ({}, {}), "leg": legs}, within)
    because = record.assess(road, answers).factor("many").because
    assert [part.value for part in because.parts] == ["at least 2"]
    with translation.override("fr"):
        view = View(road, record.assess(road, answers), frozenset(DataClass))
        counted = view.reason(because.parts[0])
        assert counted.value_label == "au moins 2"
        assert ("Leg", "Member, ligne 1") in [(seen.question, seen.row) for seen in counted.answers]


def test_stored_answers_read_back_with_the_rows_they_belong_to(road: Framework) -> None:
    within = {"leg": Within("member", (1, 1), frozenset({0}))}
    legs = ({"harm": "no"}, {"harm": "yes"})
    answers = Answers({"safe": "no"}, {"member": ({"age": 4}, {"age": 9}), "leg": legs}, within)
    assert stored.coded(stored.split(road, answers).coded) == answers


def test_a_clearance_leaves_rows_where_they_belong(road: Framework) -> None:
    cleared, _ = rules.without_apart(road, _answers(), frozenset(DataClass))
    assert cleared == _answers()
