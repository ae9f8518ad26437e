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
from sojourn.web.accounts.models import Interest, Scope, User
from sojourn.web.accounts.role_actions import Wish
from sojourn.web.accounts.role_preview import preview
from sojourn.web.accounts.roles import EVERY_FILE, Level, Role, Verb
from sojourn.web.cases import actions as cases
from sojourn.web.cases.models import Assessment, Case, LegalBasis
from sojourn.web.consent.models import Consent
from sojourn.web.people.models import Person
from sojourn.web.programmes import actions as programmes
from tests.web.conftest import NARROW, World, put_into, reach_of


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
    user = world.join(Reach(Scope.OWN_CASES))
    assert _people(user) == set()
    assert _status(user, world.case) == [404] * 4
    Case.objects.filter(pk=world.case.pk).update(worker=user)
    assert _people(user) == {world.case.person_id}
    assert _status(user, world.case) == [200] * 4


def test_who_has_own_cases_alone_sees_the_file_they_open(world: World) -> None:
    user = world.join(Reach(Scope.OWN_CASES))
    case = world.register("nadia")
    assert _people(user) == {case.person_id}


def test_a_team_reaches_its_cases_and_new_ones_fall_to_it(world: World) -> None:
    team = actions.add_team(organisation=world.harbour, name="Night", by=world.by("dana"))
    user = world.join(Reach(Scope.TEAM, team=team))
    assert _status(user, world.case) == [404] * 4
    case = world.register("nadia")
    assert case.team_id == team.pk
    Case.objects.filter(pk=world.case.pk).update(team=team)
    assert _people(user) == {case.person_id, world.case.person_id}


def test_named_cases_are_reached_and_no_file_is_opened(world: World) -> None:
    user = world.join(Reach(Scope.NAMED_CASES, cases=frozenset({world.case.pk})))
    other = world.register("sami")
    assert _status(user, world.case) == [200] * 4
    assert _status(user, other) == [404] * 4
    with pytest.raises(PermissionDenied):
        world.register("nadia")


def test_naming_a_case_of_another_organisation_reaches_nothing(world: World) -> None:
    foreign = world.register("chiara")
    user = world.join(Reach(Scope.NAMED_CASES, cases=frozenset({foreign.pk})))
    assert _people(user) == set()


def test_a_grant_for_branches_goes_down_the_tree_and_not_up(world: World) -> None:
    below = actions.add_organisation(name="Pier", code="pi", parent=world.harbour, by=SYSTEM)
    lowest = actions.add_organisation(name="Quay", code="qu", parent=below, by=SYSTEM)
    user = world.join(Reach(Scope.BRANCHES), organisation=below)
    reached = principal_for(user).organisations(Verb.READ)
    assert reached == {below.pk, lowest.pk}
    assert _people(user) == set()


def test_writing_takes_a_grant_that_reaches_the_case(world: World) -> None:
    """Reading everything and writing elsewhere do not add up to writing here."""
    user = world.join(Reach(Scope.OWN_CASES))
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
    user = world.join(Reach())
    other = world.register("bilal")
    named = Reach(Scope.NAMED_CASES, cases=frozenset({world.case.pk}))
    world.join(named, Role.PROTECTION_OFFICER)
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


@pytest.mark.parametrize("scope", [Scope.TEAM, Scope.NAMED_CASES, Scope.PROGRAMME, Scope.AREA])
def test_a_reach_that_names_nothing_is_refused(scope: Scope, empty: World) -> None:
    with pytest.raises(ValidationError):
        empty.join(Reach(scope))


@pytest.mark.parametrize(
    "reach", [Reach(Scope.ORGANISATION, area="XX01"), Reach(Scope.AREA, area="xx01/")]
)
def test_an_area_goes_with_its_scope_and_is_written_in_one_way(reach: Reach, empty: World) -> None:
    with pytest.raises(ValidationError):
        empty.join(reach)


@pytest.mark.parametrize("is_used", [True, False])
def test_a_programme_of_another_organisation_or_of_the_past_is_refused(
    is_used: bool, empty: World
) -> None:
    where = empty.crossroads if is_used else empty.harbour
    made = programmes.add(organisation=where, code="night", name="Night", by=SYSTEM)
    programmes.change(programme=made, code="night", name="Night", is_used=is_used, by=SYSTEM)
    with pytest.raises(ValidationError):
        empty.join(Reach(Scope.PROGRAMME, programme=made))


def test_a_programme_reaches_its_cases_and_new_ones_fall_to_it(world: World) -> None:
    made = programmes.add(organisation=world.harbour, code="night", name="Night", by=SYSTEM)
    user = world.join(Reach(Scope.PROGRAMME, programme=made))
    assert _status(user, world.case) == [404] * 4
    case = world.register("nadia")
    assert case.programme_id == made.pk
    Case.objects.filter(pk=world.case.pk).update(programme=made)
    assert _people(user) == {case.person_id, world.case.person_id}


