"""Random frameworks, written as the sheets a person would write."""

from __future__ import annotations

from hypothesis import strategies as st

from sojourn.framework.model import DIRECTION_TYPE, Framework, Question, Sheet
from sojourn.framework.nodes import CodeLiteral, Equal, FactorRef, Node, Not, NotEqual
from sojourn.framework.types import BOOLEAN, Code
from sojourn.language.build import build
from sojourn.language.problems import FrameworkProblems
from sojourn.language.sheets import SheetRow, Tables
from tests.generative.expressions import Names, condition, direction, number

Row = dict[str, str]

_CHOICES = {
    "yes_no": ("yes", "no", "dk", "pnta"),
    "place": ("north", "south", "it's far", "888"),
    "numbered": ("1", "2", "10", "-1"),
    "needs": ("food", "water", "a.b", "dk"),
    "needs_numbered": ("1", "2", "10", "999"),
    "direction": ("raises", "protects", "both", "none", "dk"),
    "stage": ("origin", "transit", "destination", "dk"),
}
_QUESTIONS = {
    "integer": "integer",
    "decimal": "decimal",
    "range": "range",
    "day": "date",
    "today": "today",
    "yes": "select_one yes_no",
    "place": "select_one place",
    "numbered": "select_one numbered",
    "needs": "select_multiple needs",
    "needs_numbered": "select_multiple needs_numbered",
    "direction": "select_one direction",
    "note": "text",
}
_ROSTERS = ("member", "leg")
_NUMBER_MISSING = st.sampled_from(
    ["", "-1=does_not_know", "5=prefers_not_to_say -0.5=does_not_know"]
)
_CONSTRAINTS = st.sampled_from(
    ["", "", ". >= 0", ". >= 0 and . <= 7", "not(. = 3)", "regex(., 'x')"]
)


def tables_of(sheets: dict[str, Sheet]) -> Tables:
    """Sheets as a file with them would be read."""
    rows = {
        name: [SheetRow(name, at, row) for at, row in enumerate(sheet, start=2)]
        for name, sheet in sheets.items()
    }
    return Tables("random.yaml", rows)


@st.composite
def frameworks(draw: st.DrawFn) -> Framework:
    """A framework with a form, factors that speak of it, and responses and measures of those."""
    sheets = draw(_forms())
    questions = _questions(sheets)
    sheets["factors"], refs = _factors(Names(draw, questions))
    sheets["responses"] = _responses(Names(draw, questions, refs))
    sheets["measures"] = _measures(Names(draw, questions), [ref.name for ref in refs])
    try:
        return build(tables_of(sheets))[0]
    except FrameworkProblems as refused:
        if all("computed exactly" in problem.message for problem in refused.problems):
            return build(tables_of({**sheets, "measures": ()}))[0]
        raise


# -- the form


@st.composite
def _forms(draw: st.DrawFn) -> dict[str, Sheet]:
    survey = [_question(draw, name, kind) for name, kind in _QUESTIONS.items()]
    survey.append({"type": "select_one stage", "name": "stage", "label": "Stage"})
    for roster in _ROSTERS[: draw(st.sampled_from([0, 1, 2, 2]))]:
        survey.append({"type": "begin repeat", "name": roster, "label": "Rows"})
        survey += [_question(draw, f"{roster}_{name}", kind) for name, kind in _QUESTIONS.items()]
        survey.append({"type": "end repeat"})
    choices = [
        {"list_name": name, "name": code, "label": code}
        for name, codes in _CHOICES.items()
        for code in codes
    ]
    about = [{"key": "stage_question", "value": "stage"}] if draw(st.integers(0, 3)) else []
    settings = {"form_id": "random", "version": "1", "form_title": "Random"}
    return {
        "survey": tuple(survey),
        "choices": tuple(choices),
        "settings": (settings,),
        "framework": tuple(about),
    }


def _question(draw: st.DrawFn, name: str, kind: str) -> Row:
    row = {"type": kind, "name": name, "label": name}
    if kind in ("integer", "decimal", "range"):
        row["missing"], row["constraint"] = draw(_NUMBER_MISSING), draw(_CONSTRAINTS)
    return {column: cell for column, cell in row.items() if cell}


def _questions(sheets: dict[str, Sheet]) -> tuple[Question, ...]:
    """The form's questions as they are read; a factor is needed to read it."""
    placeholder = {**_about_factor(), "name": "placeholder", "rule": "${yes} = 'yes'"}
    return build(tables_of({**sheets, "factors": (placeholder,)}))[0].questions


# -- factors, responses, measures


def _about_factor() -> Row:
    return {"label": "Factor", "level": "individual", "effect": "risk", "nature": "situational"}


def _factors(names: Names) -> tuple[Sheet, tuple[FactorRef, ...]]:
    rows, refs = [], []
    for at in range(names.draw(st.integers(1, 4))):
        effect = names.pick(["risk", "protective", "context"])
        context = effect == "context"
        row = {
            **_about_factor(),
            "name": f"factor_{at}",
            "effect": effect,
            "level": names.pick(["individual", "household"]),
            "stages": names.pick(["", "transit", "origin return"]),
            "rule": (direction(names) if context else condition(names)).text(),
            "weight": _weight(names),
            "urgent": names.pick(["", "yes", condition(names).text()]),
        }
        rows.append({column: cell for column, cell in row.items() if cell})
        refs.append(FactorRef(row["name"], DIRECTION_TYPE if context else BOOLEAN))
    return tuple(rows), tuple(refs)


def _weight(names: Names) -> str:
    node: Node = number(names.deeper().deeper())
    return names.pick(["", "2", "0.25", "-1.5", node.text()])


def _responses(names: Names) -> Sheet:
    return tuple(
        {
            "name": f"response_{at}",
            "label": "Response",
            "horizon": "immediate",
            "when": (_about_a_factor if at == 0 else condition)(names).text(),
        }
        for at in range(names.draw(st.integers(0, 2)))
    )


def _about_a_factor(names: Names) -> Node:
    """A condition that a factor alone decides, so that its state at every stage matters."""
    factor = names.pick(list(names.factors))
    if not isinstance(factor.type, Code):
        either: list[Node] = [factor, Not(factor)]
        return names.pick(either)
    literal = CodeLiteral(names.pick(list(factor.type.codes)), factor.type.codes)
    compared: list[Node] = [Equal(factor, literal), NotEqual(factor, literal)]
    return names.pick(compared)


def _measures(names: Names, factors: list[str]) -> Sheet:
    return tuple(_measure(names, at, factors) for at in range(names.draw(st.integers(0, 2))))


def _measure(names: Names, at: int, factors: list[str]) -> Row:
    parts = names.draw(st.lists(st.sampled_from([*factors, "integer", "decimal"]), min_size=1))
    weights = [
        names.pick(
            ["1", "-2", "0.5", "100.25"] + ([] if p in ("integer", "decimal") else ["own", "-own"])
        )
        for p in parts
    ]
    classes = names.pick(
        ["", "low <= 0 | some < 0.5 | high", "low < 1 | some <= 1 | more <= 2.25", "all"]
    )
    missing = names.pick(["", "unknown", "available", "available 50%", "available 66.7%"])
    row = {
        "name": f"measure_{at}",
        "label": "Measure",
        "kind": "weighted_sum",
        "components": " ".join(parts),
        "weights": " ".join(weights),
        "classes": classes,
        "missing": missing,
    }
    return {column: cell for column, cell in row.items() if cell}
