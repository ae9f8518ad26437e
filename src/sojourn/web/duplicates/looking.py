"""A quick look whether somebody is on file already, before a file is opened or a number added."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from sojourn.web.accounts import queries as accounts
from sojourn.web.accounts.access import Principal, Purpose
from sojourn.web.duplicates import linkage
from sojourn.web.duplicates.linkage import Likeness
from sojourn.web.duplicates.words import strength
from sojourn.web.people import identities, queries
from sojourn.web.people.likeness import traits
from sojourn.web.people.models import Mark, Person
from sojourn.web.people.rules import IdentityData, normal_document, normal_phone

_COMPARED_AT_MOST = 60
_SHOWN_AT_MOST = 5


@dataclass(frozen=True)
class Match:
    """Somebody on file who may be the same. Of a closed file: whom to ask, and no identity."""

    person: Person
    identity: IdentityData | None
    ask: tuple[str, ...]
    words: str
    same_number: bool = False


def alike(by: Principal, identity: IdentityData, *, without: UUID | None = None) -> list[Match]:
    """People on file who are likely the one with this identity, the likeliest first.

    Only files that `by` finds. Of those that `by` may not open, as many as a search tells of.
    """
    candidates = _candidates(by, identity, without)
    if not candidates:
        return []
    known = identities.open_many(candidates)
    others = {person.pk: traits(known[person.pk]) for person in candidates}
    found = linkage.against(traits(identity), others, least=linkage.LIKELY)
    by_pk = {person.pk: person for person in candidates}
    chosen = [
        (by_pk[each.second], strength(each.weight), _same_number(each.parts["documents"]))
        for each in found
    ]
    weighed = {person.pk for person, _words, _number in chosen}
    numbers = _numbers(identity)
    chosen += [  # a number alone is a reason to ask, whatever else differs
        (person, _("the same number"), True)
        for person in candidates
        if person.pk not in weighed and numbers & _numbers(known[person.pk])
    ]
    return _matches(by, chosen, known)


def same_number(
    by: Principal, identity: IdentityData, *, without: UUID | None = None
) -> list[Match]:
    """People on file with a document of this identity, or a number at another organisation."""
    numbers = _numbers(identity)
    candidates = _candidates(by, identity, without) if numbers else []
    known = identities.open_many(candidates)
    chosen = [
        (person, _("the same number"), True)
        for person in candidates
        if numbers & _numbers(known[person.pk])
    ]
    return _matches(by, chosen, known)


def new_numbers(
    by: Principal, person: Person, known: IdentityData, changed: IdentityData
) -> list[Match]:
    """Other files with a number that this person's file gets now."""
    held = {document.number for document in known.documents}
    new = tuple(each for each in changed.documents if each.number not in held)
    return same_number(by, changed.with_documents(new), without=person.pk)


def _candidates(by: Principal, identity: IdentityData, without: UUID | None) -> list[Person]:
    wanted = Q(pk__in=[])
    phone = normal_phone(identity.phone)
    places = by.organisations(Purpose.FIND.verb)
    for organisation_id, key in identities.organisation_keys(set(places)).items():
        here = Q(organisation_id=organisation_id)
        probe = Person(organisation_id=organisation_id)
        values = [mark.value for mark in identities.marks(probe, identity, key)]
        if values:
            marked = Mark.objects.filter(value__in=values).values("person")
            wanted |= here & Q(pk__in=marked)
        if phone:
            index = key.blind_index(phone, field="phone")
            wanted |= here & Q(identity__phone_index=index)
    rows = queries.people(by, Purpose.FIND).rows.filter(wanted, erased_at=None)
    if without is not None:
        rows = rows.exclude(pk=without)
    return list(rows[:_COMPARED_AT_MOST])


def _matches(
    by: Principal,
    chosen: list[tuple[Person, str, bool]],
    known: dict[UUID, IdentityData],
) -> list[Match]:
    ids = [person.pk for person, _words, _number in chosen]
    mine = queries.people(by).rows.order_by().filter(pk__in=ids)
    opened = set(mine.values_list("pk", flat=True))
    matches: list[Match] = []
    closed = 0
    for person, words, number in chosen:
        if person.pk in opened:
            matches.append(Match(person, known[person.pk], (), words, number))
        elif closed < queries.HELD_LIMIT:
            closed += 1
            ask = tuple(accounts.whom_to_ask(person.organisation_id))
            matches.append(Match(person, None, ask, words, number))
    return matches[:_SHOWN_AT_MOST]


def _numbers(identity: IdentityData) -> set[str]:
    return {normal_document(document.number) for document in identity.documents} - {""}


def _same_number(likeness: Likeness) -> bool:
    return likeness is Likeness.SAME
