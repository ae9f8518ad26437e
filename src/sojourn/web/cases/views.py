"""The situation page, the way to a new assessment, and the course of the case."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Purpose, needs, principal_of, reaches
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.caseload import queries as caseload
from sojourn.web.caseload.access import has_or_leads
from sojourn.web.cases import actions, frameworks, queries, rules
from sojourn.web.cases import course as lines
from sojourn.web.cases.forms import ActForm, BelongingForm, ReviewForm, StartForm
from sojourn.web.cases.merging import tell_merged
from sojourn.web.cases.models import Assessment, Case, LegalBasis
from sojourn.web.cases.page import about
from sojourn.web.cases.shown import readings_of, rules_url, situation_of
from sojourn.web.cases.states import Act
from sojourn.web.consent import words as consent_words
from sojourn.web.consent.queries import cover_for_assessment, is_overridden
from sojourn.web.consent.rules import Cover
from sojourn.web.field import actions as field
from sojourn.web.field import queries as tickets
from sojourn.web.field.tickets import token_of
from sojourn.web.followup import queries as contacts
from sojourn.web.i18n import language
from sojourn.web.journeys.access import tells_of_journey
from sojourn.web.journeys.queries import journey_of
from sojourn.web.plans import queries as plans
from sojourn.web.programmes import holding
from sojourn.web.programmes.gates import Before
from sojourn.web.steps import WrongStateError


@needs(Verb.READ)
@require_GET
def situation(
    request: HttpRequest, case_id: uuid.UUID, assessment_id: uuid.UUID | None = None
) -> HttpResponse:
    """A situation on one page: the newest assessment, or an earlier one."""
    by = principal_of(request)
    case, door = queries.case_or_404(by, case_id)
    history = list(queries.assessments(case))
    shown = _chosen(case, history, assessment_id)
    before = _before(request, case, history, shown)
    classes = queries.shown_classes(door, [case])[case.pk]
    journey = journey_of(by, case, classes)
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=[row for row in (shown, before) if row is not None] or [case],
        person_id=case.person_id,
        case_id=case.pk,
        classes=classes,
    )
    if journey.legs:
        note_read(
            request,
            by=by,
            purpose=Purpose.SUPPORT,
            shown=journey.legs,
            person_id=case.person_id,
            case_id=case.pk,
            classes=[DataClass.JOURNEY],
        )
    context = {
        **about(case),
        "journey": journey,
        "journey_told": tells_of_journey(classes),
        "assessment": shown,
        "assessments": history,
        "before": before,
        "situation": situation_of(shown, before, classes) if shown is not None else None,
        "readings": readings_of(shown, classes) if shown is not None else (),
        "rules_url": rules_url(shown) if shown is not None else "",
        "kept_apart": door.classes(case) - classes,
        "nothing_shown": not classes,
        "may_write": reaches(by, case, Purpose.CASE_WORK),
        "today": timezone.localdate(),
    }
    return render(request, "cases/situation.html", context)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def assess(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Before the form: what the person agreed to, and on what the assessment rests."""
    by = principal_of(request)
    case, _door = queries.case_or_404(by, case_id, Purpose.CASE_WORK)
    cover = cover_for_assessment(case.person, timezone.localdate())
    covered, overridden = cover is Cover.COVERED, is_overridden(case.person)
    usual = LegalBasis.CONSENT if covered else LegalBasis.VITAL_INTEREST
    form = StartForm(request.POST or None, initial={"basis": usual})
    if request.method == "POST" and form.is_valid():
        try:
            ticket = field.open_form(case=case, basis=LegalBasis(form.cleaned_data["basis"]), by=by)
            return redirect("cases:form", case_id=case.pk, ticket_id=ticket.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[case], case_id=case.pk)
    context = {
        **about(case),
        "form": form,
        "cover": cover,
        "overridden": overridden,
        "cover_text": consent_words.COVERS[cover],
        "framework_title": frameworks.current().title.get(language()),
    }
    return render(request, "cases/assess.html", context, status=400 if form.errors else 200)


