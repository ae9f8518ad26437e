"""What a plan says to the gates of programmes (see `programmes.gates`)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sojourn.web.cases.models import Case
from sojourn.web.cases.rules import How
from sojourn.web.plans import board, queries
from sojourn.web.plans.states import ApprovalState
from sojourn.web.programmes.gates import Setting


def lacks_approval(case: Case, setting: Setting, how: How | None) -> str:
    """A plan counts in its own episode, approved exactly as it is, by as many as are asked for."""
    del how
    plan = queries.current(case)
    if plan is None or plan.episode != case.episode:
        return _("a plan that is approved")
    approval = queries.latest_approval(plan)
    standing = queries.standing(approval, plan)
    if standing is ApprovalState.APPROVED:
        agreed = board.tally(approval).agreed if approval is not None else 0
        return "" if agreed >= setting.needed else _of_so_many(agreed, setting.needed)
    if standing is ApprovalState.STALE:
        return _("the supervisor's approval, again: the plan was changed")
    if standing is ApprovalState.REQUESTED and approval is not None and approval.quorum > 1:
        return _of_so_many(board.tally(approval).agreed, approval.quorum)
    if setting.needed > 1:
        return ngettext(
            "the approval of %(n)s person", "the approval of %(n)s people", setting.needed
        ) % {"n": setting.needed}
    return _("the supervisor's approval")


def _of_so_many(agreed: int, needed: int) -> str:
    return _("the plan's approval: %(n)s of %(of)s have agreed") % {"n": agreed, "of": needed}
