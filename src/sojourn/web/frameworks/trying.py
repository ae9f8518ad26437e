"""Trying a framework out: a plain form of its questions, and what it finds. Nothing is kept.

Answers live as long as the request. They are in no address, no log, no session and no table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sojourn.engines import record
from sojourn.framework import (
    Answers,
    DataClass,
    Example,
    Framework,
    Missing,
    Question,
    Roster,
    State,
)
from sojourn.framework.types import Code, Codes, Date, Number
from sojourn.framework.values import lineage
from sojourn.language import figures
from sojourn.web.cases.readings import Reading, reading
from sojourn.web.cases.situation import HorizonGroup, Item, Reason, Suggestion, View
from sojourn.web.frameworks import words
from sojourn.web.frameworks.filling import Filled, Filling, Given, beside_the_form, shown
from sojourn.web.frameworks.pages import groups
from sojourn.web.i18n import language

_ALL = frozenset(DataClass)
_WITH_A_LINE = frozenset({State.PRESENT, State.UNKNOWN, State.ABSENT})
PREFIX = "q-"
MOST_ROWS = 30


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
    repeats: tuple[Repeat, ...] = ()


@dataclass(frozen=True)
class Repeat:
    """Questions that are asked for each of several rows.

    `path` is its name, after that of the repeat and row in which it stands.
    """

    path: str
    label: str
    rows: tuple[Row, ...]
    is_asked: bool

    @property
    def key(self) -> str:
        """What tells it from questions."""
        return f"{self.path}:"

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return f"repeat-{self.path.replace(':', '-')}"

    @property
    def heading(self) -> int:
        """The level of its heading: one more within each row."""
        return 2 + self.path.count(":") // 2

    def asked(self) -> Iterator[str]:
        """The keys of what the form asks now, of the repeat itself too."""
        if self.is_asked:
            yield self.key
        for row in self.rows:
            yield from (field.key for field in row.fields if field.is_asked)
            for repeat in row.repeats:
                yield from repeat.asked()

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= MOST_ROWS


@dataclass(frozen=True)
class Absent:
    """A factor that is known not to be there."""

    name: str
    label: str
    because: Reason


@dataclass(frozen=True)
class Outcome:
    """What the framework finds in the answers."""

    risks: tuple[Item, ...]
    resources: tuple[Item, ...]
    unknown: tuple[Item, ...]
    absent: tuple[Absent, ...]
    left_out: int
    readings: tuple[Reading, ...]
    signs: tuple[Suggestion, ...] | None
    responses: tuple[HorizonGroup, ...]
    is_empty: bool

    @property
    def has_responses(self) -> bool:
        """Whether anything is suggested at all."""
        return any(group.items for group in self.responses)


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
        fields = (field for group in self.groups for field in group.fields)
        within = (key for repeat in self.repeats for key in repeat.asked())
        return [*(field.key for field in fields if field.is_asked), *within]


def example_of(framework: Framework, name: str) -> Example | None:
    """One of the framework's own invented people."""
    return next((example for example in framework.examples if example.name == name), None)


def examples(framework: Framework) -> list[tuple[str, str]]:
    """The invented people that can be loaded."""
    return [(example.name, words.readable(example.name)) for example in framework.examples]


def attempt(
    framework: Framework, given: Given, example: Example | None = None, rules_url: str = ""
) -> Attempt:
    """The form filled in with what was chosen or written, and what the rules say of it."""
    filled = Filling(framework, given, beside_the_form(framework, example))
    filled.fill()
    page = _Page(filled, shown(framework))
    headings = groups(framework)
    found: dict[str, list[Field]] = {}
    for field, question in zip(page.fields(filled.unit), page.asked_in(""), strict=True):
        found.setdefault(headings.get(question.name, ""), []).append(field)
    return Attempt(
        tuple(Group(label, tuple(fields)) for label, fields in found.items()),
        page.repeats(filled.unit),
        _outcome(framework, filled.answers(), rules_url),
        example.name if example else "",
    )


@dataclass(frozen=True)
class _Page:
    """A filled form as fields: those of the unit, and of each row of its repeats."""

    filled: Filling
    shown: Sequence[Question]

    def asked_in(self, roster: str) -> list[Question]:
        return [question for question in self.shown if (question.roster or "") == roster]

    def fields(self, place: Filled) -> tuple[Field, ...]:
        return tuple(self._field(question, place) for question in self.asked_in(place.roster))

    def _field(self, question: Question, place: Filled) -> Field:
        key = place.key + question.name
        text = " ".join(place.given.texts.get(question.name, ())).strip()
        return _field(
            question, key, text, key in self.filled.asked, self.filled.errors.get(key, "")
        )

    def repeats(self, place: Filled) -> tuple[Repeat, ...]:
        """The repeats of the form itself, or those within a row."""
        parents = self.filled.framework.parents
        asked_in = {question.roster for question in self.shown}
        needed = {outer for name in asked_in for outer in lineage(parents, name)}
        return tuple(
            self._repeat(roster, place)
            for roster in self.filled.framework.rosters
            if roster.parent == place.roster and roster.name in needed
        )

    def _repeat(self, roster: Roster, place: Filled) -> Repeat:
        path = place.key + roster.name
        given = place.given.rows.get(roster.name, ())
        filled = place.rows.get(roster.name, [])
        # What the form does not ask now keeps its place on the page, out of sight.
        rows = filled or [
            Filled(one, f"{path}:{at}:", roster.name, at, at + 1, place)
            for at, one in enumerate(given)
        ]
        return Repeat(
            path,
            roster.label.get(language()) or words.readable(roster.name),
            tuple(Row(row.number, self.fields(row), self.repeats(row)) for row in rows),
            f"{path}:" in self.filled.begun,
        )


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
    view = View(
        framework,
        findings,
        _ALL,
        rules_url=rules_url,
        factor_lines=_WITH_A_LINE,
        measure_lines=True,
    )
    shown = [item for item in view.items() if item.kind]
    absent = tuple(
        Absent(name, view.factors[name].label.get(language()), view.reason(finding.because))
        for name, finding in view.findings.items()
        if finding.state is State.ABSENT
    )
    return Outcome(
        risks=tuple(item for item in shown if item.kind in ("risk", "both")),
        resources=tuple(item for item in shown if item.kind == "resource"),
        unknown=tuple(item for item in shown if item.kind == "unknown"),
        absent=absent,
        left_out=len(view.findings) - len(view.applicable),
        readings=tuple(
            reading(view, framework.measure(finding.name), finding, _ALL)
            for finding in findings.measures
        ),
        signs=view.signs(),
        responses=view.responses(),
        is_empty=_is_empty(answers),
    )


def _is_empty(answers: Answers) -> bool:
    rows = [row for given in answers.rosters.values() for row in given]
    return all(isinstance(v, Missing) for one in (answers.values, *rows) for v in one.values())