# The form component evaluates its expressions in WebAssembly and styles its own elements.
FORM_POLICY = {
    "script-src": ["'wasm-unsafe-eval'"],
    "style-src": ["'unsafe-inline'"],
    "font-src": ["data:"],
    "connect-src": ["data:"],
    "img-src": ["blob:"],
}


@needs(Verb.WRITE)
@require_GET
def form(request: HttpRequest, case_id: uuid.UUID, ticket_id: uuid.UUID) -> HttpResponse:
    """The form, filled in in the page."""
    by = principal_of(request)
    case, _door = queries.case_or_404(by, case_id, Purpose.CASE_WORK)
    ticket = tickets.own_ticket_or_404(by, case, ticket_id)
    try:
        actions.check_may_assess(case=case, basis=LegalBasis(ticket.basis), by=by)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect("people:person", person_id=case.person_id)
    framework = frameworks.by_digest(ticket.framework_id)
    token = token_of(ticket.pk)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[case], case_id=case.pk)
    context = {
        "case": case,
        "person": case.person,
        "framework_title": framework.title.get(language()),
        "form_language": framework.languages.get(language(), ""),
        "form_url": reverse("field:form", args=[token]),
        "submission_url": reverse("field:submission", args=[token]),
        "done_url": reverse("cases:situation", args=[case.pk]),
        "max_bytes": settings.OPENROSA_MAX_BYTES,
    }
    response = render(request, "cases/form.html", context)
    response._csp_update = FORM_POLICY  # type: ignore[attr-defined]  # what csp_update sets
    return response


