"""When contact is made, and in which ways. Plain values in, plain answers out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sojourn.web.cases.reasons import CloseReason
from sojourn.web.followup.states import Kind, Outcome, Way

USUAL: Mapping[Kind, tuple[int, ...]] = MappingProxyType(
    {
        Kind.PHASE: (30,),
        Kind.CLOSURE: (14, 90, 180),
        Kind.RETURN: (2, 14, 90, 180, 365),
    }
)
"""After how many days contact is made, where an organisation has set nothing else."""

AFTER: Mapping[CloseReason, Kind] = MappingProxyType(
    {
        CloseReason.GOALS_MET: Kind.CLOSURE,
        CloseReason.NEEDS_MET_ELSEWHERE: Kind.CLOSURE,
        CloseReason.LOST_CONTACT: Kind.CLOSURE,
        CloseReason.MOVED: Kind.CLOSURE,
        CloseReason.RETURNED: Kind.RETURN,
        CloseReason.OTHER: Kind.CLOSURE,
    }
)
"""What is planned when a case is closed. For the other reasons nobody makes contact."""

_MOST, _LAST = 12, 1100
_DAYS = re.compile(r"\d+")


def read_days(text: str) -> list[int]:
    """Numbers of days as somebody writes them, such as `14, 90`. ValidationError for other texts;
    the empty text is no contact at all."""
    parts = [part for part in re.split(r"[\s,،;]+", text.strip()) if part]
    if not all(_DAYS.fullmatch(part) for part in parts):
        raise ValidationError(_("Write numbers of days with commas between them, such as 14, 90."))
    found = sorted({int(part) for part in parts})
    if len(found) > _MOST or any(not 1 <= each <= _LAST for each in found):
        raise ValidationError(_("At most 12 contacts, within three years."))
    return found


def days_after(since: date, days: Iterable[int], today: date) -> list[date]:
    """The days of contacts; those that are past already are left out."""
    return [on for each in days if (on := since + timedelta(days=each)) >= today]


def check_way(way: str, outcome: str, never: Collection[str], *, not_at_all: bool) -> None:
    """Raises ValidationError where contact would be against what the person wants.

    Whoever comes or calls is listened to. What was not tried needs no way.
    """
    if outcome == Outcome.UNSAFE and not way:
        return
    if way not in Way.values:
        raise ValidationError({"way": _("Choose one.")})
    if way != Way.CAME and (not_at_all or way in never):
        raise ValidationError(
            {
                "way": _(
                    "The person does not want to be contacted in this way. Do without the contact, "
                    "or change what they want once they have told you."
                )
            }
        )
