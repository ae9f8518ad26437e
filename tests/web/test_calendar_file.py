"""The calendar as a file: what a calendar program reads of it, and what is never in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sojourn.web.audit.models import Event, Seen
from sojourn.web.caseload import ics
from sojourn.web.cases.models import Case
from sojourn.web.followup import actions as followup
from sojourn.web.plans.models import PlanItem
from tests.web.conftest import SECRETS, World
from tests.web.test_handing import _plan

TODAY = timezone.localdate


def unfolded(content: bytes) -> list[str]:
    """Lines as a reader puts them together."""
    return content.decode().replace("\r\n ", "").split("\r\n")


def events(content: bytes) -> Iterator[dict[str, str]]:
    held: dict[str, str] = {}
    for line in unfolded(content):
        name, _sep, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            held = {}
        elif line == "END:VEVENT":
            yield held
        else:
            held[name.partition(";")[0]] = value


def taken(world: World, name: str = "bilal", language: str = "en") -> bytes:
    response = world.client(name).get(
        reverse("caseload:calendar_file"), headers={"Accept-Language": language}
    )
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return bytes(response.content)


@pytest.fixture
def due(world: World) -> World:
    on = TODAY() + timedelta(days=3)
    Case.objects.filter(pk=world.case.pk).update(review_on=on)
    PlanItem.objects.filter(pk=_plan(world).pk).update(due=on)
    followup.add(case=world.case, due=on, by=world.by("bilal"))
    world.consent(world.case, valid_until=on)
    return world


def test_it_holds_ones_own_days_by_case_number_and_nobodys_name(due: World) -> None:
    content = taken(due)
    found = list(events(content))
    number = due.case.person.number
    assert [each["SUMMARY"] for each in found] == [
        f"Look at the case again: {number}",
        f"Step of a plan: {number}",
        f"Contact: {number}",
    ]
    on = TODAY() + timedelta(days=3)
    assert {(e["DTSTART"], e["DTEND"]) for e in found} == {
        (f"{on:%Y%m%d}", f"{on + timedelta(days=1):%Y%m%d}")
    }
    assert all(re.fullmatch(r"\d{8}T\d{6}Z", each["DTSTAMP"]) for each in found)
    text = content.decode()
    ids = [str(due.case.pk), str(due.case.person_id), "door", "http"]
    assert not [secret for secret in (*SECRETS, *ids) if secret in text]


def test_a_thing_keeps_its_name_when_its_day_moves(due: World) -> None:
    before = {each["SUMMARY"]: each["UID"] for each in events(taken(due))}
    Case.objects.filter(pk=due.case.pk).update(review_on=TODAY() + timedelta(days=9))
    after = {each["SUMMARY"]: each["UID"] for each in events(taken(due))}
    assert before == after
    assert len(set(before.values())) == 3


@pytest.mark.parametrize(("days", "there"), [(-400, False), (0, True), (366, True), (367, False)])
def test_it_reaches_a_year_ahead(days: int, there: bool, world: World) -> None:
    Case.objects.filter(pk=world.case.pk).update(review_on=TODAY() + timedelta(days=days))
    status = world.client("bilal").get(reverse("caseload:calendar_file")).status_code
    assert status == (200 if there else 302)


def test_taking_it_is_an_event_with_all_whose_days_are_in_it(due: World) -> None:
    other = due.register("bilal")
    Case.objects.filter(pk=other.pk).update(review_on=TODAY())
    taken(due)
    told = Event.objects.filter(verb="export_days")
    assert sorted(told.values_list("object_type", "result_count")) == [
        ("cases.case", 2),
        ("followup.contact", 1),
        ("plans.planitem", 1),
    ]
    reviews = told.get(object_type="cases.case")
    seen = Seen.objects.filter(event=reviews).values_list("person_id", flat=True)
    assert set(seen) == {due.case.person_id, other.person_id}
    page = due.client("bilal").get(reverse("people:looks", args=[due.case.person_id]))
    assert "took days and case numbers of" in page.content.decode()


def test_nothing_due_is_said_and_is_no_file(due: World) -> None:
    page = due.client("salma").get(reverse("caseload:calendar_file"), follow=True)
    assert "Nothing is due for you within a year." in page.content.decode()
    assert not Event.objects.filter(verb="export_days").exists()


@pytest.mark.parametrize("language", ["en", "fr", "ar", "es"])
def test_no_line_is_longer_than_calendars_read_and_no_letter_cut(language: str, due: World) -> None:
    content = taken(due, language=language)
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    for line in lines:
        line.decode()
    assert len(list(events(content))) == 3


def test_signs_that_mean_something_are_escaped_and_long_lines_folded() -> None:
    assert ics._escaped("a,b;c\\d\r\ne") == "a\\,b\\;c\\\\d\\ne"
    text = "SUMMARY:" + "ع" * 200
    pieces = list(ics._folded(text.encode()))
    assert [len(piece) <= 75 for piece in pieces] == [True] * len(pieces)
    assert b"".join(pieces).decode() == text
    assert len(b"\r\n ".join(pieces).split(b"\r\n")[1]) <= 75


def test_nobody_takes_it_who_reads_no_files(world: World) -> None:
    for name in ("dana", "emil"):
        assert world.client(name).get(reverse("caseload:calendar_file")).status_code == 403
