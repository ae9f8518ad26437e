"""Whether everything that an installation holds is there and fits together."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from sojourn.web.accounts.models import Organisation
from sojourn.web.audit.queries import verify
from sojourn.web.keeping import databases
from sojourn.web.keeping.archive import ArchiveError
from sojourn.web.people import identities
from sojourn.web.people.models import Person
from sojourn.web.vault import VaultError
from sojourn.web.walls import install
from sojourn.web.walls.registry import policies
from sojourn.web.walls.standing import is_built

_BATCH = 500


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `problem` is empty where it is as it should be."""

    what: str
    problem: str = ""
    detail: str = ""


def look() -> Iterator[Finding]:
    """Looks at one thing after another; each is told as soon as it is known."""
    checks = {**_CHECKS, **({"wall": _wall} if is_built() else {})}
    for what, check in checks.items():
        try:
            yield Finding(what, detail=check())
        except (ArchiveError, VaultError) as error:
            yield Finding(what, str(error))


def _database() -> str:
    if databases.kind() == databases.SQLITE:
        databases.check_sqlite(Path(str(settings.DATABASES["default"]["NAME"])))
    return ""


def _files() -> str:
    for path in (settings.HOME, settings.SECRET_KEY_FILE, settings.MASTER_KEY_FILE):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ArchiveError(f"Others on this machine may read {path.name}; take that from them.")
    return ""


def _identities() -> str:
    """Opens every identity: a wrong key or a changed value is found, and never shown."""
    count, broken = 0, 0
    people = Person.objects.filter(erased_at=None).select_related("key", "identity").order_by("pk")
    organisations = identities.organisation_keys(
        set(Organisation.objects.values_list("pk", flat=True))
    )
    for person in people.iterator(_BATCH):
        count += 1
        try:
            key = identities.person_key(person.key, organisations[person.organisation_id])
            identities.opened(person.identity, key)
        except (VaultError, KeyError):
            broken += 1
    if broken:
        raise ArchiveError(f"{broken} of {count} identities cannot be opened.")
    return f"{count}"


def _audit() -> str:
    found = verify()
    if found.broken_at is not None:
        raise ArchiveError(f"Event {found.broken_at} does not fit: the audit was changed.")
    if found.contrary:
        raise ArchiveError(
            f"Event {found.contrary[0].seq} is not what was signed: the audit was changed."
        )
    return f"{found.events} events, {found.agreed} signed"


def _wall() -> str:
    """Row-level security: whether it holds for us, and is as it should be."""
    role = install.role()
    if role.goes_around:
        raise ArchiveError(
            f"The database does not hold organisations apart: {role.name} goes around row-level "
            "security. Connect as a role that is no superuser and has no BYPASSRLS."
        )
    differing = install.differing()
    if differing:
        raise ArchiveError(f"The policy of {differing[0]} was changed or switched off.")
    return f"{len(policies())} tables"


_CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "files": _files,
    "identities": _identities,
    "audit": _audit,
}
