"""Trying a framework out: a plain form of its questions, and what it finds. Nothing is kept.

Answers live as long as the request. They are in no address, no log, no session and no table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from sojourn.engines import record
from sojourn.engines.asked import as_the_form_sees, holds
from sojourn.engines.telling import Scope, tell
from sojourn.framework import (
    Answers,
    DataClass,
    Example,
    Framework,
    Missing,
    Question,
    State,
    Value,
)
from sojourn.framework.nodes import Node, answers_used
from sojourn.framework.types import Code, Codes, Date, Number, Text
from sojourn.language import AnswerError, figures, read_value
from sojourn.language.asking import Step, steps
from sojourn.web.cases.readings import Reading, reading
from sojourn.web.cases.situation import Item, Reason, Situation, View, build
from sojourn.web.frameworks import words
from sojourn.web.frameworks.pages import groups
from sojourn.web.i18n import language

_ALL = frozenset(DataClass)
PREFIX = "q-"
MOST_ROWS = 30

Texts = Mapping[str, Sequence[str]]
"""What was chosen or written, by question."""


@dataclass(frozen=True)
class Option:
    """One answer to choose."""

    code: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Field:
    """One question of the form. A question that the form would not ask now is hidden.

    `key` tells it from the same question in other rows of a repeat.
    """

    key: str
    name: str
    label: str
    hint: str
    kind: str
    options: tuple[Option, ...]
    value: str
    is_asked: bool
    error: str

    @property
    def input_name(self) -> str:
        return f"{PREFIX}{self.key}"


@dataclass(frozen=True)
class Group:
    """Questions under one heading of the form."""

    label: str
    fields: tuple[Field, ...]

    @property
    def is_asked(self) -> bool:
        return any(field.is_asked for field in self.fields)


@dataclass(frozen=True)
class Row:
    """One row of a repeat, such as one member of a household; numbers begin at 1."""

    number: int
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Repeat:
    """Questions that are asked for each of several rows."""

    name: str
    label: str
    rows: tuple[Row, ...]
    is_asked: bool

    @property
    def key(self) -> str:
        """What tells it from questions."""
        return f"{self.name}:"

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= MOST_ROWS


@dataclass(frozen=True)
class Absent:
    """A factor that is known not to be there."""

    label: str
    because: Reason


@dataclass(frozen=True)
class Outcome:
    """What the framework finds in the answers."""

    situation: Situation
    risks: tuple[Item, ...]
    resources: tuple[Item, ...]
    unknown: tuple[Item, ...]
    absent: tuple[Absent, ...]
    left_out: int
    readings: tuple[Reading, ...]
    is_empty: bool

    @property
    def has_responses(self) -> bool:
        """Whether anything is suggested at all."""
        return any(group.items for group in self.situation.responses)


@dataclass(frozen=True)
class Attempt:
    """The form as it was filled in, and the outcome."""

    groups: tuple[Group, ...]
    repeats: tuple[Repeat, ...]
    outcome: Outcome
    example: str

    @property
    def asked(self) -> list[str]:
        """The keys of what the form asks now, for the page to show."""
        fields = [field for group in self.groups for field in group.fields]
        fields += [field for repeat in self.repeats for row in repeat.rows for field in row.fields]
        begun = [repeat.key for repeat in self.repeats if repeat.is_asked]
        return [*(field.key for field in fields if field.is_asked), *begun]


def example_of(framework: Framework, name: str) -> Example | None:
    """One of the framework's own invented people."""
    return next((example for example in framework.examples if example.name == name), None)


def examples(framework: Framework) -> list[tuple[str, str]]:
    """The invented people that can be loaded."""
    return [(example.name, words.readable(example.name)) for example in framework.examples]


def texts_of(
    example: Example,
) -> tuple[dict[str, list[str]], dict[str, list[dict[str, list[str]]]]]:
    """An example's answers as the form would send them: texts by question, and rows by repeat."""
    rows = {
        roster: [{name: [text] for name, text in row.items()} for row in given]
        for roster, given in example.rosters.items()
    }
    return {name: [text] for name, text in example.answers.items()}, rows


