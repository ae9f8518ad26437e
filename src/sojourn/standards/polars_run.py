"""A framework over tables that Polars reads, with the `polars` or the `record` engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

from sojourn.engines import frames, places, polars_reader, reading
from sojourn.engines.columns import col
from sojourn.engines.frames import OWN, UNIT
from sojourn.engines.polars_frame import PolarsFrame
from sojourn.engines.polars_reader import Raw
from sojourn.engines.reading import FLAG, UNPLACED, UNUSABLE
from sojourn.framework.findings import FactorFinding, Findings, MeasureFinding, State
from sojourn.framework.model import Effect, Framework, Measure, MeasureKind, Question
from sojourn.framework.values import Row
from sojourn.standards.assessing import (
    Case,
    Outcome,
    Placed,
    Progress,
    Tally,
    cases_of,
    check_asked,
    check_carried,
    check_kept,
    check_place_keys,
    is_single,
    no_such_day,
    not_asked,
    read_row,
    rows_by_owner,
    silent,
    tell_units,
)
from sojourn.standards.csv_check import BadTableError
from sojourn.standards.linking import owner_columns, told_twice, told_twice_around
from sojourn.standards.output import BATCH, Writer
from sojourn.standards.tables import ROW, ROW_KEY, Source, Table

_KEY = "__key"


@dataclass(frozen=True)
class PolarsInput:
    """An opened source, as one framework sees it."""

    framework: Framework
    source: Source
    main: Raw
    rosters: Mapping[str, Raw]
    keep: tuple[str, ...]
    engine: str = "polars"
    place: Raw | None = None

    @classmethod
    def of(
        cls, framework: Framework, source: Source, keep: Sequence[str], engine: str = "polars"
    ) -> PolarsInput:
        main = source.main.raw(framework, None)
        rosters = {name: table.raw(framework, name) for name, table in source.rosters.items()}
        carried = tuple(dict.fromkeys((*(source.keys or (ROW_KEY,)), *keep)))
        place = source.place.raw(framework, None) if source.place is not None else None
        found = cls(framework, source, main, rosters, carried, engine, place)
        found.check()
        return found

    def check(self) -> None:
        name, columns = self.source.main.name, (*self.source.main.schema, ROW_KEY)
        check_kept(self.framework, name, columns, self.keep)
        carried = {column: self.main.schema.get(column, pl.Int64()) for column in self.keep}
        check_carried(name, carried)
        check_asked(self.framework, name, [self.main.headings, *self._further_headings()])
        for table, raw, questions in self.tables():
            for question in questions:
                _check_single(table, raw, raw.headings[question.name])

    def trimming(self, questions: frozenset[str]) -> PolarsInput:
        """The same, trimming the cells of these questions only."""
        rosters = {name: replace(raw, trim=questions) for name, raw in self.rosters.items()}
        place = None if self.place is None else replace(self.place, trim=questions)
        main = replace(self.main, trim=questions)
        return replace(self, main=main, rosters=rosters, place=place)

    def not_asked(self) -> tuple[str, ...]:
        return not_asked(self.framework, [self.main.headings, *self._further_headings()])

    def _further_headings(self) -> list[Mapping[str, str]]:
        further = [*self.rosters.values(), *([self.place] if self.place is not None else [])]
        return [raw.headings for raw in further]

    def read(self) -> polars_reader.Read:
        """The tables as the engine takes them."""
        return polars_reader.prepare(self.framework, self.main, self.rosters, self.keep, self.place)

    def tables(self) -> Iterator[tuple[Table, Raw, list[Question]]]:
        place = None
        if self.place is not None and self.source.place is not None:
            place = self.source.place, self.place
        rosters = {name: (self.source.rosters[name], raw) for name, raw in self.rosters.items()}
        main = self.source.main, self.main
        return reading.questions_by_table(self.framework, main, place, rosters)

    def is_input(self, output: Path) -> bool:
        if self.source.path.is_dir():
            return output.parent.resolve() == self.source.path.resolve() and output.exists()
        return output.exists() and output.samefile(self.source.path)

    def check_places(self) -> None:
        """Refuse a table of places in which a row says no place, or two rows say the same one."""
        table = self.source.place
        if table is None:
            return
        rows, _ = self.read_places()
        key = reading.place_key(self.framework)
        number = col(frames.kept(ROW)).alias(ROW)
        found = PolarsFrame(rows).select([number, *key]).native.collect().iter_rows()
        check_place_keys(self.framework, table.name, ((at, parts) for at, *parts in found))

    def check_days(self) -> None:
        """Refuse to carry along a day that no calendar of ours has."""
        for name in self.keep:
            if self.main.schema.get(name) in (pl.Date, pl.Datetime):
                day = pl.col(name).dt.date()
                outside = self.main.frame.select((~day.is_between(date.min, date.max)).any())
                if outside.collect(engine="streaming").item():
                    raise no_such_day(self.source.main.name, name)

    def read_places(self) -> tuple[pl.LazyFrame, tuple[str, ...]]:
        """The table of places with its flags; nothing where there is none."""
        for table, raw, questions in self.tables():
            if table is self.source.place:
                return polars_reader.read_table(raw, questions, [ROW], keys=())
        return pl.LazyFrame(), ()

    def _places(self) -> dict[places.Key, Row]:
        """What was answered for each place, by its key."""
        for table, raw, questions in self.tables():
            if table is self.source.place:
                cells = polars_reader.texts(raw, questions).collect().iter_rows(named=True)
                rows = (read_row(questions, row) for row in cells)
                return places.by_key(self.framework, rows)
        return {}

    def stray_rows(self) -> dict[str, int]:
        if not self.rosters:
            return {}
        units = self.main.frame.select(UNIT)
        twice = units.group_by(UNIT).len().filter(pl.col("len") > 1, pl.col(UNIT).is_not_null())
        clash = twice.select(pl.len()).collect().item()
        if clash:
            columns = owner_columns(self.framework, self.source.linked_by, "")
            raise BadTableError(told_twice(self.source.main.name, clash, " and ".join(columns)))
        stray = {}
        owners = {"": units.select(pl.col(UNIT).alias(_KEY))}
        for name, raw in self.rosters.items():
            owner, *own = self._keys(name)
            known = owners[self.framework.parents[name]]
            lost = raw.frame.join(known, left_on=owner, right_on=_KEY, how="anti")
            stray[self.source.rosters[name].name] = lost.select(pl.len()).collect().item()
            if own:
                self._check_rows_around(name)
                owned = raw.frame.join(known, left_on=owner, right_on=_KEY, how="semi")
                owners[name] = owned.select(pl.col(OWN).alias(_KEY))
        return {name: count for name, count in stray.items() if count}

    def _keys(self, roster: str) -> tuple[str, ...]:
        return reading.roster_keys(self.framework, roster, self.rosters)

    def _check_rows_around(self, roster: str) -> None:
        """Refuse two rows with the same key, by which rows within them are found."""
        known = self.rosters[roster].frame.filter(pl.col(OWN).is_not_null())
        same = (
            known.group_by(OWN).agg(pl.col(ROW).sort().head(2)).filter(pl.col(ROW).list.len() > 1)
        )
        first = same.sort(pl.col(ROW).list.first()).select(ROW).head(1).collect()
        if first.height:
            table, parents = self.source.rosters[roster], self.framework.parents
            inner = [name for name in self.rosters if parents[name] == roster]
            names = [self.source.rosters[name].name for name in inner]
            places = [table.place(row) for row in first.item()]
            raise told_twice_around(table.name, self.source.linked_by[inner[0]], names, places)

    def compute(self, hidden: Path, writer: Writer, progress: Progress) -> Outcome:
        compute = _with_record if self.engine == "record" else _with_polars
        return compute(self, hidden, writer, progress)

    def each_unit(self, progress: Progress) -> Iterator[tuple[dict[str, Any], Findings]]:
        questions = reading.questions_of_main(self.framework, self.main, self.place)
        rosters = {name: self._rows(name, raw) for name, raw in self.rosters.items()}
        texts = polars_reader.texts(self.main, questions, self.keep)
        batches = texts.collect_batches(chunk_size=BATCH, maintain_order=True, engine="streaming")
        return tell_units(
            self.framework, questions, batches, rosters, self.keep, progress, self._places()
        )

    def _rows(self, roster: str, raw: Raw) -> Mapping[Any, Any]:
        questions = reading.questions_of(self.framework, raw, roster)
        keys = self._keys(roster)
        texts = polars_reader.texts(raw, questions, keys=keys).collect()
        return rows_by_owner(questions, keys, iter([texts]))

    def cases(self) -> Iterator[Case]:
        for table, raw, questions in self.tables():
            frame, flags = polars_reader.read_table(raw, questions, [ROW], keys=(), with_text=True)
            if not flags:
                continue
            bad = frame.filter(pl.any_horizontal(*(pl.col(FLAG + flag) for flag in flags)))
            batches = bad.collect_batches(chunk_size=BATCH, maintain_order=True, engine="streaming")
            yield from cases_of(table.name, questions, raw.headings, flags, _placed(table, batches))


def _placed(table: Table, batches: Iterable[pl.DataFrame]) -> Iterator[Placed]:
    for batch in batches:
        for cells in batch.iter_rows(named=True):
            row = cells[frames.kept(ROW)]
            yield row, table.place(row), cells


def _check_single(table: Table, raw: Raw, column: str) -> None:
    kind = raw.schema[column]
    if not is_single(kind):
        raise BadTableError(
            f"{table.name}, column {column}: this holds {kind}, not one answer in each row; "
            "write it as text or numbers"
        )


# -- with Polars


def _with_polars(inputs: PolarsInput, hidden: Path, writer: Writer, progress: Progress) -> Outcome:
    """One streaming pass; a second, slower one only where the table is not tidy."""
    tally = _polars_pass(inputs.trimming(frozenset()), hidden, writer, progress)
    if tally.unusable:
        doubtful = _doubtful(inputs.trimming(frozenset()))
        tally = _polars_pass(inputs.trimming(doubtful), hidden, writer, silent)
    unplaced = tally.unplaced if inputs.place is not None else None
    return Outcome(tally.unusable, tally.units, tally.known_share, unplaced)


def _polars_pass(inputs: PolarsInput, hidden: Path, writer: Writer, progress: Progress) -> Tally:
    read = inputs.read()
    tally = Tally(progress)
    counted = (UNUSABLE,) if inputs.place is None else (UNUSABLE, UNPLACED)
    found = frames.assess(inputs.framework, read.tables, (*inputs.keep, *counted))
    passing = found.native.map_batches(
        tally, streamable=True, validate_output_schema=False, projection_pushdown=False
    )
    try:
        writer(passing.drop(counted), hidden)
        for name, rows in read.tables.rosters.items():
            tally.unusable += sum(_flag_counts(rows.native, read.flags[name]).values())
        tally.unusable += sum(_flag_counts(*inputs.read_places()).values())
    except pl.exceptions.PolarsError as error:
        raise BadTableError(f"{inputs.source.main.name} cannot be read to its end") from error
    return tally


def _read_each(inputs: PolarsInput) -> Iterator[tuple[pl.LazyFrame, tuple[str, ...]]]:
    for _, raw, questions in inputs.tables():
        yield polars_reader.read_table(raw, questions, keys=())


def _flag_counts(frame: pl.LazyFrame, questions: Sequence[str]) -> dict[str, int]:
    """How many cells of each question cannot be the answer."""
    if not questions:
        return {}
    counts = frame.select(pl.col(FLAG + q).sum() for q in questions).collect(engine="streaming")
    return dict(zip(questions, counts.row(0), strict=True))


def _doubtful(inputs: PolarsInput) -> frozenset[str]:
    """The questions of which some cell could not be read as it stands."""
    counts = [_flag_counts(*read) for read in _read_each(inputs)]
    return frozenset(name for found in counts for name, count in found.items() if count)


# -- with the record engine


def _with_record(inputs: PolarsInput, hidden: Path, writer: Writer, progress: Progress) -> Outcome:
    rows = [
        _flat(inputs.framework, unit, findings) for unit, findings in inputs.each_unit(progress)
    ]
    names = (*inputs.keep, *frames.output_columns(inputs.framework))
    read = inputs.read()
    shape = frames.assess(inputs.framework, read.tables, inputs.keep).native
    schema = {name: dtype for name, dtype in shape.collect_schema().items() if name in names}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    writer(table.lazy(), hidden)
    unusable = sum(sum(_flag_counts(*read).values()) for read in _read_each(inputs))
    shares = table["known_share"].drop_nulls()
    known = sum(shares) / len(shares) if len(shares) else None
    return Outcome(unusable, table.height, known, _unplaced(inputs, read))


def _unplaced(inputs: PolarsInput, read: polars_reader.Read) -> int | None:
    if inputs.place is None:
        return None
    column = pl.col(frames.kept(UNPLACED)).sum()
    return int(read.tables.main.native.select(column).collect().item())


def _flat(framework: Framework, unit: Mapping[str, Any], findings: Findings) -> list[Any]:
    row: list[Any] = list(unit.values())
    for factor, finding in zip(framework.factors, findings.factors, strict=True):
        row.append(_truth(finding))
        if factor.effect is Effect.CONTEXT:
            row.append(finding.direction)
    row += [response.suggested for response in findings.responses]
    for measure in findings.measures:
        row += _measure_cells(framework.measure(measure.name), measure)
    row.append(findings.known_share)
    return row


def _measure_cells(measure: Measure, finding: MeasureFinding) -> list[Any]:
    cells = [_number(finding.value), finding.class_name]
    if measure.low is not None:
        cells += [_number(finding.low), _number(finding.high)]
    if measure.kind is MeasureKind.ALKIRE_FOSTER:
        cells.append(_number(finding.intensity))
    return cells


def _number(value: Fraction | None) -> int | float | None:
    if value is None:
        return None
    return value.numerator if value.denominator == 1 else float(value)


def _truth(finding: FactorFinding) -> bool | None:
    if finding.state in (State.UNKNOWN, State.NOT_APPLICABLE):
        return None
    return finding.state is State.PRESENT
