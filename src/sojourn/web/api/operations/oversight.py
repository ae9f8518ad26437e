"""What is kept longer than was agreed, and what is asked to be erased."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from sojourn.web.accounts.access import Purpose, principal_of, visible
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import schemas
from sojourn.web.api.kit import Sent, as_form, filled, reads, writes
from sojourn.web.audit.actions import note_custody, note_read
from sojourn.web.oversight import actions, queries
from sojourn.web.oversight.forms import KeepForm
from sojourn.web.oversight.models import KeepReason
from sojourn.web.people.models import Person

router = Router(tags=["Data protection"])

_AT_ONCE = 200


class EndingDecision(Sent):
    """`erase` asks a second person to erase the file. `keep` needs a `reason` and a day `until`."""

    do: Literal["erase", "keep"]
    reason: str | None = None
    until: str | None = None


class Carried(Sent):
    do: Literal["erase", "decline"]


class Holder(Sent):
    """Who holds a copy of the newest checkpoint, in words."""

    holder: str = Field(max_length=120)


class KeptLine(Schema):
    """A file whose agreed time is over; `until` was its last day. `waits` for a second person."""

    person: UUID
    number: str
    organisation: UUID
    until: date
    waits: bool
    declined: bool


class KeptFiles(Schema):
    items: list[KeptLine]


class EndingLine(Schema):
    id: UUID
    person: UUID
    number: str
    organisation: UUID
    due_on: date
    asked_by: str
    asked_at: datetime


class Endings(Schema):
    items: list[EndingLine]


@reads(router, "/data-protection/kept", Verb.OVERSEE, KeptFiles)
def list_kept(request: HttpRequest) -> KeptFiles:
    """What is kept longer than was agreed, the longest first; the next come when these are done."""
    by = principal_of(request)
    rows = queries.kept_too_long(by, timezone.localdate())[:_AT_ONCE]
    note_read(request, by=by, purpose=Purpose.OVERSIGHT, shown=[row.person for row in rows])
    return KeptFiles(
        items=[
            KeptLine(
                person=row.person.pk,
                number=row.person.number,
                organisation=row.person.organisation_id,
                until=row.until,
                waits=row.waits,
                declined=row.declined,
            )
            for row in rows
        ]
    )


@writes(router, "/data-protection/kept/{uuid:person_id}", Verb.OVERSEE, schemas.Done)
def decide_kept(request: HttpRequest, person_id: UUID, body: EndingDecision) -> schemas.Done:
    """Keeps one file for a reason until a day, or asks a second person to erase it."""
    by = principal_of(request)
    person = get_object_or_404(
        visible(by, Person.objects.all(), Purpose.OVERSIGHT).rows, pk=person_id
    )
    if body.do == "erase":
        ending = actions.ask_to_erase(person=person, by=by)
    else:
        data = filled(KeepForm(as_form(body)))
        reason = KeepReason(data["reason"])
        ending = actions.keep(person=person, reason=reason, until=data["until"], by=by)
    return schemas.Done(id=str(ending.pk), state=ending.state)


@reads(router, "/data-protection/to-erase", Verb.ERASE, Endings)
def list_endings(request: HttpRequest) -> Endings:
    """What a data protection officer asks to erase, the longest due first."""
    by = principal_of(request)
    found = list(queries.endings(by)[:_AT_ONCE])
    note_read(request, by=by, purpose=Purpose.ERASURE, shown=found)
    return Endings(
        items=[
            EndingLine(
                id=row.pk,
                person=row.person_id,
                number=row.person.number,
                organisation=row.organisation_id,
                due_on=row.due_on,
                asked_by=row.decided_by.name if row.decided_by else "",
                asked_at=row.decided_at,
            )
            for row in found
        ]
    )


@writes(router, "/data-protection/to-erase/{uuid:ending_id}", Verb.ERASE, schemas.Done)
def carry_out_ending(request: HttpRequest, ending_id: UUID, body: Carried) -> schemas.Done:
    """Erases as the second person, with no way back, or declines."""
    by = principal_of(request)
    ending = get_object_or_404(queries.endings(by), pk=ending_id)
    actions.carry_out(ending=ending, erase=body.do == "erase", by=by)
    return schemas.Done(id=str(ending.pk), state="erased" if body.do == "erase" else "declined")


@writes(router, "/audit/custody", Verb.OVERSEE, schemas.Done, status=201)
def note_holder(request: HttpRequest, body: Holder) -> schemas.Done:
    """Notes who holds a copy of the newest checkpoint."""
    row = note_custody(holder=body.holder, by=principal_of(request))
    return schemas.Done(id=str(row.pk), state="noted")
