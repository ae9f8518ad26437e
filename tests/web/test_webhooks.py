"""Webhooks: what is told, signed for whom, tried again, and to which addresses nothing goes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings as SettingsWrapper

from sojourn.web import serve
from sojourn.web.accounts.actions import Reach
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Role
from sojourn.web.audit.models import Event
from sojourn.web.audit.words import OBJECTS, VERBS
from sojourn.web.cases import actions as cases
from sojourn.web.cases.rules import How
from sojourn.web.cases.states import Act
from sojourn.web.consent import actions as consents
from sojourn.web.keeping import master
from sojourn.web.people import actions as people
from sojourn.web.plans import actions as plans
from sojourn.web.plans import approvals
from sojourn.web.plans.models import Approval
from sojourn.web.vault import create_secret, master_key
from sojourn.web.webhooks import actions, queries, rules, sending
from sojourn.web.webhooks.models import Delivery, DeliveryState, Subscription, SubscriptionState
from tests.web.conftest import SECRETS, World

SECRET = rules.PREFIX + base64.b64encode(b"k" * 32).decode()
LOOPBACK = [ipaddress.ip_network("127.0.0.0/8")]


def webhook(organisation: Organisation, url: str = "http://127.0.0.1:9/") -> Subscription:
    """An address that is told everything; written directly, as its name is not looked up."""
    row = Subscription(
        organisation=organisation,
        name="Statistics",
        url=url,
        events=sorted(set(rules.EVENTS) - {rules.TEST}),
    )
    row.secret = master_key().seal(SECRET.encode(), place=f"webhooks_subscription.secret|{row.pk}")
    row.save()
    return row


@dataclass
class Receiver:
    """A server on this machine that takes messages in."""

    url: str = ""
    status: int = 200
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)


@pytest.fixture
def receiver(settings: SettingsWrapper) -> Iterator[Receiver]:
    settings.WEBHOOK_NETWORKS = LOOPBACK
    here = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            here.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(here.status)
            self.send_header("Location", f"{here.url}elsewhere")
            self.end_headers()

        def log_message(self, _format: str, *_args: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    here.url = f"http://127.0.0.1:{server.server_port}/in?key=a"
    Thread(target=server.serve_forever, daemon=True).start()
    yield here
    server.shutdown()
    server.server_close()


def told(world: World) -> list[str]:
    rows = Delivery.objects.filter(subscription__organisation=world.harbour).order_by("made_at")
    return [row.event for row in rows]


def test_what_happens_is_told_to_the_own_organisation_only(world: World) -> None:
    ours, theirs = webhook(world.harbour), webhook(world.crossroads)
    case = world.register()
    consent = world.consent(case)
    world.assess(case)
    consents.withdraw(consent=consent, by=world.by("bilal"))
    how = How(reason="goals_met", outcome="better", feedback="answered")
    cases.take(case=case, act=Act.CLOSE, how=how, by=world.by("bilal"))
    people.erase(person=case.person, by=world.by("sami"), reason="asked")
    assert told(world) == [
        *("person.registered", "case.opened", "consent.given", "assessment.made"),
        *("consent.withdrawn", "case.closed", "file.erased"),
    ]
    assert ours.deliveries.count() == 7
    assert not theirs.deliveries.exists()


def test_a_plan_is_told_as_approved_only_when_enough_people_approved(world: World) -> None:
    plan = plans.begin(case=world.case, by=world.by("bilal"))
    wish = plans.Wish(
        need="nowhere_safe",
        goal="somewhere quiet",
        horizon="immediate",
        due=timezone.localdate(),
        owner_organisation=world.harbour,
    )
    plans.add_item(plan=plan, wish=wish, by=world.by("bilal"))
    approvals.ask(plan=plan, by=world.by("bilal"))
    hook = webhook(world.harbour)
    approval = Approval.objects.select_related("subject__case", "person__key").get()
    Approval.objects.update(quorum=2)
    approval.quorum = 2
    approvals.decide(approval=approval, approves=True, by=world.by("sami"))
    assert not hook.deliveries.exists()
    second = world.join(Reach(), Role.SUPERVISOR, name="noor")
    approvals.decide(approval=approval, approves=True, by=world.by(second.username))
    assert hook.deliveries.get().event == "plan.approved"


def test_a_message_holds_ids_and_verbs_and_nothing_about_anybody(world: World) -> None:
    hook = webhook(world.harbour)
    world.consent(world.case)
    body = hook.deliveries.get().body
    content = json.loads(body)
    assert content["type"] == "consent.given"
    assert set(content) == {"type", "timestamp", "data"}
    assert content["data"] == {
        "organisation": str(world.harbour.pk),
        "case": None,
        "person": str(world.case.person_id),
        "object_type": "consent.consent",
        "object": content["data"]["object"],
        "verb": "give",
    }
    assert not [secret for secret in SECRETS if secret in body]


def test_what_is_taken_back_is_not_told(world: World) -> None:
    hook = webhook(world.harbour)
    with transaction.atomic():
        world.consent(world.case)
        transaction.set_rollback(True)
    assert not hook.deliveries.exists()


def test_a_receiver_can_check_who_sent_it(world: World, receiver: Receiver) -> None:
    hook = webhook(world.harbour, receiver.url)
    world.consent(world.case)
    assert actions.deliver_due() == 1
    ((headers, body),) = receiver.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    mac = hmac.new(b"k" * 32, signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 60
    row = hook.deliveries.get()
    assert (row.state, row.last_status, row.attempts) == (DeliveryState.SENT, 200, 1)
    assert actions.deliver_due() == 0


@pytest.mark.parametrize("status", [302, 400, 500])
def test_what_does_not_arrive_is_tried_again_later_under_the_same_id(
    status: int, world: World, receiver: Receiver
) -> None:
    receiver.status = status
    hook = webhook(world.harbour, receiver.url)
    world.consent(world.case)
    assert actions.deliver_due() == 1
    row = hook.deliveries.get()
    assert (row.state, row.last_status) == (DeliveryState.WAITING, status)
    assert row.next_at is not None
    assert row.next_at > timezone.now() + timedelta(seconds=3)
    assert len(receiver.got) == 1  # nothing is followed elsewhere
    receiver.status = 204
    hook.deliveries.update(next_at=timezone.now())
    actions.deliver_due()
    assert receiver.got[0][0]["webhook-id"] == receiver.got[1][0]["webhook-id"]
    assert hook.deliveries.get().state == DeliveryState.SENT


def test_waits_grow_and_end() -> None:
    waits = [rules.wait_after(attempt) for attempt in range(1, len(rules.WAITS) + 2)]
    assert waits[-1] is None
    known = [wait for wait in waits if wait is not None]
    assert known == sorted(known)
    assert sum(known, timedelta()) < timedelta(days=3)


def test_after_the_last_attempt_a_message_is_given_up_and_can_be_sent_again(
    world: World, receiver: Receiver
) -> None:
    receiver.status = 500
    hook = webhook(world.harbour, receiver.url)
    world.consent(world.case)
    hook.deliveries.update(attempts=len(rules.WAITS))
    actions.deliver_due()
    row = hook.deliveries.get()
    assert (row.state, row.next_at) == (DeliveryState.FAILED, None)
    receiver.status = 200
    url = reverse("webhooks:again", args=[hook.pk, row.pk])
    assert world.client("dana").post(url).status_code == 302
    assert Event.objects.latest("seq").verb == "send_again"
    actions.deliver_due()
    assert hook.deliveries.get().state == DeliveryState.SENT


def test_an_address_that_fails_for_days_is_stopped_and_said_so(
    world: World, receiver: Receiver
) -> None:
    receiver.status = 500
    hook = webhook(world.harbour, receiver.url)
    world.consent(world.case)
    actions.deliver_due()
    hook.refresh_from_db()
    assert hook.state == SubscriptionState.ON
    long_ago = timezone.now() - rules.STOPS_AFTER
    Subscription.objects.update(failing_since=long_ago)
    hook.deliveries.update(next_at=timezone.now())
    actions.deliver_due()
    hook.refresh_from_db()
    assert hook.state == SubscriptionState.STOPPED
    assert Event.objects.latest("seq").verb == "stop"
    assert "takes no messages in" in world.client("dana").get("/").content.decode()
    assert "takes no messages in" not in world.client("bilal").get("/").content.decode()
    hook.deliveries.update(next_at=timezone.now())
    assert actions.deliver_due() == 0
    receiver.status = 200
    change = reverse("webhooks:change", args=[hook.pk])
    world.client("dana").post(change, {"do": "resume"})
    assert actions.deliver_due() == 1
    hook.refresh_from_db()
    assert hook.failing_since is None


def test_a_receiver_that_is_gone_is_told_nothing_more(world: World, receiver: Receiver) -> None:
    receiver.status = 410
    hook = webhook(world.harbour, receiver.url)
    world.consent(world.case)
    actions.deliver_due()
    hook.refresh_from_db()
    assert hook.state == SubscriptionState.STOPPED


def test_two_who_look_at_the_same_time_send_it_once(world: World, receiver: Receiver) -> None:
    webhook(world.harbour, receiver.url)
    world.consent(world.case)
    assert actions._take() is not None
    assert actions._take() is None


PRIVATE = [
    "http://127.0.0.1/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://10.0.0.1/",
    "https://192.168.1.1/",
    "https://172.16.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0.0.0.0/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::10.0.0.1]/",
    "https://[2002:0a00:0001::1]/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://224.0.0.1/",
    "https://100.64.0.1/",
    "https://2130706433/",
    "http://93.184.216.34/",
    "ftp://93.184.216.34/",
    "https://user:word@93.184.216.34/",
    "https://93.184.216.34/#part",
    "https://93.184.216.34:99999/",
    "https:///nowhere",
    "//93.184.216.34/",
    "https://93.184.216.34/a b",
    "https://93.184.216.34/\r\nX: y",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_nothing_is_sent_to_private_places_nor_without_encryption(url: str) -> None:
    with pytest.raises((sending.RefusedError, sending.FailedError)):
        sending.target(url)


def test_a_public_address_is_fine() -> None:
    found = sending.target("https://93.184.216.34/in?a=b")
    assert (found.address, found.port, found.path) == ("93.184.216.34", 443, "/in?a=b")


def test_one_private_address_among_several_is_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    def names(*_args: object, **_more: object) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))
            for address in ("93.184.216.34", "10.0.0.7")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", names)
    with pytest.raises(sending.RefusedError):
        sending.target("https://receiver.example/")


def test_the_operator_may_name_a_private_network(settings: SettingsWrapper) -> None:
    settings.WEBHOOK_NETWORKS = [ipaddress.ip_network("10.1.0.0/16")]
    assert sending.target("https://10.1.2.3/").address == "10.1.2.3"
    with pytest.raises(sending.RefusedError):
        sending.target("https://10.2.2.3/")


def test_the_connection_goes_to_the_address_that_was_looked_at(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that points elsewhere by the time of the connection gains nothing."""
    to = sending.target(receiver.url)

    looked: list[tuple[str, int]] = []
    real = socket.create_connection

    def connect(address: tuple[str, int], *args: Any, **more: Any) -> socket.socket:
        looked.append(address)
        return real(address, *args, **more)

    named = sending.Target(to.scheme, "receiver.example", to.port, to.path, to.address)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert sending.send(named, "{}", {}) == 200
    pinned = sending._Pinned(sending.Target("https", "receiver.example", to.port, "/", to.address))
    with pytest.raises(OSError):  # noqa: PT011 - it speaks no TLS; what matters is where it went
        pinned.connect()
    assert {host for host, _port in looked} == {"127.0.0.1"}


