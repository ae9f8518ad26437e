"""Opening a file in an emergency, and the lists of those who look at it afterwards."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sojourn.web.accounts import queries as accounts
from sojourn.web.accounts.access import Purpose, needs, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.glass import actions, queries
from sojourn.web.glass.forms import LookForm, OpenForm
from sojourn.web.glass.models import Opening, Part, Reason, Verdict

_PER_PAGE = 50


@needs(Verb.FIND)
@require_http_methods(["GET", "POST"])
def open_file(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """What opening a file in an emergency means, and the form for it. Nothing of the file shows."""
    by = principal_of(request)
    case = queries.closed_case_or_404(by, person_id)
    if queries.is_open(by, case):
        return redirect("people:person", person_id=person_id)
    form = OpenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.open_file(
                case=case,
                reason=Reason(form.cleaned_data["reason"]),
                words=form.cleaned_data["words"],
                by=by,
            )
            messages.success(
                request, _("The file is open to you. Everything you look at is noted.")
            )
            return redirect("people:person", person_id=person_id)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.FIND, shown=[case], case_id=case.pk, verb="find")
    context = {
        "form": form,
        "person_id": person_id,
        "organisation": case.organisation,
        "ask": accounts.whom_to_ask(case.organisation_id),
        "minutes": settings.EMERGENCY_MINUTES,
    }
    return render(request, "glass/open.html", context, status=400 if form.errors else 200)


@needs(Verb.FIND)
@require_POST
def close(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Closes a file that one opened oneself, before its time is over."""
    by = principal_of(request)
    case = queries.closed_case_or_404(by, person_id)
    found = queries.own_open(by, case)
    if not found:
        raise Http404
    for opening in found:
        actions.end(opening=opening, by=by)
    messages.success(request, _("The file is closed to you again."))
    return redirect("people:list")


@needs(Verb.SUPERVISE)
@require_safe
def supervised(request: HttpRequest) -> HttpResponse:
    """What was opened of the files that a supervisor answers for."""
    return _list(request, Part.SUPERVISION)


@needs(Verb.OVERSEE)
@require_safe
def overseen(request: HttpRequest) -> HttpResponse:
    """What was opened in the organisations whose data protection one looks after."""
    return _list(request, Part.DATA_PROTECTION)


@needs(Verb.SUPERVISE)
@require_POST
def look_as_supervisor(request: HttpRequest, opening_id: uuid.UUID) -> HttpResponse:
    """Marks an opening as looked at by a supervisor."""
    return _look(request, opening_id, Part.SUPERVISION)


@needs(Verb.OVERSEE)
@require_POST
def look_as_overseer(request: HttpRequest, opening_id: uuid.UUID) -> HttpResponse:
    """Marks an opening as looked at by a data protection officer."""
    return _look(request, opening_id, Part.DATA_PROTECTION)


@dataclass(frozen=True)
class Line:
    """An opening as a list shows it."""

    opening: Opening
    words: str
    waits: bool
    lasts: bool


_PAGES = {
    Part.SUPERVISION: ("glass:supervised", "glass:look"),
    Part.DATA_PROTECTION: ("glass:overseen", "glass:oversee"),
}
"""The list of each part, and where its looks are sent."""


def _list(request: HttpRequest, part: Part) -> HttpResponse:
    by = principal_of(request)
    rows = queries.openings(by, part)
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    shown, now = list(page), timezone.now()
    note_read(request, by=by, purpose=queries.PURPOSES[part], shown=shown)
    words = queries.words_of(shown)
    lines = [
        Line(
            row,
            words[row.pk],
            not row.is_done,  # type: ignore[attr-defined]  # annotated by `openings`
            row.short is not None and row.short.ends_at > now,
        )
        for row in shown
    ]
    context = {
        "page": page,
        "lines": lines,
        "look_url": _PAGES[part][1],
        "verdicts": Verdict.choices,
    }
    return render(request, "glass/list.html", context)


def _look(request: HttpRequest, opening_id: uuid.UUID, part: Part) -> HttpResponse:
    by = principal_of(request)
    opening = get_object_or_404(queries.openings(by, part), pk=opening_id)
    form = LookForm(request.POST)
    if not form.is_valid():
        raise SuspiciousOperation
    try:
        verdict = Verdict(form.cleaned_data["verdict"])
        actions.look(opening=opening, part=part, verdict=verdict, by=by)
        messages.success(request, _("Marked as looked at."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect(_PAGES[part][0])
