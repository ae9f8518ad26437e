"""Backup and restore of an installation; the application has to be set up before."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.management import call_command

from sojourn.web.accounts.access import SYSTEM
from sojourn.web.audit.models import Event
from sojourn.web.audit.queries import verify
from sojourn.web.keeping import archive, databases
from sojourn.web.keeping.archive import ArchiveError, Manifest
from sojourn.web.people import actions as people
from sojourn.web.people.models import Person

FRAMEWORKS = "frameworks"


@dataclass(frozen=True)
class Restored:
    """What a restore put back. `erased_again` are erasures that were made after the backup."""

    manifest: Manifest
    erased_again: int


def backup(output: Path, recipient: str) -> Manifest:
    """Writes an encrypted archive of the database and of the frameworks of one's own.

    Works while people work: the copy shows one moment. Raises ArchiveError; then no file is left.
    """
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=settings.HOME) as name:
        folder = Path(name) / "contents"
        folder.mkdir()
        stood = _last_event()  # read first, so that the copy surely holds it
        databases.copy_into(folder)
        if (settings.HOME / FRAMEWORKS).is_dir():
            shutil.copytree(settings.HOME / FRAMEWORKS, folder / FRAMEWORKS)
        manifest = _manifest(folder, *stood)
        archive.write(folder, manifest, output, recipient)
    return manifest


def restore(source: Path, key_file: Path, erased: Collection[UUID] = ()) -> Restored:
    """Puts an archive into an empty installation, and erases again who was erased since.

    Nothing is put back unless the whole archive is sound. Raises ArchiveError.
    """
    if not databases.is_empty():
        raise ArchiveError(
            f"There is a database in {settings.HOME} already. Restore into an empty folder, look "
            "at it, and put it into the other's place yourself."
        )
    with archive.opened(source, key_file, settings.HOME) as (folder, manifest):
        databases.put_back(folder, manifest.database)
        if (folder / FRAMEWORKS).is_dir():
            shutil.copytree(folder / FRAMEWORKS, settings.HOME / FRAMEWORKS, dirs_exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    found = verify()
    as_it_was = Event.objects.filter(seq=manifest.events, row_hash=manifest.last_hash).exists()
    if not found.intact or (manifest.events and not as_it_was):
        raise ArchiveError("The audit in it does not fit together; do not work with this copy.")
    return Restored(manifest, _erase_again(erased))


def look_into(source: Path, key_file: Path, beside: Path) -> Manifest:
    """Opens an archive, checks all of it, and puts nothing back. Raises ArchiveError."""
    with archive.opened(source, key_file, beside) as (folder, manifest):
        if manifest.database == databases.SQLITE:
            databases.check_sqlite(folder / databases.FILES[databases.SQLITE])
    return manifest


def _erase_again(ids: Collection[UUID]) -> int:
    rows = list(Person.objects.filter(pk__in=set(ids), erased_at=None))
    for person in rows:
        people.erase(person=person, by=SYSTEM, reason="again_after_restore")
    return len(rows)


def _last_event() -> tuple[int, str]:
    return Event.objects.order_by("-seq").values_list("seq", "row_hash").first() or (0, "")


def _manifest(folder: Path, events: int, last_hash: str) -> Manifest:
    return Manifest(
        format=archive.FORMAT,
        sojourn=version("sojourn"),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        database=databases.kind(),
        events=events,
        last_hash=last_hash,
        members=archive.digests(folder),
    )
