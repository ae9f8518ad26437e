"""Survey tables in: CSV, Parquet, XLSX, or a folder or workbook with one table per roster."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

import polars as pl

from sojourn.engines.frames import OWN, PARENT, UNIT, roster_nodes
from sojourn.engines.places import key_questions, place_questions
from sojourn.engines.polars_reader import Raw
from sojourn.engines.reading import roster_keys
from sojourn.framework.model import Framework
from sojourn.language import xlsx
from sojourn.standards import parquet
from sojourn.standards.csv_check import BadTableError, check
from sojourn.standards.linking import (
    KEY_JOINT,
    KEYS,
    Link,
    links_of,
    owner_columns,
    with_those_around,
)

# Rows on their way through the rules, in batches of half the size that Polars would choose: as
# fast, and a survey of ten million rows stays well under a gigabyte.
os.environ.setdefault("POLARS_IDEAL_MORSEL_SIZE", "50000")

MOST_UNPACKED = 1_000_000_000
"""Bytes of the tables of one workbook, unpacked."""

MOST_CELLS = 50_000_000
"""Cells of one sheet. More is no work for a workbook."""

_BLOCK = 5_000
"""Rows of a sheet that are put into a table in one go."""

ROW = "__row"
"""The column that numbers the rows of every table, from 1."""

ROW_KEY = "row"
"""The name under which the row's number is a unit's key where nothing else is."""


@dataclass(frozen=True)
class Table:
    """One opened table. `rows` is None where counting would mean reading everything.

    `heading_lines` is what to add to a row's number to have its line in the file, None where rows
    and lines do not go together. `fault` says why a table cannot be used after all.
    """

    name: str
    frame: pl.LazyFrame
    schema: Mapping[str, pl.DataType]
    rows: int | None
    heading_lines: int | None = None
    fault: str = ""

    def place(self, row: int) -> str:
        """Where a row stands, in words."""
        return place(row, self.heading_lines)

    def raw(self, framework: Framework, roster: str | None) -> Raw:
        """The table with the columns that hold the framework's questions."""
        return Raw(self.frame, self.schema, self.headings(framework, roster))

    def headings(self, framework: Framework, roster: str | None) -> dict[str, str]:
        """Which column holds which question."""
        names = [q.name for q in framework.questions if q.roster == roster]
        return find_headings(names, tuple(self.schema))


def place(row: int, heading_lines: int | None) -> str:
    """A row in words, with its line where rows and lines go together."""
    line = "" if heading_lines is None else f" (line {row + heading_lines} with the heading)"
    return f"row {row}{line}"


@dataclass(frozen=True)
class Source:
    """Everything that one input holds: the main table, and one table per roster.

    `place` is the table of places, where there is one and the framework asks something of them.
    """

    path: Path
    main: Table
    rosters: Mapping[str, Table]
    keys: tuple[str, ...]
    linked_by: Mapping[str, Link]
    place: Table | None = None


def open_source(path: Path, framework: Framework, keys: Sequence[str] = ()) -> Source:
    """Open an input and find its keys and rosters. Nothing is read yet but headings.

    Raises `BadTableError` for what is not there or is no table.
    """
    tables = _open_all(path, framework)
    rosters = {
        roster.name: tables[name]
        for roster in framework.rosters
        if (name := roster_table(roster.name, tables)) is not None
    }
    places = _place_table(framework, tables)
    taken = {table.name for table in rosters.values()}
    rest = {name: table for name, table in tables.items() if table.name not in taken}
    main = main_table(path.name, framework, rest)
    missing = [key for key in keys if key not in main.schema]
    if missing:
        raise no_such_key(main.name, missing[0], main.schema)
    found = tuple(keys) or tuple(k for k in (*KEYS, *framework.keys) if k in main.schema)
    used = {q.roster for q in framework.used_questions if q.roster is not None}
    used |= {node.roster for node in roster_nodes(framework.nodes)}
    read = with_those_around(framework, used)
    rosters = {name: table for name, table in rosters.items() if name in read}
    for table in (main, *rosters.values(), places):
        if table is not None and table.fault:
            raise BadTableError(table.fault)
        if table is not None:
            check_names(table.name, table.schema)
    source = _linked(framework, path, main, rosters, found)
    if places is None:
        return source
    check_place(framework, main, places)
    numbered = places.frame.with_row_index(ROW, 1).with_columns(pl.col(ROW).alias(UNIT))
    return replace(source, place=_with(places, numbered))


