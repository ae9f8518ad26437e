"""A framework over a whole input: one pass, constant memory, all or nothing.

The output appears under its name only when everything went well; until then it is a hidden file
beside it, which is removed if anything goes wrong.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sojourn.framework.model import Framework
from sojourn.standards.assessing import Case, Opened, Progress, silent
from sojourn.standards.csv_check import BadTableError
from sojourn.standards.output import writer_for
from sojourn.standards.polars_run import PolarsInput
from sojourn.standards.sql_run import SqlInput
from sojourn.standards.sql_tables import SqlSource
from sojourn.standards.tables import Source
from sojourn.standards.whole_files import all_or_nothing

__all__ = ["Progress", "Summary", "explain", "run"]


@dataclass(frozen=True)
class Summary:
    """What a run did, for the person who started it."""

    units: int
    known_share: float | None
    not_asked: tuple[str, ...]
    unusable: int
    stray_rows: Mapping[str, int]
    unplaced: int | None = None


def run(
    framework: Framework,
    source: Source | SqlSource,
    output: Path,
    *,
    engine: str = "polars",
    keep: Sequence[str] = (),
    refuse_unusable: bool = True,
    progress: Progress = silent,
) -> Summary:
    """Write the findings of every unit to `output`, whose ending decides the format.

    `engine` says who computes over tables that Polars reads; a source that a database holds is
    computed there. Raises `BadTableError` for an input that cannot be used, and then leaves no
    output.
    """
    opened = _opened(framework, source, keep, engine)
    writer = writer_for(output)
    _check_output(opened, output)
    stray = opened.stray_rows()
    opened.check_places()
    opened.check_days()
    with all_or_nothing(output) as hidden:
        done = opened.compute(hidden, writer, progress)
        if done.unusable:
            _report_unusable(opened, done.unusable, output, refuse=refuse_unusable)
    asked = opened.not_asked()
    return Summary(done.units, done.known_share, asked, done.unusable, stray, done.unplaced)


def explain(
    framework: Framework,
    source: Source | SqlSource,
    output: Path,
    progress: Progress = silent,
) -> None:
    """Write the because of every unit as one JSON list, in the order of the output."""
    opened = _opened(framework, source, (), "polars")
    _check_output(opened, output)
    with all_or_nothing(output) as hidden, hidden.open("w", encoding="utf-8") as file:
        file.write("[")
        for number, (unit, findings) in enumerate(opened.each_unit(progress)):
            told = {"unit": unit, **findings.to_json()}
            text = json.dumps(told, ensure_ascii=False, default=str)  # a key may be a date
            file.write((",\n" if number else "\n") + text)
        file.write("\n]\n")


def _opened(
    framework: Framework, source: Source | SqlSource, keep: Sequence[str], engine: str
) -> Opened:
    if isinstance(source, SqlSource):
        return SqlInput.of(framework, source, keep)
    return PolarsInput.of(framework, source, keep, engine)


def _check_output(opened: Opened, output: Path) -> None:
    """Refuse to write over the tables that are read."""
    if opened.is_input(output):
        raise BadTableError(f"{output.name} is the input, or lies with it; write to another file")


# -- what is wrong with the input


def _report_unusable(opened: Opened, count: int, output: Path, *, refuse: bool) -> None:
    cases = opened.cases()
    if not refuse:
        _write_problems(cases, output)
        return
    first = next(cases)
    more = {1: "", 2: " There is 1 further case."}.get(
        count, f" There are {count - 1:,} further cases."
    )
    raise BadTableError(
        f"{first.file}, {first.place}, column {first.column}: "
        f'"{_short(first.value)}" cannot be the answer; allowed: {first.allowed}.{more} '
        "Correct the file, or use --on-invalid unknown to count such cells as unknown."
    )


def _write_problems(cases: Iterator[Case], output: Path) -> None:
    with (
        all_or_nothing(output.with_name(output.name + ".problems.csv")) as hidden,
        hidden.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(("file", "row", "column", "value", "allowed"))
        writer.writerows(case[:5] for case in cases)


def _short(text: str, limit: int = 40) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
