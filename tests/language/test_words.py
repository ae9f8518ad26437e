"""Rules in words: by the labels of the form, in every language we speak."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings

from sojourn.framework.model import Framework
from sojourn.language import load_framework
from sojourn.language.codebook import codebook
from sojourn.language.phrases import _PHRASES, LANGUAGES
from sojourn.language.words import Said, Words
from sojourn.standards.codebooks.html import to_html
from sojourn.standards.codebooks.markdown import to_markdown
from tests.generative.frameworks import frameworks

FORM = """
settings: {form_id: small, version: '1', default_language: English (en)}
survey:
- {type: integer, name: age, label: Your age}
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
"""


def words(folder: Path, rule: str, language: str = "en") -> list[str]:
    path = folder / "small.yaml"
    path.write_text(FORM.replace("RULE", rule), encoding="utf-8")
    framework = load_framework(path)
    return list(lines(Words(framework, language).say(framework.factor("f").rule)))


def lines(said: Said, depth: int = 0) -> list[str]:
    return [" " * depth + said.text, *(x for part in said.parts for x in lines(part, depth + 1))]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("${safe} = 'no'", ["“Are you safe?”: “No”"]),
        ("${safe} != 'no'", ["“Are you safe?”: not “No”"]),
        ("${age} < 18", ["“Your age” is below 18"]),
        (
            "${age} >= 60 and ${other}",
            ["All of these:", " “Your age” is at least 60", " “Other”: present"],
        ),
        ("${safe} = 'no' or ${safe} = 'yes'", ["“Are you safe?”: one of “No”, “Yes”"]),
        ("selected(${with}, 'friend')", ["“With”: “A friend” is among the answers"]),
        ("not(${age} < 18)", ["Not so:", " “Your age” is below 18"]),
        ("${here} = 'raises'", ["“Here”: raises the risk here"]),
        ("${born} < date('2020-01-02')", ["“Born” is before 2020-01-02"]),
        ("age(${born}, ${day}) < 18", ["The years from “Born” to “Day” is below 18"]),
        (
            "any(${member}[${member_age} < 5])",
            ["For at least one row of “Member”:", " “Their age” is below 5"],
        ),
        (
            "count(${member}[${member_age} < 5]) > 2",
            ["The number of rows of “Member” (where “Their age” is below 5) is above 2"],
        ),
        ("(${age} + 2) * 3 > 5", ["(“Your age” + 2) × 3 is above 5"]),
    ],
)
def test_a_rule_is_said_by_the_labels_of_the_form(
    tmp_path: Path, rule: str, said: list[str]
) -> None:
    assert words(tmp_path, rule) == said


def test_a_rule_is_said_in_other_languages(tmp_path: Path) -> None:
    rule = "${safe} = 'no'"
    assert words(tmp_path, rule, "fr") == ["« Êtes-vous en sûreté ? » : « Non »"]
    assert words(tmp_path, rule, "ar") == ["«Are you safe?»: «No»"]


def test_every_phrase_is_there_in_every_language_with_the_same_parts() -> None:
    for key, texts in _PHRASES.items():
        assert len(texts) == len(LANGUAGES), key
        assert all(texts), key
        parts = {frozenset(re.findall(r"{\w}", text)) for text in texts}
        assert len(parts) == 1, key


@settings(max_examples=25)
@given(framework=frameworks())
def test_any_framework_can_be_read_as_a_codebook(framework: Framework) -> None:
    for language in ("en", "ar"):
        book = codebook(framework, language)
        said = to_markdown(book)
        assert all(f"`{factor.name}`" in said for factor in framework.factors)
        assert to_html(book).count('class="entry') == said.count("\n#### ")
