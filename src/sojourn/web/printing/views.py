"""Printing a plan or an agreement for the person."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sojourn.framework import Horizon
from sojourn.web.accounts.access import Purpose, needs, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import queries as cases
from sojourn.web.consent import queries as consents
from sojourn.web.people.lines import consent_lines
from sojourn.web.people.models import Person
from sojourn.web.people.queries import person_or_404
from sojourn.web.plans import board
from sojourn.web.plans import queries as plans
from sojourn.web.plans.states import ItemState
from sojourn.web.printing import papers, pdf, rules
from sojourn.web.printing.forms import PaperForm
from sojourn.web.printing.papers import Kind, Paper

_ON_PAPER = frozenset({ItemState.PLANNED, ItemState.STARTED, ItemState.DONE})
FILE_NAME = "paper.pdf"
"""Says nothing: a name of a file stays in lists of downloads."""


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """The plan of a case, as far as it may be shown and may stand on paper."""
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    current = plans.current(case)
    if current is None or case.person.erased_at is not None:
        raise Http404
    cleared = cases.shown_classes(door, [case])[case.pk]
    form = _form(request, case.person)

    def made(kind: Kind) -> Paper:
        classes = rules.printable(cleared, is_safe=kind.is_safe)
        items = [i for i in plans.items(current, classes) if i.state in _ON_PAPER]
        today = timezone.localdate()
        cards = board.board_cards(items, case.person, classes, today)
        at = [Horizon(item.horizon) for item in items]
        return papers.plan_paper(
            current, list(zip(at, cards, strict=True)), case.person, kind, today
        )

    if request.method == "POST" and form.is_valid():
        classes = rules.printable(cleared, is_safe=form.kind().is_safe)
        note_read(
            request,
            by=by,
            purpose=Purpose.CASE_WORK,
            shown=[current],
            person_id=case.person_id,
            case_id=case.pk,
            classes=classes,
            verb="print",
            channel="print",
        )
        return _printed(form, made)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[current], case_id=case.pk)
    context = {"case": case, "person": case.person, "what": _("Print the plan")}
    return _page(request, form, context)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def consent(request: HttpRequest, person_id: uuid.UUID, consent_id: uuid.UUID) -> HttpResponse:
    """One consent: to sign, or as it was answered."""
    by = principal_of(request)
    person = person_or_404(by, person_id, Purpose.CASE_WORK)
    row = consents.consent_or_404(by, person, consent_id)
    if person.erased_at is not None:
        raise Http404
    form = _form(request, person)

    def made(kind: Kind) -> Paper:
        today = timezone.localdate()
        (line,) = consent_lines([row], today)
        return papers.consent_paper(row, line, person, kind, today)

    if request.method == "POST" and form.is_valid():
        note_read(
            request,
            by=by,
            purpose=Purpose.CASE_WORK,
            shown=[row],
            verb="print",
            channel="print",
        )
        return _printed(form, made)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[row])
    return _page(request, form, {"person": person, "what": _("Print the agreement")})


def _form(request: HttpRequest, person: Person) -> PaperForm:
    spoken = person.language if person.language in dict(settings.LANGUAGES) else ""
    language = spoken or (translation.get_language() or "en").split("-")[0]
    return PaperForm(language, request.POST if request.method == "POST" else None)


def _printed(form: PaperForm, made: Callable[[Kind], Paper]) -> HttpResponse:
    with translation.override(form.cleaned_data["language"]):
        content = pdf.to_pdf(made(form.kind()))
    headers = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _page(request: HttpRequest, form: PaperForm, context: dict[str, object]) -> HttpResponse:
    person = context["person"]
    assert isinstance(person, Person)  # noqa: S101 - tells the type checker
    known = person.language in dict(settings.LANGUAGES)
    context |= {"form": form, "speaks_another": bool(person.language) and not known}
    return render(request, "printing/print.html", context, status=400 if form.errors else 200)
