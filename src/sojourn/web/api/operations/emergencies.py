"""Files opened in an emergency, and the looks at it afterwards."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router

from sojourn.web.accounts.access import principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import paging, schemas
from sojourn.web.api.kit import Sent, as_form, filled, reads, writes
from sojourn.web.audit.actions import note_read
from sojourn.web.glass import actions, queries
from sojourn.web.glass.forms import LookForm, OpenForm
from sojourn.web.glass.models import Opening, Part, Reason, Verdict

router = Router(tags=["Emergencies"])


class Why(Sent):
    reason: str
    words: str


class Look(Sent):
    verdict: str


@writes(router, "/people/{uuid:person_id}/emergency", Verb.FIND, schemas.Done, status=201)
def open_in_emergency(request: HttpRequest, person_id: UUID, body: Why) -> schemas.Done:
    """Opens a file that is closed to one, for a short time and for reading. Others look at it."""
    by = principal_of(request)
    case = queries.closed_case_or_404(by, person_id)
    data = filled(OpenForm(as_form(body)))
    opening = actions.open_file(
        case=case, reason=Reason(data["reason"]), words=data["words"], by=by
    )
    return schemas.Done(id=str(opening.pk), state="open")


@writes(router, "/people/{uuid:person_id}/emergency/close", Verb.FIND, schemas.Done)
def close_emergency(request: HttpRequest, person_id: UUID) -> schemas.Done:
    """Closes a file that one opened oneself, before its time is over."""
    by = principal_of(request)
    case = queries.closed_case_or_404(by, person_id)
    found = queries.own_open(by, case)
    if not found:
        raise Http404
    for opening in found:
        actions.end(opening=opening, by=by)
    return schemas.Done(id=str(found[0].pk), state="closed")


@reads(router, "/emergencies/supervision", Verb.SUPERVISE, schemas.Page[schemas.Opening])
def list_supervised(request: HttpRequest, after: str = "") -> schemas.Page[schemas.Opening]:
    """What was opened of the files that a supervisor answers for, newest first."""
    return _list(request, Part.SUPERVISION, after)


@reads(router, "/emergencies/oversight", Verb.OVERSEE, schemas.Page[schemas.Opening])
def list_overseen(request: HttpRequest, after: str = "") -> schemas.Page[schemas.Opening]:
    """What was opened in the organisations whose data protection one looks after, newest first."""
    return _list(request, Part.DATA_PROTECTION, after)


@writes(router, "/emergencies/supervision/{uuid:opening_id}", Verb.SUPERVISE, schemas.Done)
def look_as_supervisor(request: HttpRequest, opening_id: UUID, body: Look) -> schemas.Done:
    """Marks an opening as looked at by a supervisor. Nobody marks their own."""
    return _look(request, opening_id, Part.SUPERVISION, body)


@writes(router, "/emergencies/oversight/{uuid:opening_id}", Verb.OVERSEE, schemas.Done)
def look_as_overseer(request: HttpRequest, opening_id: UUID, body: Look) -> schemas.Done:
    """Marks an opening as looked at by a data protection officer."""
    return _look(request, opening_id, Part.DATA_PROTECTION, body)


def _list(request: HttpRequest, part: Part, after: str) -> schemas.Page[schemas.Opening]:
    by = principal_of(request)
    rows = queries.openings(by, part)
    shown, following = paging.page(rows, ("-opened_at", "id"), after)
    note_read(request, by=by, purpose=queries.PURPOSES[part], shown=shown)
    words, now = queries.words_of(shown), timezone.now()
    return schemas.Page[schemas.Opening](
        items=[
            schemas.Opening(
                id=row.pk,
                person=row.person_id,
                case=row.case_id,
                organisation=row.organisation_id,
                opened_at=row.opened_at,
                opened_by=row.opened_by.name if row.opened_by else "",
                reason=row.reason,
                words=words[row.pk],
                waits=not any(look.part == part for look in row.looks.all()),
                lasts=row.short is not None and row.short.ends_at > now,
            )
            for row in shown
        ],
        next=following,
    )


def _look(request: HttpRequest, opening_id: UUID, part: Part, body: Look) -> schemas.Done:
    by = principal_of(request)
    opening: Opening = get_object_or_404(queries.openings(by, part), pk=opening_id)
    verdict = Verdict(filled(LookForm(as_form(body)))["verdict"])
    actions.look(opening=opening, part=part, verdict=verdict, by=by)
    return schemas.Done(id=str(opening.pk), state=verdict.value)
