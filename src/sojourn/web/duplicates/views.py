"""The queue of pairs, two files side by side, and a suggestion."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sojourn.web.accounts.access import Purpose, needs, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.duplicates import actions, queries, words
from sojourn.web.duplicates.forms import DecisionForm
from sojourn.web.duplicates.models import PairState
from sojourn.web.people import identities
from sojourn.web.people import queries as people
from sojourn.web.people.choosing import ChooseForm

_PER_PAGE = 25


@needs(Verb.WRITE)
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Pairs to decide about."""
    by = principal_of(request)
    page = Paginator(queries.waiting(by), _PER_PAGE).get_page(request.GET.get("page"))
    shown = list({each.pk: each for pair in page for each in (pair.first, pair.second)}.values())
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=shown)
    known = identities.open_many(shown)
    lines = [
        (pair, known[pair.first_id], known[pair.second_id], words.strength(pair.weight))
        for pair in page
    ]
    return render(request, "duplicates/queue.html", {"page": page, "lines": lines})


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def pair(request: HttpRequest, pair_id: uuid.UUID) -> HttpResponse:
    """Two files side by side, with what speaks for one person and what against; and a decision."""
    by = principal_of(request)
    pair = queries.pair_or_404(by, pair_id)
    initial = {"decided": "" if pair.state == PairState.WAITING else pair.state}
    form = DecisionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            decided = PairState(form.cleaned_data["decided"])
            actions.decide(pair=pair, decided=decided, by=by)
            messages.success(request, _said(decided))
            return redirect("duplicates:queue")
        except ValidationError as problem:
            form.add_error(None, problem)
    both = [pair.first, pair.second]
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=both)
    known = identities.open_many(both)
    first, second = known[pair.first_id], known[pair.second_id]
    context = {
        "pair": pair,
        "form": form,
        "files": [(pair.first, first), (pair.second, second)],
        "lines": words.part_lines(pair.parts, first, second),
        "strength": words.strength(pair.weight),
        "decisions": queries.decisions(pair),
    }
    return render(request, "duplicates/pair.html", context, status=400 if form.errors else 200)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def suggest(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Puts another file beside this one."""
    by = principal_of(request)
    person = people.person_or_404(by, person_id, Purpose.CASE_WORK)
    form = ChooseForm(by, person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = actions.suggest(one=person, other=form.chosen(), by=by)
            return redirect("duplicates:pair", pair_id=found.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[person])
    form.note_found(request)
    context = {"form": form, "person": person}
    return render(request, "duplicates/suggest.html", context, status=400 if form.errors else 200)


def _said(decided: PairState) -> str:
    return {
        PairState.SAME: _(
            "The two files are linked. Each says so, and nothing was changed in them."
        ),
        PairState.DIFFERENT: _(
            "They stay two people. The pair comes back only if something changes."
        ),
    }.get(decided, _("The pair stays in the list."))
