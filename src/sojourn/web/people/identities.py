"""Sealing and opening identities with the chain of keys."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from functools import lru_cache

from sojourn.web.accounts.models import Organisation
from sojourn.web.people.models import Identity, OrganisationKey, Person, PersonKey
from sojourn.web.people.rules import IdentityData, Names, normal_document, normal_phone
from sojourn.web.vault import Key, KeyDestroyedError, master_key

ERASED = IdentityData()
"""What is left to show of somebody who was erased."""


def organisation_key(organisation_id: uuid.UUID) -> Key:
    """An organisation's key, made at its first use. Writes then; call inside a transaction."""
    row = OrganisationKey.objects.filter(organisation_id=organisation_id).first()
    if row is None:
        key = Key.new()
        row = OrganisationKey.objects.create(
            id=key.id, organisation_id=organisation_id, wrapped=master_key().wrap(key)
        )
    return _unwrapped(row.pk, bytes(row.wrapped))


@lru_cache(maxsize=256)
def _unwrapped(key_id: uuid.UUID, wrapped: bytes) -> Key:
    return master_key().unwrap(wrapped, of=key_id)


def organisation_keys(organisation_ids: set[uuid.UUID]) -> dict[uuid.UUID, Key]:
    """The keys of several organisations in one query; those without a key are left out."""
    rows = OrganisationKey.objects.filter(organisation_id__in=organisation_ids)
    return {row.organisation_id: _unwrapped(row.pk, bytes(row.wrapped)) for row in rows}


def new_person_key(person: Person, organisation: Key) -> tuple[PersonKey, Key]:
    """An unsaved row with a new key for a person, and the key."""
    key = Key.new()
    return PersonKey(id=key.id, person=person, wrapped=organisation.wrap(key)), key


def person_key(row: PersonKey, organisation: Key) -> Key:
    """The person's key; KeyDestroyedError once they were erased."""
    if row.destroyed_at is not None:
        raise KeyDestroyedError("This person was erased.")
    return organisation.unwrap(bytes(row.wrapped), of=row.pk)


def sealed_identity(person: Person, data: IdentityData, key: Key, organisation: Key) -> Identity:
    """An unsaved identity row: every value sealed, exact searches possible for two of them."""
    phone, document = normal_phone(data.phone), normal_document(data.document)
    values = {
        "names": json.dumps(asdict(data.names), ensure_ascii=False),
        "phone": phone,
        "document": data.document,
        "birth_date": data.birth_date,
    }
    sealed = {
        name: key.seal(value.encode(), place=_place(name, person.pk)) if value else b""
        for name, value in values.items()
    }
    return Identity(
        person=person,
        phone_index=organisation.blind_index(phone, field="phone") if phone else None,
        document_index=(organisation.blind_index(document, field="document") if document else None),
        **sealed,
    )


def opened(identity: Identity, key: Key) -> IdentityData:
    """The identity in clear."""
    plain = {
        name: key.open(bytes(value), place=_place(name, identity.pk)).decode() if value else ""
        for name, value in (
            (name, getattr(identity, name)) for name in ("names", "phone", "document", "birth_date")
        )
    }
    return IdentityData(
        names=Names(**json.loads(plain["names"])) if plain["names"] else Names(),
        phone=plain["phone"],
        document=plain["document"],
        birth_date=plain["birth_date"],
    )


def open_many(people: list[Person]) -> dict[uuid.UUID, IdentityData]:
    """The identities of people loaded with `identity` and `key`; `ERASED` for the erased.

    One query for the organisations' keys, none per person.
    """
    keys = organisation_keys({person.organisation_id for person in people})
    return {person.pk: _open_one(person, keys) for person in people}


def key_of(person: Person) -> Key:
    """A person's own key, to seal and open what their file holds."""
    return person_key(person.key, organisation_key(person.organisation_id))


def blind_indexes(organisation: Organisation | uuid.UUID, text: str) -> tuple[bytes, bytes]:
    """The phone and the document index of something typed into a search."""
    pk = organisation.pk if isinstance(organisation, Organisation) else organisation
    key = organisation_keys({pk}).get(pk)
    if key is None:
        return b"", b""
    phone, document = normal_phone(text), normal_document(text)
    return (
        key.blind_index(phone, field="phone") if phone else b"",
        key.blind_index(document, field="document") if document else b"",
    )


def _open_one(person: Person, keys: dict[uuid.UUID, Key]) -> IdentityData:
    if person.erased_at is not None:
        return ERASED
    return opened(person.identity, person_key(person.key, keys[person.organisation_id]))


def _place(field: str, person_id: uuid.UUID) -> str:
    return f"people_identity.{field}|{person_id}"
