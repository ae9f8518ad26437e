"""The journey of a person: where they were, in which order."""

from __future__ import annotations

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
from sojourn.web.journeys import actions, queries
from sojourn.web.journeys.access import tells_of_journey
from sojourn.web.journeys.codes import Certainty, Direction
from sojourn.web.journeys.forms import StayForm
from sojourn.web.journeys.models import Leg
from sojourn.web.people import words

router = Router(tags=["The journey"])


class JourneyPlaceTold(Sent):
    """Months are 2024-03, or 2024 for a year alone."""

    place: str | None = None
    since: str | None = None
    until: str | None = None
    certainty: str | None = None
    stage: str | None = None
    way: str | None = None


class JourneyPlaceChange(JourneyPlaceTold):
    """What is named is changed, the rest stays. `row_version` is the one that was read."""

    row_version: int | None = None
    country: str | None = None


class NewJourneyPlace(JourneyPlaceTold):
    """Only the country has to be said, by its code of two letters."""

    country: str


class JourneyMove(Sent):
    """`earlier` or `later`: past the place before or after it."""

    direction: Direction


class JourneyPlace(Schema):
    """A place of the journey. `is_present` where the person is now."""

    id: UUID
    country: str
    place: str
    since: str
    until: str
    certainty: str
    stage: str
    way: str
    is_present: bool
    row_version: int


class Journey(Schema):
    items: list[JourneyPlace]
    withheld: list[str]


@reads(router, "/cases/{uuid:case_id}/journey", Verb.READ, Journey)
def list_journey(request: HttpRequest, case_id: UUID) -> Journey:
    """The places of the journey in their order, as far as they may be shown."""
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id)
    classes = cases.shown_classes(door, [case])[case.pk]
    found = queries.journey_of(by, case, classes)
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=found.legs or [case],
        person_id=case.person_id,
        case_id=case.pk,
        classes=classes & {DataClass.JOURNEY},
    )
    told = tellable(door.classes(case))
    return Journey(
        items=[
            JourneyPlace(
                id=line.leg.pk,
                **vars(line.stay),
                is_present=line.is_present,
                row_version=line.leg.row_version,
            )
            for line in found.lines
        ],
        withheld=withheld(classes, {DataClass.JOURNEY} & set(told)),
    )


@writes(router, "/cases/{uuid:case_id}/journey", Verb.WRITE, schemas.Done, status=201)
def add_journey_place(request: HttpRequest, case_id: UUID, body: NewJourneyPlace) -> schemas.Done:
    """Adds a place. It takes that the person agreed to a record of the journey."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    check_cleared(by, case, DataClass.JOURNEY)
    form = StayForm({"certainty": Certainty.TOLD.value, **as_form(body)}, is_new=True)
    filled(form)
    leg = actions.add(case=case, stay=form.stay(), by=by)
    return schemas.Done(id=str(leg.pk), row_version=leg.row_version)


@writes(
    router,
    "/cases/{uuid:case_id}/journey/{uuid:leg_id}",
    Verb.WRITE,
    schemas.Done,
    method="PATCH",
)
def change_journey_place(
    request: HttpRequest, case_id: UUID, leg_id: UUID, body: JourneyPlaceChange
) -> schemas.Done | HttpResponse:
    """Changes what was written down of a place.

    Where somebody else changed the same field since the version that was read, theirs stays, both
    are kept for somebody to decide, and the answer (409) holds both.
    """
    by = principal_of(request)
    case, leg = _leg(by, case_id, leg_id)
    sent = body.model_dump(mode="json", exclude_unset=True)
    base = base_version(request, sent.pop("row_version", None))
    now = vars(actions.stay_of(leg, words.key_for(case.person)))
    form = StayForm({**now, **sent, "base": base}, is_new=False)
    filled(form)
    merged = actions.change(leg=leg, stay=form.stay(), by=by, base=base)
    version = Leg.objects.values_list("row_version", flat=True).get(pk=leg.pk)
    return merged_or_409(by, case, merged, version, str(leg.pk))


@writes(router, "/cases/{uuid:case_id}/journey/{uuid:leg_id}/move", Verb.WRITE, schemas.Done)
def move_journey_place(
    request: HttpRequest, case_id: UUID, leg_id: UUID, body: JourneyMove
) -> schemas.Done:
    """Moves a place in the order, where the months do not say otherwise."""
    by = principal_of(request)
    _case, leg = _leg(by, case_id, leg_id)
    actions.move(leg=leg, direction=body.direction, by=by)
    return schemas.Done(id=str(leg.pk))


@writes(router, "/cases/{uuid:case_id}/journey/{uuid:leg_id}/remove", Verb.WRITE, schemas.Done)
def remove_journey_place(request: HttpRequest, case_id: UUID, leg_id: UUID) -> schemas.Done:
    """Takes a place off the journey. It is deleted and cannot be brought back."""
    by = principal_of(request)
    _case, leg = _leg(by, case_id, leg_id)
    actions.remove(leg=leg, by=by)
    return schemas.Done(id=str(leg_id), state="removed")


def _leg(by: Principal, case_id: UUID, leg_id: UUID) -> tuple[Case, Leg]:
    """One place to work on; none where the person did not agree to a record of the journey."""
    case, door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    if not tells_of_journey(cases.shown_classes(door, [case])[case.pk]):
        raise Http404
    return case, queries.leg_or_404(by, case, leg_id)
