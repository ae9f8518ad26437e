"""A framework over tables that a database or Spark holds, computed where they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

import polars as pl
from polars.io.plugins import register_io_source

from sojourn.engines import frames, sql_reader
from sojourn.engines.columns import Kind, col, lit, total
from sojourn.engines.frames import UNIT, kept
from sojourn.engines.lowering import one_if
from sojourn.engines.reading import FLAG, UNUSABLE
from sojourn.engines.sql import SqlFrame
from sojourn.engines.sql_reader import Holds, Raw
from sojourn.engines.sql_session import EngineError, Result, Session
from sojourn.framework.findings import Findings
from sojourn.framework.model import Framework, Question
from sojourn.framework.types import Date
from sojourn.language.answers import SPACE
from sojourn.standards.assessing import (
    Case,
    Outcome,
    Placed,
    Progress,
    Tally,
    cases_of,
    check_asked,
    check_kept,
    not_asked,
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

    @classmethod
    def of(cls, framework: Framework, source: SqlSource, keep: Sequence[str]) -> SqlInput:
        carried = tuple(dict.fromkeys((*(source.keys or (ROW_KEY,)), *keep)))
        columns = (*source.main.columns, ROW_KEY)
        check_kept(framework, source.main.name, columns, carried)
        main = _raw(framework, source, None, carried)
        rosters = {name: _raw(framework, source, name, ()) for name in source.rosters}
        check_asked(framework, source.main.name, [r.headings for r in (main, *rosters.values())])
        found = cls(framework, source, main, rosters, carried)
        for table, raw, questions in found.tables():
            for question in questions:
                _check_single(table, raw.headings[question.name], question)
        return found

    @property
    def session(self) -> Session:
        return self.source.session

    def tables(self) -> Iterator[tuple[SqlTable, Raw, list[Question]]]:
        main = sql_reader.questions_of(self.framework, self.main, None)
        yield self.source.main, self.main, main
        for name, raw in self.rosters.items():
            questions = sql_reader.questions_of(self.framework, raw, name)
            yield self.source.rosters[name], raw, questions

    def not_asked(self) -> tuple[str, ...]:
        raws = (self.main, *self.rosters.values())
        return not_asked(self.framework, [raw.headings for raw in raws])

    def is_input(self, output: Path) -> bool:
        if not output.exists():
            return False
        return any(output.samefile(file) or file == output.parent for file in self.source.files)

    def check_places(self) -> None:
        """Nothing to check: a table of places was refused when the source was opened."""

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
        read = sql_reader.prepare(self.framework, dialect, self.main, self.rosters, keep)
        found = frames.assess(self.framework, read.tables, (*keep, UNUSABLE))
        with _told():
            result = self._result(
                found, [n for n in found.exprs if n in self.keep or n not in keep]
            )
            _write(result, tally, writer, hidden)
            for name, rows in read.tables.rosters.items():
                tally.unusable += self._flags(rows, read.flags[name])
        return Outcome(tally.unusable, tally.units, tally.known_share)

    def _order(self) -> tuple[str, ...]:
        """By which columns the findings are sorted; none where they come in order anyway."""
        if self.source.ordered and not self.rosters:
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
        questions = sql_reader.questions_of(self.framework, self.main, None)
        keep = tuple(dict.fromkeys((*self.keep, *self._order())))
        with _told():
            for name, raw in self.rosters.items():
                asked = sql_reader.questions_of(self.framework, raw, name)
                rows = sql_reader.texts(dialect, raw, asked)
                cells = self.session.result(rows.statement(dialect), list(rows.exprs))
                rosters[name] = rows_by_unit(asked, cells.batches)
            frame = sql_reader.texts(dialect, self.main, questions, keep)
            order = [kept(name) for name in self._order()]
            statement = frame.statement(dialect, list(frame.exprs), order)
            batches = self.session.result(statement, list(frame.exprs)).batches
            if UNIT not in frame.exprs:
                batches = (batch.with_columns(pl.lit(None).alias(UNIT)) for batch in batches)
            yield from tell_units(self.framework, questions, batches, rosters, self.keep, progress)

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
            native[name] = source.session.kept(name, table.columns[name]), Kind.TEXT
    holds = {name: column.holds or Holds.OTHER for name, column in table.columns.items()}
    return Raw(table.relation, holds, table.headings(framework, roster), native)


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


def _write(result: Result, tally: Tally, writer: Writer, hidden: Path) -> None:
    """Write batches while they come."""
    schema = pl.Schema({name: kind for name, kind in result.schema.items() if name != UNUSABLE})
    refused: list[EngineError] = []

    def batches(
        with_columns: list[str] | None,
        predicate: pl.Expr | None,
        n_rows: int | None,  # noqa: ARG001 - Polars asks in this way; all rows are written
        batch_size: int | None,  # noqa: ARG001 - Polars asks in this way
    ) -> Iterator[pl.DataFrame]:
        try:
            for batch in result.batches:
                found = tally(batch).drop(UNUSABLE)
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
