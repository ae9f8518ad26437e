"""Whose findings change from one version of a framework to another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from sojourn.framework.model import Effect, Framework
from sojourn.standards import runs, simulated
from sojourn.standards.tables import open_source

MOST_EXAMPLES = 3
_TRUTHS = {"factor": ("present", "absent"), "response": ("suggested", "not suggested")}


@dataclass(frozen=True)
class Changed:
    """One factor, response or measure: how many units change, from what to what, and some.

    A way is what was, what is now, and of how many; of numbers, what was is empty.
    """

    kind: str
    name: str
    units: int
    ways: tuple[tuple[str, str, int], ...]
    examples: tuple[tuple[str, str, str], ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "name": self.name,
            "units": self.units,
            "ways": [{"old": a, "new": b, "units": n} for a, b, n in self.ways],
            "examples": [{"unit": unit, "old": a, "new": b} for unit, a, b in self.examples],
        }


@dataclass(frozen=True)
class Impact:
    """What changes for the units of one table."""

    answers: str
    units: int
    changed: int
    findings: tuple[Changed, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "answers": self.answers,
            "units": self.units,
            "changed": self.changed,
            "findings": [finding.to_json() for finding in self.findings],
        }


def impact(old: Framework, new: Framework, answers: Path) -> Impact:
    """Compare the findings of two versions over one table. Raises `BadTableError`."""
    with TemporaryDirectory() as folder:
        tables = [
            _assessed(framework, answers, Path(folder) / f"{at}.parquet")
            for at, framework in enumerate((old, new))
        ]
    return _compared(old, new, answers.name, tables[0], tables[1])


def simulated_impact(
    old: Framework,
    new: Framework,
    count: int,
    seed: int,
    progress: Callable[[int], None] = lambda _: None,
) -> Impact:
    """The same over invented answers, half of them to each version's form."""
    taken = simulated.names_of(old) | simulated.names_of(new)
    halves = [
        simulated.simulate(framework, half, seed=seed, taken=taken, prefix=word, progress=progress)
        for framework, half, word in ((old, count // 2, "old"), (new, count - count // 2, "new"))
    ]
    with TemporaryDirectory() as folder:
        for name in dict.fromkeys(name for half in halves for name in half):
            parts = [half[name] for half in halves if name in half]
            joined = pl.concat(parts, how="diagonal_relaxed")
            joined.write_parquet(Path(folder) / f"{name}.parquet")
        found = impact(old, new, Path(folder))
    return Impact(f"invented, seed {seed}", found.units, found.changed, found.findings)


def _assessed(framework: Framework, answers: Path, output: Path) -> pl.DataFrame:
    source = open_source(answers, framework)
    runs.run(framework, source, output, refuse_unusable=False)
    table = pl.read_parquet(output)
    keys = [pl.col(key).cast(pl.String).fill_null("") for key in source.keys or ("row",)]
    return table.with_columns(pl.concat_str(keys, separator=" ").alias(_UNIT))


_UNIT = "__unit"


def _compared(
    old: Framework, new: Framework, name: str, before: pl.DataFrame, after: pl.DataFrame
) -> Impact:
    found: list[Changed] = []
    anything = pl.repeat(False, before.height, eager=True)
    for kind, row, column, said in _columns(old, new):
        was, now = before[column], after[column]
        both = pl.DataFrame({"was": was, "now": now, "unit": before[_UNIT]}, strict=False)
        differs = both.select(pl.col("was").ne_missing(pl.col("now"))).to_series()
        if not differs.any():
            continue
        anything = anything | differs
        found.append(_changed(kind, row, both.filter(differs), said))
    return Impact(name, before.height, int(anything.sum()), tuple(found))


_Said = Callable[[Any], str]


def _columns(old: Framework, new: Framework) -> list[tuple[str, str, str, _Said]]:
    """What both versions find: its kind, name and column, and how a value is said."""
    found: list[tuple[str, str, str, _Said]] = []
    before = {f.name: f for f in old.factors}
    for factor in new.factors:
        earlier = before.get(factor.name)
        if earlier is not None:
            context = Effect.CONTEXT
            directed = factor.effect is context and earlier.effect is context
            column = f"{factor.name}__direction" if directed else factor.name
            found.append(("factor", factor.name, column, _said("factor")))
    responses = {response.name for response in old.responses}
    found += [
        ("response", r.name, r.name, _said("response"))
        for r in new.responses
        if r.name in responses
    ]
    measures = {m.name: m for m in old.measures if m.of is None}
    for measure in new.measures:
        if measure.name not in measures or measure.of is not None:
            continue
        found.append(("measure", measure.name, measure.name, _said("measure")))
        if measure.classes and measures[measure.name].classes:
            column = f"{measure.name}__class"
            found.append(("class of measure", measure.name, column, _said("class")))
    return found


def _said(kind: str) -> _Said:
    yes, no = _TRUTHS.get(kind, ("yes", "no"))

    def said(value: Any) -> str:
        if value is None:
            return "unknown"
        if isinstance(value, bool):
            return yes if value else no
        return f"{value:g}" if isinstance(value, float) else str(value)

    return said


def _changed(kind: str, name: str, rows: pl.DataFrame, said: _Said) -> Changed:
    ways = _risen(rows) if kind == "measure" else _ways(rows, said)
    examples = rows.head(MOST_EXAMPLES).select("unit", "was", "now").rows()
    return Changed(
        kind,
        name,
        rows.height,
        ways,
        tuple((str(unit), said(was), said(now)) for unit, was, now in examples),
    )


_Ways = tuple[tuple[str, str, int], ...]


def _ways(rows: pl.DataFrame, said: _Said) -> _Ways:
    counts = rows.group_by("was", "now", maintain_order=True).len().rows()
    found = sorted(counts, key=lambda way: -way[2])
    return tuple((said(was), said(now), count) for was, now, count in found)


def _risen(rows: pl.DataFrame) -> _Ways:
    """Of numbers, how many rise and fall: nearly each goes from another to another."""
    was, now = pl.col("was"), pl.col("now")
    found = (
        ("", "rise", (now > was).sum()),
        ("", "fall", (now < was).sum()),
        ("known", "unknown", now.is_null().sum()),
        ("unknown", "known", was.is_null().sum()),
    )
    counts = rows.select(count.alias(f"{a} {b}") for a, b, count in found).row(0)
    ways = [(a, b, int(count)) for (a, b, _), count in zip(found, counts, strict=True) if count]
    return tuple(sorted(ways, key=lambda way: -way[2]))
