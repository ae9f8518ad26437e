"""What the form and the examples may not hold, told where it stands."""

from __future__ import annotations

import pytest

from sojourn.engines import record
from sojourn.framework import Answers
from sojourn.framework.model import Framework, Sheet
from sojourn.framework.types import Code
from sojourn.language import FrameworkProblems
from sojourn.language.build import build
from sojourn.language.sheets import SheetRow, Tables
from tests.spec import form

Row = dict[str, str]

NEXT = len(form.sheets({})["survey"]) + 2
"""The number of a row that is added to the survey."""


def framework_with(**more: list[Row]) -> Framework:
    """The manual's framework with further rows at the end of some sheets."""
    sheets: dict[str, Sheet] = dict(form.sheets({}))
    for name, rows in more.items():
        sheets[name] = (*sheets.get(name, ()), *rows)
    tables = {
        name: [SheetRow(name, at, row) for at, row in enumerate(rows, start=2)]
        for name, rows in sheets.items()
    }
    return build(Tables("small.yaml", tables))[0]


def said(**more: list[Row]) -> str:
    with pytest.raises(FrameworkProblems) as refused:
        framework_with(**more)
    return str(refused.value)


def question(kind: str, name: str = "new", **more: str) -> Row:
    return {"type": kind, "name": name, "label": "New", **more}


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (question("intger"), "type", "Did you mean `integer`?"),
        (question("select_on yes_no"), "type", "Did you mean `select_one`?"),
        (question("select_one"), "type", "there is no choice list ``"),
        (question("select_one yesno"), "type", "Did you mean `yes_no`?"),
        (question("integer", ""), "name", "a name is missing"),
        (question("integer", "my age"), "name", "`my age` cannot be a name"),
        (question("integer", "age"), "name", "`age` is already the name of a question"),
        (question("integer", "member"), "name", "`member` is already the name of a repeat"),
        (question("begin repeat", ""), "name", "a repeat needs a name"),
        (question("begin repeat", "member"), "name", "`member` is already a name"),
        (question("end repeat"), "type", "this ends a repeat that was not begun here"),
        (question("begin group"), "type", "this group is never ended"),
        (question("integer", missing="-1"), "missing", "write `-1` as code=kind"),
        (question("integer", missing="-1=unsure"), "missing", "`unsure` is not a kind of missing"),
        (question("integer", data_class="journy"), "data_class", "Did you mean `journey`?"),
        (question("text", relevant="${families} > 1"), "relevant", "`families` is asked in the"),
        (
            question("text", asked_of="place", relevant="${a} = 'yes'"),
            "relevant",
            "`a` is asked in the other form",
        ),
    ],
)
def test_a_wrong_question_is_explained(row: Row, column: str, message: str) -> None:
    problems = said(survey=[row])
    assert f"sheet survey, row {NEXT}, column {column}: " in problems
    assert message in problems


def test_crossed_blocks_are_named() -> None:
    rows = [
        question("begin group", "one"),
        question("begin repeat", "two"),
        {"type": "end group"},
        {"type": "end repeat"},
    ]
    assert "this ends a group that was not begun here" in said(survey=rows)


def test_a_code_that_stands_twice_is_refused() -> None:
    row = {"list_name": "region", "name": "north", "label": "North"}
    assert "`north` stands in the list `region` twice" in said(choices=[row])


def test_a_code_with_a_space_cannot_be_one_of_several() -> None:
    row = {"list_name": "needs", "name": "warm clothes", "label": "Warm clothes"}
    assert "holds a space, which parts the codes" in said(choices=[row])


@pytest.mark.parametrize(
    "kind", ["select_one region", "select one region", "select one from region"]
)
def test_choices_can_be_asked_in_the_words_of_any_xlsform(kind: str) -> None:
    found = framework_with(survey=[question(kind)]).question("new")
    assert found.type == Code(("north", "south", "east"))


def test_or_other_adds_a_code() -> None:
    found = framework_with(survey=[question("select_one region or_other")]).question("new")
    assert found.type == Code(("north", "south", "east", "other"))


def test_types_of_other_tools_are_kept_as_text() -> None:
    assert framework_with(survey=[question("deviceid")]).question("new").type.__str__()


