"""Records of consent: what they hold, that they stay, and how they are renewed or taken along."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import Settings as SettingsWrapper

from sojourn.web.audit.models import Event
from sojourn.web.consent import actions, notices
from sojourn.web.consent.models import Consent, ConsentStep, Flaw
from sojourn.web.consent.queries import cover_for_assessment
from sojourn.web.consent.rules import Cover, operations, withheld
from sojourn.web.consent.states import ConsentState
from sojourn.web.consent.triggers import FROZEN
from sojourn.web.people import actions as people
from sojourn.web.steps import WrongStateError
from tests.web.conftest import World, asked
from tests.web.test_consent import FORM

WORDS = {"1": "d7b29a1663b5", "2": "ac9a3e02fe50"}
GUARDIAN = {
    "given_by": "guardian",
    "proxy": "Gada Guardname",
    "proof": "authority",
    "assent": "agrees",
}


@pytest.mark.parametrize(("version", "digest"), WORDS.items())
def test_other_words_are_another_version(version: str, digest: str) -> None:
    with translation.override("en"):
        text = "\n".join(str(point) for point in notices.NOTICES["support", version].points)
    assert hashlib.sha256(text.encode()).hexdigest()[:12] == digest


def test_what_is_done_follows_from_what_for_and_for_whom() -> None:
    assert operations(["support"], ["own"]) == ["collect", "store", "use"]
    assert operations(["support"], ["own", "legal"]) == ["collect", "store", "use", "share"]
    assert operations(["statistics"], ["own"]) == ["count"]
    assert operations([], []) == []


def test_what_is_withheld_is_named_part_by_part() -> None:
    wide = {"purposes": ["a", "b"], "recipients": ["own"]}
    assert withheld(wide, wide) == {}
    assert withheld(wide, {"purposes": ["b"], "recipients": ["own"]}) == {"purposes": ["a"]}
    assert withheld(wide, {}) == wide
    assert withheld(wide, {"purposes": ["a", "b"], "recipients": []}) == wide


def test_a_record_holds_who_where_and_how_it_is_taken_back(
    world: World, settings: SettingsWrapper
) -> None:
    settings.JURISDICTION, settings.LEGAL_REFERENCE = "TN", "Law 63 of 2004"
    consent = world.consent(world.case, retention_days=90, recipients=["own", "legal"])
    consent.refresh_from_db()
    assert (consent.controller, consent.jurisdiction) == ("Harbour", "TN")
    assert consent.legal_reference == "Law 63 of 2004"
    assert (consent.notice, consent.notice_version) == ("support", "2")
    assert (consent.withdrawal, consent.retention_days) == ("any_worker", 90)
    assert consent.operations == ["collect", "store", "use", "share"]


def test_only_what_the_notice_names_can_be_agreed_to(world: World) -> None:
    for part in ("purposes", "recipients", "data_classes"):
        terms: dict[str, Any] = {part: ["everything"]}
        with pytest.raises(ValidationError, match="notice names"):
            world.consent(world.case, **terms)
    with pytest.raises(ValidationError, match="notice names"):
        world.consent(world.case, data_classes=["sealed"])


@pytest.mark.parametrize("missing", ["proxy", "proof", "assent"])
def test_who_answers_for_somebody_needs_name_proof_and_their_word(
    world: World, missing: str
) -> None:
    with pytest.raises(ValidationError, match="Somebody answers for the person"):
        world.consent(world.case, **{**GUARDIAN, missing: ""})
    with pytest.raises(ValidationError, match="answers alone"):
        world.consent(world.case, **{missing: GUARDIAN[missing]})
    assert Consent.objects.count() == 1


def test_nobody_agrees_against_the_person(world: World) -> None:
    with pytest.raises(ValidationError, match="nobody can agree for them"):
        world.consent(world.case, **{**GUARDIAN, "assent": "disagrees"})
    consent = actions.ask(
        person=world.case.person,
        asked=asked(**{**GUARDIAN, "assent": "disagrees"}),
        by=world.by("bilal"),
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.filter(pk=consent.pk).update(state=ConsentState.GIVEN)
    actions.answer(consent=consent, given=False, by=world.by("bilal"))
    assert world.consent(world.case, **{**GUARDIAN, "assent": "unable"}).state == "given"


def test_who_answered_is_sealed_and_gone_after_an_erasure(world: World) -> None:
    consent = world.consent(world.case, **GUARDIAN, evidence="Sheet 7, Guardname present")
    raw = b"".join(bytes(getattr(consent, column)) for column in ("proxy", "evidence"))
    assert raw
    assert b"Guardname" not in raw
    url = reverse("consent:record", args=[world.case.person_id, consent.pk])
    client = world.client("sami")
    given = client.get(url).json()
    assert given["party_identification"][1]["name"] == "Gada Guardname"
    assert given["evidence"] == "Sheet 7, Guardname present"
    people.erase(person=world.case.person, by=world.by("sami"), reason="asked")
    after = client.get(url)
    assert after.json()["party_identification"][1]["name"] is None
    assert "Guardname" not in after.content.decode()


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table in FROZEN for column in FROZEN[table]]
)
def test_the_database_refuses_to_change_terms_and_history(
    world: World, table: str, column: str
) -> None:
    model = Consent if table == "consent_consent" else ConsentStep
    field = column.removesuffix("_id")
    row = model.objects.first()
    assert row is not None
    rows = model.objects.all()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        rows.update(**{field: getattr(row, field)})


def test_every_term_is_frozen() -> None:
    for model in (Consent, ConsentStep):
        columns = {field.column for field in model._meta.concrete_fields}
        free = {"state", "recorded_by_id"} if model is Consent else {"by_id"}
        assert set(FROZEN[model._meta.db_table]) == columns - free


def test_an_account_that_is_removed_takes_no_history_along(world: World) -> None:
    consent = Consent.objects.get()
    Consent.objects.filter(pk=consent.pk).update(recorded_by=None)
    consent.steps.update(by=None)
    assert consent.steps.count() == 2


def _again(world: World, earlier: Consent, **terms: object) -> Consent:
    by = world.by("bilal")
    new = actions.ask(person=world.case.person, asked=asked(**terms), by=by, renews=earlier)
    actions.answer(consent=new, given=True, by=by)
    return new


def test_a_newer_answer_takes_the_place_of_the_earlier_one(world: World) -> None:
    earlier = Consent.objects.get()
    new = _again(world, earlier, purposes=["support"])
    earlier.refresh_from_db()
    assert (earlier.state, new.state) == ("renewed", "given")
    assert cover_for_assessment(world.case.person, timezone.localdate()) is Cover.WITHDRAWN
    with pytest.raises(WrongStateError):
        actions.withdraw(consent=earlier, by=world.by("bilal"))
    assert [step.state for step in earlier.steps.order_by("pk")] == [
        "requested",
        "given",
        "renewed",
    ]


def test_after_a_withdrawal_the_person_is_asked_again(world: World) -> None:
    earlier = Consent.objects.get()
    actions.withdraw(consent=earlier, by=world.by("bilal"))
    _again(world, earlier)
    earlier.refresh_from_db()
    assert earlier.state == "withdrawn"
    assert cover_for_assessment(world.case.person, timezone.localdate()) is Cover.COVERED


def test_refusing_something_wider_takes_nothing_back(world: World) -> None:
    earlier, by = Consent.objects.get(), world.by("bilal")
    wider = actions.ask(person=world.case.person, asked=asked(), by=by, renews=earlier)
    actions.answer(consent=wider, given=False, by=by)
    earlier.refresh_from_db()
    assert (earlier.state, wider.state) == ("given", "refused")


def test_another_persons_consent_is_not_renewed(world: World) -> None:
    other = world.register()
    with pytest.raises(ValueError, match="same person"):
        actions.ask(
            person=other.person,
            asked=asked(),
            by=world.by("bilal"),
            renews=Consent.objects.get(),
        )


def test_a_consent_that_never_was_one_stops_to_count(world: World) -> None:
    consent = Consent.objects.get()
    actions.invalidate(consent=consent, flaw=Flaw.NOT_FREE, by=world.by("bilal"))
    assert cover_for_assessment(world.case.person, timezone.localdate()) is Cover.INVALIDATED
    last = consent.steps.latest("pk")
    assert (last.state, last.reason) == ("invalidated", "not_free")
    assert Event.objects.latest("seq").reason == "not_free"
    with pytest.raises(ValidationError):
        world.assess(world.case)


def test_what_was_refused_and_from_whom_stays_written(world: World) -> None:
    by = world.by("bilal")
    refused = actions.ask(
        person=world.case.person,
        asked=asked(purposes=["referral"], recipients=["legal"], data_classes=["journey"]),
        by=by,
    )
    actions.answer(consent=refused, given=False, by=by)
    assert refused.steps.latest("pk").withheld == {
        "purposes": ["referral"],
        "recipients": ["legal"],
        "data_classes": ["journey"],
    }
    given = Consent.objects.get(state="given").steps.latest("pk").withheld
    assert given["purposes"] == ["referral", "statistics"]
    assert "legal" in given["recipients"]
    assert "own" not in given["recipients"]
    page = world.client("bilal").get(reverse("people:person", args=[world.case.person_id]))
    assert "Not agreed to" in page.content.decode()


def test_the_record_has_its_shape_and_its_copy_is_written_down(world: World) -> None:
    consent = world.consent(world.case, valid_until=date(2030, 1, 31))
    actions.withdraw(consent=consent, by=world.by("bilal"))
    url = reverse("consent:record", args=[world.case.person_id, consent.pk])
    response = world.client("salma").get(url)
    data = json.loads(response.content)
    assert data["pii_principal_id"] == world.case.person.number
    assert data["pii_processing"]["valid_until"] == "2030-01-31"
    assert data["pii_processing"]["privacy_notice"]["version"] == "2"
    assert data["pii_processing"]["jurisdiction"] is None
    assert [(e["event_state"], e["entity"]) for e in data["events"]] == [
        ("requested", "organisation"),
        ("given", "person"),
        ("withdrawn", "person"),
    ]
    assert "attachment" in response["Content-Disposition"]
    assert "Secretname" not in response.content.decode()
    assert "Bilal" not in response.content.decode()
    event = Event.objects.latest("seq")
    assert (event.verb, event.purpose, event.object_id) == ("export", "export", str(consent.pk))


def test_case_workers_take_no_copies_and_see_no_button(world: World) -> None:
    consent = Consent.objects.get()
    url = reverse("consent:record", args=[world.case.person_id, consent.pk])
    page = reverse("people:person", args=[world.case.person_id])
    assert world.client("bilal").get(url).status_code == 403
    assert url not in world.client("bilal").get(page).content.decode()
    assert url in world.client("sami").get(page).content.decode()


def test_the_page_asks_again_with_what_was_asked_and_no_answer(world: World) -> None:
    consent = Consent.objects.get()
    url = reverse("consent:again", args=[world.case.person_id, consent.pk])
    client = world.client("bilal")
    form = client.get(url).context["form"]
    assert form["purposes"].value() == consent.purposes
    assert form["data_classes"].value() == consent.data_classes
    assert form["answer"].value() is None
    assert client.post(url, {**FORM, "purposes": ["support"]}).status_code == 302
    consent.refresh_from_db()
    assert consent.state == "renewed"
    twice = client.post(url, {**FORM, "purposes": ["assessment"]})
    assert "changed since" in twice.content.decode()
    assert [c.purposes for c in Consent.objects.filter(state="given")] == [["support"]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"given_by": "parent"}, "this is needed"),
        ({"proxy": "Somebody"}, "leave this empty"),
        ({**GUARDIAN, "assent": "disagrees"}, "Record a refusal"),
        ({"retention_days": "-1"}, "greater than or equal to 0"),
    ],
)
def test_the_page_says_what_is_missing(world: World, change: dict[str, object], words: str) -> None:
    url = reverse("consent:new", args=[world.case.person_id])
    response = world.client("bilal").post(url, {**FORM, **change})
    assert response.status_code == 400
    assert words in response.content.decode()
    assert Consent.objects.count() == 1


def test_the_page_records_a_flaw_only_with_its_kind(world: World) -> None:
    consent = Consent.objects.get()
    url = reverse("consent:step", args=[world.case.person_id, consent.pk])
    client = world.client("bilal")
    page = client.post(url, {"step": "invalidated", "flaw": "x"}, follow=True)
    assert "Say why it does not count" in page.content.decode()
    client.post(url, {"step": "invalidated", "flaw": "wrong_giver"})
    consent.refresh_from_db()
    assert consent.state == "invalidated"


def test_the_page_of_a_person_asks_the_same_of_the_database_for_many_consents(
    world: World,
) -> None:
    client = world.client("bilal")
    url = reverse("people:person", args=[world.case.person_id])
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for _each in range(8):
        world.consent(world.case)
    with CaptureQueriesContext(connection) as many:
        assert client.get(url).status_code == 200
    assert len(many) == len(few)
