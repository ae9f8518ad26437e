"""Contacts that are planned, what becomes of them, and what the person wants."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from sojourn.web.cases import actions as cases
from sojourn.web.cases.models import Case
from sojourn.web.cases.rules import How
from sojourn.web.cases.states import Act
from sojourn.web.consent import actions as consents
from sojourn.web.consent.models import Consent
from sojourn.web.followup import actions, queries, rules
from sojourn.web.followup.actions import End
from sojourn.web.followup.models import Contact, ContactWish
from sojourn.web.followup.states import ContactState, Kind
from sojourn.web.people import actions as people
from sojourn.web.steps import WrongStateError
from tests.web.conftest import World

TODAY = timezone.localdate
WORDS = "Ask for the seamstress, never say who calls."


def _days(world: World, kind: Kind) -> list[int]:
    rows = Contact.objects.filter(kind=kind, state=ContactState.PLANNED).order_by("due")
    return [(row.due - TODAY()).days for row in rows]


def _close(world: World, reason: str) -> None:
    how = How(reason=reason, outcome="better", feedback="answered")
    cases.take(case=world.case, act=Act.CLOSE, how=how, by=world.by("bilal"))


def _contact(world: World, days: int = 0) -> Contact:
    on = TODAY() + timedelta(days=days)
    return actions.add(case=world.case, due=on, by=world.by("bilal"))


def _due_on_row(world: World) -> date | None:
    return Case.objects.get(pk=world.case.pk).contact_due


@pytest.mark.parametrize(
    ("reason", "kind", "days"),
    [
        ("goals_met", Kind.CLOSURE, [14, 90, 180]),
        ("returned", Kind.RETURN, [2, 14, 90, 180, 365]),
        ("person_withdrew", Kind.CLOSURE, []),
        ("deceased", Kind.CLOSURE, []),
    ],
)
def test_a_closure_plans_what_follows_from_its_reason(
    reason: str, kind: Kind, days: list[int], world: World
) -> None:
    _close(world, reason)
    assert _days(world, kind) == days
    assert Contact.objects.filter(state=ContactState.PLANNED).count() == len(days)
    assert _due_on_row(world) == (TODAY() + timedelta(days=days[0]) if days else None)


def test_following_up_plans_a_contact_that_a_closure_takes_the_place_of(world: World) -> None:
    how = How(phase="following_up", words="all steps are done")
    cases.take(case=world.case, act=Act.MOVE, how=how, by=world.by("bilal"))
    assert _days(world, Kind.PHASE) == [30]
    _close(world, "goals_met")
    assert _days(world, Kind.PHASE) == []


def test_a_death_drops_every_contact(world: World) -> None:
    _contact(world)
    _close(world, "deceased")
    assert not Contact.objects.filter(state=ContactState.PLANNED).exists()


def test_opening_again_drops_contacts_after_a_closure_and_keeps_those_after_a_return(
    world: World,
) -> None:
    actions.plan(case=world.case, kind=Kind.RETURN, since=TODAY(), by=world.by("bilal"))
    _close(world, "goals_met")
    how = How(reason="contact_again", review_on=TODAY())
    cases.take(case=world.case, act=Act.REOPEN, how=how, by=world.by("bilal"))
    assert _days(world, Kind.CLOSURE) == []
    assert _days(world, Kind.RETURN) == [2, 14, 90, 180, 365]


def test_the_schedule_of_the_organisation_counts(world: World) -> None:
    sami = world.by("sami")
    actions.set_schedule(organisation=world.harbour, kind=Kind.CLOSURE, days=[7, 60], by=sami)
    _close(world, "goals_met")
    assert _days(world, Kind.CLOSURE) == [7, 60]
    for who in ("bilal", "chiara"):
        with pytest.raises(PermissionDenied):
            actions.set_schedule(
                organisation=world.harbour, kind=Kind.CLOSURE, days=[1], by=world.by(who)
            )


def test_a_supervisor_sets_the_days_in_the_page(world: World) -> None:
    url = reverse("followup:schedule")
    sent = {"organisation": world.harbour.pk, "phase": "", "closure": "7 ، 60", "returned": "2"}
    world.client("sami").post(url, sent)
    assert queries.days_of(world.harbour.pk, Kind.CLOSURE) == [7, 60]
    assert queries.days_of(world.harbour.pk, Kind.PHASE) == []
    assert queries.days_of(world.crossroads.pk, Kind.CLOSURE) == [14, 90, 180]
    wrong = world.client("sami").post(url, {**sent, "closure": "soon"})
    assert wrong.status_code == 400
    assert queries.days_of(world.harbour.pk, Kind.CLOSURE) == [7, 60]


@pytest.mark.parametrize(
    "text", ["soon", "1.5", "-3", "0", "1101", "1,2,3,4,5,6,7,8,9,10,11,12,13"]
)
def test_days_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        rules.read_days(text)


def test_days_are_read_as_people_write_them() -> None:
    assert rules.read_days(" 90, 14;14 7") == [7, 14, 90]
    assert rules.read_days("") == []


def test_planning_twice_plans_once(world: World) -> None:
    for _each in range(2):
        actions.plan(case=world.case, kind=Kind.RETURN, since=TODAY(), by=world.by("bilal"))
    assert _days(world, Kind.RETURN) == [2, 14, 90, 180, 365]


def test_days_of_a_return_long_ago_that_are_past_are_not_planned(world: World) -> None:
    since = TODAY() - timedelta(days=100)
    actions.plan(case=world.case, kind=Kind.RETURN, since=since, by=world.by("bilal"))
    assert _days(world, Kind.RETURN) == [80, 265]
    with pytest.raises(ValidationError):
        actions.plan(
            case=world.case,
            kind=Kind.RETURN,
            since=TODAY() - timedelta(days=900),
            by=world.by("bilal"),
        )


def test_a_contact_is_done_once_and_what_was_said_is_sealed(world: World) -> None:
    contact = _contact(world)
    end = End("not_reached", "call", words=WORDS, again_on=TODAY() + timedelta(days=3))
    actions.finish(contact=contact, end=end, by=world.by("bilal"))
    contact.refresh_from_db()
    assert (contact.state, contact.outcome) == ("done", "not_reached")
    assert WORDS.encode() not in bytes(contact.words)
    assert _days(world, Kind.SINGLE) == [3]
    assert _due_on_row(world) == TODAY() + timedelta(days=3)
    with pytest.raises(WrongStateError):
        actions.finish(contact=contact, end=end, by=world.by("bilal"))
    with pytest.raises(WrongStateError):
        actions.waive(contact=contact, end=End(because="unsafe"), by=world.by("bilal"))
    url = reverse("followup:list", args=[world.case.pk])
    assert WORDS in world.client("bilal").get(url).content.decode()


def test_words_go_with_an_erased_person(world: World) -> None:
    contact = _contact(world)
    end = End("reached", "call", words=WORDS)
    actions.finish(contact=contact, end=end, by=world.by("bilal"))
    wish = actions.set_wish(
        case=world.case, never=["call"], not_at_all=False, text=WORDS, by=world.by("bilal")
    )
    assert WORDS.encode() not in bytes(wish.words)
    people.erase(person=world.case.person, by=world.by("sami"), reason="asked")
    url = reverse("followup:list", args=[world.case.pk])
    assert WORDS not in world.client("bilal").get(url).content.decode()
    with pytest.raises(ValidationError):
        _contact(world)


def test_a_contact_that_is_not_made_says_why(world: World) -> None:
    contact = _contact(world)
    for end in (End(), End(because="other")):
        with pytest.raises(ValidationError):
            actions.waive(contact=contact, end=end, by=world.by("bilal"))
    actions.waive(contact=contact, end=End(because="in_touch"), by=world.by("bilal"))
    contact.refresh_from_db()
    assert (contact.state, contact.waived_because) == ("waived", "in_touch")
    assert _due_on_row(world) is None


def test_do_not_call_is_kept_by_the_server(world: World) -> None:
    contact, bilal = _contact(world), world.by("bilal")
    actions.set_wish(case=world.case, never=["call", "x"], not_at_all=False, text="", by=bilal)
    assert ContactWish.objects.get().never == ["call"]
    with pytest.raises(ValidationError, match="does not want to be contacted in this way"):
        actions.finish(contact=contact, end=End("reached", "call"), by=bilal)
    actions.finish(contact=contact, end=End("reached", "message"), by=bilal)


def test_who_wants_no_contact_is_not_contacted_and_still_heard(world: World) -> None:
    contact, bilal = _contact(world), world.by("bilal")
    actions.set_wish(case=world.case, never=[], not_at_all=True, text="", by=bilal)
    for way in ("call", "visit", "through"):
        with pytest.raises(ValidationError):
            actions.finish(contact=contact, end=End("reached", way), by=bilal)
    with pytest.raises(ValidationError, match="at all"):
        _contact(world, 5)
    actions.finish(contact=contact, end=End("reached", "came"), by=bilal)
    _close(world, "goals_met")
    assert not Contact.objects.filter(state=ContactState.PLANNED).exists()


@pytest.mark.parametrize("outcome", ["reached", "not_reached", "refused"])
def test_a_contact_that_was_made_says_how(outcome: str, world: World) -> None:
    with pytest.raises(ValidationError):
        actions.finish(contact=_contact(world), end=End(outcome), by=world.by("bilal"))


def test_what_was_not_safe_was_not_tried(world: World) -> None:
    contact = _contact(world)
    actions.finish(contact=contact, end=End("unsafe"), by=world.by("bilal"))
    assert Contact.objects.get(pk=contact.pk).outcome == "unsafe"


def test_closing_warns_of_contacts_after_a_return(world: World) -> None:
    url = reverse("cases:act", args=[world.case.pk, "close"])
    bilal = world.client("bilal")
    assert "after the return" not in bilal.get(url).content.decode()
    found = actions.plan(case=world.case, kind=Kind.RETURN, since=TODAY(), by=world.by("bilal"))
    assert "5 contacts after the return" in bilal.get(url).content.decode()
    for contact in found:
        actions.waive(contact=contact, end=End(because="elsewhere"), by=world.by("bilal"))
    assert "after the return" not in bilal.get(url).content.decode()


def test_a_due_contact_is_in_my_day_with_what_the_person_does_not_want(world: World) -> None:
    _contact(world)
    actions.set_wish(
        case=world.case, never=["call"], not_at_all=False, text="", by=world.by("bilal")
    )
    page = world.client("bilal").get(reverse("home:day")).content.decode()
    assert "Make contact: not in every way: look first" in page
    assert "Make contact" not in world.client("salma").get(reverse("home:day")).content.decode()
    Contact.objects.update(due=TODAY() + timedelta(days=8))
    assert "Make contact" not in world.client("bilal").get(reverse("home:day")).content.decode()


def test_a_contact_of_a_closed_case_stays_in_my_day(world: World) -> None:
    _close(world, "returned")
    assert "Make contact" in world.client("bilal").get(reverse("home:day")).content.decode()


def test_only_who_writes_plans_ends_and_asks(world: World) -> None:
    contact = _contact(world)
    for who in ("chiara", "dana", "ana"):
        by = world.by(who)
        with pytest.raises(PermissionDenied):
            actions.add(case=world.case, due=TODAY(), by=by)
        with pytest.raises(PermissionDenied):
            actions.waive(contact=contact, end=End(because="unsafe"), by=by)
        with pytest.raises(PermissionDenied):
            actions.set_wish(case=world.case, never=[], not_at_all=True, text="", by=by)


def test_the_pages_from_planning_to_the_outcome(world: World) -> None:
    bilal, case = world.client("bilal"), world.case
    plan = reverse("followup:plan", args=[case.pk])
    assert "Choose a day" in bilal.post(plan, {"due": "soon"}, follow=True).content.decode()
    bilal.post(plan, {"due": TODAY().isoformat()})
    contact = Contact.objects.get()
    url = reverse("followup:act", args=[case.pk, contact.pk, "finish"])
    assert bilal.post(url, {"outcome": "reached"}).status_code == 400
    page = bilal.post(url, {"outcome": "reached", "way": "visit"}, follow=True).content.decode()
    assert "The person was reached" in page
    assert (
        "ended already"
        in bilal.post(url, {"outcome": "reached", "way": "visit"}, follow=True).content.decode()
    )
    assert bilal.get(reverse("followup:act", args=[case.pk, contact.pk, "drop"])).status_code == 404
    wishes = reverse("followup:wishes", args=[case.pk])
    page = bilal.post(wishes, {"never": ["call"], "words": WORDS}, follow=True).content.decode()
    assert "Never contact the person in these ways" in page
    assert WORDS in page


def test_what_makes_contact_safe_is_shown_after_consent_was_taken_back(world: World) -> None:
    actions.set_wish(
        case=world.case, never=["call"], not_at_all=False, text=WORDS, by=world.by("bilal")
    )
    consents.withdraw(consent=Consent.objects.get(), by=world.by("bilal"))
    page = world.client("bilal").get(reverse("followup:list", args=[world.case.pk]))
    assert WORDS in page.content.decode()
    told = world.client("bilal").get(f"/api/v1/cases/{world.case.pk}/contacts").json()
    assert told["wish"]["words"] == WORDS
