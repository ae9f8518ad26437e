"""What all readers of tables share: which columns they read, add and join."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeVar

from sojourn.engines.columns import Named, call, col, lit, when
from sojourn.engines.frames import OWN, PARENT, UNIT, F, kept
from sojourn.engines.lowering import ALSO
from sojourn.engines.places import key_questions
from sojourn.framework.model import Framework, Question
from sojourn.framework.types import Codes, Text
from sojourn.language.answers import SPACE

FLAG = "__unusable__"
"""Beginning of the columns that are true where a cell cannot be the answer."""

UNUSABLE = "__unusable"
"""The column that counts a row's cells that cannot be the answer."""

UNPLACED = "__unplaced"
"""The column that is true where nothing was answered for a unit's place."""

RAW_TEXT = "__text__"
"""Beginning of the columns that keep a cell's own text, where asked for."""


def is_day(code: str) -> bool:
    """Whether a code is written as a day."""
    try:
        date.fromisoformat(code)
    except ValueError:
        return False
    return len(code) == 10


# -- which questions a table answers


class Opened(Protocol):
    """A table as a reader gets it."""

    @property
    def headings(self) -> Mapping[str, str]:
        """Which column holds which question."""


T = TypeVar("T")
R = TypeVar("R", bound=Opened)


def questions_of(framework: Framework, raw: Opened, roster: str | None) -> list[Question]:
    """The questions that rules use and this table has."""
    return [q for q in framework.used_questions if q.roster == roster and q.name in raw.headings]


def questions_of_main(framework: Framework, main: Opened, place: Opened | None) -> list[Question]:
    """The questions of the main table, with those by which a place is found in its table."""
    asked = questions_of(framework, main, None)
    keys = key_questions(framework) if place is not None else ()
    return [*asked, *(q for q in keys if q.name in main.headings and q not in asked)]


def questions_of_place(framework: Framework, place: Opened) -> list[Question]:
    """The questions asked of places that rules use and a table of places has."""
    return [q for q in framework.used_questions if q.of_place and q.name in place.headings]


def roster_keys(framework: Framework, roster: str, there: Collection[str]) -> tuple[str, ...]:
    """The columns by which a roster's rows belong to the unit or to the row around them, and by
    which rows of those other rosters that are there belong to these."""
    owner = PARENT if framework.parents.get(roster) else UNIT
    is_around = any(framework.parents.get(name) == roster for name in there)
    return (owner, OWN) if is_around else (owner,)


def questions_by_table(
    framework: Framework,
    main: tuple[T, R],
    place: tuple[T, R] | None,
    rosters: Mapping[str, tuple[T, R]],
) -> Iterator[tuple[T, R, list[Question]]]:
    """Each table, how it was opened, and the questions that are read from it."""
    asked = questions_of_main(framework, main[1], place[1] if place is not None else None)
    yield *main, asked
    if place is not None:
        yield *place, [*key_questions(framework), *questions_of_place(framework, place[1])]
    for name, (table, raw) in rosters.items():
        yield table, raw, questions_of(framework, raw, name)


# -- the answers of places


def place_key(framework: Framework) -> list[Named]:
    """The columns by which a place is found, once they are read; null where one is unknown."""
    found = []
    for at, question in enumerate(key_questions(framework)):
        column = col(question.name)
        if isinstance(question.type, Text):
            column = call("trim", column, value=SPACE)
            column = when(column != "").then(column)
        found.append(column.alias(f"__place_{at}"))
    return found


def with_places(framework: Framework, main: F, places: F, asked: Sequence[Question]) -> F:
    """The main table with what was answered for each unit's place, and with `UNPLACED`.

    Both tables are read; no key may stand twice in that of the places.
    """
    key = place_key(framework)
    names = [question.name for question in asked]
    names += [q.name + ALSO for q in asked if isinstance(q.type, Codes)]
    answers = [col(name).alias(name) for name in names]
    found = places.select([*key, *answers, lit(False).alias(kept(UNPLACED))])
    joined = main.with_columns(key).joined(found, *(column.name for column in key))
    return joined.with_columns([col(kept(UNPLACED)).fill_null(True).alias(kept(UNPLACED))])
