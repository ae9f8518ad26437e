"""The list of cases, narrowed and kept."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sojourn.web.accounts.access import Purpose, needs, principal_of
from sojourn.web.accounts.models import Programme, Team, User
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.caseload import actions, queries, rules
from sojourn.web.caseload.access import places_context
from sojourn.web.caseload.forms import STATES, FilterForm, KeepForm, NameForm
from sojourn.web.caseload.models import SavedFilter
from sojourn.web.caseload.rules import ME, NOBODY, Filters, Mark
from sojourn.web.cases.states import Phase
from sojourn.web.cases.words import STAGES
from sojourn.web.people.forms import SearchForm
from sojourn.web.people.lines import case_lines


@dataclass(frozen=True)
class Chip:
    """One thing that narrows the list, with the address of the list without it."""

    label: str
    url: str


@dataclass(frozen=True)
class Kept:
    """A kept filter with its address; `is_mine` where one may rename and delete it."""

    row: SavedFilter
    url: str
    is_active: bool
    is_mine: bool


@needs(Verb.READ)
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """The cases one reaches, narrowed by what stands in the address."""
    by, today = principal_of(request), timezone.localdate()
    filters = rules.read(dict(request.GET.lists()))
    begin = rules.place(request.GET.get("after", ""), filters.sort)
    page = queries.page(by, filters, begin, today)
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=page.cases)
    users, teams = list(queries.colleagues(by)), list(queries.teams(by))
    programmes = list(queries.programmes(by))
    query = filters.query()
    saved = queries.saved_filters(by)
    context = {
        "lines": case_lines(by, page.cases),
        "today": today,
        "filters": filters,
        "query": query,
        "begin": begin,
        "following": str(page.following) if page.following is not None else "",
        "chips": _chips(filters, users, teams, programmes),
        "form": FilterForm(filters, users, teams, programmes),
        "kept": [
            Kept(row, _address(row.query), row.query == query, row.owner_id == by.user_id)
            for row in saved
        ],
        "owns_filters": any(row.owner_id == by.user_id for row in saved),
        "keep_form": KeepForm(by, auto_id="keep_%s"),
        "search_form": SearchForm(),
        **places_context(by),
        "deleted": request.session.pop("deleted_filter", ""),
    }
    return render(request, "caseload/list.html", context)


@needs(Verb.READ)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keeps the filter of an address under a name."""
    by = principal_of(request)
    filters = rules.read(dict(QueryDict(request.POST.get("query", "")).lists()))
    form = KeepForm(by, request.POST)
    try:
        if not form.is_valid():
            raise ValidationError(_("Give the filter a name of at most 60 letters."))
        actions.keep_filter(
            name=form.cleaned_data["name"], filters=filters, team=form.cleaned_data["team"], by=by
        )
        messages.success(request, _("The filter was kept."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect(_address(filters.query()))


@needs(Verb.READ)
@require_POST
def change_filter(request: HttpRequest, filter_id: uuid.UUID) -> HttpResponse:
    """Renames, deletes or brings back one's own filter; which one is in the form."""
    by = principal_of(request)
    row = queries.own_filter_or_404(by, filter_id)
    wanted = request.POST.get("do", "")
    try:
        if wanted == "rename":
            form = NameForm(request.POST)
            if not form.is_valid():
                raise ValidationError(_("Give the filter a name of at most 60 letters."))
            actions.rename_filter(row=row, name=form.cleaned_data["name"], by=by)
            messages.success(request, _("The filter has another name now."))
        elif wanted == "delete":
            actions.delete_filter(row=row, by=by)
            messages.success(request, _("The filter “%(name)s” was deleted.") % {"name": row.name})
            request.session["deleted_filter"] = str(row.pk)
        elif wanted == "bring-back":
            actions.bring_back_filter(row=row, by=by)
            messages.success(request, _("The filter is back."))
        else:
            raise SuspiciousOperation
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect(_address(row.query if wanted != "delete" else ""))


def _address(query: str) -> str:
    return reverse("people:list") + (f"?{query}" if query else "")


def _chips(
    filters: Filters, users: list[User], teams: list[Team], programmes: list[Programme]
) -> list[Chip]:
    names = {str(user.pk): user.name for user in users}
    names |= {ME: _("Me"), NOBODY: _("Nobody")}
    labels: Mapping[str, Mapping[str, object]] = {
        "state": dict(STATES),
        "phase": dict(Phase.choices),
        "who": names,
        "team": {NOBODY: _("No team"), **{str(each.pk): each.name for each in teams}},
        "programme": {
            NOBODY: _("No programme"),
            **{str(each.pk): each.name for each in programmes},
        },
        "stage": {stage.value: label for stage, label in STAGES.items()},
        "marks": dict(Mark.choices),
    }
    return [
        Chip(
            str(labels[name].get(value, _("Somebody else"))),
            _address(filters.without(name, value).query()),
        )
        for name, value in filters.narrowing()
    ]
