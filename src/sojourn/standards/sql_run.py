"""A framework over tables that a database or Spark holds, computed where they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

import polars as pl
from polars.io.plugins import register_io_source

from sojourn.engines import frames, places, reading, sql_reader
from sojourn.engines.columns import Kind, col, lit, total
from sojourn.engines.frames import UNIT, kept
from sojourn.engines.lowering import one_if
from sojourn.engines.reading import FLAG, UNPLACED, UNUSABLE
from sojourn.engines.sql import SqlFrame
from sojourn.engines.sql_reader import Holds, Raw
from sojourn.engines.sql_session import EngineError, Result, Session
from sojourn.framework.findings import Findings
from sojourn.framework.model import Framework, Question
from sojourn.framework.types import Date
from sojourn.framework.values import Row
from sojourn.language.answers import SPACE
from sojourn.standards.assessing import (
    Case,
    Outcome,
    Placed,
    Progress,
    Tally,
    cannot_carry,
    cases_of,
    check_asked,
    check_kept,
    check_place_keys,
    no_such_day,
    not_asked,
    read_row,
    rows_by_unit,
    tell_units,
    told_twice,
)
from sojourn.standards.csv_check import BadTableError
from sojourn.standards.output import Writer
from sojourn.standards.sql_tables import SqlSource, SqlTable
from sojourn.standards.tables import ROW, ROW_KEY


@dataclass(frozen=True)
class SqlInput:
    """An opened source, as one framework sees it."""

    framework: Framework
    source: SqlSource
    main: Raw
    rosters: Mapping[str, Raw]
    keep: tuple[str, ...]
    place: Raw | None = None

    @classmethod
    def of(cls, framework: Framework, source: SqlSource, keep: Sequence[str]) -> SqlInput:
        carried = tuple(dict.fromkeys((*(source.keys or (ROW_KEY,)), *keep)))
        columns = (*source.main.columns, ROW_KEY)
        check_kept(framework, source.main.name, columns, carried)
        main = _raw(framework, source, None, carried)
        rosters = {name: _raw(framework, source, name, ()) for name in source.rosters}
        place = _raw_place(framework, source)
        found = cls(framework, source, main, rosters, carried, place)
        check_asked(framework, source.main.name, found._headings())
        for table, raw, questions in found.tables():
            for question in questions:
                _check_single(table, raw.headings[question.name], question)
        return found

    @property
    def session(self) -> Session:
        return self.source.session

    def tables(self) -> Iterator[tuple[SqlTable, Raw, list[Question]]]:
        place = None
        if self.place is not None and self.source.place is not None:
            place = self.source.place, self.place
        rosters = {name: (self.source.rosters[name], raw) for name, raw in self.rosters.items()}
        main = self.source.main, self.main
        return reading.questions_by_table(self.framework, main, place, rosters)

    def not_asked(self) -> tuple[str, ...]:
        return not_asked(self.framework, self._headings())

    def _headings(self) -> list[Mapping[str, str]]:
        further = [self.place] if self.place is not None else []
        return [raw.headings for raw in (self.main, *self.rosters.values(), *further)]

    def is_input(self, output: Path) -> bool:
        if not output.exists():
            return False
        return any(output.samefile(file) or file == output.parent for file in self.source.files)

    def check_places(self) -> None:
        """Refuse a table of places in which a row says no place, or two rows say the same one."""
        table = self.source.place
        if table is None or self.place is None:
            return
        numbered = [ROW] if table.row is not None else []
        rows, _ = self._read_places(numbered)
        key = reading.place_key(self.framework)
        numbers = [col(kept(name)).alias(name) for name in numbered]
        names = [*numbered, *(column.name for column in key)]
        statement = rows.select([*numbers, *key]).statement(
            self.session.dialect, names, numbered or names
        )
        with _told():
            found = self.session.few(statement, names).iter_rows()
        at = len(numbered)
        keys = ((row[0] if numbered else None, row[at:]) for row in found)
        check_place_keys(self.framework, table.name, keys)

    def _read_places(self, keep: Sequence[str] = ()) -> tuple[SqlFrame, tuple[str, ...]]:
        """The table of places with its flags; only where there is one."""
        for table, raw, questions in self.tables():
            if table is self.source.place:
                return sql_reader.read_table(self.session.dialect, raw, questions, keep)
        raise LookupError("there is no table of places")

    def _places(self) -> dict[places.Key, Row]:
        """What was answered for each place, by its key."""
        for table, raw, questions in self.tables():
            if table is self.source.place:
                cells = self._texts(raw, questions).batches
                rows = (
                    read_row(questions, row) for batch in cells for row in batch.rows(named=True)
                )
                return places.by_key(self.framework, rows)
        return {}

    def stray_rows(self) -> dict[str, int]:
        if not self.rosters:
            return {}
        units = self._units(self.main, "m")
        twice = f"SELECT u FROM {units} WHERE u IS NOT NULL GROUP BY u HAVING COUNT(*) > 1"
        clash = self._number(f"SELECT COUNT(*) AS n FROM ({twice}) AS t")
        if clash:
            _, parent = next(iter(self.source.linked_by.values()))
            raise BadTableError(told_twice(self.source.main.name, clash, parent))
        stray = {}
        for name, raw in self.rosters.items():
            known = f"SELECT 1 FROM {units} WHERE m.u = r.u"
            rows = self._units(raw, "r")
            count = f"SELECT COUNT(*) AS n FROM {rows} WHERE NOT EXISTS ({known})"
            stray[self.source.rosters[name].name] = self._number(count)
        return {name: count for name, count in stray.items() if count}

    def check_days(self) -> None:
        """Refuse to carry along a day that no calendar of ours has."""
        table = self.source.main
        for name in self.keep:
            column = table.columns.get(name)
            if column is None or not (column.type in _MOMENTS or column.holds in _DAYS):
                continue
            dialect = self.session.dialect
            written = dialect.cast(dialect.name(name), Kind.DAY)
            ends = f"{written} < DATE '{date.min}' OR {written} > DATE '{date.max}'"
            if self._number(f"SELECT COUNT(*) AS n FROM {table.relation} WHERE {ends}"):
                raise no_such_day(table.name, name)

    def _units(self, raw: Raw, name: str) -> str:
        return f"(SELECT {raw.native[UNIT][0]} AS u FROM {raw.relation}) AS {name}"

    def _number(self, statement: str) -> int:
        with _told():
            return int(self.session.few(statement, ["n"]).item() or 0)

    # -- findings

    def compute(self, hidden: Path, writer: Writer, progress: Progress) -> Outcome:
        tally = Tally(progress)
        dialect = self.session.dialect
        keep = tuple(dict.fromkeys((*self.keep, *self._order())))
        read = sql_reader.prepare(
            self.framework, dialect, self.main, self.rosters, keep, self.place
        )
        counted = (UNUSABLE,) if self.place is None else (UNUSABLE, UNPLACED)
        found = frames.assess(self.framework, read.tables, (*keep, *counted))
        with _told():
            result = self._result(
                found, [n for n in found.exprs if n in self.keep or n not in keep]
            )
            _write(result, tally, writer, hidden, counted)
            for name, rows in read.tables.rosters.items():
                tally.unusable += self._flags(rows, read.flags[name])
            if self.place is not None:
                tally.unusable += self._flags(*self._read_places())
        unplaced = tally.unplaced if self.place is not None else None
        return Outcome(tally.unusable, tally.units, tally.known_share, unplaced)

    def _order(self) -> tuple[str, ...]:
        """By which columns the findings are sorted; none where they come in order anyway."""
        if self.source.ordered and not self.rosters and self.place is None:
            return ()
        return (ROW,) if self.source.main.row is not None else self.source.keys

    def _result(self, frame: SqlFrame, names: Sequence[str]) -> Result:
        """A frame in the order of the input; the very wide numbers whole, as Polars has them."""
        wide = [name for name in names if frame.kinds()[name] is Kind.WIDE]
        frame = frame.with_columns([col(name).cast(Kind.TEXT).alias(name) for name in wide])
        statement = frame.statement(self.session.dialect, names, self._order())
        schema, batches = self.session.result(statement, names)
        types = pl.Schema({**schema, **dict.fromkeys(wide, pl.Int128())})
        return Result(types, (batch.cast(types) for batch in batches))

    def _flags(self, rows: SqlFrame, flags: Sequence[str]) -> int:
        if not flags:
            return 0
        ones = [one_if(col(FLAG + name)) for name in flags]
        counted = rows.select([total(lit(0, Kind.WHOLE), *ones).alias("n")])
        statement = counted.statement(self.session.dialect, ["n"])
        whole = self.session.dialect.cast("SUM(n)", Kind.WHOLE)
        return self._number(f"SELECT {whole} AS n FROM ({statement}) AS t(n)")

    # -- one unit after the other

    def each_unit(self, progress: Progress) -> Iterator[tuple[dict[str, Any], Findings]]:
        dialect = self.session.dialect
        rosters = {}
        questions = reading.questions_of_main(self.framework, self.main, self.place)
        keep = tuple(dict.fromkeys((*self.keep, *self._order())))
        with _told():
            for name, raw in self.rosters.items():
                asked = reading.questions_of(self.framework, raw, name)
                rosters[name] = rows_by_unit(asked, self._texts(raw, asked).batches)
            known_places = self._places()  # before the units: DuckDB answers one at a time
            frame = sql_reader.texts(dialect, self.main, questions, keep)
            order = [kept(name) for name in self._order()]
            statement = frame.statement(dialect, list(frame.exprs), order)
            batches = self.session.result(statement, list(frame.exprs)).batches
            if UNIT not in frame.exprs:
                batches = (batch.with_columns(pl.lit(None).alias(UNIT)) for batch in batches)
            yield from tell_units(
                self.framework,
                questions,
                batches,
                rosters,
                self.keep,
                progress,
                known_places,
            )

    def _texts(self, raw: Raw, questions: Sequence[Question]) -> Result:
        rows = sql_reader.texts(self.session.dialect, raw, questions)
        return self.session.result(rows.statement(self.session.dialect), list(rows.exprs))

    # -- what cannot be the answer

    def cases(self) -> Iterator[Case]:
        for table, raw, questions in self.tables():
            known = [ROW] if table.row is not None else [*self._known_by(table)]
            frame, flags = sql_reader.read_table(
                self.session.dialect, raw, questions, known, with_text=True
            )
            if flags:
                bad = frame.where(reduce(or_, (col(FLAG + flag) for flag in flags)))
                rows = self._placed(table, bad, known)
                yield from cases_of(table.name, questions, raw.headings, flags, rows)

    def _known_by(self, table: SqlTable) -> tuple[str, ...]:
        """By which columns a row is found in a table that has no order of its own."""
        if table is self.source.main:
            return self.source.keys
        if table is self.source.place:
            return _place_columns(self.framework, table)
        child, _ = next(iter(self.source.linked_by.values()))
        return (child,)

    def _placed(self, table: SqlTable, bad: SqlFrame, known: Sequence[str]) -> Iterator[Placed]:
        order = [kept(name) for name in known]
        names = list(bad.exprs)
        with _told():
            statement = bad.statement(self.session.dialect, names, order)
            for batch in self.session.result(statement, names).batches:
                for cells in batch.iter_rows(named=True):
                    values = [cells[name] for name in order]
                    if table.row is not None:
                        yield values[0], table.place(values[0]), cells
                        continue
                    place = ", ".join(f"{n} {v}" for n, v in zip(known, values, strict=True))
                    yield " ".join(map(str, values)), place, cells


_DAYS = (Holds.DAY, Holds.MOMENT)
_MOMENTS = ("TIMESTAMP WITH TIME ZONE", "timestamp")
"""Types that hold days beside those from which answers are read."""


def _raw_place(framework: Framework, source: SqlSource) -> Raw | None:
    """The table of places, with what names its rows."""
    table = source.place
    if table is None:
        return None
    native = {}
    if table.row is not None:
        native[ROW] = table.row, Kind.WHOLE
    for name in _place_columns(framework, table):
        native[name] = _carried(source.session, table, name), Kind.TEXT
    return Raw(table.relation, _holds(table), table.headings(framework, None), native)


def _carried(session: Session, table: SqlTable, name: str) -> str:
    """A column that is carried along, as SQL."""
    sql = session.kept(name, table.columns[name])
    if sql is None:
        raise cannot_carry(table.name, name, table.columns[name].type)
    return sql


def _place_columns(framework: Framework, place: SqlTable) -> tuple[str, ...]:
    """The columns of a table of places that say which place a row is about."""
    headings = place.headings(framework, None)
    return tuple(headings[question.name] for question in places.key_questions(framework))


def _holds(table: SqlTable) -> dict[str, Holds]:
    return {name: column.holds or Holds.OTHER for name, column in table.columns.items()}


def _raw(framework: Framework, source: SqlSource, roster: str | None, keep: Sequence[str]) -> Raw:
    table = source.main if roster is None else source.rosters[roster]
    dialect, native = source.session.dialect, {}
    if table.row is not None:
        native[ROW] = native[ROW_KEY] = table.row, Kind.WHOLE
    pair = next(iter(source.linked_by.values()), None)
    wanted = list(keep) if roster is None else []
    if pair is not None:
        own = dialect.name(pair[1] if roster is None else pair[0])
        text = dialect.trimmed(dialect.cast(own, Kind.TEXT), SPACE)
        native[UNIT] = dialect.replaced(text, "[.]0$", ""), Kind.TEXT
        wanted += [] if roster is None else [pair[0]]
    for name in (*wanted, *(source.keys if roster is None else ())):
        if name in table.columns:
            native[name] = _carried(source.session, table, name), Kind.TEXT
    return Raw(table.relation, _holds(table), table.headings(framework, roster), native)


def _check_single(table: SqlTable, column: str, question: Question) -> None:
    found = table.columns[column]
    if found.holds is None:
        raise BadTableError(
            f"{table.name}, column {column}: this holds {found.type}, not one answer in each row; "
            "write it as text, a number or a date"
        )
    if found.holds is Holds.MOMENT and not isinstance(question.type, Date):
        raise BadTableError(
            f"{table.name}, column {column}: this holds {found.type}, and the question is not "
            "about a day; write it as text"
        )


def _write(
    result: Result, tally: Tally, writer: Writer, hidden: Path, counted: Sequence[str]
) -> None:
    """Write batches while they come, without the columns that are only counted."""
    schema = pl.Schema({name: kind for name, kind in result.schema.items() if name not in counted})
    refused: list[EngineError] = []

    def batches(
        with_columns: list[str] | None,
        predicate: pl.Expr | None,
        n_rows: int | None,  # noqa: ARG001 - Polars asks in this way; all rows are written
        batch_size: int | None,  # noqa: ARG001 - Polars asks in this way
    ) -> Iterator[pl.DataFrame]:
        try:
            for batch in result.batches:
                found = tally(batch).drop(counted)
                found = found if predicate is None else found.filter(predicate)
                yield found if with_columns is None else found.select(with_columns)
        except EngineError as error:
            refused.append(error)
            raise

    try:
        writer(register_io_source(batches, schema=schema), hidden)
    except pl.exceptions.PolarsError:
        if refused:
            raise refused[0] from None
        raise


@contextmanager
def _told() -> Iterator[None]:
    """What an engine refused, as what is wrong with the input."""
    try:
        yield
    except EngineError as error:
        raise BadTableError(str(error)) from error
