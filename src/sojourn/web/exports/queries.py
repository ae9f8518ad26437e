"""Reads of exports, of which each sees their own, and of copies that went out with them."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.exports.models import Copy, Export
from sojourn.web.exports.states import OPEN, CopyState
from sojourn.web.people.models import Person


def mine(principal: Principal) -> QuerySet[Export]:
    """What this principal can still download, the newest first."""
    return _own(principal).filter(ended_at=None, ends_at__gt=timezone.now())


def mine_or_404(principal: Principal, export_id: uuid.UUID) -> Export:
    """One of them; Http404 for what has ended and for what somebody else asked for."""
    return get_object_or_404(mine(principal), pk=export_id)


def copies(principal: Principal, person: Person) -> list[Copy]:
    """The copies of somebody's part that went outside, the newest first."""
    rows = visible(principal, Copy.objects.filter(person=person), Purpose.SUPPORT).rows
    return list(rows.select_related("export", "changed_by").order_by("-left_at", "pk"))


def copy_or_404(principal: Principal, person: Person, copy_id: uuid.UUID) -> Copy:
    """One of them, of a person whose file the principal may change."""
    rows = Copy.objects.filter(person=person).select_related("export", "case")
    return get_object_or_404(visible(principal, rows, Purpose.CASE_WORK).rows, pk=copy_id)


def still_to_tell(person: Person) -> int:
    """How many copies have to come back of which nobody was told yet, of a person the caller was
    cleared for."""
    return Copy.objects.filter(person=person, state=CopyState.RECALLED).count()


def to_tell(principal: Principal, limit: int) -> list[Copy]:
    """Copies from this principal's own cases that have to come back, and nobody was told yet."""
    if principal.user_id is None:
        return []
    rows = Copy.objects.filter(case__worker_id=principal.user_id, state=CopyState.RECALLED)
    shown = visible(principal, rows, Purpose.SUPPORT).rows
    linked = ("person__identity", "person__key", "export")
    return list(shown.select_related(*linked).order_by("changed_at", "pk")[:limit])


def coming_back(principal: Principal) -> QuerySet[Copy]:
    """Copies that have to come back, for whoever oversees; numbers of files, the oldest first."""
    rows = Copy.objects.filter(state__in=OPEN).select_related("person", "organisation", "export")
    return visible(principal, rows, Purpose.OVERSIGHT).rows.order_by("changed_at", "pk")


def _own(principal: Principal) -> QuerySet[Export]:
    rows = Export.objects.filter(asked_by_id=principal.user_id).exclude(asked_by=None)
    reached = visible(principal, rows, Purpose.EXPORT).rows
    return reached.select_related("organisation").order_by("-asked_at")
