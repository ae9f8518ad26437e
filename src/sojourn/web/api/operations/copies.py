"""Copies of somebody's part that went outside, and getting them back."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from sojourn.web.accounts.access import Purpose, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import schemas
from sojourn.web.api.kit import Sent, as_form, filled, reads, writes
from sojourn.web.audit.actions import note_read
from sojourn.web.exports import copies, queries
from sojourn.web.exports.forms import KeptForm
from sojourn.web.exports.states import CopyAct
from sojourn.web.people import queries as people

router = Router(tags=["Copies elsewhere"])


class CopyLine(Schema):
    """A copy that went outside by name, and what became of it."""

    id: UUID
    recipient: str
    country: str
    purpose: str
    left_at: datetime
    state: str
    changed_at: datetime
    kept_because: str


class Copies(Schema):
    items: list[CopyLine]


class CopyAnswer(Sent):
    """`because` only where they keep it (`note_kept`)."""

    because: str | None = None


@reads(router, "/people/{uuid:person_id}/copies", Verb.READ, Copies)
def list_copies(request: HttpRequest, person_id: UUID) -> Copies:
    """Where copies of somebody's part are, the newest first."""
    by = principal_of(request)
    person = people.person_or_404(by, person_id)
    rows = queries.copies(by, person)
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=[person])
    return Copies(
        items=[
            CopyLine(
                id=row.pk,
                recipient=row.export.recipient,
                country=row.export.country,
                purpose=row.export.purpose,
                left_at=row.left_at,
                state=row.state,
                changed_at=row.changed_at,
                kept_because=row.kept_because,
            )
            for row in rows
        ]
    )


@writes(
    router, "/people/{uuid:person_id}/copies/{uuid:copy_id}/acts/{act}", Verb.WRITE, schemas.Done
)
def act_with_copy(
    request: HttpRequest,
    person_id: UUID,
    copy_id: UUID,
    act: Literal["tell_recipient", "note_deleted", "note_returned", "note_kept"],
    body: CopyAnswer,
) -> schemas.Done:
    """Notes that whoever has a copy was told, or what they did then."""
    by = principal_of(request)
    person = people.person_or_404(by, person_id, Purpose.CASE_WORK)
    copy = queries.copy_or_404(by, person, copy_id)
    wanted = CopyAct(act)
    because = filled(KeptForm(as_form(body)))["because"] if wanted is CopyAct.KEEP else ""
    copies.act(copy=copy, act=wanted, by=by, because=because)
    copy.refresh_from_db(fields=["state"])
    return schemas.Done(id=str(copy.pk), state=copy.state)
