"""What plans and approvals mean. Plain values in, plain answers out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

import rfc8785

from sojourn.framework import Horizon
from sojourn.web.accounts.roles import EXISTENCE_KNOWN
from sojourn.web.plans.states import ENDED, ApprovalState, ItemState


@dataclass(frozen=True)
class Agreed:
    """What an approval is about of one item: everything but how far it has come."""

    id: str
    need: str
    need_class: str
    response: str
    response_class: str
    resource: str
    horizon: str
    goal_digest: str
    owner_organisation: str
    owner: str
    due: str


@dataclass(frozen=True)
class Progress:
    """How far a case has come: a function of what is there, whatever the phase says.

    `assessed` counts an assessment of the present episode; `approval` is None before anybody asked.
    """

    assessed: bool
    has_plan: bool
    approval: ApprovalState | None
    items: int
    ended: int


def progress(
    *,
    opened_at: datetime,
    assessed_at: datetime | None,
    has_plan: bool,
    approval: ApprovalState | None,
    states: Iterable[ItemState],
) -> Progress:
    """Where a case stands by its data alone, in whatever order they were saved."""
    counted = [state for state in states if state is not ItemState.DROPPED]
    return Progress(
        assessed=assessed_at is not None and assessed_at >= opened_at,
        has_plan=has_plan,
        approval=approval,
        items=len(counted),
        ended=sum(state in ENDED for state in counted),
    )


def digest(items: Iterable[Agreed]) -> str:
    """Names a plan exactly as it is.

    Items about what not everybody who works on the case may know are left out: otherwise an
    approval that stops to count would tell that there is such an item.
    """
    shared = [item for item in items if is_shared(item.need_class, item.response_class)]
    rows = [asdict(item) for item in sorted(shared, key=lambda item: item.id)]
    return hashlib.sha256(rfc8785.dumps(rows)).hexdigest()


def is_shared(*classes: str) -> bool:
    """Whether all who work on a case may know of something with these data classes."""
    known = {each.value for each in EXISTENCE_KNOWN}
    return all(each in known for each in classes if each)


def strictest(classes: Iterable[str]) -> str:
    """Of some data classes the one that fewest may see; empty where there is none."""
    found = [each for each in classes if each]
    return next((each for each in found if not is_shared(each)), found[0] if found else "")


def outcome(decisions: Collection[bool], quorum: int) -> ApprovalState:
    """What decisions come to: one refusal is enough, approval takes the quorum."""
    if not all(decisions):
        return ApprovalState.REJECTED
    return ApprovalState.APPROVED if len(decisions) >= quorum else ApprovalState.REQUESTED


def standing(state: ApprovalState, asked: str, now: str) -> ApprovalState:
    """Where an approval stands for the plan as it is now."""
    changed = asked != now and state in (ApprovalState.REQUESTED, ApprovalState.APPROVED)
    return ApprovalState.STALE if changed else state


def only_patched(items: Iterable[tuple[str, str, date]]) -> bool:
    """Whether a need came back and was only ever met at once: items as need, horizon, first day.

    Two things done for one need on one day are one answer; on two days the need has come back.
    """
    days: dict[str, set[date]] = {}
    for need, horizon, day in items:
        if horizon != Horizon.IMMEDIATE:
            return False
        days.setdefault(need, set()).add(day)
    return any(len(found) > 1 for found in days.values())


def is_overdue(state: ItemState, due: date, today: date) -> bool:
    """Whether something that is still to be done is late."""
    return state not in ENDED and state is not ItemState.DROPPED and due < today
