"""A framework to begin with, made of a form that is already there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sojourn.framework.model import (
    Basis,
    DataClass,
    Effect,
    Horizon,
    Level,
    MeasureKind,
    Nature,
    Question,
    Sheet,
    Stage,
    Text,
)
from sojourn.framework.types import Code, Codes, Number
from sojourn.framework.values import lineage
from sojourn.language.build import build
from sojourn.language.form import read_form
from sojourn.language.labels import language_code, language_of
from sojourn.language.phrases import plain_code
from sojourn.language.problems import FrameworkProblems, Problem
from sojourn.language.sheets import SheetRow, Tables

OURS = ("framework", "factors", "responses", "measures", "decisions", "examples")
_YES = ("yes", "oui", "si", "sí", "y", "true", "1")
_TEXTS = {
    "response": {
        "en": "What can be done about it",
        "fr": "Ce qui peut être fait",
        "es": "Qué se puede hacer",
        "ar": "ما الذي يمكن فعله",
    },
    "measure": {
        "en": "Sample: 1 where it is so, else 0",
        "fr": "Exemple : 1 si c’est le cas, sinon 0",
        "es": "Ejemplo: 1 si es así; si no, 0",
        "ar": "مثال: 1 إن كان الأمر كذلك، وإلا 0",
    },
}
_NO_FORM = "there is no such sheet with questions; an XLSForm has the sheets survey and choices"
HEADINGS: Mapping[str, Mapping[str, str]] = {
    "framework": {
        "key": "What the row is about: title, description, source, licence, unit, stage_question, "
        "reference_date, place, period, key.",
        "value": "Its value. Translations stand in value::Français (fr) and so on.",
    },
    "factors": {
        "name": "Small letters, digits and _. Unique over questions, factors and all others.",
        "label": "What it is in plain words: a situation, never a kind of person.",
        "code": "Its number in the source, if it has one.",
        "level": "Where it sits: " + ", ".join(Level) + ".",
        "effect": ", ".join(Effect) + ". context: it depends on the place.",
        "nature": ", ".join(Nature) + ": in body and health, in present circumstances, or in law.",
        "stages": "Where it is asked, separated by spaces: " + " ".join(Stage) + ". Empty: all.",
        "domain": "A heading to group by.",
        "rule": "When it is present: ${question} = 'code', ${number} < 18, "
        "selected(${several}, 'code'), count(${repeat}[${age} < 5]) > 0; with and, or, not().",
        "weight": "A number; empty: 1.",
        "urgent": "no, yes, or a condition.",
        "data_class": "Who may see it; empty: case_work. " + ", ".join(DataClass) + ".",
        "basis": ", ".join(Basis) + ". sourced: only if you read the source.",
        "source": "Where it comes from.",
        "note": "Anything that a reader should know.",
    },
    "responses": {
        "name": "Small letters, digits and _.",
        "label": "What is done, in plain words.",
        "when": "A condition over factors and questions: ${factor} and ${age} < 18.",
        "horizon": ", ".join(Horizon) + ".",
        "within": "By when it has to begin: 72 hours, 90 days.",
        "service_type": "What is offered.",
        "actor": "Who does it.",
        "legal_basis": "Where the law says so.",
        "data_class": "Who may see it; empty: case_work.",
        "basis": ", ".join(Basis) + ".",
        "source": "Where it comes from.",
        "note": "Anything that a reader should know.",
    },
    "measures": {
        "name": "Small letters, digits and _.",
        "label": "What is measured.",
        "kind": ", ".join(MeasureKind) + ".",
        "of": "Empty: the unit. Or a repeat, for each of its rows.",
        "unit": "Of the number, such as points.",
        "components": "Questions, factors and measures, separated by spaces.",
        "weights": "One number for each component; empty: 1, or a factor's own.",
        "k": "alkire_foster only: the cut-off, such as 1/3.",
        "rule": "expression only: a number expression.",
        "missing": "Of what is put together: unknown, available, available 60%, or bounds.",
        "classes": "Such as low <= 3 | high. Labels in the choice list <name>__class.",
        "basis": ", ".join(Basis) + ".",
        "source": "Where it comes from.",
        "note": "Anything that a reader should know.",
    },
    "decisions": {
        "measure": "The measure, of kind decision or table.",
        "when": "A condition (table: one key for each component, * for any); last: otherwise.",
        "value": "The number.",
        "note": "Anything that a reader should know.",
    },
    "examples": {
        "example": "Whose row this is: an invented person.",
        "kind": "answer, factor, response or measure.",
        "name": "Of the question, factor, response or measure.",
        "value": "The answer as in a table; or what must come out: present, absent, unknown; "
        "yes, no; a number or a class.",
        "repeat": "For an answer in a repeat: its name.",
        "index": "For an answer in a repeat: which row, from 1. In a repeat within a repeat the "
        "row around it comes first, such as 2 1.",
    },
}
"""The columns of our sheets, and what to write there."""

ONE_OF: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "factors": {
        "level": tuple(Level),
        "effect": tuple(Effect),
        "nature": tuple(Nature),
        "data_class": tuple(DataClass),
        "basis": tuple(Basis),
    },
    "responses": {
        "horizon": tuple(Horizon),
        "data_class": tuple(DataClass),
        "basis": tuple(Basis),
    },
    "measures": {"kind": tuple(MeasureKind), "basis": tuple(Basis)},
    "examples": {"kind": ("answer", "factor", "response", "measure")},
}
"""Columns that hold one of a few words, for drop-down lists."""


@dataclass(frozen=True)
class Started:
    """Sheets to begin with, the columns of ours, and the question that the samples look at."""

    sheets: Mapping[str, Sheet]
    columns: Mapping[str, tuple[str, ...]]
    question: str


def start(tables: Tables) -> Started:
    """The form as it is, and our sheets with a sample row each that fits this form.

    Raises `FrameworkProblems` for a form that cannot be read, or is a framework already.
    """
    there = [sheet for sheet in OURS if any(tables.rows(sheet))]
    if there:
        message = "this is a framework already; copy it with `sojourn framework export`"
        raise FrameworkProblems(tables.name, [Problem(there[0], 0, "", message)])
    if not any(tables.rows("survey")):
        raise FrameworkProblems(tables.name, [Problem("survey", 0, "", _NO_FORM)])
    sheets = dict(tables.plain())
    sheets["settings"] = (_settings(tables),)
    default = language_code(sheets["settings"][0].get("default_language", "") or "default")
    form = read_form(tables, default)
    errors = [problem for problem in form.problems if not problem.warning]
    if errors:
        raise FrameworkProblems(tables.name, errors)
    asked = _question(tables, form.questions)
    depth = len(lineage({one.name: one.parent for one in form.rosters}, asked.roster))
    sample = _Sample(asked, depth, _languages(tables), default)
    ours = sample.sheets(sheets["settings"][0].get("form_title", ""), form.questions)
    sheets |= {name: tuple(_plain(row) for row in rows) for name, rows in ours.items()}
    build(Tables(tables.name, {name: _rows(name, rows) for name, rows in sheets.items()}))
    columns = {sheet: sample.columns(sheet) for sheet in OURS}
    return Started(sheets, columns, sample.question.name)


def _plain(row: Mapping[str, str]) -> dict[str, str]:
    """Words of closed lists as the text they are."""
    return {column: str(cell) for column, cell in row.items()}


def _rows(name: str, rows: Sheet) -> list[SheetRow]:
    return [SheetRow(name, at, row) for at, row in enumerate(rows, start=2)]


def _settings(tables: Tables) -> dict[str, str]:
    """The form's settings, with the id and version that a framework cannot be without."""
    row = next(iter(tables.rows("settings")), None)
    found = dict(row.cells) if row is not None else {}
    if not (found.get("form_id") or found.get("id_string")):
        name = re.sub(r"[^a-z0-9]+", "-", Path(tables.name).stem.lower()).strip("-")
        found["form_id"] = name or "framework"
    if not found.get("version"):
        found["version"] = "0.1"
    return found


