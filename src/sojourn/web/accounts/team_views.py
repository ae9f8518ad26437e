"""Teams, and further roles for somebody who has an account."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sojourn.web.accounts import actions, queries
from sojourn.web.accounts.access import needs, principal_of
from sojourn.web.accounts.forms import GrantForm, TeamForm
from sojourn.web.accounts.roles import Verb


@needs(Verb.CONFIGURE)
@require_http_methods(["GET", "POST"])
def teams(request: HttpRequest) -> HttpResponse:
    """The teams with who works in them; makes a new one."""
    by = principal_of(request)
    form = TeamForm(by, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_team(by=by, **form.cleaned_data)
            messages.success(request, _("The team is there. Give roles for its cases next."))
            return redirect("accounts:teams")
        except ValidationError as problem:
            form.add_error("name", problem)
    found = list(queries.teams(by))
    members = queries.in_teams(found)
    context = {"form": form, "teams": [(team, members[team.pk]) for team in found]}
    return render(request, "accounts/teams.html", context, status=400 if form.errors else 200)


@needs(Verb.CONFIGURE)
@require_POST
def remove_team(request: HttpRequest, team_id: int) -> HttpResponse:
    """Takes back a team that was never used."""
    by = principal_of(request)
    team = get_object_or_404(queries.teams(by), pk=team_id)
    try:
        actions.remove_team(team=team, by=by)
        messages.success(request, _("The team was removed."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("accounts:teams")


@needs(Verb.CONFIGURE)
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, user_id: int) -> HttpResponse:
    """One more role for somebody, for all cases or some, with an end if wanted."""
    by = principal_of(request)
    user = get_object_or_404(queries.accounts(by), pk=user_id)
    form = GrantForm(by, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.grant(
                holder=user,
                role=data["role"],
                organisation=data["organisation"],
                reach=form.reach(),
                valid_until=data["valid_until"],
                reason=data["reason"],
                by=by,
            )
            messages.success(request, _("The role was given. Ending it takes it back at once."))
            return redirect("accounts:member", user.pk)
        except (ValidationError, PermissionDenied) as problem:
            form.add_error(None, problem if isinstance(problem, ValidationError) else str(problem))
    context = {"form": form, "member": user}
    return render(request, "accounts/give.html", context, status=400 if form.errors else 200)
