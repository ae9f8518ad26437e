"""Findings out: CSV, Parquet, JSON or a workbook, each whole or not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import polars.selectors as cs

from sojourn.standards.csv_check import BadTableError

SHEET_LIMIT = 1_048_575
BATCH = 20_000

Writer = Callable[[pl.LazyFrame, Path], None]


def writer_for(output: Path) -> Writer:
    """How to write what the ending of a file names."""
    writers: dict[str, Writer] = {
        ".csv": _write_csv,
        ".parquet": _write_parquet,
        ".json": _write_json,
        ".xlsx": _write_xlsx,
    }
    if output.suffix.lower() not in writers:
        raise BadTableError(
            f"{output.name} has an ending that cannot be written; "
            "use .csv, .parquet, .json or .xlsx"
        )
    return writers[output.suffix.lower()]


def _write_csv(frame: pl.LazyFrame, path: Path) -> None:
    frame.sink_csv(path, engine="streaming")


def _write_parquet(frame: pl.LazyFrame, path: Path) -> None:
    frame.sink_parquet(path, engine="streaming")


def _write_json(frame: pl.LazyFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        first = True
        for batch in frame.collect_batches(
            chunk_size=BATCH, maintain_order=True, engine="streaming"
        ):
            for line in batch.write_ndjson().splitlines():
                file.write(("\n" if first else ",\n") + line)
                first = False
        file.write("\n]\n")


def _write_xlsx(frame: pl.LazyFrame, path: Path) -> None:
    table = frame.collect(engine="streaming")
    if table.height > SHEET_LIMIT:
        raise BadTableError(
            f"{table.height} rows do not fit on a spreadsheet; write .csv or .parquet instead"
        )
    # A workbook knows no zones of time, so these moments become text.
    table = table.with_columns(cs.datetime(time_zone="*").dt.to_string("iso:strict"))
    table.write_excel(path, worksheet="findings", freeze_panes=(1, 0), autofit=True)
