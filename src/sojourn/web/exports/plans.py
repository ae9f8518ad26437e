"""The plan as a table of its own: one line for each thing to do, as far as it may go out."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sojourn.framework import DataClass, Horizon
from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.cases.models import Case
from sojourn.web.cases.words import HORIZONS
from sojourn.web.exports import rules
from sojourn.web.people import words
from sojourn.web.plans.models import PlanItem
from sojourn.web.plans.needs import labels
from sojourn.web.plans.states import WAITING, EndReason, ItemState, Outcome
from sojourn.web.vault import Key

PLAN = "plan"
"""What the choice of columns calls this table."""


@dataclass(frozen=True)
class Line:
    """One thing to do: codes, and the words that were opened for it."""

    item: PlanItem
    goal: str
    resource: str
    is_identified: bool

    @property
    def owner(self) -> str:
        """Who does it; no name where nobody is named."""
        if self.item.by_person:
            return "person"
        return self.item.owner.name if self.is_identified and self.item.owner is not None else ""

    @property
    def due(self) -> str:
        day = self.item.due.isoformat()
        return day if self.is_identified else rules.month(day)


@dataclass(frozen=True)
class Column:
    """A column: what a reader calls it, and what stands in it."""

    label: object
    value: Callable[[Line], str]


COLUMNS: Mapping[str, Column] = {
    "need": Column(_("About which need"), lambda line: line.item.need),
    "goal": Column(_("What is to be reached, in the person's words"), lambda line: line.goal),
    "response": Column(_("What is done"), lambda line: line.item.response),
    "horizon": Column(_("When it helps"), lambda line: str(line.item.horizon)),
    "owner": Column(_("Who does it"), lambda line: line.owner),
    "owner_organisation": Column(
        _("For which organisation"), lambda line: line.item.owner_organisation.name
    ),
    "due": Column(_("By when"), lambda line: line.due),
    "resource": Column(_("What there is to rely on"), lambda line: line.resource),
    "state": Column(_("Where it stands"), lambda line: str(line.item.state)),
    "outcome": Column(_("What came of it"), lambda line: str(line.item.outcome)),
    "ended_because": Column(_("Why not"), lambda line: str(line.item.ended_because)),
}


def items_of(by: Principal, cases: Sequence[Case]) -> dict[uuid.UUID, list[PlanItem]]:
    """What is still to do in each case, and what was done in earlier versions of its plan; nothing
    that was taken out of it. One query."""
    rows = PlanItem.objects.filter(case__in=[case.pk for case in cases])
    rows = rows.filter(Q(is_current=True) | ~Q(state__in=WAITING)).exclude(state=ItemState.DROPPED)
    shown = visible(by, rows, Purpose.EXPORT).rows.select_related("owner", "owner_organisation")
    found: dict[uuid.UUID, list[PlanItem]] = {case.pk: [] for case in cases}
    for item in shown.order_by("due", "made_at"):
        found[item.case_id].append(item)
    return found


def lines(
    items: Iterable[PlanItem],
    key: Key | None,
    classes: Collection[DataClass],
    *,
    is_identified: bool,
) -> tuple[Line, ...]:
    """Of one person's items those that may go out; `key` opens what is to be reached. That is free
    text: where nobody is named, it stays here."""
    if DataClass.CASE_WORK not in classes:
        return ()
    seen = {"", *(each.value for each in classes)}
    return tuple(
        Line(
            item,
            words.opened(item, "goal", key),
            item.resource if item.resource_class in seen else "",
            is_identified,
        )
        for item in items
        if item.need_class in seen and item.response_class in seen
    )


def cells(line: Line) -> list[str]:
    """One row of the table, without the code."""
    return [column.value(line) for column in COLUMNS.values()]


def told(found: Sequence[Line]) -> list[list[tuple[str, str]]]:
    """Lines in words for a reader: label and value, what is empty left out."""
    wanted: dict[str, set[str]] = {}
    for line in found:
        names = {line.item.need, line.item.response, line.resource} - {""}
        wanted.setdefault(line.item.framework_id, set()).update(names)
    known = labels(wanted)
    return [_told(line, known) for line in found]


def _told(line: Line, known: Mapping[tuple[str, str], str]) -> list[tuple[str, str]]:
    item = line.item
    spoken = {
        **{name: known.get((item.framework_id, name), name) for name in (item.need, item.response)},
        line.resource: known.get((item.framework_id, line.resource), line.resource),
        "person": str(_("the person themself")),
        **{each.value: str(HORIZONS[each]) for each in Horizon},
    }
    by_column = {
        "state": str(ItemState(item.state).label),
        "outcome": str(Outcome(item.outcome).label) if item.outcome else "",
        "ended_because": str(EndReason(item.ended_because).label) if item.ended_because else "",
    }
    found = []
    for name, column in COLUMNS.items():
        text = column.value(line)
        if name not in ("goal", "due", "owner_organisation"):
            text = by_column.get(name, spoken.get(text, text))
        if text:
            found.append((str(column.label), text))
    return found
