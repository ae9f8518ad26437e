"""Whatever a file holds, its author meets a message and nothing else."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import xlsxwriter
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sojourn.engines.examples import failures
from sojourn.framework import RuleError
from sojourn.framework.model import Framework, Sheet
from sojourn.language import FrameworkProblems, load_framework, save_framework
from sojourn.language.build import build
from sojourn.language.expressions import Scope, parse
from sojourn.language.sheets import SheetRow, Tables
from tests.spec import form

SHEETS = form.sheets(
    {
        "factors": "name | rule | weight | urgent | stages\n"
        "alone | ${a} = 'yes' | ${age} + 1 | ${age} < 18 | transit\n"
        "poor | ${income} < 10 | 2 | yes | ",
        "responses": "name | when | within\ncompany | ${alone} | 72 hours",
        "measures": "name | components | weights | classes | missing\n"
        "score | alone poor | own 2 | low <= 1 / high | available 60%",
    }
) | {
    "examples": (
        {"example": "amina", "kind": "answer", "name": "a", "value": "yes"},
        {
            "example": "amina",
            "kind": "answer",
            "name": "member_age",
            "value": "3",
            "repeat": "member",
            "index": "1",
        },
        {"example": "amina", "kind": "factor", "name": "alone", "value": "present"},
        {"example": "amina", "kind": "measure", "name": "score", "value": "unknown"},
    )
}
PLACES = [
    (sheet, at, column)
    for sheet, rows in SHEETS.items()
    for at, row in enumerate(rows)
    for column in row
]
WORDS = st.sampled_from(
    [
        *("${a}", "${age} < 5", "${member}", "count(${member}) > 1", "yes", "no", "-1", "0", "1.5"),
        *("begin repeat", "end repeat", "begin group", "end group", "select_one", "select_one x"),
        *("select_multiple yes_no", "select_one yes_no or_other", "integer", "intger", "member"),
        *(
            "a",
            "age",
            "alone",
            "score",
            "known_share",
            "origin",
            "context",
            "risk:*",
            "own",
            "-own",
        ),
        *("available 0%", "available 101%", "low <= 1 | low", "a < 2 | b < 1 | c", "1e9", "NaN"),
        *("NaN NaN", "9" * 30, "0." + "1" * 20, "does_not_know", "-999=does_not_know", "=x"),
        *("(" * 300, "not(" * 2000, "-" * 5000 + "1", "1" + "+1" * 5000, "\ud800", "\x00", "\x07"),
    ]
)


def tables(sheets: Mapping[str, Sheet]) -> Tables:
    rows = {
        name: [SheetRow(name, at, row) for at, row in enumerate(sheet, start=2)]
        for name, sheet in sheets.items()
    }
    return Tables("junk.yaml", rows)


def framework_or_problems(given_tables: Tables) -> Framework | None:
    """What building gives. Every problem says something."""
    try:
        return build(given_tables)[0]
    except FrameworkProblems as refused:
        check_messages(refused)
        return None


def check_messages(refused: FrameworkProblems) -> None:
    assert refused.problems
    assert all(problem.message for problem in refused.problems)
    str(refused).encode()


@settings(max_examples=300, deadline=None)
@example([(("survey", 0, "name"), "member")])  # a question under the name of a repeat
@given(
    changes=st.lists(
        st.tuples(st.sampled_from(PLACES), WORDS | st.text(max_size=12)), min_size=1, max_size=3
    )
)
def test_any_text_in_any_cell(changes: list[tuple[tuple[str, int, str], str]]) -> None:
    sheets = {name: [dict(row) for row in rows] for name, rows in SHEETS.items()}
    for (sheet, at, column), text in changes:
        sheets[sheet][at][column] = text
    found = framework_or_problems(tables({n: tuple(rows) for n, rows in sheets.items()}))
    if found is not None:
        failures(found)
        assert len(found.digest) == 64


@settings(max_examples=100, deadline=None)
@given(dropped=st.lists(st.sampled_from(PLACES), min_size=1, max_size=6))
def test_any_cell_may_be_missing(dropped: list[tuple[str, int, str]]) -> None:
    sheets = {name: [dict(row) for row in rows] for name, rows in SHEETS.items()}
    for sheet, at, column in dropped:
        sheets[sheet][at].pop(column, None)
    found = framework_or_problems(tables({n: tuple(rows) for n, rows in sheets.items()}))
    if found is not None:
        failures(found)


def load(content: bytes, ending: str) -> Framework | None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"junk{ending}"
        path.write_bytes(content)
        try:
            return load_framework(path)
        except FrameworkProblems as refused:
            check_messages(refused)
            return None


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@pytest.mark.parametrize("ending", [".yaml", ".xlsx"])
def test_any_bytes(ending: str, content: bytes) -> None:
    assert load(content, ending) is None


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(
    content=st.dictionaries(
        st.sampled_from([*SHEETS]), st.lists(_VALUES, max_size=3) | _VALUES, max_size=4
    )
)
def test_any_yaml(content: dict[str, object]) -> None:
    assert load(yaml.safe_dump(content).encode(), ".yaml") is None


@pytest.mark.parametrize(
    "text", ["[" * 5000, "survey:\n- {a: " + "[" * 3000, "a: &a [*a]", "--- a\n--- b", "!!python/x"]
)
def test_yaml_that_is_made_to_hurt(text: str) -> None:
    assert load(text.encode(), ".yaml") is None


def _workbook() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "good.xlsx"
        save_framework(build(tables(SHEETS))[0], path)
        return path.read_bytes()


GOOD = _workbook()


@settings(max_examples=60, deadline=None)
@given(length=st.integers(0, len(GOOD) - 1))
def test_a_truncated_workbook(length: int) -> None:
    assert load(GOOD[:length], ".xlsx") is None


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, len(GOOD) - 1), junk=st.binary(min_size=1, max_size=8))
def test_a_workbook_with_wrong_bytes(at: int, junk: bytes) -> None:
    load(GOOD[:at] + junk + GOOD[at + len(junk) :], ".xlsx")


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_workbook_with_a_wrong_part(data: st.DataObject) -> None:
    parts = zipfile.ZipFile(BytesIO(GOOD))
    chosen = data.draw(st.sampled_from(parts.namelist()))
    content = data.draw(st.sampled_from([b"", b"<", b"<a/>", b"junk"]) | st.binary(max_size=40))
    changed = BytesIO()
    with zipfile.ZipFile(changed, "w") as out:
        for name in parts.namelist():
            out.writestr(name, content if name == chosen else parts.read(name))
    load(changed.getvalue(), ".xlsx")


def test_a_zip_that_is_no_workbook() -> None:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as out:
        out.writestr("hello.txt", "hello")
    assert load(content.getvalue(), ".xlsx") is None


def test_an_empty_workbook() -> None:
    content = BytesIO()
    xlsxwriter.Workbook(content).close()
    assert load(content.getvalue(), ".xlsx") is None


@pytest.mark.parametrize(
    "rule",
    [
        "(" * 3000,
        "not(" * 900 + "1",
        "not(" * 900 + "1 = 1" + ")" * 900,
        "-" * 5000 + "1",
        "1" + " + 1" * 2000 + " > 0",
        "1" + " + 1" * 5000 + " > 0",
        "1 = 1" + " and 1 = 1" * 5000,
    ],
)
def test_a_rule_that_is_made_to_hurt(rule: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse(rule, Scope())
    assert len(str(refused.value)) < 500


def test_brackets_alone_do_not_hurt() -> None:
    assert parse("(" * 3000 + "1" + ")" * 3000, Scope()).text() == "1"
