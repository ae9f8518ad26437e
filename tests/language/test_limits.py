"""What can be answered is said in words, in every place where it is said."""

from __future__ import annotations

import pytest

from sojourn.framework.model import Question
from sojourn.language import AnswerError, allowed, read_value
from sojourn.language.build import build
from sojourn.language.limits import limits
from sojourn.language.sheets import SheetRow, Tables
from tests.spec import form


def asked(constraint: str, kind: str = "integer", **cells: str) -> Question:
    """A question with a constraint, beside the questions of the spec form."""
    sheets = form.sheets({})
    row = {"type": kind, "name": "asked", "label": "Asked", "constraint": constraint, **cells}
    sheets = {**sheets, "survey": (*sheets["survey"], row)}
    rows = {
        name: [SheetRow(name, at, cells) for at, cells in enumerate(sheet, start=2)]
        for name, sheet in sheets.items()
    }
    return build(Tables("limits.yaml", rows))[0].question("asked")


@pytest.mark.parametrize(
    ("constraint", "said"),
    [
        (". >= 0 and . <= 7", "from 0 to 7"),
        ("between(., 0, 7)", "from 0 to 7"),
        ("0 <= . and 7 >= .", "from 0 to 7"),
        (". >= 1", "at least 1"),
        (". < 8", "less than 8"),
        (". > 0 and . <= 600", "more than 0, and at most 600"),
        (". >= -5", "at least -5"),
        (". <= 50 or . = 999", "at most 50"),
        (". <= 50 or . = 998", ". <= 50 or . = 998"),
        (". >= 0 and . >= 2", ". >= 0 and . >= 2"),
        (". >= ${age}", ". >= ${age}"),
        ("regex(., '[0-9]')", "regex(., '[0-9]')"),
        ("", ""),
    ],
)
def test_plain_limits_are_said_and_others_are_shown(constraint: str, said: str) -> None:
    assert limits(asked(constraint, missing="999=does_not_know")) == said


def test_days_are_before_and_after() -> None:
    question = asked(". >= date('2024-01-01')", kind="date")
    assert limits(question) == "not before 2024-01-01"
    assert limits(question, "fr") == "pas avant 2024-01-01"


def test_where_words_end_the_author_speaks() -> None:
    message = {"constraint_message::English (en)": "Not more than ${age}."}
    question = asked(". <= ${age}", missing="-9=does_not_know", **message)
    assert limits(question) == "Not more than ${age}."
    with pytest.raises(AnswerError) as refused:
        read_value(question, "many")
    assert refused.value.allowed == "a whole number (Not more than ${age}.) (or -9)"


def test_what_is_allowed_is_said_in_the_languages_we_speak() -> None:
    question = asked(". >= 0 and . <= 7", missing="-9=does_not_know")
    assert allowed(question) == "a whole number, from 0 to 7 (or -9)"
    assert allowed(question, "es") == "un número entero, de 0 a 7 (o -9)"
