"""The plan board, its items, and decisions about it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sojourn.web.accounts.access import Principal, Purpose, needs, principal_of, reaches
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import queries as cases
from sojourn.web.cases.merging import tell_merged
from sojourn.web.cases.models import Case
from sojourn.web.cases.page import about
from sojourn.web.people import words
from sojourn.web.plans import actions, approvals, queries
from sojourn.web.plans import board as boards
from sojourn.web.plans.access import can_decide
from sojourn.web.plans.forms import DecisionForm, EndForm, ItemForm, initial_of
from sojourn.web.plans.models import Approval, Plan
from sojourn.web.plans.needs import Offer, offer
from sojourn.web.plans.states import ApprovalState, ItemAct, ItemState, item_acts
from sojourn.web.steps import WrongStateError


@needs(Verb.READ)
@require_GET
def board(request: HttpRequest, case_id: uuid.UUID, version: int | None = None) -> HttpResponse:
    """The plan on one page: by horizon, and by what is still to do."""
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id)
    classes = cases.shown_classes(door, [case])[case.pk]
    plan = queries.current(case) if version is None else queries.version_or_404(case, version)
    items = queries.items(plan, classes) if plan is not None else []
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=[plan] if plan is not None else [case],
        person_id=case.person_id,
        case_id=case.pk,
        classes=classes,
    )
    may_write = reaches(by, case, Purpose.CASE_WORK) and case.is_worked
    may_edit = may_write and plan is not None and plan.is_current
    approval = queries.latest_approval(plan) if plan is not None else None
    context = {
        **_about(case),
        "plan": plan,
        "versions": queries.versions(case),
        "bands": boards.bands(
            items,
            offer(plan.assessment, classes) if plan is not None and may_edit else None,
            person=case.person,
            classes=classes,
            today=timezone.localdate(),
        ),
        "dropped": sum(item.state == ItemState.DROPPED for item in items),
        "progress": queries.progress(case, classes),
        "differing": len(cases.differences(by, case)),
        "standing": queries.standing(approval, plan) if plan is not None else None,
        "approval": approval,
        "votes": boards.votes(approval, case.person),
        "tally": boards.tally(approval) if approval is not None else None,
        "may_decide": approval is not None
        and approval.state == ApprovalState.REQUESTED
        and can_decide(by, approval),
        "may_take_back": approval is not None and approval.requested_by_id == by.user_id,
        "may_write": may_write,
        "may_edit": may_edit,
        "may_ask": may_edit and plan is not None and queries.may_be_asked(approval, plan),
        "has_assessment": case.assessed_at is not None,
    }
    return render(request, "plans/board.html", context)


@needs(Verb.WRITE)
@require_POST
def begin(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Begins a plan, or a new version of it."""
    case, by = _case_to_write(request, case_id)
    return _done(request, case, lambda: actions.begin(case=case, by=by), _("The plan was begun."))


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Adds something to do. What is suggested is posted, so that no address names it."""
    case, by = _case_to_write(request, case_id)
    plan = queries.current(case)
    if plan is None:
        return redirect("plans:board", case_id=case.pk)
    offered = offer(plan.assessment, actions.clearance(case, by))
    suggested = request.POST.get("suggested", "")
    sent = request.POST if request.method == "POST" and not suggested else None
    form = ItemForm(plan, offered, sent, initial=_usual(plan, offered, by, suggested))
    if sent is not None and form.is_valid():
        try:
            actions.add_item(plan=plan, wish=form.wish(), by=by)
            messages.success(request, _("It is in the plan."))
            return redirect("plans:board", case_id=case.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[plan], case_id=case.pk)
    context = {**_about(case), "form": form, "offer": offered}
    return render(request, "plans/item.html", context, status=400 if form.errors else 200)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, case_id: uuid.UUID, item_id: uuid.UUID) -> HttpResponse:
    """Changes something to do, and shows what became of it so far."""
    case, by = _case_to_write(request, case_id)
    classes = actions.clearance(case, by)
    row = queries.item_or_404(case, item_id, classes)
    goal = words.opened(row, "goal", words.key_for(row.person))
    form = ItemForm(
        row.plan,
        offer(row.plan.assessment, classes),
        request.POST or None,
        item=row,
        initial=initial_of(row, goal),
    )
    if request.method == "POST" and form.is_valid():
        try:
            merged = actions.change_item(
                item=row, wish=form.wish(), by=by, base=form.cleaned_data["base"]
            )
            tell_merged(request, merged, _("The change was saved."))
            return redirect("plans:board", case_id=case.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[row], case_id=case.pk)
    today = timezone.localdate()
    context = {
        **_about(case),
        "item": row,
        "card": boards.board_cards([row], case.person, classes, today)[0],
        "past": boards.past(row, queries.steps(row)),
        "form": form,
        "may_edit": row.plan.is_current and case.is_worked,
    }
    return render(request, "plans/item.html", context, status=400 if form.errors else 200)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, case_id: uuid.UUID, item_id: uuid.UUID, act: str) -> HttpResponse:
    """One act with an item: begin, done, not done, out of the plan, taken up again."""
    case, by = _case_to_write(request, case_id)
    classes = actions.clearance(case, by)
    row = queries.item_or_404(case, item_id, classes)
    if act not in ItemAct.values:
        raise Http404
    wanted = ItemAct(act)
    if wanted not in item_acts(ItemState(row.state)):
        messages.error(request, _("This was changed in the meantime."))
        return redirect("plans:board", case_id=case.pk)
    form = EndForm(wanted, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.step_item(item=row, act=wanted, end=form.end(), by=by)
            messages.success(request, _("It was written down."))
            return redirect("plans:board", case_id=case.pk)
        except WrongStateError:
            messages.error(request, _("This was changed in the meantime."))
            return redirect("plans:board", case_id=case.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[row], case_id=case.pk)
    card = boards.board_cards([row], case.person, classes, timezone.localdate())[0]
    context = {**_about(case), "act": wanted, "card": card, "form": form}
    return render(request, "plans/step.html", context, status=400 if form.errors else 200)


@needs(Verb.WRITE)
@require_POST
def ask(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Asks for approval of the plan as it is."""
    case, by = _case_to_write(request, case_id)
    plan = queries.current(case)
    if plan is None:
        return redirect("plans:board", case_id=case.pk)
    return _done(
        request, case, lambda: approvals.ask(plan=plan, by=by), _("Your supervisor was asked.")
    )


