"""What form clients rely on, and what they may not do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.models import Grant
from sojourn.web.audit.models import Event
from sojourn.web.cases.models import Assessment, LegalBasis
from sojourn.web.consent import actions as consents
from sojourn.web.consent.models import Consent
from sojourn.web.field import actions as field
from sojourn.web.field.models import Attachment, Submission, Ticket
from sojourn.web.field.tickets import token_of
from sojourn.web.people import actions as people
from tests.web.conftest import World

LIST = "{http://openrosa.org/xforms/xformsList}"
RESPONSE = "{http://openrosa.org/http/response}"
Send = Callable[..., Any]


def xml(
    answers: str = "<stage>transit</stage><sleeps_safely>no</sleeps_safely>",
    *,
    instance: str = "uuid:one",
    deprecated: str = "",
    form: str = "small",
) -> str:
    before = f"<orx:deprecatedID>{deprecated}</orx:deprecatedID>" if deprecated else ""
    return (
        f'<data id="{form}" version="1" xmlns:orx="http://openrosa.org/xforms">{answers}'
        f"<orx:meta><orx:instanceID>{instance}</orx:instanceID>{before}</orx:meta></data>"
    )


@pytest.fixture
def ticket(world: World) -> Ticket:
    return field.open_form(case=world.case, basis=LegalBasis.CONSENT, by=world.by("bilal"))


@pytest.fixture
def send(ticket: Ticket) -> Send:
    """Posts a submission as a client does, signed in to nothing."""
    client = Client(raise_request_exception=False)

    def post(content: str | bytes, to: Ticket = ticket, **parts: object) -> Any:
        raw = content.encode() if isinstance(content, str) else content
        file = SimpleUploadedFile("form.xml", raw, "text/xml")
        return client.post(_url("submission", to), {"xml_submission_file": file, **parts})

    return post


def _url(name: str, ticket: Ticket) -> str:
    return reverse(f"field:{name}", args=[token_of(ticket.pk)])


def _message(response: Any) -> str:
    found = fromstring(response.content).findtext(f"{RESPONSE}message")  # noqa: S314 - our own answer
    assert found
    return found


@pytest.mark.parametrize("name", ["form_list", "form", "manifest"])
def test_every_answer_carries_what_clients_look_for(name: str, ticket: Ticket) -> None:
    response = Client().get(_url(name, ticket))
    assert response.status_code == 200
    assert response["X-OpenRosa-Version"] == "1.0"
    assert response["Date"].endswith("GMT")
    assert response["Content-Type"].startswith("text/xml")


def test_the_list_names_the_form_and_the_hash_of_its_exact_bytes(ticket: Ticket) -> None:
    client = Client()
    root = fromstring(client.get(_url("form_list", ticket)).content)  # noqa: S314 - our own answer
    entry = root[0]
    values = {child.tag.removeprefix(LIST): child.text or "" for child in entry}
    assert root.tag == f"{LIST}xforms"
    assert (values["formID"], values["name"], values["version"]) == ("small", "A small form", "1")
    assert values["downloadUrl"].startswith("http://testserver/openrosa/")
    import hashlib

    form = client.get(values["downloadUrl"]).content
    assert values["hash"] == "md5:" + hashlib.md5(form, usedforsecurity=False).hexdigest()


def test_a_form_that_is_known_is_not_sent_again(ticket: Ticket) -> None:
    client = Client()
    first = client.get(_url("form", ticket))
    again = client.get(_url("form", ticket), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_client_learns_how_much_is_accepted(ticket: Ticket) -> None:
    response = Client().head(_url("submission", ticket))
    assert response.status_code == 204
    assert response["X-OpenRosa-Accept-Content-Length"] == "10000000"
    assert response["Location"] == f"http://testserver{_url('submission', ticket)}"


def test_a_submission_becomes_an_assessment(send: Send, world: World) -> None:
    response = send(xml())
    assert response.status_code == 201
    assert _message(response) == "The form was received."
    made = Assessment.objects.latest("made_at")
    assert made.answers["values"] == {"stage": "transit", "sleeps_safely": "no"}
    assert (made.stage, made.made_by) == ("transit", world.users["bilal"])
    assert Event.objects.latest("seq").channel == "openrosa"


def test_the_same_submission_twice_is_one(send: Send) -> None:
    assert [send(xml()).status_code for _time in range(3)] == [201, 201, 201]
    assert Submission.objects.count() == 1
    assert Assessment.objects.count() == 2  # with the one the world began with


def test_another_content_under_a_known_number_is_refused(send: Send) -> None:
    send(xml())
    assert send(xml("<stage>origin</stage>")).status_code == 409
    assert Assessment.objects.count() == 2


def test_a_correction_replaces_what_it_names(send: Send) -> None:
    send(xml())
    edit = xml("<stage>origin</stage>", instance="uuid:two", deprecated="uuid:one")
    assert [send(edit).status_code, send(edit).status_code] == [201, 201]
    new = Submission.objects.get(instance_id="uuid:two").assessment
    old = Submission.objects.get(instance_id="uuid:one").assessment
    assert new is not None
    assert old is not None
    assert (new.replaces, new.is_current, old.is_current) == (old, True, False)


@pytest.mark.parametrize("deprecated", ["uuid:unknown", "uuid:one"])
def test_a_correction_of_something_not_current_is_refused(send: Send, deprecated: str) -> None:
    send(xml())
    send(xml(instance="uuid:two", deprecated="uuid:one"))
    assert send(xml(instance="uuid:three", deprecated=deprecated)).status_code == 409


def test_parts_are_gathered_and_assessed_with_the_last(send: Send) -> None:
    picture = SimpleUploadedFile("a.jpg", b"first")
    other = SimpleUploadedFile("b.jpg", b"second")
    part = {"*isIncomplete*": "yes", "a.jpg": picture}
    assert send(xml(), **part).status_code == 201
    assert Submission.objects.get().assessment is None
    assert send(xml(), **{"b.jpg": other}).status_code == 201
    assert Submission.objects.get().assessment is not None
    assert set(Attachment.objects.values_list("name", flat=True)) == {"a.jpg", "b.jpg"}
    assert b"second" not in bytes(Attachment.objects.get(name="b.jpg").content)


def test_missing_files_are_added_by_a_repeated_submission(send: Send) -> None:
    send(xml())
    send(xml(), **{"late.jpg": SimpleUploadedFile("late.jpg", b"late")})
    assert Attachment.objects.get().name == "late.jpg"


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "damaged"),
        ("not xml at all", "damaged"),
        (xml()[:-9], "damaged"),
        (b"\xff\xfe\x00<", "damaged"),
        (BOMB + xml("<stage>&b;</stage>"), "not accepted"),
        (OUTSIDE + xml("<stage>&a;</stage>"), "not accepted"),
        (xml(form="other"), "another form"),
        (xml(instance=""), "no number"),
        (xml("<stage>moon</stage>"), "Where on the journey"),
        (xml("<stage>origin</stage><stage>origin</stage>"), "Where on the journey"),
        (xml("<children>many</children>"), "How many children"),
        (xml("<child/>" * 501), "too long"),
        (xml("<g>" * 40 + "<h/>" + "</g>" * 40), "not accepted"),
    ],
)
def test_bad_content_gets_a_clear_answer_and_leaves_nothing(
    send: Send, content: str | bytes, words: str
) -> None:
    response = send(content)
    assert response.status_code == 400
    assert words in _message(response)
    assert not Submission.objects.exists()


def test_a_request_without_the_form_is_refused(ticket: Ticket) -> None:
    client = Client(raise_request_exception=False)
    url = _url("submission", ticket)
    assert client.post(url, {"x": "y"}).status_code == 400
    assert client.post(url, b"--", content_type="multipart/form-data").status_code == 400
    assert client.post(url, b"<data/>", content_type="text/xml").status_code == 400


def test_a_request_that_is_too_large_is_refused(ticket: Ticket, settings: object) -> None:
    settings.OPENROSA_MAX_BYTES = 10  # type: ignore[attr-defined]  # pytest-django's fixture
    response = Client().post(_url("submission", ticket), {"x": "y" * 100})
    assert response.status_code == 413
    assert "too large" in _message(response)


def test_an_unknown_token_opens_nothing(world: World) -> None:
    url = reverse("field:form_list", args=["guess"])
    response = Client().get(url)
    assert response.status_code == 404
    assert response["X-OpenRosa-Version"] == "1.0"


def test_a_ticket_ends(send: Send, ticket: Ticket) -> None:
    Ticket.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    response = send(xml())
    assert response.status_code == 403
    assert "open for too long" in _message(response)


def test_a_ticket_ends_with_the_role_behind_it(send: Send, world: World) -> None:
    accounts.revoke(grant=Grant.objects.get(holder=world.users["bilal"]), by=SYSTEM)
    assert send(xml()).status_code == 403
    assert not Submission.objects.exists()


def test_consent_that_was_taken_back_meanwhile_counts(send: Send, world: World) -> None:
    consents.withdraw(consent=Consent.objects.get(), by=world.by("bilal"))
    response = send(xml())
    assert response.status_code == 403
    assert "has not agreed" in _message(response)
    assert not Submission.objects.exists()


def test_a_person_erased_meanwhile_gets_no_new_file(send: Send, world: World) -> None:
    people.erase(person=world.case.person, by=world.by("sami"), reason="asked")
    assert send(xml()).status_code in (400, 403)
    assert not Submission.objects.exists()


def test_a_number_of_another_case_is_not_touched(send: Send, world: World) -> None:
    send(xml())
    other = world.register()
    world.consent(other)
    ticket = field.open_form(case=other, basis=LegalBasis.CONSENT, by=world.by("bilal"))
    assert send(xml(), to=ticket).status_code == 409
    edit = xml(instance="uuid:two", deprecated="uuid:one")
    assert send(edit, to=ticket).status_code == 409


def test_what_was_sent_is_kept_sealed(send: Send, world: World) -> None:
    send(xml("<stage>origin</stage><own_words>Amina Secretname</own_words>"))
    kept = Submission.objects.get()
    assert b"Secretname" not in bytes(kept.xml)
    assert "Secretname" not in str(kept.assessment and kept.assessment.answers)


def test_the_token_is_not_in_the_database(ticket: Ticket) -> None:
    assert token_of(ticket.pk).encode() not in bytes(ticket.token_digest)
    assert "Amina" not in _url("submission", ticket)


def test_messages_come_in_the_language_of_the_client(send: Send, ticket: Ticket) -> None:
    response = Client().get(
        reverse("field:form_list", args=["guess"]), headers={"Accept-Language": "fr"}
    )
    assert "formulaire" in _message(response)


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_other_methods_are_refused(method: str, ticket: Ticket) -> None:
    assert getattr(Client(), method)(_url("submission", ticket)).status_code == 405


def test_what_a_phone_computed_otherwise_is_noted_without_the_answers(send: Send) -> None:
    answers = "<stage>transit</stage><sleeps_safely>no</sleeps_safely>"
    computed = "<on_device__nowhere_safe>false</on_device__nowhere_safe>"
    assert send(xml(answers + computed)).status_code == 201
    event = Event.objects.get(verb="differ")
    assert event.fields_changed == {"outcomes": [None, 1]}


def test_what_a_phone_computed_alike_is_not_noted(send: Send) -> None:
    answers = "<stage>transit</stage><sleeps_safely>no</sleeps_safely>"
    computed = "<on_device__nowhere_safe>true</on_device__nowhere_safe>"
    assert send(xml(answers + computed)).status_code == 201
    assert not Event.objects.filter(verb="differ").exists()
