"""Run a shipped framework over small invented tables, and what each of them has to keep."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from pyxform.xls2xform import convert

from sojourn import catalogue
from sojourn.cli import main
from sojourn.engines.examples import failures

Row = Mapping[str, object]
OURS = {"missing", "data_class", "asked_of"}
"""Columns of the form that say nothing to form tools."""


def write_table(path: Path, rows: Sequence[Row]) -> None:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def run(*words: object) -> int:
    """The command as a person calls it; gives its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["sojourn", *map(str, words)])
        try:
            main()
        except SystemExit as stop:
            return int(stop.code or 0)
    return 0


def assess(
    framework: str, folder: Path, rows: Sequence[Row], engine: str = "polars", **tables: list[Row]
) -> list[dict[str, str]]:
    """The findings for each row, read back from the written table."""
    source = folder / "input"
    source.mkdir(exist_ok=True)
    for name, table in {"main": rows, **tables}.items():
        write_table(source / f"{name}.csv", table)
    out = folder / f"{engine}.csv"
    given = source if tables else source / "main.csv"
    assert run("assess", framework, given, "-o", out, "--engine", engine) == 0
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def same(cell: str, exact: Fraction | int | None) -> bool:
    """Whether a written number is the float nearest to the exact one; None: nothing is known."""
    return cell == "" if exact is None else cell != "" and float(cell) == float(exact)


def check_framework(framework_id: str) -> None:
    """Its examples pass, one of them is silent, and its form converts without a warning."""
    framework = catalogue.load(framework_id)
    assert failures(framework) == []
    assert len(framework.examples) >= 6
    assert any(not example.answers for example in framework.examples)
    assert set(framework.languages) == {"en", "fr", "ar", "es"}
    warnings: list[str] = []
    sheets = {
        name: [
            {column: cell for column, cell in row.items() if column not in OURS}
            for row in framework.sheets[name]
        ]
        for name in ("survey", "choices", "settings")
    }
    convert(sheets, form_name="data", validate=False, warnings=warnings)
    assert warnings == []
