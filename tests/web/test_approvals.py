"""Approvals: who decides about which exact plan, and where it waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.roles import Role
from sojourn.web.audit.models import Event
from sojourn.web.plans import actions, approvals, queries
from sojourn.web.plans.models import Plan, PlanItem
from sojourn.web.plans.states import ApprovalState, ItemAct
from sojourn.web.steps import WrongStateError
from tests.web.conftest import WALL, World
from tests.web.test_plans import TODAY, add, afraid, ask, plan, state_of, step, wish

__all__ = ["afraid", "plan"]  # fixtures


def test_a_plan_is_approved_by_somebody_else(world: World, plan: Plan) -> None:
    add(world, plan)
    approval = ask(world, plan)
    approvals.decide(approval=approval, approves=True, by=world.by("sami"))
    assert state_of(approval) == ApprovalState.APPROVED
    verbs = Event.objects.filter(case_id=world.case.pk).values_list("verb", flat=True)
    assert {"ask_approval", "approve"} <= set(verbs)


@pytest.mark.parametrize("who", ["bilal", "salma", "chiara", "dana", "emil", "ana"])
def test_only_a_supervisor_of_the_case_decides(world: World, plan: Plan, who: str) -> None:
    add(world, plan)
    approval = ask(world, plan)
    with pytest.raises(PermissionDenied):
        approvals.decide(approval=approval, approves=True, by=world.by(who))
    assert state_of(approval) == ApprovalState.REQUESTED


def test_whoever_asked_never_decides_whatever_other_role_they_hold(
    world: World, plan: Plan
) -> None:
    add(world, plan)
    accounts.grant(
        holder=world.users["bilal"], role=Role.SUPERVISOR, organisation=world.harbour, by=SYSTEM
    )
    approval = ask(world, plan)
    with pytest.raises(PermissionDenied, match="somebody else decides"):
        approvals.decide(approval=approval, approves=True, by=world.by("bilal"))
    page = world.client("bilal").get(reverse("plans:board", args=[world.case.pk]))
    assert "Read and decide" not in page.content.decode()
    assert state_of(approval) == ApprovalState.REQUESTED


def test_a_supervisor_who_asks_waits_for_another_one(world: World, plan: Plan) -> None:
    add(world, plan)
    approval = ask(world, plan, "sami")
    with pytest.raises(PermissionDenied):
        approvals.decide(approval=approval, approves=True, by=world.by("sami"))


def test_a_quorum_takes_so_many_people_each_once(world: World, plan: Plan) -> None:
    add(world, plan)
    accounts.grant(
        holder=world.users["salma"], role=Role.SUPERVISOR, organisation=world.harbour, by=SYSTEM
    )
    approval = ask(world, plan, quorum=2)
    approvals.decide(approval=approval, approves=True, by=world.by("sami"))
    assert state_of(approval) == ApprovalState.REQUESTED
    with pytest.raises(PermissionDenied, match="already"):
        approvals.decide(approval=approval, approves=True, by=world.by("sami"))
    approvals.decide(approval=approval, approves=True, by=world.by("salma"))
    assert state_of(approval) == ApprovalState.APPROVED


def test_a_refusal_says_what_has_to_change(world: World, plan: Plan) -> None:
    add(world, plan)
    approval = ask(world, plan)
    with pytest.raises(ValidationError):
        approvals.decide(approval=approval, approves=False, by=world.by("sami"))
    why = "nothing in it lasts"
    approvals.decide(approval=approval, approves=False, by=world.by("sami"), why=why)
    assert state_of(approval) == ApprovalState.REJECTED
    page = world.client("bilal").get(reverse("plans:board", args=[world.case.pk]))
    assert why in page.content.decode()
    assert why not in str(list(Event.objects.values()))


EDITS: dict[str, dict[str, object]] = {
    "another goal": {"goal": "a room of her own"},
    "another day": {"due": TODAY() + timedelta(days=30)},
    "another horizon": {"horizon": "long_term"},
    "another response": {"response": "talk_it_over"},
    "another hand": {"owner": None},
    "the person": {"owner": None, "by_person": True},
    "a resource": {"resource": "trusted_friend"},
}


@pytest.mark.parametrize("approved", [True, False], ids=["approved", "requested"])
@pytest.mark.parametrize("edit", [*EDITS, "a new item", "an item less"])
def test_any_edit_ends_an_approval(world: World, plan: Plan, edit: str, approved: bool) -> None:
    item = add(world, plan)
    approval = ask(world, plan)
    if approved:
        approvals.decide(approval=approval, approves=True, by=world.by("sami"))
    if edit == "a new item":
        add(world, plan, response="talk_it_over")
    elif edit == "an item less":
        step(world, item, ItemAct.DROP, reason="not_needed")
    else:
        changed = wish(world, **EDITS[edit])
        actions.change_item(item=item, wish=changed, by=world.by("bilal"))
    assert state_of(approval) == ApprovalState.STALE
    # Changing it back does not bring the approval back.
    if edit in EDITS:
        actions.change_item(item=item, wish=wish(world), by=world.by("bilal"))
        assert state_of(approval) == ApprovalState.STALE
    with pytest.raises(PermissionDenied if approved else WrongStateError):
        approvals.decide(approval=approval, approves=True, by=world.by("sami"))


def test_carrying_the_plan_out_is_no_edit(world: World, plan: Plan) -> None:
    item = add(world, plan)
    approval = ask(world, plan)
    approvals.decide(approval=approval, approves=True, by=world.by("sami"))
    step(world, item, ItemAct.START)
    step(world, item, ItemAct.FINISH, outcome="helped")
    assert state_of(approval) == ApprovalState.APPROVED
    with pytest.raises(ValidationError, match="has ended"):
        actions.change_item(item=item, wish=wish(world, goal="other"), by=world.by("bilal"))


def test_saving_without_a_change_changes_nothing(world: World, plan: Plan) -> None:
    item = add(world, plan)
    approval = ask(world, plan)
    before = Event.objects.count()
    actions.change_item(item=item, wish=wish(world), by=world.by("bilal"))
    assert Event.objects.count() == before
    assert state_of(approval) == ApprovalState.REQUESTED


def test_a_request_is_made_once_and_can_be_taken_back(world: World, plan: Plan) -> None:
    with pytest.raises(ValidationError, match="nothing in the plan"):
        ask(world, plan)
    add(world, plan)
    approval = ask(world, plan)
    with pytest.raises(ValidationError, match="waits for a decision already"):
        ask(world, plan, "salma")
    approvals.take_back(approval=approval, by=world.by("bilal"))
    assert state_of(approval) == ApprovalState.TAKEN_BACK
    with pytest.raises(WrongStateError):
        approvals.take_back(approval=approval, by=world.by("bilal"))
    assert ask(world, plan).state == ApprovalState.REQUESTED


def test_an_edit_past_the_actions_is_noticed_when_deciding(world: World, plan: Plan) -> None:
    item = add(world, plan)
    approval = ask(world, plan)
    PlanItem.objects.filter(pk=item.pk).update(due=TODAY() + timedelta(days=90))
    with pytest.raises(WrongStateError):
        approvals.decide(approval=approval, approves=True, by=world.by("sami"))
    assert queries.standing(approval, plan) is ApprovalState.STALE


# My day ---------------------------------------------------------------------------------------


def _day(world: World, who: str) -> str:
    return world.client(who).get(reverse("home:day")).content.decode()


def test_a_request_waits_on_the_day_of_who_may_decide_and_of_nobody_else(
    world: World, plan: Plan
) -> None:
    add(world, plan, owner=world.users["salma"])
    approval = ask(world, plan)
    url = reverse("plans:decide", args=[world.case.pk, approval.pk])
    shown = {who: url in _day(world, who) for who in ("bilal", "salma", "sami", "chiara", "dana")}
    assert shown == {"bilal": False, "salma": False, "sami": True, "chiara": False, "dana": False}
    approvals.decide(approval=approval, approves=True, by=world.by("sami"))
    assert url not in _day(world, "sami")
    day = _day(world, "bilal")
    answers = day[day.index("answered-title") : day.index("due-title")]
    assert "Answers to what you asked" in answers
    assert "answered on" in answers
    assert "due on" not in answers  # although other cases are due this week
    assert "due on" in day
    assert "Answers to what you asked" not in _day(world, "salma")


def test_what_is_due_stands_on_the_day_of_its_owner(world: World, plan: Plan) -> None:
    item = add(world, plan, owner=world.users["salma"])
    assert "Find a bed tonight" in _day(world, "salma")
    assert "Find a bed tonight" not in _day(world, "bilal")
    step(world, item, ItemAct.FINISH, outcome="helped")
    assert "For you to do" not in _day(world, "salma")


def test_what_is_kept_apart_is_on_no_day_of_who_may_not_see_it(world: World, afraid: Plan) -> None:
    add(
        world,
        afraid,
        "salma",
        need="fear_of_return",
        response="asylum_route",
        owner=world.users["bilal"],
    )
    assert "For you to do" not in _day(world, "bilal")
    PlanItem.objects.update(owner=world.users["salma"])
    assert "Explain the asylum procedure" in _day(world, "salma")


def test_the_queries_of_a_day_do_not_grow_with_what_waits(world: World, plan: Plan) -> None:
    counts = []
    for _turn in range(2):
        for _item in range(3):
            add(world, plan, owner=world.users["sami"])
        case = world.register()
        world.consent(case)
        world.assess(case)
        other = actions.begin(case=case, by=world.by("bilal"))
        add(world, other, owner=world.users["sami"])
        ask(world, other)
        client = world.client("sami")
        client.get(reverse("home:day"))
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("home:day"))
        counts.append(len(caught))
    assert counts[0] == counts[1] <= 36 + WALL
