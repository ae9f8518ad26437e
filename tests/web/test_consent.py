"""Consent: what it covers, its edges, its steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from sojourn.web.cases.models import LegalBasis
from sojourn.web.consent import actions, overrides
from sojourn.web.consent.models import Consent, ConsentStep, Danger
from sojourn.web.consent.queries import cover_for_assessment
from sojourn.web.consent.rules import Cover, Terms, cover, covers, in_force
from sojourn.web.consent.states import TRANSITIONS, ConsentState, check_step
from sojourn.web.field import actions as field
from sojourn.web.people.models import Person
from sojourn.web.steps import WrongStateError
from tests.web.conftest import World, asked

DAY = date(2026, 6, 15)
GIVEN = Terms(
    ConsentState.GIVEN,
    frozenset({"assessment"}),
    frozenset({"own"}),
    frozenset({"identity", "journey"}),
    DAY,
    DAY + timedelta(days=10),
)
WANTED = {"purpose": "assessment", "recipient": "own", "classes": ["identity"]}


def _covers(terms: Terms, on: date = DAY, **wanted: object) -> bool:
    return covers(terms, on=on, **{**WANTED, **wanted})  # type: ignore[arg-type]  # a mix


def test_both_boundary_days_belong_to_it() -> None:
    assert in_force(GIVEN, DAY)
    assert in_force(GIVEN, DAY + timedelta(days=10))
    assert not in_force(GIVEN, DAY - timedelta(days=1))
    assert not in_force(GIVEN, DAY + timedelta(days=11))


def test_without_an_end_it_holds() -> None:
    assert in_force(replace(GIVEN, valid_until=None), DAY + timedelta(days=9999))


@pytest.mark.parametrize("part", ["purposes", "recipients", "classes"])
def test_an_empty_scope_allows_nothing(part: str) -> None:
    assert _covers(GIVEN)
    empty = replace(GIVEN, **{part: frozenset()})  # type: ignore[arg-type]  # all are sets
    assert not _covers(empty)


def test_only_what_was_named_is_covered() -> None:
    assert _covers(GIVEN, classes=["identity", "journey"])
    assert not _covers(GIVEN, classes=["identity", "body_health"])
    assert not _covers(GIVEN, classes=[])
    assert not _covers(GIVEN, purpose="referral")
    assert not _covers(GIVEN, recipient="health")


@pytest.mark.parametrize("state", [s for s in ConsentState if s is not ConsentState.GIVEN])
def test_only_a_given_consent_counts(state: ConsentState) -> None:
    assert not in_force(replace(GIVEN, state=state), DAY)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([], Cover.NEVER_ASKED),
        ([GIVEN], Cover.COVERED),
        ([replace(GIVEN, state=ConsentState.REFUSED), GIVEN], Cover.COVERED),
        ([replace(GIVEN, state=ConsentState.REFUSED)], Cover.REFUSED),
        ([replace(GIVEN, state=ConsentState.WITHDRAWN)], Cover.WITHDRAWN),
        ([replace(GIVEN, state=ConsentState.REQUESTED)], Cover.REQUESTED),
        ([replace(GIVEN, valid_until=DAY - timedelta(days=1))], Cover.EXPIRED),
        ([replace(GIVEN, valid_from=DAY + timedelta(days=1))], Cover.NOT_YET),
        ([replace(GIVEN, purposes=frozenset({"referral"}))], Cover.NEVER_ASKED),
    ],
)
def test_what_stands_in_the_way_is_named(terms: list[Terms], expected: Cover) -> None:
    assert cover(terms, purpose="assessment", on=DAY) is expected


@pytest.mark.parametrize("now", ConsentState)
@pytest.mark.parametrize("wanted", ConsentState)
def test_a_step_that_is_not_in_the_table_raises(now: ConsentState, wanted: ConsentState) -> None:
    if (now, wanted) in TRANSITIONS:
        check_step(now, wanted)
    else:
        with pytest.raises(WrongStateError):
            check_step(now, wanted)


def test_every_state_can_be_reached() -> None:
    assert {wanted for _now, wanted in TRANSITIONS} | {ConsentState.REQUESTED} == set(ConsentState)


def test_withdrawal_counts_at_once(world: World) -> None:
    consent = Consent.objects.get()
    today = timezone.localdate()
    assert cover_for_assessment(world.case.person, today) is Cover.COVERED
    actions.withdraw(consent=consent, by=world.by("bilal"))
    assert cover_for_assessment(world.case.person, today) is Cover.WITHDRAWN
    with pytest.raises(ValidationError):
        world.assess(world.case)


def test_withdrawing_twice_raises_also_on_a_stale_copy(world: World) -> None:
    consent, stale = Consent.objects.get(), Consent.objects.get()
    actions.withdraw(consent=consent, by=world.by("bilal"))
    with pytest.raises(WrongStateError):
        actions.withdraw(consent=stale, by=world.by("bilal"))
    assert ConsentStep.objects.filter(state=ConsentState.WITHDRAWN).count() == 1


def test_without_consent_help_goes_on_when_a_life_is_in_danger(empty: World) -> None:
    case = empty.register()
    by = empty.by("bilal")
    with pytest.raises(ValidationError):
        field.open_form(case=case, basis=LegalBasis.CONSENT, by=by)
    with pytest.raises(ValidationError, match="second person"):
        field.open_form(case=case, basis=LegalBasis.VITAL_INTEREST, by=by)
    override = overrides.request(person=case.person, danger=Danger.LIFE, words="Bleeds", by=by)
    overrides.decide(override=override, confirmed=True, by=empty.by("salma"))
    ticket = field.open_form(case=case, basis=LegalBasis.VITAL_INTEREST, by=by)
    assert ticket.basis == LegalBasis.VITAL_INTEREST


def test_what_was_not_understood_is_not_given(world: World) -> None:
    consent = actions.ask(
        person=world.case.person, asked=asked(understood=False), by=world.by("bilal")
    )
    with pytest.raises(ValidationError):
        actions.answer(consent=consent, given=True, by=world.by("bilal"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.filter(pk=consent.pk).update(state=ConsentState.GIVEN)


def test_what_is_past_its_day_is_ended_once(world: World) -> None:
    world.consent(world.case, valid_until=date(2026, 1, 31))
    assert actions.expire_due(on=date(2026, 1, 31)) == 0
    assert actions.expire_due(on=date(2026, 2, 1)) == 1
    assert actions.expire_due(on=date(2026, 2, 1)) == 0


FORM = {
    "purposes": ["assessment"],
    "data_classes": ["identity"],
    "recipients": ["own"],
    "notice_language": "ar",
    "explained": "read_aloud",
    "understood": "yes",
    "given_by": "self",
    "method": "spoken",
    "answer": "given",
}


def test_the_page_records_what_was_answered(empty: World) -> None:
    case = empty.register()
    response = empty.client("bilal").post(reverse("consent:new", args=[case.person_id]), FORM)
    assert response.status_code == 302
    consent = Consent.objects.get()
    assert (consent.state, consent.notice_language, consent.explained) == (
        "given",
        "ar",
        "read_aloud",
    )


def test_the_notice_stands_there_in_the_person_s_language_too(empty: World) -> None:
    case = empty.register("bilal")
    url = reverse("consent:new", args=[case.person_id])
    arabic = "يمكنك سحب موافقتك في أي وقت"
    for spoken, shown in {"ar": True, "en": False, "ti": False, "": False}.items():
        Person.objects.filter(pk=case.person_id).update(language=spoken)
        page = empty.client("bilal").get(url).content.decode()
        assert (arabic in page) is shown


def test_without_any_ground_there_is_no_form_to_open(empty: World) -> None:
    case = empty.register("bilal")
    url = reverse("cases:assess", args=[case.pk])
    page = empty.client("bilal").get(url).content.decode()
    assert "Open the form" not in page
    assert "ask a second person" in page
    by = empty.by("bilal")
    override = overrides.request(person=case.person, danger=Danger.LIFE, words="Bleeds", by=by)
    overrides.decide(override=override, confirmed=True, by=empty.by("salma"))
    page = empty.client("bilal").get(url).content.decode()
    assert "Open the form" in page
    assert "A second person confirmed that it cannot wait" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"purposes": []}, "This field is required"),
        ({"understood": "no"}, "Explain again"),
        ({"valid_until": "2001-01-01"}, "This day is past"),
        ({"valid_until": "soon"}, "Enter a valid date"),
        ({"recipients": ["everybody"]}, "not one of the available choices"),
    ],
)
def test_wrong_entries_are_explained_and_save_nothing(
    empty: World, change: dict[str, object], words: str
) -> None:
    case = empty.register()
    response = empty.client("bilal").post(
        reverse("consent:new", args=[case.person_id]), {**FORM, **change}
    )
    assert response.status_code == 400
    assert words in response.content.decode()
    assert not Consent.objects.exists()


def test_a_later_answer_and_a_withdrawal_are_recorded_on_the_page(world: World) -> None:
    consent = Consent.objects.get()
    url = reverse("consent:step", args=[world.case.person_id, consent.pk])
    client = world.client("bilal")
    client.post(url, {"step": "withdrawn"})
    consent.refresh_from_db()
    assert consent.state == "withdrawn"
    page = client.post(url, {"step": "withdrawn"}, follow=True).content.decode()
    assert "recorded already" in page
    assert "Choose what to record" in client.post(url, {"step": "x"}, follow=True).content.decode()
