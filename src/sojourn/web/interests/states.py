"""The states of a best-interests procedure as a table. A step that it does not have raises."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from sojourn.web.steps import WrongStateError


class State(TextChoices):
    """Where a procedure stands."""

    GATHERING = "gathering", _("being prepared")
    LOOKED_AT = "looked_at", _("looked at by others")
    DECIDED = "decided", _("decided")
    STOPPED = "stopped", _("stopped")


class Act(TextChoices):
    """What somebody does with a procedure. The value stands in the audit."""

    SUBMIT = "ask_approval", _("Ask others to look at it")
    RETURN = "send_back", _("Send back")
    AGREE = "approve", _("Decide so")
    AGAIN = "reopen", _("Look at it again")
    STOP = "end_procedure", _("Stop, because it is not needed any more")


STEPS: Mapping[tuple[State, Act], State] = MappingProxyType(
    {
        (State.GATHERING, Act.SUBMIT): State.LOOKED_AT,
        (State.GATHERING, Act.STOP): State.STOPPED,
        (State.LOOKED_AT, Act.RETURN): State.GATHERING,
        (State.LOOKED_AT, Act.AGREE): State.DECIDED,
        (State.LOOKED_AT, Act.STOP): State.STOPPED,
        (State.DECIDED, Act.AGAIN): State.GATHERING,
    }
)

OPEN = frozenset({State.GATHERING, State.LOOKED_AT})


def after(now: State, act: Act) -> State:
    """Where an act leads; WrongStateError unless the table has it."""
    try:
        return STEPS[now, act]
    except KeyError:
        raise WrongStateError(now, act) from None
