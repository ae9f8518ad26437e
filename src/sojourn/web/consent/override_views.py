"""Acting without consent: one person asks, another confirms."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sojourn.web.accounts.access import Principal, Purpose, needs, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.consent import overrides, queries
from sojourn.web.consent.forms import OverrideForm
from sojourn.web.consent.models import Danger, Override
from sojourn.web.consent.states import OverrideState
from sojourn.web.people.queries import person_or_404
from sojourn.web.steps import WrongStateError


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Says what cannot wait, for a second person to confirm."""
    by = principal_of(request)
    person = person_or_404(by, person_id, Purpose.CASE_WORK)
    form = OverrideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            overrides.request(
                person=person, danger=Danger(data["danger"]), words=data["words"], by=by
            )
            messages.success(request, _("Now a second person has to confirm it."))
            return redirect("people:person", person_id=person.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[person])
    context = {"form": form, "person": person}
    return render(request, "consent/without.html", context, status=400 if form.errors else 200)


@needs(Verb.WRITE)
@require_POST
def step(request: HttpRequest, person_id: uuid.UUID, override_id: uuid.UUID) -> HttpResponse:
    """Confirms, declines or ends it."""
    by = principal_of(request)
    person = person_or_404(by, person_id, Purpose.CASE_WORK)
    override = queries.override_or_404(by, person, override_id)
    try:
        take(request.POST.get("step", ""), override, by)
        messages.success(request, _("The answer was recorded."))
    except WrongStateError:
        messages.error(request, _("This answer was recorded already, or changed since."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("people:person", person_id=person.pk)


def take(wanted: str, override: Override, by: Principal) -> None:
    """The step of that name; ValidationError for one that there is not."""
    if wanted == OverrideState.ENDED:
        overrides.end(override=override, by=by)
    elif wanted in (OverrideState.CONFIRMED, OverrideState.DECLINED):
        overrides.decide(override=override, confirmed=wanted == OverrideState.CONFIRMED, by=by)
    else:
        raise ValidationError(_("Choose what to record."))
