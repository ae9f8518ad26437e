"""What holds of a journey, as plain functions of plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_MONTH = re.compile(r"(\d{4})(?:[-/.](\d{1,2}))?")
_EARLIEST = 1900
_LAST_MONTH = 12
MOST = 40
"""As many places as a page can show and a map can hold."""


class Dated(Protocol):
    """What stands in the order of a journey."""

    since: str
    until: str
    position: int


AnyDated = TypeVar("AnyDated", bound=Dated)


@dataclass(frozen=True)
class Stay:
    """A place somebody was at. Months are texts like 2024-03, or 2024 where only that is known."""

    country: str
    place: str = ""
    since: str = ""
    until: str = ""
    certainty: str = "told"
    stage: str = ""
    way: str = ""


def month(text: str) -> str:
    """A month as it is kept; ValidationError for what is none. Digits of any script will do."""
    if not text.strip():
        return ""
    found = _MONTH.fullmatch(text.strip())
    year, number = (int(found[1]), int(found[2] or 1)) if found else (0, 0)
    if not found or year < _EARLIEST or not 1 <= number <= _LAST_MONTH:
        raise ValidationError(_("Write the year and the month like 2024-03, or the year alone."))
    return f"{year:04}-{number:02}" if found[2] else f"{year:04}"


def check(stay: Stay, today: date) -> None:
    """ValidationError, by field, for months that are still to come or end before they begin."""
    now = f"{today:%Y-%m}"
    for name in ("since", "until"):
        if getattr(stay, name) > now:
            raise ValidationError({name: _("This month is still to come.")})
    if stay.since and stay.until and stay.until < stay.since[: len(stay.until)]:
        raise ValidationError({"until": _("This is before the month in which it began.")})


def ordered(rows: Iterable[AnyDated]) -> list[AnyDated]:
    """Parts of a journey in their order.

    Those with a month follow each other by it. Those without keep the place they were given.
    """
    placed = sorted(rows, key=lambda row: row.position)
    dated = iter(sorted((row for row in placed if _when(row)), key=_when))
    return [next(dated) if _when(row) else row for row in placed]


def can_swap(first: Dated, second: Dated) -> bool:
    """Whether two that follow each other may change places: no months say otherwise."""
    return not (_when(first) and _when(second)) or _when(first) == _when(second)


def present(rows: Sequence[Dated]) -> Dated | None:
    """Where the person is now, of parts in their order: the last, where it has not ended."""
    return rows[-1] if rows and not rows[-1].until else None


def _when(row: Dated) -> str:
    return row.since or row.until
