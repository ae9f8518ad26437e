"""Reads of planned contacts, for callers that reached the case, or narrowed by `visible`."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.shortcuts import get_object_or_404
from django.utils.translation import ngettext

from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.cases.models import Case
from sojourn.web.cases.rules import How
from sojourn.web.followup import rules
from sojourn.web.followup.models import Contact, ContactWish, Schedule
from sojourn.web.followup.states import ContactState, Kind
from sojourn.web.programmes.gates import Setting

_SOON = timedelta(days=7)


def contacts(case: Case) -> list[Contact]:
    """The contacts of a case the caller was cleared for, by their day."""
    rows = Contact.objects.filter(case=case).exclude(state=ContactState.DROPPED)
    return list(rows.select_related("ended_by").order_by("due", "made_at"))


def contact_or_404(case: Case, contact_id: uuid.UUID) -> Contact:
    """One contact of a case the caller was cleared for."""
    rows = Contact.objects.filter(case=case).select_related("person__key", "case")
    return get_object_or_404(rows, pk=contact_id)


def wish_of(case: Case) -> ContactWish | None:
    """How the person may be reached; None where nobody has written it down."""
    return ContactWish.objects.filter(case=case).first()


def days_of(organisation_id: uuid.UUID, kind: Kind) -> list[int]:
    """After how many days an organisation makes contact."""
    row = Schedule.objects.filter(organisation=organisation_id, kind=kind).first()
    return list(row.days if row is not None else rules.USUAL.get(kind, ()))


def lacks_contacts(case: Case, setting: Setting, how: How | None) -> str:
    """For the gates of programmes: contacts after a return or a closure that are still to do."""
    del setting, how
    rows = Contact.objects.filter(
        case=case, kind__in=(Kind.RETURN, Kind.CLOSURE), state=ContactState.PLANNED
    )
    n = rows.count()
    if not n:
        return ""
    return ngettext(
        "%(n)s planned contact is neither made nor done without",
        "%(n)s planned contacts are neither made nor done without",
        n,
    ) % {"n": n}


def after_return_open(case: Case) -> int:
    """How many contacts after a return are neither made nor done without."""
    return Contact.objects.filter(case=case, kind=Kind.RETURN, state=ContactState.PLANNED).count()


def due_of(principal: Principal, today: date, limit: int) -> list[Contact]:
    """Contacts to be made within a week in this principal's own cases, the most overdue first."""
    if principal.user_id is None:
        return []
    rows = Contact.objects.filter(
        case__worker_id=principal.user_id,
        state=ContactState.PLANNED,
        due__lte=today + _SOON,
        person__erased_at=None,
    )
    shown = visible(principal, rows, Purpose.SUPPORT).rows
    linked = ("person__identity", "person__key", "case__contact_wish")
    return list(shown.select_related(*linked).order_by("due", "id")[:limit])


def led(principal: Principal) -> list[Organisation]:
    """The organisations whose schedule this principal sets, by name."""
    rows = Organisation.objects.filter(pk__in=principal.organisations(Verb.APPROVE))
    return list(rows.order_by("name"))
