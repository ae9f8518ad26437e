"""Invented people who belong together, a paper that is kept away, two files of one person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import Organisation
from sojourn.web.duplicates import actions as duplicates
from sojourn.web.kin import actions as kin
from sojourn.web.kin.actions import Known
from sojourn.web.kin.rules import Direction, GroupKind, RelationKind
from sojourn.web.people import actions as people
from sojourn.web.people import identities
from sojourn.web.people.models import Person
from sojourn.web.people.rules import Document, DocumentKind, DocumentSeen, HeldBy, Names

_NEEDED = 7
_PHONE = "+99900099999"


def bring_together(organisation: Organisation, by: Principal) -> None:
    """A household, a boat, a passport and a likely pair; nothing where few are on file."""
    rows = Person.objects.filter(organisation=organisation).select_related("identity", "key")
    everybody = list(rows.order_by("-registered_at", "number")[:40])
    if len(everybody) < _NEEDED:
        return
    known = identities.open_many(everybody)
    by_age = sorted(everybody, key=lambda person: (known[person.pk].birth_date, person.number))
    mother, worker, other, *rest = by_age
    child, sibling = rest[-1], rest[-2]
    _household(mother, child, sibling, by)
    _boat([mother, child, worker, rest[0]], by)
    papers = Document(
        "DEMO-PASSPORT-1",
        DocumentKind.PASSPORT.value,
        expires=(timezone.localdate() + timedelta(days=200)).isoformat(),
        held_by=HeldBy.EMPLOYER.value,
        seen=DocumentSeen.COPY.value,
    )
    told = replace(
        known[worker.pk],
        names=Names("Demo Yusuf Mahmoud"),
        phone=_PHONE,
        birth_date="1990-05-06",
        documents=(papers,),
    )
    again = replace(
        known[other.pk],
        names=Names("Demo Youssef Mahmud"),
        phone=_PHONE,
        documents=(),
        birth_date="1990-06-05",
    )
    for person, identity in ((worker, told), (other, again)):
        people.correct(person=person, identity=identity, language=person.language, by=by)
    fresh = {person.pk: person for person in rows.filter(pk__in=[worker.pk, other.pk])}
    duplicates.suggest(one=fresh[worker.pk], other=fresh[other.pk], by=by)


def _household(mother: Person, child: Person, sibling: Person, by: Principal) -> None:
    group = kin.make_group(
        kind=GroupKind.HOUSEHOLD,
        first=mother,
        known=Known(since=timezone.localdate() - timedelta(days=60)),
        name="Demo: the room above the bakery",
        place="Demo Harbour Street",
        part="speaks",
        by=by,
    )
    for person in (child, sibling):
        kin.join(group=group, person=person, part="depends", known=Known(), by=by)
        is_child = Direction(RelationKind.PARENT, is_inverse=True)
        kin.relate(person=mother, other=person, is_=is_child, known=Known(), by=by)
    kin.relate(
        person=child,
        other=sibling,
        is_=Direction(RelationKind.SIBLING),
        known=Known(),
        by=by,
    )


def _boat(members: list[Person], by: Principal) -> None:
    first, *others = members
    since = timezone.localdate() - timedelta(days=75)
    group = kin.make_group(
        kind=GroupKind.BOAT,
        first=first,
        known=Known(since=since),
        name="Demo: the blue boat",
        by=by,
    )
    for person in others:
        kin.join(group=group, person=person, part="", known=Known(surety="likely"), by=by)
    kin.relate(
        person=first,
        other=others[-1],
        is_=Direction(RelationKind.TRAVELLED),
        known=Known(since=since, surety="doubted"),
        is_unsafe=True,
        by=by,
    )
