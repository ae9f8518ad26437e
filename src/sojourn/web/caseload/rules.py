"""How the list of cases is narrowed and cut into pages, and how a caseload is shared out.

Plain values in, plain answers out. An address holds codes, numbers and days, nothing personal.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from urllib.parse import urlencode

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from sojourn.framework import Stage
from sojourn.web.cases.states import CaseState, Phase


class Mark(TextChoices):
    """What a case may need; several can be asked for at once."""

    URGENT = "urgent", _("Something cannot wait")
    REVIEW = "review", _("The review is overdue")
    IMMEDIATE = "immediate", _("An immediate step is not done")
    ITEMS = "items", _("A step of the plan is overdue")
    CONTACT = "contact", _("A contact is overdue")
    APPROVAL = "approval", _("A plan waits for approval")
    PATCHED = "patched", _("Only ever patched")


class Sort(TextChoices):
    """What comes first."""

    REVIEW = "review", _("Next look, the soonest first")
    OPENED = "opened", _("Opened, the newest first")
    OLDEST = "oldest", _("Opened, the oldest first")


WORKED_ON = "worked"
"""The state that stands for all in which somebody looks after a case."""
EVERY = "all"
ME, NOBODY = "me", "none"


@dataclass(frozen=True)
class Filters:
    """How a list is narrowed. Empty texts and sets narrow nothing; `state` is the exception.

    `who` is the number of a user, `me` or `none`; `team` the number of a team or `none`, and
    `programme` that of a programme or `none`.
    """

    state: str = WORKED_ON
    phase: str = ""
    who: str = ""
    team: str = ""
    stage: str = ""
    marks: frozenset[str] = frozenset()
    sort: str = Sort.REVIEW.value
    programme: str = ""

    def query(self) -> str:
        """As part of an address, always in the same order; empty where nothing is narrowed."""
        pairs: list[tuple[str, str]] = []
        for name in (field.name for field in fields(self)):
            value = getattr(self, name)
            if name == "marks":
                pairs += [("marks", each) for each in Mark.values if each in value]
            elif value != getattr(_PLAIN, name):
                pairs.append((name, value))
        return urlencode(pairs)

    def without(self, name: str, value: str = "") -> Filters:
        """Narrowed by one thing less."""
        if name == "marks":
            return replace(self, marks=self.marks - {value})
        return replace(self, **{name: getattr(_PLAIN, name)})

    def narrowing(self) -> list[tuple[str, str]]:
        """What narrows the list, as names and values; the order is no narrowing."""
        found = [
            (name, getattr(self, name))
            for name in ("state", "phase", "who", "team", "programme", "stage")
            if getattr(self, name) != getattr(_PLAIN, name)
        ]
        return found + [("marks", each) for each in Mark.values if each in self.marks]


_PLAIN = Filters()
_KNOWN: Mapping[str, Collection[str]] = {
    "state": (WORKED_ON, EVERY, *CaseState.values),
    "phase": ("", *Phase.values),
    "stage": ("", *(stage.value for stage in Stage)),
    "sort": Sort.values,
}


def read(given: Mapping[str, Sequence[object]]) -> Filters:
    """Filters out of an address, as names with their values. What is not known narrows nothing.

    A list that holds closed cases cannot be in the order of the next look: they have none.
    """
    values = {
        name: value
        for name, known in _KNOWN.items()
        if (value := _last(given, name)) in known and value
    }
    who, team = _last(given, "who"), _last(given, "team")
    programme = _last(given, "programme")
    found = Filters(
        **values,
        who=who if who in (ME, NOBODY) or is_number(who) else "",
        team=team if team == NOBODY or is_number(team) else "",
        programme=programme if programme == NOBODY or is_number(programme) else "",
        marks=frozenset(map(str, given.get("marks", ()))) & frozenset(Mark.values),
    )
    if found.sort == Sort.REVIEW and not only_worked(found.state):
        return replace(found, sort=Sort.OPENED.value)
    return found


def _last(given: Mapping[str, Sequence[object]], name: str) -> str:
    values = given.get(name, ())
    return str(values[-1]) if values else ""


def only_worked(state: str) -> bool:
    """Whether all cases in this choice of states have somebody who looks after them."""
    return state in (WORKED_ON, CaseState.OPEN, CaseState.ON_HOLD, CaseState.SCREENING)


def is_number(text: str) -> bool:
    """Whether a text is a number as an id may be one."""
    return text.isascii() and text.isdecimal() and len(text) < 10


@dataclass(frozen=True)
class Place:
    """Where a page begins: after the row with this value in the order of the list, and this id."""

    value: date | datetime
    id: uuid.UUID

    def __str__(self) -> str:
        return f"{self.value.isoformat()}~{self.id}"


def place(text: str, sort: str) -> Place | None:
    """Where a page begins, out of an address; None for the beginning, and for what is none."""
    moment, _sign, row = text.partition("~")
    try:
        value = (
            date.fromisoformat(moment) if sort == Sort.REVIEW else datetime.fromisoformat(moment)
        )
        if isinstance(value, datetime) and value.tzinfo is None:
            return None
        return Place(value, uuid.UUID(row))
    except ValueError:
        return None


def share_out(
    cases: Sequence[uuid.UUID],
    able: Mapping[uuid.UUID, Collection[int]],
    carried: Mapping[int, int],
) -> dict[uuid.UUID, int | None]:
    """Who takes which case: whoever may take it and carries the fewest then, None for nobody.

    Cases that few may take are given first, so that they do not stay for want of order.
    """
    load = dict(carried)
    found: dict[uuid.UUID, int | None] = dict.fromkeys(cases)
    for case in sorted(cases, key=lambda each: len(able.get(each, ()))):
        taker = min(
            (user for user in able.get(case, ()) if user in load),
            key=lambda user: (load[user], user),
            default=None,
        )
        found[case] = taker
        if taker is not None:
            load[taker] += 1
    return found
