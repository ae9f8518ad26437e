"""The states of planned contacts as a table. A step that it does not have raises."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from sojourn.web.steps import WrongStateError


class Kind(TextChoices):
    """After what a contact is planned."""

    PHASE = "phase", _("after the plan was carried out")
    CLOSURE = "closure", _("after the case was closed")
    RETURN = "return", _("after the person returned")
    SINGLE = "single", _("a contact that was planned by itself")


class ContactState(TextChoices):
    """Where a planned contact stands."""

    PLANNED = "planned", _("to do")
    DONE = "done", _("done")
    WAIVED = "waived", _("will not be done")
    DROPPED = "dropped", _("not needed: the case was opened again")


class ContactAct(TextChoices):
    """What somebody does with a planned contact. The value stands in addresses and in the audit."""

    FINISH = "finish", _("Write down what came of it")
    WAIVE = "waive", _("Do without it")
    DROP = "drop", _("Drop it")


STEPS: Mapping[tuple[ContactState, ContactAct], ContactState] = MappingProxyType(
    {
        (ContactState.PLANNED, ContactAct.FINISH): ContactState.DONE,
        (ContactState.PLANNED, ContactAct.WAIVE): ContactState.WAIVED,
        (ContactState.PLANNED, ContactAct.DROP): ContactState.DROPPED,
    }
)


def after(now: ContactState, act: ContactAct) -> ContactState:
    """Where an act leads; WrongStateError unless the table has it."""
    try:
        return STEPS[now, act]
    except KeyError:
        raise WrongStateError(now.value, act.value) from None


class Outcome(TextChoices):
    """What came of a contact."""

    REACHED = "reached", _("The person was reached")
    NOT_REACHED = "not_reached", _("The person was not reached")
    REFUSED = "refused", _("The person does not want to be contacted")
    UNSAFE = "unsafe", _("Contact would not have been safe")


class Waiver(TextChoices):
    """Why a contact is not made."""

    PERSON_ASKED = "person_asked", _("The person asked for no more contact")
    UNSAFE = "unsafe", _("Contact is not safe for the person")
    IN_TOUCH = "in_touch", _("We are in touch anyway")
    ELSEWHERE = "elsewhere", _("Another organisation stays in touch")
    NO_WAY = "no_way", _("There is no way to reach the person")
    OTHER = "other", _("Another reason")


class Way(TextChoices):
    """How contact is made."""

    CALL = "call", _("By phone call")
    MESSAGE = "message", _("By message")
    MAIL = "mail", _("By e-mail or letter")
    VISIT = "visit", _("By a visit")
    THROUGH = "through", _("Through somebody else")
    CAME = "came", _("The person came or called")
