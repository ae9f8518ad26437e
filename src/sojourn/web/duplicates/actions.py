"""The only writer of pairs, decisions and links. It touches no file, household or relation."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal, Purpose, reaches
from sojourn.web.audit.actions import record
from sojourn.web.duplicates import linkage, rules
from sojourn.web.duplicates.linkage import Alike
from sojourn.web.duplicates.models import OPEN, ClusterRow, Decision, Link, Pair, PairState
from sojourn.web.people import identities
from sojourn.web.people.likeness import Traits, traits
from sojourn.web.people.models import Person


@transaction.atomic
def keep(
    *,
    found: Iterable[Alike],
    people: Mapping[uuid.UUID, tuple[uuid.UUID, Traits]],
    at: datetime | None = None,
) -> tuple[int, int]:
    """Keeps what a search through all of `people` (their organisation and traits) found.

    How many pairs are new, and how many found to be two people came back because something changed.
    Pairs that nobody decided and that are alike no more are taken away.
    """
    now = at or timezone.now()
    held = {(p.first_id, p.second_id): p for p in Pair.objects.select_for_update()}
    new: list[Pair] = []
    changed: list[Pair] = []
    again = 0
    seen: set[tuple[uuid.UUID, uuid.UUID]] = set()
    for alike in found:
        first, second = sorted((alike.first, alike.second))
        seen.add((first, second))
        fingerprint = _fingerprint(people[first], people[second])
        pair = held.get((first, second))
        if pair is None:
            new.append(_pair(first, second, people[first][0], alike, fingerprint, now))
        elif pair.state != PairState.SAME and bytes(pair.fingerprint) != fingerprint:
            again += pair.state == PairState.DIFFERENT
            pair.state = PairState.WAITING
            pair.weight, pair.parts, pair.fingerprint = alike.weight, alike.parts, fingerprint
            changed.append(pair)
    Pair.objects.bulk_create(new, batch_size=500)
    Pair.objects.bulk_update(changed, ["state", "weight", "parts", "fingerprint"], batch_size=200)
    gone = [
        pair.pk
        for ids, pair in held.items()
        if pair.state == PairState.WAITING
        and pair.weight >= linkage.POSSIBLE  # else somebody put them side by side
        and ids not in seen
        and set(ids) <= people.keys()
    ]
    for start in range(0, len(gone), 500):
        some = Pair.objects.filter(pk__in=gone[start : start + 500])
        some.filter(decisions=None, links=None).delete()
    return len(new), again


@transaction.atomic
def suggest(*, one: Person, other: Person, by: Principal) -> Pair:
    """Puts two files side by side that somebody thinks are one person's; the pair there is, if any.

    Raises ValidationError for one and the same file and for an erased one.
    """
    _check_may(by, one, other)
    if one.pk == other.pk:
        raise ValidationError(_("This is the same file."))
    first, second = sorted((one, other), key=lambda person: person.pk)
    pair = Pair.objects.filter(first=first, second=second).first()
    if pair is not None:
        return pair
    known = identities.open_many([first, second])
    one_traits, other_traits = traits(known[first.pk]), traits(known[second.pk])
    (alike,) = linkage.against(one_traits, {second.pk: other_traits}, least=linkage.ANY)
    fingerprint = _fingerprint(
        (first.organisation_id, one_traits), (second.organisation_id, other_traits)
    )
    pair = _pair(first.pk, second.pk, first.organisation_id, alike, fingerprint, timezone.now())
    pair.save(force_insert=True)
    _record(pair, "suggest_same", by)
    return pair


@transaction.atomic
def decide(*, pair: Pair, decided: PairState, by: Principal) -> None:
    """Decides about a pair: one person links the two files, anything else ends a link.

    Raises PermissionDenied without the right to change both files, ValidationError where one of
    them was erased or nothing is decided.
    """
    pair = Pair.objects.select_for_update().select_related("first", "second").get(pk=pair.pk)
    _check_may(by, pair.first, pair.second)
    if decided == PairState.WAITING:
        raise ValidationError(_("Choose one."))
    now = timezone.now()
    Decision.objects.create(
        pair=pair,
        organisation_id=pair.organisation_id,
        decided=decided,
        weight=pair.weight,
        at=now,
        by_id=by.user_id,
    )
    link = Link.objects.filter(pair=pair, until=None).first()
    if decided == PairState.SAME and link is None:
        Link.objects.create(
            pair=pair,
            first=pair.first,
            second=pair.second,
            organisation_id=pair.organisation_id,
            since=now,
        )
    elif decided != PairState.SAME and link is not None:
        Link.objects.filter(pk=link.pk).update(until=now)
    known = identities.open_many(_with_keys(pair))
    sides = [(each.organisation_id, traits(known[each.pk])) for each in (pair.first, pair.second)]
    pair.state, pair.fingerprint = decided, _fingerprint(*sides)
    pair.save(update_fields=["state", "fingerprint"])
    _follow({pair.first_id, pair.second_id}, now)
    _record(pair, _VERBS[decided], by)


def forget(person: Person) -> None:
    """Ends what is known of an erased person's likeness; the other file stays as it is."""
    now = timezone.now()
    here = Q(first=person) | Q(second=person)
    Link.objects.filter(here, until=None).update(until=now)
    _follow({person.pk}, now)
    Pair.objects.filter(here, decisions=None, links=None).delete()
    Pair.objects.filter(here).update(parts={}, weight=0, fingerprint=b"")
    Pair.objects.filter(here, state__in=OPEN).update(state=PairState.DIFFERENT)
    Decision.objects.filter(Q(pair__first=person) | Q(pair__second=person)).update(weight=0)


