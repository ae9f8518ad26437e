"""The states of a consent as a table: from where to where, who owns the step.

A step that is not in the table raises; it is never silently ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from sojourn.web.steps import WrongStateError


class ConsentState(TextChoices):
    """Where a consent stands."""

    REQUESTED = "requested", _("asked, no answer yet")
    GIVEN = "given", _("given")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("ended by its date")
    RENEWED = "renewed", _("replaced by a newer answer")
    INVALIDATED = "invalidated", _("found not to count")


class Owner(TextChoices):
    """Whose step it is."""

    PERSON = "person", _("the person")
    ORGANISATION = "organisation", _("the organisation")
    SYSTEM = "system", _("the system")


TRANSITIONS: Mapping[tuple[ConsentState, ConsentState], Owner] = MappingProxyType(
    {
        (ConsentState.REQUESTED, ConsentState.GIVEN): Owner.PERSON,
        (ConsentState.REQUESTED, ConsentState.REFUSED): Owner.PERSON,
        (ConsentState.GIVEN, ConsentState.WITHDRAWN): Owner.PERSON,
        (ConsentState.GIVEN, ConsentState.EXPIRED): Owner.SYSTEM,
        (ConsentState.GIVEN, ConsentState.RENEWED): Owner.PERSON,
        (ConsentState.GIVEN, ConsentState.INVALIDATED): Owner.ORGANISATION,
    }
)


class OverrideState(TextChoices):
    """Where it stands whether two people act without consent."""

    REQUESTED = "requested", _("waits for a second person")
    CONFIRMED = "confirmed", _("confirmed by a second person")
    DECLINED = "declined", _("not confirmed")
    ENDED = "ended", _("ended")


OVERRIDE_TRANSITIONS: frozenset[tuple[OverrideState, OverrideState]] = frozenset(
    {
        (OverrideState.REQUESTED, OverrideState.CONFIRMED),
        (OverrideState.REQUESTED, OverrideState.DECLINED),
        (OverrideState.REQUESTED, OverrideState.ENDED),
        (OverrideState.CONFIRMED, OverrideState.ENDED),
    }
)


def check_step(now: ConsentState, wanted: ConsentState) -> None:
    """Raises WrongStateError unless the table has this step."""
    if (now, wanted) not in TRANSITIONS:
        raise WrongStateError(now, wanted)
