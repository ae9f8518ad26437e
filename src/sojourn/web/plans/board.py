"""The plan as a page shows it: by horizon, and within it by what is still to do."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sojourn.framework import DataClass, Horizon
from sojourn.web.accounts.models import Organisation, User
from sojourn.web.cases.models import Difference
from sojourn.web.cases.words import HORIZONS
from sojourn.web.people import words
from sojourn.web.people.models import Person
from sojourn.web.plans import rules
from sojourn.web.plans.actions import PERSON
from sojourn.web.plans.models import Approval, ItemStep, PlanItem
from sojourn.web.plans.needs import Offer, Offered, labels
from sojourn.web.plans.states import (
    EndReason,
    ItemAct,
    ItemState,
    Outcome,
    item_acts,
)
from sojourn.web.vault import Key

COLUMNS: Sequence[tuple[str, object, frozenset[ItemState]]] = (
    ("planned", gettext_lazy("To do"), frozenset({ItemState.PLANNED})),
    ("started", gettext_lazy("Under way"), frozenset({ItemState.STARTED})),
    ("ended", gettext_lazy("Ended"), frozenset({ItemState.DONE, ItemState.NOT_DONE})),
)
FIELDS: Mapping[str, object] = {
    "need": gettext_lazy("About which need"),
    "response": gettext_lazy("What is done"),
    "resource": gettext_lazy("What there is to rely on"),
    "goal": gettext_lazy("What is to be reached, in the person's words"),
    "horizon": gettext_lazy("When it helps"),
    "owner": gettext_lazy("Who does it"),
    "owner_organisation": gettext_lazy("For which organisation"),
    "due": gettext_lazy("By when"),
}
"""What people edit of an item, as the form calls it."""

DONE: Mapping[ItemAct, object] = {
    ItemAct.START: gettext_lazy("Begun"),
    ItemAct.FINISH: gettext_lazy("Done"),
    ItemAct.FAIL: gettext_lazy("Could not be done"),
    ItemAct.DROP: gettext_lazy("Taken out of the plan"),
    ItemAct.AGAIN: gettext_lazy("Taken up again"),
}


@dataclass(frozen=True)
class Card:
    """One item on the board. `title` is the response, or the goal where there is none;
    `public_title` never holds what the person said; `where` is empty where they do it themself."""

    id: uuid.UUID
    title: str
    public_title: str
    goal: str
    need: str
    resource: str
    who: str
    where: str
    due: date
    is_overdue: bool
    state: ItemState
    state_label: str
    outcome: str
    ended_because: str
    acts: tuple[ItemAct, ...]
    may_change: bool


@dataclass(frozen=True)
class Column:
    """What stands alike within a horizon."""

    key: str
    label: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Band:
    """One horizon with its columns, and what the findings suggest that is not planned yet."""

    key: str
    label: str
    columns: tuple[Column, ...]
    suggested: tuple[Offered, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is planned for this horizon: what is only ever patched is seen."""
        return not any(column.cards for column in self.columns)


@dataclass(frozen=True)
class Past:
    """Something that was done with an item."""

    at: datetime
    title: str
    reason: str
    words: str
    by: str


@dataclass(frozen=True)
class Vote:
    """What one person decided."""

    at: datetime
    by: str
    approves: bool
    words: str


@dataclass(frozen=True)
class Tally:
    """How many have agreed of how many are asked, and who they are."""

    agreed: int
    needed: int
    names: tuple[str, ...]


def bands(
    items: Sequence[PlanItem],
    offer: Offer | None,
    *,
    person: Person,
    classes: Collection[DataClass],
    today: date,
) -> tuple[Band, ...]:
    """The board of items that may be shown, in the active language."""
    kept = [item for item in items if item.state != ItemState.DROPPED]
    cards = dict(
        zip((item.pk for item in kept), board_cards(kept, person, classes, today), strict=True)
    )
    planned = {item.response for item in kept}
    return tuple(
        Band(
            horizon.value,
            str(HORIZONS[horizon]),
            tuple(
                Column(
                    key,
                    str(label),
                    tuple(
                        cards[item.pk]
                        for item in kept
                        if item.horizon == horizon.value and ItemState(item.state) in states
                    ),
                )
                for key, label, states in COLUMNS
            ),
            tuple(
                each
                for each in (offer.responses if offer is not None else ())
                if each.horizon is horizon and each.name not in planned
            ),
        )
        for horizon in Horizon
    )


