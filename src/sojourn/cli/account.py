"""`sojourn account`: organisations and accounts, for whoever runs an installation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from types import ModuleType

ROLES = (
    "case_worker",
    "supervisor",
    "protection_officer",
    "health",
    "legal",
    "interpreter",
    "data_protection_officer",
    "analyst",
    "administrator",
    "auditor",
)
"""As in the web application, which is loaded only when a command needs it; a test compares them."""

_home = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var"),
    help="Folder for the database and the keys (default: var in the current folder).",
)


@contextmanager
def _console(home: Path) -> Iterator[ModuleType]:
    """The web application of a data folder; what it refuses becomes a message."""
    from sojourn.web.serve import StartError, prepare

    try:
        prepare(home)
    except StartError as error:
        raise click.ClickException(str(error)) from error
    from sojourn.web.accounts import console

    try:
        yield console
    except console.ConsoleError as error:
        raise click.ClickException(str(error)) from error


@click.group()
def account() -> None:
    """Set up organisations and look after accounts, as whoever runs the installation."""


@account.command("create-organisation")
@click.argument("name")
@click.option("--code", required=True, help="Short and lasting, such as HS: letters and digits.")
@click.option("--parent", metavar="CODE", help="The organisation of which this one is a branch.")
@_home
def create_organisation(name: str, code: str, parent: str | None, home: Path) -> None:
    """Make an organisation that can hold files."""
    with _console(home) as console:
        console.create_organisation(name, code, parent)
    click.echo(f"{name} was made. Invite its administrator: sojourn account invite --to {code}")


@account.command()
@click.option("--to", "code", metavar="CODE", required=True, help="The organisation.")
@click.option(
    "--role", type=click.Choice(ROLES), default="administrator", show_default=True, help="The role."
)
@click.option("--name", default="Administrator", show_default=True, help="Whom it is meant for.")
@click.option("--days", type=click.IntRange(1, 30), default=7, show_default=True, help="Open for.")
@click.option("--address", metavar="URL", help="Where people reach Sojourn (else SOJOURN_ORIGIN).")
@_home
def invite(code: str, role: str, name: str, days: int, address: str | None, home: Path) -> None:
    """Print a link that opens one account, once. Who opens it chooses the password."""
    with _console(home) as console:
        click.echo(console.invite(code, role, name, days, address))


@account.command("list")
@_home
def list_accounts(home: Path) -> None:
    """One account and role per line, separated by tabs."""
    with _console(home) as console:
        for line in console.listed():
            click.echo("\t".join(vars(line).values()))


def _for_one(name: str, help_text: str, done: str) -> None:
    """Adds a command that does one thing to one account."""

    @click.argument("username")
    @_home
    def run(username: str, home: Path) -> None:
        with _console(home) as console:
            getattr(console, name.replace("-", "_"))(username)
        click.echo(done)

    decorate: Callable[[Callable[..., Any]], click.Command] = account.command(name, help=help_text)
    decorate(run)


_for_one(
    "reset-second-factor",
    "Take passkeys, app and recovery codes away, and sign out everywhere.",
    "Taken away. They set up a new one at the next sign-in.",
)
_for_one("unlock", "Let somebody try again at once after wrong attempts.", "They can try again.")
_for_one("deactivate", "Close an account, and sign out everywhere.", "The account is closed.")
_for_one("reactivate", "Open a closed account again.", "The account is open again.")
