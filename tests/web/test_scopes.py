"""Grants for some cases only, and those who are part of a case."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.accounts import actions
from sojourn.web.accounts.access import SYSTEM, Purpose, principal_for, visible
from sojourn.web.accounts.actions import Reach
from sojourn.web.accounts.models import Interest, Organisation, Scope, User
from sojourn.web.accounts.roles import Role, Verb
from sojourn.web.cases import actions as cases
from sojourn.web.cases.models import Assessment, Case, LegalBasis
from sojourn.web.consent.models import Consent
from sojourn.web.people.models import Person
from tests.web.conftest import World, give_app


def _join(
    world: World,
    reach: Reach,
    role: Role = Role.CASE_WORKER,
    organisation: Organisation | None = None,
) -> User:
    """Nadia, with one grant more."""
    user, is_new = User.objects.get_or_create(username="nadia", name="Nadia")
    if is_new:
        give_app(user)
    actions.grant(
        holder=user, role=role, organisation=organisation or world.harbour, reach=reach, by=SYSTEM
    )
    return user


def _people(user: User) -> set[object]:
    """The people this user reaches, after a check that every other kind of row agrees."""
    by = principal_for(user)
    people: set[object] = set(
        visible(by, Person.objects.all(), Purpose.SUPPORT).rows.values_list("pk", flat=True)
    )
    for rows in (Case.objects.all(), Assessment.objects.all(), Consent.objects.all()):
        door = visible(by, rows, Purpose.SUPPORT)
        assert set(door.rows.values_list("person_id", flat=True)) <= people
    return people


def _client(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def _status(user: User, case: Case) -> list[int]:
    return [
        _client(user).get(reverse(name, args=args)).status_code
        for name, args in (
            ("cases:situation", [case.pk]),
            ("people:person", [case.person_id]),
            ("cases:assess", [case.pk]),
            ("consent:new", [case.person_id]),
        )
    ]


def test_a_grant_for_own_cases_reaches_these_alone(world: World) -> None:
    user = _join(world, Reach(Scope.OWN_CASES))
    assert _people(user) == set()
    assert _status(user, world.case) == [404] * 4
    Case.objects.filter(pk=world.case.pk).update(worker=user)
    assert _people(user) == {world.case.person_id}
    assert _status(user, world.case) == [200] * 4


def test_who_has_own_cases_alone_sees_the_file_they_open(world: World) -> None:
    user = _join(world, Reach(Scope.OWN_CASES))
    world.users["nadia"] = user
    case = world.register("nadia")
    assert _people(user) == {case.person_id}


def test_a_team_reaches_its_cases_and_new_ones_fall_to_it(world: World) -> None:
    team = actions.add_team(organisation=world.harbour, name="Night", by=world.by("dana"))
    user = _join(world, Reach(Scope.TEAM, team=team))
    world.users["nadia"] = user
    assert _status(user, world.case) == [404] * 4
    case = world.register("nadia")
    assert case.team_id == team.pk
    Case.objects.filter(pk=world.case.pk).update(team=team)
    assert _people(user) == {case.person_id, world.case.person_id}


def test_named_cases_are_reached_and_no_file_is_opened(world: World) -> None:
    user = _join(world, Reach(Scope.NAMED_CASES, cases=frozenset({world.case.pk})))
    world.users["nadia"] = user
    other = world.register("sami")
    assert _status(user, world.case) == [200] * 4
    assert _status(user, other) == [404] * 4
    with pytest.raises(PermissionDenied):
        world.register("nadia")


def test_naming_a_case_of_another_organisation_reaches_nothing(world: World) -> None:
    foreign = world.register("chiara")
    user = _join(world, Reach(Scope.NAMED_CASES, cases=frozenset({foreign.pk})))
    assert _people(user) == set()


def test_a_grant_for_branches_goes_down_the_tree_and_not_up(world: World) -> None:
    below = actions.add_organisation(name="Pier", code="pi", parent=world.harbour, by=SYSTEM)
    lowest = actions.add_organisation(name="Quay", code="qu", parent=below, by=SYSTEM)
    user = _join(world, Reach(Scope.BRANCHES), organisation=below)
    reached = principal_for(user).organisations(Verb.READ)
    assert reached == {below.pk, lowest.pk}
    assert _people(user) == set()


def test_writing_takes_a_grant_that_reaches_the_case(world: World) -> None:
    """Reading everything and writing elsewhere do not add up to writing here."""
    user = _join(world, Reach(Scope.OWN_CASES))
    by = principal_for(user)
    with pytest.raises(PermissionDenied):
        cases.set_review(case=world.case, on=timezone.localdate(), by=by)
    with pytest.raises(PermissionDenied):
        cases.assess(
            case=world.case,
            framework=world.framework,
            answers=world.answers(stage="transit"),
            made=cases.Made(LegalBasis.VITAL_INTEREST, timezone.now()),
            by=by,
        )


def test_clearance_for_one_case_does_not_open_the_class_in_others(world: World) -> None:
    user = _join(world, Reach())
    other = world.register("bilal")
    named = Reach(Scope.NAMED_CASES, cases=frozenset({world.case.pk}))
    _join(world, named, Role.PROTECTION_OFFICER)
    door = visible(principal_for(user), Case.objects.all(), Purpose.SUPPORT)
    assert DataClass.STATUS_PROTECTION in door.classes(world.case)
    assert DataClass.STATUS_PROTECTION not in door.classes(other)


@pytest.mark.parametrize("interest", Interest)
def test_who_is_part_of_a_case_never_sees_it(interest: Interest, world: World) -> None:
    other = world.register("bilal")
    bilal = world.users["bilal"]
    actions.declare_conflict(
        user=bilal, cases=[world.case.pk], interest=interest, by=world.by("sami")
    )
    assert _status(bilal, world.case) == [404] * 4
    assert _people(bilal) == {other.person_id}
    assert _status(world.users["sami"], world.case) == [200] * 4


@pytest.mark.parametrize("reach", [Reach(Scope.TEAM), Reach(Scope.NAMED_CASES)])
def test_a_reach_that_names_nothing_is_refused(reach: Reach, empty: World) -> None:
    with pytest.raises(ValidationError):
        _join(empty, reach)


def test_a_team_of_another_organisation_is_refused(empty: World) -> None:
    team = actions.add_team(organisation=empty.crossroads, name="Night", by=SYSTEM)
    with pytest.raises(ValidationError):
        _join(empty, Reach(Scope.TEAM, team=team))


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER])
def test_roles_that_open_no_case_are_not_given_for_some(role: Role, empty: World) -> None:
    with pytest.raises(ValidationError):
        _join(empty, Reach(Scope.OWN_CASES), role)


@pytest.mark.parametrize("scope", [Scope.ORGANISATION, Scope.OWN_CASES, Scope.TEAM])
def test_a_list_takes_as_many_queries_for_many_people(scope: Scope, world: World) -> None:
    team = actions.add_team(organisation=world.harbour, name="Night", by=SYSTEM)
    user = _join(world, Reach(scope, team=team if scope is Scope.TEAM else None))
    world.users["nadia"] = user
    client, counts = _client(user), []
    for more in (2, 20):
        world.register("nadia", count=more)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("people:list")).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_list_of_members_says_which_cases_and_that_administrators_open_none(
    world: World,
) -> None:
    _join(world, Reach(Scope.OWN_CASES))
    page = world.client("dana").get(reverse("accounts:members")).content.decode()
    rows = {
        name: page.split(f"<bdi>{name}</bdi>")[1].split("</tr>")[0] for name in ("Nadia", "Dana")
    }
    assert "Their own cases" in rows["Nadia"]
    assert "No cases" in rows["Dana"]
