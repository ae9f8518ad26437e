"""What was done to somebody, as it was told, and who is said to have done it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router, Schema

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import schemas
from sojourn.web.api.kit import Sent, as_form, base_version, filled, reads, withheld, writes
from sojourn.web.api.operations.cases import merged_or_409, tellable
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import queries as cases
from sojourn.web.cases.access import check_cleared
from sojourn.web.cases.models import Case
from sojourn.web.incidents import actions, queries
from sojourn.web.incidents.access import tells_of_harm
from sojourn.web.incidents.codes import Precision, Told, Wish, Withdrawn
from sojourn.web.incidents.forms import ActorForm, IncidentForm, TakeBackForm
from sojourn.web.incidents.models import Incident
from sojourn.web.people import words
from sojourn.web.reach.queries import colleagues

router = Router(tags=["Incidents"])

_TOLD = (DataClass.HARM_INCIDENT, DataClass.THIRD_PARTY)


class Account(Sent):
    """What was told. `happened_on` goes with how exactly it is known."""

    kind: str | None = None
    what: str | None = None
    precision: str | None = None
    happened_on: date | None = None
    stage: str | None = None
    where: str | None = None
    goes_on: bool | None = None
    source: str | None = None
    wish: str | None = None


class NewIncident(Account):
    """A confidential one is for whoever writes it and the supervisors of the case."""

    is_confidential: bool = False


class IncidentChange(Account):
    """What is named is changed, the rest stays. `row_version` is the one that was read."""

    row_version: int | None = None


class Actor(Sent):
    """Who is said to have done it. `user` is the number of somebody who signs in here."""

    part: str
    still_near: str = "unknown"
    name: str = ""
    description: str = ""
    user: int | None = None


class TakeBack(Sent):
    because: str


class ActorLine(Schema):
    id: UUID
    part: str
    name: str
    description: str
    still_near: str
    signs_in: bool


class IncidentLine(Schema):
    """An incident. `actors` are None for whoever is not shown who else is part of it."""

    id: UUID
    kind: str
    what: str
    precision: str
    happened_on: date | None
    stage: str
    where: str
    goes_on: bool
    source: str
    wish: str
    is_confidential: bool
    state: str
    withdrawn_because: str
    author: str
    made_at: datetime
    row_version: int
    actors: list[ActorLine] | None


class Incidents(Schema):
    items: list[IncidentLine]
    withheld: list[str]


@reads(router, "/cases/{uuid:case_id}/incidents", Verb.READ, Incidents)
def list_incidents(request: HttpRequest, case_id: UUID) -> Incidents:
    """What was done to the person, as far as it may be shown; the latest first."""
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id)
    classes = cases.shown_classes(door, [case])[case.pk]
    lines = queries.of_case(by, case, classes)
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=[line.incident for line in lines] or [case],
        person_id=case.person_id,
        case_id=case.pk,
        classes=classes & set(_TOLD),
    )
    others = DataClass.THIRD_PARTY in classes
    told = tellable(door.classes(case))
    return Incidents(
        items=[_line(line, others=others) for line in lines],
        withheld=withheld(classes, [each for each in _TOLD if each in told]),
    )


@writes(router, "/cases/{uuid:case_id}/incidents", Verb.WRITE, schemas.Done, status=201)
def report_incident(request: HttpRequest, case_id: UUID, body: NewIncident) -> schemas.Done:
    """Records what was told. It takes that the person agreed to a record of harm."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    check_cleared(by, case, DataClass.HARM_INCIDENT)
    usual = {
        "precision": Precision.UNKNOWN.value,
        "source": Told.PERSON.value,
        "wish": Wish.NOT_ASKED.value,
    }
    form = IncidentForm({**usual, **as_form(body)}, is_new=True)
    hidden = filled(form)["is_confidential"]
    row = actions.report(case=case, account=form.account(), is_confidential=hidden, by=by)
    return schemas.Done(id=str(row.pk), row_version=row.row_version, state=row.state)


