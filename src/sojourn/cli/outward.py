"""`sojourn export` and `sojourn import`: copies out and tables in, as somebody who has a token."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click
from rich.console import Console

from sojourn.cli.progress import progress_bar

if TYPE_CHECKING:
    from sojourn.web.accounts.access import Principal

KINDS = ("csv", "xlsx", "json", "pdf", "htcds")
_BY_ENDING = {".csv": "csv", ".zip": "csv", ".xlsx": "xlsx", ".json": "json", ".pdf": "pdf"}
_USUAL = {
    "people": (
        ("identity", "contact_place"),
        ("name", "name_latin", "name_other", "birth_date", "document", "language", "phone"),
    ),
    "cases": (
        ("case_work", "journey"),
        ("state", "phase", "opened_on", "assessed_on", "review_on", "stage", "findings"),
    ),
}
"""Data classes and columns where none are chosen."""
_FILE = click.Path(path_type=Path, dir_okay=False)
_ANSWERS = click.Choice(["no", "yes", "unsure"])

_home = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var"),
    help="Folder for the database and the keys (default: var in the current folder).",
)
_token = click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A file with your token (else SOJOURN_TOKEN, else you are asked for it).",
)
_organisation = click.option("--organisation", metavar="CODE", help="Where you work for several.")


@contextmanager
def _acting(home: Path, token_file: Path | None) -> Iterator[Principal]:
    """Whoever the token belongs to; what is refused becomes a message."""
    secret = _secret(token_file)
    from sojourn.web.serve import StartError, prepare

    try:
        prepare(home)
    except StartError as error:
        raise click.ClickException(str(error)) from error
    from sojourn.web.accounts.console import ConsoleError
    from sojourn.web.api.console import acting

    try:
        with acting(secret) as by:
            yield by
    except ConsoleError as error:
        raise click.ClickException(str(error)) from error


def _secret(token_file: Path | None) -> str:
    """Never from the command line itself, where others on the machine could read it."""
    if token_file is not None:
        return token_file.read_text(encoding="utf-8", errors="replace")
    if found := os.environ.get("SOJOURN_TOKEN"):
        return found
    if not sys.stdin.isatty():
        raise click.UsageError("a token is needed: --token-file or SOJOURN_TOKEN")
    return str(click.prompt("Token", hide_input=True, err=True))


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]


@click.command("export")
@click.argument("what", type=click.Choice(["people", "cases"]))
@click.option(
    "-o", "--output", type=_FILE, help="Where to write. The ending says the kind of file."
)
@click.option("--to", "kind", type=click.Choice(KINDS), help="The kind, where the ending does not.")
@click.option(
    "--purpose", required=True, metavar="CODE", help="support, referral, protection or statistics."
)
@click.option("--why", required=True, help="Why, in a sentence without names. It is kept, sealed.")
@click.option(
    "--recipient", default="own", show_default=True, metavar="CODE", help="Who receives it."
)
@click.option("--country", default="", metavar="CODE", help="To which country it goes (ISO 3166).")
@click.option("--to-origin", type=_ANSWERS, help="Whether anybody in it comes from there.")
@click.option("--named", is_flag=True, help="Of cases: with case numbers. People are always named.")
@click.option("--class", "classes", metavar="CLASS,...", help="Which kinds of information.")
@click.option("--column", "columns", metavar="COLUMN,...", help="Which columns.")
@click.option("--plan", is_flag=True, help="The plans too, as a table of their own.")
@click.option("--dry-run", is_flag=True, help="Only say how many people would be in it.")
@_organisation
@_token
@_home
def export(
    what: str,
    output: Path | None,
    kind: str | None,
    named: bool,
    classes: str | None,
    columns: str | None,
    plan: bool,
    dry_run: bool,
    organisation: str | None,
    token_file: Path | None,
    home: Path,
    **words: str | None,
) -> None:
    """Take a copy of PEOPLE or CASES out, as the person whose token it is.

    In it are those who agreed to this purpose and recipient, with what your role may take out. The
    audit holds everybody whose part is in it.
    """
    if output is None and not dry_run:
        raise click.UsageError("-o is needed, or --dry-run")
    chosen = kind or _BY_ENDING.get(output.suffix.lower() if output is not None else ".csv")
    if chosen is None:
        raise click.UsageError("the ending of -o says nothing known; say the kind with --to")
    if output is not None:
        _check_output(output, chosen, plan=plan)
    usual_classes, usual_columns = _USUAL[what]
    wanted: dict[str, Any] = {
        "format": chosen,
        "purpose": words["purpose"],
        "recipient": words["recipient"],
        "country": (words["country"] or "").upper(),
        "to_origin": words["to_origin"] or "",
        "words": words["why"],
        "is_identified": "yes" if named or what == "people" else "no",
        "data_classes": _names(classes) or list(usual_classes),
        "columns": [*(_names(columns) or usual_columns), *(["plan"] if plan else [])],
    }
    with _acting(home, token_file) as by:
        from sojourn.web.exports import console

        with console.prepared(wanted, organisation, by) as prepared:
            if output is not None and not dry_run:
                with progress_bar(Console(stderr=True), "Taking out", prepared.total) as advance:
                    console.write(prepared, output, by, advance)
    done = f"{prepared.total:,} people in it; nothing goes of {prepared.kept_back:,}."
    click.echo(done if dry_run else f"{done} Written by {by.name} to {output}", err=True)


def _check_output(output: Path, kind: str, *, plan: bool) -> None:
    if output.exists():
        raise click.ClickException(f"{output} is there already. Choose another name.")
    if kind == "csv" and plan != (output.suffix.lower() == ".zip"):
        raise click.UsageError("CSV with --plan is two tables in one .zip; without it a .csv")


@click.group("import")
def import_() -> None:
    """Take people in from a table, as the person whose token it is; and undo that."""


@import_.command("people")
@click.argument("table", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--apply", "applies", is_flag=True, help="Write it. Without it nothing is written.")
@click.option("--leave-out", is_flag=True, help="With --apply: rows with problems stay out.")
@click.option(
    "--column", "columns", multiple=True, metavar="HEADING=FIELD", help="What a column is."
)
@click.option("--agreed-on", default="", metavar="DAY", help="When these people agreed (latest).")
@click.option("--purpose", "purposes", metavar="CODE,...", help="To what they agreed.")
@click.option("--class", "classes", metavar="CLASS,...", help="For which information.")
@click.option("--explained", default="", metavar="CODE", help="How it was explained.")
@click.option("--method", default="", metavar="CODE", help="How they answered.")
@click.option("--evidence", default="", help="Where their answers can be seen.")
@_organisation
@_token
@_home
def people(
    table: Path,
    applies: bool,
    leave_out: bool,
    columns: tuple[str, ...],
    purposes: str | None,
    classes: str | None,
    organisation: str | None,
    token_file: Path | None,
    home: Path,
    **words: str,
) -> None:
    """Look at every row of TABLE (CSV, XLSX or HTCDS), and with --apply take it in.

    Says how many rows are new, changed, known already, or refused and why.
    """
    ground = {
        "basis": "agreed" if words["agreed_on"] else "none",
        "agreed_on": words["agreed_on"],
        "purposes": _names(purposes),
        "data_classes": _names(classes),
        "explained": words["explained"],
        "method": words["method"],
        "evidence": words["evidence"],
    }
    content = table.read_bytes()
    with _acting(home, token_file) as by:
        from sojourn.web.imports import console

        with progress_bar(Console(stderr=True), "Looking at rows", None) as advance:
            looked = console.look(content, ground, _mapping(columns), organisation, by, advance)
        for line in looked.problems:
            click.echo(line, err=True)
        for outcome, count in looked.counts.items():
            click.echo(f"{outcome}\t{count}")
        writes = applies and (leave_out or not looked.refused)
        if writes:
            console.apply(looked, by)
        else:
            console.drop(looked, by)
    if writes:
        click.echo(f"import\t{looked.whole.pk}")
    elif looked.refused:
        raise click.ClickException(
            f"Rows that cannot be taken in: {looked.refused}. Nothing was written."
        )
    else:
        click.echo("Nothing was written. Add --apply to take it in.", err=True)


@import_.command()
@click.argument("import_id", metavar="ID", type=click.UUID)
@_token
@_home
def undo(import_id: UUID, token_file: Path | None, home: Path) -> None:
    """Restore what was before an import. What somebody changed since is kept."""
    with _acting(home, token_file) as by:
        from sojourn.web.imports import console

        kept = console.undo(import_id, by)
    click.echo(
        f"It was undone; {kept} rows stay, as somebody changed these people since.", err=True
    )


@import_.command("list")
@_token
@_home
def list_imports(token_file: Path | None, home: Path) -> None:
    """Your imports, one per line, separated by tabs: id, when, state, rows."""
    with _acting(home, token_file) as by:
        from sojourn.web.imports import console

        lines = console.listed(by)
    for line in lines:
        click.echo("\t".join(map(str, line)))


def _mapping(columns: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in columns:
        heading, sign, field = text.rpartition("=")
        if not sign:
            raise click.UsageError("--column: write HEADING=FIELD")
        found[heading] = field
    return found