@needs(Verb.WRITE)
@require_POST
def review(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Sets the day of the next look at a case."""
    by = principal_of(request)
    case, _door = queries.case_or_404(by, case_id, Purpose.CASE_WORK)
    form = ReviewForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError(_("Choose a day."))
        data = form.cleaned_data
        merged = actions.set_review(case=case, on=data["review_on"], by=by, base=data["base"])
        tell_merged(request, merged, _("The day was set."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("cases:course", case_id=case.pk)


@needs(Verb.WRITE)
@require_POST
def belong(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Says to which programme and area a case belongs."""
    by = principal_of(request)
    case, _door = queries.case_or_404(by, case_id, Purpose.CASE_WORK)
    form = BelongingForm(case.organisation_id, request.POST, now=case.programme_id)
    try:
        if not form.is_valid():
            raise ValidationError([text for texts in form.errors.values() for text in texts])
        actions.belong(case=case, belongs=form.belongs(), by=by)
        messages.success(request, _("It was written down."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("cases:course", case_id=case.pk)


@needs(Verb.READ)
@require_GET
def course(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Where the case stands, what can be done with it, and what was done so far."""
    by = principal_of(request)
    case, door = queries.case_or_404(by, case_id)
    classes = queries.shown_classes(door, [case])[case.pk]
    note_read(
        request, by=by, purpose=Purpose.SUPPORT, shown=[case], case_id=case.pk, classes=classes
    )
    may_write = reaches(by, case, Purpose.CASE_WORK)
    context = {
        **about(case),
        "phases": lines.phases(case),
        "progress": plans.progress(case, classes),
        "acts": lines.offered(case) if may_write else (),
        "steps": lines.step_lines(case, queries.steps(case), classes),
        "episodes": lines.episode_lines(queries.episodes(case), case.person, classes),
        "lacking": holding.lacking(case),
        "area": case.area if DataClass.CONTACT_PLACE in door.classes(case) else "",
        "merged_into": queries.merged_into(by, case),
        "merged_here": queries.merged_here(by, case),
        "belonging_form": _belonging(case) if may_write and case.is_worked else None,
        "review_form": ReviewForm(initial={"review_on": case.review_on, "base": case.row_version}),
        "may_write": may_write,
        "differing": len(queries.differences(by, case)),
        "assignments": caseload.history(case),
        "may_hand_over": may_write and case.is_worked and has_or_leads(by, case),
        "today": timezone.localdate(),
    }
    return render(request, "cases/course.html", context)


@needs(Verb.READ)
@require_GET
def differences(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Where two people wrote different things, with both values."""
    by = principal_of(request)
    case, door = queries.case_or_404(by, case_id)
    rows = queries.differences(by, case)
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=rows or [case],
        person_id=case.person_id,
        case_id=case.pk,
        classes=queries.shown_classes(door, [case])[case.pk],
    )
    context = {
        **about(case),
        "lines": lines.difference_lines(by, rows),
    }
    return render(request, "cases/differences.html", context)


@needs(Verb.WRITE)
@require_POST
def settle(request: HttpRequest, case_id: uuid.UUID, difference_id: uuid.UUID) -> HttpResponse:
    """Decides which of two values holds."""
    by = principal_of(request)
    case, _door = queries.case_or_404(by, case_id, Purpose.CASE_WORK)
    row = queries.difference_or_404(by, case, difference_id)
    chosen = request.POST.get("takes", "")
    try:
        if chosen not in ("first", "second"):
            raise ValidationError(_("Choose one."))
        actions.settle(difference=row, takes_second=chosen == "second", by=by)
        messages.success(request, _("Your decision was written down."))
    except PermissionDenied as refusal:
        messages.error(request, str(refusal))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("cases:differences", case_id=case.pk)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, case_id: uuid.UUID, act: str) -> HttpResponse:
    """One act with the case: what it asks for, and doing it."""
    by = principal_of(request)
    case, _door = queries.case_or_404(by, case_id, Purpose.CASE_WORK)
    if act not in Act.values:
        raise Http404
    wanted = Act(act)
    if wanted not in lines.offered(case):
        messages.error(request, _("This cannot be done with the case as it stands now."))
        return redirect("cases:course", case_id=case.pk)
    others = queries.same_person(by, case) if wanted is Act.CLOSE else ()
    form = ActForm(wanted, case, request.POST or None, initial=_usual_day(case), others=others)
    if request.method == "POST" and form.is_valid():
        try:
            actions.take(case=case, act=wanted, how=form.how(), by=by)
            messages.success(request, _("It was written down."))
            return redirect("cases:course", case_id=case.pk)
        except WrongStateError:
            messages.error(request, _("Somebody else changed this case in the meantime."))
            return redirect("cases:course", case_id=case.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[case], case_id=case.pk)
    context = {
        "case": case,
        "person": case.person,
        "act": wanted,
        "help": lines.HELPS[wanted],
        "lacking": [each for each in holding.lacking(case) if each.before in _asked_by(wanted)],
        "returns_open": contacts.after_return_open(case) if wanted is Act.CLOSE else 0,
        "form": form,
    }
    return render(request, "cases/act.html", context, status=400 if form.errors else 200)


def _belonging(case: Case) -> BelongingForm:
    now = {"programme": case.programme_id, "area": case.area}
    return BelongingForm(case.organisation_id, initial=now, now=case.programme_id)


def _asked_by(act: Act) -> Collection[Before]:
    if act is Act.MOVE:
        return (Before.PLANNING, Before.IMPLEMENTING)
    return (Before.CLOSURE,) if act is Act.CLOSE else ()


def _usual_day(case: Case) -> dict[str, object]:
    today = timezone.localdate()
    return {"review_on": rules.next_review(today, urgent=case.is_urgent)}


def _chosen(
    case: Case, history: Sequence[Assessment], assessment_id: uuid.UUID | None
) -> Assessment | None:
    if assessment_id is not None:
        return queries.assessment_or_404(case, assessment_id)
    return queries.assessment_or_404(case, history[0].pk) if history else None


def _before(
    request: HttpRequest, case: Case, history: Sequence[Assessment], shown: Assessment | None
) -> Assessment | None:
    """The assessment to compare with: the one asked for, else the one before."""
    if shown is None:
        return None
    wanted = request.GET.get("before", "")
    if wanted:
        try:
            return queries.assessment_or_404(case, uuid.UUID(wanted))
        except ValueError:
            raise Http404 from None
    earlier = next((row for row in history if row.made_at < shown.made_at), None)
    return queries.assessment_or_404(case, earlier.pk) if earlier is not None else None
