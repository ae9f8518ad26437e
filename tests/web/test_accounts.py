"""Roles, grants, signing in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.accounts import actions
from sojourn.web.accounts.access import Purpose, visible
from sojourn.web.accounts.models import Grant
from sojourn.web.accounts.roles import POWERS, Role, Verb
from sojourn.web.accounts.rules import clash
from sojourn.web.audit.models import Event
from sojourn.web.people.models import Identity, Person
from tests.web.conftest import PASSWORD, World


def test_administrators_and_overseers_see_no_class_of_data() -> None:
    for role in (
        Role.ADMINISTRATOR,
        Role.DATA_PROTECTION_OFFICER,
        Role.AUDITOR,
        Role.ANALYST,
    ):
        assert not POWERS[role].classes
        assert Verb.READ not in POWERS[role].verbs


def test_few_are_cleared_for_signs_of_protection_needs_and_nobody_for_the_sealed() -> None:
    cleared = [r for r in Role if DataClass.STATUS_PROTECTION in POWERS[r].classes]
    assert cleared == [Role.PROTECTION_OFFICER, Role.LEGAL]
    assert not any(DataClass.SEALED in POWERS[role].classes for role in Role)


def test_every_role_has_a_row() -> None:
    assert set(POWERS) == set(Role)


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([Role.CASE_WORKER, Role.PROTECTION_OFFICER], False),
        ([Role.CASE_WORKER, Role.ADMINISTRATOR], True),
        ([Role.DATA_PROTECTION_OFFICER, Role.SUPERVISOR], True),
        ([Role.DATA_PROTECTION_OFFICER, Role.ADMINISTRATOR], True),
        ([Role.ADMINISTRATOR], False),
    ],
)
def test_powers_that_must_stay_apart_clash(roles: list[Role], expected: bool) -> None:
    assert clash(POWERS[role] for role in roles) is expected


def test_a_clash_counts_over_all_organisations(empty: World) -> None:
    with pytest.raises(ValidationError):
        actions.grant(
            holder=empty.users["chiara"],
            role=Role.ADMINISTRATOR,
            organisation=empty.harbour,
            by=empty.by("dana"),
        )


def test_nobody_grants_to_themselves_or_elsewhere(empty: World) -> None:
    for holder, organisation in (("dana", empty.harbour), ("ana", empty.crossroads)):
        with pytest.raises(PermissionDenied):
            actions.grant(
                holder=empty.users[holder],
                role=Role.ANALYST,
                organisation=organisation,
                by=empty.by("dana"),
            )


@pytest.mark.parametrize(("start", "end", "counts"), [(0, 0, True), (-9, -1, False), (1, 9, False)])
def test_a_grant_counts_on_its_days_only(empty: World, start: int, end: int, counts: bool) -> None:
    today = timezone.localdate()
    Grant.objects.filter(holder=empty.users["bilal"]).update(
        valid_from=today + timedelta(days=start), valid_until=today + timedelta(days=end)
    )
    assert empty.by("bilal").may(Verb.READ) is counts


def test_ending_a_role_counts_at_once(world: World) -> None:
    client = world.client("bilal")
    grant = Grant.objects.get(holder=world.users["bilal"])
    world.client("dana").post(reverse("accounts:revoke", args=[grant.pk]))
    assert client.get(reverse("people:list")).status_code == 403


def test_a_model_that_names_no_access_key_is_not_reachable(world: World) -> None:
    with pytest.raises(TypeError):
        visible(world.by("bilal"), Identity.objects.all(), Purpose.SUPPORT)


def test_the_door_gives_nothing_for_a_purpose_the_role_does_not_have(world: World) -> None:
    for who in ("dana", "emil", "ana", "chiara"):
        for purpose in (Purpose.SUPPORT, Purpose.FIND, Purpose.CASE_WORK):
            assert not visible(world.by(who), Person.objects.all(), purpose).rows.exists()


def test_signing_in_and_failing_to_are_events_without_what_was_typed(empty: World) -> None:
    client = Client()
    client.post(reverse("account_login"), {"login": "bilal", "password": "Secretname wrong"})
    failed = Event.objects.latest("seq")
    assert failed.verb == "sign_in_failed"
    assert "Secretname" not in str(vars(failed))
    client.post(reverse("account_login"), {"login": "ana", "password": PASSWORD})
    assert Event.objects.latest("seq").verb == "sign_in_failed", "the second factor is missing"
    client.post(reverse("mfa_authenticate"), {"code": empty.code("ana")})
    assert Event.objects.latest("seq").verb == "sign_in"


def test_nobody_registers_themselves() -> None:
    assert Client().get("/account/signup/").status_code in (302, 404)


def test_signing_out_takes_a_post(empty: World) -> None:
    client = empty.client("bilal")
    client.get(reverse("account_logout"))
    assert client.get("/").status_code == 200
    client.post(reverse("account_logout"))
    assert client.get("/").status_code == 302


def test_a_session_ends_after_half_an_hour_without_a_request(empty: World) -> None:
    client = empty.client("bilal")
    response = client.get("/")
    assert client.session.get_expiry_age() <= 30 * 60
    assert response.cookies["sessionid"]["httponly"]
