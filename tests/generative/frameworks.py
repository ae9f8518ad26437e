"""Random frameworks, written as the sheets a person would write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st

from sojourn.framework.model import DIRECTION_TYPE, Effect, Framework, Sheet
from sojourn.framework.nodes import CodeLiteral, Equal, FactorRef, Node, Not, NotEqual
from sojourn.framework.silence import on_silence
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
_ROSTERS: tuple[dict[str, str], ...] = (
    {},
    {"member": ""},
    {"member": "", "leg": ""},
    {"member": "", "leg": ""},
    {"member": "", "leg": "member"},
    {"member": "", "leg": "member"},
    {"member": "", "leg": "member", "stop": "leg"},
    {"member": "", "leg": "member", "stop": "member"},
)
"""The repeats of a form, each with the one in whose rows it stands."""

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
    """A framework with a form, factors and measures that look at it and at each other."""
    sheets = draw(_forms())
    form = _form(sheets)
    names = Names(draw, form.questions, parents=form.parents)
    sheets |= {"factors": (), "measures": (), "decisions": ()}
    framework: Framework | None = None
    for at in range(draw(st.integers(1, 6))):
        row_of = _measure if draw(st.integers(0, 2)) == 0 else _factor
        wider = _with(sheets, row_of(names, at))
        try:
            framework = build(tables_of(wider))[0]
        except FrameworkProblems as refused:
            if not all(_may_be_refused(problem.message) for problem in refused.problems):
                raise
            continue
        sheets, names = wider, _knowing(names, framework)
    if not sheets["factors"]:
        sheets = _with(sheets, {"factors": (_placeholder(),)})
    sheets["responses"] = _responses(names)
    return build(tables_of(sheets))[0]


def _may_be_refused(message: str) -> bool:
    """What a random row may break: limits that a rule's author would be told of."""
    words = (
        "computed exactly",
        "round",
        "constraint such as",
        "silence",
        "written twice",
    )
    return any(word in message for word in words)


def _with(sheets: dict[str, Sheet], more: dict[str, Sheet]) -> dict[str, Sheet]:
    return {**sheets, **{name: (*sheets.get(name, ()), *rows) for name, rows in more.items()}}


def _knowing(names: Names, framework: Framework) -> Names:
    """The same names, with the rows that there are now."""
    factors = tuple(
        FactorRef(f.name, DIRECTION_TYPE if f.effect is Effect.CONTEXT else BOOLEAN)
        for f in framework.factors
    )
    measures = tuple(measure.ref for measure in framework.measures)
    classes = tuple(measure.class_ref for measure in framework.measures if measure.classes)
    return replace(names, factors=factors, measures=measures, classes=classes)


# -- the form


@st.composite
def _forms(draw: st.DrawFn) -> dict[str, Sheet]:
    survey = [_question(draw, name, kind) for name, kind in _QUESTIONS.items()]
    survey.append({"type": "select_one stage", "name": "stage", "label": "Stage"})
    survey += _repeats(draw, draw(st.sampled_from(_ROSTERS)), "")
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


def _repeats(draw: st.DrawFn, parents: dict[str, str], within: str) -> list[Row]:
    """The repeats that stand in the rows of one, or of the form itself."""
    survey: list[Row] = []
    for roster in (name for name, parent in parents.items() if parent == within):
        survey.append({"type": "begin repeat", "name": roster, "label": "Rows"})
        survey += [_question(draw, f"{roster}_{name}", kind) for name, kind in _QUESTIONS.items()]
        survey += [*_repeats(draw, parents, roster), {"type": "end repeat"}]
    return survey


def _form(sheets: dict[str, Sheet]) -> Framework:
    """The form as it is read; a factor is needed to read it."""
    return build(tables_of({**sheets, "factors": (_placeholder(),)}))[0]


def _placeholder() -> Row:
    return {**_about_factor(), "name": "placeholder", "rule": "${yes} = 'yes'"}


# -- factors, responses, measures


def _about_factor() -> Row:
    return {"label": "Factor", "level": "individual", "effect": "risk", "nature": "situational"}


def _factor(names: Names, at: int) -> dict[str, Sheet]:
    effect = names.pick(["risk", "protective", "context"])
    rule = direction if effect == "context" else condition
    row = {
        **_about_factor(),
        "name": f"factor_{at}",
        "effect": effect,
        "level": names.pick(["individual", "household"]),
        "stages": names.pick(["", "transit", "origin return"]),
        "rule": rule(names).text(),
        "weight": _weight(names),
        "urgent": names.pick(["", "yes", condition(names).text()]),
    }
    return {"factors": (_filled(row),)}


def _filled(row: Row) -> Row:
    return {column: cell for column, cell in row.items() if cell}


def _weight(names: Names) -> str:
    node: Node = number(names.deeper().deeper())
    return names.pick(["", "2", "0.25", "-1.5", node.text()])


