"""Reasons as codes, so that they can be counted without telling anybody's story."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from sojourn.web.cases.states import Act

OTHER = "other"
"""The code that every list has, and that asks for words."""


class DeclineReason(TextChoices):
    """Why a case is not taken on."""

    NOT_IN_MANDATE = "not_in_mandate", _("This organisation cannot help with it")
    NEEDS_MET_ELSEWHERE = "needs_met_elsewhere", _("Somebody else helps already")
    PERSON_DECLINED = "person_declined", _("The person does not want it")
    CANNOT_REACH = "cannot_reach_person", _("The person cannot be reached")
    DUPLICATE = "duplicate", _("There is a case already")
    OTHER = "other", _("Another reason")


class HoldReason(TextChoices):
    """Why a case waits."""

    PERSON_AWAY = "person_away", _("The person is away for a time")
    PERSON_ASKED = "person_asked", _("The person asked for a pause")
    AUTHORITY = "awaiting_decision", _("A decision of an authority is awaited")
    SERVICE = "awaiting_service", _("A service has no place yet")
    OTHER = "other", _("Another reason")


class CloseReason(TextChoices):
    """Why an episode ends."""

    GOALS_MET = "goals_met", _("The goals were reached")
    NEEDS_MET_ELSEWHERE = "needs_met_elsewhere", _("Somebody else helps now")
    PERSON_WITHDREW = "person_withdrew", _("The person does not want to go on")
    LOST_CONTACT = "lost_contact", _("Contact was lost")
    MOVED = "moved_transferred", _("The person moved, or another organisation took over")
    RETURNED = "returned", _("The person returned")
    DECEASED = "deceased", _("The person died")
    NOT_IN_MANDATE = "not_in_mandate", _("This organisation cannot help with it")
    DUPLICATE = "duplicate", _("There is another case about the same person")
    OTHER = "other", _("Another reason")


class ReopenReason(TextChoices):
    """Why the work begins again."""

    NEW_NEED = "new_need", _("Something new has come up")
    SAME_NEED = "same_need", _("What was settled has come back")
    CONTACT_AGAIN = "contact_again", _("The person is in touch again")
    CLOSED_BY_MISTAKE = "closed_by_mistake", _("It was closed by mistake")
    OTHER = "other", _("Another reason")


class Outcome(TextChoices):
    """How the person's situation is when an episode ends, compared with its beginning."""

    BETTER = "better", _("Better than at the beginning")
    PARTLY_BETTER = "partly_better", _("Better in part")
    SAME = "same", _("Much the same")
    WORSE = "worse", _("Worse")
    NOT_KNOWN = "not_known", _("Not known")


class Feedback(TextChoices):
    """Whether the person was asked what they thought of the help."""

    ANSWERED = "answered", _("Asked, and they answered")
    NO_ANSWER = "no_answer", _("Asked, and they preferred not to answer")
    NOT_REACHED = "not_reached", _("They could not be reached")
    NOT_SAFE = "not_safe", _("Asking would not have been safe")


REASONS: Mapping[Act, type[TextChoices]] = MappingProxyType(
    {
        Act.DECLINE: DeclineReason,
        Act.HOLD: HoldReason,
        Act.CLOSE: CloseReason,
        Act.REOPEN: ReopenReason,
    }
)
"""The list that an act takes its reason from; acts without one are explained in words."""
