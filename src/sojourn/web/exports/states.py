"""The states of copies that went outside. A step that the table does not have raises."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from sojourn.web.steps import WrongStateError


class CopyState(TextChoices):
    """Where a copy stands."""

    OUT = "out", _("with whoever received it")
    RECALLED = "recalled", _("to be taken back: nobody has told them yet")
    TOLD = "told", _("they were told to delete it or give it back")
    DELETED = "deleted", _("they deleted it")
    RETURNED = "returned", _("they gave it back")
    KEPT = "kept", _("they keep it")


class CopyAct(TextChoices):
    """What happens to a copy. The value stands in addresses and in the audit."""

    RECALL = "recall_copy", _("Take it back")
    ALLOW = "allow_copy", _("Leave it there again")
    TELL = "tell_recipient", _("They were told")
    DELETE = "note_deleted", _("They deleted it")
    RETURN = "note_returned", _("They gave it back")
    KEEP = "note_kept", _("They keep it")


BY_PEOPLE = (CopyAct.TELL, CopyAct.DELETE, CopyAct.RETURN, CopyAct.KEEP)
"""What somebody does; the others follow from what the person agrees to."""
OPEN = (CopyState.RECALLED, CopyState.TOLD)
"""States in which somebody still has to do something."""

STEPS: Mapping[tuple[CopyState, CopyAct], CopyState] = MappingProxyType(
    {
        (CopyState.OUT, CopyAct.RECALL): CopyState.RECALLED,
        (CopyState.RECALLED, CopyAct.ALLOW): CopyState.OUT,
        (CopyState.RECALLED, CopyAct.TELL): CopyState.TOLD,
        (CopyState.TOLD, CopyAct.DELETE): CopyState.DELETED,
        (CopyState.TOLD, CopyAct.RETURN): CopyState.RETURNED,
        (CopyState.TOLD, CopyAct.KEEP): CopyState.KEPT,
    }
)


class Kept(TextChoices):
    """Why somebody keeps a copy."""

    LAW = "law", _("Their law makes them keep it")
    REFUSED = "refused", _("They refuse")
    NO_ANSWER = "no_answer", _("They do not answer")


def after(now: CopyState, act: CopyAct) -> CopyState:
    """Where an act leads; WrongStateError unless the table has it."""
    try:
        return STEPS[now, act]
    except KeyError:
        raise WrongStateError(now.value, act.value) from None


def acts(now: CopyState) -> list[CopyAct]:
    """What somebody can do with a copy in this state."""
    return [act for state, act in STEPS if state is now and act in BY_PEOPLE]
