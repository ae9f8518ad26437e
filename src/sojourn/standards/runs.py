"""A framework over a whole input file: one pass, constant memory, all or nothing.

The output appears under its name only when everything went well; until then it is a hidden file
beside it, which is removed if anything goes wrong.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from threading import Lock
from typing import Any

import polars as pl

from sojourn.engines import frames, polars_reader, record
from sojourn.engines.frames import UNIT
from sojourn.engines.polars_reader import FLAG, RAW_TEXT, UNUSABLE, Raw
from sojourn.framework.findings import FactorFinding, Findings, MeasureFinding, State
from sojourn.framework.model import Effect, Framework, Measure, MeasureKind, Question
from sojourn.framework.values import Answers, Missing, Row, Value
from sojourn.language import AnswerError, allowed, read_value
from sojourn.standards.csv_check import BadTableError
from sojourn.standards.tables import ROW, ROW_KEY, Source, Table

Progress = Callable[[int], None]
"""Called with the number of further rows that were read."""


def _silent(rows: int) -> None:
    """Report no progress."""


SHEET_LIMIT = 1_048_575
BATCH = 20_000


@dataclass(frozen=True)
class Summary:
    """What a run did, for the person who started it."""

    units: int
    known_share: float | None
    not_asked: tuple[str, ...]
    unusable: int
    stray_rows: Mapping[str, int]


def run(
    framework: Framework,
    source: Source,
    output: Path,
    *,
    engine: str = "polars",
    keep: Sequence[str] = (),
    refuse_unusable: bool = True,
    progress: Progress = _silent,
) -> Summary:
    """Write the findings of every unit to `output`, whose ending decides the format.

    Raises `BadTableError` for an input that cannot be used, and then leaves no output.
    """
    inputs = _Inputs.of(framework, source, keep)
    writer = _writer(output)
    _check_output(source, output)
    stray = _check_links(inputs)
    with _all_or_nothing(output) as hidden:
        compute = _with_record if engine == "record" else _with_polars
        unusable, units, share = compute(inputs, hidden, writer, progress)
        if unusable:
            _report_unusable(inputs, unusable, output, refuse=refuse_unusable)
    return Summary(units, share, inputs.not_asked(), unusable, stray)


def explain(
    framework: Framework,
    source: Source,
    output: Path,
    progress: Progress = _silent,
) -> None:
    """Write the because of every unit as one JSON list, in input order."""
    inputs = _Inputs.of(framework, source, ())
    _check_output(source, output)
    with _all_or_nothing(output) as hidden, hidden.open("w", encoding="utf-8") as file:
        file.write("[")
        for number, (unit, findings) in enumerate(_each_unit(inputs, progress)):
            told = {"unit": unit, **findings.to_json()}
            text = json.dumps(told, ensure_ascii=False, default=str)  # a key may be a date
            file.write((",\n" if number else "\n") + text)
        file.write("\n]\n")


@dataclass(frozen=True)
class _Inputs:
    """An opened source, as one framework sees it."""

    framework: Framework
    source: Source
    main: Raw
    rosters: Mapping[str, Raw]
    keep: tuple[str, ...]

    @classmethod
    def of(cls, framework: Framework, source: Source, keep: Sequence[str]) -> _Inputs:
        main = source.main.raw(framework, None)
        rosters = {name: table.raw(framework, name) for name, table in source.rosters.items()}
        carried = tuple(dict.fromkeys((*(source.keys or (ROW_KEY,)), *keep)))
        inputs = cls(framework, source, main, rosters, carried)
        inputs.check()
        return inputs

    def check(self) -> None:
        name, schema = self.source.main.name, self.source.main.schema
        for column in self.keep:
            if column not in schema and column != ROW_KEY:
                raise BadTableError(f"{name} has no column {column} to keep")
            if column in frames.output_columns(self.framework):
                raise BadTableError(
                    f"{name} has a column {column}, which is also the name of a finding; rename it"
                )
        if not self.main.headings and not any(raw.headings for raw in self.rosters.values()):
            asked = ", ".join(q.name for q in self.framework.used_questions[:8])
            raise BadTableError(
                f"no column of {name} is a question of {self.framework.id}; it asks for {asked} "
                "and others. Is this the right file, and are the column names in its first row?"
            )
        for table, raw, questions in self.tables():
            for question in questions:
                _check_single(table, raw, raw.headings[question.name])

    def trimming(self, questions: frozenset[str]) -> _Inputs:
        """The same, trimming the cells of these questions only."""
        rosters = {name: replace(raw, trim=questions) for name, raw in self.rosters.items()}
        return replace(self, main=replace(self.main, trim=questions), rosters=rosters)

    def not_asked(self) -> tuple[str, ...]:
        """The questions that rules use and no table has."""
        there = {*self.main.headings}.union(*(raw.headings for raw in self.rosters.values()))
        return tuple(q.name for q in self.framework.used_questions if q.name not in there)

    def tables(self) -> Iterator[tuple[Table, Raw, list[Question]]]:
        main = polars_reader.questions_of(self.framework, self.main, None)
        yield self.source.main, self.main, main
        for name, raw in self.rosters.items():
            questions = polars_reader.questions_of(self.framework, raw, name)
            yield self.source.rosters[name], raw, questions


def _check_single(table: Table, raw: Raw, column: str) -> None:
    kind = raw.schema[column]
    if kind.is_nested() or kind == pl.Binary:
        raise BadTableError(
            f"{table.name}, column {column}: this holds {kind}, not one answer in each row; "
            "write it as text or numbers"
        )


# -- with Polars


def _with_polars(
    inputs: _Inputs, hidden: Path, writer: _Writer, progress: Progress
) -> tuple[int, int, float | None]:
    """One streaming pass; a second, slower one only where the table is not tidy."""
    tally = _polars_pass(inputs.trimming(frozenset()), hidden, writer, progress)
    if tally.unusable:
        doubtful = _doubtful(inputs.trimming(frozenset()))
        tally = _polars_pass(inputs.trimming(doubtful), hidden, writer, _silent)
    return tally.unusable, tally.units, tally.known_share


@dataclass
class _Tally:
    """What passes by on its way into the output file."""

    progress: Progress
    units: int = 0
    unusable: int = 0
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
            self.known += shares.count()
            self.shares += float(shares.sum())
        self.progress(batch.height)
        return batch


def _polars_pass(inputs: _Inputs, hidden: Path, writer: _Writer, progress: Progress) -> _Tally:
    read = polars_reader.prepare(inputs.framework, inputs.main, inputs.rosters, inputs.keep)
    tally = _Tally(progress)
    found = frames.assess(inputs.framework, read.tables, (*inputs.keep, UNUSABLE))
    passing = found.native.map_batches(
        tally, streamable=True, validate_output_schema=False, projection_pushdown=False
    )
    try:
        writer(passing.drop(UNUSABLE), hidden)
        for name, rows in read.tables.rosters.items():
            tally.unusable += sum(_flag_counts(rows.native, read.flags[name]).values())
    except pl.exceptions.PolarsError as error:
        raise BadTableError(f"{inputs.source.main.name} cannot be read to its end") from error
    return tally


_Writer = Callable[[pl.LazyFrame, Path], None]


def _writer(output: Path) -> _Writer:
    writers: dict[str, _Writer] = {
        ".csv": _write_csv,
        ".parquet": _write_parquet,
        ".json": _write_json,
        ".xlsx": _write_xlsx,
    }
    if output.suffix.lower() not in writers:
        raise BadTableError(
            f"{output.name} has an ending that cannot be written; "
            "use .csv, .parquet, .json or .xlsx"
        )
    return writers[output.suffix.lower()]


def _write_csv(frame: pl.LazyFrame, path: Path) -> None:
    frame.sink_csv(path, engine="streaming")


def _write_parquet(frame: pl.LazyFrame, path: Path) -> None:
    frame.sink_parquet(path, engine="streaming")


def _write_json(frame: pl.LazyFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        first = True
        for batch in frame.collect_batches(
            chunk_size=BATCH, maintain_order=True, engine="streaming"
        ):
            for line in batch.write_ndjson().splitlines():
                file.write(("\n" if first else ",\n") + line)
                first = False
        file.write("\n]\n")


def _write_xlsx(frame: pl.LazyFrame, path: Path) -> None:
    table = frame.collect(engine="streaming")
    if table.height > SHEET_LIMIT:
        raise BadTableError(
            f"{table.height} rows do not fit on a spreadsheet; write .csv or .parquet instead"
        )
    table.write_excel(path, worksheet="findings", freeze_panes=(1, 0), autofit=True)


def _read_each(inputs: _Inputs) -> Iterator[tuple[pl.LazyFrame, tuple[str, ...]]]:
    for _, raw, questions in inputs.tables():
        yield polars_reader.read_table(raw, questions)


def _flag_counts(frame: pl.LazyFrame, questions: Sequence[str]) -> dict[str, int]:
    """How many cells of each question cannot be the answer."""
    if not questions:
        return {}
    counts = frame.select(pl.col(FLAG + q).sum() for q in questions).collect(engine="streaming")
    return dict(zip(questions, counts.row(0), strict=True))


def _doubtful(inputs: _Inputs) -> frozenset[str]:
    """The questions of which some cell could not be read as it stands."""
    counts = [_flag_counts(*read) for read in _read_each(inputs)]
    return frozenset(name for found in counts for name, count in found.items() if count)


# -- with the record engine


def _with_record(
    inputs: _Inputs, hidden: Path, writer: _Writer, progress: Progress
) -> tuple[int, int, float | None]:
    rows = [
        _flat(inputs.framework, unit, findings) for unit, findings in _each_unit(inputs, progress)
    ]
    names = (*inputs.keep, *frames.output_columns(inputs.framework))
    read = polars_reader.prepare(inputs.framework, inputs.main, inputs.rosters, inputs.keep)
    shape = frames.assess(inputs.framework, read.tables, inputs.keep).native
    schema = {name: dtype for name, dtype in shape.collect_schema().items() if name in names}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    writer(table.lazy(), hidden)
    unusable = sum(sum(_flag_counts(*read).values()) for read in _read_each(inputs))
    shares = table["known_share"].drop_nulls()
    return unusable, table.height, sum(shares) / len(shares) if len(shares) else None


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


# -- one unit after the other


def _each_unit(inputs: _Inputs, progress: Progress) -> Iterator[tuple[dict[str, Any], Findings]]:
    """Every unit's key columns and findings, in input order."""
    framework = inputs.framework
    questions = polars_reader.questions_of(framework, inputs.main, None)
    rosters = {name: _rows_by_unit(framework, name, raw) for name, raw in inputs.rosters.items()}
    texts = polars_reader.texts(inputs.main, questions, inputs.keep)
    for batch in texts.collect_batches(chunk_size=BATCH, maintain_order=True, engine="streaming"):
        for cells in batch.iter_rows(named=True):
            values = _read_row(questions, cells)
            members = {name: rows.get(cells[UNIT], ()) for name, rows in rosters.items()}
            answers = record.without_broken(framework, Answers(values, members))
            unit = {name: cells[frames.kept(name)] for name in inputs.keep}
            yield unit, record.assess(framework, answers)
        progress(batch.height)


