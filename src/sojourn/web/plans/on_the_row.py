"""What a plan says on the row of its case, so that lists need no join. Called by every writer here.

Items about what not everybody who works on the case may know are left out: a list must not betray
that there is such an item.
"""

from __future__ import annotations

import uuid

from django.utils import timezone

from sojourn.framework import Horizon
from sojourn.web.cases.models import Case
from sojourn.web.plans import rules
from sojourn.web.plans.models import Approval, PlanItem
from sojourn.web.plans.states import WAITING, ApprovalState, ItemState


def bring_up_to_date(case_id: uuid.UUID) -> None:
    """Writes the days and marks of one case anew, in the transaction of the change."""
    rows = PlanItem.objects.filter(case=case_id).exclude(state=ItemState.DROPPED)
    items = [
        item
        for item in rows.defer("goal")
        if rules.is_shared(item.need_class, item.response_class)
        # What is still to do was copied into the newer plan.
        and (item.is_current or ItemState(item.state) not in WAITING)
    ]
    waiting = [item for item in items if ItemState(item.state) in WAITING]
    Case.objects.filter(pk=case_id).update(
        item_due=min((item.due for item in waiting), default=None),
        immediate_due=min(
            (item.due for item in waiting if item.horizon == Horizon.IMMEDIATE), default=None
        ),
        is_patched=rules.only_patched(
            (item.need, item.horizon, timezone.localdate(item.made_at)) for item in items
        ),
        approval_waits=Approval.objects.filter(
            subject__case=case_id, subject__is_current=True, state=ApprovalState.REQUESTED
        ).exists(),
    )
