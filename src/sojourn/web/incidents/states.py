"""Whether a record of an incident counts, as a table. A step that it does not have raises."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from sojourn.web.steps import WrongStateError


class State(TextChoices):
    """Whether a record counts."""

    RECORDED = "recorded", _("recorded")
    WITHDRAWN = "withdrawn", _("does not count any more")


class Act(TextChoices):
    """What somebody does with a record. The value stands in the audit."""

    WITHDRAW = "take_back", _("Take it back")
    RESTORE = "again", _("Let it count again")


STEPS: Mapping[tuple[State, Act], State] = MappingProxyType(
    {
        (State.RECORDED, Act.WITHDRAW): State.WITHDRAWN,
        (State.WITHDRAWN, Act.RESTORE): State.RECORDED,
    }
)


def after(now: State, act: Act) -> State:
    """Where an act leads; WrongStateError unless the table has it."""
    try:
        return STEPS[now, act]
    except KeyError:
        raise WrongStateError(now, act) from None
