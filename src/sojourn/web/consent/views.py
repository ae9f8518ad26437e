"""Recording consent and its withdrawal, on a person's page."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sojourn.web.accounts.access import Principal, Purpose, needs, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.consent import actions, notices, queries
from sojourn.web.consent.forms import ConsentForm
from sojourn.web.consent.models import Consent
from sojourn.web.consent.states import ConsentState, WrongStateError
from sojourn.web.people.models import Person
from sojourn.web.people.queries import person_or_404


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Explains the notice and records the answer."""
    by = principal_of(request)
    person = person_or_404(by, person_id, Purpose.CASE_WORK)
    form = ConsentForm(request.POST or None, initial=_usual(person))
    if request.method == "POST" and form.is_valid() and _record(form, person, by):
        messages.success(request, _("The answer was recorded."))
        return redirect("people:person", person_id=person.pk)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[person])
    context = {"form": form, "person": person, "notice": notices.POINTS}
    return render(request, "consent/new.html", context, status=400 if form.errors else 200)


@needs(Verb.WRITE)
@require_POST
def step(request: HttpRequest, person_id: uuid.UUID, consent_id: uuid.UUID) -> HttpResponse:
    """Records a later answer, or that the consent was taken back."""
    by = principal_of(request)
    person = person_or_404(by, person_id, Purpose.CASE_WORK)
    consent = queries.consent_or_404(by, person, consent_id)
    try:
        _take(request.POST.get("step", ""), consent, by)
        messages.success(request, _("The answer was recorded."))
    except WrongStateError:
        messages.error(request, _("This answer was recorded already, or changed since."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("people:person", person_id=person.pk)


def _take(wanted: str, consent: Consent, by: Principal) -> None:
    if wanted == ConsentState.WITHDRAWN:
        actions.withdraw(consent=consent, by=by)
    elif wanted in (ConsentState.GIVEN, ConsentState.REFUSED):
        actions.answer(consent=consent, given=wanted == ConsentState.GIVEN, by=by)
    else:
        raise ValidationError(_("Choose what to record."))


def _record(form: ConsentForm, person: Person, by: Principal) -> bool:
    answer = form.cleaned_data["answer"]
    try:
        with transaction.atomic():
            consent = actions.ask(person=person, asked=form.asked(), by=by)
            if answer != "requested":
                actions.answer(consent=consent, given=answer == "given", by=by)
    except ValidationError as problem:
        form.add_error(None, problem)
        return False
    return True


def _usual(person: Person) -> dict[str, object]:
    """Only what is known is filled in; nothing is ticked for the person."""
    return {"notice_language": person.language, "given_by": "self"}
