"""Frameworks of the catalogue after somebody's cat walked over them: used, or explained."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sojourn import catalogue
from sojourn.engines.examples import failures
from sojourn.framework.model import Framework, Sheet
from sojourn.language import FrameworkProblems, load_framework, workbook, yaml_file
from sojourn.language.build import build
from sojourn.language.problems import MOST_PROBLEMS, Problem
from sojourn.language.sheets import SheetRow, Tables
from tests.language import hostile
from tests.spec import form

NAMES = ("health-access", "environment", "ipl", "reintegration")
LIMITS = settings(
    max_examples=1000 if hostile.DEEP else 60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
Rows = dict[str, list[dict[str, str]]]
GARBLED = st.sampled_from(
    [
        *("", " ", "1", "0", "-1", "yes", "*", "risk:*", "otherwise", "${age}", "own", "bounds"),
        *("1e999999999", "9" * 30, "0." + "9" * 40, "1/0", "NaN", "\u0661\u0668", "\u00a0"),
        *("available 1%", "alkire_foster", "table", "decision", "mean", "expression", "context"),
        *("place", "begin repeat", "end repeat", "select_one x", "date", "integer", "text"),
        *("__class__", "..", "constructor", "DROP TABLE x;", "select", "order", "((((", "min()"),
    ]
)


@cache
def shipped(name: str) -> Mapping[str, Sheet]:
    return catalogue.load(name).sheets


@st.composite
def mutated(draw: st.DrawFn) -> Rows:
    """A framework of the catalogue with a few accidents."""
    name = draw(st.sampled_from(NAMES))
    sheets: Rows = {sheet: [dict(row) for row in rows] for sheet, rows in shipped(name).items()}
    for _ in range(draw(st.integers(1, 4))):
        sheet = draw(st.sampled_from(sorted(sheets)))
        if sheets[sheet]:
            _accident(draw, sheets, sheet)
    return sheets


def _accident(draw: st.DrawFn, sheets: Rows, sheet: str) -> None:
    rows = sheets[sheet]
    one, other = (draw(st.integers(0, len(rows) - 1)) for _ in range(2))
    column = draw(st.sampled_from(sorted(rows[one]) or ["name"]))
    match draw(st.integers(0, 8)):
        case 0:
            del rows[one]
        case 1:
            rows.insert(one, dict(rows[other]))
        case 2:
            rows[one], rows[other] = rows[other], rows[one]
        case 3 if len(sheets) > 2:
            del sheets[sheet]
        case 4:
            for row in rows:
                row.pop(column, None)
        case 5:
            rows[one][column] = draw(GARBLED)
        case 6:
            text = rows[one].get(column, "")
            at = draw(st.integers(0, len(text)))
            rows[one][column] = text[:at] + draw(GARBLED) + text[at + draw(st.integers(0, 3)) :]
        case 7:
            first, second = rows[one], rows[other]
            first[column], second[column] = second.get(column, ""), first.get(column, "")
        case _:
            elsewhere = sheets[draw(st.sampled_from(sorted(sheets)))]
            cells = [cell for row in elsewhere[:50] for cell in row.values()]
            rows[one][column] = draw(st.sampled_from(cells or [""]))


@pytest.mark.parametrize("ending", [".yaml", ".xlsx"])
@LIMITS
@given(sheets=mutated())
def test_a_damaged_framework_is_used_or_explained(ending: str, sheets: Rows) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"damaged{ending}"
        write = {".yaml": yaml_file.write, ".xlsx": workbook.write}[ending]
        write({name: tuple(rows) for name, rows in sheets.items()}, path)
        found = framework_or_problems(path)
    if isinstance(found, Framework):
        assert len(found.digest) == 64
        failures(found)
    else:
        assert found
        assert all(len(problem.message) > 0 for problem in found)
        assert len("\n".join(map(str, found))) < 1200 * (MOST_PROBLEMS + 1)


def framework_or_problems(path: Path) -> Framework | tuple[Problem, ...]:
    try:
        return load_framework(path)
    except FrameworkProblems as refused:
        return refused.problems


# -- rows in masses, rows in circles


def _factor(name: str, rule: str, **cells: str) -> dict[str, str]:
    return {**form.FACTOR, "name": name, "rule": rule, **cells}


def _measure(name: str, kind: str = "weighted_sum", **cells: str) -> dict[str, str]:
    return {**form.MEASURE, "name": name, "kind": kind, **cells}


def said(**more: list[dict[str, str]]) -> str:
    """What is said of the manual's framework with further rows; empty where it can be used."""
    sheets = {name: [*rows] for name, rows in form.sheets({}).items()}
    for sheet, rows in more.items():
        sheets[sheet] = [*sheets.get(sheet, ()), *rows]
    try:
        build(
            Tables(
                "many.yaml",
                {
                    name: [SheetRow(name, at, row) for at, row in enumerate(rows, start=2)]
                    for name, rows in sheets.items()
                },
            )
        )
    except FrameworkProblems as refused:
        return str(refused)
    return ""


YES = "${a} = 'yes'"


@pytest.mark.parametrize("step", [-1, 1])
def test_a_long_chain_of_measures_is_read_from_either_end(step: int) -> None:
    last = 0 if step < 0 else 299
    rows = [
        _measure(f"m{n}", "expression", rule="${age}" if n == last else f"min(${{m{n + step}}}, 5)")
        for n in range(300)
    ]
    assert said(measures=rows) == ""