def _languages(tables: Tables) -> dict[str, tuple[str, str]]:
    """The endings of translated headings, with code and name: `english` or `Français (fr)`."""
    found: dict[str, tuple[str, str]] = {}
    for sheet in ("survey", "choices"):
        for row in tables.rows(sheet):
            for heading in row.cells:
                language = language_of(heading)
                if language and language[0] == "label":
                    found.setdefault(heading.split("::", 1)[1], (language[1], language[2]))
    return found


def _question(tables: Tables, questions: list[Question]) -> Question:
    """The question that the samples look at: yes or no where there is one."""

    def fitness(question: Question) -> int:
        match question.type:
            case Code(codes) if len(codes) == 2 and _yes(codes):
                return 0
            case Code(codes) if len(codes) > 1 and _yes(codes):
                return 1
            case Code(codes) if len(codes) > 1:
                return 2
            case Codes(codes) if codes:
                return 3
            case Number():
                return 4
            case _:
                return 9

    fitting = [q for q in questions if fitness(q) < 9 and "acknowledge" not in q.kind]
    if not fitting:
        message = "no question has choices or a number, and rules can look at nothing else"
        raise FrameworkProblems(tables.name, [Problem("survey", 0, "type", message)])
    return min(fitting, key=lambda q: (q.roster is not None, fitness(q)))


def _yes(codes: tuple[str, ...]) -> str | None:
    return next((code for code in codes if code.lower() in _YES), None)


