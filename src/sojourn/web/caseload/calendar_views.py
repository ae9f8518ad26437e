"""The month: what is due on which day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import dates, timezone
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sojourn.web.accounts.access import Purpose, needs, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.caseload import due, ics
from sojourn.web.caseload.access import places_context
from sojourn.web.caseload.due import ICONS, Entry, Kind


@dataclass(frozen=True)
class Sort:
    """How many things of one kind are due on a day."""

    kind: Kind
    icon: str
    count: int


@dataclass(frozen=True)
class Day:
    """One day of the grid and of the list below it."""

    on: date
    in_month: bool
    is_today: bool
    is_past: bool
    entries: tuple[Entry, ...]
    sorts: tuple[Sort, ...]


@needs(Verb.READ)
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """A month as a grid and as a list, for oneself or for all whose cases one reaches."""
    by, today = principal_of(request), timezone.localdate()
    first = _month(request.GET.get("month", ""), today)
    mine = request.GET.get("who") != "all"
    begins = (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7  # Django counts from Sunday
    grid = due.weeks(first.year, first.month, begins)
    found = due.due_between(by, grid[0][0], grid[-1][-1], mine=mine)
    for rows in found.shown:
        note_read(request, by=by, purpose=Purpose.SUPPORT, shown=rows)
    days = {on: _day(on, first, today, found.entries) for week in grid for on in week}
    context = {
        **places_context(by),
        "first": first,
        "weeks": [[days[on] for on in week] for week in grid],
        "days": [day for day in days.values() if day.entries],
        "names": [
            (dates.WEEKDAYS[(begins + each) % 7], dates.WEEKDAYS_ABBR[(begins + each) % 7])
            for each in range(7)
        ],
        "mine": mine,
        "is_cut": found.is_cut,
        "previous_url": _url(_shifted(first, -1), mine=mine),
        "next_url": _url(_shifted(first, 1), mine=mine),
        "today_url": _url(today, mine=mine),
        "mine_url": _url(first, mine=True),
        "all_url": _url(first, mine=False),
        "is_this_month": (first.year, first.month) == (today.year, today.month),
        "kinds": [(kind, ICONS[kind]) for kind in Kind],
    }
    return render(request, "caseload/calendar.html", context)


_AHEAD = timedelta(days=366)
_IN_FILE = (Kind.REVIEW, Kind.ITEM, Kind.CONTACT)


@needs(Verb.READ)
@require_GET
def calendar_file(request: HttpRequest) -> HttpResponse:
    """What is due for oneself from this month on, within a year, for a calendar program.

    It names cases by their number alone. There is no address under which a program could fetch it
    without signing in.
    """
    by, today = principal_of(request), timezone.localdate()
    found = due.due_between(by, today.replace(day=1), today + _AHEAD, mine=True)
    entries = [entry for entry in found.entries if entry.kind in _IN_FILE]
    going = {entry.row_id for entry in entries}
    for rows in found.shown:
        taken = [row for row in rows if row.pk in going]
        if taken:
            note_read(request, by=by, purpose=Purpose.SUPPORT, shown=taken, verb="export_days")
    if not entries:  # a calendar of nothing is none, by the standard
        messages.info(request, _("Nothing is due for you within a year."))
        return redirect("caseload:calendar")
    headers = {"Content-Disposition": 'attachment; filename="sojourn.ics"'}
    content = ics.calendar(entries, timezone.now())
    return HttpResponse(content, content_type=ics.MEDIA_TYPE, headers=headers)


def _month(text: str, today: date) -> date:
    """The first day of the month in an address; of this month where it names none."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return found if abs(found.year - today.year) <= 10 else today.replace(day=1)


def _shifted(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _url(on: date, *, mine: bool) -> str:
    pairs = {"month": f"{on.year:04d}-{on.month:02d}", **({} if mine else {"who": "all"})}
    return f"{reverse('caseload:calendar')}?{urlencode(pairs)}"


def _day(on: date, first: date, today: date, entries: Sequence[Entry]) -> Day:
    mine = tuple(entry for entry in entries if entry.day == on)
    counts = Counter(entry.kind for entry in mine)
    sorts = tuple(Sort(kind, ICONS[kind], counts[kind]) for kind in Kind if counts[kind])
    in_month = (on.year, on.month) == (first.year, first.month)
    return Day(on, in_month, on == today, on < today, mine, sorts)
