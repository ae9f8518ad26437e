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
from sojourn.engines.frames import OWN, UNIT, kept
from sojourn.engines.lowering import one_if
from sojourn.engines.reading import FLAG, UNPLACED, UNUSABLE
from sojourn.engines.sql import SqlFrame
from sojourn.engines.sql_printing import Dialect
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
    rows_by_owner,
    tell_units,
)
from sojourn.standards.csv_check import BadTableError
from sojourn.standards.linking import KEY_JOINT, owner_columns, told_twice, told_twice_around
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
            columns = owner_columns(self.framework, self.source.linked_by, "")
            raise BadTableError(told_twice(self.source.main.name, clash, " and ".join(columns)))
        stray = {}
        owners = {"": f"SELECT u FROM {units}"}
        for name, raw in self.rosters.items():
            outer = self.framework.parents[name]
            owner, *own = self._roster_keys(name)
            known = f"SELECT 1 FROM ({owners[outer]}) AS o WHERE o.u = r.u"
            rows = self._units(raw, "r", owner, *own)
            count = f"SELECT COUNT(*) AS n FROM {rows} WHERE NOT EXISTS ({known})"
            stray[self.source.rosters[name].name] = self._number(count)
            if own:
                self._check_rows_around(name)
                owners[name] = f"SELECT k AS u FROM {rows} WHERE EXISTS ({known})"
        return {name: count for name, count in stray.items() if count}

    def _roster_keys(self, roster: str) -> tuple[str, ...]:
        return reading.roster_keys(self.framework, roster, self.rosters)

    def _check_rows_around(self, roster: str) -> None:
        """Refuse two rows with the same key, by which rows within them are found."""
        table, raw = self.source.rosters[roster], self.rosters[roster]
        number = "0" if table.row is None else table.row
        own = f"SELECT {raw.native[OWN][0]} AS k, {number} AS n FROM {raw.relation}"
        same = (
            f"SELECT MIN(n) AS a, MAX(n) AS b FROM ({own}) AS t WHERE k IS NOT NULL "
            "GROUP BY k HAVING COUNT(*) > 1"
        )
        with _told():
            first = self.session.few(
                f"SELECT a, b FROM ({same}) AS t ORDER BY a LIMIT 1", ["a", "b"]
            )
        if first.height:
            parents = self.framework.parents
            inner = [name for name in self.rosters if parents[name] == roster]
            names = [self.source.rosters[name].name for name in inner]
            places = [table.place(int(row)) for row in first.row(0)] if table.row else []
            raise told_twice_around(table.name, self.source.linked_by[inner[0]], names, places)

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

    def _units(self, raw: Raw, name: str, owner: str = UNIT, own: str = "") -> str:
        """The keys of a table: as `u` whose its rows are, as `k` their own."""
        keys = f"{raw.native[owner][0]} AS u" + (f", {raw.native[own][0]} AS k" if own else "")
        return f"(SELECT {keys} FROM {raw.relation}) AS {name}"

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
                keys = self._roster_keys(name)
                batches = self._texts(raw, asked, keys).batches
                rosters[name] = rows_by_owner(asked, keys, batches)
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

    def _texts(self, raw: Raw, questions: Sequence[Question], keys: Sequence[str] = ()) -> Result:
        rows = sql_reader.texts(self.session.dialect, raw, questions, keys)
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
        name = next(name for name, one in self.source.rosters.items() if one is table)
        return self.source.linked_by[name].own

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
    wanted = list(keep) if roster is None else []
    links = source.linked_by
    keys: dict[str, tuple[str, ...]] = {}
    if roster is not None:
        owner, *own = reading.roster_keys(framework, roster, source.rosters)
        keys = {owner: links[roster].own}
        keys |= {name: owner_columns(framework, links, roster) for name in own}
        wanted += links[roster].own
    elif links:
        keys = {UNIT: owner_columns(framework, links, "")}
    native |= {name: (_key(dialect, columns), Kind.TEXT) for name, columns in keys.items()}
    for name in (*wanted, *(source.keys if roster is None else ())):
        if name in table.columns:
            native[name] = _carried(source.session, table, name), Kind.TEXT
    return Raw(table.relation, _holds(table), table.headings(framework, roster), native)


def _key(dialect: Dialect, columns: Sequence[str]) -> str:
    """A key made of one or more cells, as SQL; null where one of them is."""
    texts = (
        dialect.trimmed(dialect.cast(dialect.name(column), Kind.TEXT), SPACE) for column in columns
    )
    cells = [dialect.replaced(text, "[.]0$", "") for text in texts]
    return f" || {dialect.text(KEY_JOINT)} || ".join(cells)


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