@dataclass(frozen=True)
class _Sample:
    """Rows that are true for this form, to write over."""

    question: Question
    depth: int
    languages: Mapping[str, tuple[str, str]]
    default: str

    @property
    def code(self) -> str:
        codes = getattr(self.question.type, "codes", ())
        return (_yes(codes) or codes[0]) if codes else "1"

    @property
    def rule(self) -> str:
        name, code = self.question.name, self.code
        quoted = f'"{code}"' if "'" in code else f"'{code}'"
        match self.question.type:
            case Codes():
                rule = f"selected(${{{name}}}, {quoted})"
            case Code():
                rule = f"${{{name}}} = {quoted}"
            case _:
                rule = f"${{{name}}} >= 1"
        roster = self.question.roster
        return rule if roster is None else f"any(${{{roster}}}[{rule}])"

    def sheets(self, title: str, questions: list[Question]) -> dict[str, Sheet]:
        """Our sheets, each with its sample."""
        note = "A sample. Write over it."
        person = {"example": "somebody"}
        answer = {"kind": "answer", "name": self.question.name, "value": self.code}
        if self.question.roster is not None:
            answer |= {"repeat": self.question.roster, "index": " ".join("1" * self.depth)}
        factor = {
            "name": "sample_factor",
            **self._labels("label", self._label()),
            "level": Level.INDIVIDUAL,
            "effect": Effect.RISK,
            "nature": Nature.SITUATIONAL,
            "rule": self.rule,
            "basis": Basis.PROPOSED,
            "note": note,
        }
        response = {
            "name": "sample_response",
            **self._labels("label", self._text("response")),
            "when": "${sample_factor}",
            "horizon": Horizon.SHORT_TERM,
            "within": "30 days",
            "basis": Basis.PROPOSED,
            "note": note,
        }
        measure = {
            "name": "sample_measure",
            **self._labels("label", self._text("measure")),
            "kind": MeasureKind.DECISION,
            "basis": Basis.PROPOSED,
            "note": note,
        }
        decision = {"measure": "sample_measure", "when": "${sample_factor}", "value": "1"}
        return {
            "framework": self._about(title, questions),
            "factors": (factor,),
            "responses": (response,),
            "measures": (measure,),
            "decisions": (
                {**decision, "note": note},
                {"measure": "sample_measure", "when": "otherwise", "value": "0"},
            ),
            "examples": (
                {**person, **answer},
                {**person, "kind": "factor", "name": "sample_factor", "value": "present"},
                {**person, "kind": "response", "name": "sample_response", "value": "yes"},
                {**person, "kind": "measure", "name": "sample_measure", "value": "1"},
                {
                    "example": "nothing answered",
                    "kind": "factor",
                    "name": "sample_factor",
                    "value": "unknown",
                },
            ),
            "help": tuple(
                {"sheet": sheet, "column": column, "what to write": text}
                for sheet, columns in HEADINGS.items()
                for column, text in columns.items()
            ),
        }

    def columns(self, sheet: str) -> tuple[str, ...]:
        """The headings of a sheet; translated ones in the form's languages."""
        translated = {"framework": "value"}.get(sheet, "label")
        found: list[str] = []
        for column in HEADINGS[sheet]:
            endings = self.languages if column == translated else ()
            found += [f"{column}::{ending}" for ending in endings] or [column]
        if sheet == "framework":
            found.insert(1, "value")
        return tuple(dict.fromkeys(found))

    def _about(self, title: str, questions: list[Question]) -> Sheet:
        texts = {code: title or "A framework to write" for code, _ in self.languages.values()}
        rows = [
            {"key": "title", **self._labels("value", Text(texts, self.default))},
            {"key": "description"},
            {"key": "source"},
            {"key": "licence"},
            {"key": "unit", "value": "individual"},
        ]
        days = [q.name for q in questions if q.kind == "today" and q.roster is None]
        if days:
            rows.append({"key": "reference_date", "value": days[0]})
        return tuple(rows)

    def _labels(self, base: str, text: Text) -> dict[str, str]:
        if not self.languages:
            return {base: text.get()}
        return {f"{base}::{ending}": text.get(code) for ending, (code, _) in self.languages.items()}

    def _label(self) -> Text:
        """The question with the answer that counts, in every language that it has."""
        codes = getattr(self.question.type, "codes", ())
        choice = self.question.choice_label(self.code) if codes else Text({"": "1 +"}, "")
        wanted = [code for code, _ in self.languages.values()] or [self.default]
        return Text(
            {
                code: f"{self.question.label.get(code)} {choice.get(code)}".strip()
                for code in wanted
            },
            self.default,
        )

    def _text(self, name: str) -> Text:
        texts = _TEXTS[name]
        codes = [code for code, _ in self.languages.values()] or [self.default]
        known = {code: texts.get(plain_code(code), texts["en"]) for code in codes}
        return Text(known, self.default)
