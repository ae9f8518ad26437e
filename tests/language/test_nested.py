"""Repeats within repeats: how they are read, and what a wrong use of them is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from sojourn.engines.examples import failures
from sojourn.framework import Within
from sojourn.language import FrameworkProblems, load_framework, save_framework
from sojourn.language.form import DEEPEST_REPEAT

FORM = """
settings: {form_id: nested, version: '1', default_language: English (en)}
survey:
- {type: select_one yn, name: safe, label: Safe}
- {type: begin_repeat, name: household, label: Household}
- {type: integer, name: rooms, label: Rooms}
- {type: begin_group, name: people, label: People}
- {type: begin_repeat, name: member, label: Member}
- {type: integer, name: age, label: Age, constraint: '. < ${rooms} * 100'}
- {type: end_repeat, name: member}
- {type: integer, name: beds, label: Beds}
- {type: end_group, name: people}
- {type: end_repeat, name: household}
- {type: begin_repeat, name: visit, label: Visit}
- {type: integer, name: hours, label: Hours}
- {type: end_repeat, name: visit}
choices:
- {list_name: yn, name: yes, label: Yes}
- {list_name: yn, name: no, label: No}
"""
FACTOR = """
factors:
- {{name: f, label: F, level: individual, effect: risk, nature: situational, rule: {rule}}}
"""
MEASURES = """
measures:
- {name: weight, label: W, kind: expression, of: member, rule: "if(${age} < 5, 1, 0)"}
- {name: crowd, label: C, kind: expression, of: household, rule: "sum(${weight})"}
"""
EXAMPLES = """
examples:
- {example: lot, kind: answer, name: rooms, value: '2', repeat: household, index: '1'}
- {example: lot, kind: answer, name: age, value: '3', repeat: member, index: '2 1'}
- {example: lot, kind: answer, name: age, value: '40', repeat: member, index: '1 2'}
- {example: lot, kind: answer, name: age, value: '50', repeat: member, index: '1 1'}
- {example: lot, kind: factor, name: f, value: present}
"""


def written(tmp_path: Path, rule: str, more: str = "") -> Path:
    path = tmp_path / "nested.yaml"
    factor = FACTOR.format(rule=f'"{rule}"')
    path.write_text(FORM + factor + MEASURES + more, encoding="utf-8")
    return path


def said(tmp_path: Path, rule: str, more: str = "") -> str:
    with pytest.raises(FrameworkProblems) as caught:
        load_framework(written(tmp_path, rule, more))
    return str(caught.value)


SOME = "any(${household}[${rooms} < count(${member})])"


def test_each_repeat_knows_the_one_around_it(tmp_path: Path) -> None:
    found = load_framework(written(tmp_path, SOME))
    assert found.parents == {"household": "", "member": "household", "visit": ""}
    rosters = {question.name: question.roster for question in found.questions}
    assert rosters["age"] == "member"
    assert rosters["beds"] == "household"  # asked after the inner repeat, in the same group


def test_files_of_either_kind_hold_the_same(tmp_path: Path) -> None:
    kept = found = load_framework(written(tmp_path, SOME, EXAMPLES))
    for name in ("one.xlsx", "two.yaml", "three.xlsx"):
        save_framework(kept, tmp_path / name)
        kept = load_framework(tmp_path / name)
        assert (kept.digest, kept.rosters, kept.examples) == (
            found.digest,
            found.rosters,
            found.examples,
        )


@pytest.mark.parametrize(
    "rule",
    [
        SOME,
        "count(${member}[${age} < 5]) > count(${household})",
        "any(${household}[all(${member}, ${age} < ${rooms}) and ${safe} = 'no'])",
        "sum(${crowd}) > max(${weight})",
        "any(${household}[${crowd} > 1 and max(${age}[${age} < ${rooms}]) = 4])",
    ],
)
def test_a_rule_that_goes_through_repeats_reads_back(tmp_path: Path, rule: str) -> None:
    found = load_framework(written(tmp_path, rule)).factor("f").rule
    assert rule in found.text()


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("${age} < 5", "asked once for each row of `member`; write for example any(${member}["),
        ("any(${household}[${age} < 5])", "asked once for each row of `member`; write for"),
        ("any(${member}[${hours} > 5])", "`${hours}` is asked in `visit`; a row of `member` can"),
        ("any(${household}[any(${visit}[${hours} > 1])])", "gives no rows within the rows of"),
        ("any(${member}[any(${household}[${rooms} > 1])])", "gives no rows within the rows of"),
        ("any(${member}[sum(${hours}) > 1])", "`${hours}` gives no rows within the rows of"),
        ("any(${member}[${crowd} > 1])", "a row of `member` can look at answers, and at"),
        ("any(${household}[${weight} > 1])", "is computed for each row of `member`; write for"),
        ("any(${member}[count(${member}) > 1])", "gives no rows within the rows of `member`"),
    ],
)
def test_what_a_row_cannot_look_at_is_explained(tmp_path: Path, rule: str, message: str) -> None:
    assert message in said(tmp_path, rule)


def test_a_factor_is_about_the_unit_and_not_about_a_row(tmp_path: Path) -> None:
    path = written(tmp_path, "${safe} = 'no'")
    text = path.read_text(encoding="utf-8").replace(
        'rule: "sum(${weight})"', 'rule: "if(${f}, 1, 0)"'
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FrameworkProblems, match="is about the whole unit"):
        load_framework(path)


def test_repeats_have_a_deepest_level(tmp_path: Path) -> None:
    begin = [f"- {{type: begin_repeat, name: r{n}, label: R}}" for n in range(DEEPEST_REPEAT + 1)]
    end = ["- {type: end_repeat}"] * len(begin)
    path = written(tmp_path, SOME)
    rows = "\n".join([*begin, "- {type: integer, name: q, label: Q}", *end])
    text = path.read_text(encoding="utf-8").replace("choices:", f"{rows}\nchoices:")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FrameworkProblems, match=f"more than {DEEPEST_REPEAT} repeats within each"):
        load_framework(path)


def test_a_repeat_within_one_of_its_own_name_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, SOME)
    text = path.read_text(encoding="utf-8").replace("name: member,", "name: household,")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FrameworkProblems, match="`household` is already a name"):
        load_framework(path)


def test_a_constraint_that_looks_beyond_its_row_is_left_to_the_form(tmp_path: Path) -> None:
    assert load_framework(written(tmp_path, SOME)).question("age").constraint is None


# -- examples


def test_an_example_says_to_which_row_an_inner_one_belongs(tmp_path: Path) -> None:
    found = load_framework(written(tmp_path, SOME, EXAMPLES))
    (example,) = found.examples
    assert example.rosters == {
        "household": ({"rooms": "2"}, {}),
        "member": ({"age": "50"}, {"age": "40"}, {"age": "3"}),
    }
    assert example.within == {"member": Within("household", (0, 0, 1))}
    assert [f.message for f in failures(found)] == ["factor `f` should be present, but is unknown"]


@pytest.mark.parametrize("index", ["2", "2.1", "1 2 3", "0 1", "one two"])
def test_an_index_that_leaves_a_row_open_is_explained(tmp_path: Path, index: str) -> None:
    message = "does not say the row of `household`, then of `member`; write 2 2"
    assert message in said(tmp_path, SOME, EXAMPLES.replace("'2 1'", f"'{index}'"))
