"""Reads about members, narrowed by `visible`."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet
from django.utils import timezone

from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.accounts.models import Grant, Organisation, User
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
