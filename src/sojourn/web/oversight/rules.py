"""From when on a data protection officer is told: declared here, shown on the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from uuid import UUID

from sojourn.framework import DataClass

LATELY = timedelta(days=30)
"""How far the page looks back, and how far ahead for what ends."""

READING = timedelta(days=7)
"""How far back it looks for unusual reading."""


class Unusual(Enum):
    """What is worth a question. The value is the least number in a day that is told of."""

    MANY_FILES = 40
    MANY_SEARCHES = 60
    OWN_CASE = 1

    @property
    def code(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Day:
    """What one user did on one day (ISO, UTC). `own` is how often a case they are named in."""

    name: str
    day: str
    files: int
    searches: int
    own: int


@dataclass(frozen=True)
class Sign:
    """Something unusual: who, when, and how much of what."""

    what: Unusual
    name: str
    day: str
    count: int


def unusual(days: Iterable[Day]) -> list[Sign]:
    """What of this is worth a question, own cases first, then the newest.

    A sign is no accusation: an outreach day or a hand-over looks the same.
    """
    found = []
    for each in days:
        counted = {
            Unusual.OWN_CASE: each.own,
            Unusual.MANY_FILES: each.files,
            Unusual.MANY_SEARCHES: each.searches,
        }
        found += [
            Sign(what, each.name, each.day, count)
            for what, count in counted.items()
            if count >= what.value
        ]
    newest = sorted(found, key=lambda sign: (sign.day, sign.count), reverse=True)
    return sorted(newest, key=lambda sign: sign.what is not Unusual.OWN_CASE)


@dataclass(frozen=True)
class Ended:
    """A consent that is in force no more: since when, and how long what was told may be kept."""

    person_id: UUID
    ended: date
    retention_days: int

    @property
    def keep_until(self) -> date:
        """The last day on which it may be kept."""
        return self.ended + timedelta(days=self.retention_days)


def kept_too_long(ended: Iterable[Ended], today: date) -> dict[UUID, date]:
    """Whose agreed time is over by today, and which day was its last."""
    return {each: day for each, day in _last_days(ended).items() if day < today}


def ends_soon(
    ended: Iterable[Ended], kept_until: Mapping[UUID, date], today: date
) -> dict[UUID, date]:
    """Whose agreed time is over after one of the coming days, today included, and which day is its
    last. What is kept for a reason until a later day ends then."""
    last = {
        each: max(day, kept_until.get(each, date.min)) for each, day in _last_days(ended).items()
    }
    return {each: day for each, day in last.items() if today <= day <= today + LATELY}


def _last_days(ended: Iterable[Ended]) -> dict[UUID, date]:
    """The last day on which each may be kept. The longest of several agreed times counts."""
    last: dict[UUID, date] = {}
    for each in ended:
        last[each.person_id] = max(each.keep_until, last.get(each.person_id, date.min))
    return last


def by_class(rows: Iterable[tuple[Iterable[str], int]]) -> dict[DataClass, int]:
    """Adds up, for each class of data, rows of (classes, how many)."""
    found = dict.fromkeys(DataClass, 0)
    for classes, count in rows:
        for each in set(classes):
            found[DataClass(each)] += count
    return found
