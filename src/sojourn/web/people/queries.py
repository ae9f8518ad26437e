"""Reads of people, narrowed by `visible`."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from sojourn.web.accounts.access import Principal, Purpose, Visible, visible
from sojourn.web.people import identities
from sojourn.web.people.models import Person
from sojourn.web.people.rules import IdentityData, name_matches

SEARCH_LIMIT = 50
"""More matches than this are not shown: the search has to be narrowed."""
_NAMES_AT_ONCE = 500


def people(principal: Principal, purpose: Purpose = Purpose.SUPPORT) -> Visible[Person]:
    """The people whose files this principal reaches, newest first, with identity and key."""
    rows = Person.objects.select_related("identity", "key", "organisation")
    return visible(principal, rows.order_by("-registered_at", "number"), purpose)


def person_or_404(
    principal: Principal, person_id: uuid.UUID, purpose: Purpose = Purpose.SUPPORT
) -> Person:
    """One person; Http404 for one who does not exist or is not visible, without a difference."""
    return get_object_or_404(people(principal, purpose).rows, pk=person_id)


def search(principal: Principal, text: str) -> list[Person]:
    """People found by case number, phone or document number, or by words of a name.

    At most `SEARCH_LIMIT`. Names are sealed, so they are opened and compared one batch at a time.
    """
    rows = people(principal, Purpose.FIND).rows
    exact = list(rows.filter(_exactly(principal, text))[:SEARCH_LIMIT])
    return exact or _by_name(rows, text)


def _exactly(principal: Principal, text: str) -> Q:
    wanted = Q(number__iexact=text.strip())
    for organisation_id in principal.organisations(Purpose.FIND.verb):
        phone, document = identities.blind_indexes(organisation_id, text)
        here = Q(organisation_id=organisation_id)
        if phone:
            wanted |= here & Q(identity__phone_index=phone)
        if document:
            wanted |= here & Q(identity__document_index=document)
    return wanted


def _by_name(rows: QuerySet[Person], text: str) -> list[Person]:
    found: list[Person] = []
    batch: list[Person] = []
    for person in rows.filter(erased_at=None).iterator(chunk_size=_NAMES_AT_ONCE):
        batch.append(person)
        if len(batch) == _NAMES_AT_ONCE:
            found += _matching(batch, text)
            batch = []
            if len(found) >= SEARCH_LIMIT:
                break
    return (found + _matching(batch, text))[:SEARCH_LIMIT]


def _matching(batch: list[Person], text: str) -> list[Person]:
    known: dict[uuid.UUID, IdentityData] = identities.open_many(batch)
    return [person for person in batch if name_matches(known[person.pk].names, text)]
