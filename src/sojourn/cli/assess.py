"""`sojourn assess`: a framework over a whole table."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from sojourn.cli.finding import find_framework
from sojourn.cli.progress import progress_bar
from sojourn.framework import Framework
from sojourn.language import load_framework
from sojourn.standards import databases, runs
from sojourn.standards.csv_check import BadTableError
from sojourn.standards.sql_tables import SqlSource
from sojourn.standards.tables import Source, open_source

ENGINES = ("record", "polars", *databases.ENGINES)


@click.command()
@click.argument("framework")
@click.argument("input_", metavar="INPUT")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write; the ending decides: .csv, .parquet, .json or .xlsx.",
)
@click.option("--engine", type=click.Choice(ENGINES), default="polars", show_default=True)
@click.option("--table", help="The main table, where INPUT is a database.")
@click.option("--key", "keys", default="", help="Key columns, separated by commas.")
@click.option("--keep", default="", help="Further columns to carry along, separated by commas.")
@click.option(
    "--explain",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the because of every unit as JSON.",
)
@click.option(
    "--on-invalid",
    type=click.Choice(["refuse", "unknown"]),
    default="refuse",
    show_default=True,
    help="What to do with a cell that cannot be the answer.",
)
def assess(
    framework: str,
    input_: str,
    output: Path,
    engine: str,
    table: str | None,
    keys: str,
    keep: str,
    explain: Path | None,
    on_invalid: str,
) -> None:
    """Run FRAMEWORK (an id or a file) over INPUT.

    INPUT is a .csv, .parquet or .xlsx file or a folder; for the engine duckdb also FILE.duckdb, for
    spark table:NAME, for postgres postgresql://HOST/DATABASE#TABLE.
    """
    if explain is not None and explain.resolve() == output.resolve():
        raise BadTableError("--explain and --output name the same file; give each its own")
    started = time.perf_counter()
    found = load_framework(find_framework(framework))
    console = Console(stderr=True)
    with _source(engine, input_, found, _names(keys), table) as source:
        with progress_bar(console, "Assessing", source.main.rows) as advance:
            summary = runs.run(
                found,
                source,
                output,
                engine=engine,
                keep=_names(keep),
                refuse_unusable=on_invalid == "refuse",
                progress=advance,
            )
        if explain is not None:
            with progress_bar(console, "Explaining", source.main.rows) as advance:
                runs.explain(found, source, explain, advance)
    for line in _summary(summary, output, found.id, time.perf_counter() - started):
        click.echo(line, err=True)


@contextmanager
def _source(
    engine: str, given: str, framework: Framework, keys: tuple[str, ...], table: str | None
) -> Iterator[Source | SqlSource]:
    if engine in databases.ENGINES:
        with databases.open_database(engine, given, framework, keys, table) as source:
            yield source
        return
    if "://" in given:
        raise BadTableError(
            f"the engine {engine} reads files; for a database use --engine postgres"
        )
    if table is not None:
        raise BadTableError(f"--table is for databases; the engine {engine} reads files")
    yield open_source(Path(given), framework, keys)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _summary(
    summary: runs.Summary, output: Path, framework_id: str, seconds: float
) -> Iterator[str]:
    yield f"{summary.units:,} units assessed with {framework_id} in {seconds:.1f} s -> {output}"
    if summary.known_share is not None:
        yield f"On average {summary.known_share:.0%} of the applicable factors are known."
    if summary.not_asked:
        names = ", ".join(summary.not_asked[:6])
        more = len(summary.not_asked) - 6
        rest = f" and {more} more" if more > 0 else ""
        yield f"Not in the input, so treated as not asked: {names}{rest}."
    for table, count in summary.stray_rows.items():
        yield f"{count:,} rows of {table} belong to no unit and were left out."
    if summary.unplaced:
        yield (
            f"For {summary.unplaced:,} units nothing was answered about their place; what is asked "
            "of places counts as not asked for them."
        )
    if summary.unusable:
        yield (
            f"{summary.unusable:,} cells cannot be the answer and count as unknown; "
            f"each is listed in {output.name}.problems.csv."
        )
