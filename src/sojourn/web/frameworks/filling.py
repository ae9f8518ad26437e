"""The form of a framework while somebody tries it: what is asked now, and what was answered.

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
from sojourn.engines.telling import RowAt, Scope, tell
from sojourn.framework import Answers, Example, Framework, Missing, Question, Value, Within
from sojourn.framework.nodes import Node, answers_used
from sojourn.framework.types import Text
from sojourn.framework.values import lineage
from sojourn.language import AnswerError, read_value
from sojourn.language.asking import Step, steps

Texts = Mapping[str, Sequence[str]]
"""What was chosen or written, by question."""


@dataclass(frozen=True)
class Given:
    """What was chosen or written for the unit or for one row, and the rows of the repeats there."""

    texts: Texts = field(default_factory=dict)
    rows: Mapping[str, Sequence[Given]] = field(default_factory=dict)


def given_by(example: Example) -> Given:
    """An example's answers as the form would send them."""
    return Given(_as_sent(example.answers), _rows_of(example, "", None))


def _as_sent(cells: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: [text] for name, text in cells.items()}


def _rows_of(example: Example, outer: str, place: int | None) -> dict[str, list[Given]]:
    """The rows of the repeats within a row of one, or of those of the form itself."""
    found: dict[str, list[Given]] = {}
    for name, rows in example.rosters.items():
        within = example.within.get(name)
        if outer != (within.roster if within else ""):
            continue
        own = [at for at in range(len(rows)) if within is None or within.rows[at] == place]
        if own or not outer:
            found[name] = [Given(_as_sent(rows[at]), _rows_of(example, name, at)) for at in own]
    return found


def shown(framework: Framework) -> list[Question]:
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
        if own or step.begins in _repeats_of(framework, names):
            nodes = (*step.conditions, step.computed) if own else step.conditions
            names |= {ref.name for node in nodes if node is not None for ref in answers_used(node)}
    return names


def _repeats_of(framework: Framework, names: set[str]) -> set[str]:
    """The repeats in whose rows, or in rows within these, some questions stand."""
    rosters = {question.roster for question in framework.questions if question.name in names}
    return {outer for roster in rosters for outer in lineage(framework.parents, roster)}


@dataclass
class Filled:
    """The answers of a unit or of one row: as rules see them, and as the form does.

    `key` begins the names of what is asked there. A row has its repeat, its place among all rows of
    that, its number within the row around it, and that row or the unit.
    """

    given: Given
    key: str = ""
    roster: str = ""
    place: int = 0
    number: int = 0
    around: Filled | None = None
    answers: dict[str, Value | Missing] = field(default_factory=dict)
    form: dict[str, Value | Missing] = field(default_factory=dict)
    rows: dict[str, list[Filled]] = field(default_factory=dict)

    def from_outside(self) -> Iterator[Filled]:
        """The rows around it and itself, the outermost first; not the unit."""
        if self.around is not None:
            yield from self.around.from_outside()
            yield self


