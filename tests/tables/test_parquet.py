"""Parquet a slice at a time: the same rows, and never many of them at once."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from sojourn.standards import parquet

ROWS = 25_000


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "SLICE", 4_000 * (8 + 16))


def _table(first: int, rows: int) -> pl.DataFrame:
    at = pl.int_range(first, first + rows, eager=True)
    return pl.DataFrame({"at": at, "safe": at.cast(pl.String).str.slice(-1)})


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize("group", [700, 4_000, ROWS])
def test_rows_are_the_same_however_the_writer_grouped_them(tmp_path: Path, group: int) -> None:
    parts = [_table(0, ROWS), _table(ROWS, 1), _table(ROWS + 1, 9_000)]
    files = [tmp_path / f"part-{at}.parquet" for at in range(3)]
    for part, file in zip(parts, files, strict=True):
        part.write_parquet(file, row_group_size=group)
    frame, schema, rows = parquet.scan(files)
    whole = pl.concat(parts)
    assert (schema, rows) == (whole.schema, whole.height)
    assert frame.collect(engine="streaming").equals(whole)
    assert frame.select("safe").collect(engine="streaming").equals(whole.select("safe"))
    some = pl.col("at") % 3_000 == 0
    assert frame.filter(some).collect(engine="streaming").equals(whole.filter(some))
    assert frame.head(4_100).collect(engine="streaming").equals(whole.head(4_100))


@pytest.mark.usefixtures("small_slices")
def test_no_slice_is_larger_for_a_larger_row_group(tmp_path: Path) -> None:
    _table(0, ROWS).write_parquet(tmp_path / "one.parquet", row_group_size=ROWS)
    frame, _, _ = parquet.scan([tmp_path / "one.parquet"])
    met: list[int] = []

    def note(batch: pl.DataFrame) -> pl.DataFrame:
        met.append(batch.height)
        return batch

    frame.map_batches(note, streamable=True).collect(engine="streaming")
    assert sum(met) == ROWS
    assert max(met) <= 4_000


@pytest.mark.usefixtures("small_slices")
def test_a_table_without_rows_keeps_its_columns(tmp_path: Path) -> None:
    _table(0, 0).write_parquet(tmp_path / "none.parquet")
    frame, _, rows = parquet.scan([tmp_path / "none.parquet"])
    assert rows == 0
    assert frame.collect(engine="streaming").equals(_table(0, 0))
