"""`sojourn framework`: list, check, show and export frameworks."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from sojourn import catalogue
from sojourn.framework.model import Effect, Framework
from sojourn.language import load_with_warnings, save_framework
from sojourn.language.problems import FrameworkProblems, Problem, did_you_mean


def find_framework(name: str) -> Path:
    """The file that a catalogue id or a path stands for. Raises `FrameworkProblems`."""
    if name in catalogue.ids():
        return catalogue.path(name)
    path = Path(name)
    if path.suffix.lower() in (".yaml", ".yml", ".xlsx") or path.exists():
        return path
    known = ", ".join(catalogue.ids())
    message = f"there is no framework `{name}`.{did_you_mean(name, catalogue.ids())} "
    raise FrameworkProblems(name, [Problem("", 0, "", message + f"There are: {known}")])


@click.group()
def framework() -> None:
    """List, check, show and export frameworks."""


@framework.command("list")
def list_() -> None:
    """One framework per line, its id first."""
    for framework_id in catalogue.ids():
        found = catalogue.load(framework_id)
        click.echo(f"{found.id}\t{found.version}\t{found.title}")


@framework.command()
@click.argument("name")
def check(name: str) -> None:
    """Check a framework and run its examples."""
    from sojourn.engines.examples import failures

    found, warnings = load_with_warnings(find_framework(name))
    for warning in warnings:
        click.echo(f"Warning: {warning}", err=True)
    wrong = failures(found)
    if wrong:
        raise FrameworkProblems(
            found.id, [Problem("examples", 0, "", message) for message in wrong]
        )
    click.echo(
        f"{found.id} {found.version}: {len(found.questions)} questions, "
        f"{len(found.factors)} factors, {len(found.responses)} responses, "
        f"{len(found.measures)} measures; {len(found.examples)} examples pass."
    )


@framework.command()
@click.argument("name")
@click.option("--language", default=None, help="Language code of the labels, such as fr.")
def show(name: str, language: str | None) -> None:
    """Show a framework's factors, responses and measures."""
    found, _ = load_with_warnings(find_framework(name))
    console = Console() if sys.stdout.isatty() else Console(width=240)
    console.print(f"[bold]{found.title.get(language)}[/bold] ({found.id} {found.version})")
    if found.description:
        console.print(found.description.get(language))
    console.print(f"digest {found.digest}", style="dim")
    for table in _tables(found, language):
        console.print(table)


def _tables(found: Framework, language: str | None) -> list[Table]:
    factors = Table("name", "label", "level", "effect", "nature", "rule", title="Factors")
    for factor in found.factors:
        factors.add_row(
            factor.name,
            factor.label.get(language),
            factor.level,
            {Effect.RISK: "▲ risk", Effect.PROTECTIVE: "○ protective"}.get(
                factor.effect, "◆ context"
            ),
            factor.nature,
            factor.rule.text(),
        )
    responses = Table("name", "label", "horizon", "within", "when", title="Responses")
    for response in found.responses:
        responses.add_row(
            response.name,
            response.label.get(language),
            response.horizon,
            response.within,
            response.when.text(),
        )
    measures = Table("name", "label", "kind", "classes", title="Measures")
    for measure in found.measures:
        classes = " | ".join(item.name for item in measure.classes)
        measures.add_row(measure.name, measure.label.get(language), measure.kind, classes)
    return [table for table in (factors, responses, measures) if table.row_count]


@framework.command()
@click.argument("name")
@click.option("--to", "kind", type=click.Choice(["xlsx", "yaml", "xform"]), default=None)
@click.option(
    "--asked-of",
    type=click.Choice(["unit", "place"]),
    default="unit",
    show_default=True,
    help="Of an xform: what is asked of each unit, or of its place.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True)
def export(name: str, kind: str | None, asked_of: str, output: Path) -> None:
    """Write a framework as a workbook, as YAML, or its form as XForm XML."""
    found, _ = load_with_warnings(find_framework(name))
    wanted = kind or {".xml": "xform"}.get(output.suffix, output.suffix.lstrip("."))
    if wanted == "xform":
        _export_form(found, asked_of, output)
    elif wanted in ("xlsx", "yaml", "yml"):
        if output.suffix.lower() not in (f".{wanted}", ".yml" if wanted == "yaml" else ""):
            raise click.UsageError(f"--to {wanted} writes a file that ends in .{wanted}")
        save_framework(found, output)
    else:
        raise click.UsageError("say --to xlsx, yaml or xform, or end the file name in one of them")
    click.echo(f"{output}: {found.id} {found.version}")


def _export_form(found: Framework, asked_of: str, output: Path) -> None:
    from sojourn.standards.on_device import gaps
    from sojourn.standards.xforms import to_xform

    try:
        form = to_xform(found, asked_of)
    except ValueError as error:
        raise FrameworkProblems(found.id, [Problem("survey", 0, "", str(error))]) from error
    output.write_text(form, encoding="utf-8")
    if asked_of == "place":
        return
    for name, reason in gaps(found).items():
        click.echo(f"Warning: a phone will not compute `{name}`: {reason}", err=True)
