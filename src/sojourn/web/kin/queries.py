"""Reads of relations and groups. What they tell of other people is narrowed by `visible`."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.kin.models import Group, Membership, Relation
from sojourn.web.people import identities, queries
from sojourn.web.people.models import Person
from sojourn.web.people.rules import IdentityData


@dataclass(frozen=True)
class Somebody:
    """A person as a page may show them; without identity where the file is closed to the reader."""

    person: Person
    identity: IdentityData | None

    @property
    def is_open(self) -> bool:
        return self.identity is not None


def somebodies(principal: Principal, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Somebody]:
    """People as the principal may see them; those whom they do not even find are left out."""
    if not ids:
        return {}
    found = list(queries.people(principal, Purpose.FIND).rows.order_by().filter(pk__in=ids))
    mine = queries.people(principal).rows.order_by().filter(pk__in=ids)
    opened = set(mine.values_list("pk", flat=True))
    known = identities.open_many([each for each in found if each.pk in opened])
    return {each.pk: Somebody(each, known.get(each.pk)) for each in found}


def may_see(principal: Principal, person: Person) -> bool:
    """Whether the principal may know who belongs to a person whose file they reach."""
    return DataClass.THIRD_PARTY in queries.people(principal).classes(person)


def relations(person: Person) -> list[Relation]:
    """The relations of a person the caller was cleared for, past ones included, newest first."""
    rows = Relation.objects.filter(Q(person=person) | Q(other=person))
    return list(rows.order_by("ended", "-made_at", "pk"))


def relation_or_404(person: Person, relation_id: uuid.UUID) -> Relation:
    """One relation of a person the caller was cleared for."""
    rows = Relation.objects.filter(Q(person=person) | Q(other=person))
    return get_object_or_404(rows.select_related("person", "other"), pk=relation_id)


def memberships(person: Person) -> list[Membership]:
    """To which groups a person the caller was cleared for belongs or belonged."""
    rows = Membership.objects.filter(person=person).select_related("group")
    return list(rows.order_by("ended", "-made_at", "pk"))


def groups(principal: Principal, purpose: Purpose = Purpose.SUPPORT) -> QuerySet[Group]:
    """The groups of which the principal reaches at least one member, newest first.

    A group with a member whose case the principal is part of is not there for them at all.
    """
    return visible(principal, Group.objects.order_by("-made_at", "pk"), purpose).rows


def group_or_404(
    principal: Principal, group_id: uuid.UUID, purpose: Purpose = Purpose.SUPPORT
) -> Group:
    """One group; Http404 where it is not reached."""
    return get_object_or_404(groups(principal, purpose), pk=group_id)


def members(group: Group) -> list[Membership]:
    """Who belongs or belonged to a group the caller was cleared for."""
    return list(Membership.objects.filter(group=group).order_by("ended", "made_at", "pk"))


def membership_or_404(principal: Principal, group: Group, membership_id: uuid.UUID) -> Membership:
    """One membership of a person whose file the principal may change."""
    rows = Membership.objects.filter(group=group).select_related("person")
    return get_object_or_404(visible(principal, rows, Purpose.CASE_WORK).rows, pk=membership_id)


def between(people: Collection[uuid.UUID]) -> list[Relation]:
    """The relations that hold among some people."""
    rows = Relation.objects.filter(person__in=people, other__in=people, ended="")
    return list(rows.order_by("made_at", "pk"))
