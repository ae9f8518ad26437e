"""Reads about members, narrowed by `visible`."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils import timezone

from sojourn.web.accounts import own_roles
from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.accounts.models import (
    Grant,
    Invitation,
    Organisation,
    Programme,
    Scope,
    Team,
    User,
)
from sojourn.web.accounts.roles import Role, Verb


def members(principal: Principal) -> QuerySet[Grant]:
    """Grants in the organisations this principal manages, those in force first."""
    rows = visible(principal, Grant.objects.all(), Purpose.CONFIGURATION).rows
    return rows.select_related("holder", "organisation", "team", "programme").order_by(
        "revoked_at", "holder__name"
    )


def managed(principal: Principal) -> QuerySet[Organisation]:
    """The organisations this principal manages."""
    return Organisation.objects.filter(pk__in=principal.organisations(Verb.CONFIGURE))


def teams(principal: Principal) -> QuerySet[Team]:
    """The teams of the organisations this principal manages, by name."""
    rows = visible(principal, Team.objects.all(), Purpose.CONFIGURATION).rows
    return rows.select_related("organisation").order_by("organisation__name", "name")


def programmes(principal: Principal) -> QuerySet[Programme]:
    """The programmes of the organisations this principal manages, those in use first, by name."""
    rows = visible(principal, Programme.objects.all(), Purpose.CONFIGURATION).rows
    return rows.select_related("organisation").order_by("organisation__name", "-is_used", "name")


def in_teams(found: Iterable[Team]) -> dict[int, list[User]]:
    """Who holds a role for each of these teams today, by name."""
    today = timezone.localdate()
    grants = (
        Grant.objects.filter(team__in=found, revoked_at=None, valid_from__lte=today)
        .exclude(valid_until__lt=today)
        .select_related("holder")
        .order_by("holder__name")
    )
    members: dict[int, list[User]] = {team.pk: [] for team in found}
    for grant in grants:
        if grant.team_id is not None and grant.holder not in members[grant.team_id]:
            members[grant.team_id].append(grant.holder)
    return members


def helpers(organisation_id: uuid.UUID) -> QuerySet[User]:
    """Who works on cases of an organisation today, by name."""
    return helpers_of([organisation_id])


def helpers_of(organisations: Collection[uuid.UUID]) -> QuerySet[User]:
    """Who works on cases of any of these organisations today, by name."""
    today = timezone.localdate()
    writing = own_roles.codes_with(Verb.WRITE, organisations)
    roles = [Q(organisation_id=pk, role__in=codes) for pk, codes in writing.items()]
    grants = Grant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=today),
        reduce(or_, roles, Q(pk__in=[])),
        revoked_at=None,
        valid_from__lte=today,
    )
    return User.objects.filter(is_active=True, pk__in=grants.values("holder")).order_by("name")


def invitations(principal: Principal) -> QuerySet[Invitation]:
    """Invitations to the organisations this principal manages, the newest first."""
    rows = visible(principal, Invitation.objects.all(), Purpose.CONFIGURATION).rows
    return rows.select_related("organisation", "invited_by").order_by("-invited_at")


def accounts(principal: Principal) -> QuerySet[User]:
    """Whoever holds or held a role in an organisation this principal manages."""
    return User.objects.filter(pk__in=members(principal).values("holder")).order_by("name")


def home_of(user: User) -> uuid.UUID | None:
    """The organisation whose overseer reads what happens to an account: the first one."""
    return workplaces(user).first()


def workplaces(user: User) -> QuerySet[Grant, uuid.UUID]:
    """The organisations of a user's open grants, in the order in which they were given."""
    grants = Grant.objects.filter(holder=user, revoked_at=None).order_by("pk")
    return grants.values_list("organisation_id", flat=True)


def administrators(organisation: Organisation) -> QuerySet[User]:
    """Who can sign in and manages this organisation today, be it from one above it."""
    today, above, here = timezone.localdate(), [], organisation.parent
    while here is not None and here.pk not in above:
        above.append(here.pk)
        here = here.parent
    grants = (
        Grant.objects.filter(role=Role.ADMINISTRATOR, revoked_at=None, valid_from__lte=today)
        .filter(Q(organisation=organisation) | Q(organisation__in=above, scope=Scope.BRANCHES))
        .exclude(valid_until__lt=today)
    )
    return User.objects.filter(is_active=True, pk__in=grants.values("holder"))


def administered_by(user: User) -> QuerySet[Organisation]:
    """The organisations in which a user holds the role of an administrator."""
    grants = Grant.objects.filter(holder=user, role=Role.ADMINISTRATOR, revoked_at=None)
    return Organisation.objects.filter(pk__in=grants.values("organisation"))


def whom_to_ask(organisation_id: uuid.UUID) -> list[str]:
    """Who may open every file of an organisation: supervisors, else protection officers."""
    today = timezone.localdate()
    for role in (Role.SUPERVISOR, Role.PROTECTION_OFFICER):
        grants = (
            Grant.objects.filter(organisation=organisation_id, role=role, revoked_at=None)
            .filter(valid_from__lte=today)
            .exclude(valid_until__lt=today)
            .filter(scope__in=(Scope.ORGANISATION, Scope.BRANCHES))
        )
        users = User.objects.filter(is_active=True, pk__in=grants.values("holder"))
        names = list(users.order_by("name").values_list("name", flat=True)[:3])
        if names:
            return names
    return []
