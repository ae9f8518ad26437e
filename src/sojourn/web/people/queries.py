"""Reads of people, narrowed by `visible`."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from sojourn.web.accounts.access import Principal, Purpose, Visible, visible
from sojourn.web.people import identities
from sojourn.web.people.models import Mark, Person
from sojourn.web.people.rules import (
    FEWEST_WORDS,
    IdentityData,
    Names,
    name_is,
    name_matches,
    normal_name,
)

SEARCH_LIMIT = 50
"""More matches than this are not shown: the search has to be narrowed."""
HELD_LIMIT = 3
"""Of files that one may not open, no more than these are told of, and nothing about others."""
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


@dataclass(frozen=True)
class Found:
    """What a search found: files one may open, and files of which one learns that they are there.

    `held` is short and says nothing of how many more there are.
    """

    people: list[Person]
    held: list[Person]


def search(principal: Principal, text: str) -> Found:
    """People found by case number, phone or document number, or by words of a name.

    At most `SEARCH_LIMIT` that one may open. Of files that one may not open, at most `HELD_LIMIT`,
    by an exact number or whole words of a name alone. Names are sealed, so they are opened and
    compared one batch at a time.
    """
    mine = people(principal).rows
    people_found = list(mine.filter(_exactly(principal, text))[:SEARCH_LIMIT])
    closed = _closed(principal, mine)
    held = [] if closed is None else list(closed.filter(_exactly(principal, text))[:HELD_LIMIT])
    if people_found or held:
        return Found(people_found, held)
    if closed is not None and len(normal_name(text).split()) >= FEWEST_WORDS:
        held = _by_name(closed, text, name_is, HELD_LIMIT)
    return Found(_by_name(mine, text, name_matches, SEARCH_LIMIT), held)


def exactly(principal: Principal, text: str) -> QuerySet[Person]:
    """The files one finds by exactly this case, phone or document number. None is opened by it."""
    return people(principal, Purpose.FIND).rows.filter(_exactly(principal, text))


def _closed(principal: Principal, mine: QuerySet[Person]) -> QuerySet[Person] | None:
    """The files one finds and may not open; None for who may open all that they find."""
    if not principal.narrow(Purpose.FIND.verb):
        return None
    rows = people(principal, Purpose.FIND).rows.filter(erased_at=None)
    return rows.exclude(pk__in=mine.order_by().values("pk"))


def _exactly(principal: Principal, text: str) -> Q:
    wanted = Q(number__iexact=text.strip())
    for organisation_id in principal.organisations(Purpose.FIND.verb):
        phone, document = identities.blind_indexes(organisation_id, text)
        here = Q(organisation_id=organisation_id)
        if phone:
            wanted |= here & Q(identity__phone_index=phone)
        if document:
            of_document = Mark.objects.filter(field=Mark.DOCUMENT, value=document)
            wanted |= here & Q(pk__in=of_document.values("person"))
    return wanted


Matches = Callable[[Names, str], bool]


def _by_name(rows: QuerySet[Person], text: str, matches: Matches, limit: int) -> list[Person]:
    found: list[Person] = []
    batch: list[Person] = []
    for person in rows.filter(erased_at=None).iterator(chunk_size=_NAMES_AT_ONCE):
        batch.append(person)
        if len(batch) == _NAMES_AT_ONCE:
            found += _matching(batch, text, matches)
            batch = []
            if len(found) >= limit:
                break
    return (found + _matching(batch, text, matches))[:limit]


def _matching(batch: list[Person], text: str, matches: Matches) -> list[Person]:
    known: dict[uuid.UUID, IdentityData] = identities.open_many(batch)
    return [person for person in batch if matches(known[person.pk].names, text)]
