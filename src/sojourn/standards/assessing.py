"""What a run needs of an input that an engine has opened, and what passes by on the way out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, Protocol, TypeAlias

import polars as pl

from sojourn.engines import places, record
from sojourn.engines.frames import UNIT, kept, output_columns
from sojourn.engines.reading import FLAG, RAW_TEXT, UNPLACED, UNUSABLE
from sojourn.framework.findings import Findings
from sojourn.framework.model import Framework, Question
from sojourn.framework.values import Answers, Missing, Row, Value, Within
from sojourn.language import AnswerError, allowed, read_value
from sojourn.standards.csv_check import BadTableError
from sojourn.standards.output import Writer

Progress = Callable[[int], None]
"""Called with the number of further rows that were read."""


def silent(rows: int) -> None:
    """Report no progress."""


class Case(NamedTuple):
    """A cell that cannot be the answer. `place` says in words what `row` says in the list."""

    file: str
    row: int | str
    column: str
    value: str
    allowed: str
    place: str


class Outcome(NamedTuple):
    """What was computed and written: cells that could not be used, units, and what was known."""

    unusable: int
    units: int
    known_share: float | None
    unplaced: int | None = None
    """Units of whose place nothing was answered; None where there is no table of places."""


class Opened(Protocol):
    """An input as one framework and one engine see it."""

    def not_asked(self) -> tuple[str, ...]:
        """The questions that rules use and no table has."""

    def check_places(self) -> None:
        """Refuse a table of places that cannot be joined."""

    def check_days(self) -> None:
        """Refuse to carry along a day that no calendar of ours has."""

    def stray_rows(self) -> Mapping[str, int]:
        """Rows of rosters that belong to no unit. Raises when two units carry the same key."""

    def is_input(self, output: Path) -> bool:
        """Whether writing there would write over the tables that are read."""

    def compute(self, hidden: Path, writer: Writer, progress: Progress) -> Outcome:
        """Write the findings of every unit."""

    def cases(self) -> Iterator[Case]:
        """Every cell that cannot be the answer."""

    def each_unit(self, progress: Progress) -> Iterator[tuple[dict[str, Any], Findings]]:
        """Every unit's key columns and findings with reasons, in the order of the output."""


# -- checks that are the same for every engine


def check_kept(
    framework: Framework, table: str, columns: Collection[str], keep: Sequence[str]
) -> None:
    """Refuse to carry along what is not there, or under the name of a finding."""
    for column in keep:
        if column not in columns:
            raise BadTableError(f"{table} has no column {column} to keep")
        if column in (UNUSABLE, UNPLACED):
            raise BadTableError(
                f"the column {column} of {table} has a name that is kept for ourselves; rename it"
            )
        if column in output_columns(framework):
            raise BadTableError(
                f"{table} has a column {column}, which is also the name of a finding; rename it"
            )


def is_single(kind: pl.DataType) -> bool:
    """Whether a column of this type holds one value in each row, which can be written anywhere."""
    return not kind.is_nested() and kind not in (pl.Binary, pl.Duration, pl.Object)


def check_carried(table: str, columns: Mapping[str, pl.DataType]) -> None:
    """Refuse to carry along what not every file can hold."""
    for column, kind in columns.items():
        if not is_single(kind):
            raise cannot_carry(table, column, str(kind))


def cannot_carry(table: str, column: str, kind: str) -> BadTableError:
    """What to say of a column that not every file can hold."""
    return BadTableError(
        f"{table}, column {column}: this holds {kind}, which cannot be carried into the findings; "
        "write it as text"
    )


def no_such_day(table: str, column: str) -> BadTableError:
    """What to say of a day to be carried along that is before the year 1 or after 9999."""
    return BadTableError(
        f"{table}, column {column}: a day in it is before the year 1 or after 9999, and cannot be "
        "carried into the findings; write it as text"
    )


def check_asked(framework: Framework, table: str, headings: Sequence[Mapping[str, str]]) -> None:
    """Refuse a table in which nothing is asked for."""
    if not any(headings):
        asked = ", ".join(q.name for q in framework.used_questions[:8])
        raise BadTableError(
            f"no column of {table} is a question of {framework.id}; it asks for {asked} "
            "and others. Is this the right file, and are the column names in its first row?"
        )


