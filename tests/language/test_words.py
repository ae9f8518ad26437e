"""Rules in words: by the labels of the form, in every language we speak."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings

from sojourn import catalogue
from sojourn.framework.model import Direction, Framework
from sojourn.framework.nodes import (
    Absolute,
    Add,
    Age,
    AllRows,
    And,
    AnswerRef,
    AnyRow,
    BooleanLiteral,
    ClassRef,
    Coalesce,
    CodeLiteral,
    CodeNumber,
    Combine,
    CountRows,
    CountSelected,
    DateLiteral,
    DaysBetween,
    Decide,
    Divide,
    Equal,
    FactorRef,
    FactorTerm,
    Greater,
    GreaterEqual,
    Greatest,
    How,
    If,
    Least,
    Less,
    LessEqual,
    MaxRows,
    MeasureRef,
    MinRows,
    Modulo,
    Multiply,
    Negate,
    Node,
    Not,
    NotEqual,
    NumberLiteral,
    Or,
    Round,
    Selected,
    Side,
    Subtract,
    SumRows,
    Truncate,
)
from sojourn.framework.types import BOOLEAN, DATE, Code, Codes, Number
from sojourn.language import load_framework
from sojourn.language.codebook import codebook
from sojourn.language.labels import group_labels
from sojourn.language.phrases import LANGUAGES, PHRASES, within
from sojourn.language.said import Said
from sojourn.language.words import Words
from sojourn.standards.codebooks.html import to_html
from sojourn.standards.codebooks.markdown import to_markdown
from tests.generative.frameworks import frameworks

FORM = """
settings: {form_id: small, version: '1', default_language: English (en)}
survey:
- {type: integer, name: age, label: Your age}
- {type: decimal, name: spent, label: Spent}
- {type: select_one five, name: rate, label: Rate}
- {type: date, name: born, label: Born}
- {type: date, name: day, label: Day}
- type: select_one yn
  name: safe
  label: Are you safe?
  label::Français (fr): Êtes-vous en sûreté ?
- {type: select_multiple who, name: with, label: With}
- {type: begin_repeat, name: member, label: Member}
- {type: integer, name: member_age, label: Their age}
- {type: end_repeat}
choices:
- {list_name: yn, name: yes, label: Yes, 'label::Français (fr)': Oui}
- {list_name: yn, name: no, label: No, 'label::Français (fr)': Non}
- {list_name: who, name: parent, label: A parent}
- {list_name: who, name: friend, label: A friend}
- {list_name: five, name: '1', label: One}
- {list_name: score__class, name: low, label: Low}
- {list_name: five, name: '2', label: Two}
factors:
- {name: other, label: Other, level: household, effect: risk, nature: embodied, rule: "${age} > 1"}
- {name: here, label: Here, level: household, effect: context, nature: embodied,
   rule: "if(${age} > 1, 'raises', 'none')"}
- name: f
  label: F
  level: individual
  effect: risk
  nature: embodied
  rule: RULE
measures:
- name: score
  label: Score
  kind: expression
  rule: "${age} * 2"
  classes: low <= 3 | high
