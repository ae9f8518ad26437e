"""`sojourn framework diff`: two versions of a framework, in words and in whose findings change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from sojourn.cli.finding import find_framework
from sojourn.cli.progress import progress_bar
from sojourn.framework.model import Framework
from sojourn.language import load_with_warnings
from sojourn.language.comparing import HEADINGS, Change, changes
from sojourn.standards.impact import Changed, Impact, impact, simulated_impact
from sojourn.standards.whole_files import all_or_nothing


@click.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--answers",
    type=click.Path(path_type=Path, exists=True),
    default=None,
    help="A table of answers (.csv, .parquet, .xlsx or a folder). Without it they are invented.",
)
@click.option(
    "-n",
    "--units",
    type=click.IntRange(2, 1_000_000),
    default=1000,
    show_default=True,
    help="How many units to invent.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the invented answers.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Where to write: .json or .md. Without it on the screen.",
)
def diff(
    old: str, new: str, answers: Path | None, units: int, seed: int, output: Path | None
) -> None:
    """Say what changed from OLD to NEW, and whose findings change."""
    ending = output.suffix.lower() if output else ""
    if ending not in ("", ".json", ".md"):
        raise click.UsageError("a comparison is written to .json or .md")
    before, after = (load_with_warnings(find_framework(name))[0] for name in (old, new))
    told = changes(before, after)
    if answers is not None:
        found = impact(before, after, answers)
    else:
        with progress_bar(Console(stderr=True), "Inventing", units) as advance:
            found = simulated_impact(before, after, units, seed, advance)
    if output is None:
        click.echo("\n".join(as_text(before, after, told, found)))
        return
    if ending == ".json":
        text = json.dumps(_as_json(before, after, told, found), ensure_ascii=False, indent=1)
    else:
        text = "\n".join(as_markdown(before, after, told, found))
    with all_or_nothing(output) as hidden:
        hidden.write_text(text + "\n", encoding="utf-8")
    click.echo(f"{output}: {_count(len(told), 'change')}; {_summary(found)}")


def as_text(old: Framework, new: Framework, told: Iterable[Change], found: Impact) -> Iterator[str]:
    """The comparison for a terminal."""
    yield f"{old.id} {old.version} -> {new.id} {new.version}"
    if old.digest == new.digest:
        yield "Both are the same."
    for heading, lines in _grouped(told):
        yield f"\n{heading}"
        yield from (f"  {change}" for change in lines)
    yield f"\nFindings: {_summary(found)}"
    for one in found.findings:
        yield f"  {one.kind} `{one.name}`: {_count(one.units, 'unit')}: {_ways(one)}"
        yield f"    such as {_examples(one)}"


def as_markdown(
    old: Framework, new: Framework, told: Iterable[Change], found: Impact
) -> Iterator[str]:
    """The comparison as a document."""
    yield f"# {old.id} {old.version} to {new.id} {new.version}"
    if old.digest == new.digest:
        yield "\nBoth are the same."
    for heading, lines in _grouped(told):
        yield f"\n## {heading}\n"
        yield from (f"- {str(change)[0].upper()}{str(change)[1:]}" for change in lines)
    yield f"\n## Findings\n\n{_summary(found)}."
    if found.findings:
        yield "\n| | | units | from what to what | such as |\n|---|---|---|---|---|"
    for one in found.findings:
        yield f"| {one.kind} | `{one.name}` | {one.units:,} | {_ways(one)} | {_examples(one)} |"


def _as_json(
    old: Framework, new: Framework, told: Iterable[Change], found: Impact
) -> dict[str, Any]:
    sides = {
        side: {"id": one.id, "version": one.version, "digest": one.digest}
        for side, one in (("old", old), ("new", new))
    }
    return {**sides, "changes": [one.to_json() for one in told], "impact": found.to_json()}


def _grouped(told: Iterable[Change]) -> Iterator[tuple[str, list[Change]]]:
    for sheet, lines in groupby(told, key=lambda change: change.sheet):
        yield HEADINGS[sheet], list(lines)


def _summary(found: Impact) -> str:
    many = f"{found.changed:,} of {_count(found.units, 'unit')}"
    return f"{many} change (answers: {found.answers})"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def _ways(one: Changed, limit: int = 4) -> str:
    shown = [f"{n:,} {f'{old} -> ' if old else ''}{new}" for old, new, n in one.ways[:limit]]
    rest = sum(count for _, _, count in one.ways[limit:])
    return ", ".join([*shown, f"{rest:,} in other ways"] if rest else shown)


def _examples(one: Changed) -> str:
    return ", ".join(f"{unit} ({old} -> {new})" for unit, old, new in one.examples)
