"""The floors: what Polars itself needs to read the columns, and to write a table of that shape.

Run as a program so that every figure pays for its own process.
"""

from __future__ import annotations

import sys
import time

import polars as pl


def read(path: str, columns: list[str]) -> float:
    """Seconds to read the columns once, keeping nothing."""
    frame = (
        pl.scan_csv(path, infer_schema=False) if path.endswith(".csv") else pl.scan_parquet(path)
    )
    started = time.perf_counter()
    frame.select(pl.col(columns).null_count()).collect(engine="streaming")
    return time.perf_counter() - started


def write(source: str, target: str) -> float:
    """Seconds to write the rows of `source` once more, less the seconds to read them."""
    csv = source.endswith(".csv")
    frame = pl.scan_csv(source, infer_schema=False) if csv else pl.scan_parquet(source)
    started = time.perf_counter()
    frame.select(pl.all().null_count()).collect(engine="streaming")
    reading = time.perf_counter() - started
    started = time.perf_counter()
    frame.sink_csv(target) if csv else frame.sink_parquet(target)
    return max(time.perf_counter() - started - reading, 0.0)


if __name__ == "__main__":
    word, source, rest = sys.argv[1], sys.argv[2], sys.argv[3]
    seconds = read(source, rest.split(",")) if word == "read" else write(source, rest)
    print(seconds)
