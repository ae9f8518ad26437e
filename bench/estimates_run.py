"""What is measured in a process of its own: `python -m bench.estimates_run WHAT TABLE`."""

from __future__ import annotations

import sys
from fractions import Fraction

import numpy as np
import polars as pl

from sojourn.disclosure import Cell, Release, Table, Variable, release
from sojourn.survey import Design, Indicator, Replicates, ReplicateType, Sample, alkire_foster, mean

DESIGN = Design(weights="w", strata="stratum", psu=("psu",))


def poverty(table: str) -> None:
    weight = Fraction(1, 10)
    indicators = [Indicator(f"d{at}", "", weight, pl.col(f"d{at}")) for at in range(10)]
    sample = Sample.of(pl.scan_parquet(table), DESIGN)
    alkire_foster(sample, "poor", indicators, Fraction(1, 3), "area").frame()


def replicates(table: str) -> None:
    """The weights are made on the way, so that no file of gigabytes has to be written."""
    chance = np.random.default_rng(2)
    factors = chance.poisson(1.0, (2000, 500)).astype(np.float32)
    names = [f"r{at}" for at in range(500)]
    drawn = pl.DataFrame(factors, schema=names).with_columns(psu=pl.int_range(2000, dtype=pl.Int32))
    rows = pl.scan_parquet(table).join(drawn.lazy(), on="psu", maintain_order="left")
    held = Replicates(tuple(names), ReplicateType.BOOTSTRAP, factors=True)
    sample = Sample.of(rows, Design(weights="w", replicates=held))
    mean(sample, [f"y{at}" for at in range(20)], "area").frame()


def disclosure(_table: str) -> None:
    chance = np.random.default_rng(3)
    counts = chance.integers(20, 400, (50, 40))
    for at in chance.choice(2000, 60, replace=False):
        counts[at // 40, at % 40] = chance.integers(1, 9)
    area = Variable.flat("area", [f"a{at:02}" for at in range(50)])
    group = Variable.flat("group", [f"g{at:02}" for at in range(40)])
    cells: dict[tuple[str, ...], Cell] = {
        (f"a{a:02}", f"g{g:02}"): Cell(float(counts[a, g]), int(counts[a, g]))
        for a in range(50)
        for g in range(40)
    }
    table = Table.added_up("people", "people", (area, group), cells, counts=True)
    release("A table of 50 by 40", Release((table,)), key=b"k" * 16)


def nothing(_table: str) -> None:
    """What it takes to be loaded."""


if __name__ == "__main__":
    {"poverty": poverty, "replicates": replicates, "disclosure": disclosure, "nothing": nothing}[
        sys.argv[1]
    ](sys.argv[2])
