"""Submissions read into answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from sojourn.framework import Framework, Missing
from sojourn.language import load_framework
from sojourn.standards import submissions, xforms
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
