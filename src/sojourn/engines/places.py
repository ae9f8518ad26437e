"""Answers that hold for everybody at a place, joined to those of a unit.

A place is found by the answers to the framework's key questions: where the unit is, and when. A key
that is unknown finds nothing, and what is asked of the place then stays unasked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias

from sojourn.framework.model import Framework, Question
from sojourn.framework.values import Answers, Missing, Row, Value
from sojourn.language.answers import SPACE

Key: TypeAlias = tuple[Value, ...]


def key_questions(framework: Framework) -> tuple[Question, ...]:
    """The questions by which a place is found; none where the framework names none."""
    names = (framework.place, framework.period) if framework.place else ()
    return tuple(framework.question(name) for name in names if name)


def place_questions(framework: Framework) -> tuple[Question, ...]:
    """The questions that are answered once for a place."""
    return tuple(question for question in framework.questions if question.of_place)


def key_of(framework: Framework, row: Row) -> Key | None:
    """The place and period of some answers; None where either is unknown."""
    found: list[Value] = []
    for question in key_questions(framework):
        value = row.get(question.name, Missing.NOT_ASKED)
        if isinstance(value, Missing):
            return None
        text = value.strip(SPACE) if isinstance(value, str) else value
        if text == "":
            return None
        found.append(text)
    return tuple(found) or None


def by_key(framework: Framework, rows: Iterable[Row]) -> dict[Key, Row]:
    """The rows of a table of places, each by its key. Rows without one are left out."""
    found: dict[Key, Row] = {}
    for row in rows:
        key = key_of(framework, row)
        if key is not None:
            found[key] = row
    return found


def joined(framework: Framework, answers: Answers, places: Mapping[Key, Row]) -> Answers:
    """A unit's answers together with those of its place, where there are some."""
    key = key_of(framework, answers.values)
    place = places.get(key) if key is not None else None
    return answers if place is None else with_place(framework, answers, place)


def with_place(framework: Framework, answers: Answers, place: Row) -> Answers:
    """A unit's answers together with what was answered for its place."""
    names = {question.name for question in place_questions(framework)}
    own = {name: value for name, value in place.items() if name in names}
    return replace(answers, values={**answers.values, **own})
