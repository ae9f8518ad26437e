"""Members, roles, teams, and the audit: for those who set up and those who oversee."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Path, Router

from sojourn.web.accounts import actions, queries
from sojourn.web.accounts.access import Purpose, principal_of
from sojourn.web.accounts.forms import GrantForm, TeamForm
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import paging, schemas
from sojourn.web.api.kit import Sent, as_form, filled, reads, writes
from sojourn.web.api.operations.people import event_lines
from sojourn.web.audit import queries as audit
from sojourn.web.audit.actions import check, note_read, sign

router = Router(tags=["Organisation"])

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


class NewTeam(Sent):
    organisation: UUID
    name: str


class NewRole(Sent):
    organisation: UUID
    role: str
    scope: str = "organisation"
    team: int | None = None
    programme: int | None = None
    area: str = ""
    valid_until: str | None = None
    reason: str = ""


@reads(router, "/members", Verb.CONFIGURE, schemas.Page[schemas.Grant])
def list_members(request: HttpRequest, after: str = "") -> schemas.Page[schemas.Grant]:
    """The roles in the organisations that one manages, ended ones too, newest first."""
    by = principal_of(request)
    shown, following = paging.page(queries.members(by), ("-id",), after)
    return schemas.Page[schemas.Grant](
        items=[
            schemas.Grant(
                id=grant.pk,
                holder=grant.holder_id,
                name=grant.holder.name,
                role=grant.role,
                organisation=grant.organisation_id,
                scope=grant.scope,
                team=grant.team_id,
                programme=grant.programme_id,
                area=grant.area,
                valid_from=grant.valid_from,
                valid_until=grant.valid_until,
                ended=grant.revoked_at is not None,
            )
            for grant in shown
        ],
        next=following,
    )


@writes(router, "/members/{user_id}/roles", Verb.CONFIGURE, schemas.Done, status=201)
def give_role(request: HttpRequest, user_id: Number, body: NewRole) -> schemas.Done:
    """One more role for somebody who has an account, for all cases or some."""
    by = principal_of(request)
    user = get_object_or_404(queries.accounts(by), pk=user_id)
    form = GrantForm(by, as_form(body))
    data = filled(form)
    given = actions.grant(
        holder=user,
        role=data["role"],
        organisation=data["organisation"],
        reach=form.reach(),
        valid_until=data["valid_until"],
        reason=data["reason"],
        by=by,
    )
    return schemas.Done(id=str(given.pk), state="given")


@writes(router, "/roles/{grant_id}/end", Verb.CONFIGURE, schemas.Done)
def end_role(request: HttpRequest, grant_id: Number) -> schemas.Done:
    """Ends a role now."""
    by = principal_of(request)
    given = get_object_or_404(queries.members(by), pk=grant_id)
    actions.revoke(grant=given, by=by)
    return schemas.Done(id=str(given.pk), state="ended")


@reads(router, "/teams", Verb.CONFIGURE, schemas.Teams)
def list_teams(request: HttpRequest) -> schemas.Teams:
    """The teams, with the numbers of the users who work in them today."""
    found = list(queries.teams(principal_of(request)))
    members = queries.in_teams(found)
    return schemas.Teams(
        items=[
            schemas.Team(
                id=team.pk,
                organisation=team.organisation_id,
                name=team.name,
                members=[user.pk for user in members[team.pk]],
            )
            for team in found
        ]
    )


@writes(router, "/teams", Verb.CONFIGURE, schemas.Done, status=201)
def make_team(request: HttpRequest, body: NewTeam) -> schemas.Done:
    """Makes a team."""
    by = principal_of(request)
    team = actions.add_team(by=by, **filled(TeamForm(by, as_form(body))))
    return schemas.Done(id=str(team.pk))


@writes(router, "/teams/{team_id}/remove", Verb.CONFIGURE, schemas.Done)
def remove_team(request: HttpRequest, team_id: Number) -> schemas.Done:
    """Takes back a team that was never used."""
    by = principal_of(request)
    team = get_object_or_404(queries.teams(by), pk=team_id)
    actions.remove_team(team=team, by=by)
    return schemas.Done(id=str(team_id), state="removed")


@reads(router, "/audit/events", Verb.AUDIT, schemas.Page[schemas.Event])
def list_events(request: HttpRequest, after: str = "") -> schemas.Page[schemas.Event]:
    """The events of the organisations whose audit one reads, newest first."""
    by = principal_of(request)
    shown, following = paging.page(audit.events(by).rows, ("-seq",), after)
    note_read(request, by=by, purpose=Purpose.AUDIT, shown=shown)
    return schemas.Page[schemas.Event](items=event_lines(shown), next=following)


@writes(router, "/audit/check", Verb.AUDIT, schemas.Chain)
def check_audit(request: HttpRequest) -> schemas.Chain:
    """Walks the whole audit from its beginning, and notes that somebody did."""
    found = check(by=principal_of(request))
    return schemas.Chain(
        events=found.events,
        last_hash=found.last_hash,
        is_whole=found.intact,
        broken_at=found.broken_at,
        written_anew=[each.seq for each in found.contrary],
    )


@writes(router, "/audit/checkpoint", Verb.AUDIT, schemas.Checkpoint)
def sign_audit(request: HttpRequest) -> schemas.Checkpoint:
    """Signs the newest event, for somebody else to keep."""
    signed = sign(by=principal_of(request))
    return schemas.Checkpoint.model_validate_json(signed.text())
