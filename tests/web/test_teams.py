"""Teams, and further roles with an end, as an administrator gives and takes them back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sojourn.web.accounts import actions
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.actions import Reach
from sojourn.web.accounts.models import Grant, Scope, Team
from sojourn.web.accounts.roles import INCOMPATIBLE, Role
from sojourn.web.audit.models import Event
from sojourn.web.cases.models import Case
from tests.web.conftest import World

TEAMS = reverse("accounts:teams")


def _give(world: World, who: str, **entry: object) -> str:
    url = reverse("accounts:give", args=[world.users[who].pk])
    usual = {"organisation": world.harbour.pk, "role": "case_worker", "scope": "organisation"}
    response = world.client("dana").post(url, {**usual, **entry}, follow=True)
    return str(response.content.decode())


def _team(world: World, name: str = "Night") -> Team:
    return actions.add_team(organisation=world.harbour, name=name, by=world.by("dana"))


def test_from_a_team_to_its_cases_and_back(world: World) -> None:
    dana = world.client("dana")
    dana.post(TEAMS, {"organisation": world.harbour.pk, "name": "Night"})
    team = Team.objects.get()
    Case.objects.filter(pk=world.case.pk).update(team=team)
    situation = reverse("cases:situation", args=[world.case.pk])
    assert world.client("ana").get(situation).status_code == 403
    _give(world, "ana", scope="team", team=team.pk)
    assert world.client("ana").get(situation).status_code == 200
    page = dana.get(TEAMS).content.decode()
    assert "Ana" in page
    given = Grant.objects.get(team=team)
    dana.post(reverse("accounts:revoke", args=[given.pk]))
    assert world.client("ana").get(situation).status_code == 403
    assert "Ana" not in dana.get(TEAMS).content.decode()


def test_a_role_ends_after_its_last_day(world: World) -> None:
    today = timezone.localdate()
    _give(world, "ana", valid_until=today.isoformat(), reason="stands in")
    given = Grant.objects.get(holder=world.users["ana"], role=Role.CASE_WORKER)
    assert (given.valid_until, given.reason) == (today, "stands in")
    people = reverse("people:list")
    assert world.client("ana").get(people).status_code == 200
    Grant.objects.filter(pk=given.pk).update(
        valid_from=today - timedelta(days=9), valid_until=today - timedelta(days=1)
    )
    assert world.client("ana").get(people).status_code == 403


def test_an_end_before_the_beginning_is_refused(world: World) -> None:
    before = timezone.localdate() - timedelta(days=1)
    assert "The last day is before" in _give(world, "ana", valid_until=before.isoformat())
    assert Grant.objects.filter(holder=world.users["ana"]).count() == 1


@pytest.mark.parametrize(
    ("who", "role", "reason"),
    [
        ("bilal", "administrator", "opens no files"),
        ("bilal", "data_protection_officer", "changes no files"),
        ("emil", "administrator", "does not read the audit"),
        ("sami", "data_protection_officer", "approves no plans"),
        ("sami", "data_protection_officer", "for data protection alone"),
    ],
)
def test_powers_that_must_stay_apart_are_refused_with_the_reason(
    who: str, role: str, reason: str, world: World
) -> None:
    assert reason in _give(world, who, role=role)
    assert Grant.objects.filter(holder=world.users[who]).count() == 1


def test_every_pair_that_must_stay_apart_has_its_reason() -> None:
    assert set(actions.CLASHES) == set(INCOMPATIBLE)


@pytest.mark.parametrize(
    "entry", [{"scope": "team"}, {"scope": "named_cases"}, {"role": "king"}, {"organisation": ""}]
)
def test_what_does_not_fit_together_is_refused(entry: dict[str, str], world: World) -> None:
    _give(world, "ana", **entry)
    assert Grant.objects.filter(holder=world.users["ana"]).count() == 1


def test_nobody_gives_a_role_to_themselves_or_for_a_foreign_team(world: World) -> None:
    assert "You cannot give a role to yourself" in _give(world, "dana", role="analyst")
    foreign = actions.add_team(organisation=world.crossroads, name="Night", by=SYSTEM)
    _give(world, "ana", scope="team", team=foreign.pk)
    assert not Grant.objects.filter(team=foreign).exists()


def test_a_team_is_removed_as_long_as_nothing_belongs_to_it(world: World) -> None:
    team = _team(world)
    with pytest.raises(PermissionDenied):
        actions.remove_team(team=team, by=world.by("sami"))
    Case.objects.filter(pk=world.case.pk).update(team=team)
    with pytest.raises(ValidationError):
        actions.remove_team(team=team, by=world.by("dana"))
    Case.objects.filter(pk=world.case.pk).update(team=None)
    world.client("dana").post(reverse("accounts:remove_team", args=[team.pk]))
    assert not Team.objects.exists()
    assert Event.objects.latest("seq").verb == "remove"


def test_a_team_with_a_role_stays_and_a_name_is_taken_once(world: World) -> None:
    team = _team(world)
    world.join(Reach(Scope.TEAM, team=team))
    with pytest.raises(ValidationError):
        actions.remove_team(team=team, by=world.by("dana"))
    entry = {"organisation": world.harbour.pk, "name": "Night"}
    assert world.client("dana").post(TEAMS, entry).status_code == 400
    assert Team.objects.count() == 1


def test_the_list_of_teams_takes_as_many_queries_for_many(world: World) -> None:
    client, counts = world.client("dana"), []
    for more in (2, 9):
        for each in range(more):
            team = _team(world, f"{more}-{each}")
            world.join(Reach(Scope.TEAM, team=team), name=f"n{more}-{each}")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(TEAMS).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
