"""Invented answers: what the form would hold if people answered it more or less by chance.

Each unit has chance of its own, drawn from the seed and its number, so that the first hundred of a
thousand are the same as a hundred. Questions are asked as the form asks them; answers keep their
constraints; numbers and dates lie around the cut-offs that rules use, where findings change.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sojourn.engines.asked import as_the_form_sees, holds
from sojourn.engines.telling import RowAt, Scope, tell
from sojourn.framework.model import Framework, Question
from sojourn.framework.nodes import (
    COMPARISONS,
    Age,
    AnswerRef,
    CodeLiteral,
    CountRows,
    DateLiteral,
    DaysBetween,
    Equal,
    Node,
    NumberLiteral,
    walk,
)
from sojourn.framework.types import Code, Codes, Date, Number
from sojourn.framework.values import Answers, Missing, Selection, Value, Within, lineage
from sojourn.language import read_value
from sojourn.language.answers import AnswerError
from sojourn.language.asking import Step, steps
from sojourn.language.form import bounds_of

THE_DAY = date(2025, 1, 15)
"""About the day on which the invented people are asked. Fixed, so that a seed says everything."""

_TRIES = 60
_MOST_ROWS = 12
_NO_CODE = 0.03
"""The share of answers that are a code for no answer, where the question has one."""

_LEFT_OUT = 0.02
_ALONE = re.compile(r"none(_.*)?|no|nothing|nobody|no_one")
"""Codes that nobody would choose together with others."""

_LET_IN = 0.95
"""The share of answers that let most of the form be asked, to a question that decides it."""


@dataclass(frozen=True)
class Unit:
    """One unit's cells by question, and the rows of each repeat that was asked.

    `within` says to which rows those of a repeat within a repeat belong.
    """

    number: int
    cells: Mapping[str, str]
    rosters: Mapping[str, tuple[Mapping[str, str], ...]]
    within: Mapping[str, Within] = field(default_factory=dict)


@dataclass
class _Cuts:
    """Around which values the answers to each question lie."""

    numbers: dict[str, set[Decimal]] = field(default_factory=dict)
    days: dict[str, set[date]] = field(default_factory=dict)
    ages: dict[str, set[int]] = field(default_factory=dict)
    apart: dict[str, set[int]] = field(default_factory=dict)
    rows: dict[str, set[int]] = field(default_factory=dict)

    def learn(self, node: Node) -> None:
        for part in walk(node):
            if isinstance(part, COMPARISONS):
                for side, other in ((part.left, part.right), (part.right, part.left)):
                    self._compared(side, other)

    def _compared(self, side: Node, other: Node) -> None:
        if isinstance(other, DateLiteral) and isinstance(side, AnswerRef):
            self.days.setdefault(side.name, set()).add(other.value)
        if not isinstance(other, NumberLiteral):
            return
        match side:
            case AnswerRef(name):
                self.numbers.setdefault(name, set()).add(other.value)
            case Age(AnswerRef(name)):
                self.ages.setdefault(name, set()).add(int(other.value))
            case DaysBetween(left, right):
                for end, sign in ((left, 1), (right, -1)):
                    if isinstance(end, AnswerRef):
                        self.apart.setdefault(end.name, set()).add(sign * int(other.value))
            case CountRows(roster):
                self.rows.setdefault(roster, set()).add(int(other.value))
            case _:
                pass


class Simulation:
    """Draws units for a framework. With `complete`, whatever is asked is answered."""

    def __init__(self, framework: Framework, *, seed: int = 1, complete: bool = False) -> None:
        self.framework, self.seed, self.complete = framework, seed, complete
        self.steps = steps(framework)
        self.cuts = _Cuts()
        for node in framework.nodes:
            self.cuts.learn(node)
        for step in self.steps:
            for node in step.conditions:
                self.cuts.learn(node)
        self.lets_in = self._lets_in()
        self.of_place: dict[tuple[str, ...], dict[str, str]] = {}

    def _lets_in(self) -> dict[str, str]:
        """Answers such as a consent, without which most of the form is not asked."""
        needed = Counter(
            (node.left.name, node.right.value)
            for step in self.steps
            for node in step.conditions
            if isinstance(node, Equal)
            and isinstance(node.left, AnswerRef)
            and isinstance(node.right, CodeLiteral)
        )
        half = len(self.steps) / 2
        return {name: code for (name, code), count in needed.items() if count > half}

    def units(self, count: int) -> Iterator[Unit]:
        for number in range(1, count + 1):
            yield self.unit(number)

    def unit(self, number: int) -> Unit:
        """One unit, the same for the same seed and number."""
        return _OneUnit(self, Random(f"{self.seed}:{number}")).unit(number)  # noqa: S311 - no secret


@dataclass
class _OneUnit:
    """One unit while it is asked: its cells, and the answers as the form and as rules see them."""

    by: Simulation
    chance: Random
    cells: dict[str, str] = field(default_factory=dict)
    form: dict[str, Value | Missing] = field(default_factory=dict)
    answers: dict[str, Value | Missing] = field(default_factory=dict)
    rosters: dict[str, list[_Row]] = field(default_factory=dict)

    def unit(self, number: int) -> Unit:
        self._go(self.by.steps, None)
        rosters = {name: tuple(row.cells for row in rows) for name, rows in self.rosters.items()}
        within = {name: one for name, one in self._within().items() if name in rosters}
        return Unit(number, self.cells, rosters, within)

    def _go(self, steps: tuple[Step, ...], row: _Row | None) -> None:
        """Go through some steps of the form, once or in one row of a repeat."""
        at = 0
        while at < len(steps):
            step = steps[at]
            if step.begins is None:
                self._take(step, row)
                at += 1
                continue
            end = at + 1
            while end < len(steps) and step.begins in self._around(steps[end]):
                end += 1
            self._repeat(step, steps[at + 1 : end], row)
            at = end

    def _around(self, step: Step) -> tuple[str, ...]:
        return lineage(self.by.framework.parents, step.roster)

    def _repeat(self, begin: Step, inside: tuple[Step, ...], around: _Row | None) -> None:
        if not self._is_asked(begin, around):
            return
        rows = self.rosters.setdefault(begin.name, [])
        for number in range(1, self._row_count(begin, around) + 1):
            row = _Row(begin.name, len(rows), number, around)
            rows.append(row)
            self._go(inside, row)

    def _within(self) -> dict[str, Within]:
        found = {}
        for name, outer in self.by.framework.parents.items():
            owners = [row.around for row in self.rosters.get(name, ())]
            if outer:
                found[name] = Within(outer, tuple(row.place for row in owners if row is not None))
        return found

    def _row_count(self, begin: Step, around: _Row | None) -> int:
        if begin.count is not None:
            found = tell(begin.count, self._form_scope(around)).value
            return max(0, min(_MOST_ROWS, int(found))) if isinstance(found, int) else 0
        cuts = self.by.cuts.rows.get(begin.name, set())
        if cuts and self.chance.random() < 0.5:
            near = self.chance.choice(sorted(cuts)) + self.chance.choice((-1, 0, 1))
            return max(0, min(_MOST_ROWS, near))
        return self.chance.choice((0, 1, 1, 2, 2, 3, 3, 4, 5, 6))

    # -- one question

    def _take(self, step: Step, row: _Row | None) -> None:
        question = step.question
        if question is None or not self._is_asked(step, row):
            return
        if step.computed is not None:
            self._compute(question, step.computed, row)
            return
        chance = self.chance
        cell = self._of_place(question) if question.of_place else self._cell(question, row, chance)
        if cell:
            self._keep(question, cell, row)

    def _of_place(self, question: Question) -> str:
        """The same for everybody at one place in one period."""
        names = (self.by.framework.place, self.by.framework.period)
        where = tuple(self.cells.get(name, "") if name else "" for name in names)
        known = self.by.of_place.setdefault(where, {})
        if question.name not in known:
            own = Random(f"{self.by.seed}:{where}:{question.name}")  # noqa: S311 - no secret
            known[question.name] = self._cell(question, None, own)
        return known[question.name]

    def _cell(self, question: Question, row: _Row | None, chance: Random) -> str:
        if not self.by.complete:
            dice = chance.random()
            if question.missing_codes and dice < _NO_CODE:
                return chance.choice(list(question.missing_codes))
            if dice > 1 - _LEFT_OUT:
                return ""
        for _ in range(_TRIES):
            cell = self._drawn(question, row, chance)
            if not cell or self._keeps(question, cell, row):
                return cell
        return ""

    def _drawn(self, question: Question, row: _Row | None, chance: Random) -> str:
        match question.type:
            case Code(codes):
                if question.name in self.by.lets_in and chance.random() < _LET_IN:
                    return self.by.lets_in[question.name]
                return chance.choice(codes) if codes else ""
            case Codes(codes):
                return _several(codes, chance)
            case Number(places):
                return self._number(question, chance, whole=places == 0)
            case Date():
                return self._day(question, row, chance).isoformat()
            case _:
                return "invented" if question.kind in ("text", "string") else ""

    def _number(self, question: Question, chance: Random, *, whole: bool) -> str:
        low, high = bounds_of(question.constraint, question.ref)
        cuts = sorted(self.by.cuts.numbers.get(question.name, set()))
        start = low if low is not None else min([Decimal(0), *cuts])
        end = high if high is not None else max([start + 20, *(2 * cut for cut in cuts)])
        if cuts and chance.random() < 0.6:
            step = 1 if whole else Decimal("0.1")
            value = chance.choice(cuts) + step * chance.choice((-3, -2, -1, -1, 0, 0, 1, 1, 2, 3))
        elif whole:
            value = Decimal(chance.randint(int(start), max(int(start), int(end))))
        else:
            value = start + (end - start) * Decimal(chance.randint(0, 1000)) / 1000
        value = min(max(value, start), end)
        return str(int(value)) if whole else format(round(value, 1).normalize() + 0, "f")

    def _day(self, question: Question, row: _Row | None, chance: Random) -> date:
        cuts = self.by.cuts
        asked = self.answers.get(self.by.framework.reference_date or "", THE_DAY)
        today = asked if isinstance(asked, date) else THE_DAY
        name = question.name
        if name == self.by.framework.reference_date or question.kind == "today":
            return THE_DAY + timedelta(days=chance.randint(-14, 14))
        if name in cuts.ages:
            years = max(0, chance.choice(sorted(cuts.ages[name])) + chance.randint(-3, 3))
            return _moved(today, -int(years * 365.2425) - chance.randint(0, 364))
        if name in cuts.apart and chance.random() < 0.8:
            days = chance.choice(sorted(cuts.apart[name])) + chance.randint(-3, 3)
            return _moved(self._other_day(name, row, today), days)
        if name in cuts.days and chance.random() < 0.8:
            return _moved(chance.choice(sorted(cuts.days[name])), chance.randint(-3, 3))
        return today - timedelta(days=chance.randint(0, 365))

    def _other_day(self, name: str, row: _Row | None, today: date) -> date:
        """The latest date answered before, from which days are counted."""
        known = dict(self.answers)
        for one in reversed(row.outwards() if row else []):
            known |= one.answers
        days = [value for key, value in known.items() if isinstance(value, date) and key != name]
        return days[-1] if days else today

    # -- what holds so far

    def _is_asked(self, step: Step, row: _Row | None) -> bool:
        if step.question is not None and step.question.of_place:
            return True
        return all(holds(node, self._form_scope(row)) for node in step.conditions)

    def _form_scope(self, row: _Row | None) -> Scope:
        # To a form a repeat that was not asked has no rows.
        rosters = {
            name: tuple(one.form for one in self.rosters.get(name, ()))
            for name in self.by.framework.parents
        }
        scope = Scope(Answers(self.form, rosters, self._within()))
        for one in reversed(row.outwards() if row else []):
            scope = scope.of_row(one.roster, RowAt(one.form, one.place, one.number))
        return scope

    def _keeps(self, question: Question, cell: str, row: _Row | None) -> bool:
        """Whether a cell is an answer, and one that the question's constraint allows."""
        try:
            value = read_value(question, cell)
        except AnswerError:
            return False
        if isinstance(value, Missing):
            return False
        if question.constraint is None:
            return True
        here = {**(row.answers if row else self.answers), question.name: value}
        scope = Scope(Answers(self.answers if row else here))
        if row is not None:
            scope = scope.of_row(row.roster, RowAt(here, row.place, row.number))
        return tell(question.constraint, scope).value is not False

    def _keep(self, question: Question, cell: str, row: _Row | None) -> None:
        cells, form, answers = (
            (self.cells, self.form, self.answers)
            if row is None
            else (row.cells, row.form, row.answers)
        )
        cells[question.name] = cell
        answers[question.name] = value = read_value(question, cell)
        form[question.name] = as_the_form_sees(question, cell, value)

    def _compute(self, question: Question, node: Node, row: _Row | None) -> None:
        value = tell(node, self._form_scope(row)).value
        if value is None or isinstance(value, Selection):
            return
        kept: Value | None = None
        if isinstance(value, bool | int | date | str):
            kept = value
        cells, form = (self.cells, self.form) if row is None else (row.cells, row.form)
        if kept is not None:
            form[question.name] = kept
            cells[question.name] = str(kept).lower() if isinstance(kept, bool) else str(kept)


@dataclass
class _Row:
    """One row of a repeat while it is asked: the place among all rows of the unit, the number
    within the row around it, and that row."""

    roster: str
    place: int
    number: int
    around: _Row | None
    cells: dict[str, str] = field(default_factory=dict)
    form: dict[str, Value | Missing] = field(default_factory=dict)
    answers: dict[str, Value | Missing] = field(default_factory=dict)

    def outwards(self) -> list[_Row]:
        """The row and those around it, the innermost first."""
        return [self, *(self.around.outwards() if self.around else [])]


def _moved(day: date, days: int) -> date:
    """A day so many days later; the same one where the calendar does not reach so far."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return day


def _several(codes: tuple[str, ...], chance: Random) -> str:
    if not codes:
        return ""
    first = chance.choice(codes)
    others = [code for code in codes if not _ALONE.fullmatch(code) and code != first]
    if _ALONE.fullmatch(first) or not others:
        return first
    more = chance.sample(others, min(len(others), chance.choice((0, 0, 1, 1, 2))))
    chosen = {first, *more}
    return " ".join(code for code in codes if code in chosen)
