"""How the work is spread over a team, and what is only ever patched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from sojourn.web.accounts.access import Purpose, needs, principal_of
from sojourn.web.accounts.models import User
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.caseload import queries
from sojourn.web.caseload.access import places_context
from sojourn.web.caseload.rules import NOBODY, Filters, Mark


@dataclass(frozen=True)
class Figure:
    """A number with its share of the greatest one of its kind, and the cases it counts."""

    label: str
    count: int
    share: int
    url: str
    is_care: bool = False


@dataclass(frozen=True)
class Load:
    """What one colleague carries. `user` is None for what nobody looks after."""

    user: User | None
    name: str
    figures: tuple[Figure, ...]
    hand_over_url: str
    cannot_work: bool


@needs(Verb.APPROVE)
@require_GET
def team(request: HttpRequest) -> HttpResponse:
    """Bars for each colleague; every number leads to the cases it counts."""
    by, today = principal_of(request), timezone.localdate()
    teams = list(queries.teams(by))
    wanted = request.GET.get("team", "")
    chosen = next((each for each in teams if str(each.pk) == wanted), None)
    base = Filters(team=str(chosen.pk) if chosen is not None else "")
    rows = queries.workload(by, chosen.pk if chosen is not None else None, today)
    users = queries.people_by_id([row["worker"] for row in rows])
    able = set(queries.colleagues(by, Verb.WRITE).values_list("pk", flat=True))
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=[])
    most = max((row["cases"] for row in rows), default=0)
    loads = [_load(row, users, able, most, base) for row in rows]
    context = {
        **places_context(by),
        "loads": sorted(loads, key=lambda load: (load.user is not None, -load.figures[0].count)),
        "totals": [_total(mark, rows, base) for mark in _WHOLE],
        "teams": teams,
        "chosen": chosen,
        "handed": queries.handed_lately(by),
        "today": today,
    }
    return render(request, "caseload/team.html", context)


_WHOLE = (Mark.PATCHED, Mark.APPROVAL, Mark.REVIEW, Mark.IMMEDIATE)


def _load(
    row: Mapping[str, Any],
    users: Mapping[int, User],
    able: set[int],
    most: int,
    base: Filters,
) -> Load:
    worker = row["worker"]
    user = users.get(worker) if worker is not None else None
    mine = replace(base, who=str(worker) if worker is not None else NOBODY)
    figures = [_figure(_("Cases"), row["cases"], most, mine)]
    for mark in queries.FIGURES:
        marked = replace(mine, marks=frozenset({mark.value}))
        label = str(mark.label)
        figures.append(_figure(label, row[mark.value], most, marked, is_care=True))
    return Load(
        user,
        user.name if user is not None else _("Nobody"),
        tuple(figures),
        reverse("caseload:hand_over", args=[worker or 0]),
        user is not None and worker not in able,
    )


def _total(mark: Mark, rows: list[dict[str, Any]], base: Filters) -> Figure:
    filters = replace(base, marks=frozenset({mark.value}))
    count = sum(row[mark.value] for row in rows)
    return _figure(str(mark.label), count, sum(row["cases"] for row in rows), filters)


def _figure(
    label: str, count: int, most: int, filters: Filters, *, is_care: bool = False
) -> Figure:
    share = -(-100 * count // most) if most else 0
    return Figure(label, count, share, f"{reverse('people:list')}?{filters.query()}", is_care)