def attempt(
    framework: Framework,
    texts: Texts,
    example: Example | None,
    rules_url: str = "",
    rows: Mapping[str, Sequence[Texts]] | None = None,
) -> Attempt:
    """The form filled in with texts by question, and by question in each row of a repeat."""
    given = rows or {}
    filled = _Filling(framework, texts, given, _beside_the_form(framework, example))
    filled.fill()
    headings = groups(framework)
    found: dict[str, list[Field]] = {}
    for question in _shown(framework):
        if question.roster is None:
            shown = filled.field(question, question.name, texts)
            found.setdefault(headings.get(question.name, ""), []).append(shown)
    return Attempt(
        tuple(Group(label, tuple(fields)) for label, fields in found.items()),
        tuple(_repeats(framework, given, filled)),
        _outcome(framework, filled.answers(), rules_url),
        example.name if example else "",
    )


def _repeats(
    framework: Framework, given: Mapping[str, Sequence[Texts]], filled: _Filling
) -> Iterator[Repeat]:
    shown = _shown(framework)
    for roster in framework.rosters:
        own = [question for question in shown if question.roster == roster.name]
        if not own:
            continue
        rows = tuple(
            Row(at + 1, tuple(filled.field(q, _key(q.name, roster.name, at), texts) for q in own))
            for at, texts in enumerate(given.get(roster.name, ()))
        )
        label = roster.label.get(language()) or words.readable(roster.name)
        yield Repeat(roster.name, label, rows, roster.name in filled.begun)


def _key(name: str, roster: str | None, row: int) -> str:
    return name if roster is None else f"{roster}:{row}:{name}"


def _shown(framework: Framework) -> list[Question]:
    """The questions that some rule reads, and those that decide whether these are asked."""
    names = _wanted(framework)
    return [
        question
        for question in framework.questions
        if question.name in names and question.label and not isinstance(question.type, Text)
    ]


def _wanted(framework: Framework) -> set[str]:
    names = {question.name for question in framework.used_questions}
    for step in reversed(steps(framework)):  # what decides about a step stands before it
        own = step.name in names
        if own or step.begins in {q.roster for q in framework.questions if q.name in names}:
            nodes = (*step.conditions, step.computed) if own else step.conditions
            names |= {ref.name for node in nodes if node is not None for ref in answers_used(node)}
    return names


@dataclass
class _Filled:
    """The answers of a unit or of one row: as rules see them, and as the form does."""

    answers: dict[str, Value | Missing] = field(default_factory=dict)
    form: dict[str, Value | Missing] = field(default_factory=dict)