# -- opening


def open_table(path: Path, sheet: str = "") -> Table:
    """One table, whatever it holds: a file, a sheet of a workbook (the first one, where none is
    named), or a folder of Parquet parts. Every cell of CSV and workbooks is text.

    Raises `BadTableError` for what is not there or is no table.
    """
    if path.is_dir():
        parts = _parts(path)
        if not parts:
            raise BadTableError(f"the folder {path.name} holds no Parquet files of one table")
        return _parquet(path.name, parts)
    if not path.is_file():
        raise BadTableError(f"there is no file {path.name}")
    if path.suffix.lower() not in _OPENERS:
        raise BadTableError(
            f"{path.name} is not a kind of table that can be read; use .csv, .parquet or .xlsx"
        )
    found = _OPENERS[path.suffix.lower()](path)
    if sheet and sheet not in found:
        raise BadTableError(f"{path.name} has no sheet {sheet}; it has: {', '.join(found)}")
    table = found[sheet] if sheet else next(iter(found.values()))
    if table.fault:
        raise BadTableError(table.fault)
    check_names(table.name, table.schema)
    return table


def find_files(path: Path, framework: Framework) -> dict[str, list[Path]]:
    """The files of each table in a file or folder, by the table's name.

    A folder holds a file, or a folder of Parquet parts, for each table; or it is itself a folder
    of parts, as Spark and other writers leave them.
    """
    if path.is_file():
        if path.suffix.lower() not in _OPENERS:
            raise BadTableError(
                f"{path.name} is not a kind of table that can be read; use .csv, .parquet or .xlsx"
            )
        return {path.stem: [path]}
    if not path.is_dir():
        raise BadTableError(f"there is no file {path.name}")
    files = sorted(f for f in path.iterdir() if f.is_file() and f.suffix.lower() in _OPENERS)
    parts = {f.name.split(".")[0]: _parts(f) for f in sorted(path.iterdir()) if f.is_dir()}
    inside = {name: found for name, found in parts.items() if found}
    if not files and not inside:
        raise BadTableError(f"the folder {path.name} holds no .csv, .parquet or .xlsx file")
    if not inside and _are_parts(files, framework):
        return {path.name: files}
    return {**{file.stem: [file] for file in files}, **inside}


def _parts(folder: Path) -> list[Path]:
    return sorted(f for f in folder.iterdir() if f.suffix.lower() == ".parquet")


def _are_parts(files: Sequence[Path], framework: Framework) -> bool:
    """Whether files are the parts of one table: all Parquet, and none bears a table's name."""
    stems = [file.stem for file in files]
    if any(file.suffix.lower() != ".parquet" for file in files):
        return False
    if all(stem.startswith("part") for stem in stems):
        return True
    names = {"main", "data", framework.id}
    named = names.intersection(stems) or any(roster_table(r.name, stems) for r in framework.rosters)
    return not named and len({tuple(pl.read_parquet_schema(file)) for file in files}) == 1


def _open_all(path: Path, framework: Framework) -> dict[str, Table]:
    """Every table in a file or folder by its name."""
    found: dict[str, Table] = {}
    for name, files in find_files(path, framework).items():
        if files[0].suffix.lower() == ".parquet":
            shown = files[0].name if len(files) == 1 else name
            found[name] = _parquet(shown, files)
        else:
            found |= _OPENERS[files[0].suffix.lower()](files[0])
    return found


def _open_csv(path: Path) -> dict[str, Table]:
    shape = check(path)
    names = dict(enumerate(shape.headings))
    frame = pl.scan_csv(
        path,
        separator=shape.separator,
        infer_schema=False,
        glob=False,
        with_column_names=lambda found: [names.get(at) or c for at, c in enumerate(found)],
    )
    if shape.blank:
        frame = _without(frame, shape.blank)
    schema = frame.collect_schema()
    rows = shape.lines - len(shape.blank)
    return {path.stem: Table(path.name, frame, schema, rows, 1 if shape.one_line_each else None)}


def _without(frame: pl.LazyFrame, rows: Sequence[int]) -> pl.LazyFrame:
    at = "__line"
    numbered = frame.with_row_index(at)
    return numbered.filter(~pl.col(at).is_in(pl.Series(rows, dtype=pl.UInt32).implode())).drop(at)


