"""Invitations: one link, one account, one role, and nobody else's password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail, signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings as SettingsWrapper

from sojourn.web.accounts import account_actions, actions, invitations
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.invitations import Newcomer, Offer, accept, find, invite, token_of
from sojourn.web.accounts.models import Grant, Invitation, Scope, User
from sojourn.web.accounts.roles import Role
from sojourn.web.audit.models import Event
from tests.web.conftest import World
from tests.web.test_account_actions import second_administrator

MEMBERS = reverse("accounts:members")
GOOD = "Orange Muschel Regen Zelt"
NADIA = Newcomer("nadia", "Nadia", GOOD)
ENTRY = {"name": "Nadia", "username": "nadia", "password": GOOD, "again": GOOD}


def invited(world: World, role: Role = Role.CASE_WORKER, **terms: object) -> Invitation:
    offer = Offer(role, "Nadia", **terms)  # type: ignore[arg-type]  # a mix of kinds by design
    return invite(organisation=world.harbour, offer=offer, by=world.by("dana"))


def address(invitation: Invitation) -> str:
    return reverse("account_invitation", args=[token_of(invitation)])


def test_from_the_invitation_to_the_account_in_that_role_only(empty: World) -> None:
    dana = empty.client("dana")
    entry = {
        "organisation": str(empty.harbour.pk),
        "name": "Nadia",
        "role": "case_worker",
        "scope": "own_cases",
    }
    page = dana.post(MEMBERS, entry, follow=True).content.decode()
    link = page.split('value="http://testserver')[1].split('"')[0]
    client = Client()
    assert "Harbour invites you. Your role: Case worker." in client.get(link).content.decode()
    assert client.post(link, ENTRY)["Location"] == reverse("account_login")
    nadia = User.objects.get(username="nadia")
    (grant,) = Grant.objects.filter(holder=nadia)
    assert (grant.role, grant.organisation, grant.scope) == (
        Role.CASE_WORKER,
        empty.harbour,
        Scope.OWN_CASES,
    )
    assert grant.granted_by == empty.users["dana"]
    client.post(reverse("account_login"), {"login": "nadia", "password": GOOD})
    assert client.get("/")["Location"] == reverse("mfa_index")
    events = Event.objects.filter(organisation_id=empty.harbour.pk).order_by("seq")
    verbs = [event.verb for event in events]
    assert verbs[-5:] == ["invite", "add", "grant", "accept", "sign_in"]


def test_a_link_works_once(empty: World) -> None:
    invitation = invited(empty)
    accept(token=token_of(invitation), newcomer=NADIA)
    with pytest.raises(ValidationError):
        accept(token=token_of(invitation), newcomer=Newcomer("other", "Other", GOOD))
    assert not User.objects.filter(username="other").exists()
    response = Client().get(address(invitation))
    assert response.status_code == 410
    assert "not open any more" in response.content.decode()


def _expire(world: World, invitation: Invitation) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def _withdraw(world: World, invitation: Invitation) -> None:
    invitations.withdraw(invitation=invitation, by=world.by("dana"))


def _lose_the_role(world: World, invitation: Invitation) -> None:
    second_administrator(world)
    actions.revoke(grant=Grant.objects.get(holder=world.users["dana"]), by=SYSTEM)


def _be_closed(world: World, invitation: Invitation) -> None:
    second_administrator(world)
    account_actions.close(user=world.users["dana"], by=SYSTEM)


def _be_deleted(world: World, invitation: Invitation) -> None:
    world.users["dana"].delete()


def _pass_its_day(world: World, invitation: Invitation) -> None:
    Invitation.objects.update(role_until=timezone.localdate() - timedelta(days=1))


@pytest.mark.parametrize(
    "end", [_expire, _withdraw, _lose_the_role, _be_closed, _be_deleted, _pass_its_day]
)
def test_what_ends_an_invitation(end: object, empty: World) -> None:
    invitation = invited(empty)
    assert Client().get(address(invitation)).status_code == 200
    end(empty, invitation)  # type: ignore[operator]  # one of the functions above
    response = Client().post(address(invitation), ENTRY)
    assert response.status_code == 410
    assert not User.objects.filter(username="nadia").exists()


def test_a_changed_or_invented_link_opens_nothing(empty: World) -> None:
    token = token_of(invited(empty))
    forged = signing.dumps(Invitation.objects.get().pk.hex, salt="another")
    for wrong in (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token[1:],
        forged,
        "x",
        "é",
        "a:b:c",
    ):
        assert find(wrong) is None
        assert Client().get(reverse("account_invitation", args=[wrong])).status_code == 410
    assert find(signing.dumps(7, salt="sojourn.invitation")) is None
    assert find(signing.dumps("no id", salt="sojourn.invitation")) is None


def test_the_link_holds_no_name_and_no_address(empty: World) -> None:
    invitation = invited(empty, email="nadia@example.org")
    value = signing.loads(token_of(invitation), salt="sojourn.invitation")
    assert value == invitation.pk.hex


@pytest.mark.parametrize("who", ["bilal", "sami", "emil", "ana", "chiara"])
def test_only_administrators_invite_and_withdraw(who: str, empty: World) -> None:
    with pytest.raises(PermissionDenied):
        invite(organisation=empty.harbour, offer=Offer(Role.ANALYST, "Nadia"), by=empty.by(who))
    with pytest.raises(PermissionDenied):
        invitations.withdraw(invitation=invited(empty), by=empty.by(who))


def test_administrators_invite_to_their_own_organisation_only(empty: World) -> None:
    with pytest.raises(PermissionDenied):
        invite(organisation=empty.crossroads, offer=Offer(Role.ANALYST, "N"), by=empty.by("dana"))
    entry = {"organisation": str(empty.crossroads.pk), "name": "N", "role": "analyst"}
    response = empty.client("dana").post(MEMBERS, {**entry, "scope": "organisation"})
    assert response.status_code == 400
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"username": "bilal"}, "taken"),
        ({"username": "na dia"}, "valid"),
        ({"password": "short", "again": "short"}, "too short"),
        ({"password": "nadianadianadia", "again": "nadianadianadia"}, "Four or more words"),
        ({"again": "something else"}, "differ"),
        ({"name": ""}, "required"),
    ],
)
def test_what_cannot_be_an_account_is_refused_with_words(
    change: dict[str, str], words: str, empty: World
) -> None:
    invitation = invited(empty)
    response = Client().post(address(invitation), {**ENTRY, **change})
    assert response.status_code == 400
    assert words in response.content.decode()
    assert GOOD not in response.content.decode()
    invitation.refresh_from_db()
    assert invitation.accepted_at is None
    assert User.objects.count() == len(empty.users)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"role": "king"}, "valid"),
        ({"role": "analyst", "scope": "own_cases"}, "opens no cases"),
        ({"name": ""}, "required"),
    ],
)
def test_what_cannot_be_an_invitation_is_refused_with_words(
    change: dict[str, str], words: str, empty: World
) -> None:
    entry = {
        "organisation": str(empty.harbour.pk),
        "name": "Nadia",
        "role": "case_worker",
        "scope": "organisation",
        **change,
    }
    response = empty.client("dana").post(MEMBERS, entry)
    assert response.status_code == 400
    assert words in response.content.decode()
    assert not Invitation.objects.exists()


def test_an_invitation_is_withdrawn_on_its_page(empty: World) -> None:
    invitation = invited(empty)
    dana = empty.client("dana")
    assert "Nadia" in dana.get(MEMBERS).content.decode()
    url = reverse("accounts:withdraw", args=[invitation.pk])
    assert "was withdrawn" in dana.post(url, follow=True).content.decode()
    assert "not open any more" in dana.post(url, follow=True).content.decode()
    page = dana.get(reverse("accounts:invitation", args=[invitation.pk])).content.decode()
    assert token_of(invitation) not in page
    assert Event.objects.latest("seq").verb == "withdraw_invitation"


def test_accepting_shows_no_case_and_an_end_of_the_role_is_kept(world: World) -> None:
    until = timezone.localdate() + timedelta(days=30)
    user = accept(token=token_of(invited(world, role_until=until)), newcomer=NADIA)
    assert Grant.objects.get(holder=user).valid_until == until
    page = Client().get(address(invited(world))).content.decode()
    assert world.case.person.number not in page


def test_a_link_is_mailed_only_where_a_server_is_named(
    empty: World, settings: SettingsWrapper
) -> None:
    entry = {
        "organisation": str(empty.harbour.pk),
        "name": "Nadia",
        "email": "nadia@example.org",
        "role": "case_worker",
        "scope": "organisation",
    }
    dana = empty.client("dana")
    assert 'name="email"' not in dana.get(MEMBERS).content.decode()
    dana.post(MEMBERS, entry)
    assert not mail.outbox
    settings.MAIL = "smtp://localhost"
    dana.post(MEMBERS, entry)
    (sent,) = mail.outbox
    assert sent.to == ["nadia@example.org"]
    assert token_of(Invitation.objects.latest("invited_at")) in sent.body


def test_a_mail_that_cannot_be_sent_is_said(
    empty: World, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(invitations, "send_mail", fail)
    settings.MAIL = "smtp://localhost"
    entry = {
        "organisation": str(empty.harbour.pk),
        "name": "Nadia",
        "email": "nadia@example.org",
        "role": "case_worker",
        "scope": "organisation",
    }
    page = empty.client("dana").post(MEMBERS, entry, follow=True).content.decode()
    assert "Hand the link over" in page
    assert "/account/invitation/" in page


@pytest.mark.parametrize("language", ["en", "fr", "ar", "es"])
def test_the_pages_open_in_each_language(language: str, empty: World) -> None:
    invitation = invited(empty)
    headers = {"Accept-Language": language}
    pages = [
        Client().get(address(invitation), headers=headers),
        Client().get(reverse("account_invitation", args=["x"]), headers=headers),
        empty.client("dana").get(
            reverse("accounts:invitation", args=[invitation.pk]), headers=headers
        ),
    ]
    assert [page.status_code for page in pages] == [200, 410, 200]
    assert all(f'<html lang="{language}"' in page.content.decode() for page in pages)
    assert all(page.content.decode().count("<h1") == 1 for page in pages)
