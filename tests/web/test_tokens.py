"""Tokens: made on a screen, shown once, never wider than their owner, ended at any time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings as SettingsWrapper

from sojourn.framework import DataClass
from sojourn.web.accounts.models import Grant
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import actions, queries
from sojourn.web.api.models import Token
from sojourn.web.audit.models import Event
from tests.web.api_operations import client_with, get, post, token_for
from tests.web.conftest import World


def wish(**other: object) -> dict[str, Any]:
    usual = {
        "name": "Statistics",
        "verbs": [Verb.READ],
        "classes": [DataClass.CASE_WORK],
        "ends_on": timezone.localdate() + timedelta(days=30),
    }
    return {**usual, **other}


def test_a_token_is_made_on_a_screen_shown_once_and_kept_as_a_digest(world: World) -> None:
    client = world.client("bilal")
    form = {
        "name": "Statistics",
        "verbs": ["read"],
        "classes": ["identity"],
        "ends_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
    }
    page = client.post(reverse("tokens:own"), form).content.decode()
    token = Token.objects.get()
    secret = page.partition('value="sojourn_')[2].partition('"')[0]
    assert token.digest == queries.digest_of(f"sojourn_{secret}")
    assert secret not in client.get(reverse("tokens:own")).content.decode()
    assert get(client_with(f"sojourn_{secret}"), "me")["verbs"] == ["read"]
    token.refresh_from_db()
    assert token.last_used_on == timezone.localdate()
    assert Event.objects.filter(object_type="api.token", verb="add").exists()


def test_a_token_is_never_wider_than_its_owner(world: World) -> None:
    for wider in (
        wish(verbs=[Verb.READ, Verb.ERASE]),
        wish(classes=[DataClass.STATUS_PROTECTION]),
        wish(verbs=[]),
        wish(ends_on=timezone.localdate() + timedelta(days=366)),
        wish(ends_on=timezone.localdate() - timedelta(days=1)),
    ):
        with pytest.raises(ValidationError):
            actions.make(by=world.by("bilal"), **wider)


def test_a_token_shrinks_with_the_roles_of_its_owner(world: World) -> None:
    client = client_with(token_for(world, "bilal"))
    assert client.get("/api/v1/people").status_code == 200
    Grant.objects.filter(holder=world.users["bilal"]).update(revoked_at=timezone.now())
    assert client.get("/api/v1/people").status_code == 403
    world.users["bilal"].is_active = False
    world.users["bilal"].save()
    assert client.get("/api/v1/people").status_code == 401


def test_a_token_ends_on_its_day_and_when_it_is_ended(world: World) -> None:
    first, second = (token_for(world, "bilal") for _each in range(2))
    Token.objects.filter(digest=queries.digest_of(first)).update(
        ends_on=timezone.localdate() - timedelta(days=1)
    )
    assert client_with(first).get("/api/v1/me").status_code == 401
    assert client_with(second).get("/api/v1/me").status_code == 200
    token = Token.objects.get(digest=queries.digest_of(second))
    world.client("bilal").post(reverse("tokens:end", args=[token.pk]))
    assert client_with(second).get("/api/v1/me").status_code == 401


def test_nobody_makes_a_token_without_a_second_factor_or_with_a_token(world: World) -> None:
    by = world.by("bilal")
    with pytest.raises(PermissionDenied):
        actions.make(by=by.through("api:1"), **wish())
    Authenticator.objects.filter(user=world.users["bilal"]).delete()
    with pytest.raises(PermissionDenied):
        actions.make(by=by, **wish())


def test_an_administrator_ends_tokens_and_does_not_learn_what_they_are_called(world: World) -> None:
    token, secret = actions.make(by=world.by("bilal"), **wish(name="Plan B"))
    page = world.client("dana").get(reverse("tokens:managed")).content.decode()
    assert "Bilal" in page
    assert "Plan B" not in page
    assert world.client("sami").get(reverse("tokens:managed")).status_code == 403
    sent = world.client("dana").post(reverse("tokens:end_managed", args=[token.pk]))
    assert sent.status_code == 302
    assert client_with(secret).get("/api/v1/me").status_code == 401


def test_a_token_that_asks_too_often_waits(world: World, settings: SettingsWrapper) -> None:
    settings.API_PER_MINUTE = 3
    client, other = (client_with(token_for(world, "bilal")) for _each in range(2))
    statuses = [client.get("/api/v1/me").status_code for _each in range(8)]
    assert 429 in statuses
    late = next(r for r in (client.get("/api/v1/me") for _each in range(8)) if r.status_code == 429)
    assert 1 <= int(late["Retry-After"]) <= 60
    assert other.get("/api/v1/me").status_code == 200


def test_the_audit_knows_which_token_it_was(world: World) -> None:
    secret = token_for(world, "bilal")
    token = Token.objects.get()
    get(client_with(secret), f"people/{world.case.person_id}")
    event = Event.objects.latest("seq")
    assert (event.channel, event.actor_id) == (f"api:{token.pk}", world.users["bilal"].pk)
    post(client_with(secret), "people", {"own": "Nuru"})
    assert {row.channel for row in Event.objects.filter(seq__gt=event.seq)} == {f"api:{token.pk}"}


def test_a_session_needs_its_csrf_token_to_change_something(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.users["bilal"])
    assert client.get("/api/v1/me").status_code == 200
    assert post(client, "people", {"own": "Nuru"}).status_code == 403
    page = client.get(reverse("people:register")).content.decode()
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    assert post(client, "people", {"own": "Nuru"}, **{"X-CSRFToken": token}).status_code == 201
    bearer = Client(enforce_csrf_checks=True)
    headers = {"Authorization": f"Bearer {token_for(world, 'bilal')}"}
    assert post(bearer, "people", {"own": "Nuru"}, **headers).status_code == 201


def test_who_has_to_set_up_a_second_factor_gets_no_further_here(world: World) -> None:
    Authenticator.objects.filter(user=world.users["bilal"]).delete()
    assert world.client("bilal").get("/api/v1/people").status_code == 403