def not_asked(framework: Framework, headings: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """The questions that rules use and no table has."""
    there = {name for found in headings for name in found}
    return tuple(q.name for q in framework.used_questions if q.name not in there)


def check_place_keys(
    framework: Framework, table: str, rows: Iterable[tuple[int | None, Sequence[object]]]
) -> None:
    """Refuse a table of places in which a row says no place, or two rows say the same one.

    `rows` are the keys, each with the number of its row where rows have numbers.
    """
    names = [question.name for question in places.key_questions(framework)]
    seen: dict[tuple[object, ...], int | None] = {}
    for number, parts in rows:
        key = tuple(parts)
        if None in key:
            row = f"{table}, row {number}:" if number is not None else f"{table}: in every row,"
            raise BadTableError(f"{row} {' and '.join(names)} must say which place this is")
        if key in seen:
            said = ", ".join(f"{n} {part}" for n, part in zip(names, key, strict=True))
            which = f"rows {seen[key]} and {number}" if number is not None else "two rows"
            raise BadTableError(
                f"{table}: {which} are both about {said}; "
                "keep one, or name the period that tells them apart"
            )
        seen[key] = number


Placed: TypeAlias = tuple[int | str, str, Mapping[str, Any]]
"""A row with cells that cannot be the answer: for the list, in words, and its cells."""


def cases_of(
    table: str,
    questions: Sequence[Question],
    headings: Mapping[str, str],
    flags: Sequence[str],
    rows: Iterable[Placed],
) -> Iterator[Case]:
    """Each flagged cell of some rows."""
    may_be = {question.name: allowed(question) for question in questions}
    for row, place, cells in rows:
        for flag in flags:
            if cells[FLAG + flag]:
                text = cells[RAW_TEXT + flag]
                yield Case(table, row, headings[flag], text, may_be[flag], place)


@dataclass
class Tally:
    """What passes by on its way into the output file."""

    progress: Progress
    units: int = 0
    unusable: int = 0
    unplaced: int = 0
    known: int = 0
    shares: float = 0.0
    lock: Lock = field(default_factory=Lock)

    @property
    def known_share(self) -> float | None:
        return self.shares / self.known if self.known else None

    def __call__(self, batch: pl.DataFrame) -> pl.DataFrame:
        shares = batch["known_share"]
        unusable = int(batch[UNUSABLE].sum())
        with self.lock:
            self.units += batch.height
            self.unusable += unusable
            if UNPLACED in batch.columns:
                self.unplaced += int(batch[UNPLACED].sum())
            self.known += shares.count()
            self.shares += float(shares.sum())
        self.progress(batch.height)
        return batch


# -- one unit after the other


def tell_units(
    framework: Framework,
    questions: Sequence[Question],
    batches: Iterator[pl.DataFrame],
    rosters: Mapping[str, RowsByOwner],
    keep: Sequence[str],
    progress: Progress,
    known_places: Mapping[places.Key, Row] | None = None,
) -> Iterator[tuple[dict[str, Any], Findings]]:
    """Every unit of some batches of cells, by the record engine."""
    for batch in batches:
        for cells in batch.iter_rows(named=True):
            members, within = _rows_of(framework, rosters, cells[UNIT])
            given = Answers(read_row(questions, cells), members, within)
            answers = places.joined(framework, given, known_places or {})
            unit = {name: cells[kept(name)] for name in keep}
            yield unit, record.assess(framework, record.without_broken(framework, answers))
        progress(batch.height)


RowsByOwner: TypeAlias = Mapping[Any, Sequence[tuple[Any, Row]]]
"""The rows of a roster by the unit, or the row around them, that they belong to; each with its own
key, None where no rows belong to it."""


def rows_by_owner(
    questions: Sequence[Question], keys: Sequence[str], batches: Iterator[pl.DataFrame]
) -> RowsByOwner:
    """The rows of a roster; `keys` are its `roster_keys`. What belongs to nobody is left out."""
    owner, *own = keys
    found: dict[Any, list[tuple[Any, Row]]] = {}
    for batch in batches:
        for cells in batch.iter_rows(named=True):
            if cells[owner] is not None:
                key = cells[own[0]] if own else None
                found.setdefault(cells[owner], []).append((key, read_row(questions, cells)))
    return found


def _rows_of(
    framework: Framework, rosters: Mapping[str, RowsByOwner], unit: Any
) -> tuple[dict[str, tuple[Row, ...]], dict[str, Within]]:
    """One unit's rows in each roster, and to which rows the inner ones belong."""
    found: dict[str, tuple[Row, ...]] = {}
    within: dict[str, Within] = {}
    keys: dict[str, list[Any]] = {"": [unit]}
    for name, outer in framework.parents.items():
        if name not in rosters:
            continue
        owned = [
            (place, key, row)
            for place, owner in enumerate(keys[outer])
            for key, row in rosters[name].get(owner, ())
        ]
        keys[name] = [key for _, key, _ in owned]
        found[name] = tuple(row for _, _, row in owned)
        if outer:
            within[name] = Within(outer, tuple(place for place, _, _ in owned))
    return found, within


def read_row(questions: Sequence[Question], cells: Mapping[str, Any]) -> Row:
    row: dict[str, Value | Missing] = {}
    for question in questions:
        try:
            row[question.name] = read_value(question, cells[question.name])
        except AnswerError:
            row[question.name] = Missing.UNUSABLE
    return row
