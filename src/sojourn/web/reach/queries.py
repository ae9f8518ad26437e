"""Who can open a file, worked out from grants as the one door does; for callers that reached it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Held, held_of
from sojourn.web.accounts.models import (
    Conflict,
    Grant,
    GrantedCase,
    Interest,
    Organisation,
    Scope,
    User,
)
from sojourn.web.accounts.roles import Verb
from sojourn.web.cases.models import Case
from sojourn.web.consent.queries import agreed_classes


class Why(Enum):
    """By what somebody reaches a file."""

    WHOLE = "whole"
    TEAM = "team"
    PROGRAMME = "programme"
    AREA = "area"
    OWN = "own"
    NAMED = "named"
    EMERGENCY = "emergency"


@dataclass(frozen=True)
class Opener:
    """Somebody who can open a file: in which role, why, and what they see of it today.

    `withheld` are classes of the role that the person did not agree to today.
    """

    name: str
    role: str
    organisation: str
    why: Why
    sees: frozenset[DataClass]
    withheld: frozenset[DataClass]
    writes: bool


def openers(case: Case) -> list[Opener]:
    """Everybody who can open the file today, by organisation, role and name.

    As many queries for many people; one more for each organisation above the one of the case.
    """
    found, users = _held(case)
    agreed = agreed_classes([case.person_id], timezone.localdate()).get(
        case.person_id, frozenset[DataClass]()
    )
    lines = [
        Opener(
            users[user_id].name,
            each.role_name,
            each.organisation_name,
            _why(each),
            each.power.classes & agreed,
            each.power.classes - agreed,
            Verb.WRITE in each.power.verbs,
        )
        for user_id, held in found.items()
        for each in held
    ]
    return sorted(set(lines), key=lambda line: (line.organisation, line.role, line.name))


def reachers(case: Case) -> set[int]:
    """The ids of everybody who can open the file today."""
    return set(_held(case)[0])


def parts(case: Case) -> list[Conflict]:
    """Who works here and is part of the case, by name."""
    rows = Conflict.objects.filter(case_id=case.pk)
    return list(rows.select_related("user", "declared_by").order_by("user__name", "pk"))


def parts_told(case: Case, classes: Collection[DataClass]) -> list[Conflict]:
    """Of those who are said to have done harm or were complained about, only whoever is cleared
    for what concerns others is told. Of somebody who was erased nobody is."""
    if case.person.erased_at is not None:
        return []
    others = {Interest.ALLEGED_ACTOR, Interest.COMPLAINED_ABOUT}
    cleared = DataClass.THIRD_PARTY in classes
    return [each for each in parts(case) if cleared or each.interest not in others]


def part_or_404(case: Case, classes: Collection[DataClass], conflict_id: int) -> Conflict:
    """One of the parts that may be told, of a case the caller was cleared for."""
    told = [each.pk for each in parts_told(case, classes)]
    return get_object_or_404(Conflict.objects.filter(pk__in=told), pk=conflict_id)


def named_or_404(case: Case, row_id: int) -> GrantedCase:
    """One name that a case was opened to, of a case the caller was cleared for."""
    return get_object_or_404(GrantedCase, case_id=case.pk, pk=row_id)


def named(case: Case) -> list[GrantedCase]:
    """To whom the case is open by name, the newest first; what ended stays in the audit."""
    today = timezone.localdate()
    rows = GrantedCase.objects.filter(
        case_id=case.pk, ended_at=None, grant__revoked_at=None
    ).exclude(valid_until__lt=today)
    return list(rows.select_related("grant__holder", "given_by").order_by("-pk"))


def colleagues(case: Case) -> list[User]:
    """Whoever holds a role in the organisation of the case, by name."""
    rows = Grant.objects.filter(organisation=case.organisation_id, revoked_at=None)
    users = User.objects.filter(is_active=True, pk__in=rows.values("holder"))
    return list(users.order_by("name", "pk"))


def candidates(case: Case) -> list[tuple[User, str, str]]:
    """To whom the case could be opened by name: user, role and its name.

    They open files of the organisation already, in a role of their own, and not this one.
    """
    rows = Grant.objects.filter(organisation=case.organisation_id, holder__is_active=True)
    ordinary = held_of(rows.exclude(scope=Scope.NAMED_CASES))
    reached = reachers(case)
    parted = set(Conflict.objects.filter(case_id=case.pk).values_list("user_id", flat=True))
    wanted = {
        (user_id, each.role): each.role_name
        for user_id, held in ordinary.items()
        for each in held
        if Verb.READ in each.power.verbs and not each.opened_for
        if user_id not in reached | parted
    }
    users = User.objects.in_bulk({user_id for user_id, _role in wanted})
    found = [(users[user_id], role, name) for (user_id, role), name in wanted.items()]
    return sorted(found, key=lambda each: (each[0].name, each[2]))


def _held(case: Case) -> tuple[dict[int, list[Held]], dict[int, User]]:
    """What reaches the case, by user; whoever is part of it has nothing."""
    rows = Grant.objects.filter(
        Q(organisation=case.organisation_id)
        | Q(organisation__in=_above(case.organisation), scope=Scope.BRANCHES),
        holder__is_active=True,
    )
    away = set(Conflict.objects.filter(case_id=case.pk).values_list("user_id", flat=True))
    found = {
        user_id: [each for each in held if _opens(each, user_id, case)]
        for user_id, held in held_of(rows).items()
        if user_id not in away
    }
    found = {user_id: held for user_id, held in found.items() if held}
    return found, User.objects.in_bulk(found)


def _opens(held: Held, user_id: int, case: Case) -> bool:
    return Verb.READ in held.power.verbs and held.covers(user_id, case)


def _above(organisation: Organisation) -> list[object]:
    found: list[object] = []
    here = organisation.parent
    while here is not None and here.pk not in found:
        found.append(here.pk)
        here = here.parent
    return found


def _why(held: Held) -> Why:
    if held.opened_for:
        return Why.EMERGENCY
    narrow = {
        Scope.TEAM: Why.TEAM,
        Scope.PROGRAMME: Why.PROGRAMME,
        Scope.AREA: Why.AREA,
        Scope.OWN_CASES: Why.OWN,
        Scope.NAMED_CASES: Why.NAMED,
    }
    return narrow.get(held.scope, Why.WHOLE)


@dataclass(frozen=True)
class Group:
    """Openers alike, without their names: for the person's own sheet."""

    role: str
    organisation: str
    why: Why
    sees: frozenset[DataClass]
    count: int


def grouped(lines: Iterable[Opener]) -> list[Group]:
    """Openers counted by role, organisation, reason and what they see."""
    counts: dict[tuple[str, str, Why, frozenset[DataClass]], set[str]] = {}
    for line in lines:
        key = (line.role, line.organisation, line.why, line.sees)
        counts.setdefault(key, set()).add(line.name)
    return [Group(*key, len(names)) for key, names in counts.items()]
