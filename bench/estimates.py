"""`python -m bench.estimates [--rows 100000,1000000,10000000]`: estimates with their errors, beside
reading the same columns and beside R, into the same page of the docs."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from bench.measure import Taken, command

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
TITLE = "## Estimates from a survey"
SHARES = [f"y{at}" for at in range(20)]
DEPRIVED = [f"d{at}" for at in range(10)]
DESIGN = ("--weights", "w", "--strata", "stratum", "--psu", "psu")
R_MOST = 100_000
"""Rows of which R still makes these estimates in a minute or two."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="100000,1000000,10000000")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--no-page", action="store_true", help="print only")
    options = parser.parse_args()
    sizes = [int(rows) for rows in options.rows.split(",")]
    with tempfile.TemporaryDirectory(prefix="sojourn-bench-") as folder:
        text = section(Path(folder), sizes, options.repeat)
    print(text)
    if not options.no_page:
        put(PAGE, text)


def put(page: Path, text: str) -> None:
    """The section into the page: in place of the one before, or ahead of the web application."""
    whole = page.read_text(encoding="utf-8")
    before, after = whole, ""
    old = kept(page)
    if old:
        before, after = whole.split(old.strip("\n"), 1)
    elif "\n## " in whole:
        at = whole.index("\n## ") + 1
        before, after = whole[:at], "\n" + whole[at:]
    page.write_text(
        before.rstrip("\n") + "\n\n" + text.strip("\n") + "\n" + after, encoding="utf-8"
    )


def kept(page: Path) -> str:
    """What this wrote into the page, for whoever writes the rest of it anew."""
    whole = page.read_text(encoding="utf-8") if page.exists() else ""
    if TITLE not in whole:
        return ""
    begin = whole.index(TITLE)
    end = whole.find("\n## ", begin + 1)
    return "\n" + (whole[begin:] if end < 0 else whole[begin : end + 1])


def section(folder: Path, sizes: list[int], repeat: int) -> str:
    lines = [line for rows in sizes for line in of_size(folder, rows, repeat)]
    return f"""{TITLE}

Written by `make bench-estimates`. 50 strata, 2,000 sampled units, 12 areas. **Shares**: 20 shares
by 12 areas with standard errors, design effects and counts, by `sojourn estimate` less its
start-up. **Alkire-Foster**: 10 indicators, one cut-off, all measures by 12 areas, in Python.
**Replicates**: the same 20 shares by area with 500 replicate weights, in Python. **Read** is Polars
reading the same columns into memory once.

{_drawn(lines)}
Publishing a table of 50 by 40 with margins, 60 of its cells too small, suppressed and attacked: \
{disclosed(folder):.1f} s.
"""


def survey(path: Path, rows: int) -> Path:
    """Rows of a clustered survey, with chance that is the same each time."""
    chance = np.random.default_rng(1)
    psu = chance.integers(0, 2000, rows)
    columns: dict[str, np.ndarray] = {
        "psu": psu.astype(np.int32),
        "stratum": (psu // 40).astype(np.int16),
        "area": chance.integers(0, 12, rows).astype(np.int8),
        "w": chance.uniform(1, 5, rows),
    }
    for at, name in enumerate(SHARES):
        columns[name] = (chance.random(rows) < 0.3 + 0.01 * at).astype(np.int8)
    for name in DEPRIVED:
        columns[name] = chance.random(rows) < 0.35
    pl.DataFrame(columns).write_parquet(path, row_group_size=100_000)
    return path


def of_size(folder: Path, rows: int, repeat: int) -> list[dict[str, str]]:
    source = survey(folder / f"estimates{rows}.parquet", rows)
    output = str(folder / "estimates.csv")
    start = command("-m", "sojourn", "estimate", "--help", repeat=repeat)
    whole = command(
        *("-m", "sojourn", "estimate", str(source), "--mean", ",".join(SHARES), "--by", "area"),
        *(*DESIGN, "-o", output),
        repeat=repeat,
    )
    design = ["area", "w", "stratum", "psu"]
    reading = _read(source, [*SHARES, *design], repeat)
    seconds = max(whole.seconds - start.seconds, 0.001)
    lines = [_line("shares", rows, seconds, reading, whole.megabytes)]
    if shutil.which("Rscript") and rows <= R_MOST:
        lines.append(_line("shares, R survey", rows, _in_r(folder, source), reading, None))
    poverty = command("-m", "bench.estimates_run", "poverty", str(source), repeat=repeat)
    empty = command("-m", "bench.estimates_run", "nothing", str(source), repeat=repeat)
    reading = _read(source, [*DEPRIVED, *design], repeat)
    lines.append(_taken("Alkire-Foster", rows, poverty, empty, reading))
    if rows == 1_000_000:
        taken = command("-m", "bench.estimates_run", "replicates", str(source))
        lines.append(_taken("500 replicates", rows, taken, empty, reading))
    source.unlink()
    return lines


def _taken(what: str, rows: int, taken: Taken, empty: Taken, reading: float) -> dict[str, str]:
    return _line(what, rows, taken.seconds - empty.seconds, reading, taken.megabytes)


def _line(
    what: str, rows: int, seconds: float, reading: float, megabytes: float | None
) -> dict[str, str]:
    return {
        "what": what,
        "rows": f"{rows:,}",
        "estimate (s)": f"{seconds:.2f}",
        "read (s)": f"{reading:.2f}",
        "estimate / read": f"{seconds / reading:.1f}",
        "memory (MB)": "" if megabytes is None else f"{megabytes:,.0f}",
    }


def _read(source: Path, columns: list[str], repeat: int) -> float:
    """Seconds to read the columns into memory, in a process of their own."""
    code = (
        "import sys,time,polars as pl\nt=time.perf_counter()\n"
        "pl.read_parquet(sys.argv[1],columns=sys.argv[2].split(','))\nprint(time.perf_counter()-t)"
    )
    found = []
    for _ in range(repeat):
        arguments = [sys.executable, "-c", code, str(source), ",".join(columns)]
        done = subprocess.run(arguments, check=True, capture_output=True, text=True)
        found.append(float(done.stdout))
    return sorted(found)[len(found) // 2]


def _in_r(folder: Path, source: Path) -> float:
    """Seconds for the same 20 shares by 12 areas in R, without reading the table."""
    table, script = folder / "r.csv", folder / "r.R"
    pl.read_parquet(source, columns=["area", "w", "stratum", "psu", *SHARES]).write_csv(table)
    script.write_text(
        "suppressMessages(library(survey)); d <- read.csv(commandArgs(TRUE)[1])\n"
        "begun <- Sys.time()\n"
        "s <- svydesign(ids = ~psu, strata = ~stratum, weights = ~w, data = d, nest = TRUE)\n"
        f"x <- svyby(~{'+'.join(SHARES)}, ~area, s, svymean, deff = TRUE)\n"
        'cat(as.numeric(difftime(Sys.time(), begun, units = "secs")))\n'
    )
    done = subprocess.run(
        ["Rscript", str(script), str(table)], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def disclosed(folder: Path) -> float:
    """Seconds to release a table of 50 by 40, in a process of its own and less its start."""
    empty = command("-m", "bench.estimates_run", "nothing", str(folder))
    taken = command("-m", "bench.estimates_run", "disclosure", str(folder))
    return taken.seconds - empty.seconds


def _drawn(lines: list[dict[str, str]]) -> str:
    columns = list(lines[0])
    head = f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"
    return head + "".join(f"| {' | '.join(row.values())} |\n" for row in lines)


if __name__ == "__main__":
    main()
