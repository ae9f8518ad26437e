"""What administrators do to the accounts of others, and what they cannot."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from sojourn.web.accounts import account_actions, actions, queries
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.models import Grant, Organisation, Scope, User
from sojourn.web.accounts.roles import Role
from sojourn.web.audit.models import Event
from tests.web.conftest import PASSWORD, World

ACTS = [
    account_actions.unlock,
    account_actions.reset_second_factor,
    account_actions.close,
    account_actions.reopen,
]


def really_signed_in(world: World, name: str) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": name, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": world.code(name)})
    assert client.get("/").status_code == 200
    return client


def second_administrator(world: World) -> User:
    user = User.objects.create_user("dodo", PASSWORD, name="Dodo")
    actions.grant(holder=user, role=Role.ADMINISTRATOR, organisation=world.harbour, by=SYSTEM)
    return user


def test_taking_the_second_factor_away_signs_out_and_leads_to_set_up(empty: World) -> None:
    bilal = really_signed_in(empty, "bilal")
    account_actions.reset_second_factor(user=empty.users["bilal"], by=empty.by("dana"))
    assert bilal.get("/").status_code == 302
    assert Event.objects.latest("seq").verb == "reset_second_factor"
    bilal.post(reverse("account_login"), {"login": "bilal", "password": PASSWORD})
    assert bilal.get("/")["Location"] == reverse("mfa_index")


def test_a_closed_account_is_signed_out_at_once_and_opens_nothing(empty: World) -> None:
    ana = really_signed_in(empty, "ana")
    account_actions.close(user=empty.users["ana"], by=empty.by("dana"))
    assert ana.get("/").status_code == 302
    ana.post(reverse("account_login"), {"login": "ana", "password": PASSWORD})
    assert ana.get("/").status_code == 302
    account_actions.reopen(user=empty.users["ana"], by=empty.by("dana"))
    answer = ana.post(reverse("account_login"), {"login": "ana", "password": PASSWORD})
    assert answer["Location"] == reverse("mfa_authenticate")
    assert [e.verb for e in Event.objects.filter(verb__in=["close", "reopen"])] == [
        "close",
        "reopen",
    ]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", ["bilal", "sami", "emil", "ana", "chiara"])
def test_only_administrators_of_their_organisation_may(
    who: str, act: Callable[..., None], empty: World
) -> None:
    with pytest.raises(PermissionDenied):
        act(user=empty.users["salma"], by=empty.by(who))


@pytest.mark.parametrize("act", ACTS)
def test_not_for_people_of_another_organisation_nor_for_who_works_in_both(
    act: Callable[..., None], empty: World
) -> None:
    with pytest.raises(PermissionDenied):
        act(user=empty.users["chiara"], by=empty.by("dana"))
    actions.grant(
        holder=empty.users["bilal"],
        role=Role.CASE_WORKER,
        organisation=empty.crossroads,
        by=SYSTEM,
    )
    with pytest.raises(PermissionDenied, match="another organisation"):
        act(user=empty.users["bilal"], by=empty.by("dana"))
    assert Authenticator.objects.filter(user=empty.users["bilal"]).exists()


@pytest.mark.parametrize("act", ACTS)
def test_not_to_oneself(act: Callable[..., None], empty: World) -> None:
    with pytest.raises(PermissionDenied, match="own account"):
        act(user=empty.users["dana"], by=empty.by("dana"))


def test_the_last_administrator_stays(empty: World) -> None:
    dana = empty.users["dana"]
    grant = Grant.objects.get(holder=dana)
    with pytest.raises(ValidationError, match="last administrator of Harbour"):
        account_actions.close(user=dana, by=SYSTEM)
    with pytest.raises(ValidationError, match="last administrator of Harbour"):
        actions.revoke(grant=grant, by=SYSTEM)
    dodo = second_administrator(empty)
    actions.revoke(grant=grant, by=SYSTEM)
    with pytest.raises(ValidationError, match="last administrator"):
        account_actions.close(user=dodo, by=SYSTEM)


def test_one_above_with_branches_counts_as_an_administrator(empty: World) -> None:
    above = Organisation.objects.create(name="Ministry", code="MN")
    Organisation.objects.filter(pk=empty.harbour.pk).update(parent=above)
    empty.harbour.refresh_from_db()
    boss = User.objects.create_user("boss", PASSWORD, name="Boss")
    grant = actions.grant(holder=boss, role=Role.ADMINISTRATOR, organisation=above, by=SYSTEM)
    assert boss not in queries.administrators(empty.harbour)
    Grant.objects.filter(pk=grant.pk).update(scope=Scope.BRANCHES)
    assert boss in queries.administrators(empty.harbour)
    actions.revoke(grant=Grant.objects.get(holder=empty.users["dana"]), by=SYSTEM)


def test_a_closed_administrator_counts_for_none(empty: World) -> None:
    dodo = second_administrator(empty)
    account_actions.close(user=dodo, by=SYSTEM)
    with pytest.raises(ValidationError, match="last administrator"):
        account_actions.close(user=empty.users["dana"], by=SYSTEM)


@pytest.mark.parametrize("do", ["", "erase", "unlock "])
def test_another_wish_is_refused(do: str, empty: World) -> None:
    url = reverse("accounts:change_account", args=[empty.users["ana"].pk])
    assert empty.client("dana").post(url, {"do": do}).status_code == 400


def test_what_makes_no_sense_is_said(empty: World) -> None:
    ana = empty.users["ana"]
    url = reverse("accounts:change_account", args=[ana.pk])
    dana = empty.client("dana")
    Authenticator.objects.filter(user=ana).delete()
    for do, words in {"second-factor": "no second factor", "reopen": "is open"}.items():
        assert words in dana.post(url, {"do": do}, follow=True).content.decode()


def test_the_page_of_a_member_names_no_case(world: World) -> None:
    page = (
        world.client("dana")
        .get(reverse("accounts:member", args=[world.users["bilal"].pk]))
        .content.decode()
    )
    assert "Case worker, Harbour" in page
    assert world.case.person.number not in page
