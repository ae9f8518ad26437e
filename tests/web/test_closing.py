"""Closures that say where the work goes on: in another case, or elsewhere."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.models import Interest
from sojourn.web.audit.models import Event
from sojourn.web.cases import actions, queries
from sojourn.web.cases.models import Case, Episode
from sojourn.web.cases.rules import How
from sojourn.web.cases.states import Act
from sojourn.web.duplicates import actions as duplicates
from sojourn.web.duplicates.models import Pair, PairState
from sojourn.web.steps import WrongStateError
from tests.web.conftest import World

PLACE = "the shelter network in the north"


def close(world: World, case: Case, name: str = "bilal", **more: object) -> None:
    usual: dict[str, object] = {"reason": "duplicate", "outcome": "same", "feedback": "answered"}
    how = How(**{**usual, **more})  # type: ignore[arg-type]  # a mix of kinds by design
    actions.take(case=case, act=Act.CLOSE, how=how, by=world.by(name))


def reopen(world: World, case: Case) -> None:
    on = timezone.localdate() + timedelta(days=5)
    how = How(reason="closed_by_mistake", review_on=on)
    actions.take(case=case, act=Act.REOPEN, how=how, by=world.by("bilal"))


@pytest.fixture
def twice(world: World) -> Case:
    """Amina on file a second time; the two files are linked."""
    other = world.register()
    link(world, other)
    return other


def link(world: World, other: Case) -> Pair:
    pair = duplicates.suggest(one=world.case.person, other=other.person, by=world.by("sami"))
    duplicates.decide(pair=pair, decided=PairState.SAME, by=world.by("sami"))
    return pair


def test_a_duplicate_names_the_other_case_and_each_shows_the_other(
    world: World, twice: Case
) -> None:
    close(world, twice, duplicate_of=world.case.pk)
    bilal = world.client("bilal")
    for here, there in ((twice, world.case), (world.case, twice)):
        page = bilal.get(reverse("cases:course", args=[here.pk])).content.decode()
        assert reverse("cases:course", args=[there.pk]) in page
    told = bilal.get(f"/api/v1/cases/{twice.pk}").json()
    assert told["merged_into"] == str(world.case.pk)
    assert bilal.get(f"/api/v1/cases/{world.case.pk}").json()["merged_here"] == [str(twice.pk)]


def test_opening_again_takes_it_back_and_the_closure_stays(world: World, twice: Case) -> None:
    close(world, twice, duplicate_of=world.case.pk)
    reopen(world, twice)
    by = world.by("bilal")
    assert queries.merged_into(by, twice) is None
    assert queries.merged_here(by, world.case) == []
    assert Episode.objects.get(case=twice, number=1).merged_into == world.case
    close(world, twice, reason="goals_met")  # the newest closure is what counts
    assert queries.merged_into(by, twice) is None


def test_the_other_case_is_of_the_same_or_a_linked_person(world: World) -> None:
    other = world.register()
    for wrong in (None, other.pk, world.case.pk, uuid.uuid4()):
        with pytest.raises(ValidationError) as caught:
            close(world, world.case, duplicate_of=wrong)
        assert set(caught.value.message_dict) == {"duplicate_of"}
    link(world, other)
    close(world, world.case, duplicate_of=other.pk)
    assert Case.objects.get(pk=world.case.pk).state == "closed"


def test_a_link_that_was_undone_does_not_count(world: World) -> None:
    other = world.register()
    pair = link(world, other)
    duplicates.decide(pair=pair, decided=PairState.DIFFERENT, by=world.by("sami"))
    with pytest.raises(ValidationError):
        close(world, world.case, duplicate_of=other.pk)


def test_a_closure_says_where_its_link_was_ended_since(world: World) -> None:
    other = world.register()
    pair = link(world, other)
    close(world, other, duplicate_of=world.case.pk)
    url = reverse("cases:course", args=[other.pk])
    assert "not linked any more" not in world.client("bilal").get(url).content.decode()
    duplicates.decide(pair=pair, decided=PairState.DIFFERENT, by=world.by("sami"))
    assert "not linked any more" in world.client("bilal").get(url).content.decode()


def test_a_case_that_one_does_not_reach_is_not_named(world: World, twice: Case) -> None:
    accounts.declare_conflict(
        user=world.users["bilal"], cases=[twice.pk], interest=Interest.RELATIVE, by=SYSTEM
    )
    with pytest.raises(ValidationError):
        close(world, world.case, duplicate_of=twice.pk)
    close(world, world.case, name="salma", duplicate_of=twice.pk)
    page = world.client("bilal").get(reverse("cases:course", args=[world.case.pk]))
    text = page.content.decode()
    assert "which you do not open" in text
    assert twice.person.number not in text


def test_two_cases_are_not_closed_for_each_other(world: World, twice: Case) -> None:
    close(world, twice, duplicate_of=world.case.pk)
    with pytest.raises(ValidationError):
        close(world, world.case, duplicate_of=twice.pk)


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": "goals_met", "duplicate_of": uuid.uuid4()},
        {"reason": "goals_met", "moved_to": PLACE},
        {"reason": "moved_transferred"},
    ],
)
def test_where_it_goes_on_goes_with_its_reason(wrong: dict[str, object], world: World) -> None:
    with pytest.raises(ValidationError):
        close(world, world.case, "bilal", **wrong)
    assert Case.objects.get(pk=world.case.pk).state == "open"


def test_what_is_closed_already_is_not_closed_as_a_duplicate(world: World, twice: Case) -> None:
    close(world, twice, reason="goals_met")
    with pytest.raises(WrongStateError):
        close(world, twice, duplicate_of=world.case.pk)


def test_where_the_person_moved_is_sealed_and_shown(world: World) -> None:
    close(world, world.case, reason="moved_transferred", moved_to=PLACE)
    row = Episode.objects.get(case=world.case)
    assert PLACE.encode() not in bytes(row.moved_to)
    assert PLACE not in str(list(Event.objects.values()))
    page = world.client("bilal").get(reverse("cases:course", args=[world.case.pk]))
    assert PLACE in page.content.decode()


def test_the_database_keeps_where_the_work_goes_on(world: World, twice: Case) -> None:
    close(world, twice, duplicate_of=world.case.pk)
    rows = Episode.objects.filter(case=twice)
    for change in ({"merged_into": None}, {"moved_to": b"x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    open_one = Episode.objects.filter(case=world.case)
    with pytest.raises(IntegrityError), transaction.atomic():
        open_one.update(merged_into=twice)


def test_the_form_offers_the_other_cases_and_says_what_to_do_without(
    world: World, twice: Case
) -> None:
    alone = world.register()
    bilal = world.client("bilal")
    page = bilal.get(reverse("cases:act", args=[world.case.pk, "close"])).content.decode()
    assert twice.person.number in page
    page = bilal.get(reverse("cases:act", args=[alone.pk, "close"])).content.decode()
    assert "link the two files first" in page
    sent = {
        "reason": "duplicate",
        "duplicate_of": world.case.pk,
        "outcome": "same",
        "feedback": "answered",
    }
    assert bilal.post(reverse("cases:act", args=[twice.pk, "close"]), sent).status_code == 302
    assert Case.objects.get(pk=twice.pk).state == "closed"
