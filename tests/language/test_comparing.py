"""Two versions of a framework, told apart in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from sojourn.framework.model import Framework
from sojourn.language import load_framework
from sojourn.language.comparing import changes

BASE = """
settings: {form_id: small, version: '1', default_language: English (en)}
survey:
- {type: integer, name: age, label: Age, 'label::Français (fr)': Âge}
- {type: select_one yn, name: safe, label: Safe}
choices:
- {list_name: yn, name: yes, label: Yes}
- {list_name: yn, name: no, label: No}
factors:
- name: unsafe
  label: Unsafe
  level: individual
  effect: risk
  nature: situational
  rule: ${safe} = 'no'
- {name: minor, label: M, level: individual, effect: risk, nature: embodied, rule: "${age} < 18"}
responses:
- {name: shelter, label: Shelter, horizon: immediate, when: "${unsafe}"}
measures:
- {name: load, label: Load, kind: weighted_sum, components: unsafe minor, classes: low <= 1 | high}
"""


def load(folder: Path, name: str, text: str) -> Framework:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_framework(path)


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("version: '1'", "version: '2'", "settings: version was `1`, is now `2`"),
        (
            "Âge}",
            "Quel âge}",
            "question `age`: label in fr was “Âge”, is now “Quel âge”",
        ),
        (
            "- {list_name: yn, name: no, label: No}\n",
            "- {list_name: yn, name: no, label: No}\n- {list_name: yn, name: dk, label: Unsure}\n",
            "choice `yn dk` is new: Unsure",
        ),
        ("< 18", "< 21", "factor `minor`: rule was `${age} < 18`, is now `${age} < 21`"),
        ("< 18", "<  18", "factor `minor`: rule is written differently, and means the same"),
        (
            "nature: embodied,",
            "nature: embodied, weight: 2,",
            "factor `minor`: weight is new: `2`",
        ),
        (
            "low <= 1 | high",
            "low < 1 | high",
            "measure `load`: classes was `low <= 1 | high`, is now `low < 1 | high`",
        ),
        (
            "{name: shelter",
            "{name: roof",
            "response `shelter` is now called `roof`, and else the same",
        ),
        (
            '- {name: shelter, label: Shelter, horizon: immediate, when: "${unsafe}"}',
            '- {name: food, label: Food, horizon: immediate, when: "${minor}"}',
            "response `shelter` is no longer there: Shelter, `${unsafe}`",
        ),
    ],
)
def test_a_change_is_told_in_words(tmp_path: Path, was: str, now: str, said: str) -> None:
    assert was in BASE
    old = load(tmp_path, "old.yaml", BASE)
    new = load(tmp_path, "new.yaml", BASE.replace(was, now))
    assert str(changes(old, new)[0]) == said


def test_another_order_of_questions_is_told(tmp_path: Path) -> None:
    lines = BASE.splitlines(keepends=True)
    lines[3], lines[4] = lines[4], lines[3]
    old, new = load(tmp_path, "old.yaml", BASE), load(tmp_path, "new.yaml", "".join(lines))
    assert [str(change) for change in changes(old, new)] == [
        "question: the rows stand in another order"
    ]


def test_a_framework_does_not_differ_from_itself(tmp_path: Path) -> None:
    one = load(tmp_path, "old.yaml", BASE)
    assert changes(one, one) == ()
