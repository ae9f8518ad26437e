"""Reads of exports: each sees their own, and nobody else's."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.exports.models import Export


def mine(principal: Principal) -> QuerySet[Export]:
    """What this principal can still download, the newest first."""
    return _own(principal).filter(ended_at=None, ends_at__gt=timezone.now())


def mine_or_404(principal: Principal, export_id: uuid.UUID) -> Export:
    """One of them; Http404 for what has ended and for what somebody else asked for."""
    return get_object_or_404(mine(principal), pk=export_id)


def _own(principal: Principal) -> QuerySet[Export]:
    rows = Export.objects.filter(asked_by_id=principal.user_id).exclude(asked_by=None)
    reached = visible(principal, rows, Purpose.EXPORT).rows
    return reached.select_related("organisation").order_by("-asked_at")
