"""Every message names sheet, row and column, says what is wrong, and what to write instead."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sojourn.framework import RuleError
from sojourn.language import FrameworkProblems, load_framework, workbook
from sojourn.language.expressions import Scope, parse
from sojourn.language.yaml_file import read

BASE = """
settings: {form_id: small, version: '1', default_language: English (en)}
survey:
- {type: integer, name: age, label: Age}
- {type: date, name: born, label: Born}
- {type: select_one yn, name: safe, label: Safe}
- {type: select_multiple who, name: with, label: With}
- {type: begin_repeat, name: member, label: Member}
- {type: integer, name: member_age, label: Age}
- {type: end_repeat, name: member}
choices:
- {list_name: yn, name: yes, label: Yes}
- {list_name: yn, name: no, label: No}
- {list_name: yn, name: dk, label: Does not know}
- {list_name: who, name: parent, label: Parent}
- {list_name: who, name: friend, label: Friend}
factors:
"""
FACTOR = (
    "- {{name: f, label: F, level: individual, effect: {effect}, nature: {nature}, rule: {rule}}}"
)


def problems(tmp_path: Path, text: str) -> str:
    path = tmp_path / "small.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FrameworkProblems) as caught:
        load_framework(path)
    return str(caught.value)


def with_rule(rule: str, effect: str = "risk", nature: str = "situational") -> str:
    return BASE + FACTOR.format(rule=f'"{rule}"', effect=effect, nature=nature) + "\n"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("${agee} < 18", "there is no question `agee`. Did you mean `age`?"),
        ("${safe} = 'yse'", "'yse' is not an answer to `${safe}`"),
        ("${safe} = 'dk'", "'dk' means that there is no answer"),
        ("${safe} = ''", "silence must not decide"),
        ("floor(${age}) = 1", "write `round(x - 0.5)`"),
        ("ceiling(${age}) = 1", "write `-round(-x - 0.5)`"),
        ("${age} < 'ten'", "cannot be compared with the text 'ten'"),
        ("${with} = 'parent'", "write selected(${with}, 'parent')"),
        ("${safe} < 'yes'", "orders numbers and dates, not codes"),
        ("${age}", "a condition was expected"),
        ("${age} < 18 and ${safe}", "`and` joins conditions"),
        ("${age} div 0 > 3", "this divides by zero"),
        ("number(${safe}) > 1", "needs choices that are whole numbers"),
        ("round(${age}, ${age}) > 1", "a whole number of places"),
        ("once(${age}) > 1", "about filling in a form"),
        ("today() > ${born}", "would change a finding without a new answer"),
        ("selectd(${with}, 'parent')", "Did you mean `selected`?"),
        ("${age} < 18 and", "the expression ends too early"),
        ("${age} == 18", "write `and`, `or`, `not(...)`, `=` or `!=`"),
        ("1 < ${age} < 5", "compare two values at a time"),
        ("${member_age} < 5", "asked once for each row of `member`"),
        ("any(${membre}[${member_age} < 5])", "Did you mean `member`?"),
        ("${member} > 1", "is a repeat; write count(${member})"),
        ("${f} and ${safe} = 'no'", "nothing can depend on itself"),
        ("if(${age} < 5, 1, 'x') = 1", "both outcomes of if() must be of one kind"),
    ],
)
def test_a_wrong_rule_is_explained_where_it_stands(tmp_path: Path, rule: str, message: str) -> None:
    said = problems(tmp_path, with_rule(rule))
    assert message in said
    assert "sheet factors, row 18, column rule" in said


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (with_rule("${age} < 5", effect="rsk"), "column effect", "Did you mean `risk`?"),
        (with_rule("${age} < 5", nature=""), "column nature", "this must be filled in"),
        (with_rule("${age} < 5", effect="context"), "column rule", "must give raises, protects"),
        (BASE, "sheet factors", "missing or empty"),
        (with_rule("${age} < 5").replace("version: '1',", ""), "column version", "filled in"),
        (with_rule("${age} < 5").replace("select_one yn", "select_one ny"), "row 6", "choice list"),
        (with_rule("${age} < 5").replace("name: f,", "name: age,"), "column name", "already the"),
        (
            with_rule("${age} < 5").replace("- {type: end_repeat, name: member}\n", ""),
            "row 8",
            "never ended",
        ),
    ],
)
def test_a_wrong_cell_is_explained_where_it_stands(
    tmp_path: Path, text: str, place: str, message: str
) -> None:
    said = problems(tmp_path, text)
    assert place in said
    assert message in said


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    said = problems(tmp_path, with_rule("${agee} < 5", effect="rsk", nature="nothing"))
    assert said.count("sheet factors") == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("survey: [", "this is not YAML"),
        ("- just a list", "a framework begins with sheet names"),
        ("survey: words", "must be a list of rows"),
        ("survey: [{a: 1, a: 2}]", "stands here twice"),
    ],
)
def test_a_file_that_is_no_framework_is_refused(tmp_path: Path, text: str, message: str) -> None:
    assert message in problems(tmp_path, text)


def test_words_of_yaml_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    path.write_text("choices: [{list_name: yn, name: no, filter: 08}]", encoding="utf-8")
    (row,) = read(path).rows("choices")
    assert dict(row.cells) == {"list_name": "yn", "name": "no", "filter": "08"}


@pytest.mark.parametrize("name", ["junk.xlsx", "junk.yaml", "junk.docx", "gone.yaml"])
def test_junk_is_never_more_than_a_message(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if not name.startswith("gone"):
        path.write_bytes(bytes(range(256)) * 10)
    with pytest.raises(FrameworkProblems):
        load_framework(path)


def test_a_heading_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.xlsx"
    workbook.write({"survey": ({"type": "integer", "name ": "x", "name": "y"},)}, path)
    with pytest.raises(FrameworkProblems, match="the heading `name` stands here twice"):
        load_framework(path)


@given(st.text(max_size=60))
def test_no_text_in_a_rule_gives_anything_but_a_message(rule: str) -> None:
    with suppress(RuleError):
        parse(rule, Scope())
