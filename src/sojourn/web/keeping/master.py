"""A new master key: the keys of organisations are wrapped anew, and secrets of second factors and
of webhooks.

The new key is written beside the old one first, and takes its place when the database has changed
over. Whatever moment the machine stops at, one of the two files opens everything; `settle` finds
out which.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.db import transaction

from sojourn.web.accounts import second_factor
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.audit.actions import record
from sojourn.web.people.models import OrganisationKey
from sojourn.web.vault import Key, VaultError, create_secret, key_from, master_key
from sojourn.web.webhooks import actions as webhooks


def rotate() -> int:
    """Replaces the master key; how many keys were wrapped anew. Raises VaultError."""
    if os.environ.get("SOJOURN_MASTER_KEY"):
        raise VaultError(
            "The master key comes from SOJOURN_MASTER_KEY. Write it into master.key in the data "
            "folder for the change, and take the new one from there afterwards."
        )
    old_file: Path = settings.MASTER_KEY_FILE
    new_file = _beside(old_file)
    old = master_key()
    if not create_secret(new_file):
        raise VaultError(f"There is a {new_file.name} already; start Sojourn once to settle it.")
    new = key_from(new_file.read_text())
    with transaction.atomic():
        rows = list(OrganisationKey.objects.select_for_update())
        for row in rows:
            row.wrapped = new.wrap(old.unwrap(bytes(row.wrapped), of=row.pk))
            row.save(update_fields=["wrapped"])
        second_factor.reseal(old, new)
        webhooks.reseal(old, new)
        record(by=SYSTEM, verb="rotate_key", channel="job")
    new_file.replace(old_file)
    return len(rows)


def settle() -> None:
    """Ends a change of keys that was interrupted. Raises VaultError where no key fits."""
    new_file = _beside(settings.MASTER_KEY_FILE)
    if not new_file.exists():
        return
    if _opens_all(key_from(new_file.read_text())):
        new_file.replace(settings.MASTER_KEY_FILE)
    else:
        new_file.unlink()


def _opens_all(key: Key) -> bool:
    try:
        for row in OrganisationKey.objects.all():
            key.unwrap(bytes(row.wrapped), of=row.pk)
    except VaultError:
        return False
    return OrganisationKey.objects.exists()


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".new")
