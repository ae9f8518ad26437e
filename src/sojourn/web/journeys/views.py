"""The journey of the person of a case."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, needs, principal_of, reaches
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import queries as cases
from sojourn.web.cases.access import check_cleared
from sojourn.web.cases.merging import tell_merged
from sojourn.web.cases.models import Case
from sojourn.web.cases.page import about
from sojourn.web.journeys import actions, queries
from sojourn.web.journeys.access import tells_of_journey
from sojourn.web.journeys.codes import Direction
from sojourn.web.journeys.forms import StayForm
from sojourn.web.journeys.models import Leg
from sojourn.web.people import words


@needs(Verb.READ)
@require_GET
def journey(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """The places in their order, to be read and changed."""
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
    told = tells_of_journey(classes)
    context = {
        **about(case),
        "journey": found,
        "told": told,
        "cleared": tells_of_journey(door.classes(case)),
        "may_write": told
        and reaches(by, case, Purpose.CASE_WORK)
        and case.person.erased_at is None,
    }
    return render(request, "journeys/journey.html", context)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Adds a place."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    check_cleared(by, case, DataClass.JOURNEY)
    form = StayForm(request.POST or None, is_new=True)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add(case=case, stay=form.stay(), by=by)
            messages.success(request, _("The place was added to the journey."))
            return redirect("journeys:journey", case_id=case.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[case], case_id=case.pk)
    return _form(request, case, form)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, case_id: uuid.UUID, leg_id: uuid.UUID) -> HttpResponse:
    """Changes what was written down of a place."""
    by = principal_of(request)
    case, leg = _leg(by, case_id, leg_id)
    now = actions.stay_of(leg, words.key_for(case.person))
    initial = {**vars(now), "base": leg.row_version}
    form = StayForm(request.POST or None, initial=initial, is_new=False)
    if request.method == "POST" and form.is_valid():
        try:
            merged = actions.change(
                leg=leg, stay=form.stay(), by=by, base=form.cleaned_data["base"]
            )
            tell_merged(request, merged, _("The place was changed."))
            return redirect("journeys:journey", case_id=case.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    _note(request, by, case, leg)
    return _form(request, case, form, leg)


@needs(Verb.WRITE)
@require_POST
def move(
    request: HttpRequest, case_id: uuid.UUID, leg_id: uuid.UUID, direction: str
) -> HttpResponse:
    """Moves a place in the order."""
    if direction not in Direction.values:
        raise Http404
    by = principal_of(request)
    case, leg = _leg(by, case_id, leg_id)
    try:
        actions.move(leg=leg, direction=Direction(direction), by=by)
    except ValidationError as problem:
        messages.warning(request, problem.message)
    return redirect("journeys:journey", case_id=case.pk)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, case_id: uuid.UUID, leg_id: uuid.UUID) -> HttpResponse:
    """Asks, and takes a place off the journey."""
    by = principal_of(request)
    case, leg = _leg(by, case_id, leg_id)
    if request.method == "POST":
        actions.remove(leg=leg, by=by)
        messages.success(request, _("The place was taken off the journey."))
        return redirect("journeys:journey", case_id=case.pk)
    _note(request, by, case, leg)
    return render(request, "journeys/remove.html", {**about(case), "leg": leg})


def _leg(by: Principal, case_id: uuid.UUID, leg_id: uuid.UUID) -> tuple[Case, Leg]:
    """One place to work on; none where the person did not agree to a record of the journey."""
    case, door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    if not tells_of_journey(cases.shown_classes(door, [case])[case.pk]):
        raise Http404
    return case, queries.leg_or_404(by, case, leg_id)


def _note(request: HttpRequest, by: Principal, case: Case, leg: Leg) -> None:
    note_read(
        request,
        by=by,
        purpose=Purpose.CASE_WORK,
        shown=[leg],
        case_id=case.pk,
        classes=[DataClass.JOURNEY],
    )


def _form(request: HttpRequest, case: Case, form: StayForm, leg: Leg | None = None) -> HttpResponse:
    context = {**about(case), "form": form, "leg": leg}
    return render(request, "journeys/place.html", context, status=400 if form.errors else 200)