@needs(Verb.APPROVE)
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, case_id: uuid.UUID, approval_id: uuid.UUID) -> HttpResponse:
    """Reads the plan as it was asked about, and decides."""
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id, Purpose.APPROVAL)
    approval = queries.approval_or_404(case, approval_id)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            approvals.decide(
                approval=approval,
                approves=form.cleaned_data["decision"] == "approve",
                why=form.cleaned_data["words"].strip(),
                by=by,
            )
            messages.success(request, _("Your decision was written down."))
            return redirect("plans:board", case_id=case.pk)
        except WrongStateError:
            messages.error(request, _("The plan was changed, or decided about, in the meantime."))
            return redirect("plans:board", case_id=case.pk)
        except PermissionDenied as refusal:
            messages.error(request, str(refusal))
            return redirect("plans:board", case_id=case.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    return _show_decision(
        request, by, case, approval, form, cases.shown_classes(door, [case])[case.pk]
    )


@needs(Verb.WRITE)
@require_POST
def take_back(request: HttpRequest, case_id: uuid.UUID, approval_id: uuid.UUID) -> HttpResponse:
    """Takes a request for approval back."""
    case, by = _case_to_write(request, case_id)
    approval = queries.approval_or_404(case, approval_id)
    return _done(
        request,
        case,
        lambda: approvals.take_back(approval=approval, by=by),
        _("The request was taken back."),
    )


def _show_decision(
    request: HttpRequest,
    by: Principal,
    case: Case,
    approval: Approval,
    form: DecisionForm,
    classes: Any,
) -> HttpResponse:
    plan = queries.version_or_404(case, approval.subject.version)
    note_read(
        request,
        by=by,
        purpose=Purpose.APPROVAL,
        shown=[plan],
        person_id=case.person_id,
        case_id=case.pk,
        classes=classes,
    )
    context = {
        **_about(case),
        "plan": plan,
        "approval": approval,
        "tally": boards.tally(approval),
        "votes": boards.votes(approval, case.person),
        "standing": queries.standing(approval, plan),
        "bands": boards.bands(
            queries.items(plan, classes),
            None,
            person=case.person,
            classes=classes,
            today=timezone.localdate(),
        ),
        "may_decide": can_decide(by, approval),
        "form": form,
    }
    return render(request, "plans/decide.html", context, status=400 if form.errors else 200)


def _case_to_write(request: HttpRequest, case_id: uuid.UUID) -> tuple[Case, Principal]:
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    return case, by


def _done(request: HttpRequest, case: Case, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
        messages.success(request, done)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    except WrongStateError:
        messages.error(request, _("This was changed in the meantime."))
    return redirect("plans:board", case_id=case.pk)


def _about(case: Case) -> dict[str, object]:
    return {
        **about(case),
        "today": timezone.localdate(),
    }


def _usual(plan: Plan, offered: Offer, by: Principal, suggested: str) -> dict[str, object]:
    """What a new item begins with; a suggested response brings its need and its horizon."""
    usual: dict[str, object] = {
        "owner_organisation": plan.organisation_id,
        "owner": str(by.user_id or ""),
    }
    response = offered.response(suggested)
    if response is not None and response.horizon is not None:
        usual |= {"response": response.name, "horizon": response.horizon.value}
        usual["need"] = next(iter(offered.needs_of.get(response.name, ())), "")
    return usual