def test_a_refused_address_is_told_at_its_field(world: World) -> None:
    form = {
        "organisation": str(world.harbour.pk),
        "name": "Inside",
        "url": "https://10.0.0.1/",
        "events": ["case.closed"],
    }
    response = world.client("dana").post(reverse("webhooks:list"), form)
    assert response.status_code == 400
    assert "private network" in response.content.decode()
    assert not Subscription.objects.exists()


def test_the_secret_is_shown_once_and_sealed(world: World, receiver: Receiver) -> None:
    form = {
        "organisation": str(world.harbour.pk),
        "name": "Outside",
        "url": receiver.url,
        "events": ["case.closed"],
    }
    client = world.client("dana")
    page = client.post(reverse("webhooks:list"), form).content.decode()
    row = Subscription.objects.get()
    sealed = bytes(row.secret)
    secret = master_key().open(sealed, place=f"webhooks_subscription.secret|{row.pk}").decode()
    assert secret in page.replace("&#x2B;", "+")
    assert secret.encode() not in sealed
    for url in (reverse("webhooks:list"), reverse("webhooks:subscription", args=[row.pk])):
        assert secret not in client.get(url).content.decode()


def test_only_who_manages_the_organisation_subscribes(world: World, receiver: Receiver) -> None:
    for who, organisation in (("bilal", world.harbour), ("dana", world.crossroads)):
        with pytest.raises(PermissionDenied):
            actions.subscribe(
                organisation=organisation,
                name="x",
                url=receiver.url,
                events=["case.closed"],
                by=world.by(who),
            )
    with pytest.raises(ValidationError):
        actions.subscribe(
            organisation=world.harbour,
            name="x",
            url=receiver.url,
            events=["everything"],
            by=world.by("dana"),
        )