def board_cards(
    items: Sequence[PlanItem], person: Person, classes: Collection[DataClass], today: date
) -> list[Card]:
    """Items of one person as cards."""
    known, key = _labels(items), words.key_for(person)
    seen = {each.value for each in classes}
    return [_card(item, known, key, seen, today) for item in items]


def past(item: PlanItem, steps: Iterable[ItemStep]) -> list[Past]:
    """What was done with an item, in words."""
    key = words.key_for(item.person)
    return [
        Past(
            step.at,
            str(DONE[ItemAct(step.act)]),
            _label(step),
            words.opened(step, "words", key),
            step.by.name if step.by else "",
        )
        for step in steps
    ]


def votes(approval: Approval | None, person: Person) -> list[Vote]:
    """What was decided about a request, the first decision first."""
    if approval is None:
        return []
    key = words.key_for(person)
    rows = sorted(approval.decisions.all(), key=lambda row: row.at)
    return [
        Vote(row.at, row.by.name if row.by else "", row.approves, words.opened(row, "words", key))
        for row in rows
    ]


def tally(approval: Approval) -> Tally:
    """Who has agreed so far, the first one first."""
    rows = sorted(approval.decisions.all(), key=lambda row: row.at)
    agreed = [row.by.name if row.by else "" for row in rows if row.approves]
    return Tally(len(agreed), approval.quorum, tuple(name for name in agreed if name))


def told(difference: Difference, value: str) -> str:
    """A value of one field of an item in words."""
    field = difference.field
    if field == "due":
        return date_format(date.fromisoformat(value))
    if field == "horizon":
        return str(HORIZONS[Horizon(value)])
    if field == "owner_organisation":
        return Organisation.objects.get(pk=value).name
    if field == "owner":
        return _owner_told(value)
    if field == "goal" or not value:
        return value or _("Nothing named")
    item = PlanItem.objects.get(pk=difference.subject_id)
    return labels({item.framework_id: [value]}).get((item.framework_id, value), value)


def _owner_told(value: str) -> str:
    if value == PERSON:
        return _("the person themself")
    user = User.objects.filter(pk=value).first() if value else None
    return user.name if user is not None else _("nobody named yet")


def _labels(items: Iterable[PlanItem]) -> Mapping[tuple[str, str], str]:
    wanted: dict[str, set[str]] = {}
    for item in items:
        names = {item.need, item.response, item.resource} - {""}
        wanted.setdefault(item.framework_id, set()).update(names)
    return labels(wanted)


def _card(
    item: PlanItem,
    known: Mapping[tuple[str, str], str],
    key: Key | None,
    seen: Collection[str],
    today: date,
) -> Card:
    def label(name: str) -> str:
        return known.get((item.framework_id, name), name)

    state, goal = ItemState(item.state), words.opened(item, "goal", key)
    response = label(item.response) if item.response else ""
    return Card(
        id=item.pk,
        title=response or goal or _("Something agreed with the person"),
        public_title=response or _("Something agreed with the person"),
        goal=goal if response else "",
        need=label(item.need),
        resource=label(item.resource) if item.resource and item.resource_class in seen else "",
        who=_who(item),
        where="" if item.by_person else item.owner_organisation.name,
        due=item.due,
        is_overdue=rules.is_overdue(state, item.due, today),
        state=state,
        state_label=str(state.label),
        outcome=str(Outcome(item.outcome).label) if item.outcome else "",
        ended_because=str(EndReason(item.ended_because).label) if item.ended_because else "",
        acts=item_acts(state),
        may_change=state in (ItemState.PLANNED, ItemState.STARTED),
    )


def _who(item: PlanItem) -> str:
    if item.by_person:
        return _("the person themself")
    return item.owner.name if item.owner is not None else _("nobody named yet")


def _label(step: ItemStep) -> str:
    if step.outcome:
        return str(Outcome(step.outcome).label)
    return str(EndReason(step.reason).label) if step.reason else ""
