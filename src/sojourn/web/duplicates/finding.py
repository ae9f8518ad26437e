"""Searching through all files for people who are on file twice.

Identities are opened one batch at a time and compared in memory only. Organisations are compared
with the branches of the same organisation, and with no others: whom another organisation keeps a
file about is not found out.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import transaction

from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.models import Organisation
from sojourn.web.audit.actions import record
from sojourn.web.duplicates import actions, linkage
from sojourn.web.people import identities
from sojourn.web.people.likeness import Traits, traits
from sojourn.web.people.models import Mark, Person

Progress = Callable[[int], object]

_AT_ONCE = 1000


@dataclass(frozen=True)
class Report:
    """What a search did. `too_common` is how many things were shared by too many to compare."""

    people: int
    pairs: int
    new: int
    again: int
    too_common: int


def number_of_people() -> int:
    """How many files a search goes through."""
    return Person.objects.filter(erased_at=None).count()


def find(progress: Progress = bool) -> Report:
    """Finds pairs in each organisation with its branches, and keeps them to be decided about."""
    reports = [_find_in(tree, progress) for tree in _trees()]
    with transaction.atomic():
        record(by=SYSTEM, verb="find_duplicates", channel="job")
    return Report(
        *(
            sum(getattr(report, name) for report in reports)
            for name in ("people", "pairs", "new", "again", "too_common")
        )
    )


def _find_in(organisations: list[uuid.UUID], progress: Progress) -> Report:
    people: dict[uuid.UUID, tuple[uuid.UUID, Traits]] = {}
    for batch in _batches(organisations):
        people |= batch
        progress(len(batch))
    found = linkage.among({pk: each for pk, (_organisation, each) in people.items()})
    new, again = actions.keep(found=found.pairs, people=people)
    return Report(len(people), len(found.pairs), new, again, found.too_common)


def _trees() -> Iterator[list[uuid.UUID]]:
    """Each organisation at the top with all below it."""
    below: dict[uuid.UUID | None, list[uuid.UUID]] = {}
    for pk, parent in Organisation.objects.order_by("pk").values_list("pk", "parent_id"):
        below.setdefault(parent, []).append(pk)
    for top in below.get(None, []):
        tree = [top]
        for each in tree:  # grows while it is walked
            tree += below.get(each, [])
        yield tree


def _batches(
    organisations: list[uuid.UUID],
) -> Iterator[dict[uuid.UUID, tuple[uuid.UUID, Traits]]]:
    keys = identities.organisation_keys(set(organisations))
    columns = [f"identity__{name}" for name in identities.SEALED]
    rows = Person.objects.filter(organisation__in=organisations, erased_at=None).order_by("pk")
    read = rows.values_list("pk", "organisation_id", "key__id", "key__wrapped", *columns)
    batch: dict[uuid.UUID, tuple[uuid.UUID, Traits]] = {}
    for pk, organisation_id, key_id, wrapped, *sealed in read.iterator(chunk_size=_AT_ONCE):
        key = keys[organisation_id].unwrap(bytes(wrapped), of=key_id)
        values = dict(zip(identities.SEALED, map(bytes, sealed), strict=True))
        batch[pk] = organisation_id, traits(identities.plain_identity(pk, values, key))
        if len(batch) == _AT_ONCE:
            yield batch
            batch = {}
    yield batch


def mark_all(progress: Progress = bool) -> int:
    """Gives tokens to files from before there were any; how many people had none."""
    unmarked = Person.objects.filter(erased_at=None).exclude(
        pk__in=Mark.objects.filter(field=Mark.ALIKE).values("person")
    )
    ids = list(unmarked.values_list("pk", flat=True))
    for start in range(0, len(ids), _AT_ONCE):
        rows = Person.objects.select_related("identity", "key")
        some = list(rows.filter(pk__in=ids[start : start + _AT_ONCE]))
        known = identities.open_many(some)
        keys = identities.organisation_keys({person.organisation_id for person in some})
        marks = [
            mark
            for person in some
            for mark in identities.marks(person, known[person.pk], keys[person.organisation_id])
        ]
        Mark.objects.bulk_create(marks, ignore_conflicts=True, batch_size=300)
        progress(len(some))
    return len(ids)