def _open_parquet(path: Path) -> dict[str, Table]:
    return {path.stem: _parquet(path.name, [path])}


def _parquet(name: str, files: Sequence[Path]) -> Table:
    try:
        frame, schema, rows = parquet.scan(files)
    except pl.exceptions.PolarsError as error:
        which = name if len(files) == 1 else f"one of the files in {name}"
        raise BadTableError(f"{which} is not a Parquet file, or it is damaged") from error
    return Table(name, frame, schema, rows)


def _open_xlsx(path: Path) -> dict[str, Table]:
    try:
        with xlsx.Book(path, MOST_UNPACKED) as book:
            return {name: _sheet(book, name, path.name) for name in book.names}
    except xlsx.WorkbookError as error:
        raise BadTableError(f"{path.name}: {error}") from error


def _sheet(book: xlsx.Book, name: str, file: str) -> Table:
    """One sheet: its first row that is not empty has the headings; empty rows are left out."""
    met = xlsx.Sheet(name)
    label = f"{file}, sheet {name}"
    rows = book.rows(met)
    first, cells = next(rows, (0, {}))
    places = {at: cell.strip() for at, cell in cells.items() if cell.strip()}
    twice = next((h for h, n in Counter(places.values()).items() if n > 1), None)
    schema = pl.Schema(dict.fromkeys(places.values(), pl.String()))
    frames = [pl.DataFrame(schema=schema)]
    block: list[tuple[str | None, ...]] = []
    count, last = 0, first
    for number, cells in rows:
        row = tuple(cells.get(at) for at in places)
        if not any(cell and not cell.isspace() for cell in row):
            continue
        block.append(row)
        count, last = count + 1, number
        if count * len(places) > MOST_CELLS:
            raise BadTableError(f"{label} is too large to be read as a workbook; save it as .csv")
        if len(block) == _BLOCK and twice is None:
            frames.append(pl.DataFrame(block, schema, orient="row"))
            block = []
    if twice is not None:
        fault = f"{label}: the column {twice} stands there twice; keep one"
        return Table(label, frames[0].lazy(), schema, 0, fault=fault)
    frame = pl.concat([*frames, pl.DataFrame(block, schema, orient="row")])
    lines = first if last == first + count else None
    return Table(label, frame.lazy(), schema, count, lines, _fault(met, label, places))


def _fault(met: xlsx.Sheet, label: str, places: Mapping[int, str]) -> str:
    """What hides an answer that a person sees, empty where nothing does."""
    for refs, problem in (
        (met.unsaved, "is a formula saved without its result; open the file in a spreadsheet "),
        (met.merged, "is merged over several rows; unmerge it and write each row's own answer"),
    ):
        for ref in refs:
            begin, _, end = ref.partition(":")
            columns = range(xlsx.column_of(begin), xlsx.column_of(end or begin) + 1)
            if any(at in places for at in columns):
                more = "" if end else "program and save it again"
                return f"{label}, cell {ref} {problem}{more}"
    return ""


_OPENERS = {
    ".csv": _open_csv,
    ".tsv": _open_csv,
    ".parquet": _open_parquet,
    ".xlsx": _open_xlsx,
}


# -- which table is which


def roster_table(roster: str, names: Iterable[str]) -> str | None:
    """The table of a repeat: its own name, or that name after a dash as ODK Central writes it."""
    for name in names:
        if name == roster or name.endswith((f"-{roster}", f".{roster}")):
            return name
    return None


PLACE = "place"
"""The name of the table of places."""


def _place_table(framework: Framework, tables: dict[str, Table]) -> Table | None:
    """The table of places, taken out of the others."""
    if not place_questions(framework) or len(tables) < 2:
        return None
    return tables.pop(PLACE, None)


class _WithHeadings(Protocol):
    @property
    def name(self) -> str: ...

    def headings(self, framework: Framework, roster: str | None) -> dict[str, str]: ...


def check_place(framework: Framework, main: _WithHeadings, place: _WithHeadings) -> None:
    """Refuse a table of places that cannot be joined, or says what the main table says too."""
    keys = key_questions(framework)
    if not keys:
        raise BadTableError(
            f"{place.name} cannot be joined: {framework.id} does not say which question names the "
            "place (key place in the sheet framework)"
        )
    for table in (place, main):
        headings = table.headings(framework, None)
        missing = [question.name for question in keys if question.name not in headings]
        if missing:
            raise BadTableError(
                f"{table.name} has no column {missing[0]}, by which a unit's place is found in "
                f"{place.name}"
            )
    of_main, of_place = main.headings(framework, None), place.headings(framework, None)
    names = [question.name for question in place_questions(framework)]
    both = [name for name in names if name in of_main and name in of_place]
    if both:
        raise BadTableError(
            f"{both[0]} stands in {main.name} and in {place.name}; "
            "leave it out of one, so that there is one answer"
        )