def _rows_by_unit(framework: Framework, roster: str, raw: Raw) -> dict[Any, tuple[Row, ...]]:
    questions = polars_reader.questions_of(framework, raw, roster)
    found: dict[Any, list[Row]] = {}
    for cells in polars_reader.texts(raw, questions).collect().iter_rows(named=True):
        found.setdefault(cells[UNIT], []).append(_read_row(questions, cells))
    return {unit: tuple(rows) for unit, rows in found.items()}


def _read_row(questions: Sequence[Question], cells: Mapping[str, Any]) -> Row:
    row: dict[str, Value | Missing] = {}
    for question in questions:
        try:
            row[question.name] = read_value(question, cells[question.name])
        except AnswerError:
            row[question.name] = Missing.UNUSABLE
    return row


# -- what is wrong with the input


def _report_unusable(inputs: _Inputs, count: int, output: Path, *, refuse: bool) -> None:
    cases = _unusable_cases(inputs)
    if not refuse:
        _write_problems(cases, output)
        return
    name, row, column, value, may_be = next(cases)
    more = {1: "", 2: " There is 1 further case."}.get(
        count, f" There are {count - 1:,} further cases."
    )
    raise BadTableError(
        f"{name}, row {row}{_line(inputs, name, row)}, column {column}: "
        f'"{_short(value)}" cannot be the answer; allowed: {may_be}.{more} '
        "Correct the file, or use --on-invalid unknown to count such cells as unknown."
    )


