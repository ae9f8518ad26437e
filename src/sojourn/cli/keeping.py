"""`sojourn backup`, `restore`, `check`, `keys` and `audit`: looking after an installation."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

T = TypeVar("T")

_HOME = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var"),
    show_default=True,
    help="The data folder.",
)
_FILE = click.Path(path_type=Path, dir_okay=False)
_OUT = click.Path(path_type=Path, dir_okay=False)
_KEY = click.option("--key", type=_FILE, help="The file with the secret key of backups.")


@click.command()
@click.option("-o", "--output", type=_OUT, required=True, help="Where to write the archive.")
@click.option(
    "--to", required=True, metavar="age1...", help="The public key of backups to encrypt to."
)
@_HOME
def backup(output: Path, to: str, home: Path) -> None:
    """Write an encrypted archive of everything but the master key.

    People may go on working. The archive can only be opened with the secret key that belongs to
    --to, which need not be on this machine.
    """
    _open(home)
    from sojourn.web.keeping import work

    made = _told(lambda: work.backup(output, to))
    click.echo(f"{output}: the {made.database} database with {made.events} events of the audit.")
    click.echo("The master key is not in it. Keep that, and the key of backups, elsewhere.")


@click.command()
@click.argument("archive", type=_FILE)
@_KEY
@click.option(
    "--erased",
    type=_FILE,
    help="The list erased.txt of the installation, to erase again who was erased since.",
)
@_HOME
def restore(archive: Path, key: Path | None, erased: Path | None, home: Path) -> None:
    """Put an archive back into an empty data folder."""
    if key is None:
        raise click.UsageError("--key is needed to open the archive")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    from sojourn.web import serve

    serve.set_up(home)
    from sojourn.web.keeping import work
    from sojourn.web.keeping.erased import listed

    try:
        again = set(listed(erased)) if erased is not None else set()
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    done = _told(lambda: work.restore(archive, key, again))
    click.echo(f"Restored as it was at {done.manifest.made_at}; the audit fits together.")
    if erased is None:
        click.echo("Erasures made since then are undone by this: give the list with --erased.")
    else:
        click.echo(f"Erased again: {done.erased_again}.")
    click.echo(f"Put master.key into {home}, then: sojourn check --home {home}")


@click.command()
@click.argument("archive", type=_FILE, required=False)
@_KEY
@_HOME
def check(archive: Path | None, key: Path | None, home: Path) -> None:
    """Check an installation, or an ARCHIVE without putting it back.

    Reads the whole database, opens every identity and walks the audit. As at each start, tables of
    an older version are brought up to date first; nothing else is changed.
    """
    if archive is not None:
        _check_archive(archive, key)
        return
    _open(home)
    from sojourn.web.keeping import checks

    sound = True
    for finding in checks.look():
        sound &= not finding.problem
        click.echo(f"{finding.what:<12} {finding.problem or ('good ' + finding.detail).strip()}")
    sys.exit(0 if sound else 1)


def _check_archive(archive: Path, key: Path | None) -> None:
    if key is None:
        raise click.UsageError("--key is needed to open the archive")
    from sojourn.web import serve

    serve.set_up(archive.parent)
    from sojourn.web.keeping import work

    found = _told(lambda: work.look_into(archive, key, archive.parent))
    click.echo(f"{archive.name}: whole; made at {found.made_at}, {found.events} events.")


@click.group()
def keys() -> None:
    """Make and change keys."""


@keys.command("new-backup-key")
@click.option("-o", "--output", type=_OUT, required=True, help="Where to write the secret key.")
def new_backup_key(output: Path) -> None:
    """Make a pair of keys for backups: the secret one into a file, the public one printed.

    Do this on another machine than the server, and keep the file there.
    """
    import os

    from sojourn.web.keeping import archive

    secret, public = archive.new_key()
    try:
        handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException(f"{output} is there already; choose another name") from None
    with os.fdopen(handle, "w") as file:
        file.write(f"# public key: {public}\n{secret}\n")
    click.echo(public)


@keys.command()
@_HOME
def rotate(home: Path) -> None:
    """Replace the master key; nothing has to be encrypted anew."""
    _open(home)
    from sojourn.web.keeping import master

    count = _told(master.rotate)
    click.echo(f"The master key is new; {count} keys were wrapped with it.")
    click.echo("Backups from before still need the old one, which is not kept here.")


@click.group()
def audit() -> None:
    """Look after the audit chain."""


@audit.command()
@click.option(
    "--kept",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A checkpoint, or a folder of them, that somebody else kept.",
)
@_HOME
def verify(kept: tuple[Path, ...], home: Path) -> None:
    """Check that no event of the audit chain was changed or removed."""
    _open(home)
    from sojourn.web.audit import checkpoints, queries

    files = [file for path in kept for file in (sorted(path.glob("*.json")) or [path])]
    signed = _told(lambda: [checkpoints.read(file.read_text(errors="replace")) for file in files])
    found = queries.verify(signed)
    if found.broken_at is not None:
        click.echo(f"Event {found.broken_at} does not fit: the audit was changed.")
    for item in found.contrary:
        click.echo(
            f"Event {item.seq} is not what was signed at {item.at}: the audit was cut or written "
            "again since, or this checkpoint is not genuine."
        )
    if not found.intact:
        sys.exit(1)
    click.echo(
        f"All {found.events} events fit together, and with {found.agreed} signed checkpoints. "
        f"The last hash: {found.last_hash}"
    )
    if not kept:
        click.echo("Only checkpoints that somebody else kept (--kept) show a chain written anew.")


@audit.command()
@click.option("-o", "--output", type=_OUT, required=True, help="Where to write it.")
@_HOME
def checkpoint(output: Path, home: Path) -> None:
    """Sign the newest event, for somebody else to keep. It says nothing about anybody."""
    _open(home)
    from sojourn.web.audit import checkpoints

    signed = _told(checkpoints.make)
    if signed is None:
        raise click.ClickException("There is no event yet")
    output.write_text(signed.text())
    click.echo(f"Event {signed.seq}, signed with {signed.public_key}")


def _open(home: Path) -> None:
    """Opens what is there: a folder named by mistake must not become a new, empty installation."""
    from sojourn.web import serve

    if not serve.has_database(home):
        raise click.ClickException(f"There is no database in {home}")
    try:
        serve.prepare(home)
    except serve.StartError as error:
        raise click.ClickException(str(error)) from error


def _told(work: Callable[[], T]) -> T:
    from sojourn.web.audit.checkpoints import NoCheckpointError
    from sojourn.web.keeping.archive import ArchiveError
    from sojourn.web.vault import VaultError

    try:
        return work()
    except (ArchiveError, NoCheckpointError, VaultError) as error:
        raise click.ClickException(str(error)) from error


@click.group()
def duplicates() -> None:
    """Look for people who are on file twice."""


@duplicates.command()
@_HOME
def find(home: Path) -> None:
    """Compare all files, and list pairs that look alike for people to decide about.

    Identities are opened and compared in memory only, and nothing is linked. People may go on
    working.
    """
    _open(home)
    from sojourn.web.duplicates import finding

    finding.mark_all()
    with click.progressbar(length=finding.number_of_people(), label="Reading files") as bar:
        report = _told(lambda: finding.find(bar.update))
    click.echo(f"Files compared: {report.people}. Pairs that look alike: {report.pairs}.")
    click.echo(f"New in the list: {report.new}. Back because something changed: {report.again}.")
    if report.too_common:
        click.echo(f"Shared by too many to compare by: {report.too_common} names or numbers.")