"""


def small(folder: Path, language: str = "en", rule: str = "${age} > 1") -> Words:
    path = folder / "small.yaml"
    path.write_text(FORM.replace("RULE", rule), encoding="utf-8")
    return Words(load_framework(path), language)


def words(folder: Path, rule: str, language: str = "en") -> list[str]:
    say = small(folder, language, rule)
    return lines(say.say(say.framework.factor("f").rule))


def lines(said: Said, depth: int = 0) -> list[str]:
    return [" " * depth + said.text, *(x for part in said.parts for x in lines(part, depth + 1))]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("${safe} = 'no'", ["“Are you safe?”: “No”"]),
        ("${safe} != 'no'", ["“Are you safe?”: not “No”"]),
        ("${age} < 18", ["“Your age”: less than 18"]),
        ("18 > ${age}", ["“Your age”: less than 18"]),
        ("${age} = 5", ["“Your age”: exactly 5"]),
        ("${age} = ${spent}", ["“Your age”: the same as “Spent”"]),
        (
            "${age} >= 60 and ${other}",
            ["All of these:", " “Your age”: at least 60", " “Other”: present"],
        ),
        ("${age} >= 5 and ${age} <= 9", ["“Your age”: from 5 to 9"]),
        ("${age} > 5 and ${age} < 9", ["“Your age”: more than 5, and less than 9"]),
        ("${safe} = 'no' or ${safe} = 'yes'", ["“Are you safe?”: one of: “No”, “Yes”"]),
        ("${safe} = 'no' or ${safe} = 'no'", ["“Are you safe?”: “No”"]),
        ("${safe} != 'no' and ${safe} != 'yes'", ["“Are you safe?”: none of: “No”, “Yes”"]),
        ("not(${safe} = 'no' or ${safe} = 'yes')", ["“Are you safe?”: none of: “No”, “Yes”"]),
        ("not(${safe} = 'no')", ["“Are you safe?”: not “No”"]),
        ("selected(${with}, 'friend')", ["“With”: “A friend” is among the answers"]),
        ("not(selected(${with}, 'friend'))", ["“With”: “A friend” is not among the answers"]),
        (
            "not(selected(${with}, 'friend') or selected(${with}, 'parent'))",
            ["“With”: none of these is among the answers: “A friend”, “A parent”"],
        ),
        ("count-selected(${with}) > 1", ["How many answers were chosen for “With”: more than 1"]),
        ("not(${age} < 18)", ["Not so:", " “Your age”: less than 18"]),
        ("not(${other})", ["“Other”: not present"]),
        (
            "not(${age} < 18 or ${other})",
            ["Not one of these:", " “Your age”: less than 18", " “Other”: present"],
        ),
        (
            "not(${age} < 18 and ${other})",
            ["Not so:", " All of these:", "  “Your age”: less than 18", "  “Other”: present"],
        ),
        ("${here} = 'raises'", ["“Here”: raises the risk here"]),
        (
            "${here} = 'raises' or ${here} = 'both'",
            ["“Here”: either of: raises the risk here, does both here"],
        ),
        ("${score__class} = 'low'", ["“Score”: in the class “Low”"]),
        ("${born} < date('2020-01-02')", ["“Born”: before 2 January 2020"]),
        ("${born} = date('2020-01-02')", ["“Born”: on 2 January 2020"]),
        ("age(${born}, ${day}) < 18", ["Whole years from “Born” to “Day”: less than 18"]),
        ("${day} - ${born} < 18", ["Days from “Born” to “Day”: less than 18"]),
        (
            "any(${member}[${member_age} < 5])",
            ["For at least one of “Member”:", " “Their age”: less than 5"],
        ),
        (
            "count(${member}[${member_age} < 5]) > 2",
            [
                "How many there are of “Member”, counting only those for which this holds: "
                "more than 2",
                " “Their age”: less than 5",
            ],
        ),
        ("sum(${member_age}) > 2", ["The sum of “Their age” over all of “Member”: more than 2"]),
        ("(${age} + 2) * 3 > 5", ["(“Your age” + 2) × 3: more than 5"]),
        (
            "${age} > if(${other}, 1, 2)",
            [
                "“Your age”: more than what follows",
                " 1, if “Other”: present; otherwise 2",
            ],
        ),
        (
            "coalesce(${age}, if(${other}, 1, 2)) > ${spent}",
            [
                "What follows is more than “Spent”:",
                " The first of these that is known:",
                "  “Your age”",
                "  1, if “Other”: present; otherwise 2",
            ],
        ),
        (
            "if(${safe} = 'no', 1, 2) = 2",
            [
                "What follows is exactly 2:",
                " By the answer to “Are you safe?”:",
                "  “No”: 1",
                "  Otherwise: 2",
            ],
        ),
        (
            "round(${spent} div 3, 1) > 0.5",
            [
                "“Spent” ÷ 3, rounded (decimal places: 1): more than 0.5",
            ],
        ),
        (
            "if(${age} < 5, 1, if(${age} < 9, 2, 3)) > 1",
            [
                "What follows is more than 1:",
                " By the size of “Your age”:",
                "  less than 5: 1",
                "  less than 9: 2",
                "  Otherwise: 3",
            ],
        ),
        (
            "if(${other} and ${age} > 1, ${age}, 2) > 1",
            [
                "What follows is more than 1:",
                " The first of these that holds decides:",
                "  “Your age”, if this holds:",
                "   All of these:",
                "    “Other”: present",
                "    “Your age”: more than 1",
                "  Otherwise: 2",
            ],
        ),
        (
            "${age} + ${spent} + if(${other}, -1, 2) > 1",
            [
                "Added up, these are more than 1:",
                " “Your age”",
                " “Spent”",
                " −1, if “Other”: present; otherwise 2",
            ],
        ),
    ],
)
def test_a_rule_is_said_by_the_labels_of_the_form(
    tmp_path: Path, rule: str, said: list[str]
) -> None:
    assert words(tmp_path, rule) == said


def test_a_rule_is_said_in_other_languages(tmp_path: Path) -> None:
    rule = "${safe} = 'no'"
    nbsp = "\u00a0"
    assert words(tmp_path, rule, "fr") == [
        f"«{nbsp}Êtes-vous en sûreté ?{nbsp}»{nbsp}: «{nbsp}Non{nbsp}»"
    ]
    # Text that runs the other way stands in marks, so that it does not turn its neighbours around.
    assert words(tmp_path, rule, "ar") == ["«\u2068Are you safe?\u2069»: «\u2068No\u2069»"]
    assert words(tmp_path, "${age} > 1.5", "fr")[0].endswith("plus de 1,5")
    assert words(tmp_path, "${age} > -2", "ar")[0].endswith("أكثر من \u2066−2\u2069")
    assert words(tmp_path, "${born} < date('2020-01-02')", "es")[0].endswith("2 de enero de 2020")


def test_a_label_cannot_turn_a_line_around(tmp_path: Path) -> None:
    odd = FORM.replace("label: Your age", 'label: "Your \\u202eage ${born} here"')
    path = tmp_path / "odd.yaml"
    path.write_text(odd.replace("RULE", "${age} > 1"), encoding="utf-8")
    framework = load_framework(path)
    said = Words(framework, "en").say(framework.factor("f").rule)
    assert (said.about, said.told) == ("Your age … here", "more than 1")


def test_every_phrase_is_there_in_every_language_with_the_same_parts() -> None:
    for key, texts in PHRASES.items():
        assert len(texts) == len(LANGUAGES), key
        assert all(texts), key
        parts = {frozenset(re.findall(r"{\w}", text)) for text in texts}
        # Arabic says one and two of something without a number.
        counted = {frozenset(["{n}"]), frozenset()} if key.endswith(("_one", "_two")) else None
        assert len(parts) == 1 or parts == counted, key


@settings(max_examples=25)
@given(framework=frameworks())
def test_any_framework_can_be_read_as_a_codebook(framework: Framework) -> None:
    for language in ("en", "ar"):
        book = codebook(framework, language)
        said = to_markdown(book)
        assert all(f"`{factor.name}`" in said for factor in framework.factors)
        assert to_html(book).count('class="entry') == said.count("\n#### ")


# -- every node

AGE = AnswerRef("age", Number(0, Decimal(1000)))
SPENT = AnswerRef("spent", Number(2, Decimal(1000)))
SAFE = AnswerRef("safe", Code(("yes", "no")))
RATE = AnswerRef("rate", Code(("1", "2")))
WITH = AnswerRef("with", Codes(("parent", "friend")))
BORN, DAY = AnswerRef("born", DATE), AnswerRef("day", DATE)
ROW = AnswerRef("member_age", Number(0, Decimal(1000)), "member")
OTHER = FactorRef("other", BOOLEAN)
TWO = NumberLiteral(Decimal(2))
NO = CodeLiteral("no", ("yes", "no"))
FILTER = Less(ROW, TWO)
LONG = If(OTHER, TWO, AGE)
"""A number that does not fit on a line."""


def _both_ways(kind: Callable[[Node], Node]) -> list[Node]:
    """A node over what fits on a line, and over what does not."""
    return [kind(AGE), kind(LONG)]


NODES: dict[type, list[Node]] = {
    BooleanLiteral: [BooleanLiteral(True), BooleanLiteral(False)],
    NumberLiteral: [TWO],
    CodeLiteral: [NO, CodeLiteral("raises", tuple(Direction))],
    DateLiteral: [DateLiteral(date(2020, 1, 2))],
    AnswerRef: [AGE, SAFE, BORN],
    FactorRef: [OTHER, FactorRef("here", Code(tuple(Direction)))],
    MeasureRef: [MeasureRef("score", Number(0, Decimal(2000)))],
    ClassRef: [ClassRef("score", Code(("low", "high")))],
    And: [And((OTHER, FILTER))],
    Or: [Or((OTHER, FILTER))],
    Not: [Not(OTHER), Not(FILTER), Not(Selected(WITH, "friend")), Not(Or((OTHER, FILTER)))],
    Equal: [*_both_ways(lambda of: Equal(of, TWO)), Equal(SAFE, NO), Equal(BORN, DAY)],
    NotEqual: [*_both_ways(lambda of: NotEqual(of, TWO)), NotEqual(SAFE, NO)],
    Less: [*_both_ways(lambda of: Less(of, TWO)), Less(BORN, DAY), Less(LONG, LONG)],
    LessEqual: _both_ways(lambda of: LessEqual(TWO, of)),
    Greater: _both_ways(lambda of: Greater(of, TWO)),
    GreaterEqual: _both_ways(lambda of: GreaterEqual(AGE, of)),
    Add: _both_ways(lambda of: Add(of, TWO)),
    Subtract: _both_ways(lambda of: Subtract(of, TWO)),
    Multiply: _both_ways(lambda of: Multiply(of, TWO)),
    Divide: _both_ways(lambda of: Divide(of, TWO)),
    Modulo: _both_ways(lambda of: Modulo(of, TWO)),
    Negate: _both_ways(Negate),
    Absolute: _both_ways(Absolute),
    Truncate: _both_ways(Truncate),
    Round: [*_both_ways(Round), *_both_ways(lambda of: Round(of, 1))],
    Least: _both_ways(lambda of: Least((of, TWO))),
    Greatest: _both_ways(lambda of: Greatest((of, TWO))),
    DaysBetween: [DaysBetween(DAY, BORN), DaysBetween(DAY, If(OTHER, BORN, DAY))],
    Age: [Age(BORN, DAY), Age(If(OTHER, BORN, DAY), DAY)],
    CodeNumber: [CodeNumber(RATE), CodeNumber(If(OTHER, RATE, RATE))],
    Selected: [Selected(WITH, "friend")],
    CountSelected: [CountSelected(WITH)],
    If: [LONG, If(Equal(SAFE, NO), TWO, AGE), If(OTHER, LONG, LONG), If(OTHER, FILTER, OTHER)],
    Coalesce: [Coalesce((AGE, TWO)), Coalesce((OTHER, FILTER))],
    CountRows: [CountRows("member"), CountRows("member", FILTER)],
    SumRows: [SumRows("member", ROW), SumRows("member", ROW, FILTER)],
    MinRows: [MinRows("member", ROW), MinRows("member", ROW, FILTER)],
    MaxRows: [MaxRows("member", ROW), MaxRows("member", ROW, FILTER)],
    AnyRow: [AnyRow("member", FILTER)],
    AllRows: [AllRows("member", FILTER)],
    FactorTerm: [
        *(FactorTerm("here", side, True, TWO) for side in Side),
        FactorTerm("other", Side.PRESENT, False, LONG),
    ],
    Combine: [
        *(Combine(how, (AGE, LONG), (1, 2) if how is How.MEAN else ()) for how in How),
    ],
    Decide: [Decide(((FILTER, Decimal(1)), (None, Decimal(2))))],
}
"""Every kind of node in every shape that is told in its own way."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", get_args(Node), ids=lambda kind: kind.__name__)
def test_every_kind_of_node_has_words_of_its_own(tmp_path: Path, kind: type, language: str) -> None:
    assert kind in NODES, f"say what a {kind.__name__} means, and put one into NODES"
    say = small(tmp_path, language)
    for node in NODES[kind]:
        said = lines(say.say(node))
        assert all(line.strip() for line in said)
        assert not [line for line in said if "${" in line or "{" in line]
        assert say.value(node).strip()


