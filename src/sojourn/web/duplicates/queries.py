"""Reads of pairs and links, narrowed by `visible`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.duplicates.models import OPEN, ClusterRow, Decision, Pair
from sojourn.web.people import identities, queries
from sojourn.web.people.models import Person
from sojourn.web.people.rules import IdentityData


def pairs(principal: Principal, purpose: Purpose = Purpose.CASE_WORK) -> QuerySet[Pair]:
    """The pairs of which this principal reaches both files."""
    return visible(principal, Pair.objects.all(), purpose).rows


def waiting(principal: Principal) -> QuerySet[Pair]:
    """Pairs to decide about, the likeliest first, with what naming their people takes."""
    rows = pairs(principal).filter(state__in=OPEN, first__erased_at=None, second__erased_at=None)
    named = [f"{side}__{part}" for side in ("first", "second") for part in ("identity", "key")]
    return rows.select_related(*named).order_by("-weight", "pk")


def pair_or_404(principal: Principal, pair_id: uuid.UUID) -> Pair:
    """One pair to decide about; Http404 where one of the files is not reached."""
    rows = pairs(principal).filter(first__erased_at=None, second__erased_at=None)
    sides = ("first", "second")
    named = [f"{side}__{part}" for side in sides for part in ("identity", "key", "organisation")]
    return get_object_or_404(rows.select_related(*named), pk=pair_id)


def decisions(pair: Pair) -> list[Decision]:
    """What was decided about a pair the caller was cleared for, latest first."""
    return list(pair.decisions.select_related("by").order_by("-at", "-pk"))


@dataclass(frozen=True)
class Other:
    """Another file of the same person; without identity where one may not open it."""

    person: Person
    identity: IdentityData | None
    pair: Pair | None


def others(principal: Principal, person: Person) -> list[Other]:
    """The other files of a person the caller was cleared for. None that one does not even find."""
    clusters = ClusterRow.objects.filter(person=person, until=None).values("cluster")
    rows = ClusterRow.objects.filter(cluster__in=clusters, until=None).exclude(person=person)
    ids = list(rows.values_list("person_id", flat=True))
    if not ids:
        return []
    found = list(queries.people(principal, Purpose.FIND).rows.filter(pk__in=ids))
    mine = queries.people(principal).rows.order_by().filter(pk__in=ids)
    opened = set(mine.values_list("pk", flat=True))
    known = identities.open_many([each for each in found if each.pk in opened])
    between = pairs(principal).filter(first__in=[person.pk, *ids], second__in=[person.pk, *ids])
    by_other = {
        pair.second_id if pair.first_id == person.pk else pair.first_id: pair
        for pair in between
        if person.pk in (pair.first_id, pair.second_id)
    }
    return [Other(each, known.get(each.pk), by_other.get(each.pk)) for each in found]
