"""Sealing and opening identities with the chain of keys."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import asdict
from functools import lru_cache

from sojourn.web.people.likeness import keys_of, traits
from sojourn.web.people.models import Identity, Mark, OrganisationKey, Person, PersonKey
from sojourn.web.people.rules import (
    Document,
    IdentityData,
    Name,
    NameKind,
    Names,
    normal_document,
    normal_phone,
)
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
    """An unsaved identity row: every value sealed. Its `marks` have to be kept beside it."""
    phone = normal_phone(data.phone)
    values = {
        "names": _text(asdict(data.names)),
        "phone": phone,
        "document": _text([asdict(document) for document in data.documents]),
        "birth_date": data.birth_date,
        "about": _text({name: getattr(data, name) for name in _ABOUT if getattr(data, name)}),
    }
    sealed = {
        name: key.seal(value.encode(), place=_place(name, person.pk)) if value else b""
        for name, value in values.items()
    }
    return Identity(
        person=person,
        phone_index=organisation.blind_index(phone, field="phone") if phone else None,
        **sealed,
    )


def marks(person: Person, data: IdentityData, organisation: Key) -> list[Mark]:
    """The unsaved tokens by which this identity is found again."""
    numbers = {normal_document(document.number) for document in data.documents} - {""}
    values = [(Mark.DOCUMENT, number) for number in sorted(numbers)]
    values += [(Mark.ALIKE, key) for key in sorted(keys_of(traits(data)))]
    return [
        Mark(person=person, field=field, value=organisation.blind_index(value, field=field))
        for field, value in values
    ]


def opened(identity: Identity, key: Key) -> IdentityData:
    """The identity in clear."""
    return plain_identity(
        identity.pk, {name: bytes(getattr(identity, name)) for name in SEALED}, key
    )


def plain_identity(person_id: uuid.UUID, sealed: dict[str, bytes], key: Key) -> IdentityData:
    """The identity in clear, from the values of its row by the names in `SEALED`."""
    plain = {
        name: key.open(value, place=_place(name, person_id)).decode() if value else ""
        for name, value in sealed.items()
    }
    return IdentityData(
        names=_names(plain["names"]),
        phone=plain["phone"],
        documents=_documents(plain["document"]),
        birth_date=plain["birth_date"],
        **(json.loads(plain["about"]) if plain["about"] else {}),
    )


SEALED = ("names", "phone", "document", "birth_date", "about")
"""The sealed columns of an identity."""

_ABOUT = ("birth_certainty", "sex", "nationality", "home")


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if value else ""


def _names(text: str) -> Names:
    """Names as they were written; before there could be several, one more was named `other`."""
    if not text:
        return Names()
    found = json.loads(text)
    other = found.pop("other", "")
    more = tuple(Name(**each) for each in found.pop("more", ()))
    return Names(**found, more=more or ((Name(other, kind=NameKind.ALIAS),) if other else ()))


def _documents(text: str) -> tuple[Document, ...]:
    """Documents as they were written; before there could be several, it was a number alone."""
    if not text:
        return ()
    return (
        tuple(Document(**each) for each in json.loads(text))
        if text[0] == "["
        else (Document(text),)
    )


def open_many(people: list[Person]) -> dict[uuid.UUID, IdentityData]:
    """The identities of people loaded with `identity` and `key`; `ERASED` for the erased.

    One query for the organisations' keys, none per person.
    """
    keys = organisation_keys({person.organisation_id for person in people})
    return {person.pk: _open_one(person, keys) for person in people}


def names_of(people: list[Person]) -> dict[uuid.UUID, Names]:
    """Their names alone, of people loaded as for `open_many`; without those that were erased."""
    keys = organisation_keys({person.organisation_id for person in people})
    found = {}
    for person in people:
        if person.erased_at is None:
            key = person_key(person.key, keys[person.organisation_id])
            sealed = bytes(person.identity.names)
            text = key.open(sealed, place=_place("names", person.pk)).decode() if sealed else ""
            found[person.pk] = _names(text)
    return found


def key_of(person: Person) -> Key:
    """A person's own key, to seal and open what their file holds."""
    return person_key(person.key, organisation_key(person.organisation_id))


def blind_indexes(
    organisation_ids: Iterable[uuid.UUID], text: str
) -> tuple[list[bytes], list[bytes]]:
    """The phone and the document indexes of something typed into a search, one of each for every
    organisation; none for a text that is no such number."""
    phone, document = normal_phone(text), normal_document(text)
    keys = organisation_keys(set(organisation_ids)).values()
    return (
        [key.blind_index(phone, field="phone") for key in keys if phone],
        [key.blind_index(document, field="document") for key in keys if document],
    )


def _open_one(person: Person, keys: dict[uuid.UUID, Key]) -> IdentityData:
    if person.erased_at is not None:
        return ERASED
    return opened(person.identity, person_key(person.key, keys[person.organisation_id]))


def _place(field: str, person_id: uuid.UUID) -> str:
    return f"people_identity.{field}|{person_id}"
