"""Reads of imports: each sees their own."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.imports.models import Import


def mine(principal: Principal) -> QuerySet[Import]:
    """The tables that this principal brought, the newest first."""
    rows = Import.objects.filter(made_by_id=principal.user_id).exclude(made_by=None)
    reached = visible(principal, rows, Purpose.CASE_WORK).rows
    return reached.select_related("organisation").order_by("-made_at")


def mine_or_404(principal: Principal, import_id: uuid.UUID) -> Import:
    """One of them."""
    return get_object_or_404(mine(principal), pk=import_id)