@dataclass
class _Filling:
    """A form while it is gone through in its order; what it does not ask is not read.

    `beside` are questions that are read whether they are asked or not.
    """

    framework: Framework
    texts: Texts
    rows: Mapping[str, Sequence[Texts]]
    beside: frozenset[str] = frozenset()
    unit: _Filled = field(default_factory=_Filled)
    rosters: dict[str, list[_Filled]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    errors: dict[str, str] = field(default_factory=dict)

    def fill(self) -> None:
        shown = {question.name for question in _shown(self.framework)}
        for step in steps(self.framework):
            if step.begins is not None:
                if step.name in self.beside or self._is_asked(step, None):
                    self.begun.add(step.name)
                    if step.name in self.rows:  # without any row it was not asked yet
                        self.rosters[step.name] = [_Filled() for _ in self.rows[step.name]]
            elif step.question is not None and (step.name in shown or step.computed is not None):
                self._everywhere(step, step.question)
        self._note_broken()

    def _everywhere(self, step: Step, question: Question) -> None:
        if step.roster is None:
            self._take(step, question, self.unit, self.texts, step.name)
            return
        for at, row in enumerate(self.rosters.get(step.roster, ())):
            texts = self.rows[step.roster][at]
            self._take(step, question, row, texts, _key(step.name, step.roster, at))

    def _take(self, step: Step, question: Question, into: _Filled, texts: Texts, key: str) -> None:
        row = None if into is self.unit else into
        if step.name not in self.beside and not self._is_asked(step, row):
            return
        if step.computed is not None:
            self._compute(question, step.computed, into, row)
            return
        text = " ".join(texts.get(question.name, ())).strip()
        value: Value | Missing = Missing.NOT_ASKED
        try:
            value = read_value(question, text)
        except AnswerError:
            self.errors[key] = _("This cannot be an answer to the question.")
        self.asked.add(key)
        into.answers[question.name] = value
        if text and key not in self.errors:
            into.form[question.name] = as_the_form_sees(question, text, value)

    def _compute(self, question: Question, node: Node, into: _Filled, row: _Filled | None) -> None:
        value = tell(node, self._scope(row)).value
        if isinstance(value, bool | int | str | date):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            into.form[question.name] = value
            with suppress(AnswerError):
                into.answers[question.name] = read_value(question, text)

    def _is_asked(self, step: Step, row: _Filled | None) -> bool:
        return all(holds(node, self._scope(row)) for node in step.conditions)

    def _scope(self, row: _Filled | None) -> Scope:
        rosters = {name: tuple(one.form for one in rows) for name, rows in self.rosters.items()}
        merged = None if row is None else {**self.unit.form, **row.form}
        return Scope(Answers(self.unit.form, rosters), merged)

    def _raw(self) -> Answers:
        rosters = {name: tuple(row.answers for row in rows) for name, rows in self.rosters.items()}
        return Answers(self.unit.answers, rosters)

    def answers(self) -> Answers:
        """What the rules look at; an answer that its question does not allow is none."""
        return record.without_broken(self.framework, self._raw())

    def _note_broken(self) -> None:
        before, after = self._raw(), self.answers()
        pairs = [("", before.values, after.values)]
        for roster, rows in before.rosters.items():
            pairs += [
                (f"{roster}:{at}:", row, after.rosters[roster][at]) for at, row in enumerate(rows)
            ]
        for place, had, has in pairs:
            for name in had:
                if had[name] != has[name]:
                    self.errors[place + name] = _(
                        "This is outside of what the question allows: it is not counted."
                    )

    def field(self, question: Question, key: str, texts: Texts) -> Field:
        text = " ".join(texts.get(question.name, ())).strip()
        return _field(question, key, text, key in self.asked, self.errors.get(key, ""))


def _beside_the_form(framework: Framework, example: Example | None) -> frozenset[str]:
    """What an example answers although the form, after its other answers, would not ask it.

    Examples often leave out what only opens a part of the form, such as consent.
    """
    if example is None:
        return frozenset()
    texts, rows = texts_of(example)
    filled = _Filling(framework, texts, rows)
    filled.fill()
    told = [*example.answers, *(name for given in rows.values() for row in given for name in row)]
    asked = {key.rsplit(":", 1)[-1] for key in filled.asked}
    return frozenset({*told, *rows} - asked - filled.begun)


def _field(question: Question, key: str, text: str, is_shown: bool, error: str) -> Field:
    chosen = set(text.split())
    return Field(
        key=key,
        name=question.name,
        label=figures.plain(question.label.get(language())) or question.name,
        hint=question.hint.get(language()),
        kind=_kind(question),
        options=tuple(
            Option(choice.name, choice.label.get(language()) or choice.name, choice.name in chosen)
            for choice in question.choices
        ),
        value=text,
        is_asked=is_shown,
        error=error,
    )


def _kind(question: Question) -> str:
    match question.type:
        case Code():
            return "one"
        case Codes():
            return "many"
        case Number(places=0):
            return "whole"
        case Number():
            return "number"
        case Date():
            return "date"
        case _:
            return "yes"


def _outcome(framework: Framework, answers: Answers, rules_url: str) -> Outcome:
    findings = record.assess(framework, answers)
    stage = answers.get(framework.stage_question or "")
    situation = build(framework, findings, classes=_ALL, stage=str(stage), rules_url=rules_url)
    view = View(framework, findings, _ALL, rules_url=rules_url)
    shown = [item for item in view.items() if item.kind]
    absent = tuple(
        Absent(view.factors[name].label.get(language()), view.reason(finding.because))
        for name, finding in view.findings.items()
        if finding.state is State.ABSENT
    )
    return Outcome(
        situation=situation,
        risks=tuple(item for item in shown if item.kind in ("risk", "both")),
        resources=tuple(item for item in shown if item.kind == "resource"),
        unknown=tuple(item for item in shown if item.kind == "unknown"),
        absent=absent,
        left_out=len(view.findings) - len(view.applicable),
        readings=tuple(
            reading(view, framework.measure(finding.name), finding, _ALL)
            for finding in findings.measures
        ),
        is_empty=_is_empty(answers),
    )


def _is_empty(answers: Answers) -> bool:
    rows = [row for given in answers.rosters.values() for row in given]
    return all(isinstance(v, Missing) for one in (answers.values, *rows) for v in one.values())
