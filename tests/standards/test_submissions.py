"""Submissions read into answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sojourn.engines import record
from sojourn.framework import Framework, Horizon, Missing, Response, Within
from sojourn.framework.nodes import BooleanLiteral, FactorRef, Or
from sojourn.framework.types import BOOLEAN
from sojourn.language import load_framework
from sojourn.standards import on_device, submissions, xforms
from sojourn.standards.submissions import Fault, SubmissionError, read


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_framework(Path(__file__).parents[1] / "web" / "framework.yaml")


def _xml(body: str, meta: str = "<meta><instanceID>uuid:1</instanceID></meta>") -> bytes:
    return f'<data id="small" version="1">{body}{meta}</data>'.encode()


def _read(framework: Framework, body: str) -> submissions.Submission:
    return read(framework, _xml(body))


def test_kinds_of_missing_are_kept_apart(framework: Framework) -> None:
    body = "<sleeps_safely>dk</sleeps_safely><has_friend>pnta</has_friend><is_ill/>"
    answers = _read(framework, body).answers
    assert answers.get("sleeps_safely") is Missing.DOES_NOT_KNOW
    assert answers.get("has_friend") is Missing.PREFERS_NOT_TO_SAY
    assert answers.get("is_ill") is Missing.NOT_ASKED
    assert answers.get("fears_return") is Missing.NOT_ASKED


def test_groups_do_not_matter(framework: Framework) -> None:
    answers = _read(framework, "<a><b><is_ill>yes</is_ill></b></a>").answers
    assert answers.get("is_ill") == "yes"


@pytest.mark.parametrize("prefix", ["", "orx:"])
def test_meta_is_found_with_and_without_a_namespace(framework: Framework, prefix: str) -> None:
    meta = (
        f'<{prefix}meta xmlns:orx="http://openrosa.org/xforms">'
        f"<{prefix}instanceID>uuid:9</{prefix}instanceID>"
        f"<{prefix}deprecatedID>uuid:8</{prefix}deprecatedID></{prefix}meta>"
    )
    found = read(framework, _xml("", meta))
    assert (found.instance_id, found.deprecated_id, found.version) == ("uuid:9", "uuid:8", "1")


def test_repeats_become_rows(framework: Framework) -> None:
    body = "<child><child_age>3</child_age></child><child><child_age/></child>"
    rows = _read(framework, body).answers.rosters["child"]
    assert [row["child_age"] for row in rows] == [3, Missing.NOT_ASKED]


@pytest.mark.parametrize("body", ["", "<child/>", "<children/>"])
def test_a_repeat_without_an_answer_was_not_asked(framework: Framework, body: str) -> None:
    assert "child" not in _read(framework, body).answers.rosters


def test_a_repeat_whose_count_is_nought_is_empty(framework: Framework) -> None:
    assert _read(framework, "<children>0</children>").answers.rosters == {"child": ()}


def test_nan_is_no_answer(framework: Framework) -> None:
    assert _read(framework, "<children>NaN</children>").answers.get("children") is Missing.NOT_ASKED


def test_comments_and_instructions_are_passed_over(framework: Framework) -> None:
    found = _read(framework, "<!-- x --><?y z?><is_ill>no</is_ill>")
    assert found.answers.get("is_ill") == "no"


def test_an_error_names_the_question_and_not_the_answer(framework: Framework) -> None:
    with pytest.raises(SubmissionError) as caught:
        _read(framework, "<is_ill>Secretname</is_ill>")
    assert caught.value.fault is Fault.NOT_AN_ANSWER
    assert "is_ill" in str(caught.value)
    assert "Secretname" not in str(caught.value)


def test_the_form_has_every_question_and_language(framework: Framework) -> None:
    xform = xforms.to_xform(framework)
    for question in framework.questions:
        assert f"/{question.name}" in xform
    assert 'lang="Français (fr)"' in xform
    assert "data_class" not in xform


# -- repeats within repeats

NESTED = """
settings: {form_id: small, version: '1'}
survey:
- {type: select_one yn, name: safe, label: Safe}
- {type: begin_repeat, name: member, label: Member}
- {type: integer, name: age, label: Age}
- {type: integer, name: legs, label: Legs}
- {type: begin_group, name: road, label: Road}
- {type: begin_repeat, name: leg, label: Leg, repeat_count: '${legs}'}
- {type: integer, name: days, label: Days}
- {type: begin_repeat, name: stop, label: Stop}
- {type: integer, name: nights, label: Nights}
- {type: end_repeat, name: stop}
- {type: end_repeat, name: leg}
- {type: end_group, name: road}
- {type: end_repeat, name: member}
choices:
- {list_name: yn, name: yes, label: Yes}
factors:
- {name: far, label: Far, level: household, effect: risk, nature: situational,
   rule: "any(${leg}[${days} > 9])"}