def _responses(names: Names) -> Sheet:
    found = []
    for at in range(names.draw(st.integers(0, 2))):
        first = at == 0 and names.factors
        when = (_about_a_factor if first else condition)(names)
        if on_silence(when) is None:
            row = {"label": "Response", "horizon": "immediate", "when": when.text()}
            found.append({"name": f"response_{at}", **row})
    return tuple(found)


def _about_a_factor(names: Names) -> Node:
    """A condition that a factor alone decides, so that its state at every stage matters."""
    factor = names.pick(list(names.factors))
    if not isinstance(factor.type, Code):
        either: list[Node] = [factor, Not(factor)]
        return names.pick(either)
    literal = CodeLiteral(names.pick(list(factor.type.codes)), factor.type.codes)
    compared: list[Node] = [Equal(factor, literal), NotEqual(factor, literal)]
    return names.pick(compared)


def _measure(names: Names, at: int) -> dict[str, Sheet]:
    roster = names.pick([None, None, None, *names.rosters()])
    inside = names.within(roster) if roster else names
    kinds = ["weighted_sum", "mean", "max", "min", "count", "expression", "decision", "table"]
    if names.factors and roster is None:
        kinds.append("alkire_foster")
    kind = names.pick(kinds)
    name = f"measure_{at}"
    row = {
        "name": name,
        "label": "Measure",
        "kind": kind,
        "of": roster or "",
        "classes": names.pick(_CLASSES) if kind != "alkire_foster" else "",
        "missing": names.pick(_MISSING) if kind in _POLICIED else "",
    }
    more, decisions = _MEASURES.get(kind, _put_together)(inside, name)
    return {"measures": (_filled({**row, **more}),), "decisions": decisions}


_CLASSES = ["", "low <= 0 | some < 0.5 | high", "low < 1 | some <= 1 | more <= 2.25", "all"]
_POLICIED = ("weighted_sum", "mean", "max", "min", "count", "alkire_foster")
_MISSING = [
    *("", "unknown", "available", "available 50%", "available 66.7%", "available 1"),
    *("available 2", "bounds"),
]


def _put_together(names: Names, _: str) -> tuple[Row, Sheet]:
    prefix = f"{names.roster}_" if names.roster else ""
    parts = [f"{prefix}integer", f"{prefix}decimal", *(m.name for m in names.measured())]
    if names.roster is None:
        parts += [factor.name for factor in names.factors]
    found = names.draw(st.lists(st.sampled_from(parts), min_size=1, max_size=4))
    weights = " ".join(names.pick(["1", "2", "0.5", "100.25"]) for _ in found)
    return {"components": " ".join(found), "weights": names.pick(["", weights])}, ()


def _expression(names: Names, _: str) -> tuple[Row, Sheet]:
    return {"rule": number(names).text()}, ()


def _decision(names: Names, name: str) -> tuple[Row, Sheet]:
    rows = [
        {"measure": name, "when": condition(names.deeper()).text(), "value": _outcome(names)}
        for _ in range(names.draw(st.integers(1, 4)))
    ]
    if names.draw(st.booleans()):
        rows.append({"measure": name, "when": "otherwise", "value": _outcome(names)})
    return {}, tuple(rows)


def _outcome(names: Names) -> str:
    return names.pick(["0", "1", "1", "2.5", "-3"])


def _table(names: Names, name: str) -> tuple[Row, Sheet]:
    prefix = f"{names.roster}_" if names.roster else ""
    places, numbered = _CHOICES["yes_no"][:2], _CHOICES["numbered"][:3]
    whole = ("0", "1", "-1")
    keys = [(f"{prefix}yes", places), (f"{prefix}numbered", numbered), (f"{prefix}integer", whole)]
    chosen = names.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=3))
    rows = [
        {
            "measure": name,
            "when": " ".join(names.pick(["*", *codes]) for _, codes in chosen),
            "value": _outcome(names),
        }
        for _ in range(names.draw(st.integers(1, 5)))
    ]
    return {"components": " ".join(key for key, _ in chosen)}, tuple(rows)


def _alkire_foster(names: Names, _: str) -> tuple[Row, Sheet]:
    factors = [factor.name for factor in names.factors]
    found = names.draw(st.lists(st.sampled_from(factors), min_size=1, max_size=4))
    dimension = names.pick(["", "one: "])
    cut = names.draw(st.integers(1, len(found))) if dimension else 0
    blocks = [found[:cut], found[cut:]] if 0 < cut < len(found) else [found]
    components = "; ".join(f"d{n}: {' '.join(block)}" for n, block in enumerate(blocks))
    weights = " ".join(names.pick(["1", "1/3", "0.25"]) for _ in found)
    k = names.pick(["1/3", "33%", "0.5", "1"])
    return {"components": components, "weights": names.pick(["", weights]), "k": k}, ()


_MEASURES: dict[str, Callable[[Names, str], tuple[Row, Sheet]]] = {
    "expression": _expression,
    "decision": _decision,
    "table": _table,
    "alkire_foster": _alkire_foster,
}