@writes(
    router,
    "/cases/{uuid:case_id}/incidents/{uuid:incident_id}",
    Verb.WRITE,
    schemas.Done,
    method="PATCH",
)
def change_incident(
    request: HttpRequest, case_id: UUID, incident_id: UUID, body: IncidentChange
) -> schemas.Done | HttpResponse:
    """Changes what was told.

    Where somebody else changed the same field since the version that was read, theirs stays, both
    are kept for the author to decide, and the answer (409) holds both.
    """
    by = principal_of(request)
    case, row = _incident(by, case_id, incident_id)
    sent = body.model_dump(mode="json", exclude_unset=True)
    base = base_version(request, sent.pop("row_version", None))
    now = vars(actions.account_of(row, words.key_for(case.person)))
    form = IncidentForm({**now, **sent, "base": base}, is_new=False)
    filled(form)
    merged = actions.change(incident=row, account=form.account(), by=by, base=base)
    version = Incident.objects.values_list("row_version", flat=True).get(pk=row.pk)
    return merged_or_409(by, case, merged, version, str(row.pk))


@writes(
    router,
    "/cases/{uuid:case_id}/incidents/{uuid:incident_id}/take-back",
    Verb.WRITE,
    schemas.Done,
)
def take_back_incident(
    request: HttpRequest, case_id: UUID, incident_id: UUID, body: TakeBack
) -> schemas.Done:
    """Lets a record not count any more. It is kept, with the reason."""
    by = principal_of(request)
    _case, row = _incident(by, case_id, incident_id)
    because = Withdrawn(filled(TakeBackForm(as_form(body)))["because"])
    actions.take_back(incident=row, because=because, by=by)
    return schemas.Done(id=str(row.pk), state=row.state)


@writes(
    router,
    "/cases/{uuid:case_id}/incidents/{uuid:incident_id}/restore",
    Verb.WRITE,
    schemas.Done,
)
def restore_incident(request: HttpRequest, case_id: UUID, incident_id: UUID) -> schemas.Done:
    """Lets a record that was taken back count again."""
    by = principal_of(request)
    _case, row = _incident(by, case_id, incident_id)
    actions.restore(incident=row, by=by)
    return schemas.Done(id=str(row.pk), state=row.state)


@writes(
    router,
    "/cases/{uuid:case_id}/incidents/{uuid:incident_id}/actors",
    Verb.WRITE,
    schemas.Done,
    status=201,
)
def name_actor(request: HttpRequest, case_id: UUID, incident_id: UUID, body: Actor) -> schemas.Done:
    """Records who is said to have done it. Somebody who signs in here opens the case no more."""
    by = principal_of(request)
    case, row = _incident(by, case_id, incident_id)
    check_cleared(by, case, *_TOLD)
    form = ActorForm(colleagues(case), as_form(body))
    filled(form)
    actor = actions.name_actor(incident=row, described=form.described(), by=by)
    return schemas.Done(id=str(actor.pk))


@writes(
    router,
    "/cases/{uuid:case_id}/incidents/{uuid:incident_id}/actors/{uuid:actor_id}/remove",
    Verb.WRITE,
    schemas.Done,
)
def remove_actor(
    request: HttpRequest, case_id: UUID, incident_id: UUID, actor_id: UUID
) -> schemas.Done:
    """Takes an alleged actor off the incident. Whom it kept away from the case stays away."""
    by = principal_of(request)
    _case, row = _incident(by, case_id, incident_id)
    actor = queries.actor_or_404(by, row, actor_id)
    actions.remove_actor(actor=actor, by=by)
    return schemas.Done(id=str(actor.pk), state="removed")


def _incident(by: Principal, case_id: UUID, incident_id: UUID) -> tuple[Case, Incident]:
    """One incident to work on; none where the person agreed to no record of harm."""
    case, door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    if not tells_of_harm(cases.shown_classes(door, [case])[case.pk]):
        raise Http404
    return case, queries.incident_or_404(by, case, incident_id)


def _line(line: queries.Line, *, others: bool) -> IncidentLine:
    row = line.incident
    return IncidentLine(
        id=row.pk,
        **vars(line.account),
        is_confidential=row.is_confidential,
        state=row.state,
        withdrawn_because=row.withdrawn_because,
        author=row.author.name if row.author else "",
        made_at=row.made_at,
        row_version=row.row_version,
        actors=[
            ActorLine(
                id=each.id,
                part=each.part,
                name=each.name,
                description=each.description,
                still_near=each.still_near,
                signs_in=each.signs_in,
            )
            for each in line.actors
        ]
        if others
        else None,
    )
