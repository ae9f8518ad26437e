"""The person's own sheet: in their language, with roles instead of names."""

from __future__ import annotations

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sojourn.web.consent import actions
from sojourn.web.consent.models import Consent
from sojourn.web.notes import actions as notes
from sojourn.web.people import actions as people
from sojourn.web.people.models import Person
from sojourn.web.plans import actions as plans
from tests.web.conftest import SECRETS, WALL, World
from tests.web.test_plans import add


def _sheet(world: World, who: str = "bilal") -> str:
    url = reverse("people:sheet", args=[world.case.person_id])
    return world.client(who).get(url).content.decode()


def test_it_speaks_the_language_of_the_person(world: World) -> None:
    assert "عن معلوماتك" in _sheet(world)
    assert 'dir="rtl"' in _sheet(world)
    assert not re.search(r"[\u0600-\u06ff],", _sheet(world)), "a comma of another script"
    Person.objects.update(language="ti")
    assert "About your information" in _sheet(world)


def test_it_says_who_saw_by_role_and_names_nobody(world: World) -> None:
    Person.objects.update(language="en")
    world.client("salma").get(reverse("people:person", args=[world.case.person_id]))
    page = world.client("bilal").get(reverse("people:sheet", args=[world.case.person_id]))
    seen = {line.who: line for line in page.context["seen"]}
    assert set(seen) == {"Case worker", "Protection officer"}
    assert (seen["Protection officer"].looked, seen["Protection officer"].wrote) == (1, 0)
    assert seen["Case worker"].wrote >= 3
    main = page.content.decode().partition("<main")[2].partition("</main>")[0]
    assert "Salma" not in main
    assert not [secret for secret in SECRETS if secret in main]


def test_it_tells_copies_and_withdrawals(world: World) -> None:
    Person.objects.update(language="en")
    assert "Nothing was taken out" in _sheet(world)
    consent = Consent.objects.get()
    world.client("sami").get(reverse("consent:record", args=[consent.person_id, consent.pk]))
    actions.withdraw(consent=consent, by=world.by("bilal"))
    page = _sheet(world)
    assert "Nothing was taken out" not in page
    assert "withdrawn" in page


def test_it_counts_what_is_planned_and_betrays_no_note(world: World) -> None:
    Person.objects.update(language="en")
    assert "What is planned" not in _sheet(world)
    add(world, plans.begin(case=world.case, by=world.by("bilal")))
    notes.write(
        case=world.case,
        text="He hits her",
        data_class="harm_incident",
        is_confidential=True,
        by=world.by("bilal"),
    )
    page = _sheet(world)
    assert "What is planned with you, steps: 1" in page
    assert "goes through them with you" in page
    assert "hits" not in page


def test_nothing_of_who_it_is_is_left_after_an_erasure(world: World) -> None:
    people.erase(person=world.case.person, by=world.by("sami"), reason="asked")
    page = _sheet(world)
    assert "Date of birth" not in page
    assert "Answers to questions, times: 1" in page


def test_it_takes_as_many_queries_for_a_long_history(world: World) -> None:
    client = world.client("bilal")
    url = reverse("people:sheet", args=[world.case.person_id])
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for _each in range(9):
        world.consent(world.case)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(few) == len(many) <= 39 + WALL
