"""My day, and the page that shows every component of the interface."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from sojourn.web.accounts.access import Purpose, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import queries
from sojourn.web.glass import queries as openings
from sojourn.web.home.waiting import waiting
from sojourn.web.oversight.queries import endings
from sojourn.web.people.lines import case_lines
from sojourn.web.webhooks import queries as webhooks

_URGENT, _DUE, _RECENT = 8, 12, 8


@require_GET
def day(request: HttpRequest) -> HttpResponse:
    """What cannot wait, what is due, what happened recently."""
    by = principal_of(request)
    today = timezone.localdate()
    groups, waits, lines = {}, None, {}
    if by.may(Verb.READ):
        groups = {
            "urgent": queries.urgent(by, _URGENT),
            "due": queries.due(by, today, _DUE),
            "recent": queries.recent(by, _RECENT),
        }
        everything = list({case.pk: case for rows in groups.values() for case in rows}.values())
        note_read(request, by=by, purpose=Purpose.SUPPORT, shown=everything)
        drawn = zip(everything, case_lines(by, everything), strict=True)
        lines = {case.pk: line for case, line in drawn}
        waits = waiting(by, today)
        for rows in waits.shown:
            note_read(request, by=by, purpose=Purpose.SUPPORT, shown=rows)
    context = {
        "principal": by,
        "today": today,
        "waits": waits,
        "has_files": by.may(Verb.READ),
        "webhooks_stopped": webhooks.stopped(by),
        "may_write": by.may(Verb.WRITE),
        "may_configure": by.may(Verb.CONFIGURE),
        "may_audit": by.may(Verb.AUDIT),
        "may_oversee": by.may(Verb.OVERSEE),
        "openings": openings.waiting(by),
        "endings": endings(by).count() if by.may(Verb.ERASE) else 0,
        **{name: [lines[case.pk] for case in rows] for name, rows in groups.items()},
    }
    return render(request, "home/day.html", context)


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Every component with invented contents; only in the demonstration."""
    if not settings.DEMO:
        raise Http404
    from sojourn.web.home import samples

    return render(request, "home/components.html", samples.sample_context())
