"""Reads of the list of cases, of kept filters and of hand-overs, narrowed by `visible`."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, Visible, visible
from sojourn.web.accounts.models import Programme, Team, User
from sojourn.web.accounts.queries import helpers_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.caseload.models import Assignment, HandOver, SavedFilter, Why
from sojourn.web.caseload.rules import (
    EVERY,
    ME,
    NOBODY,
    WORKED_ON,
    Filters,
    Mark,
    Place,
    Sort,
)
from sojourn.web.cases import queries as cases
from sojourn.web.cases.models import Case
from sojourn.web.cases.states import WORKED
from sojourn.web.consent.queries import is_agreed

PER_PAGE = 50
HANDED_WITHIN = timedelta(days=7)
_MOST_FILTERS = 40


@dataclass(frozen=True)
class Page:
    """One page of a list, and where the next one begins; None on the last page."""

    cases: list[Case]
    following: Place | None


_COLUMNS = {
    Sort.REVIEW.value: ("review_on", False),
    Sort.OPENED.value: ("opened_at", True),
    Sort.OLDEST.value: ("opened_at", False),
}


def page(principal: Principal, filters: Filters, begin: Place | None, today: date) -> Page:
    """Some cases in the order of the filters, from a place on.

    It takes the same time at the beginning and after ten thousand cases: nothing is counted and
    nothing skipped. A case whose stage may not be told to this principal is not in a list that is
    narrowed by stage, so such a page may be short.
    """
    column, backwards = _COLUMNS[filters.sort]
    door = cases.cases(principal)
    # The ids first, from the row of the case alone: names and keys of thousands are not sorted.
    rows = door.rows.select_related(None).filter(narrowed(principal, filters, today))
    if begin is not None:
        beyond = "lt" if backwards else "gt"
        # The first part alone lets the database begin at the right end of its index.
        rows = rows.filter(
            Q(**{f"{column}__{beyond}e": begin.value})
            & (
                Q(**{f"{column}__{beyond}": begin.value})
                | Q(**{column: begin.value, f"id__{beyond}": begin.id})
            )
        )
    sign = "-" if backwards else ""
    ordered = rows.order_by(f"{sign}{column}", f"{sign}id").values_list(column, "pk")
    places = [Place(value, pk) for value, pk in ordered[: PER_PAGE + 1]]
    following = places[PER_PAGE - 1] if len(places) > PER_PAGE else None
    # The ids came through the door just now; asking it again would make the database look twice.
    shown = Case.objects.select_related("person__identity", "person__key", "worker")
    by_id = shown.in_bulk([each.id for each in places[:PER_PAGE]])
    found = [by_id[each.id] for each in places if each.id in by_id]
    return Page(_told(door, found, filters), following)


def _told(door: Visible[Case], found: list[Case], filters: Filters) -> list[Case]:
    if not filters.stage:
        return found
    shown = cases.shown_classes(door, found)
    return [case for case in found if DataClass.JOURNEY in shown[case.pk]]


def narrowed(principal: Principal, filters: Filters, today: date) -> Q:
    """The condition on cases; every part looks at the row of the case alone."""
    wanted = Q()
    if filters.state == WORKED_ON:
        wanted &= Q(state__in=WORKED)
    elif filters.state != EVERY:
        wanted &= Q(state=filters.state)
    if filters.sort == Sort.REVIEW:
        wanted &= Q(review_on__isnull=False)
    if filters.phase:
        wanted &= Q(phase=filters.phase)
    if filters.stage:
        wanted &= Q(stage=filters.stage)
    if filters.who:
        wanted &= Q(worker=_who(principal, filters.who))
    if filters.team:
        wanted &= Q(team=None if filters.team == NOBODY else int(filters.team))
    if filters.programme:
        wanted &= Q(programme=None if filters.programme == NOBODY else int(filters.programme))
    for mark in filters.marks:
        wanted &= marked(Mark(mark), today)
    return wanted


def _who(principal: Principal, who: str) -> int | None:
    if who == ME:
        return principal.user_id
    return None if who == NOBODY else int(who)


def marked(mark: Mark, today: date) -> Q:
    """The condition of one mark. What cannot wait was told by the person: it takes their word."""
    return {
        Mark.URGENT: Q(is_urgent=True) & is_agreed("person", today),
        Mark.REVIEW: Q(review_on__lt=today),
        Mark.IMMEDIATE: Q(immediate_due__isnull=False),
        Mark.ITEMS: Q(item_due__lt=today),
        Mark.CONTACT: Q(contact_due__lt=today),
        Mark.APPROVAL: Q(approval_waits=True),
        Mark.PATCHED: Q(is_patched=True),
    }[mark]


def colleagues(principal: Principal, verb: Verb = Verb.READ) -> QuerySet[User]:
    """Who works on cases where this principal does, by name."""
    return helpers_of(principal.organisations(verb))


def teams(principal: Principal) -> QuerySet[Team]:
    """The teams where this principal works, by name."""
    return visible(principal, Team.objects.order_by("name"), Purpose.SUPPORT).rows


def programmes(principal: Principal) -> QuerySet[Programme]:
    """The programmes where this principal works, by name, those not used any more too: cases
    belong to them still."""
    rows = Programme.objects.order_by("name", "pk")
    return visible(principal, rows, Purpose.SUPPORT).rows


def my_teams(principal: Principal) -> list[int]:
    """The teams for whose cases this principal has a role."""
    return sorted({held.team_id for held in principal.grants if held.team_id is not None})


def saved_filters(principal: Principal) -> list[SavedFilter]:
    """Kept filters that this principal may use, their own first."""
    rows = visible(principal, SavedFilter.objects.filter(deleted_at=None), Purpose.SUPPORT).rows
    found = list(rows.select_related("owner", "team").order_by("name")[:_MOST_FILTERS])
    return sorted(found, key=lambda row: row.owner_id != principal.user_id)


def own_filter_or_404(principal: Principal, filter_id: uuid.UUID) -> SavedFilter:
    """One of one's own filters, also where it was just deleted."""
    rows = visible(principal, SavedFilter.objects.all(), Purpose.SUPPORT).rows
    return get_object_or_404(rows, pk=filter_id, owner_id=principal.user_id)


