"""Values that cross package borders cannot be changed on the way."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from sojourn.framework.model import Text
from sojourn.framework.nodes import (
    Add,
    And,
    AnswerRef,
    AnyRow,
    CodeLiteral,
    CountRows,
    Equal,
    Greater,
    If,
    Multiply,
    Negate,
    Node,
    Not,
    NumberLiteral,
    RuleError,
    Selected,
)
from sojourn.framework.types import DECIMAL_ANSWER, INTEGER_ANSWER, TEXT, Code, Codes
from sojourn.framework.values import Answers, Missing

AGE = AnswerRef("age", INTEGER_ANSWER)
INCOME = AnswerRef("income", DECIMAL_ANSWER)
PLACE = AnswerRef("place", Code(("north", "south")))
NEEDS = AnswerRef("needs", Codes(("food", "water")))
NOTE = AnswerRef("note", TEXT)
ZERO = NumberLiteral(Decimal(0))
MINOR = Greater(NumberLiteral(Decimal(18)), AGE)


def test_answers_cannot_be_changed_from_outside() -> None:
    values = {"age": 3}
    answers = Answers(values, {"member": ({"member_age": 1},)})
    values["age"] = 4
    assert answers.get("age") == 3
    with pytest.raises(TypeError):
        answers.values["age"] = 5  # type: ignore[index] # that it cannot be done is the point
    with pytest.raises(TypeError):
        answers.rosters["member"][0]["member_age"] = 5  # type: ignore[index] # as above


def test_what_was_not_recorded_was_not_asked() -> None:
    assert Answers().get("age") is Missing.NOT_ASKED


def test_a_label_falls_back_to_the_default_language_then_to_any() -> None:
    label = Text({"fr": "Âge", "ar": "العمر"}, "fr")
    assert label.get("ar") == "العمر"
    assert label.get("en") == "Âge"
    assert Text({"ar": "العمر"}, "fr").get("en") == "العمر"
    assert Text().get("en") == ""


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Add(AGE, PLACE), "`+` needs numbers"),
        (lambda: Negate(PLACE), "`-` needs numbers"),
        (lambda: And((MINOR, AGE)), "joins conditions"),
        (lambda: Not(PLACE), "joins conditions"),
        (lambda: Equal(NEEDS, PLACE), "holds several choices"),
        (lambda: Equal(MINOR, MINOR), "is already a condition"),
        (lambda: Equal(NOTE, PLACE), "cannot be compared"),
        (lambda: Greater(PLACE, PLACE), "orders numbers and dates, not codes"),
        (lambda: Selected(PLACE, "north"), "needs a select_multiple question"),
        (lambda: If(AGE, ZERO, ZERO), "joins conditions"),
        (lambda: If(MINOR, ZERO, PLACE), "must be of one kind"),
        (lambda: AnyRow("member", AnyRow("leg", MINOR)), "stands in the rows of `member`"),
        (lambda: CountRows("member", AGE), "joins conditions"),
        (lambda: NumberLiteral(Decimal(10**12)), "at most 12 digits"),
        (lambda: Multiply(Multiply(INCOME, INCOME), INCOME), "beyond what can be computed exactly"),
    ],
)
def test_a_node_that_means_nothing_cannot_be_built(build: Callable[[], Node], message: str) -> None:
    with pytest.raises(RuleError, match=message.replace("+", r"\+")):
        build()


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (And((MINOR, And((MINOR, MINOR)))), "18 > ${age} and (18 > ${age} and 18 > ${age})"),
        (Multiply(Add(AGE, AGE), ZERO), "(${age} + ${age}) * 0"),
        (CodeLiteral("it's far", ("it's far",)), '"it\'s far"'),
    ],
)
def test_a_node_is_spelled_so_that_it_reads_back(node: Node, text: str) -> None:
    assert node.text() == text