def test_a_paused_and_a_removed_address_are_told_nothing(world: World, receiver: Receiver) -> None:
    hook = webhook(world.harbour, receiver.url)
    change = reverse("webhooks:change", args=[hook.pk])
    client = world.client("dana")
    client.post(change, {"do": "test"})
    client.post(change, {"do": "pause"})
    world.consent(world.case)
    assert [row.event for row in hook.deliveries.all()] == [rules.TEST]
    assert actions.deliver_due() == 0
    client.post(change, {"do": "remove"})
    assert not queries.subscriptions(world.by("dana")).exists()
    assert hook.deliveries.get().state == DeliveryState.FAILED


def test_a_new_master_key_opens_the_secrets(
    world: World,
    receiver: Receiver,
    tmp_path: Path,
    settings: SettingsWrapper,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hook = webhook(world.harbour, receiver.url)
    settings.MASTER_KEY_FILE = tmp_path / "master.key"
    settings.MASTER_KEY_FILE.write_text(os.environ["SOJOURN_MASTER_KEY"])
    monkeypatch.delenv("SOJOURN_MASTER_KEY")
    master.rotate()
    world.consent(world.case)
    actions.deliver_due()
    assert hook.deliveries.get().state == DeliveryState.SENT
    assert not create_secret(settings.MASTER_KEY_FILE)


def test_old_messages_leave_the_log(world: World) -> None:
    hook = webhook(world.harbour)
    world.consent(world.case)
    hook.deliveries.update(
        state=DeliveryState.SENT, next_at=None, made_at=timezone.now() - actions.KEPT * 2
    )
    assert actions.deliver_due() == 0
    assert not hook.deliveries.exists()


def test_every_event_has_words_in_the_audit() -> None:
    for kind, verb in rules._OF:
        assert kind in OBJECTS
        assert verb in VERBS


def test_the_running_application_sends_and_goes_on_after_a_failure(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = webhook(world.harbour, receiver.url)
    world.consent(world.case)
    slept: list[float] = []
    real, calls = actions.deliver_due, iter([DatabaseError("locked"), None, None])

    def deliver() -> int:
        problem = next(calls)
        if problem is not None:
            raise problem
        return real()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise _EnoughError

    monkeypatch.setattr(actions, "deliver_due", deliver)
    monkeypatch.setattr(serve, "sleep", sleep)
    monkeypatch.setattr(connection, "close", lambda: None)
    with pytest.raises(_EnoughError):
        serve._deliver_again_and_again()
    assert hook.deliveries.get().state == DeliveryState.SENT
    assert slept == [serve._WEBHOOKS_EVERY, 0, serve._WEBHOOKS_EVERY]


class _EnoughError(Exception):
    pass