def test_a_constraint_that_rules_cannot_say_is_left_to_the_form() -> None:
    rows = [
        question("integer", "one", constraint="regex(., '^[0-9]+$')"),
        question("integer", "two", constraint=". <= count(${member})"),
        question("integer", "three", constraint=". <= ${age}"),
    ]
    framework = framework_with(survey=rows)
    assert framework.question("one").constraint is None
    assert framework.question("two").constraint is None
    assert framework.question("three").constraint is not None


@pytest.mark.parametrize("name", ["known_share", "row", "alone__direction"])
def test_names_of_output_columns_are_taken(name: str) -> None:
    assert "is kept for columns of the output" in said(factors=[{**form.FACTOR, "name": name}])


def test_a_factor_cannot_have_a_questions_name() -> None:
    row = {**form.FACTOR, "name": "age"}
    assert "`age` is already the name of a question" in said(factors=[row])


# -- measures


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        ({"components": "plceholder"}, "components", "Did you mean `placeholder`?"),
        ({"components": "region"}, "components", "`region` is one choice, not a number"),
        (
            {"components": "member_age", "weights": "1"},
            "components",
            "is not asked once for the unit",
        ),
        ({"components": "risk:structural"}, "components", "no factor is like that"),
        ({"components": ""}, "components", "name the questions, factors or measures"),
        ({"weights": "own own"}, "weights", "there are 1 components and 2 weights"),
        ({"weights": "NaN"}, "weights", "`NaN` is not a number, own or -own"),
        ({"weights": "1e9"}, "weights", "`1e9` is not a number"),
        ({"components": "age", "weights": "own"}, "weights", "has no weight of its own"),
        ({"weights": "1000000000000"}, "components", "use at most 12 digits"),
        ({"missing": "some"}, "missing", "use unknown, available 60%, available 3 or bounds"),
        (
            {"missing": "available 101%"},
            "missing",
            "use unknown, available 60%, available 3 or bounds",
        ),
        ({"classes": "low = 3 | high"}, "classes", "write low <= 3 | high"),
        ({"classes": "a <= 3 | b <= 2 | c"}, "classes", "cut-offs must rise"),
        ({"classes": "a | b <= 2"}, "classes", "only the last class may have none"),
        ({"classes": "low <= 1000000000000 | high"}, "components", "use at most 12 digits"),
        ({"kind": "men"}, "kind", "Did you mean `mean`?"),
        ({"kind": "mean", "weights": "0"}, "weights", "numbers above zero"),
        ({"kind": "mean", "weights": "own"}, "weights", "numbers above zero"),
        ({"components": "age", "missing": "bounds"}, "missing", "a constraint such as"),
        ({"kind": "expression", "rule": "${a} = 'yes'"}, "rule", "a number was expected"),
        ({"kind": "expression", "rule": "coalesce(${age}, 0)"}, "rule", "silence must not decide"),
        ({"kind": "expression", "rule": "${score} + 1"}, "rule", "nothing can depend on itself"),
        ({"kind": "expression", "rule": "${age}", "missing": "bounds"}, "missing", "no policy"),
        ({"kind": "decision"}, "kind", "the sheet `decisions` has no row for the measure `score`"),
        ({"kind": "table", "components": "income"}, "components", "cannot be a key of a table"),
        ({"of": "membr"}, "of", "Did you mean `member`?"),
        ({"kind": "alkire_foster"}, "k", "write a fraction or a percentage"),
        ({"kind": "alkire_foster", "k": "0"}, "k", "k lies above 0"),
        ({"kind": "alkire_foster", "k": "1/0"}, "k", "write a fraction or a percentage"),
        ({"kind": "alkire_foster", "components": "age", "k": "1"}, "components", "no factor `age`"),
    ],
)
def test_a_wrong_measure_is_explained(cells: Row, column: str, message: str) -> None:
    row = {**form.MEASURE, "name": "score", "components": "placeholder", **cells}
    problems = said(measures=[row])
    assert f"sheet measures, row 2, column {column}: " in problems
    assert message in problems


