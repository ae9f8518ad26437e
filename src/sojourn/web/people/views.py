"""People: a search, registering, a person's page. The list of them is in `caseload`."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sojourn.web.accounts import queries as accounts
from sojourn.web.accounts.access import Principal, Purpose, needs, principal_of, reaches
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit import queries as audit
from sojourn.web.audit import words as audit_words
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import actions as cases
from sojourn.web.cases import queries as case_queries
from sojourn.web.cases.belonging import Belongs
from sojourn.web.consent import queries as consents
from sojourn.web.consent import words as consent_words
from sojourn.web.consent.models import Flaw
from sojourn.web.duplicates import looking
from sojourn.web.duplicates import queries as duplicates
from sojourn.web.exports import queries as exports
from sojourn.web.kin import lines as kin
from sojourn.web.people import actions, identities, queries, sheet
from sojourn.web.people.actions import Newcomer
from sojourn.web.people.forms import (
    DocumentForms,
    DocumentSet,
    EraseForm,
    IdentityForm,
    NameForms,
    NameSet,
    RegisterForm,
    SearchForm,
    initial_documents,
    initial_names,
    language_label,
)
from sojourn.web.people.lines import (
    consent_lines,
    document_lines,
    identity_facts,
    override_lines,
    person_lines,
)
from sojourn.web.people.models import Person
from sojourn.web.people.rules import IdentityData
from sojourn.web.plans import queries as plans
from sojourn.web.reach import queries as reach
from sojourn.web.reach import words as reach_words

_PER_PAGE = 50


@needs(Verb.FIND)
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Finds people. Posted, so that nothing typed stands in an address."""
    by = principal_of(request)
    if request.method == "GET":
        return redirect("people:list")
    form = SearchForm(request.POST)
    found = queries.Found([], [])
    if form.is_valid():
        found = queries.search(by, form.cleaned_data["q"])
        told = [*found.people, *found.held]
        note_read(request, by=by, purpose=Purpose.FIND, shown=told, verb="find")
    context = {
        "search_form": form,
        "lines": person_lines(by, found.people),
        "held": [(each, accounts.whom_to_ask(each.organisation_id)) for each in found.held],
        "searched": form.is_valid(),
        "too_many": len(found.people) == queries.SEARCH_LIMIT,
        "may_write": by.may(Verb.WRITE),
    }
    return render(request, "people/list.html", context, status=400 if form.errors else 200)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Registers a person and opens a case."""
    by = principal_of(request)
    form = RegisterForm(by, request.POST or None)
    alike: list[looking.Match] = []
    posted = request.method == "POST" and form.is_valid()
    if posted and not form.cleaned_data["is_somebody_else"]:
        alike = looking.alike(by, form.identity())
    if alike:
        form.ask_again()
        told = [each.person for each in alike]
        note_read(request, by=by, purpose=Purpose.FIND, shown=told, verb="find")
    elif posted:
        try:
            (case,) = cases.open_files(
                organisation=form.cleaned_data["organisation"],
                newcomers=[Newcomer(form.identity(), form.cleaned_data["language"])],
                by=by,
                screening=form.cleaned_data["screening"],
                belongs=Belongs(form.cleaned_data.get("programme")),
            )
            messages.success(request, _("The person was registered. Ask for consent next."))
            return redirect("people:person", person_id=case.person_id)
        except ValidationError as problem:
            form.add_error(None, problem)
    context = {"form": form, "alike": alike}
    status = 400 if form.errors or alike else 200
    return render(request, "people/register.html", context, status=status)


@needs(Verb.READ)
@require_GET
def person(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """A person's page: who they are, what they agreed to, their case, who looked."""
    by = principal_of(request)
    person = queries.person_or_404(by, person_id)
    case = case_queries.case_of(by, person)
    given = consents.of_person(by, person)
    cover = consents.assessment_cover(given, timezone.localdate())
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=[person],
        case_id=case.pk if case is not None else None,
        classes=queries.people(by).classes(person),
    )
    identity = identities.open_many([person])[person.pk]
    context = {
        "person": person,
        "opened": by.opened({person.pk}),
        "identity": identity,
        "facts": identity_facts(identity),
        "documents": document_lines(identity),
        "other_files": duplicates.others(by, person),
        **kin.of_person(by, person),
        "language_label": language_label(person.language),
        "case": case,
        "assessments": list(case_queries.assessments(case)) if case is not None else [],
        "consents": consent_lines(given, timezone.localdate()),
        "cover": cover,
        "cover_text": consent_words.COVERS[cover],
        "may_write": reaches(by, person, Purpose.CASE_WORK),
        "may_export": reaches(by, person, Purpose.EXPORT),
        "flaws": Flaw.choices,
        "overrides": override_lines(by, consents.overrides_of(by, person), person),
        "may_erase": reaches(by, person, Purpose.ERASURE),
        "copies_to_tell": exports.still_to_tell(person),
    }
    return render(request, "people/person.html", context)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Corrects names and numbers."""
    by = principal_of(request)
    person = queries.person_or_404(by, person_id, Purpose.CASE_WORK)
    known = identities.open_many([person])[person.pk]
    form = IdentityForm(
        request.POST or None, initial=IdentityForm.initial_from(known, person.language)
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct(
                person=person,
                identity=form.identity(known),
                language=form.cleaned_data["language"],
                by=by,
            )
            messages.success(request, _("The change was saved."))
            return redirect("people:person", person_id=person.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[person])
    context = {"form": form, "person": person}
    return render(request, "people/correct.html", context, status=400 if form.errors else 200)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def names(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """All names of a person, in any script, and what each of them is."""
    by = principal_of(request)
    person = queries.person_or_404(by, person_id, Purpose.CASE_WORK)
    known = identities.open_many([person])[person.pk]
    forms = NameSet(request.POST or None, initial=initial_names(known.names))
    problems: list[str] = []
    if request.method == "POST" and forms.is_valid():
        changed = replace(known, names=forms.names())
        problems = _correct(request, person, changed, by)
        if not problems:
            return redirect("people:person", person_id=person.pk)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[person])
    context = {"forms": forms, "person": person, "problems": problems, "of_names": True}
    return render(request, "people/several.html", context, status=_status(forms, problems))


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def documents(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """All documents of a person. A number that is on another file has to be looked at first."""
    by = principal_of(request)
    person = queries.person_or_404(by, person_id, Purpose.CASE_WORK)
    known = identities.open_many([person])[person.pk]
    forms = DocumentSet(request.POST or None, initial=initial_documents(known.documents))
    problems: list[str] = []
    alike: list[looking.Match] = []
    if request.method == "POST" and forms.is_valid():
        changed = known.with_documents(forms.documents())
        if "is_somebody_else" not in request.POST:
            alike = looking.new_numbers(by, person, known, changed)
        problems = [] if alike else _correct(request, person, changed, by)
        if not problems and not alike:
            return redirect("people:person", person_id=person.pk)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[person])
    if alike:
        told = [each.person for each in alike]
        note_read(request, by=by, purpose=Purpose.FIND, shown=told, verb="find")
    context = {"forms": forms, "person": person, "problems": problems, "alike": alike}
    status = 400 if alike else _status(forms, problems)
    return render(request, "people/several.html", context, status=status)


def _correct(
    request: HttpRequest, person: Person, identity: IdentityData, by: Principal
) -> list[str]:
    """Keeps an identity and says so; else what stands against it."""
    try:
        actions.correct(person=person, identity=identity, language=person.language, by=by)
    except ValidationError as problem:
        return problem.messages
    messages.success(request, _("The change was saved."))
    return []


def _status(forms: NameForms | DocumentForms, problems: list[str]) -> int:
    wrong = forms.is_bound and not forms.is_valid()
    return 400 if wrong or problems else 200


@needs(Verb.ERASE)
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Erases who a person is, after the number was typed."""
    by = principal_of(request)
    person = queries.person_or_404(by, person_id, Purpose.ERASURE)
    form = EraseForm(person.number, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.erase(person=person, by=by, reason=form.cleaned_data["reason"])
            messages.success(request, _("The identity was erased. It cannot be brought back."))
            return redirect("people:person", person_id=person.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.ERASURE, shown=[person])
    context = {"form": form, "person": person}
    return render(request, "people/erase.html", context, status=400 if form.errors else 200)


@needs(Verb.READ)
@require_GET
def looks(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Who saw or changed something of a person: what the person may ask for at any time."""
    by = principal_of(request)
    person = queries.person_or_404(by, person_id)
    events = audit.about(person.pk, without=audit.unseen(by, person.pk))
    page = Paginator(events, _PER_PAGE).get_page(request.GET.get("page"))
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=[person], verb="read_access")
    context = {"person": person, "page": page, "events": audit_words.lines(page)}
    return render(request, "people/looks.html", context)


@needs(Verb.READ)
@require_GET
def own_sheet(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """A sheet for the person, to read or print in their own language where there is one."""
    by = principal_of(request)
    person = queries.person_or_404(by, person_id)
    given = consents.of_person(by, person)
    case = case_queries.case_of(by, person)
    made = [row.made_at for row in case_queries.assessments(case)] if case is not None else []
    plan = plans.current(case) if case is not None else None
    planned = len(plans.items(plan, queries.people(by).classes(person))) if plan is not None else 0
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=[person], verb="read_access")
    spoken = person.language if person.language in dict(settings.LANGUAGES) else get_language()
    with translation.override(spoken):
        can_open = reach_words.plain(reach.grouped(reach.openers(case))) if case is not None else []
        seen = sheet.who_saw(audit.about(person.pk, without=audit.unseen(by, person.pk)))
        context = {
            "person": person,
            "held": sheet.held(identities.open_many([person])[person.pk], made, planned),
            "consents": consent_lines(given, timezone.localdate()),
            "overrides": override_lines(by, consents.overrides_of(by, person), person),
            "can_open": can_open,
            "seen": seen,
            "taken": sum(line.taken for line in seen),
            "copies": exports.copies(by, person),
        }
        return render(request, "people/sheet.html", context)
