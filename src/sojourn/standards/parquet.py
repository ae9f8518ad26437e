"""Parquet files, a few rows at a time, however their writers grouped the rows.

Polars unpacks whole row groups, several at once. Pandas and others put a million rows into each,
which for a survey of ninety columns is over a gigabyte; and how many groups wait at a time depends
on what else the machine does. A slice costs little more than its own rows: pages outside it are
skipped, and the description of the file is read once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

SLICE = 64_000_000
"""Bytes of one slice, unpacked."""


def scan(files: Sequence[Path]) -> tuple[pl.LazyFrame, pl.Schema, int]:
    """The rows of some files after each other, their columns, and how many rows there are.

    Memory does not grow with the files, nor with their row groups. Raises a Polars error where a
    file is damaged, now or while the rows are read, or where files differ in their columns.
    """
    whole = pl.scan_parquet(list(files), glob=False)
    schema = whole.collect_schema()
    rows: int = whole.select(pl.len()).collect().item()

    def slices(
        columns: list[str] | None, predicate: pl.Expr | None, most: int | None, _: int | None
    ) -> Iterator[pl.DataFrame]:
        wanted = whole if columns is None else whole.select(columns)
        last = rows if most is None else min(rows, most)
        step = _rows_in_slice(schema, columns)
        for first in range(0, last, step):
            piece = wanted.slice(first, min(step, last - first)).collect()
            yield piece if predicate is None else piece.filter(predicate)

    return register_io_source(slices, schema=schema, is_pure=True), schema, rows


def _rows_in_slice(schema: pl.Schema, columns: Sequence[str] | None) -> int:
    kinds = [schema[name] for name in schema if columns is None or name in columns]
    return max(1_000, SLICE // max(1, sum(map(_width, kinds))))


def _width(kind: pl.DataType) -> int:
    """Bytes of one cell, roughly: long texts and lists lie beside their column."""
    return 8 if kind.is_numeric() or kind.is_temporal() or kind == pl.Boolean else 16
