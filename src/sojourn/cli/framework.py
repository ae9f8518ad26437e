"""`sojourn framework`: list, check, show and export frameworks."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sojourn import catalogue
from sojourn.cli.comparing import diff
from sojourn.cli.finding import find_framework
from sojourn.cli.progress import progress_bar
from sojourn.engines.examples import Failure, failures
from sojourn.framework.model import Effect, Framework, Measure
from sojourn.language import load_tables, load_with_warnings, save_framework
from sojourn.language.build import build
from sojourn.language.figures import number
from sojourn.language.problems import FrameworkProblems, Problem
from sojourn.language.review import review
from sojourn.language.sheets import Tables


@click.group()
def framework() -> None:
    """List, check, show and export frameworks."""


framework.add_command(diff)


@framework.command("list")
def list_() -> None:
    """One framework per line, its id first."""
    for framework_id in catalogue.ids():
        found = catalogue.load(framework_id)
        click.echo(f"{found.id}\t{found.version}\t{found.title}")


@framework.command()
@click.argument("name")
@click.option("--strict", is_flag=True, help="Let warnings fail too (exit code 2).")
def check(name: str, strict: bool) -> None:
    """Check a framework and run its examples."""

    tables = load_tables(find_framework(name))
    found, problems = build(tables)
    problems += review(found, tables)
    for problem in problems:
        click.echo(f"{'Note' if problem.info else 'Warning'}: {problem}", err=True)
    wrong = [_as_problem(tables, failure) for failure in failures(found)]
    if wrong:
        raise FrameworkProblems(found.id, wrong)
    warnings = sum(not problem.info for problem in problems)
    click.echo(
        f"{found.id} {found.version}: {len(found.questions)} questions, "
        f"{len(found.factors)} factors, {len(found.responses)} responses, "
        f"{len(found.measures)} measures; {len(found.examples)} examples pass."
    )
    if warnings and strict:
        count = "1 warning" if warnings == 1 else f"{warnings} warnings"
        raise click.ClickException(f"{count}, and --strict lets none pass")


def _as_problem(tables: Tables, failure: Failure) -> Problem:
    """A failed expectation with the row in which it stands."""
    for row in tables.rows("examples"):
        wanted = (failure.example, failure.kind, failure.name or row.get("name"))
        if (row.get("example"), row.get("kind"), row.get("name")) == wanted:
            return row.problem("value", str(failure))
    return Problem("examples", 0, "", str(failure))


@framework.command()
@click.argument("name")
@click.option("--language", default=None, help="Language code of the labels, such as fr.")
def show(name: str, language: str | None) -> None:
    """Show a framework's factors, responses and measures."""
    found, _ = load_with_warnings(find_framework(name))
    # No markup: a label may hold brackets.
    console = Console(markup=False, width=None if sys.stdout.isatty() else 240)
    console.print(Text.assemble((found.title.get(language), "bold"), f" ({_version(found)})"))
    if found.description:
        console.print(found.description.get(language))
    console.print(f"digest {found.digest}", style="dim")
    for table in _tables(found, language):
        console.print(table)


def _version(found: Framework) -> str:
    return f"{found.id} {found.version}"


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
    heads = ("name", "label", "kind", "of", "unit", "missing", "classes")
    measures = Table(*heads, title="Measures")
    for measure in found.measures:
        measures.add_row(
            measure.name,
            measure.label.get(language),
            measure.kind,
            measure.of or found.unit,
            measure.unit,
            measure.missing,
            _classes(measure),
        )
    return [table for table in (factors, responses, measures) if table.row_count]


def _classes(measure: Measure) -> str:
    """The classes with their cut-offs, as they are written."""
    parts = []
    for item in measure.classes:
        sign = "<=" if item.inclusive else "<"
        parts.append(
            item.name if item.limit is None else f"{item.name} {sign} {number(item.limit, 'en')}"
        )
    return " | ".join(parts)


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


@framework.command()
@click.argument("form", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Where to write: .xlsx or .yaml. Without it FORM-framework.xlsx.",
)
def new(form: Path, output: Path | None) -> None:
    """Make a framework to write on from FORM, an XLSForm of any ODK or Kobo tool."""
    from sojourn.language import start_framework

    wanted = output or Path(f"{form.stem}-framework.xlsx")
    if wanted.exists():
        raise click.ClickException(f"{wanted} is there already; name another file with -o")
    started = start_framework(form, wanted)
    click.echo(
        f"{wanted}: your form with sheets for factors, responses, measures, decisions and "
        f"examples. The sample rows look at `{started.question}`; write over them. "
        "What to write stands in the sheet `help`."
    )
    click.echo(f"Then: sojourn framework check {wanted}")


@framework.command()
@click.argument("name")
@click.option("-n", "--units", type=click.IntRange(1, 1_000_000), default=1000, show_default=True)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed, the same units."
)
@click.option("--complete", is_flag=True, help="Answer whatever is asked.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="Where to write: .csv, .parquet, .xlsx, or a new folder.",
)
def simulate(name: str, units: int, seed: int, complete: bool, output: Path) -> None:
    """Write invented answers to a framework's form."""
    from sojourn.standards import simulated

    found, _ = load_with_warnings(find_framework(name))
    with progress_bar(Console(stderr=True), "Inventing", units) as advance:
        tables = simulated.simulate(found, units, seed=seed, complete=complete, progress=advance)
    simulated.write(tables, output)
    rows = ", ".join(f"{table.height:,} rows of {name}" for name, table in tables.items())
    click.echo(f"{output}: invented answers to {found.id} {found.version}; {rows}")


@framework.command()
@click.argument("name")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where to write: .html, .pdf or .md.",
)
@click.option("--language", default=None, help="Language code of the document, such as fr.")
def docs(name: str, output: Path, language: str | None) -> None:
    """Write a framework as a codebook to read and print."""
    from sojourn.language.codebook import codebook
    from sojourn.standards import codebooks

    if output.suffix.lower() not in codebooks.ENDINGS:
        raise click.UsageError(f"a codebook is written to {', '.join(codebooks.ENDINGS)}")
    found, _ = load_with_warnings(find_framework(name))
    known = {found.default_language, *found.languages}
    if language is not None and language not in known:
        raise click.UsageError(
            f"{found.id} does not speak `{language}`; it speaks {', '.join(sorted(known))}"
        )
    codebooks.write(codebook(found, language), output)
    click.echo(f"{output}: {found.id} {found.version}")


def _export_form(found: Framework, asked_of: str, output: Path) -> None:
    from sojourn.standards.on_device import gaps
    from sojourn.standards.whole_files import all_or_nothing
    from sojourn.standards.xforms import to_xform

    try:
        form = to_xform(found, asked_of)
    except ValueError as error:
        raise FrameworkProblems(found.id, [Problem("survey", 0, "", str(error))]) from error
    with all_or_nothing(output) as hidden:
        hidden.write_text(form, encoding="utf-8")
    if asked_of == "place":
        return
    for name, reason in gaps(found).items():
        click.echo(f"Warning: a phone will not compute `{name}`: {reason}", err=True)