def test_bounds_of_a_count_know_its_weights() -> None:
    limited = question("integer", constraint=". >= 0 and . <= 7")
    row = {
        **form.MEASURE,
        "name": "score",
        "kind": "count",
        "components": "new",
        "missing": "bounds",
    }
    for weight, low, high in (("2", 0, 2), ("-3", -3, 0)):
        found = framework_with(survey=[limited], measures=[{**row, "weights": weight}])
        score = record.assess(found, Answers()).measure("score")
        assert score.value is None
        assert score.low == low
        assert score.high == high


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        ({"when": "north"}, "when", "there are 2 components and 1 keys"),
        ({"when": "nort 1"}, "when", "Did you mean `north`?"),
        ({"when": "north one"}, "when", "`one` is not a whole number"),
        ({"when": "north 1", "value": "a"}, "value", "`a` is not a number"),
    ],
)
def test_a_wrong_decision_is_explained(cells: Row, column: str, message: str) -> None:
    row = {**form.MEASURE, "name": "score", "kind": "table", "components": "region age"}
    decision = {"measure": "score", "when": "north 1", "value": "1", **cells}
    problems = said(measures=[row], decisions=[decision])
    assert f"sheet decisions, row 2, column {column}: " in problems
    assert message in problems


# -- rows that look at each other


def test_factors_that_look_at_each_other_in_a_circle_are_refused() -> None:
    rows = [
        {**form.FACTOR, "name": "one", "rule": "${two}"},
        {**form.FACTOR, "name": "two", "rule": "not(${one})"},
    ]
    assert "nothing can depend on itself" in said(factors=rows)


def test_a_factor_in_a_measure_that_the_factor_looks_at_is_refused() -> None:
    factor = {**form.FACTOR, "name": "one", "rule": "${score} > 1"}
    measure = {**form.MEASURE, "name": "score", "components": "one"}
    assert "nothing can depend on itself" in said(factors=[factor], measures=[measure])


@pytest.mark.parametrize(
    "rule", ["coalesce(${a} = 'yes', 1 = 1)", "1 + 1 = 2", "${a} = 'x' or 1 > 0"]
)
def test_a_rule_that_silence_decides_is_refused(rule: str) -> None:
    row = {**form.FACTOR, "name": "one", "rule": rule.replace("'x'", "'no'")}
    assert "silence must not decide" in said(factors=[row])


# -- examples


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        ({"kind": "anwser"}, "kind", "use one of answer, factor, response, measure"),
        ({"name": "agee"}, "name", "Did you mean `age`?"),
        ({"example": ""}, "example", "say whose example this is"),
        ({"name": "member_age"}, "repeat", "`member_age` stands in the repeat `member`"),
        ({"repeat": "member"}, "repeat", "`age` stands in no repeat"),
        ({"name": "member_age", "repeat": "member", "index": "first"}, "index", "1, 2, ..."),
        ({"name": "member_age", "repeat": "member", "index": "0"}, "index", "1, 2, ..."),
    ],
)
def test_a_wrong_example_is_explained(cells: Row, column: str, message: str) -> None:
    row = {"example": "amina", "kind": "answer", "name": "age", "value": "16", **cells}
    problems = said(examples=[row])
    assert f"sheet examples, row 2, column {column}: " in problems
    assert message in problems


def test_rows_of_an_examples_roster_are_put_in_order() -> None:
    rows = [
        {
            "example": "amina",
            "kind": "answer",
            "name": "member_age",
            "value": age,
            "repeat": "member",
            "index": index,
        }
        for index, age in (("2", "7"), ("1", "31"))
    ]
    (example,) = framework_with(examples=rows).examples
    assert [row["member_age"] for row in example.rosters["member"]] == ["31", "7"]


def test_an_invisible_character_is_named() -> None:
    row = question("text", label="Na\x07me")
    assert f"row {NEXT}, column label: this holds an invisible character (U+0007)" in said(
        survey=[row]
    )


def test_a_group_of_the_place_may_not_look_at_the_unit() -> None:
    group = {**question("begin group", "well"), "relevant": "${a} = 'yes'"}
    rows = [group, question("integer", "depth", asked_of="place"), {"type": "end group"}]
    assert f"row {NEXT}, column relevant: `a` is asked in the other form" in said(survey=rows)


def test_a_question_of_a_place_may_look_at_where_and_when() -> None:
    framework_with(
        survey=[question("text", asked_of="place", relevant="${region} = 'north' and ${families}")]
    )