- {name: still, label: S, level: household, effect: risk, nature: situational,
   rule: "any(${member}[count(${leg}) = 0])"}
- {name: several, label: S, level: household, effect: risk, nature: situational,
   rule: "count(${leg}) >= 2"}
- {name: stops, label: S, level: household, effect: risk, nature: situational,
   rule: "any(${stop}[${nights} > 9])"}
"""


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Framework:
    path = tmp_path_factory.mktemp("form") / "road.yaml"
    path.write_text(NESTED)
    return load_framework(path)


def _leg(days: str, stops: str = "") -> str:
    return f"<leg><days>{days}</days>{stops}</leg>"


def _member(age: str, legs: str, road: str = "") -> str:
    return f"<member><age>{age}</age><legs>{legs}</legs><road>{road}</road></member>"


def test_rows_within_rows_know_where_they_belong(road: Framework) -> None:
    stops = "<stop><nights>2</nights></stop><stop><nights>1</nights></stop>"
    body = _member("30", "1", _leg("5")) + _member("4", "2", _leg("3") + _leg("", stops))
    answers = _read(road, body).answers
    assert [row["age"] for row in answers.rosters["member"]] == [30, 4]
    assert [row["days"] for row in answers.rosters["leg"]] == [5, 3, Missing.NOT_ASKED]
    assert answers.within["leg"] == Within("member", (0, 1, 1))
    # Of the first two legs nobody was asked where they stopped; the third is there for its stops.
    assert answers.within["stop"] == Within("leg", (2, 2), frozenset({0, 1}))


def _state(road: Framework, body: str) -> list[str]:
    findings = record.assess(road, _read(road, body).answers)
    return [findings.factor(name).state.value for name in ("far", "still", "several")]


@pytest.mark.parametrize(
    ("body", "states"),
    [
        ("", "unknown unknown unknown"),
        (_member("30", "", ""), "unknown unknown unknown"),
        (_member("30", "0", ""), "absent present absent"),
        (_member("30", "", "<leg/>"), "unknown unknown unknown"),
        (_member("30", "1", _leg("12")), "present absent absent"),
        # The legs of the second member were not asked: what the first one tells still decides.
        (_member("30", "2", _leg("12") + _leg("1")) + _member("4", ""), "present unknown present"),
        (_member("30", "1", _leg("1")) + _member("4", ""), "unknown unknown unknown"),
        (_member("30", "1", _leg("1")) + _member("4", "0"), "absent present absent"),
    ],
)
def test_silence_about_the_rows_of_one_member_is_no_answer(
    road: Framework, body: str, states: str
) -> None:
    assert _state(road, body) == states.split()


def test_a_row_that_was_not_asked_is_told_with_its_number(road: Framework) -> None:
    body = _member("30", "1", _leg("1")) + _member("4", "")
    because = record.assess(road, _read(road, body).answers).factor("far").because
    seen = [answer for answer in because.all_answers() if answer.missing]
    assert [(answer.question, answer.row) for answer in seen] == [("leg", 2)]


def test_a_row_outside_of_its_own_repeat_is_passed_over(road: Framework) -> None:
    answers = _read(road, _leg("5") + _member("30", "1", "<member><age>3</age></member>")).answers
    assert [row["age"] for row in answers.rosters["member"]] == [30]
    assert "leg" not in answers.rosters


def test_many_inner_rows_are_refused(road: Framework) -> None:
    body = "".join(_member("1", "3", _leg("1") * 3) for _ in range(200))
    with pytest.raises(SubmissionError) as caught:
        _read(road, body)
    assert (caught.value.fault, caught.value.question) == (Fault.TOO_MANY_ROWS, "leg")


def test_the_form_of_a_repeat_within_a_repeat_is_a_form(road: Framework) -> None:
    xform = xforms.converted(road)
    assert 'nodeset="/data/member/road/leg"' in xform
    assert "/data/member/legs" in xform


def test_what_a_phone_leaves_to_the_server_is_told(road: Framework) -> None:
    urgent = tuple(replace(f, urgent=BooleanLiteral(True)) for f in road.factors)
    when = Or((FactorRef("far", BOOLEAN), FactorRef("stops", BOOLEAN)))
    like = urgent[0]
    response = Response(
        *("help", like.label, when, Horizon.IMMEDIATE, "", "", "", ""),
        *(like.data_class, like.basis),
    )
    found = on_device.gaps(replace(road, factors=urgent, responses=(response,)))
    assert set(found) == {"stops", "help"}
    assert "past a row at rows within it" in found["stops"]
