"""The states of a case and the phases of the work as tables: from where to where, by which act.

A step that is not in the tables raises; it is never silently ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from sojourn.web.steps import WrongStateError


class CaseState(TextChoices):
    """Whether the organisation is working on a case."""

    SCREENING = "screening", _("being screened")
    DECLINED = "declined", _("not taken on")
    OPEN = "open", _("open")
    ON_HOLD = "on_hold", _("on hold")
    CLOSED = "closed", _("closed")


class Phase(TextChoices):
    """Where the work on an open case stands. Somebody says so; nothing moves it by itself."""

    ASSESSING = "assessing", _("Understanding the situation")
    PLANNING = "planning", _("Planning together")
    IMPLEMENTING = "implementing", _("Carrying out the plan")
    FOLLOWING_UP = "following_up", _("Following up")


class Act(TextChoices):
    """What somebody does with a case. The value stands in addresses and in the audit."""

    TAKE_ON = "take_on", _("Take the case on")
    DECLINE = "decline", _("Do not take it on")
    MOVE = "move", _("Change the phase")
    HOLD = "hold", _("Put on hold")
    RESUME = "resume", _("Go on with the case")
    CLOSE = "close", _("Close the case")
    REOPEN = "reopen", _("Open the case again")


WORKED = frozenset({CaseState.SCREENING, CaseState.OPEN, CaseState.ON_HOLD})
"""States in which somebody looks after the case, so that each has a day of the next look."""


@dataclass(frozen=True)
class Step:
    """Where an act leads. `new_episode` where the work begins again."""

    to: CaseState
    new_episode: bool = False


STEPS: Mapping[tuple[CaseState, Act], Step] = MappingProxyType(
    {
        (CaseState.SCREENING, Act.TAKE_ON): Step(CaseState.OPEN),
        (CaseState.SCREENING, Act.DECLINE): Step(CaseState.DECLINED),
        (CaseState.OPEN, Act.MOVE): Step(CaseState.OPEN),
        (CaseState.OPEN, Act.HOLD): Step(CaseState.ON_HOLD),
        (CaseState.OPEN, Act.CLOSE): Step(CaseState.CLOSED),
        (CaseState.ON_HOLD, Act.RESUME): Step(CaseState.OPEN),
        (CaseState.ON_HOLD, Act.CLOSE): Step(CaseState.CLOSED),
        (CaseState.CLOSED, Act.REOPEN): Step(CaseState.OPEN, new_episode=True),
    }
)


def step_of(now: CaseState, act: Act) -> Step:
    """Where an act leads from a state; WrongStateError unless the table has it."""
    try:
        return STEPS[now, act]
    except KeyError:
        raise WrongStateError(now, act) from None


def acts(now: CaseState) -> tuple[Act, ...]:
    """What can be done with a case in this state, in the order of the table."""
    return tuple(act for (state, act) in STEPS if state is now)
