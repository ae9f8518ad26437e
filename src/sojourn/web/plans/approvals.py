"""The only writer of approvals and decisions."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal
from sojourn.web.people import words
from sojourn.web.plans import rules
from sojourn.web.plans.access import check_can_decide
from sojourn.web.plans.acting import check_may, check_open, note
from sojourn.web.plans.models import Approval, Decision, Plan, PlanItem
from sojourn.web.plans.on_the_row import bring_up_to_date
from sojourn.web.plans.rules import Agreed
from sojourn.web.plans.states import (
    ApprovalState,
    ItemState,
    check_approval_step,
)
from sojourn.web.programmes.gates import Gate
from sojourn.web.programmes.queries import needed
from sojourn.web.steps import WrongStateError


@transaction.atomic
def ask(*, plan: Plan, by: Principal, quorum: int = 1, at: datetime | None = None) -> Approval:
    """Asks for approval of the plan exactly as it is now, by as many people as the case's programme
    wants, or more. ValidationError where it waits already, is approved already by as many, or
    holds nothing."""
    case = plan.case
    wanted = max(quorum, needed(case.organisation_id, case.programme_id, Gate.PLAN_APPROVED))
    check_may(by, plan)
    check_open(plan)
    digest = digest_of(plan)
    if not plan.items.exclude(state=ItemState.DROPPED).exists():
        raise ValidationError(_("There is nothing in the plan yet."))
    held = Approval.objects.select_for_update().filter(subject=plan, digest=digest)
    approved = Q(state=ApprovalState.APPROVED, quorum__gte=wanted)
    if held.filter(Q(state=ApprovalState.REQUESTED) | approved).exists():
        raise ValidationError(_("This plan waits for a decision already, or is approved."))
    approval = Approval.objects.create(
        subject=plan,
        person_id=plan.person_id,
        organisation_id=plan.organisation_id,
        digest=digest,
        requested_by_id=by.user_id,
        requested_at=at or timezone.now(),
        quorum=wanted,
    )
    bring_up_to_date(plan.case_id)
    note(approval, "ask_approval", by)
    return approval


@transaction.atomic
def decide(
    *, approval: Approval, approves: bool, by: Principal, why: str = "", at: datetime | None = None
) -> None:
    """Approves or not. A refusal says why. Raises PermissionDenied for whoever asked."""
    check_can_decide(by, approval)
    now = Approval.objects.select_for_update().values_list("state", flat=True).get(pk=approval.pk)
    standing = rules.standing(ApprovalState(now), approval.digest, digest_of(approval.subject))
    if standing is not ApprovalState.REQUESTED:
        raise WrongStateError(standing.value, "decide")
    if not approves and not why:
        raise ValidationError({"words": _("Say in a few words what has to change.")})
    row = Decision(
        approval=approval,
        organisation_id=approval.organisation_id,
        approves=approves,
        at=at or timezone.now(),
        by_id=by.user_id,
    )
    row.words = words.seal(row, "words", approval.person, why)
    row.save(force_insert=True)
    decisions = list(approval.decisions.values_list("approves", flat=True))
    after = rules.outcome(decisions, approval.quorum)
    note(approval, "approve" if approves else "reject", by)
    if after is not ApprovalState.REQUESTED:
        _set(approval, after, row.at)


@transaction.atomic
def take_back(*, approval: Approval, by: Principal) -> None:
    """Takes a request back, before it is decided."""
    check_may(by, approval)
    _step(approval, ApprovalState.TAKEN_BACK)
    note(approval, "take_back", by)


def digest_of(plan: Plan) -> str:
    """Names a plan exactly as the database holds it now."""
    rows = PlanItem.objects.filter(plan=plan).exclude(state=ItemState.DROPPED)
    return rules.digest(_agreed(row) for row in rows)


def end_where_changed(plan: Plan, by: Principal) -> None:
    """After an edit: what was asked or approved about another plan does not count any more."""
    now = digest_of(plan)
    for approval in Approval.objects.filter(
        subject=plan, state__in=[ApprovalState.REQUESTED, ApprovalState.APPROVED]
    ):
        if rules.standing(ApprovalState(approval.state), approval.digest, now) == approval.state:
            continue
        _step(approval, ApprovalState.STALE)
        note(approval, "stale", by)


def end_requests(plan: Plan, by: Principal) -> None:
    """Ends what waits about a plan that another version takes the place of."""
    for approval in Approval.objects.filter(subject=plan, state=ApprovalState.REQUESTED):
        _step(approval, ApprovalState.STALE)
        note(approval, "stale", by)


def keep_counting(plan: Plan, before: str, by: Principal) -> None:
    """After somebody else took over what is to do: what was asked or approved still counts."""
    now = digest_of(plan)
    for approval in Approval.objects.filter(
        subject=plan, digest=before, state__in=[ApprovalState.REQUESTED, ApprovalState.APPROVED]
    ):
        approval.digest = now
        approval.save(update_fields=["digest"])
        note(approval, "hand_over", by, {"digest": [before, now]})


def _step(approval: Approval, wanted: ApprovalState) -> None:
    now = Approval.objects.select_for_update().values_list("state", flat=True).get(pk=approval.pk)
    check_approval_step(ApprovalState(now), wanted)
    _set(approval, wanted, approval.decided_at)


def _set(approval: Approval, state: ApprovalState, decided_at: datetime | None) -> None:
    approval.state, approval.decided_at = state, decided_at
    approval.save(update_fields=["state", "decided_at"])
    bring_up_to_date(approval.subject.case_id)


def _agreed(item: PlanItem) -> Agreed:
    return Agreed(
        id=str(item.pk),
        need=item.need,
        need_class=item.need_class,
        response=item.response,
        response_class=item.response_class,
        resource=item.resource if rules.is_shared(item.resource_class) else "",
        horizon=item.horizon,
        goal_digest=hashlib.sha256(bytes(item.goal)).hexdigest(),
        owner_organisation=str(item.owner_organisation_id),
        owner="person" if item.by_person else str(item.owner_id or ""),
        due=item.due.isoformat(),
    )