@dataclass
class Filling:
    """A form while it is gone through in its order; what it does not ask is not read.

    `beside` are questions and repeats that are read whether they are asked or not. `begun`, `asked`
    and `errors` go by key: of a repeat, such as `member:`, or of a question.
    """

    framework: Framework
    given: Given
    beside: frozenset[str] = frozenset()
    unit: Filled = field(init=False)
    rosters: dict[str, list[Filled]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    errors: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.unit = Filled(self.given)

    def fill(self) -> None:
        names = {question.name for question in shown(self.framework)}
        for step in steps(self.framework):
            for place in self._places(step.roster):
                if step.begins is not None:
                    self._begin(step, place)
                elif step.question is not None and (step.name in names or step.computed):
                    self._take(step, step.question, place)
        self._note_broken()

    def _places(self, roster: str | None) -> list[Filled]:
        """Where something is asked: the unit, or each row of a repeat."""
        return [self.unit] if roster is None else list(self.rosters.get(roster, ()))

    def _begin(self, step: Step, place: Filled) -> None:
        if step.name not in self.beside and not self._is_asked(step, place):
            return
        self.begun.add(f"{place.key}{step.name}:")
        given = place.given.rows.get(step.name)
        if given is None:  # without any row it was not asked yet
            return
        rows = self.rosters.setdefault(step.name, [])
        for at, one in enumerate(given):
            key = f"{place.key}{step.name}:{at}:"
            row = Filled(one, key, step.name, len(rows), at + 1, place)
            rows.append(row)
            place.rows.setdefault(step.name, []).append(row)

    def _take(self, step: Step, question: Question, into: Filled) -> None:
        if step.name not in self.beside and not self._is_asked(step, into):
            return
        if step.computed is not None:
            self._compute(question, step.computed, into)
            return
        key = into.key + question.name
        text = " ".join(into.given.texts.get(question.name, ())).strip()
        value: Value | Missing = Missing.NOT_ASKED
        try:
            value = read_value(question, text)
        except AnswerError:
            self.errors[key] = _("This cannot be an answer to the question.")
        self.asked.add(key)
        into.answers[question.name] = value
        if text and key not in self.errors:
            into.form[question.name] = as_the_form_sees(question, text, value)

    def _compute(self, question: Question, node: Node, into: Filled) -> None:
        value = tell(node, self._scope(into)).value
        if isinstance(value, bool | int | str | date):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            into.form[question.name] = value
            with suppress(AnswerError):
                into.answers[question.name] = read_value(question, text)

    def _is_asked(self, step: Step, place: Filled) -> bool:
        return all(holds(node, self._scope(place)) for node in step.conditions)

    def _scope(self, place: Filled) -> Scope:
        # To a form a repeat that was not asked has no rows.
        parents = self.framework.parents
        rosters = {name: tuple(one.form for one in self.rosters.get(name, ())) for name in parents}
        within = {
            name: Within(outer, self._owners(name)) for name, outer in parents.items() if outer
        }
        scope = Scope(Answers(self.unit.form, rosters, within))
        for one in place.from_outside():
            scope = scope.of_row(one.roster, RowAt(one.form, one.place, one.number))
        return scope

    def _owners(self, roster: str) -> tuple[int, ...]:
        rows = self.rosters.get(roster, ())
        return tuple(row.around.place for row in rows if row.around is not None)

    def _raw(self) -> Answers:
        rosters = {name: tuple(row.answers for row in rows) for name, rows in self.rosters.items()}
        within = {}
        for name, outer in self.framework.parents.items():
            if outer and name in self.rosters:
                around = self.rosters[outer]
                silent = frozenset(row.place for row in around if name not in row.rows)
                within[name] = Within(outer, self._owners(name), silent)
        return Answers(self.unit.answers, rosters, within)

    def answers(self) -> Answers:
        """What the rules look at; an answer that its question does not allow is none."""
        return record.without_broken(self.framework, self._raw())

    def _note_broken(self) -> None:
        before, after = self._raw(), self.answers()
        pairs = [("", before.values, after.values)]
        for roster, rows in self.rosters.items():
            pairs += [
                (row.key, before.rosters[roster][row.place], after.rosters[roster][row.place])
                for row in rows
            ]
        for key, had, has in pairs:
            for name in had:
                if had[name] != has[name]:
                    self.errors[key + name] = _(
                        "This is outside of what the question allows: it is not counted."
                    )


def beside_the_form(framework: Framework, example: Example | None) -> frozenset[str]:
    """What an example answers although the form, after its other answers, would not ask it.

    Examples often leave out what only opens a part of the form, such as consent.
    """
    if example is None:
        return frozenset()
    filled = Filling(framework, given_by(example))
    filled.fill()
    rows = (row for given in example.rosters.values() for row in given)
    told = {*example.answers, *example.rosters, *(name for row in rows for name in row)}
    asked = {key.rsplit(":", 1)[-1] for key in filled.asked}
    begun = {key.split(":")[-2] for key in filled.begun}
    return frozenset(told - asked - begun)
