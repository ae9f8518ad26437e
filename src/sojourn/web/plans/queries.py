"""Reads of plans, for callers that reached the case, narrowed by what may be shown of it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.accounts.models import User
from sojourn.web.accounts.queries import helpers
from sojourn.web.accounts.roles import Verb
from sojourn.web.cases.models import Case
from sojourn.web.cases.states import WORKED
from sojourn.web.plans import approvals, rules
from sojourn.web.plans.models import Approval, ItemStep, Plan, PlanItem
from sojourn.web.plans.rules import Progress
from sojourn.web.plans.states import WAITING, ApprovalState, ItemState
from sojourn.web.programmes.gates import Gate
from sojourn.web.programmes.queries import needed
from sojourn.web.reach.queries import reachers


def current(case: Case) -> Plan | None:
    """The current plan of a case the caller was cleared for."""
    return _plans(case).filter(is_current=True).first()


def version_or_404(case: Case, version: int) -> Plan:
    """One version of a case's plan."""
    return get_object_or_404(_plans(case), version=version)


def versions(case: Case) -> list[Plan]:
    """All versions, newest first, without what the assessments hold."""
    return list(Plan.objects.filter(case=case).order_by("-version"))


def items(plan: Plan, classes: Collection[DataClass]) -> list[PlanItem]:
    """The items of a plan that may be shown, the first due first."""
    rows = PlanItem.objects.filter(plan=plan).filter(_shown(classes))
    return list(rows.select_related("owner", "owner_organisation").order_by("due", "made_at"))


def item_or_404(case: Case, item_id: uuid.UUID, classes: Collection[DataClass]) -> PlanItem:
    """One item of the case's plans; one that may not be shown is not there."""
    rows = PlanItem.objects.filter(case=case).filter(_shown(classes))
    linked = ("plan__assessment", "plan__case", "person__key", "owner", "owner_organisation")
    return get_object_or_404(rows.select_related(*linked), pk=item_id)


def approval_or_404(case: Case, approval_id: uuid.UUID) -> Approval:
    """One request about a plan of the case."""
    rows = Approval.objects.filter(subject__case=case)
    named = rows.select_related(*_ABOUT, "person__key").prefetch_related("decisions__by")
    return get_object_or_404(named, pk=approval_id)


def latest_approval(plan: Plan) -> Approval | None:
    """The newest request about this version, with who decided."""
    rows = Approval.objects.filter(subject=plan).select_related(*_ABOUT)
    return rows.prefetch_related("decisions__by").order_by("-requested_at").first()


def steps(item: PlanItem) -> list[ItemStep]:
    """What was done with an item, latest first."""
    return list(ItemStep.objects.filter(item=item).select_related("by").order_by("-at"))


def standing(approval: Approval | None, plan: Plan) -> ApprovalState | None:
    """Where the newest request stands for the plan as it is now."""
    if approval is None:
        return None
    now = approvals.digest_of(plan)
    return rules.standing(ApprovalState(approval.state), approval.digest, now)


def progress(case: Case, classes: Collection[DataClass]) -> Progress:
    """How far a case has come, by what the caller may see of it."""
    plan = current(case)
    begun = case.episodes.filter(number=case.episode).values_list("opened_at", flat=True).first()
    of_now = plan if plan is not None and plan.episode == case.episode else None
    return rules.progress(
        opened_at=begun or case.opened_at,
        assessed_at=case.assessed_at,
        has_plan=of_now is not None,
        approval=standing(latest_approval(of_now), of_now) if of_now is not None else None,
        states=[ItemState(item.state) for item in items(of_now, classes)] if of_now else [],
    )


def may_be_asked(approval: Approval | None, plan: Plan) -> bool:
    """Whether approval of the plan as it is now can be asked for: nothing waits, and nothing was
    approved by as many people as the case's programme wants."""
    if approval is None:
        return True
    now = standing(approval, plan)
    if now is ApprovalState.APPROVED:
        case = plan.case
        wanted = needed(case.organisation_id, case.programme_id, Gate.PLAN_APPROVED)
        return approval.quorum < wanted
    return now is not ApprovalState.REQUESTED


def to_decide(principal: Principal, limit: int) -> list[Approval]:
    """Requests that this principal may decide about, the longest waiting first."""
    if principal.user_id is None or not principal.may(Verb.APPROVE):
        return []
    rows = (
        Approval.objects.filter(state=ApprovalState.REQUESTED, subject__is_current=True)
        .exclude(requested_by_id=principal.user_id)
        .exclude(decisions__by_id=principal.user_id)
    )
    shown = visible(principal, rows, Purpose.APPROVAL).rows.select_related("subject", *_PERSON)
    return list(shown.order_by("requested_at")[:limit])


def answered(principal: Principal, since: datetime, limit: int) -> list[Approval]:
    """What was decided lately about what this principal asked for, the newest first."""
    if principal.user_id is None:
        return []
    rows = Approval.objects.filter(
        requested_by_id=principal.user_id,
        state__in=[ApprovalState.APPROVED, ApprovalState.REJECTED],
        decided_at__gte=since,
    )
    shown = visible(principal, rows, Purpose.SUPPORT).rows.select_related("subject", *_PERSON)
    return list(shown.order_by("-decided_at")[:limit])


def doers(case: Case) -> QuerySet[User]:
    """Who may be named to do something: who works on cases here and reaches this one, by name."""
    return helpers(case.organisation_id).filter(pk__in=reachers(case))


def due_of(principal: Principal, today: date, limit: int) -> list[PlanItem]:
    """What this principal has to do within a week, the most overdue first."""
    if principal.user_id is None:
        return []
    rows = PlanItem.objects.filter(
        owner_id=principal.user_id,
        is_current=True,
        state__in=WAITING,
        due__lte=today + _SOON,
        case__state__in=WORKED,
    )
    shown = visible(principal, rows, Purpose.SUPPORT).rows.select_related(*_PERSON)
    return list(shown.order_by("due")[:limit])


_SOON = timedelta(days=7)
_PERSON = ("person__identity", "person__key")
_ABOUT = ("subject__case", "requested_by")


def _plans(case: Case) -> QuerySet[Plan]:
    linked = ("assessment", "made_by", "case", "person__key")
    return Plan.objects.filter(case=case).select_related(*linked).defer("assessment__texts")


def _shown(classes: Collection[DataClass]) -> Q:
    seen = ["", *sorted(each.value for each in classes)]
    return Q(need_class__in=seen, response_class__in=seen)
