"""Handing over one case, or all that a colleague looks after; and handing back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from sojourn.web.accounts.access import Principal, Purpose, needs, principal_of
from sojourn.web.accounts.models import User
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.caseload import handing, queries, rules, sharing
from sojourn.web.caseload.access import check_may_hand_over
from sojourn.web.caseload.forms import HandOverForm
from sojourn.web.caseload.handing import Given, Terms
from sojourn.web.caseload.models import Assignment, HandOver
from sojourn.web.caseload.sharing import AT_ONCE, Share
from sojourn.web.cases import queries as cases
from sojourn.web.cases.models import Case
from sojourn.web.people.lines import PersonLine, case_lines


@dataclass(frozen=True)
class Proposal:
    """One case of a caseload, and who is to take it."""

    line: PersonLine
    share: Share


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Gives one case to a colleague."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    try:
        check_may_hand_over(by, case)
    except PermissionDenied as refusal:
        messages.error(request, str(refusal))
        return redirect("cases:course", case_id=case.pk)
    if not case.is_worked:
        messages.error(request, _("This case is closed."))
        return redirect("cases:course", case_id=case.pk)
    form = _form(request, by, case.worker_id, [case], single=True)
    if request.method == "POST" and form.is_valid():
        (taker,) = form.takers()
        try:
            (made,) = handing.hand_over(given=[Given(case, taker)], terms=form.terms(), by=by)
            messages.success(request, _("The case is with %(name)s now.") % {"name": taker.name})
            return redirect("caseload:handed_over", made.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[case], case_id=case.pk)
    context = {"case": case, "person": case.person, "form": form}
    status = 400 if form.errors else 200
    return render(request, "caseload/hand_over_one.html", context, status=status)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def whole(request: HttpRequest, user_id: int) -> HttpResponse:
    """Gives all that somebody looks after to colleagues: who, what goes where, then it is done.

    Number 0 stands for the cases that nobody looks after.
    """
    by = principal_of(request)
    frm = sharing.colleague_or_404(by, user_id)
    found = queries.caseload_of(by, frm.pk if frm is not None else None, AT_ONCE)
    form = _form(request, by, frm.pk if frm is not None else None, found)
    context: dict[str, object] = {
        "frm": frm,
        "is_me": frm is not None and frm.pk == by.user_id,
        "form": form,
    }
    proposals: list[Proposal] = []
    if request.method == "POST" and form.is_valid() and found:
        proposals = _proposals(request, by, found, form.takers(), form.terms())
        if request.POST.get("step") == "do":
            try:
                return _do(request, by, frm, proposals, form.terms())
            except ValidationError as problem:
                form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=found)
    context |= {
        "proposals": proposals,
        "lines": [] if proposals else case_lines(by, found),
        "more": len(found) == AT_ONCE,
        "handed": queries.handed_lately(by),
        "today": timezone.localdate(),
    }
    status = 400 if form.errors else 200
    name = "caseload/preview.html" if proposals else "caseload/hand_over.html"
    return render(request, name, context, status=status)


@needs(Verb.READ)
@require_http_methods(["GET", "POST"])
def handed_over(request: HttpRequest, hand_over_id: uuid.UUID) -> HttpResponse:
    """What went to whom; gives it back."""
    by = principal_of(request)
    hand_over = queries.hand_over_or_404(by, hand_over_id)
    if request.method == "POST":
        try:
            moved = handing.hand_back(hand_over=hand_over, by=by)
            text = ngettext("%(n)s case was handed back.", "%(n)s cases were handed back.", moved)
            messages.success(request, text % {"n": moved})
        except PermissionDenied as refusal:
            messages.error(request, str(refusal))
        except ValidationError as problem:
            messages.error(request, " ".join(problem.messages))
        return redirect("caseload:handed_over", hand_over.pk)
    rows = queries.moved(by, hand_over)
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=rows)
    context = {
        "hand_over": hand_over,
        "rows": list(zip(rows, case_lines(by, _with_people(rows)), strict=True)),
        "may_hand_back": handing.can_hand_back(by, hand_over),
        "today": timezone.localdate(),
    }
    return render(request, "caseload/handed_over.html", context)


def _with_people(rows: Sequence[Assignment]) -> list[Case]:
    for row in rows:
        row.case.person = row.person
    return [row.case for row in rows]


def _form(
    request: HttpRequest,
    by: Principal,
    frm: int | None,
    found: Sequence[Case],
    *,
    single: bool = False,
) -> HandOverForm:
    organisations = {case.organisation_id for case in found} or by.organisations(Verb.WRITE)
    users = [user for user in queries.colleagues(by, Verb.WRITE) if user.pk != frm]
    carried = queries.carried([user.pk for user in users], organisations)
    teams = [team for team in queries.teams(by) if team.organisation_id in organisations]
    takers = [(user, carried[user.pk]) for user in users]
    return HandOverForm(takers, teams, request.POST or None, single=single)


def _proposals(
    request: HttpRequest, by: Principal, found: list[Case], takers: list[User], terms: Terms
) -> list[Proposal]:
    """Who takes what: as chosen where that was posted, else shared out evenly."""
    posted = {case.pk: request.POST.get(f"case-{case.pk}") for case in found}
    chosen = {
        pk: int(text) if rules.is_number(text) else None
        for pk, text in posted.items()
        if text is not None
    }
    shared = sharing.shares(found, takers, terms, chosen)
    return [Proposal(line, each) for each, line in zip(shared, case_lines(by, found), strict=True)]


def _do(
    request: HttpRequest,
    by: Principal,
    frm: User | None,
    proposals: Sequence[Proposal],
    terms: Terms,
) -> HttpResponse:
    shared = [each.share for each in proposals]
    made = sharing.carry_out(frm=frm, shared=shared, terms=terms, by=by)
    moved = sum(each.to is not None for each in shared)
    text = ngettext("%(n)s case was handed over.", "%(n)s cases were handed over.", moved)
    messages.success(request, text % {"n": moved})
    return redirect(_first(made))


def _first(made: Sequence[HandOver]) -> str:
    return reverse("caseload:handed_over", args=[made[0].pk])
