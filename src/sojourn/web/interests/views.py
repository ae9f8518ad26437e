"""The best interests of a child: preparing, looking at it, deciding."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sojourn.web.accounts.access import Principal, Purpose, needs, principal_of, reaches
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import queries as cases
from sojourn.web.cases.models import Case
from sojourn.web.cases.page import about
from sojourn.web.interests import actions, queries, rules
from sojourn.web.interests.access import can_look, check_can_look
from sojourn.web.interests.codes import Kind
from sojourn.web.interests.forms import BeginForm, ElementForm, PrepareForm, VoteForm, WayForm
from sojourn.web.interests.models import Procedure
from sojourn.web.interests.states import State
from sojourn.web.people import words
from sojourn.web.steps import WrongStateError


@needs(Verb.READ)
@require_GET
def procedures(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """What was or has to be decided about the child."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id)
    rows = queries.of_case(by, case)
    _note(request, by, case, rows or [case], Purpose.SUPPORT)
    context = {**about(case), "rows": rows, "may_write": _may_write(by, case)}
    return render(request, "interests/list.html", context)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Begins a procedure."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.begin(case=case, by=by, **form.cleaned_data)
            return redirect("interests:procedure", case_id=case.pk, procedure_id=row.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    _note(request, by, case, [case], Purpose.CASE_WORK)
    return _form(request, case, form, _("What is best for the child"), _("Begin"))


@needs(Verb.READ)
@require_GET
def procedure(request: HttpRequest, case_id: uuid.UUID, procedure_id: uuid.UUID) -> HttpResponse:
    """One procedure: what is weighed, the ways to decide, what others said."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id)
    row = queries.procedure_or_404(by, case, procedure_id)
    sheet = queries.sheet(by, row)
    _note(request, by, case, [row], Purpose.SUPPORT)
    open_now = row.state == State.GATHERING
    may_write = _may_write(by, case)
    context = {
        **about(case),
        "sheet": sheet,
        "row": row,
        "may_prepare": may_write and open_now,
        "may_look": row.state == State.LOOKED_AT and can_look(by, row),
        "may_write": may_write,
        "missing": rules.missing(actions.prepared(row)) if open_now else [],
        "needed": rules.quorum(row.tier),
    }
    return render(request, "interests/procedure.html", context)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def prepare(request: HttpRequest, case_id: uuid.UUID, procedure_id: uuid.UUID) -> HttpResponse:
    """Who speaks for the child, whether it was heard, why the proposed way is best."""
    by = principal_of(request)
    case, row = _row(by, case_id, procedure_id)
    told = actions.told_of(row, words.key_for(case.person))
    initial = {
        **told.__dict__,
        "guardian": row.guardian,
        "heard": row.heard,
        "base": row.row_version,
    }
    form = PrepareForm(request.POST or None, initial=initial)

    def save() -> None:
        data = form.cleaned_data
        actions.prepare(
            procedure=row,
            guardian=data["guardian"],
            heard=data["heard"],
            told=form.told(told.question),
            base=data["base"],
            by=by,
        )

    answer = _saved(request, by, case, row, form, save)
    if form.errors:  # what somebody else wrote meanwhile was read when this is saved again
        form.data = {**request.POST.dict(), "base": str(row.row_version)}
    title = _("The child's voice, and the reasons")
    return answer or _form(request, case, form, title, _("Save"), row)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def element(
    request: HttpRequest, case_id: uuid.UUID, procedure_id: uuid.UUID, kind: str
) -> HttpResponse:
    """What was found about one thing that is weighed."""
    by = principal_of(request)
    case, row = _row(by, case_id, procedure_id)
    if kind not in Kind.values:
        raise Http404
    sheet = queries.sheet(by, row)
    line = next(line for line in sheet.elements if line.kind == kind)
    if line.is_closed:
        raise Http404
    form = ElementForm(request.POST or None, initial={"text": line.text})

    def save() -> None:
        text = form.cleaned_data["text"]
        actions.write_element(procedure=row, kind=Kind(kind), text=text, by=by)

    return _saved(request, by, case, row, form, save) or _form(
        request, case, form, line.label, _("Save"), row
    )


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def add_way(request: HttpRequest, case_id: uuid.UUID, procedure_id: uuid.UUID) -> HttpResponse:
    """Adds a way to decide."""
    by = principal_of(request)
    case, row = _row(by, case_id, procedure_id)
    form = WayForm(request.POST or None)

    def save() -> None:
        actions.add_way(procedure=row, way=form.way(), by=by)

    title = _("A way to decide")
    return _saved(request, by, case, row, form, save) or _form(
        request, case, form, title, _("Save"), row
    )


@needs(Verb.WRITE)
@require_POST
def propose(
    request: HttpRequest, case_id: uuid.UUID, procedure_id: uuid.UUID, option_id: uuid.UUID
) -> HttpResponse:
    """Proposes one of the ways."""
    by = principal_of(request)
    case, row = _row(by, case_id, procedure_id)
    option = queries.option_or_404(by, row, option_id)
    return _done(request, case, row, lambda: actions.propose(option=option, by=by))


@needs(Verb.WRITE)
@require_POST
def remove_way(
    request: HttpRequest, case_id: uuid.UUID, procedure_id: uuid.UUID, option_id: uuid.UUID
) -> HttpResponse:
    """Takes a way out of what is weighed."""
    by = principal_of(request)
    case, row = _row(by, case_id, procedure_id)
    option = queries.option_or_404(by, row, option_id)
    return _done(request, case, row, lambda: actions.remove_way(option=option, by=by))


@needs(Verb.WRITE)
@require_POST
def submit(request: HttpRequest, case_id: uuid.UUID, procedure_id: uuid.UUID) -> HttpResponse:
    """Asks others to look at it."""
    by = principal_of(request)
    case, row = _row(by, case_id, procedure_id)
    return _done(request, case, row, lambda: actions.submit(procedure=row, by=by))


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def look(request: HttpRequest, case_id: uuid.UUID, procedure_id: uuid.UUID) -> HttpResponse:
    """What one thinks of it who was asked to look."""
    by = principal_of(request)
    case, row = _row(by, case_id, procedure_id)
    check_can_look(by, row)
    form = VoteForm(request.POST or None)

    def save() -> None:
        data = form.cleaned_data
        actions.vote(
            procedure=row,
            agrees=data["agrees"] == "yes",
            why=data["words"],
            review_on=data["review_on"],
            by=by,
        )

    title = _("Is this best for the child?")
    return _saved(request, by, case, row, form, save) or _form(
        request, case, form, title, _("Save what I think"), row
    )


@needs(Verb.WRITE)
@require_POST
def again(request: HttpRequest, case_id: uuid.UUID, procedure_id: uuid.UUID) -> HttpResponse:
    """Opens a decision again."""
    by = principal_of(request)
    case, row = _row(by, case_id, procedure_id)
    return _done(request, case, row, lambda: actions.look_again(procedure=row, by=by))


@needs(Verb.WRITE)
@require_POST
def stop(request: HttpRequest, case_id: uuid.UUID, procedure_id: uuid.UUID) -> HttpResponse:
    """Ends a procedure that is not needed any more."""
    by = principal_of(request)
    case, row = _row(by, case_id, procedure_id)
    return _done(request, case, row, lambda: actions.stop(procedure=row, by=by))


def _row(by: Principal, case_id: uuid.UUID, procedure_id: uuid.UUID) -> tuple[Case, Procedure]:
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    return case, queries.procedure_or_404(by, case, procedure_id, Purpose.CASE_WORK)


def _saved(
    request: HttpRequest,
    by: Principal,
    case: Case,
    row: Procedure,
    form: forms.Form,
    save: Callable[[], None],
) -> HttpResponse | None:
    """Saves a posted form and leads back; None where the form has to be shown."""
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except ValidationError as problem:
            form.add_error(None, problem)
        except WrongStateError:
            messages.warning(request, _("Somebody did this already."))
            return redirect("interests:procedure", case_id=case.pk, procedure_id=row.pk)
        else:
            messages.success(request, _("It was saved."))
            return redirect("interests:procedure", case_id=case.pk, procedure_id=row.pk)
    _note(request, by, case, [row], Purpose.CASE_WORK)
    return None


def _done(
    request: HttpRequest, case: Case, row: Procedure, act: Callable[[], None]
) -> HttpResponse:
    try:
        act()
        messages.success(request, _("It was saved."))
    except ValidationError as problem:
        for text in problem.messages:
            messages.error(request, text)
    except WrongStateError:
        messages.warning(request, _("Somebody did this already."))
    return redirect("interests:procedure", case_id=case.pk, procedure_id=row.pk)


def _note(
    request: HttpRequest,
    by: Principal,
    case: Case,
    shown: list[Procedure] | list[Case],
    purpose: Purpose,
) -> None:
    note_read(
        request, by=by, purpose=purpose, shown=shown, person_id=case.person_id, case_id=case.pk
    )


def _may_write(by: Principal, case: Case) -> bool:
    return reaches(by, case, Purpose.CASE_WORK) and case.person.erased_at is None


def _form(
    request: HttpRequest,
    case: Case,
    form: forms.Form,
    title: str,
    submit_label: str,
    row: Procedure | None = None,
) -> HttpResponse:
    context = {
        **about(case),
        "form": form,
        "title": title,
        "submit_label": submit_label,
        "row": row,
    }
    return render(request, "interests/form.html", context, status=400 if form.errors else 200)
