"""Two people who change the same thing: nothing is lost, and a named person decides."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from sojourn.framework import DataClass
from sojourn.web.audit.models import Event
from sojourn.web.cases import actions as cases
from sojourn.web.cases import queries, versions
from sojourn.web.cases.models import Case, Difference, Revision
from sojourn.web.people import words
from sojourn.web.plans import actions as plans
from sojourn.web.plans.models import Approval, Plan, PlanItem
from tests.web.conftest import World
from tests.web.test_plans import GOAL, TODAY, add, afraid, ask, plan, wish

__all__ = ["afraid", "plan"]  # fixtures
OTHER, THIRD = "a door that locks", "a window"


def change(world: World, item: PlanItem, name: str, base: int | None, **more: object) -> None:
    row = PlanItem.objects.select_related("plan__assessment", "plan__case").get(pk=item.pk)
    plans.change_item(item=row, wish=wish(world, **more), by=world.by(name), base=base)


def now(item: PlanItem) -> PlanItem:
    return PlanItem.objects.select_related("person__key").get(pk=item.pk)


def goal(item: PlanItem) -> str:
    row = now(item)
    return words.opened(row, "goal", words.key_for(row.person))


def only() -> Difference:
    return Difference.objects.select_related("case__person__key").get()


texts = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz"), min_size=3, max_size=3)


@given(texts, texts, texts)
def test_merging_loses_nothing(
    base: dict[str, str], now: dict[str, str], sent: dict[str, str]
) -> None:
    merged = versions.merge(base=base, now=now, sent=sent)
    for name in "abc":
        mine, theirs = sent[name] != base[name], now[name] != base[name]
        if not mine or sent[name] == now[name]:
            assert name not in {**merged.write, **merged.differ}
        elif theirs:
            assert merged.differ[name] == sent[name]
        else:
            assert merged.write[name] == sent[name]


def test_two_edits_of_different_fields_go_together(world: World, plan: Plan) -> None:
    item = add(world, plan)
    due = TODAY() + timedelta(days=9)
    change(world, item, "salma", 1, due=due)
    change(world, item, "bilal", 1, goal=OTHER)
    assert (now(item).due, goal(item), now(item).row_version) == (due, OTHER, 3)
    assert not Difference.objects.exists()


def test_two_edits_of_one_field_keep_both_for_the_case_worker(world: World, plan: Plan) -> None:
    item = add(world, plan)
    change(world, item, "salma", 1, goal=OTHER)
    change(world, item, "sami", 1, goal=THIRD, horizon="long_term")
    row = only()
    assert goal(item) == OTHER
    assert now(item).horizon == "long_term"
    assert versions.values_of(row) == (OTHER, THIRD)
    names = [user.name if user else "" for user in (row.first_by, row.second_by, row.decider)]
    assert names == ["Salma", "Sami", "Bilal"]


def test_the_same_edit_twice_is_no_difference(world: World, plan: Plan) -> None:
    item = add(world, plan)
    change(world, item, "salma", 1, goal=OTHER)
    change(world, item, "bilal", 1, goal=OTHER)
    assert not Difference.objects.exists()


def test_an_edit_of_the_newest_version_just_holds(world: World, plan: Plan) -> None:
    item = add(world, plan)
    change(world, item, "salma", 1, goal=OTHER)
    change(world, item, "bilal", 2, goal=THIRD)
    assert goal(item) == THIRD
    assert not Difference.objects.exists()


def test_an_edit_from_far_back_is_compared_with_what_it_was_made_from(
    world: World, plan: Plan
) -> None:
    """Somebody changed the goal and changed it back: an old page does not undo anything."""
    item = add(world, plan)
    change(world, item, "salma", 1, goal=OTHER)
    change(world, item, "salma", 2, goal=THIRD)
    change(world, item, "bilal", 1, goal=GOAL, horizon="short_term")
    assert (goal(item), now(item).horizon) == (THIRD, "short_term")
    assert not Difference.objects.exists()


@pytest.mark.parametrize(("takes_second", "left"), [(False, OTHER), (True, THIRD)])
def test_the_named_person_decides(world: World, plan: Plan, takes_second: bool, left: str) -> None:
    item = add(world, plan)
    approval = ask(world, plan)
    change(world, item, "salma", 1, goal=OTHER)
    change(world, item, "sami", 1, goal=THIRD)
    cases.settle(difference=only(), takes_second=takes_second, by=world.by("bilal"))
    assert goal(item) == left
    assert not queries.differences(world.by("bilal"), world.case)
    assert Approval.objects.get(pk=approval.pk).state == "stale"
    with pytest.raises(ValidationError, match="already"):
        cases.settle(difference=only(), takes_second=True, by=world.by("bilal"))


@pytest.mark.parametrize("who", ["salma", "chiara", "dana", "emil"])
def test_nobody_else_decides_but_a_supervisor(world: World, plan: Plan, who: str) -> None:
    item = add(world, plan)
    change(world, item, "salma", 1, goal=OTHER)
    change(world, item, "sami", 1, goal=THIRD)
    with pytest.raises(PermissionDenied):
        cases.settle(difference=only(), takes_second=True, by=world.by(who))
    assert goal(item) == OTHER
    cases.settle(difference=only(), takes_second=True, by=world.by("sami"))
    assert goal(item) == THIRD


def test_nothing_of_it_is_readable_without_the_key_or_in_the_audit(
    world: World, plan: Plan
) -> None:
    item = add(world, plan)
    change(world, item, "salma", 1, goal=OTHER)
    change(world, item, "sami", 1, goal=THIRD)
    stored = [bytes(row.old) for row in Revision.objects.all()]
    stored += [bytes(value) for value in (only().first, only().second)]
    for text in (GOAL, OTHER, THIRD):
        assert all(text.encode() not in value for value in stored)
        assert text not in str(list(Event.objects.values()))


def test_a_difference_about_what_is_kept_apart_is_unseen_by_others(
    world: World, afraid: Plan
) -> None:
    apart = {"need": "fear_of_return", "response": "asylum_route"}
    item = add(world, afraid, "salma", **apart)
    change(world, item, "salma", 1, goal=OTHER, **apart)
    change(world, item, "salma", 1, goal=THIRD, **apart)
    assert only().data_class == DataClass.STATUS_PROTECTION
    for who, count in (("salma", 1), ("bilal", 0), ("sami", 0)):
        assert len(queries.differences(world.by(who), world.case)) == count
    page = world.client("bilal").get(reverse("plans:board", args=[world.case.pk]))
    assert "wrote different things" not in page.content.decode()
    url = reverse("cases:settle", args=[world.case.pk, only().pk])
    assert world.client("sami").post(url, {"takes": "second"}).status_code == 404


# The next look --------------------------------------------------------------------------------


def day(ahead: int) -> date:
    return TODAY() + timedelta(days=ahead)


def review(world: World, name: str, ahead: int, base: int | None) -> None:
    case = Case.objects.select_related("person__key").get(pk=world.case.pk)
    cases.set_review(case=case, on=day(ahead), by=world.by(name), base=base)


def test_two_days_for_the_next_look_wait_for_a_decision(world: World) -> None:
    base = Case.objects.get().row_version
    review(world, "salma", 5, base)
    review(world, "sami", 8, base)
    assert Case.objects.get().review_on == day(5)
    cases.settle(difference=only(), takes_second=True, by=world.by("bilal"))
    assert Case.objects.get().review_on == day(8)


def test_a_day_that_an_assessment_moved_is_not_overwritten(world: World) -> None:
    base = Case.objects.get().row_version
    later = timezone.now() + timedelta(days=1)
    case = Case.objects.select_related("person__key").get(pk=world.case.pk)
    world.assess(case, at=later)
    moved = Case.objects.get().review_on
    review(world, "bilal", 30, base)
    assert Case.objects.get().review_on == moved
    assert versions.values_of(only()) == (str(moved), str(day(30)))


def test_both_versions_are_shown_and_decided_on_the_pages(world: World, plan: Plan) -> None:
    item = add(world, plan)
    change(world, item, "salma", 1, goal=OTHER)
    entry = {
        "need": "nowhere_safe",
        "response": "bed_tonight",
        "goal": THIRD,
        "horizon": "immediate",
        "due": (TODAY() + timedelta(days=1)).isoformat(),
        "owner": str(world.users["bilal"].pk),
        "owner_organisation": str(world.harbour.pk),
        "base": "1",
    }
    client = world.client("sami")
    url = reverse("plans:item", args=[world.case.pk, item.pk])
    page = client.post(url, entry, follow=True).content.decode()
    assert "Both are kept" in page
    assert "In 1 place two people wrote different things" in page
    both = world.client("bilal").get(reverse("cases:differences", args=[world.case.pk]))
    assert OTHER in both.content.decode()
    assert THIRD in both.content.decode()
    settle = reverse("cases:settle", args=[world.case.pk, only().pk])
    odd = world.client("bilal").post(settle, {"takes": "both"}, follow=True)
    assert "Choose one" in odd.content.decode()
    world.client("bilal").post(settle, {"takes": "second"})
    assert goal(item) == THIRD