def test_different_sides_of_a_factor_are_told_apart(tmp_path: Path) -> None:
    say = small(tmp_path)
    told = [say.say(FactorTerm("here", side, True, TWO)).told for side in Side]
    assert told == ["2 while it is present", "2 while it raises the risk", "2 while it protects"]


def test_the_weights_of_a_mean_are_told(tmp_path: Path) -> None:
    node = Combine(How.MEAN, (AGE, TWO), (1, 3))
    assert lines(small(tmp_path).say(node)) == [
        "The mean of these:",
        " Weight 1:",
        "  “Your age”",
        " Weight 3:",
        "  2",
    ]


def test_a_decision_is_told_case_by_case(tmp_path: Path) -> None:
    node = Decide(((FILTER, Decimal(1)), (None, Decimal("2.5"))))
    assert lines(small(tmp_path, "fr").say(node)) == [
        "Le premier cas qui s’applique décide\u00a0:",
        " 1, si ceci est vrai\u00a0:",
        "  «\u00a0Their age\u00a0»\u00a0: moins de 2",
        " Sinon\u00a0: 2,5",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 hour", ["1 hour", "1 heure", "1 hora", "ساعة واحدة"]),
        ("2 days", ["2 days", "2 jours", "2 días", "يومين"]),
        ("7 days", ["7 days", "7 jours", "7 días", "7 أيام"]),
        ("72 hours", ["72 hours", "72 heures", "72 horas", "72 ساعة"]),
        ("at once", ["at once"] * 4),
    ],
)
def test_a_time_is_said_with_its_number(text: str, said: list[str]) -> None:
    assert [within(text, language) for language in LANGUAGES] == said


@pytest.mark.parametrize("framework_id", catalogue.ids())
def test_every_fixed_word_of_the_catalogue_is_said(framework_id: str) -> None:
    one = catalogue.load(framework_id)
    groups = group_labels(one)
    missing = {
        *(f"actor_{row.actor}" for row in one.responses if row.actor),
        *(f"service_{row.service_type}" for row in one.responses if row.service_type),
        *(f"unit_{row.unit}" for row in one.measures if row.unit),
        *(f"domain_{f.domain}" for f in one.factors if f.domain and not groups.get(f.domain)),
    }
    assert not [key for key in missing if key.lower().replace(" ", "_") not in PHRASES]


@pytest.mark.parametrize("framework_id", catalogue.ids())
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_of_the_catalogue_is_said(framework_id: str, language: str) -> None:
    say = Words(catalogue.load(framework_id), language)
    for node in say.framework.nodes:
        said = lines(say.say(node))
        assert all(line.strip() for line in said), node.text()
        assert not [line for line in said if "${" in line]
