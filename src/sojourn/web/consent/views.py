"""Recording consent and its withdrawal, on a person's page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sojourn.web.accounts.access import Principal, Purpose, needs, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.consent import actions, notices, queries, records
from sojourn.web.consent.forms import ConsentForm
from sojourn.web.consent.models import Consent, Flaw
from sojourn.web.consent.states import ConsentState
from sojourn.web.i18n import language
from sojourn.web.people.forms import language_label
from sojourn.web.people.models import Person
from sojourn.web.people.queries import person_or_404
from sojourn.web.steps import WrongStateError


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Explains the notice and records the answer."""
    by = principal_of(request)
    person = person_or_404(by, person_id, Purpose.CASE_WORK)
    return _asking(request, person, by, None)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def again(request: HttpRequest, person_id: uuid.UUID, consent_id: uuid.UUID) -> HttpResponse:
    """Asks anew about what was answered earlier: to go on, to narrow, or after a withdrawal."""
    by = principal_of(request)
    person = person_or_404(by, person_id, Purpose.CASE_WORK)
    return _asking(request, person, by, queries.consent_or_404(by, person, consent_id))


@needs(Verb.EXPORT)
@require_GET
def record(request: HttpRequest, person_id: uuid.UUID, consent_id: uuid.UUID) -> HttpResponse:
    """One consent with its history, as JSON to take along."""
    by = principal_of(request)
    person = person_or_404(by, person_id, Purpose.EXPORT)
    consent = queries.consent_or_404(by, person, consent_id, Purpose.EXPORT)
    note_read(request, by=by, purpose=Purpose.EXPORT, shown=[consent], verb="export")
    response = JsonResponse(
        records.record_of(consent, person), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    name = f"consent-{person.number}-{str(consent.pk)[:8]}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@needs(Verb.WRITE)
@require_POST
def step(request: HttpRequest, person_id: uuid.UUID, consent_id: uuid.UUID) -> HttpResponse:
    """Records a later answer, or that the consent was taken back."""
    by = principal_of(request)
    person = person_or_404(by, person_id, Purpose.CASE_WORK)
    consent = queries.consent_or_404(by, person, consent_id)
    try:
        take(request.POST.get("step", ""), request.POST.get("flaw", ""), consent, by)
        messages.success(request, _("The answer was recorded."))
    except WrongStateError:
        messages.error(request, _("This answer was recorded already, or changed since."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("people:person", person_id=person.pk)


def take(wanted: str, flaw: str, consent: Consent, by: Principal) -> None:
    """The later step of that name; ValidationError for one that there is not."""
    if wanted == ConsentState.WITHDRAWN:
        actions.withdraw(consent=consent, by=by)
    elif wanted == ConsentState.INVALIDATED:
        if flaw not in Flaw.values:
            raise ValidationError(_("Say why it does not count."))
        actions.invalidate(consent=consent, flaw=Flaw(flaw), by=by)
    elif wanted in (ConsentState.GIVEN, ConsentState.REFUSED):
        actions.answer(consent=consent, given=wanted == ConsentState.GIVEN, by=by)
    else:
        raise ValidationError(_("Choose what to record."))


def _asking(
    request: HttpRequest, person: Person, by: Principal, renews: Consent | None
) -> HttpResponse:
    form = ConsentForm(request.POST or None, initial=_usual(person, renews))
    if request.method == "POST" and form.is_valid() and _record(form, person, by, renews):
        messages.success(request, _("The answer was recorded."))
        return redirect("people:person", person_id=person.pk)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[person])
    context = {
        "form": form,
        "person": person,
        "notice": notices.CURRENT.points,
        "spoken": _in_their_words(person.language),
        "renews": renews,
    }
    return render(request, "consent/new.html", context, status=400 if form.errors else 200)


@dataclass(frozen=True)
class Spoken:
    """The notice in the person's own language, to read aloud or to show to them."""

    language: str
    name: str
    direction: str
    points: tuple[str, ...]


def _in_their_words(spoken: str) -> Spoken | None:
    """The notice in that language; None where the page speaks it, or nobody translated it."""
    if spoken not in dict(settings.LANGUAGES) or spoken == language():
        return None
    with translation.override(spoken):
        points = tuple(str(point) for point in notices.CURRENT.points)
    return Spoken(
        spoken,
        language_label(spoken),
        "rtl" if translation.get_language_info(spoken)["bidi"] else "ltr",
        points,
    )


def _record(form: ConsentForm, person: Person, by: Principal, renews: Consent | None) -> bool:
    answer = form.cleaned_data["answer"]
    try:
        with transaction.atomic():
            consent = actions.ask(person=person, asked=form.asked(), by=by, renews=renews)
            if answer != "requested":
                actions.answer(consent=consent, given=answer == "given", by=by)
    except ValidationError as problem:
        form.add_error(None, problem)
        return False
    except WrongStateError:
        form.add_error(None, _("This answer was recorded already, or changed since."))
        return False
    return True


def _usual(person: Person, renews: Consent | None) -> dict[str, object]:
    """Only what is known is filled in; nothing is ticked for the person.

    What was asked before is marked again: it is what the question is about. The answer is not.
    """
    usual: dict[str, object] = {"notice_language": person.language, "given_by": "self"}
    if renews is not None:
        usual |= {part: getattr(renews, part) for part in notices.CURRENT.scope}
    return usual
