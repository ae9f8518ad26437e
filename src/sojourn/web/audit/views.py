"""The audit, for those who oversee it. Reading it is an event too."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from sojourn.web.accounts.access import Purpose, needs, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit import queries, words
from sojourn.web.audit.actions import check, note_read, sign


@needs(Verb.AUDIT)
@require_http_methods(["GET", "POST"])
def log(request: HttpRequest) -> HttpResponse:
    """A page of events, or of those of one kind (`what`); with POST the chain is checked first."""
    by = principal_of(request)
    what = request.GET.get("what", "")
    rows = queries.events(by).rows
    if what in words.VERBS:
        rows = rows.filter(verb=what)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    note_read(request, by=by, purpose=Purpose.AUDIT, shown=list(page))
    context = {
        "page": page,
        "events": words.lines(page),
        "verification": check(by=by) if request.method == "POST" else None,
        "verbs": sorted(((name, str(word)) for name, word in words.VERBS.items()), key=_by_word),
        "what": what,
        "query": f"what={what}&" if what in words.VERBS else "",
    }
    return render(request, "audit/log.html", context)


def _by_word(verb: tuple[str, str]) -> str:
    return verb[1]


@needs(Verb.AUDIT)
@require_POST
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest event, signed, as a file for somebody else to keep."""
    signed = sign(by=principal_of(request))
    name = f"sojourn-audit-{signed.seq}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(signed.text(), content_type="application/json", headers=headers)