def _line(inputs: _Inputs, name: str, row: int) -> str:
    """The line of a row, where the table's rows are lines of a file."""
    lines = next(t.heading_lines for t, _, _ in inputs.tables() if t.name == name)
    return "" if lines is None else f" (line {row + lines} with the heading)"


def _unusable_cases(inputs: _Inputs) -> Iterator[tuple[str, int, str, str, str]]:
    """File, row (from 1, without the heading), column, value, and what is allowed instead."""
    for table, raw, questions in inputs.tables():
        frame, flags = polars_reader.read_table(raw, questions, [ROW], with_text=True)
        if not flags:
            continue
        bad = frame.filter(pl.any_horizontal(*(pl.col(FLAG + flag) for flag in flags)))
        by_name = {question.name: question for question in questions}
        for batch in bad.collect_batches(chunk_size=BATCH, maintain_order=True, engine="streaming"):
            for cells in batch.iter_rows(named=True):
                for flag in flags:
                    if cells[FLAG + flag]:
                        text = cells[RAW_TEXT + flag]
                        yield (
                            table.name,
                            cells[frames.kept(ROW)],
                            raw.headings[flag],
                            text,
                            allowed(by_name[flag]),
                        )


def _write_problems(cases: Iterator[tuple[str, int, str, str, str]], output: Path) -> None:
    with (
        _all_or_nothing(output.with_name(output.name + ".problems.csv")) as hidden,
        hidden.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(("file", "row", "column", "value", "allowed"))
        writer.writerows(cases)


def _check_output(source: Source, output: Path) -> None:
    """Refuse to write over the tables that are read."""
    if source.path.is_dir():
        inside = output.parent.resolve() == source.path.resolve() and output.exists()
    else:
        inside = output.exists() and output.samefile(source.path)
    if inside:
        raise BadTableError(f"{output.name} is the input, or lies with it; write to another file")


def _check_links(inputs: _Inputs) -> dict[str, int]:
    """Rows of rosters that belong to no unit. Raises when two units carry the same key."""
    if not inputs.rosters:
        return {}
    units = inputs.main.frame.select(UNIT)
    twice = units.group_by(UNIT).len().filter(pl.col("len") > 1, pl.col(UNIT).is_not_null())
    clash = twice.select(pl.len()).collect().item()
    if clash:
        _, parent = next(iter(inputs.source.linked_by.values()))
        raise BadTableError(
            f"{inputs.source.main.name}: {clash} values of {parent} stand in more than one row, "
            "so the rows of the rosters cannot be told apart; make them unique"
        )
    stray = {
        inputs.source.rosters[name].name: raw.frame.select(UNIT)
        .join(units, on=UNIT, how="anti")
        .select(pl.len())
        .collect()
        .item()
        for name, raw in inputs.rosters.items()
    }
    return {name: count for name, count in stray.items() if count}


def _short(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


@contextmanager
def _all_or_nothing(output: Path) -> Iterator[Path]:
    """A hidden file beside `output` that takes its place when all went well."""
    hidden = output.with_name(f".{output.name}.part")
    if not output.parent.is_dir():
        raise BadTableError(f"there is no folder {output.parent} to write {output.name} to")
    try:
        yield hidden
        hidden.replace(output)
    finally:
        hidden.unlink(missing_ok=True)
