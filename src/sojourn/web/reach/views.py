"""Who can open one file, and what is decided about it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, needs, principal_of, reaches
from sojourn.web.accounts.models import Interest
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import queries as cases
from sojourn.web.cases.models import Case
from sojourn.web.cases.page import about
from sojourn.web.reach import actions, queries, words
from sojourn.web.reach.forms import NameForm, PartForm


@needs(Verb.READ)
@require_safe
def who(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Who can open the file, who is part of it, to whom it was opened by name."""
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id)
    return _page(request, by, case, door.classes(case))


@needs(Verb.WRITE)
@require_POST
def state(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Says that a colleague is part of the case."""
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    form = PartForm(case, request.POST)
    if not form.is_valid():
        return _page(request, by, case, door.classes(case), part_form=form)
    interest = Interest(form.cleaned_data["interest"])
    try:
        actions.state(case=case, user=form.user(), interest=interest, by=by)
    except ValidationError as problem:
        form.add_error(None, problem)
        return _page(request, by, case, door.classes(case), part_form=form)
    messages.success(request, _("The file is closed to them from now on."))
    if form.user().pk == by.user_id:
        return redirect("people:list")
    return redirect("reach:who", case_id=case.pk)


@needs(Verb.APPROVE)
@require_POST
def withdraw(request: HttpRequest, case_id: uuid.UUID, conflict_id: int) -> HttpResponse:
    """Takes back that somebody is part of the case."""
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id, Purpose.APPROVAL)
    conflict = queries.part_or_404(case, door.classes(case), conflict_id)
    actions.withdraw(case=case, conflict=conflict, by=by)
    messages.success(request, _("It was taken back. Their roles count for this case again."))
    return redirect("reach:who", case_id=case.pk)


@needs(Verb.APPROVE)
@require_POST
def give(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Opens the case to a colleague by name."""
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id, Purpose.APPROVAL)
    form = NameForm(case, request.POST)
    if form.is_valid():
        try:
            actions.give(case=case, named=form.named(), by=by)
            messages.success(request, _("The file is open to them until that day."))
            return redirect("reach:who", case_id=case.pk)
        except (ValidationError, PermissionDenied) as problem:
            form.add_error(None, problem if isinstance(problem, ValidationError) else str(problem))
    return _page(request, by, case, door.classes(case), name_form=form)


@needs(Verb.APPROVE)
@require_POST
def end(request: HttpRequest, case_id: uuid.UUID, row_id: int) -> HttpResponse:
    """Closes the case again to somebody it was opened to by name."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.APPROVAL)
    row = queries.named_or_404(case, row_id)
    try:
        actions.end(case=case, row=row, by=by)
        messages.success(request, _("The file is closed to them from now on."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("reach:who", case_id=case.pk)


def _page(
    request: HttpRequest,
    by: Principal,
    case: Case,
    classes: frozenset[DataClass],
    part_form: PartForm | None = None,
    name_form: NameForm | None = None,
) -> HttpResponse:
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=[case],
        case_id=case.pk,
        verb="read_access",
    )
    may_decide = reaches(by, case, Purpose.APPROVAL)
    failed = part_form or name_form
    context = {
        **about(case),
        "lines": words.lines(queries.openers(case)),
        "parts": queries.parts_told(case, classes),
        "named": queries.named(case),
        "may_write": reaches(by, case, Purpose.CASE_WORK),
        "may_decide": may_decide,
        "part_form": part_form or PartForm(case),
        "name_form": (name_form or NameForm(case)) if may_decide else None,
        "form": failed,
    }
    return render(request, "reach/who.html", context, status=400 if failed is not None else 200)
