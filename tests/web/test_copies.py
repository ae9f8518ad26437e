"""Copies that went to somebody outside: a withdrawal reaches everybody who has one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web import serve
from sojourn.web.audit.models import Event
from sojourn.web.consent import actions as consents
from sojourn.web.exports import copies
from sojourn.web.exports.models import Copy
from sojourn.web.exports.states import STEPS, CopyAct, CopyState, after
from sojourn.web.people import actions as people
from sojourn.web.steps import WrongStateError
from tests.web.conftest import SECRETS, World
from tests.web.test_exports import content, export

OUTSIDE: dict[str, Any] = {
    "purpose": "referral",
    "recipient": "legal",
    "country": "CH",
    "to_origin": "no",
}
AGREED: dict[str, Any] = {"purposes": ["referral"], "recipients": ["legal"]}


def passed_on(world: World) -> Copy:
    """Amina agrees that legal aid gets her part, and Sami takes it there."""
    world.consent(world.case, **AGREED)
    content(world, export(world, **OUTSIDE))
    return Copy.objects.get()


def withdraw(world: World) -> None:
    for consent in world.case.person.consents.filter(state="given"):
        consents.withdraw(consent=consent, by=world.by("bilal"))


def state(copy: Copy) -> str:
    copy.refresh_from_db()
    return copy.state


@pytest.mark.parametrize("now", CopyState)
@pytest.mark.parametrize("act", CopyAct)
def test_a_step_is_in_the_table_or_raises(now: CopyState, act: CopyAct) -> None:
    if (now, act) in STEPS:
        assert after(now, act) is STEPS[now, act]
    else:
        with pytest.raises(WrongStateError):
            after(now, act)


def test_what_goes_outside_by_name_is_remembered_once_for_each_export(world: World) -> None:
    world.consent(world.case, **AGREED)
    row = export(world, **OUTSIDE)
    content(world, row)
    content(world, row)
    copy = Copy.objects.get()
    assert (copy.export, copy.case, copy.state) == (row, world.case, "out")


def test_what_stays_within_or_names_nobody_is_not_listed(world: World) -> None:
    world.consent(world.case, purposes=["referral", "statistics"], recipients=["own", "legal"])
    content(world, export(world))
    journey = frozenset({DataClass.JOURNEY})
    unnamed: dict[str, Any] = {"is_identified": False, "classes": journey, "columns": ("stage",)}
    content(world, export(world, **OUTSIDE, **unnamed))
    assert not Copy.objects.exists()


def test_a_withdrawal_reaches_everybody_who_has_a_copy(world: World) -> None:
    copy = passed_on(world)
    withdraw(world)
    assert state(copy) == "recalled"
    event = Event.objects.filter(verb="recall_copy").get()
    assert (event.actor_name, event.person_id) == ("Bilal", world.case.person_id)
    shown = world.client("bilal").get("/").content.decode()
    assert "Tell them to delete their copy: Legal aid" in shown
    page = world.client("bilal").get(reverse("people:person", args=[world.case.person_id]))
    assert "1 copy is still with somebody outside" in page.content.decode()
    listed = world.client("emil").get(reverse("oversight:lines", args=["copies"])).content.decode()
    assert world.case.person.number in listed
    assert not any(secret in listed for secret in SECRETS)


def test_taking_back_something_else_leaves_the_copy_where_it_is(world: World) -> None:
    copy = passed_on(world)
    other = world.consent(world.case, purposes=["statistics"], recipients=["own"])
    consents.withdraw(consent=other, by=world.by("bilal"))
    assert state(copy) == "out"


def test_a_consent_that_ends_by_its_date_counts_as_taken_back(world: World) -> None:
    today = timezone.localdate()
    world.consent(world.case, **AGREED, valid_until=today)
    content(world, export(world, **OUTSIDE))
    consents.expire_due(on=today + timedelta(days=1))
    assert state(Copy.objects.get()) == "recalled"


def test_the_hourly_work_notices_that_a_consent_has_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = timezone.localdate()
    world.consent(world.case, **AGREED, valid_until=today)
    content(world, export(world, **OUTSIDE))
    serve._end_what_is_due()
    assert Copy.objects.get().state == "out"  # the last day belongs to it
    monkeypatch.setattr(timezone, "localdate", lambda: today + timedelta(days=1))
    serve._end_what_is_due()
    assert Copy.objects.get().state == "recalled"


def test_agreeing_again_before_anybody_was_told_leaves_the_copy_there(world: World) -> None:
    copy = passed_on(world)
    withdraw(world)
    world.consent(world.case, **AGREED)
    assert state(copy) == "out"


def test_an_erasure_takes_copies_back_and_nothing_brings_them_out_again(world: World) -> None:
    copy = passed_on(world)
    people.erase(person=world.case.person, by=world.by("sami"), reason="person_asked")
    assert state(copy) == "recalled"
    copies.follow(world.case.person_id, world.by("sami"))
    assert state(copy) == "recalled"


def test_telling_and_the_answer_are_written_down_on_the_page(world: World) -> None:
    copy = passed_on(world)
    withdraw(world)
    client = world.client("bilal")
    for act, now in (("tell_recipient", "told"), ("note_deleted", "deleted")):
        address = reverse("copies:act", args=[world.case.person_id, copy.pk, act])
        assert client.get(address).status_code == 200
        assert state(copy) != now
        assert client.post(address).status_code == 302
        assert state(copy) == now
    again = client.post(address, follow=True).content.decode()
    assert "Somebody wrote this down already." in again


def test_whoever_keeps_it_has_a_reason_and_the_person_can_learn_it(world: World) -> None:
    copy = passed_on(world)
    withdraw(world)
    copies.act(copy=copy, act=CopyAct.TELL, by=world.by("bilal"))
    with pytest.raises(ValidationError):
        copies.act(copy=copy, act=CopyAct.KEEP, by=world.by("bilal"))
    client = world.client("bilal")
    address = reverse("copies:act", args=[world.case.person_id, copy.pk, "note_kept"])
    assert client.post(address).status_code == 400
    client.post(address, {"because": "law"})
    assert state(copy) == "kept"
    sheet = client.get(reverse("people:sheet", args=[world.case.person_id])).content.decode()
    assert "يحتفظون بها" in sheet  # in Amina's language


def test_nobody_does_what_follows_from_consent_by_hand(world: World) -> None:
    copy = passed_on(world)
    with pytest.raises(ValidationError):
        copies.act(copy=copy, act=CopyAct.RECALL, by=world.by("bilal"))


@pytest.mark.parametrize("who", ["chiara", "dana", "emil", "ana"])
def test_nobody_else_writes_it_down(who: str, world: World) -> None:
    copy = passed_on(world)
    withdraw(world)
    with pytest.raises(PermissionDenied):
        copies.act(copy=copy, act=CopyAct.TELL, by=world.by(who))


def test_following_a_consent_takes_no_query_more_for_whoever_has_no_copy_out(world: World) -> None:
    with CaptureQueriesContext(connection) as found:
        copies.follow(world.case.person_id, world.by("bilal"))
    assert sum("exports_copy" in each["sql"] for each in found) == 1
