"""Finding a ticket, and whether it still counts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import Enum

from django.shortcuts import get_object_or_404
from django.utils import timezone

from sojourn.web.accounts.access import Principal, Purpose, principal_for, visible
from sojourn.web.cases.models import Case
from sojourn.web.field.models import Ticket
from sojourn.web.field.tickets import digest_of
from sojourn.web.walls.standing import system


class TicketState(Enum):
    """Whether a token opens anything."""

    VALID = "valid"
    UNKNOWN = "unknown"
    ENDED = "ended"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True)
class Presented:
    """A token as presented: its ticket and who stands behind it, where it is valid."""

    state: TicketState
    ticket: Ticket | None = None
    by: Principal | None = None


def present(token: str) -> Presented:
    """Looks a token up. It counts only as long as its user may still change the case."""
    with system("a form's ticket"):  # it says who asks; nobody is known before
        return _present(token)


def _present(token: str) -> Presented:
    ticket = (
        Ticket.objects.filter(token_digest=digest_of(token))
        .select_related("user", "case", "case__person", "case__person__key")
        .first()
    )
    if ticket is None:
        return Presented(TicketState.UNKNOWN)
    if ticket.expires_at <= timezone.now():
        return Presented(TicketState.ENDED)
    by = principal_for(ticket.user)
    reachable = visible(by, Case.objects.filter(pk=ticket.case_id), Purpose.CASE_WORK).rows
    if not ticket.user.is_active or not reachable.exists():
        return Presented(TicketState.NOT_ALLOWED)
    return Presented(TicketState.VALID, ticket, by)


def own_ticket_or_404(by: Principal, case: Case, ticket_id: uuid.UUID) -> Ticket:
    """A ticket of one's own for a case; Http404 for another one's or one that has ended."""
    rows = visible(by, Ticket.objects.all(), Purpose.CASE_WORK).rows
    return get_object_or_404(
        rows, pk=ticket_id, case=case, user_id=by.user_id, expires_at__gt=timezone.now()
    )
