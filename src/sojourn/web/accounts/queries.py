"""Reads about members, narrowed by `visible`."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet
from django.utils import timezone

from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.accounts.models import Grant, Invitation, Organisation, Scope, User
from sojourn.web.accounts.roles import POWERS, Role, Verb


def members(principal: Principal) -> QuerySet[Grant]:
    """Grants in the organisations this principal manages, those in force first."""
    rows = visible(principal, Grant.objects.all(), Purpose.CONFIGURATION).rows
    return rows.select_related("holder", "organisation").order_by("revoked_at", "holder__name")


def managed(principal: Principal) -> QuerySet[Organisation]:
    """The organisations this principal manages."""
    return Organisation.objects.filter(pk__in=principal.organisations(Verb.CONFIGURE))


def helpers(organisation_id: uuid.UUID) -> QuerySet[User]:
    """Who works on cases of an organisation today, by name."""
    today = timezone.localdate()
    roles = [role for role in Role if Verb.WRITE in POWERS[role].verbs]
    grants = Grant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=today),
        organisation_id=organisation_id,
        role__in=roles,
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
