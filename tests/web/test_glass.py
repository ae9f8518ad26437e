"""Opening a file in an emergency: by whom, for how long, and who looks at it afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM, Purpose, visible
from sojourn.web.accounts.actions import Reach
from sojourn.web.accounts.models import Grant, Interest, Scope, ShortGrant
from sojourn.web.accounts.roles import POWERS, Power, Role, Verb, in_an_emergency
from sojourn.web.audit.models import Event
from sojourn.web.cases import actions as cases
from sojourn.web.cases.models import Case
from sojourn.web.glass import actions, queries
from sojourn.web.glass.models import Look, Opening, Part, Reason, Verdict
from sojourn.web.people import actions as people
from tests.web.conftest import AMINA, SECRETS, World

WORDS = "She stands at the door and needs a doctor."


@pytest.fixture
def nadia(world: World) -> World:
    """With Nadia, who has cases of her own alone."""
    world.join(Reach(Scope.OWN_CASES))
    return world


def _open(world: World, who: str = "nadia", reason: Reason = Reason.DANGER) -> Opening:
    return actions.open_file(case=world.case, reason=reason, words=WORDS, by=world.by(who))


def _status(world: World, who: str = "nadia") -> int:
    url = reverse("cases:situation", args=[world.case.pk])
    return world.client(who).get(url).status_code


def test_a_file_is_open_at_once_and_closes_by_itself(nadia: World) -> None:
    assert _status(nadia) == 404
    _open(nadia)
    assert _status(nadia) == 200
    short = ShortGrant.objects.get()
    assert timedelta(minutes=59) < short.ends_at - timezone.now() <= timedelta(minutes=60)
    ShortGrant.objects.update(ends_at=timezone.now())
    assert _status(nadia) == 404


def test_only_this_file_is_open_and_for_reading_alone(nadia: World) -> None:
    other = nadia.register("bilal")
    _open(nadia)
    by = nadia.by("nadia")
    rows = visible(by, Case.objects.all(), Purpose.SUPPORT).rows
    assert list(rows) == [nadia.case]
    assert other not in rows
    assert not visible(by, Case.objects.all(), Purpose.CASE_WORK).rows.exists()
    with pytest.raises(PermissionDenied):
        cases.set_review(case=nadia.case, on=timezone.localdate(), by=by)


def test_what_is_sealed_stays_sealed_and_the_role_grows_no_class(nadia: World) -> None:
    everything = Power(frozenset(Verb), frozenset(DataClass))
    assert DataClass.SEALED not in in_an_emergency(everything).classes
    assert in_an_emergency(everything).verbs == {Verb.FIND, Verb.READ}
    _open(nadia)
    door = visible(nadia.by("nadia"), Case.objects.all(), Purpose.SUPPORT)
    assert door.classes(nadia.case) == POWERS[Role.CASE_WORKER].classes


def test_the_end_of_the_role_ends_it(nadia: World) -> None:
    _open(nadia)
    grant = Grant.objects.get(holder=nadia.users["nadia"])
    accounts.revoke(grant=grant, by=nadia.by("dana"))
    assert _status(nadia) == 403


@pytest.mark.parametrize("who", ["dana", "emil", "ana", "chiara"])
def test_administrators_overseers_and_others_open_nothing(who: str, nadia: World) -> None:
    with pytest.raises(PermissionDenied):
        _open(nadia, who)
    url = reverse("glass:open", args=[nadia.case.person_id])
    assert nadia.client(who).get(url).status_code == (404 if who == "chiara" else 403)
    assert not Opening.objects.exists()


def test_powers_that_must_stay_apart_open_nothing(nadia: World) -> None:
    """No action gives such a pair; a damaged database must not either."""
    Grant.objects.create(
        holder=nadia.users["nadia"],
        role=Role.ADMINISTRATOR,
        organisation=nadia.crossroads,
        valid_from=timezone.localdate(),
    )
    with pytest.raises(PermissionDenied):
        _open(nadia)


@pytest.mark.parametrize("interest", Interest)
def test_who_is_part_of_a_case_never_opens_it(interest: Interest, nadia: World) -> None:
    user = nadia.users["nadia"]
    accounts.declare_conflict(user=user, cases=[nadia.case.pk], interest=interest, by=SYSTEM)
    with pytest.raises(PermissionDenied):
        _open(nadia)
    url = reverse("glass:open", args=[nadia.case.person_id])
    assert nadia.client("nadia").get(url).status_code == 404


def test_a_conflict_declared_later_closes_what_was_opened(nadia: World) -> None:
    _open(nadia)
    accounts.declare_conflict(
        user=nadia.users["nadia"], cases=[nadia.case.pk], interest=Interest.RELATIVE, by=SYSTEM
    )
    assert _status(nadia) == 404


def test_a_file_that_is_open_anyway_is_not_opened(nadia: World) -> None:
    with pytest.raises(ValidationError):
        _open(nadia, "bilal")


def test_a_reason_counts_once_until_somebody_has_looked(nadia: World) -> None:
    opening = _open(nadia)
    ShortGrant.objects.update(ends_at=timezone.now())
    with pytest.raises(ValidationError, match="nobody has looked"):
        _open(nadia)
    _open(nadia, reason=Reason.CHILD)
    ShortGrant.objects.update(ends_at=timezone.now())
    actions.look(opening=opening, part=Part.SUPERVISION, verdict=Verdict.RIGHT, by=nadia.by("sami"))
    _open(nadia)
    assert _status(nadia) == 200


def test_a_reason_takes_a_code_and_a_sentence(nadia: World) -> None:
    url = reverse("glass:open", args=[nadia.case.person_id])
    client = nadia.client("nadia")
    for data in (
        {"reason": "danger", "words": "help"},
        {"reason": "danger", "words": " " * 40},
        {"reason": "curious", "words": WORDS},
        {},
    ):
        assert client.post(url, data).status_code == 400
    assert not Opening.objects.exists()
    assert client.post(url, {"reason": "danger", "words": WORDS}).status_code == 302
    assert Opening.objects.exists()


def test_the_page_before_says_nothing_of_the_file(nadia: World) -> None:
    url = reverse("glass:open", args=[nadia.case.person_id])
    page = nadia.client("nadia").get(url).content.decode()
    assert not [secret for secret in SECRETS if secret in page]
    assert nadia.case.person.number not in page
    assert "Sami" in page


def test_every_step_and_every_look_into_the_file_is_an_event_with_its_reason(
    nadia: World,
) -> None:
    opening = _open(nadia)
    event = Event.objects.latest("seq")
    assert (event.verb, event.reason) == ("open_in_emergency", "danger")
    assert (event.case_id, event.person_id) == (nadia.case.pk, nadia.case.person_id)
    assert WORDS not in str(vars(event))
    client = nadia.client("nadia")
    for name, args in (
        ("cases:situation", [nadia.case.pk]),
        ("people:person", [nadia.case.person_id]),
        ("people:list", []),
    ):
        assert client.get(reverse(name, args=args)).status_code == 200
        event = Event.objects.latest("seq")
        assert (event.verb, event.reason) == ("read", "danger"), name
    nadia.client("bilal").get(reverse("people:list"))
    assert Event.objects.latest("seq").reason == ""
    actions.end(opening=opening, by=nadia.by("nadia"))
    assert Event.objects.latest("seq").verb == "end_emergency"
    assert _status(nadia) == 404


def test_the_words_are_sealed_and_go_with_the_person(nadia: World) -> None:
    opening = _open(nadia)
    opening.refresh_from_db()
    assert WORDS.encode() not in bytes(opening.words)
    assert queries.words_of([opening]) == {opening.pk: WORDS}
    people.erase(person=opening.person, by=nadia.by("sami"), reason="asked")
    assert queries.words_of([Opening.objects.get()]) == {opening.pk: ""}
    assert nadia.client("sami").get(reverse("glass:supervised")).status_code == 200


@pytest.mark.parametrize(
    ("who", "listed", "look"),
    [("sami", "glass:supervised", "glass:look"), ("emil", "glass:overseen", "glass:oversee")],
)
def test_both_see_it_at_once_and_mark_it(who: str, listed: str, look: str, nadia: World) -> None:
    client = nadia.client(who)
    assert "in an emergency. Look" not in client.get("/").content.decode()
    opening = _open(nadia)
    assert "in an emergency. Look" in client.get("/").content.decode()
    page = client.get(reverse(listed)).content.decode()
    assert WORDS in page
    assert "Nadia" in page
    assert not [secret for secret in SECRETS if secret in page]
    client.post(reverse(look, args=[opening.pk]), {"verdict": "talk"})
    assert Look.objects.get().verdict == Verdict.TALK
    assert "in an emergency. Look" not in client.get("/").content.decode()
    client.post(reverse(look, args=[opening.pk]), {"verdict": "right"})
    assert Look.objects.get().verdict == Verdict.TALK, "a look is not rewritten"


def test_a_look_by_one_part_leaves_it_to_the_other(nadia: World) -> None:
    opening = _open(nadia)
    actions.look(opening=opening, part=Part.SUPERVISION, verdict=Verdict.RIGHT, by=nadia.by("sami"))
    assert queries.waiting(nadia.by("sami")) == 0
    assert queries.waiting(nadia.by("emil")) == 1


def test_nobody_looks_at_their_own_opening_or_in_a_part_they_do_not_have(world: World) -> None:
    world.join(Reach(Scope.OWN_CASES), Role.SUPERVISOR)
    opening = _open(world)
    for who, part in (
        ("nadia", Part.SUPERVISION),
        ("emil", Part.SUPERVISION),
        ("sami", Part.DATA_PROTECTION),
        ("bilal", Part.SUPERVISION),
        ("chiara", Part.SUPERVISION),
    ):
        with pytest.raises(PermissionDenied):
            actions.look(opening=opening, part=part, verdict=Verdict.RIGHT, by=world.by(who))
    assert not queries.openings(world.by("nadia"), Part.SUPERVISION).exists()


def test_only_who_opened_a_file_closes_it(nadia: World) -> None:
    opening = _open(nadia)
    with pytest.raises(PermissionDenied):
        actions.end(opening=opening, by=nadia.by("bilal"))
    url = reverse("glass:close", args=[nadia.case.person_id])
    assert nadia.client("bilal").post(url).status_code == 404
    assert nadia.client("nadia").post(url).status_code == 302
    assert nadia.client("nadia").post(url).status_code == 404
    with pytest.raises(ValidationError):
        actions.end(opening=Opening.objects.get(), by=nadia.by("nadia"))


def test_the_lists_take_as_many_queries_for_many_openings(nadia: World) -> None:
    client, counts = nadia.client("sami"), []
    for more in (2, 9):
        for _each in range(more):
            case = nadia.register("bilal")
            actions.open_file(case=case, reason=Reason.CHILD, words=WORDS, by=nadia.by("nadia"))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("glass:supervised")).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def _found(world: World, text: str, who: str = "nadia") -> str:
    return world.client(who).post(reverse("people:search"), {"q": text}).content.decode()


HELD = "keeps a file that fits"


def test_a_closed_file_is_found_by_number_or_whole_name_and_says_nothing(nadia: World) -> None:
    for text in (AMINA.phone, AMINA.document, "amina secretname", nadia.case.person.number):
        page = _found(nadia, text)
        assert HELD in page
        assert "Harbour" in page
        assert "Sami" in page
        shown = page.replace(f'value="{text}"', "")
        assert not [secret for secret in SECRETS if secret in shown]
        assert nadia.case.person.number not in shown


@pytest.mark.parametrize("text", ["Amina", "amina secret", "ami sec", "Secretname", "+99900011"])
def test_a_part_of_a_name_or_number_finds_no_closed_file(text: str, nadia: World) -> None:
    assert HELD not in _found(nadia, text)


def test_no_more_than_three_closed_files_are_told_of_and_no_number(nadia: World) -> None:
    nadia.register("bilal", count=7)
    page = _found(nadia, "amina secretname")
    assert page.count(HELD) == 3
    assert "There may be more" not in page


def test_no_file_of_another_organisation_and_of_no_conflict_is_told_of(nadia: World) -> None:
    accounts.declare_conflict(
        user=nadia.users["nadia"], cases=[nadia.case.pk], interest=Interest.SUBJECT, by=SYSTEM
    )
    assert HELD not in _found(nadia, AMINA.phone)
    assert HELD not in _found(nadia, AMINA.phone, "chiara")


def test_what_was_told_of_is_in_the_audit(nadia: World) -> None:
    _found(nadia, AMINA.phone)
    event = Event.objects.latest("seq")
    assert (event.verb, event.person_id) == ("find", nadia.case.person_id)
    assert AMINA.phone not in str(vars(event))
