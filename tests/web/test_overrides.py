"""Acting without consent: two people, a reason, some hours, all of it written down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.models import Interest
from sojourn.web.audit.models import Event
from sojourn.web.cases import actions as cases
from sojourn.web.cases import queries
from sojourn.web.cases.models import Case, LegalBasis
from sojourn.web.consent import actions as consents
from sojourn.web.consent import overrides
from sojourn.web.consent.models import Consent, Danger, Override
from sojourn.web.consent.states import OVERRIDE_TRANSITIONS, OverrideState
from sojourn.web.people import actions as people
from sojourn.web.steps import WrongStateError
from tests.web.conftest import ANSWERS, World

WHY = "Bleeds and cannot speak, says the driver"


def _ask(world: World, name: str = "bilal") -> Override:
    return overrides.request(
        person=world.case.person, danger=Danger.LIFE, words=WHY, by=world.by(name)
    )


def _confirmed(world: World) -> Override:
    override = _ask(world)
    overrides.decide(override=override, confirmed=True, by=world.by("salma"))
    return override


def _assess(world: World) -> None:
    cases.assess(
        case=world.case,
        framework=world.framework,
        answers=world.answers(**ANSWERS),
        made=cases.Made(LegalBasis.VITAL_INTEREST, timezone.now()),
        by=world.by("bilal"),
    )


@pytest.fixture
def refused(world: World) -> World:
    """Amina took her consent back."""
    consents.withdraw(consent=Consent.objects.get(), by=world.by("bilal"))
    return world


def test_one_person_alone_is_not_enough(refused: World) -> None:
    with pytest.raises(ValidationError, match="second person"):
        _assess(refused)
    override = _ask(refused)
    with pytest.raises(ValidationError, match="second person"):
        _assess(refused)
    overrides.decide(override=override, confirmed=True, by=refused.by("salma"))
    _assess(refused)


@pytest.mark.parametrize("who", ["bilal", "dana", "emil", "ana", "chiara"])
def test_only_another_person_with_the_right_confirms(refused: World, who: str) -> None:
    override = _ask(refused)
    with pytest.raises(PermissionDenied):
        overrides.decide(override=override, confirmed=True, by=refused.by(who))
    override.refresh_from_db()
    assert override.state == "requested"


def test_nobody_confirms_what_they_asked_whatever_their_role(refused: World) -> None:
    override = _ask(refused, "sami")
    with pytest.raises(PermissionDenied, match="another person"):
        overrides.decide(override=override, confirmed=True, by=refused.by("sami"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Override.objects.update(decided_by=refused.users["sami"])


def test_who_is_part_of_the_case_does_not_confirm(refused: World) -> None:
    override = _ask(refused)
    accounts.declare_conflict(
        user=refused.users["sami"],
        cases=[refused.case.pk],
        interest=Interest.RELATIVE,
        by=SYSTEM,
    )
    with pytest.raises(PermissionDenied):
        overrides.decide(override=override, confirmed=True, by=refused.by("sami"))


@pytest.mark.parametrize("words", ["", "  \n"])
def test_it_takes_a_reason(refused: World, words: str) -> None:
    with pytest.raises(ValidationError, match="why"):
        overrides.request(
            person=refused.case.person, danger=Danger.CHILD, words=words, by=refused.by("bilal")
        )


def test_a_foreign_file_is_not_overridden(refused: World) -> None:
    with pytest.raises(PermissionDenied):
        _ask(refused, "chiara")


def test_it_ends_by_itself_and_at_once(refused: World) -> None:
    override = _confirmed(refused)
    assert override.ends_at is not None
    assert override.ends_at - timezone.now() <= timedelta(hours=24)
    by = refused.by("bilal")
    assert queries.urgent(by, 9) == [refused.case]
    Override.objects.update(ends_at=timezone.now())
    assert queries.urgent(by, 9) == []
    with pytest.raises(ValidationError):
        _assess(refused)
    again = _confirmed(refused)
    assert queries.urgent(by, 9) == [refused.case]
    overrides.end(override=again, by=by)
    assert queries.urgent(by, 9) == []


def test_a_request_does_not_wait_for_ever(refused: World) -> None:
    override = _ask(refused)
    override.asked_at = timezone.now() - timedelta(hours=24)
    override.save()
    with pytest.raises(ValidationError, match="more than a day"):
        overrides.decide(override=override, confirmed=True, by=refused.by("salma"))


@pytest.mark.parametrize("now", OverrideState)
@pytest.mark.parametrize("wanted", [s for s in OverrideState if s is not OverrideState.REQUESTED])
def test_no_step_but_those_of_the_table(
    refused: World, now: OverrideState, wanted: OverrideState
) -> None:
    override = _ask(refused)
    ends = timezone.now() + timedelta(hours=1)
    Override.objects.update(state=now, ends_at=ends)

    def step() -> None:
        if wanted is OverrideState.ENDED:
            overrides.end(override=override, by=refused.by("salma"))
        else:
            confirmed = wanted is OverrideState.CONFIRMED
            overrides.decide(override=override, confirmed=confirmed, by=refused.by("salma"))

    if (now, wanted) in OVERRIDE_TRANSITIONS:
        step()
    else:
        with pytest.raises(WrongStateError):
            step()


def test_every_step_is_written_down_without_the_story(refused: World) -> None:
    override = _confirmed(refused)
    overrides.end(override=override, by=refused.by("bilal"))
    events = Event.objects.filter(object_type="consent.override").order_by("seq")
    assert [(e.verb, e.actor_name, e.reason) for e in events] == [
        ("ask_second", "Bilal", "life"),
        ("confirm", "Salma", "life"),
        ("close", "Bilal", "life"),
    ]
    assert b"Bleeds" not in bytes(override.words)
    assert not any("Bleeds" in str(vars(event)) for event in events)


def test_the_page_shows_the_reason_and_only_the_second_person_a_button(refused: World) -> None:
    _ask(refused)
    url = reverse("people:person", args=[refused.case.person_id])
    mine = refused.client("bilal").get(url).content.decode()
    theirs = refused.client("salma").get(url).content.decode()
    assert WHY in mine
    assert WHY in theirs
    assert "I confirm" not in mine
    assert "I confirm" in theirs


def test_the_reason_is_gone_after_an_erasure(refused: World) -> None:
    _ask(refused)
    people.erase(person=refused.case.person, by=refused.by("sami"), reason="asked")
    url = reverse("people:person", args=[refused.case.person_id])
    response = refused.client("sami").get(url)
    assert response.status_code == 200
    assert "Bleeds" not in response.content.decode()


def test_the_pages_ask_and_confirm(refused: World) -> None:
    person = refused.case.person_id
    url = reverse("consent:override", args=[person])
    bilal, salma = refused.client("bilal"), refused.client("salma")
    assert bilal.post(url, {"danger": "life"}).status_code == 400
    assert bilal.post(url, {"danger": "life", "words": WHY}).status_code == 302
    override = Override.objects.get()
    step = reverse("consent:override_step", args=[person, override.pk])
    assert bilal.post(step, {"step": "confirmed"}).status_code == 403
    assert "Choose what" in salma.post(step, {"step": "x"}, follow=True).content.decode()
    assert salma.post(step, {"step": "confirmed"}).status_code == 302
    twice = salma.post(step, {"step": "confirmed"}, follow=True).content.decode()
    assert "recorded already" in twice
    override.refresh_from_db()
    assert override.state == "confirmed"
    assert Case.objects.filter(pk=refused.case.pk).exists()


def test_the_day_of_the_second_person_says_that_somebody_waits(refused: World) -> None:
    _ask(refused)
    day = reverse("home:day")
    words = "Confirm that it cannot wait"
    assert words in refused.client("salma").get(day).content.decode()
    assert words not in refused.client("bilal").get(day).content.decode()
    assert words not in refused.client("chiara").get(day).content.decode()
