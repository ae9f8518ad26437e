"""Copies of somebody's part that went outside: where they are, and getting them back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sojourn.web.accounts.access import Purpose, needs, principal_of, reaches
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.exports import copies as actions
from sojourn.web.exports import queries
from sojourn.web.exports.forms import KeptForm
from sojourn.web.exports.models import Copy
from sojourn.web.exports.states import BY_PEOPLE, OPEN, CopyAct, CopyState, acts
from sojourn.web.people import identities
from sojourn.web.people import queries as people
from sojourn.web.people.forms import country_label
from sojourn.web.steps import WrongStateError


@dataclass(frozen=True)
class CopyLine:
    """One copy, and what can be done with it."""

    copy: Copy
    country: str
    acts: list[CopyAct]
    is_open: bool


@needs(Verb.READ)
@require_GET
def copies(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Where copies of somebody's part are, those that have to come back first."""
    by = principal_of(request)
    person = people.person_or_404(by, person_id)
    lines = [_line(copy) for copy in queries.copies(by, person)]
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=[person])
    context = {
        "person": person,
        "identity": identities.open_many([person])[person.pk],
        "lines": sorted(lines, key=lambda line: not line.is_open),
        "waiting": sum(line.is_open for line in lines),
        "may_write": reaches(by, person, Purpose.CASE_WORK),
    }
    return render(request, "exports/copies.html", context)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, person_id: uuid.UUID, copy_id: uuid.UUID, act: str) -> HttpResponse:
    """Notes that a recipient was told, or what they did then; for a copy they keep it asks why."""
    by = principal_of(request)
    person = people.person_or_404(by, person_id, Purpose.CASE_WORK)
    copy = queries.copy_or_404(by, person, copy_id)
    if act not in {each.value for each in BY_PEOPLE}:
        raise Http404
    wanted = CopyAct(act)
    sent = request.POST if request.method == "POST" else None
    form = KeptForm(sent) if wanted is CopyAct.KEEP else None
    if sent is not None and (form is None or form.is_valid()):
        because = form.cleaned_data["because"] if form is not None else ""
        try:
            actions.act(copy=copy, act=wanted, by=by, because=because)
            messages.success(request, _("It was written down."))
        except WrongStateError:
            messages.error(request, _("Somebody wrote this down already."))
        except ValidationError as problem:
            messages.error(request, " ".join(problem.messages))
        return redirect("copies:list", person.pk)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[person])
    context = {"person": person, "line": _line(copy), "act": wanted, "form": form}
    status = 400 if form is not None and form.errors else 200
    return render(request, "exports/copy_act.html", context, status=status)


def _line(copy: Copy) -> CopyLine:
    state = CopyState(copy.state)
    return CopyLine(copy, country_label(copy.export.country), acts(state), state in OPEN)
