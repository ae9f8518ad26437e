"""The incidents of a case."""

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
from sojourn.web.incidents import actions, queries
from sojourn.web.incidents.access import tells_of_harm, tells_of_others
from sojourn.web.incidents.codes import Withdrawn
from sojourn.web.incidents.forms import ActorForm, IncidentForm, TakeBackForm
from sojourn.web.incidents.models import HARM, Incident
from sojourn.web.people import words
from sojourn.web.reach.queries import colleagues
from sojourn.web.steps import WrongStateError


@needs(Verb.READ)
@require_GET
def incidents(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """What was done to the person, as far as it may be shown."""
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
        classes=classes & {DataClass.HARM_INCIDENT, DataClass.THIRD_PARTY},
    )
    told = tells_of_harm(classes)
    context = {
        **about(case),
        "lines": lines,
        "told": told,
        "cleared": tells_of_harm(door.classes(case)),
        "tells_of_others": tells_of_others(classes),
        "may_write": told
        and reaches(by, case, Purpose.CASE_WORK)
        and case.person.erased_at is None,
        "differing": len(cases.differences(by, case)),
    }
    return render(request, "incidents/list.html", context)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Records an incident."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    check_cleared(by, case, DataClass.HARM_INCIDENT)
    form = IncidentForm(request.POST or None, is_new=True)
    if request.method == "POST" and form.is_valid():
        try:
            hidden = form.cleaned_data["is_confidential"]
            actions.report(case=case, account=form.account(), is_confidential=hidden, by=by)
            messages.success(request, _("The incident was recorded."))
            return redirect("incidents:list", case_id=case.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[case], case_id=case.pk)
    return _form(request, case, form)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, case_id: uuid.UUID, incident_id: uuid.UUID) -> HttpResponse:
    """Changes what was told."""
    by = principal_of(request)
    case, incident = _incident(by, case_id, incident_id)
    now = actions.account_of(incident, words.key_for(case.person))
    initial = {**now.__dict__, "base": incident.row_version}
    form = IncidentForm(request.POST or None, is_new=False, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            merged = actions.change(
                incident=incident, account=form.account(), by=by, base=form.cleaned_data["base"]
            )
            tell_merged(request, merged, _("The incident was recorded."))
            return redirect("incidents:list", case_id=case.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    _note(request, by, case, incident)
    return _form(request, case, form, incident)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def take_back(request: HttpRequest, case_id: uuid.UUID, incident_id: uuid.UUID) -> HttpResponse:
    """Lets a record not count any more."""
    by = principal_of(request)
    case, incident = _incident(by, case_id, incident_id)
    form = TakeBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            because = Withdrawn(form.cleaned_data["because"])
            actions.take_back(incident=incident, because=because, by=by)
            messages.success(request, _("The record does not count any more. It is kept."))
        except WrongStateError:
            messages.warning(request, _("Somebody did this already."))
        return redirect("incidents:list", case_id=case.pk)
    _note(request, by, case, incident)
    context = {**about(case), "form": form, "incident": incident}
    status = 400 if form.errors else 200
    return render(request, "incidents/take_back.html", context, status=status)


@needs(Verb.WRITE)
@require_POST
def restore(request: HttpRequest, case_id: uuid.UUID, incident_id: uuid.UUID) -> HttpResponse:
    """Lets it count again."""
    by = principal_of(request)
    case, incident = _incident(by, case_id, incident_id)
    try:
        actions.restore(incident=incident, by=by)
        messages.success(request, _("The record counts again."))
    except WrongStateError:
        messages.warning(request, _("Somebody did this already."))
    return redirect("incidents:list", case_id=case.pk)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def name_actor(request: HttpRequest, case_id: uuid.UUID, incident_id: uuid.UUID) -> HttpResponse:
    """Records who is said to have done it."""
    by = principal_of(request)
    case, incident = _incident(by, case_id, incident_id)
    check_cleared(by, case, DataClass.HARM_INCIDENT, DataClass.THIRD_PARTY)
    form = ActorForm(colleagues(case), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.name_actor(incident=incident, described=form.described(), by=by)
            messages.success(request, _("It was recorded, for those alone who may know of it."))
            return redirect("incidents:list", case_id=case.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    _note(request, by, case, incident)
    context = {**about(case), "form": form, "incident": incident}
    return render(request, "incidents/actor.html", context, status=400 if form.errors else 200)


@needs(Verb.WRITE)
@require_POST
def remove_actor(
    request: HttpRequest, case_id: uuid.UUID, incident_id: uuid.UUID, actor_id: uuid.UUID
) -> HttpResponse:
    """Takes an alleged actor off the incident."""
    by = principal_of(request)
    case, incident = _incident(by, case_id, incident_id)
    actor = queries.actor_or_404(by, incident, actor_id)
    actions.remove_actor(actor=actor, by=by)
    messages.success(request, _("It was taken off."))
    return redirect("incidents:list", case_id=case.pk)


def _incident(by: Principal, case_id: uuid.UUID, incident_id: uuid.UUID) -> tuple[Case, Incident]:
    """One incident to work on; none where the person agreed to no record of harm."""
    case, door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    if not tells_of_harm(cases.shown_classes(door, [case])[case.pk]):
        raise Http404
    return case, queries.incident_or_404(by, case, incident_id)


def _note(request: HttpRequest, by: Principal, case: Case, incident: Incident) -> None:
    note_read(
        request,
        by=by,
        purpose=Purpose.CASE_WORK,
        shown=[incident],
        case_id=case.pk,
        classes=[DataClass(HARM)],
    )


def _form(
    request: HttpRequest, case: Case, form: IncidentForm, incident: Incident | None = None
) -> HttpResponse:
    context = {**about(case), "form": form, "incident": incident}
    return render(request, "incidents/incident.html", context, status=400 if form.errors else 200)
