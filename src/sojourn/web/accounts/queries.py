"""Reads about members, narrowed by `visible`."""

from __future__ import annotations

from django.db.models import QuerySet

from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.accounts.models import Grant, Organisation
from sojourn.web.accounts.roles import Verb


def members(principal: Principal) -> QuerySet[Grant]:
    """Grants in the organisations this principal manages, those in force first."""
    rows = visible(principal, Grant.objects.all(), Purpose.CONFIGURATION).rows
    return rows.select_related("holder", "organisation").order_by("revoked_at", "holder__name")


def managed(principal: Principal) -> QuerySet[Organisation]:
    """The organisations this principal manages."""
    return Organisation.objects.filter(pk__in=principal.organisations(Verb.CONFIGURE))