def history(case: Case) -> list[Assignment]:
    """Who looked after a case the caller was cleared for, latest first."""
    linked = ("from_worker", "to_worker", "by", "hand_over")
    return list(Assignment.objects.filter(case=case).select_related(*linked).order_by("-at"))


def handed_to(principal: Principal, limit: int) -> list[Assignment]:
    """Cases that came to this principal lately and are still with them, latest first."""
    if principal.user_id is None:
        return []
    rows = Assignment.objects.filter(
        to_worker_id=principal.user_id,
        at__gte=timezone.now() - HANDED_WITHIN,
        case__worker_id=principal.user_id,
        case__state__in=WORKED,
    ).exclude(by_id=principal.user_id)
    shown = visible(principal, rows, Purpose.SUPPORT).rows
    linked = ("person__identity", "person__key", "from_worker")
    return list(shown.select_related(*linked).order_by("-at")[:limit])


def hand_over_or_404(principal: Principal, hand_over_id: uuid.UUID) -> HandOver:
    """One hand-over that this principal did, gave, received or leads."""
    rows = visible(principal, HandOver.objects.select_related("frm", "by"), Purpose.SUPPORT).rows
    return get_object_or_404(rows, pk=hand_over_id)


def handed_lately(principal: Principal, limit: int = 8) -> list[HandOver]:
    """Hand-overs that were not taken back, of those this principal may look at, newest first."""
    rows = HandOver.objects.filter(handed_back_at=None).exclude(reason=Why.HANDED_BACK)
    shown = visible(principal, rows, Purpose.SUPPORT).rows.select_related("frm", "by")
    return list(shown.order_by("-at")[:limit])


def moved(principal: Principal, hand_over: HandOver) -> list[Assignment]:
    """The cases of a hand-over that this principal reaches."""
    rows = Assignment.objects.filter(hand_over=hand_over)
    linked = ("case", "person__identity", "person__key", "to_worker", "from_worker")
    shown = visible(principal, rows, Purpose.SUPPORT).rows.select_related(*linked)
    return list(shown.order_by("to_worker__name", "case__review_on", "id"))


def caseload_of(principal: Principal, user_id: int | None, limit: int) -> list[Case]:
    """The cases somebody looks after, as far as this principal may change them; None: nobody's."""
    rows = cases.cases(principal, Purpose.CASE_WORK).rows.filter(worker=user_id, state__in=WORKED)
    return list(rows.select_related("team").order_by("review_on", "id")[:limit])


def carried(users: Collection[int], organisations: Collection[uuid.UUID]) -> dict[int, int]:
    """How many cases each of these colleagues looks after in these organisations now."""
    rows = (
        Case.objects.filter(worker__in=users, organisation__in=organisations, state__in=WORKED)
        .values_list("worker")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return {**dict.fromkeys(users, 0), **dict(rows)}


FIGURES: tuple[Mark, ...] = (Mark.REVIEW, Mark.IMMEDIATE, Mark.ITEMS, Mark.CONTACT)
"""What is counted for each colleague, beside the cases they look after."""


def workload(principal: Principal, team: int | None, today: date) -> list[dict[str, Any]]:
    """Counts for each who looks after cases that this principal reaches, in one query.

    `worker` is None for cases that nobody looks after.
    """
    rows = visible(principal, Case.objects.filter(state__in=WORKED), Purpose.SUPPORT).rows
    if team is not None:
        rows = rows.filter(team=team)
    counts = {
        mark.value: Count("pk", filter=marked(mark, today))
        for mark in (*FIGURES, Mark.APPROVAL, Mark.PATCHED)
    }
    counted = rows.values("worker").annotate(cases=Count("pk"), **counts).order_by()
    return [dict(row) for row in counted]


def people_by_id(ids: Sequence[int | None]) -> dict[int, User]:
    """Users by their number, closed accounts too."""
    return User.objects.in_bulk([each for each in ids if each is not None])
