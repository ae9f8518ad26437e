"""A consent that ends, is taken back or narrowed counts everywhere at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.cases import queries as cases
from sojourn.web.cases.models import Case, LegalBasis
from sojourn.web.consent import actions
from sojourn.web.consent.models import Consent, Flaw
from sojourn.web.consent.queries import agreed_classes, is_agreed
from sojourn.web.field import actions as field
from sojourn.web.people.lines import case_lines, person_lines
from tests.web.conftest import World, asked

TODAY = timezone.localdate


def _withdraw(world: World) -> None:
    actions.withdraw(consent=Consent.objects.get(), by=world.by("bilal"))


def _invalidate(world: World) -> None:
    actions.invalidate(consent=Consent.objects.get(), flaw=Flaw.MISTAKE, by=world.by("bilal"))


def _narrow(world: World) -> None:
    """To something that no answer of hers is about."""
    new = actions.ask(
        person=world.case.person,
        asked=asked(purposes=["support"], data_classes=["third_party"]),
        by=world.by("bilal"),
        renews=Consent.objects.get(),
    )
    actions.answer(consent=new, given=True, by=world.by("bilal"))


def _shown(world: World) -> str:
    url = reverse("cases:situation", args=[world.case.pk])
    return world.client("bilal").get(url).content.decode()


def _urgent(world: World) -> tuple[list[object], ...]:
    """What is said to wait no longer: cases of the day, labels on their lines, labels of people."""
    by = world.by("bilal")
    urgent = cases.urgent(by, 9)
    due = cases.due(by, TODAY() + timedelta(days=40), 9)
    people = person_lines(by, [world.case.person])
    return (
        list(urgent),
        [label for line in case_lines(by, urgent + due) for label in line.urgent],
        [label for line in people for label in line.urgent],
    )


ENDS = [_withdraw, _invalidate]


@pytest.mark.parametrize("end", [*ENDS, _narrow])
def test_screens_show_no_more_what_is_not_agreed_to(
    world: World, end: Callable[[World], None]
) -> None:
    before = _shown(world)
    assert "finding--" in before
    assert all(_urgent(world))
    end(world)
    after = _shown(world)
    assert "finding--" not in after
    assert "not shown and not used" in after
    assert not any(_urgent(world)[1:])


@pytest.mark.parametrize("end", ENDS)
def test_the_case_is_looked_at_again_although_nothing_is_said(
    world: World, end: Callable[[World], None]
) -> None:
    by, later = world.by("bilal"), TODAY() + timedelta(days=40)
    assert cases.due(by, later, 9) == []
    end(world)
    assert cases.urgent(by, 9) == []
    assert cases.due(by, later, 9) == [world.case]


def test_asking_again_undoes_a_withdrawal(world: World) -> None:
    before = _urgent(world)
    _withdraw(world)
    world.consent(world.case)
    assert _urgent(world) == before
    assert "finding--" in _shown(world)


def test_a_form_that_is_open_already_is_not_filled_in_any_more(world: World) -> None:
    ticket = field.open_form(case=world.case, basis=LegalBasis.CONSENT, by=world.by("bilal"))
    url = reverse("cases:form", args=[world.case.pk, ticket.pk])
    client = world.client("bilal")
    assert client.get(url).status_code == 200
    _withdraw(world)
    response = client.get(url, follow=True)
    assert response.redirect_chain
    assert "Ask them first" in response.content.decode()


def test_the_copy_of_the_record_says_it_was_taken_back(world: World) -> None:
    consent = Consent.objects.get()
    _withdraw(world)
    url = reverse("consent:record", args=[world.case.person_id, consent.pk])
    last = world.client("sami").get(url).json()["events"][-1]
    assert last["event_state"] == "withdrawn"
    assert "journey" in last["withheld"]["data_classes"]


@pytest.mark.parametrize(
    ("begins", "ends", "holds"),
    [(0, 0, True), (0, None, True), (-9, 0, True), (-9, -1, False), (1, None, False)],
)
def test_the_boundary_day_belongs_to_it_everywhere(
    empty: World, begins: int, ends: int | None, holds: bool
) -> None:
    world, today = empty, TODAY()
    world.case = world.register()
    world.consent(world.case)
    world.assess(world.case)
    _withdraw(world)
    world.consent(
        world.case,
        valid_from=today + timedelta(days=begins),
        valid_until=None if ends is None else today + timedelta(days=ends),
    )
    agreed = agreed_classes([world.case.person_id], today)
    assert (DataClass.JOURNEY in agreed.get(world.case.person_id, ())) is holds
    assert (cases.urgent(world.by("bilal"), 9) == [world.case]) is holds
    assert ("finding--" in _shown(world)) is holds


@pytest.mark.parametrize("part", ["purposes", "recipients", "data_classes"])
def test_an_empty_scope_shows_nothing(empty: World, part: str) -> None:
    case = empty.register()
    terms: dict[str, Any] = {part: []}
    empty.consent(case, **terms)
    assert agreed_classes([case.person_id], TODAY()) == {case.person_id: frozenset()}
    assert not Case.objects.filter(is_agreed("person", TODAY())).exists()
    empty.consent(case)
    assert Case.objects.filter(is_agreed("person", TODAY())).exists()


def test_two_consents_add_up_and_other_people_have_none(world: World) -> None:
    _withdraw(world)
    world.consent(world.case, data_classes=["journey"])
    world.consent(world.case, data_classes=["body_health"])
    other = world.register()
    found = agreed_classes([world.case.person_id, other.person_id], TODAY())
    assert found == {world.case.person_id: {DataClass.JOURNEY, DataClass.BODY_HEALTH}}


def test_what_is_agreed_takes_two_queries_however_many_people(world: World) -> None:
    people = [world.register(count=20).person_id for _each in range(2)]
    with CaptureQueriesContext(connection) as caught:
        agreed_classes(people, TODAY())
    assert len(caught) == 2
