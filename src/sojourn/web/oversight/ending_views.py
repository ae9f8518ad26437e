"""What is kept longer than agreed: the officer's list, and that of whoever erases."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sojourn.web.accounts.access import Purpose, needs, principal_of, visible
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.oversight import actions, queries
from sojourn.web.oversight.forms import KeepForm
from sojourn.web.oversight.models import KeepReason
from sojourn.web.people.models import Person

_PER_PAGE = 50


@needs(Verb.OVERSEE)
@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """What is kept longer than agreed: number, last day, how it stands."""
    by = principal_of(request)
    rows = queries.kept_too_long(by, timezone.localdate())
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    note_read(request, by=by, purpose=Purpose.OVERSIGHT, shown=[row.person for row in page])
    return render(request, "oversight/kept.html", {"page": page})


@needs(Verb.OVERSEE)
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Keeps one file for a reason, or asks a second person to erase it."""
    by = principal_of(request)
    rows = visible(by, Person.objects.all(), Purpose.OVERSIGHT).rows
    person = get_object_or_404(rows, pk=person_id)
    form = KeepForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            if request.POST.get("do") == "erase":
                actions.ask_to_erase(person=person, by=by)
                messages.success(request, _("A second person is asked to erase it."))
                return redirect("oversight:kept")
            if form.is_valid():
                reason = KeepReason(form.cleaned_data["reason"])
                until = form.cleaned_data["until"]
                actions.keep(person=person, reason=reason, until=until, by=by)
                messages.success(request, _("It is kept, and listed again after that day."))
                return redirect("oversight:kept")
        except (ValidationError, PermissionDenied) as problem:
            told = problem.messages if isinstance(problem, ValidationError) else [str(problem)]
            form.full_clean()
            form.add_error(None, ValidationError(told))
    note_read(request, by=by, purpose=Purpose.OVERSIGHT, shown=[person])
    context = {"person": person, "form": form}
    return render(request, "oversight/decide.html", context, status=400 if form.errors else 200)


@needs(Verb.ERASE)
@require_safe
def endings(request: HttpRequest) -> HttpResponse:
    """What a data protection officer asks to erase."""
    by = principal_of(request)
    found = list(queries.endings(by)[:_PER_PAGE])
    note_read(request, by=by, purpose=Purpose.ERASURE, shown=found)
    return render(request, "oversight/endings.html", {"endings": found})


@needs(Verb.ERASE)
@require_POST
def carry_out(request: HttpRequest, ending_id: uuid.UUID) -> HttpResponse:
    """Erases, or does not."""
    by = principal_of(request)
    ending = get_object_or_404(queries.endings(by), pk=ending_id)
    try:
        erase = request.POST.get("do") == "erase"
        actions.carry_out(ending=ending, erase=erase, by=by)
        done = _("The identity was erased. It cannot be brought back.")
        messages.success(request, done if erase else _("Not erased. The officer is told."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("oversight:endings")
