"""`python -m bench [--rows 1000000,10000000]`: measure, print the table, keep it in the docs."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from bench import data, estimates, web
from bench.measure import command
from sojourn import catalogue
from sojourn.engines import record
from sojourn.engines.examples import failures
from sojourn.language import load_framework, read_answers

GROUP = 1_000_000
"""Rows in a row group as pandas and Arrow write them, about."""

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


ENGINES = {"polars": 3, "duckdb": 3, "spark": 1}
"""Engines that read the same file, and how often; PostgreSQL holds its own tables and is not one
of them."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="1000000,10000000")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--no-page", action="store_true", help="print only")
    options = parser.parse_args()
    sizes = [int(rows) for rows in options.rows.split(",")]
    with tempfile.TemporaryDirectory(prefix="sojourn-bench-") as folder:
        page = render(
            table(Path(folder), sizes, options.repeat),
            beside(Path(folder), min(sizes), options.repeat),
            one_person(Path(folder)),
            checking(),
            f"--rows {options.rows} --repeat {options.repeat}",
        )
    print(page)
    if not options.no_page:
        PAGE.write_text(page + estimates.kept(PAGE) + web.kept(PAGE), encoding="utf-8")


def table(folder: Path, sizes: list[int], repeat: int) -> list[dict[str, str]]:
    """One line per size, framework and format."""
    rules = data.framework(folder / "bench.yaml")
    poverty = data.poverty(folder / "poverty.yaml")
    lines = []
    for rows in sizes:
        source = data.survey(folder / f"survey{rows}.parquet", rows)
        lines.append(line(folder, "150 rules", rules, source, rows, repeat))
        lines.append(line(folder, "Alkire-Foster, 10 indicators", poverty, source, rows, repeat))
        if rows <= 1_000_000:
            as_csv = source.with_suffix(".csv")
            pl.scan_parquet(source).sink_csv(as_csv)
            lines.append(line(folder, "150 rules", rules, as_csv, rows, repeat))
            as_csv.unlink()
        source.unlink()
    source = data.survey(folder / "grouped.parquet", max(sizes), GROUP)
    lines.append(line(folder, "150 rules, large row groups", rules, source, max(sizes), repeat))
    source.unlink()
    return lines


def line(
    folder: Path, what: str, framework: Path, source: Path, rows: int, repeat: int
) -> dict[str, str]:
    """The command's time less start-up, over reading the columns plus writing as many."""
    used = [q.name for q in load_framework(framework).used_questions]
    output = folder / f"out{source.suffix}"
    start = command("-m", "sojourn", "--version", repeat=repeat)
    whole = command(
        "-m", "sojourn", "assess", str(framework), str(source), "-o", str(output), repeat=repeat
    )
    reading = floor("read", source, ",".join(used), repeat)
    writing = floor("write", output, str(folder / f"copy{source.suffix}"), repeat)
    seconds = whole.seconds - start.seconds
    output.unlink()
    return {
        "what": what,
        "rows": f"{rows:,}",
        "format": source.suffix[1:],
        "assess (s)": f"{seconds:.2f}",
        "read (s)": f"{reading:.2f}",
        "write (s)": f"{writing:.2f}",
        "assess / (read + write)": f"{seconds / (reading + writing):.2f}",
        "µs a row": f"{1e6 * seconds / rows:.2f}",
        "memory (MB)": f"{whole.megabytes:,.0f}",
    }


def beside(folder: Path, rows: int, repeat: int) -> list[dict[str, str]]:
    """The same 150 rules on other engines, and written by hand in pandas."""
    framework = data.framework(folder / "bench.yaml")
    source = data.survey(folder / "beside.parquet", rows)
    output = str(folder / "beside_out.parquet")
    assess = ("-m", "sojourn", "assess", str(framework), str(source), "-o", output, "--engine")
    runs = {engine: command(*assess, engine, repeat=times) for engine, times in ENGINES.items()}
    runs["pandas, by hand"] = command("-m", "bench.plain", str(source), output, repeat=repeat)
    return [
        {
            "150 rules on": name,
            "rows": f"{rows:,}",
            "whole command (s)": f"{taken.seconds:.1f}",
            "to Polars": f"{taken.seconds / runs['polars'].seconds:.1f}",
            "memory (MB)": f"{taken.megabytes:,.0f}",
        }
        for name, taken in runs.items()
    ]


def floor(word: str, source: Path, rest: str, repeat: int) -> float:
    arguments = [sys.executable, "-m", "bench.floors", word, str(source), rest]
    found = [
        float(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)
        for _ in range(repeat)
    ]
    return statistics.median(found)


def one_person(folder: Path) -> dict[str, str]:
    """Milliseconds of processor time for one person's 150 rules with every reason."""
    framework = load_framework(folder / "bench.yaml")
    values = {q.name: "yes" if q.kind == "select_one yn" else "3" for q in framework.questions}
    values |= {q.name: "a b" for q in framework.questions if q.kind.startswith("select_multiple")}
    answers = read_answers(framework, values)
    whole = _median_ms(lambda: record.assess(framework, answers))
    rule = framework.factors[2].rule
    single = _median_ms(lambda: record.evaluate(rule, answers))
    return {"150 rules (ms)": f"{whole:.2f}", "to one rule": f"{whole / single:.0f}"}


def checking() -> dict[str, str]:
    """Milliseconds to read, check and try out the largest framework we ship, 155 factors."""
    path = catalogue.path("domv")
    read = _median_ms(lambda: load_framework(path), times=5)
    framework = load_framework(path)
    tried = _median_ms(lambda: failures(framework), times=5)
    return {"read and checked (ms)": f"{read:.0f}", "its example people (ms)": f"{tried:.0f}"}


def _median_ms(call: Callable[[], object], times: int = 200) -> float:
    taken = []
    for _ in range(times):
        started = time.process_time()
        call()
        taken.append(1000 * (time.process_time() - started))
    return statistics.median(taken)


def render(
    lines: list[dict[str, str]],
    others: list[dict[str, str]],
    latency: dict[str, str],
    check: dict[str, str],
    how: str,
) -> str:
    """The page kept in the docs."""
    return f"""# Performance

Written by `make bench` (`python -m bench {how}`). Every figure is the median of that
many runs on one machine; what travels to other machines are the ratios.

- **assess** is the wall time of `sojourn assess` less its start-up: every cell is checked, in one
  streaming pass. 150 rules and one measure look at 90 columns.
- **read** is Polars reading the same columns once and keeping nothing; **write** is Polars writing
  a table of the same shape as the output.
- **memory** is the largest resident memory of the command.
- **large row groups**: {GROUP:,} rows in each, about as pandas and Arrow write them; in the
  others 100,000.

{_drawn(lines)}
The same rules on other engines, and as somebody would write them in pandas (start-up included):

{_drawn(others)}
One person, with every reason (record engine, processor time): {_listed(latency)}.

`domv` with its 155 factors (processor time): {_listed(check)}.

Measured on {os.cpu_count()} processors, Python {platform.python_version()}, Polars \
{pl.__version__}.
"""


def _drawn(lines: list[dict[str, str]]) -> str:
    columns = list(lines[0])
    head = f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"
    return head + "".join(f"| {' | '.join(row.values())} |\n" for row in lines)


def _listed(figures: dict[str, str]) -> str:
    return " · ".join(f"{name}: {value}" for name, value in figures.items())


if __name__ == "__main__":
    main()