_VERBS = {
    PairState.SAME: "link",
    PairState.DIFFERENT: "tell_apart",
    PairState.UNSURE: "leave_open",
}


def _follow(ids: set[uuid.UUID], now: datetime) -> None:
    """Brings the rows of clusters up to date with the links, for all that `ids` are linked to."""
    clusters = ClusterRow.objects.filter(person__in=ids, until=None).values("cluster")
    rows = list(ClusterRow.objects.filter(cluster__in=clusters, until=None))
    people = ids | {row.person_id for row in rows}
    links = Link.objects.filter(first__in=people, second__in=people, until=None)
    before: dict[uuid.UUID, set[uuid.UUID]] = {}
    for row in rows:
        before.setdefault(row.cluster, set()).add(row.person_id)
    groups = rules.joined(people, links.values_list("first_id", "second_id"))
    kept = {cluster for cluster, members in before.items() if frozenset(members) in groups}
    stale = [row.pk for row in rows if row.cluster not in kept]
    ClusterRow.objects.filter(pk__in=stale).update(until=now)
    unchanged = {frozenset(before[cluster]) for cluster in kept}
    organisations = dict(Person.objects.filter(pk__in=people).values_list("pk", "organisation_id"))
    for group in groups:
        if len(group) > 1 and group not in unchanged:
            cluster = uuid.uuid4()
            ClusterRow.objects.bulk_create(
                ClusterRow(
                    cluster=cluster,
                    person_id=member,
                    organisation_id=organisations[member],
                    since=now,
                )
                for member in sorted(group)
            )


def _check_may(by: Principal, one: Person, other: Person) -> None:
    if not all(reaches(by, person, Purpose.CASE_WORK) for person in (one, other)):
        raise PermissionDenied(_("To decide about two files, you have to be able to change both."))
    if one.erased_at is not None or other.erased_at is not None:
        raise ValidationError(_("One of the two was erased: there is nothing left to compare."))


def _with_keys(pair: Pair) -> list[Person]:
    rows = Person.objects.select_related("identity", "key")
    return list(rows.filter(pk__in=[pair.first_id, pair.second_id]))


def _pair(
    first: uuid.UUID,
    second: uuid.UUID,
    organisation_id: uuid.UUID,
    alike: Alike,
    fingerprint: bytes,
    now: datetime,
) -> Pair:
    return Pair(
        first_id=first,
        second_id=second,
        organisation_id=organisation_id,
        weight=alike.weight,
        parts=dict(alike.parts),
        fingerprint=fingerprint,
        found_at=now,
    )


def _fingerprint(one: tuple[uuid.UUID, Traits], other: tuple[uuid.UUID, Traits]) -> bytes:
    """A keyed token of both identities: it changes when what is compared of one of them changes."""
    key = identities.organisation_key(one[0])
    return key.blind_index(f"{one[1]!r}|{other[1]!r}", field="pair")


def _record(pair: Pair, verb: str, by: Principal) -> None:
    """One event for each of the two, so that both lists of who looked and changed have it."""
    for person in (pair.first, pair.second):
        record(
            by=by,
            verb=verb,
            object=pair,
            organisation_id=person.organisation_id,
            person_id=person.pk,
        )
