"""Programmes, and what they and cases without one ask for before a step."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sojourn.web.accounts import queries as accounts
from sojourn.web.accounts.access import needs, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.programmes import actions, queries
from sojourn.web.programmes.forms import ChangeForm, GatesForm, ProgrammeForm
from sojourn.web.programmes.gates import Gate, Settings


@needs(Verb.CONFIGURE)
@require_http_methods(["GET", "POST"])
def programmes(request: HttpRequest) -> HttpResponse:
    """The programmes with what they ask for; makes a new one."""
    by = principal_of(request)
    form = ProgrammeForm(by, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add(by=by, **form.cleaned_data)
            messages.success(request, _("The programme is there. Say what it asks for next."))
            return redirect("programmes:programme", made.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    found = list(accounts.programmes(by))
    settings = queries.settings_of_many(found)
    context = {
        "form": form,
        "programmes": [(each, counting(settings[each.pk])) for each in found],
        "defaults": [
            (organisation, counting(usual))
            for organisation, usual in queries.defaults_of(accounts.managed(by).order_by("name"))
        ],
    }
    return render(request, "programmes/list.html", context, status=400 if form.errors else 200)


@needs(Verb.CONFIGURE)
@require_http_methods(["GET", "POST"])
def programme(request: HttpRequest, programme_id: int) -> HttpResponse:
    """One programme: its name, whether it is used, and what it asks for."""
    by = principal_of(request)
    row = get_object_or_404(accounts.programmes(by), pk=programme_id)
    sent = request.POST if request.method == "POST" else None
    settings = queries.settings_of(row.organisation_id, row.pk)
    form = ChangeForm(row, sent, settings=settings)
    if sent is not None and form.is_valid():
        data = form.cleaned_data
        try:
            actions.change(
                programme=row,
                code=data["code"],
                name=data["name"],
                is_used=data["is_used"],
                by=by,
            )
            actions.set_gates(
                organisation=row.organisation, programme=row, gates=form.gates(), by=by
            )
            messages.success(request, _("The change was saved."))
            return redirect("programmes:list")
        except ValidationError as problem:
            form.add_error(None, problem)
            row.refresh_from_db()
    context = {"form": form, "programme": row, "cases": row.cases.count()}
    status = 400 if form.errors else 200
    return render(request, "programmes/programme.html", context, status=status)


@needs(Verb.CONFIGURE)
@require_http_methods(["GET", "POST"])
def usual(request: HttpRequest, organisation_id: uuid.UUID) -> HttpResponse:
    """What an organisation asks for in cases that belong to no programme."""
    by = principal_of(request)
    organisation = get_object_or_404(accounts.managed(by), pk=organisation_id)
    sent = request.POST if request.method == "POST" else None
    form = GatesForm(sent, settings=queries.settings_of(organisation.pk, None))
    if sent is not None and form.is_valid():
        actions.set_gates(organisation=organisation, programme=None, gates=form.gates(), by=by)
        messages.success(request, _("The change was saved."))
        return redirect("programmes:list")
    context = {"form": form, "organisation": organisation}
    return render(request, "programmes/usual.html", context, status=400 if form.errors else 200)


def counting(settings: Settings) -> list[str]:
    """The gates that count, in words."""
    return [_told(gate, setting.needed) for gate, setting in settings.items() if setting.is_on]


def _told(gate: Gate, needed: int) -> str:
    if needed == 1:
        return str(gate.label)
    return _("%(what)s (%(n)s people)") % {"what": gate.label, "n": needed}
