"""The states of plan items and of approvals as tables. A step that they do not have raises."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from sojourn.web.steps import WrongStateError


class ItemState(TextChoices):
    """Where a plan item stands."""

    PLANNED = "planned", _("to do")
    STARTED = "started", _("under way")
    DONE = "done", _("done")
    NOT_DONE = "not_done", _("not done")
    DROPPED = "dropped", _("taken out of the plan")


class ItemAct(TextChoices):
    """What somebody does with a plan item. The value stands in addresses and in the audit."""

    START = "start", _("Begin")
    FINISH = "finish", _("It is done")
    FAIL = "fail", _("It could not be done")
    DROP = "drop", _("Take it out of the plan")
    AGAIN = "again", _("Take it up again")


ITEM_STEPS: Mapping[tuple[ItemState, ItemAct], ItemState] = MappingProxyType(
    {
        (ItemState.PLANNED, ItemAct.START): ItemState.STARTED,
        (ItemState.PLANNED, ItemAct.FINISH): ItemState.DONE,
        (ItemState.PLANNED, ItemAct.FAIL): ItemState.NOT_DONE,
        (ItemState.PLANNED, ItemAct.DROP): ItemState.DROPPED,
        (ItemState.STARTED, ItemAct.FINISH): ItemState.DONE,
        (ItemState.STARTED, ItemAct.FAIL): ItemState.NOT_DONE,
        (ItemState.STARTED, ItemAct.DROP): ItemState.DROPPED,
        (ItemState.DONE, ItemAct.AGAIN): ItemState.STARTED,
        (ItemState.NOT_DONE, ItemAct.AGAIN): ItemState.STARTED,
    }
)

WAITING = frozenset({ItemState.PLANNED, ItemState.STARTED})
"""States in which something is still to be done."""

ENDED = frozenset({ItemState.DONE, ItemState.NOT_DONE})


class Outcome(TextChoices):
    """Whether something that was done has helped, in the person's eyes."""

    HELPED = "helped", _("It helped")
    HELPED_IN_PART = "helped_in_part", _("It helped in part")
    DID_NOT_HELP = "did_not_help", _("It did not help")
    NOT_KNOWN = "not_known", _("Not known yet")


class EndReason(TextChoices):
    """Why something was not done, or was taken out of the plan."""

    NO_CAPACITY = "no_capacity", _("Nobody had room for it")
    NOT_ELIGIBLE = "not_eligible", _("The person was not accepted there")
    CANNOT_REACH = "cannot_reach_person", _("The person could not be reached")
    PERSON_DECLINED = "person_declined", _("The person does not want it")
    UNSAFE = "unsafe", _("It would not have been safe")
    NOT_NEEDED = "not_needed", _("It is not needed any more")
    OTHER = "other", _("Another reason")


class ApprovalState(TextChoices):
    """Where a request for approval stands."""

    REQUESTED = "requested", _("waits for a decision")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("not approved")
    TAKEN_BACK = "taken_back", _("taken back")
    STALE = "stale", _("does not count any more, because the plan changed")


APPROVAL_STEPS = frozenset(
    {
        (ApprovalState.REQUESTED, ApprovalState.APPROVED),
        (ApprovalState.REQUESTED, ApprovalState.REJECTED),
        (ApprovalState.REQUESTED, ApprovalState.TAKEN_BACK),
        (ApprovalState.REQUESTED, ApprovalState.STALE),
        (ApprovalState.APPROVED, ApprovalState.STALE),
    }
)


def item_after(now: ItemState, act: ItemAct) -> ItemState:
    """Where an act leads; WrongStateError unless the table has it."""
    try:
        return ITEM_STEPS[now, act]
    except KeyError:
        raise WrongStateError(now.value, act.value) from None


def item_acts(now: ItemState) -> tuple[ItemAct, ...]:
    """What can be done with an item in this state."""
    return tuple(act for (state, act) in ITEM_STEPS if state is now)


def check_approval_step(now: ApprovalState, wanted: ApprovalState) -> None:
    """Raises WrongStateError unless the table has this step."""
    if (now, wanted) not in APPROVAL_STEPS:
        raise WrongStateError(now.value, wanted.value)