def test_a_long_chain_through_components_and_rules_is_read() -> None:
    factors = [_factor(f"f{n}", f"${{m{n + 1}}} > 0") for n in range(300)]
    measures = [_measure(f"m{n}", components=f"f{n}") for n in range(300)]
    measures.append(_measure("m300", components="age"))
    assert said(factors=factors, measures=measures) == ""


CIRCLES = {
    "measures": {
        "measures": [
            _measure(f"m{n}", "expression", rule=f"min(${{m{(n + 1) % 300}}}, 5)")
            for n in range(300)
        ]
    },
    "factors": {"factors": [_factor(f"f{n}", f"${{f{(n + 1) % 999}}}") for n in range(999)]},
    "a measure of a factor that looks at it": {
        "factors": [_factor("one", "${score} > 1")],
        "measures": [_measure("score", components="one")],
    },
    "a selector that finds it": {
        "factors": [_factor("one", "${score} > 1")],
        "measures": [_measure("score", components="risk:*")],
    },
    "a weight": {
        "factors": [_factor("one", YES, weight="${score}")],
        "measures": [_measure("score", components="one")],
    },
    "an urgency": {"factors": [_factor("one", YES, urgent="${one}")]},
    "its own class": {
        "measures": [
            _measure("score", "expression", rule="if(${score__class} = 'a', 1, 2)", classes="a")
        ]
    },
    "its own rows": {
        "measures": [
            _measure("each", "expression", of="member", rule="${each} + 1"),
        ]
    },
    "a decision": {
        "measures": [_measure("score", "decision")],
        "decisions": [{"measure": "score", "when": "${score} = 1", "value": "1"}],
    },
}


@pytest.mark.parametrize("kind", CIRCLES)
def test_rows_in_a_circle_are_told_in_short(kind: str) -> None:
    message = said(**CIRCLES[kind])
    assert "nothing can depend on itself" in message
    assert len(message) < 600


def test_thousands_of_rows_are_read() -> None:
    assert (
        said(
            survey=[{"type": "integer", "name": f"q{n}", "label": "Q"} for n in range(3000)],
            choices=[{"list_name": "big", "name": f"c{n}", "label": "C"} for n in range(9000)],
            factors=[_factor(f"f{n}", f"${{q{n}}} > 1") for n in range(2000)],
            measures=[_measure("score", components="risk:*")],
        )
        == ""
    )


def test_thousands_of_mistakes_are_not_all_told() -> None:
    questions = [{"type": "integer", "name": f"number_{n:04}", "label": "Q"} for n in range(3000)]
    wrong = [_factor(f"f{n}", f"${{nunber_{n:04}}} > 1") for n in range(3000)]
    message = said(survey=questions, factors=wrong)
    assert "row 3, column rule" in message
    assert f"these are the first {MOST_PROBLEMS} problems" in message
    assert message.count("\n") == MOST_PROBLEMS + 1


MANY = [f"f{n}" for n in range(500)]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"kind": "weighted_sum", "components": "age", "weights": "9" * 9000}, "12 digits"),
        ({"kind": "max", "components": "age", "weights": "0." + "9" * 40}, "12 digits"),
        ({"kind": "weighted_sum", "components": "age", "classes": "a <= " + "9" * 5000}, "classes"),
        (
            {"kind": "mean", "components": "age rent", "weights": "0." + "0" * 50 + "1 1"},
            "computed exactly",
        ),
        (
            {
                "kind": "alkire_foster",
                "components": " ".join(MANY),
                "weights": " ".join(f"{n + 1}/{999_983 - n}" for n in range(500)),
                "k": "1/3",
            },
            "these weights are too fine to be added exactly; use ones such as 1/6 or 0.25",
        ),
        ({"kind": "decision"}, "more than 500 rows"),
    ],
)
def test_absurd_numbers_are_refused_in_the_authors_words(
    cells: dict[str, str], message: str
) -> None:
    found = said(
        factors=[_factor(name, YES) for name in MANY],
        measures=[_measure("score", **cells)],
        decisions=[
            {"measure": "score", "when": f"${{age}} = {n}", "value": "1"} for n in range(501)
        ],
    )
    assert "sheet measures, row 2" in found
    assert message in found
    assert len(found) < 1200


def test_measures_that_grow_out_of_each_other_are_refused_where_they_grow_too_large() -> None:
    rows = [_measure("m0", "expression", rule="${age} * 10")]
    rows += [_measure(f"m{n}", "expression", rule=f"${{m{n - 1}}} * 10") for n in range(1, 60)]
    assert "this could grow beyond what can be computed exactly" in said(measures=rows)


def test_an_example_cannot_ask_for_an_endless_number() -> None:
    rows = [{"example": "amina", "kind": "measure", "name": "score", "value": "1e999999999"}]
    sheets = {
        **form.sheets({"measures": "name | components\nscore | age"}),
        "examples": tuple(rows),
    }
    framework, _ = build(
        Tables(
            "endless.yaml",
            {
                name: [SheetRow(name, at, dict(row)) for at, row in enumerate(sheet, start=2)]
                for name, sheet in sheets.items()
            },
        )
    )
    assert len(failures(framework)) == 1
