"""Planned contacts of a case, and how the person wants to be reached."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Purpose, principal_of
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import schemas
from sojourn.web.api.kit import Sent, as_form, filled, reads, withheld, writes
from sojourn.web.api.operations.cases import tellable
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import queries as cases
from sojourn.web.followup import actions, queries
from sojourn.web.followup.forms import FORMS, DueForm, ScheduleForm, SinceForm, WishForm
from sojourn.web.followup.states import ContactAct, ContactState, Kind
from sojourn.web.people import words

router = Router(tags=["Follow-up"])


class NewContacts(Sent):
    """Either the day of a single contact, or the day of a return, after which several follow."""

    due: date | None = None
    after_return: date | None = None


class ContactEnd(Sent):
    """What came of a contact (`finish`), or `because` it is not made (`waive`)."""

    outcome: str | None = None
    way: str | None = None
    because: str | None = None
    words: str | None = None
    again_on: date | None = None


class WishSent(Sent):
    not_at_all: bool = False
    never: list[str] = []
    words: str = ""


class ScheduleSent(Sent):
    """After how many days contact is made. A list that is left out stays; an empty one is none."""

    phase: list[int] | None = None
    closure: list[int] | None = None
    returned: list[int] | None = None


class ContactLine(Schema):
    """A planned contact. `words` is None where they are not shown."""

    id: UUID
    kind: str
    due: date
    state: str
    is_overdue: bool
    outcome: str
    way: str
    waived_because: str
    words: str | None
    ended_at: datetime | None
    ended_by: str


class ContactWish(Schema):
    """How the person may not be reached. `words` is None where they are not shown."""

    not_at_all: bool
    never: list[str]
    words: str | None


class Contacts(Schema):
    """`wish` is None where nobody has asked yet."""

    items: list[ContactLine]
    wish: ContactWish | None
    withheld: list[str]


class Planned(Schema):
    ids: list[UUID]


class ContactSchedule(Schema):
    """After how many days an organisation makes contact: when a plan was carried out, a case was
    closed, a person returned."""

    organisation: UUID
    phase: list[int]
    closure: list[int]
    returned: list[int]


class ContactSchedules(Schema):
    items: list[ContactSchedule]


@reads(router, "/contact-schedules", Verb.APPROVE, ContactSchedules)
def list_contact_schedules(request: HttpRequest) -> ContactSchedules:
    """After how many days contact is made, for each organisation one leads."""
    by = principal_of(request)
    return ContactSchedules(items=[_schedule(each) for each in queries.led(by)])


@writes(
    router,
    "/contact-schedules/{uuid:organisation_id}",
    Verb.APPROVE,
    ContactSchedule,
    method="PUT",
)
def set_contact_schedule(
    request: HttpRequest, organisation_id: UUID, body: ScheduleSent
) -> ContactSchedule:
    """Sets after how many days contact is made from now on. What is planned stays."""
    by = principal_of(request)
    led = {each.pk: each for each in queries.led(by)}
    if organisation_id not in led:
        raise Http404
    organisation = led[organisation_id]
    sent = body.model_dump(exclude_none=True)
    data = filled(ScheduleForm({name: ", ".join(map(str, sent[name])) for name in sent}))
    with transaction.atomic():
        for name, kind in ScheduleForm.KINDS.items():
            if name in sent:
                actions.set_schedule(organisation=organisation, kind=kind, days=data[name], by=by)
    return _schedule(organisation)


def _schedule(organisation: Organisation) -> ContactSchedule:
    days = {
        name: queries.days_of(organisation.pk, kind) for name, kind in ScheduleForm.KINDS.items()
    }
    return ContactSchedule(organisation=organisation.pk, **days)


@reads(router, "/cases/{uuid:case_id}/contacts", Verb.READ, Contacts)
def list_contacts(request: HttpRequest, case_id: UUID) -> Contacts:
    """What is planned, what came of it, and how the person wants to be reached."""
    by, today = principal_of(request), timezone.localdate()
    case, door = cases.case_or_404(by, case_id)
    classes = cases.shown_classes(door, [case])[case.pk]
    rows = queries.contacts(case)
    note_read(
        request, by=by, purpose=Purpose.SUPPORT, shown=[case], case_id=case.pk, classes=classes
    )
    key, wish = words.key_for(case.person), queries.wish_of(case)
    # What makes contact safe is shown without consent, too: nobody is to endanger the person.
    told, place = DataClass.CASE_WORK in classes, DataClass.CONTACT_PLACE in door.classes(case)
    return Contacts(
        items=[
            ContactLine(
                id=row.pk,
                kind=row.kind,
                due=row.due,
                state=row.state,
                is_overdue=row.state == ContactState.PLANNED and row.due < today,
                outcome=row.outcome,
                way=row.way,
                waived_because=row.waived_because,
                words=words.opened(row, "words", key) if told else None,
                ended_at=row.ended_at,
                ended_by=row.ended_by.name if row.ended_by else "",
            )
            for row in rows
        ],
        wish=ContactWish(
            not_at_all=wish.not_at_all,
            never=wish.never,
            words=words.opened(wish, "words", key) if place else None,
        )
        if wish is not None
        else None,
        withheld=withheld(classes, tellable(door.classes(case))),
    )


@writes(router, "/cases/{uuid:case_id}/contacts", Verb.WRITE, Planned, status=201)
def plan_contacts(request: HttpRequest, case_id: UUID, body: NewContacts) -> Planned:
    """Plans a single contact, or those that follow a return."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    if (body.due is None) == (body.after_return is None):
        raise ValidationError(_("Send one day: `due` or `after_return`."))
    if body.due is not None:
        due = filled(DueForm({"due": body.due}))["due"]
        return Planned(ids=[actions.add(case=case, due=due, by=by).pk])
    since = filled(SinceForm({"since": body.after_return}))["since"]
    made = actions.plan(case=case, kind=Kind.RETURN, since=since, by=by)
    return Planned(ids=[row.pk for row in made])


@writes(
    router,
    "/cases/{uuid:case_id}/contacts/{uuid:contact_id}/acts/{act}",
    Verb.WRITE,
    schemas.Done,
)
def act_with_contact(
    request: HttpRequest,
    case_id: UUID,
    contact_id: UUID,
    act: Literal["finish", "waive"],
    body: ContactEnd,
) -> schemas.Done:
    """Writes down what came of a contact, or why it is not made."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    row = queries.contact_or_404(case, contact_id)
    wanted = ContactAct(act)
    form = FORMS[wanted](as_form(body))
    filled(form)
    do = {ContactAct.FINISH: actions.finish, ContactAct.WAIVE: actions.waive}[wanted]
    do(contact=row, end=form.end(), by=by)
    return schemas.Done(id=str(row.pk), state=row.state)


@writes(router, "/cases/{uuid:case_id}/contact-wish", Verb.WRITE, schemas.Done, method="PUT")
def set_contact_wish(request: HttpRequest, case_id: UUID, body: WishSent) -> schemas.Done:
    """Writes down how the person may be reached. Planned contacts stay, for somebody to decide."""
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    if DataClass.CONTACT_PLACE not in door.classes(case):
        raise Http404
    data = filled(WishForm(as_form(body)))
    row = actions.set_wish(
        case=case,
        never=data["never"],
        not_at_all=data["not_at_all"],
        text=data["words"],
        by=by,
    )
    return schemas.Done(id=str(row.pk))
