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

from bench import data
from bench.measure import command
from sojourn.engines import record
from sojourn.language import load_framework, read_answers

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="1000000,10000000")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--no-page", action="store_true", help="print only")
    options = parser.parse_args()
    sizes = [int(rows) for rows in options.rows.split(",")]
    with tempfile.TemporaryDirectory(prefix="sojourn-bench-") as folder:
        rows = table(Path(folder), sizes, options.repeat)
        latency = one_person(Path(folder))
    page = render(rows, latency, options.rows)
    print(page)
    if not options.no_page:
        PAGE.write_text(page, encoding="utf-8")


def table(folder: Path, sizes: list[int], repeat: int) -> list[dict[str, str]]:
    """One line per size and format."""
    framework = data.framework(folder / "bench.yaml")
    used = [q.name for q in load_framework(framework).used_questions]
    lines = []
    for rows in sizes:
        source = data.survey(folder / f"survey{rows}.parquet", rows)
        lines.append(line(folder, framework, source, used, rows, repeat))
        if rows <= 1_000_000:
            as_csv = source.with_suffix(".csv")
            pl.scan_parquet(source).sink_csv(as_csv)
            lines.append(line(folder, framework, as_csv, used, rows, repeat))
            as_csv.unlink()
        source.unlink()
    return lines


def line(
    folder: Path, framework: Path, source: Path, used: list[str], rows: int, repeat: int
) -> dict[str, str]:
    """The command's time less start-up, over reading the columns plus writing as many."""
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
        "rows": f"{rows:,}",
        "format": source.suffix[1:],
        "assess (s)": f"{seconds:.2f}",
        "read (s)": f"{reading:.2f}",
        "write (s)": f"{writing:.2f}",
        "assess / read": f"{seconds / reading:.2f}",
        "assess / (read + write)": f"{seconds / (reading + writing):.2f}",
        "memory (MB)": f"{whole.megabytes:,.0f}",
    }


def floor(word: str, source: Path, rest: str, repeat: int) -> float:
    arguments = [sys.executable, "-m", "bench.floors", word, str(source), rest]
    found = [
        float(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)
        for _ in range(repeat)
    ]
    return statistics.median(found)


def one_person(folder: Path) -> dict[str, str]:
    """Milliseconds for one person's 150 rules with every reason, and as a ratio to one rule."""
    framework = load_framework(folder / "bench.yaml")
    values = {q.name: "yes" if q.kind == "select_one yn" else "3" for q in framework.questions}
    values |= {q.name: "a b" for q in framework.questions if q.kind.startswith("select_multiple")}
    answers = read_answers(framework, values)
    whole = _median_ms(lambda: record.assess(framework, answers))
    rule = framework.factors[2].rule
    single = _median_ms(lambda: record.evaluate(rule, answers))
    return {"150 rules (ms)": f"{whole:.2f}", "to one rule": f"{whole / single:.0f}"}


def _median_ms(call: Callable[[], object]) -> float:
    taken = []
    for _ in range(200):
        started = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - started))
    return statistics.median(taken)


def render(lines: list[dict[str, str]], latency: dict[str, str], sizes: str) -> str:
    """The page kept in the docs."""
    columns = list(lines[0])
    head = f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"
    body = "".join(f"| {' | '.join(row.values())} |\n" for row in lines)
    person = " · ".join(f"{name}: {value}" for name, value in latency.items())
    return f"""# Performance

Written by `make bench` (`python -m bench --rows {sizes}`). Every figure is the median of some runs
on one machine; what travels to other machines are the ratios.

- **assess** is the wall time of `sojourn assess` less its start-up: 150 rules and one measure over
  90 columns, checking every cell, one streaming pass.
- **read** is Polars reading the same columns once and keeping nothing; **write** is Polars writing
  a table of the same shape as the output.
- **memory** is the largest resident memory of the command.

{head}{body}
One person, with every reason (record engine): {person}.

Measured on {os.cpu_count()} processors, Python {platform.python_version()}, Polars \
{pl.__version__}.
"""


if __name__ == "__main__":
    main()
