"""Reads of journeys, narrowed by `visible` and by what the person agreed to."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.shortcuts import get_object_or_404

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.cases.models import Case
from sojourn.web.journeys import rules
from sojourn.web.journeys.access import tells_of_journey
from sojourn.web.journeys.actions import stay_of
from sojourn.web.journeys.codes import Certainty
from sojourn.web.journeys.drawing import Drawing, draw
from sojourn.web.journeys.models import Leg
from sojourn.web.journeys.rules import Stay
from sojourn.web.journeys.words import STAGES, period
from sojourn.web.people import words
from sojourn.web.people.forms import country_label


@dataclass(frozen=True)
class Line:
    """A place of the journey as a page shows it."""

    leg: Leg
    number: int
    stay: Stay
    country: str
    when: str
    is_estimated: bool
    stage: str
    way: str
    is_present: bool
    can_go_earlier: bool
    can_go_later: bool


@dataclass(frozen=True)
class Journey:
    """The places in their order, and the map of their countries where there is one."""

    lines: tuple[Line, ...] = ()
    drawing: Drawing | None = None

    @property
    def legs(self) -> list[Leg]:
        """The rows that are shown, for the audit."""
        return [line.leg for line in self.lines]

    @property
    def countries(self) -> list[str]:
        """Names of countries in their order, one for those that follow themselves."""
        names = [line.country for line in self.lines]
        return [name for at, name in enumerate(names) if at == 0 or names[at - 1] != name]


def journey_of(principal: Principal, case: Case, classes: Collection[DataClass]) -> Journey:
    """The journey of a case; `classes` is what may be shown of it now. One query."""
    if not tells_of_journey(classes):
        return Journey()
    found = visible(principal, Leg.objects.filter(case=case), Purpose.SUPPORT).rows
    rows = rules.ordered(found)
    key = words.key_for(case.person)
    now = rules.present(rows)
    lines = tuple(
        Line(
            leg=row,
            number=at + 1,
            stay=stay_of(row, key),
            country=country_label(row.country),
            when=period(row.since, row.until),
            is_estimated=row.certainty == Certainty.ESTIMATED and bool(row.since or row.until),
            stage=str(STAGES.get(row.stage, "")),
            way=row.get_way_display() if row.way else "",
            is_present=row is now,
            can_go_earlier=at > 0 and rules.can_swap(rows[at - 1], row),
            can_go_later=at + 1 < len(rows) and rules.can_swap(row, rows[at + 1]),
        )
        for at, row in enumerate(rows)
    )
    return Journey(lines, draw([row.country for row in rows], ends_here=now is not None))


def leg_or_404(principal: Principal, case: Case, leg_id: uuid.UUID) -> Leg:
    """One place that the principal may change; one that is not for them is not there."""
    rows = visible(principal, Leg.objects.filter(case=case), Purpose.CASE_WORK).rows
    return get_object_or_404(rows.select_related("case__person__key"), pk=leg_id)