def check_names(table: str, columns: Collection[str]) -> None:
    """Refuse a column under a name that is kept for what we add."""
    for name in (ROW, UNIT, OWN, PARENT):
        if name in columns:
            raise BadTableError(
                f"the column {name} of {table} has a name that is kept for ourselves; rename it"
            )


class _WithColumns(Protocol):
    @property
    def schema(self) -> Mapping[str, object]: ...


T = TypeVar("T", bound=_WithColumns)


def main_table(whole: str, framework: Framework, tables: Mapping[str, T]) -> T:
    """The main table among those that are no roster: by its name, else by its questions."""
    for name in ("main", "data", framework.id, whole.rsplit(".", 1)[0]):
        if name in tables:
            return tables[name]
    singles = [q.name for q in framework.used_questions if q.roster is None]
    fitting = [t for t in tables.values() if find_headings(singles, tuple(t.schema))]
    if fitting:
        return fitting[0]
    if not tables:
        raise BadTableError(f"{whole} holds rosters only; where is the main table?")
    return next(iter(tables.values()))


def no_such_key(table: str, key: str, columns: Iterable[str]) -> BadTableError:
    """What to say when a key that was named is not there."""
    return BadTableError(f"{table} has no column {key} (named as key); it has {_some(columns)}")


def find_headings(names: Iterable[str], columns: Iterable[str]) -> dict[str, str]:
    """Which column holds which question: by its name, or by its name after the group's path."""
    columns = tuple(columns)
    found = {name: name for name in names if name in columns}
    by_last: dict[str, list[str]] = {}
    for column in columns:
        if "/" in column:
            by_last.setdefault(column.rsplit("/", 1)[1], []).append(column)
        if "-" in column:
            by_last.setdefault(column.rsplit("-", 1)[1], []).append(column)
    for name in names:
        candidates = [c for c in by_last.get(name, []) if c[: -len(name) - 1] not in found]
        if name not in found and len(candidates) == 1:
            found[name] = candidates[0]
    return found


# -- units


def _linked(
    framework: Framework,
    path: Path,
    main: Table,
    rosters: Mapping[str, Table],
    keys: tuple[str, ...],
) -> Source:
    """Give every table the columns by which rows belong together: the main one and outer rosters
    the `UNIT`, which is the row number or what rosters point at; see `roster_keys`."""
    numbered = main.frame.with_row_index(ROW, 1)
    if ROW_KEY not in main.schema:
        numbered = numbered.with_columns(pl.col(ROW).alias(ROW_KEY))
    if not rosters:
        frame = numbered.with_columns(pl.col(ROW).alias(UNIT))
        return Source(path, _with(main, frame), {}, keys, {})
    links = links_of(framework, main, rosters)
    frame = numbered.with_columns(_as_key(owner_columns(framework, links, ""), UNIT))
    linked = {}
    for name, table in rosters.items():
        owner, *own = roster_keys(framework, name, rosters)
        columns = [_as_key(links[name].own, owner)]
        columns += [_as_key(owner_columns(framework, links, name), key) for key in own]
        linked[name] = _with(table, table.frame.with_row_index(ROW, 1).with_columns(columns))
    return Source(path, _with(main, frame), linked, keys, links)


def _as_key(columns: Sequence[str], name: str) -> pl.Expr:
    """A key made of one or more cells; null where one of them is."""
    cells = [pl.col(c).cast(pl.String).str.strip_chars().str.strip_suffix(".0") for c in columns]
    key = cells[0] if len(cells) == 1 else pl.concat_str(cells, separator=KEY_JOINT)
    return key.alias(name)


def _with(table: Table, frame: pl.LazyFrame) -> Table:
    return replace(table, frame=frame)


def _some(names: Iterable[str], limit: int = 8) -> str:
    found = list(names)
    more = f" and {len(found) - limit} more" if len(found) > limit else ""
    return ", ".join(found[:limit]) + more
