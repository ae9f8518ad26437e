"""Invented answers as tables: one for the units, and one for each repeat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import xlsxwriter

from sojourn.engines.simulation import Simulation, Unit
from sojourn.framework.model import Factor, Framework, Measure, Question, Response
from sojourn.framework.types import Date, Number, Text
from sojourn.framework.values import lineage
from sojourn.standards.csv_check import BadTableError
from sojourn.standards.linking import KEYS, OF_THE_ROW
from sojourn.standards.whole_files import all_or_nothing, whole_folder

MAIN = "main"
_Progress = Callable[[int], None]


@dataclass
class _Tables:
    """Cells by table and column, in the order of the form."""

    columns: dict[str, dict[str, list[str | None]]] = field(default_factory=dict)

    def add(self, table: str, row: dict[str, str]) -> None:
        for column, cells in self.columns[table].items():
            cells.append(row.get(column))


def simulate(
    framework: Framework,
    count: int,
    *,
    seed: int = 1,
    complete: bool = False,
    taken: frozenset[str] = frozenset(),
    prefix: str = "unit",
    progress: _Progress = lambda _: None,
) -> dict[str, pl.DataFrame]:
    """Tables of invented answers: `main`, and one for each repeat, joined by a key column.

    `taken` are names that the key column may not have; units are named after `prefix`.
    """
    key = _key(framework, taken)
    keys = _row_keys(framework, taken)
    found = _Tables()
    for table, roster in _tables(framework):
        asked = [q.name for q in framework.questions if q.roster == roster and _is_written(q)]
        found.columns[table] = {name: [] for name in (key, *keys.get(table, ()), *asked)}
    width = max(4, len(str(count)))
    for unit in Simulation(framework, seed=seed, complete=complete).units(count):
        name = f"{prefix}-{unit.number:0{width}}"
        found.add(MAIN, {**unit.cells, key: name})
        for roster, rows in unit.rosters.items():
            for numbers, row in zip(_numbers(unit, roster), rows, strict=True):
                own = dict(zip(keys.get(roster, ()), map(str, numbers), strict=False))
                found.add(roster, {**row, **own, key: name})
        progress(1)
    return {table: _frame(framework, columns) for table, columns in found.columns.items()}


def write(tables: dict[str, pl.DataFrame], output: Path) -> None:
    """Write the tables: `.xlsx`, a folder, or one `.csv` or `.parquet` where there is one table.

    Raises `BadTableError` for what cannot hold them, and then leaves nothing.
    """
    ending = output.suffix.lower()
    if ending == ".xlsx":
        with all_or_nothing(output) as hidden:
            _write_xlsx(tables, hidden)
    elif not ending:
        with whole_folder(output) as folder:
            for name, table in tables.items():
                table.write_csv(folder / f"{name}.csv")
    elif ending not in (".csv", ".parquet"):
        raise BadTableError(
            f"{output.name} has an ending that cannot be written; use .csv, .parquet, .xlsx, "
            "or no ending for a folder"
        )
    elif len(tables) > 1:
        rosters = ", ".join(name for name in tables if name != MAIN)
        raise BadTableError(
            f"the form has repeats ({rosters}), which are tables of their own; "
            f"name a folder, or an .xlsx file: {output.stem} or {output.stem}.xlsx"
        )
    else:
        with all_or_nothing(output) as hidden:
            _write_one(tables[MAIN], hidden, ending)


def _write_one(table: pl.DataFrame, path: Path, ending: str) -> None:
    if ending == ".csv":
        table.write_csv(path)
    else:
        table.write_parquet(path)


def _write_xlsx(tables: dict[str, pl.DataFrame], path: Path) -> None:
    as_text = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, as_text) as book:
        for name, table in tables.items():
            shown = table.with_columns(pl.col(pl.Date).dt.to_string())
            shown.write_excel(book, worksheet=name[:31], freeze_panes=(1, 0))


def _tables(framework: Framework) -> Iterator[tuple[str, str | None]]:
    yield MAIN, None
    for roster in framework.rosters:
        yield roster.name, roster.name


def _is_written(question: Question) -> bool:
    """Whether a column is worth having: not what a phone notes by itself."""
    shown = ("text", "string", "calculate")
    return not isinstance(question.type, Text) or question.kind in shown


def names_of(framework: Framework) -> frozenset[str]:
    """The columns that tables of a framework's answers and findings can have."""
    rows: tuple[Factor | Response | Measure, ...] = (
        *framework.factors,
        *framework.responses,
        *framework.measures,
    )
    found = frozenset(row.name for row in rows)
    return found.union(question.name for question in framework.questions)


def _key(framework: Framework, taken: frozenset[str]) -> str:
    """A key column that is no question, and no column that findings will have."""
    names = taken | names_of(framework)
    free = (key for key in KEYS if key not in names and not key.isupper())
    return next(free, "unit_key")


def _row_keys(framework: Framework, taken: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """By roster: the columns with the numbers of the rows around, and of its own rows where
    others belong to these."""
    parents = framework.parents
    around = {name: [*reversed(lineage(parents, name))] for name in parents}
    outer = {name for name in parents if name in parents.values()}
    names = taken.union(question.name for question in framework.questions)
    free = (end for end in OF_THE_ROW if not names.intersection(f"{one}_{end}" for one in outer))
    ending = next(free, None)
    if outer and ending is None:
        raise BadTableError(
            "questions are called like the keys of rows, such as "
            f"{min(outer)}_{OF_THE_ROW[0]}; rename one in the form"
        )
    return {
        name: tuple(f"{one}_{ending}" for one in found if one in outer)
        for name, found in around.items()
    }


def _numbers(unit: Unit, roster: str) -> Iterator[tuple[int, ...]]:
    """The number of each row, after the numbers of the rows around it."""
    within = unit.within.get(roster)
    if within is None:
        yield from ((number,) for number in range(1, len(unit.rosters[roster]) + 1))
        return
    around = list(_numbers(unit, within.roster))
    counts: Counter[int] = Counter()
    for place in within.rows:
        counts[place] += 1
        yield (*around[place], counts[place])


def _frame(framework: Framework, columns: dict[str, list[str | None]]) -> pl.DataFrame:
    by_name = {question.name: question for question in framework.questions}
    return pl.DataFrame([_series(by_name.get(n), n, cells) for n, cells in columns.items()])


def _series(question: Question | None, name: str, cells: Sequence[str | None]) -> pl.Series:
    """A column of the question's own kind, of text where a code for no answer is no such thing."""
    text = pl.Series(name, cells, dtype=pl.String)
    kind: type[pl.DataType] = pl.String
    match question.type if question is not None else None:
        case Number(places):
            kind = pl.Int64 if places == 0 else pl.Float64
        case Date():
            kind = pl.Date
    try:
        return text.cast(kind)
    except pl.exceptions.PolarsError:
        return text