def test_a_programme_that_ends_keeps_its_roles(world: World) -> None:
    made = programmes.add(organisation=world.harbour, code="night", name="Night", by=SYSTEM)
    user = world.join(Reach(Scope.PROGRAMME, programme=made))
    Case.objects.filter(pk=world.case.pk).update(programme=made)
    programmes.change(programme=made, code="night", name="Night", is_used=False, by=SYSTEM)
    assert _status(user, world.case) == [200] * 4


@pytest.mark.parametrize(
    ("area", "reached"),
    [
        ("XX01", True),
        ("XX01/XX0102", True),
        ("XX01/XX0102/XX010203", True),
        ("XX010", False),
        ("XX02", False),
        ("", False),
    ],
)
def test_an_area_reaches_what_lies_in_it(area: str, reached: bool, world: World) -> None:
    user = world.join(Reach(Scope.AREA, area="XX01"))
    Case.objects.filter(pk=world.case.pk).update(area=area)
    case = Case.objects.get(pk=world.case.pk)
    assert _status(user, case) == ([200] if reached else [404]) * 4
    assert _people(user) == ({case.person_id} if reached else set())
    by = principal_for(user)
    assert bool(by.classes_of_case(case, Verb.READ)) is reached  # in hand as in the database


def test_an_area_does_not_reach_the_larger_one_it_lies_in(world: World) -> None:
    user = world.join(Reach(Scope.AREA, area="XX01/XX0102"))
    Case.objects.filter(pk=world.case.pk).update(area="XX01")
    assert _people(user) == set()
    assert world.register("nadia").area == "XX01/XX0102"


@pytest.mark.parametrize("scope", [Scope.PROGRAMME, Scope.AREA])
def test_a_role_for_some_cases_that_has_ended_reaches_nothing(scope: Scope, world: World) -> None:
    user = world.join(reach_of(scope, world.harbour))
    given = user.grants.get()
    put_into(world.case, given)
    assert _people(user) == {world.case.person_id}
    actions.revoke(grant=given, by=world.by("dana"))
    assert _people(user) == set()


@pytest.mark.parametrize("scope", NARROW)
def test_what_must_stay_apart_does_so_in_any_scope(scope: Scope, world: World) -> None:
    with pytest.raises(ValidationError, match="opens no files"):
        actions.grant(
            holder=world.users["dana"],
            role=Role.CASE_WORKER,
            organisation=world.harbour,
            reach=reach_of(scope, world.harbour),
            by=SYSTEM,
        )


@pytest.mark.parametrize("scope", [Scope.PROGRAMME, Scope.AREA])
def test_who_will_see_what_counts_the_files_of_the_scope(scope: Scope, world: World) -> None:
    user = world.join(reach_of(scope, world.harbour), Role.PROTECTION_OFFICER)
    world.register()
    put_into(world.case, user.grants.get())
    wish = Wish(
        code="protection_officer",
        verbs=frozenset({Verb.FIND, Verb.READ}),
        levels={each: Level.READ if each in EVERY_FILE else Level.NONE for each in DataClass},
    )
    rows = {row.name: row.changes for row in preview(world.harbour, wish).rows}
    assert {change.files for change in rows["Nadia"]} == {1}
    assert {change.files for change in rows["Salma"]} == {2}


def test_a_team_of_another_organisation_is_refused(empty: World) -> None:
    team = actions.add_team(organisation=empty.crossroads, name="Night", by=SYSTEM)
    with pytest.raises(ValidationError):
        empty.join(Reach(Scope.TEAM, team=team))


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER])
def test_roles_that_open_no_case_are_not_given_for_some(role: Role, empty: World) -> None:
    with pytest.raises(ValidationError):
        empty.join(Reach(Scope.OWN_CASES), role)


@pytest.mark.parametrize(
    "scope",
    [Scope.ORGANISATION, Scope.OWN_CASES, Scope.TEAM, Scope.PROGRAMME, Scope.AREA],
)
def test_a_list_takes_as_many_queries_for_many_people(scope: Scope, world: World) -> None:
    user = world.join(reach_of(scope, world.harbour))
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
    world.join(Reach(Scope.OWN_CASES))
    page = world.client("dana").get(reverse("accounts:members")).content.decode()
    rows = {
        name: page.split(f"<bdi>{name}</bdi>")[1].split("</tr>")[0] for name in ("Nadia", "Dana")
    }
    assert "Their own cases" in rows["Nadia"]
    assert "No cases" in rows["Dana"]
