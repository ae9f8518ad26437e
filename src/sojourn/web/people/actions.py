"""The only writer of people and their identities."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import SYSTEM, Principal, Purpose, reaches
from sojourn.web.accounts.models import Organisation
from sojourn.web.audit.actions import record
from sojourn.web.keeping import erased
from sojourn.web.people import identities
from sojourn.web.people.erasing import ALSO
from sojourn.web.people.models import Identity, Mark, Person, PersonKey
from sojourn.web.people.rules import IdentityData

# No vowels and nothing that looks like something else: no words, no misread numbers.
_SIGNS = "23456789BCDFGHJKMNPQRTVWXZ"


@dataclass(frozen=True)
class Newcomer:
    """What is known of somebody when they are registered."""

    identity: IdentityData
    language: str = ""


@transaction.atomic
def register(
    *,
    organisation: Organisation,
    people: Sequence[Newcomer],
    by: Principal,
    at: datetime | None = None,
) -> list[Person]:
    """Registers people: a record each, and apart from it the sealed identity.

    Raises PermissionDenied where `by` may not write for the organisation.
    """
    if by != SYSTEM and not by.opens_in(organisation.pk):
        raise PermissionDenied(_("Your role does not change people's files."))
    when = at or timezone.now()
    organisation_key = identities.organisation_key(organisation.pk)
    registered, keys, sealed, marks = [], [], [], []
    for newcomer in people:
        person = Person(
            organisation=organisation,
            number=new_number(organisation),
            language=newcomer.language,
            registered_at=when,
            registered_by_id=by.user_id,
        )
        row, key = identities.new_person_key(person, organisation_key)
        registered.append(person)
        keys.append(row)
        sealed.append(identities.sealed_identity(person, newcomer.identity, key, organisation_key))
        marks += identities.marks(person, newcomer.identity, organisation_key)
    Person.objects.bulk_create(registered)
    PersonKey.objects.bulk_create(keys)
    Identity.objects.bulk_create(sealed)
    Mark.objects.bulk_create(marks, batch_size=300)
    for person in registered:
        record(
            by=by,
            verb="add",
            object=person,
            organisation_id=organisation.pk,
            person_id=person.pk,
        )
    return registered


@transaction.atomic
def correct(*, person: Person, identity: IdentityData, language: str, by: Principal) -> None:
    """Replaces what is known of somebody's identity. An erased person cannot be corrected."""
    _check_may(by, person, Purpose.CASE_WORK)
    if person.erased_at is not None:
        raise ValidationError(_("This person was erased."))
    before = identities.open_many([person])[person.pk]
    names = (*(name for name in _IDENTITY_FIELDS if _differs(name, before, identity)),)
    if person.language != language:
        names += ("language",)
    if not names:
        return
    organisation_key = identities.organisation_key(person.organisation_id)
    key = identities.person_key(person.key, organisation_key)
    identities.sealed_identity(person, identity, key, organisation_key).save(force_update=True)
    Mark.objects.filter(person=person).delete()
    Mark.objects.bulk_create(identities.marks(person, identity, organisation_key))
    person.language = language
    person.save(update_fields=["language"])
    record(
        by=by,
        verb="correct",
        object=person,
        organisation_id=person.organisation_id,
        person_id=person.pk,
        changed=dict.fromkeys(names),
    )


@transaction.atomic
def erase(*, person: Person, by: Principal, reason: str) -> None:
    """Destroys the person's key and their identity. What was counted stays countable.

    The reason is a code, never a story. A second erasure raises ValidationError.
    """
    _check_may(by, person, Purpose.ERASURE)
    key = PersonKey.objects.select_for_update().get(person=person)
    if key.destroyed_at is not None:
        raise ValidationError(_("This person was erased already."))
    now = timezone.now()
    key.wrapped, key.destroyed_at = b"", now
    key.save(update_fields=["wrapped", "destroyed_at"])
    Identity.objects.filter(person=person).update(
        phone_index=None, **dict.fromkeys(identities.SEALED, b"")
    )
    Mark.objects.filter(person=person).delete()
    for forget in ALSO:
        forget(person)
    person.erased_at, person.language = now, ""
    person.save(update_fields=["erased_at", "language"])
    record(
        by=by,
        verb="erase",
        object=person,
        organisation_id=person.organisation_id,
        person_id=person.pk,
        reason=reason,
    )
    transaction.on_commit(_forget_old_pages)
    transaction.on_commit(lambda: erased.note(person.pk, now))


@transaction.atomic
def take_back(*, person: Person, by: Principal) -> None:
    """Removes somebody who was registered by mistake, as if it had not been done. The audit keeps
    that it was. ProtectedError where something belongs to them by now."""
    _check_may(by, person, Purpose.CASE_WORK)
    record(
        by=by,
        verb="take_back",
        object=person,
        organisation_id=person.organisation_id,
        person_id=person.pk,
    )
    for relation in Person._meta.related_objects:
        model: Any = relation.related_model
        if model._meta.app_label == Person._meta.app_label:
            model.objects.filter(**{relation.field.name: person}).delete()
    person.delete()


def new_number(organisation: Organisation) -> str:
    """A case number that nobody can guess and that says nothing about the person."""
    signs = "".join(secrets.choice(_SIGNS) for _sign in range(8))
    return f"{organisation.code.upper()}-{signs[:4]}-{signs[4:]}"


_IDENTITY_FIELDS = tuple(field.name for field in fields(IdentityData))


def _differs(name: str, before: IdentityData, after: IdentityData) -> bool:
    return bool(getattr(before, name) != getattr(after, name))


def _check_may(by: Principal, person: Person, purpose: Purpose) -> None:
    if not reaches(by, person, purpose):
        raise PermissionDenied(_("Your role does not change people's files."))


def _forget_old_pages() -> None:
    """The write-ahead log of the embedded database may still hold the old key: empty it."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
