"""Reads of people, narrowed by `visible`."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import islice

from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404

from sojourn.web.accounts.access import Principal, Purpose, Visible, visible
from sojourn.web.accounts.roles import Verb
from sojourn.web.people import identities
from sojourn.web.people.models import Identity, Mark, Person
from sojourn.web.people.rules import FEWEST_WORDS, name_is, name_matches, normal_name
from sojourn.web.people.spellings import spellings

SEARCH_LIMIT = 50
"""More matches than this are not shown: the search has to be narrowed."""
HELD_LIMIT = 3
"""Of files that one may not open, no more than these are told of, and nothing about others."""


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
    by an exact number or whole words of a name alone.
    """
    mine, words = people(principal).rows, normal_name(text).split()
    closed = _closed(principal, mine)
    numbered = _numbered(principal, text)
    if numbered:
        found = list(mine.filter(pk__in=numbered)[:SEARCH_LIMIT])
        held = [] if closed is None else list(closed.filter(pk__in=numbered)[:HELD_LIMIT])
        if found or held:
            return Found(found, held)
    told = closed is not None and len(words) >= FEWEST_WORDS
    return Found(
        _by_name(mine, words, name_matches, SEARCH_LIMIT),
        _by_name(closed, words, name_is, HELD_LIMIT) if closed is not None and told else [],
    )


def exactly(principal: Principal, text: str) -> QuerySet[Person]:
    """The files one finds by exactly this case, phone or document number. None is opened by it."""
    return people(principal, Purpose.FIND).rows.filter(pk__in=_numbered(principal, text))


def _closed(principal: Principal, mine: QuerySet[Person]) -> QuerySet[Person] | None:
    """The files one finds and may not open; None for who may open all that they find."""
    if not principal.narrow(Purpose.FIND.verb):
        return None
    rows = people(principal, Purpose.FIND).rows.filter(erased_at=None)
    return rows.filter(~Exists(mine.order_by().filter(pk=OuterRef("pk"))))


def _numbered(principal: Principal, text: str) -> set[uuid.UUID]:
    """Whom exactly this number is of, for callers that narrow it to what the principal reaches.

    One index at a time: asked for all at once, a database walks over everybody.
    """
    places = principal.organisations(Verb.FIND) | principal.organisations(Verb.READ)
    phones, documents = identities.blind_indexes(places, text)
    number = text.strip().upper()
    found = set(Person.objects.filter(number=number).values_list("pk", flat=True))
    if phones:
        rows = Identity.objects.filter(phone_index__in=phones)
        found |= set(rows.values_list("person", flat=True))
    if documents:
        marks = Mark.objects.filter(field=Mark.DOCUMENT, value__in=documents)
        found |= set(marks.values_list("person", flat=True))
    return found


Matches = Callable[[Iterable[str], Collection[str]], bool]


def _by_name(
    rows: QuerySet[Person], words: Collection[str], matches: Matches, limit: int
) -> list[Person]:
    """Names are sealed, so they are opened and compared, the newest files first."""
    each = spellings(rows.filter(erased_at=None))
    found = list(islice((pk for pk, names in each if matches(names, words)), limit))
    return list(rows.filter(pk__in=found)) if found else []
