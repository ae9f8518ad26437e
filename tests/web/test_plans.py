"""Plans: what they may be about, who sees what of them, how they are approved."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations, product

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Purpose, visible
from sojourn.web.accounts.actions import Reach, declare_conflict
from sojourn.web.accounts.models import Interest, Scope
from sojourn.web.accounts.roles import EXISTENCE_KNOWN
from sojourn.web.audit.models import Event
from sojourn.web.cases import actions as cases
from sojourn.web.cases.models import Case
from sojourn.web.cases.rules import How
from sojourn.web.cases.states import Act
from sojourn.web.people import actions as people
from sojourn.web.plans import actions, approvals, queries, rules
from sojourn.web.plans.actions import End, Wish
from sojourn.web.plans.models import Approval, ItemStep, Plan, PlanItem
from sojourn.web.plans.needs import offer
from sojourn.web.plans.rules import Agreed
from sojourn.web.plans.states import (
    ITEM_STEPS,
    ApprovalState,
    ItemAct,
    ItemState,
    item_after,
)
from sojourn.web.steps import WrongStateError
from tests.web.conftest import ANSWERS, WALL, World

TODAY = timezone.localdate
GOAL = "a room where nobody shouts"
AFRAID = {**ANSWERS, "has_friend": "no", "fears_return": "yes"}
ALL = frozenset(DataClass) - {DataClass.SEALED}


def wish(world: World, **more: object) -> Wish:
    usual: dict[str, object] = {
        "need": "nowhere_safe",
        "response": "bed_tonight",
        "goal": GOAL,
        "horizon": "immediate",
        "due": TODAY() + timedelta(days=1),
        "owner_organisation": world.harbour,
        "owner": world.users["bilal"],
    }
    return Wish(**{**usual, **more})  # type: ignore[arg-type]  # a mix of kinds by design


@pytest.fixture
def plan(world: World) -> Plan:
    return actions.begin(case=world.case, by=world.by("bilal"))


def add(world: World, plan: Plan, name: str = "bilal", **more: object) -> PlanItem:
    return actions.add_item(plan=plan, wish=wish(world, **more), by=world.by(name))


def ask(world: World, plan: Plan, name: str = "bilal", quorum: int = 1) -> Approval:
    return approvals.ask(plan=plan, by=world.by(name), quorum=quorum)


def state_of(approval: Approval) -> str:
    return Approval.objects.get(pk=approval.pk).state


def seen_by(world: World, name: str, plan: Plan) -> set[str]:
    """The needs in a plan as one of the cast sees it, after a check that the door agrees."""
    by = world.by(name)
    door = visible(by, PlanItem.objects.filter(plan=plan), Purpose.SUPPORT)
    rows = queries.items(plan, by.classes_of_case(world.case, Purpose.SUPPORT.verb))
    assert {row.pk for row in rows} == set(door.rows.values_list("pk", flat=True))
    return {row.need for row in rows}


# What a plan may be about ---------------------------------------------------------------------


def test_a_plan_needs_an_assessment_and_a_case_that_is_worked_on(empty: World) -> None:
    case = empty.register()
    with pytest.raises(ValidationError, match="rests on an assessment"):
        actions.begin(case=case, by=empty.by("bilal"))
    empty.consent(case)
    empty.assess(case)
    closing = How(reason="goals_met", outcome="better", feedback="answered")
    cases.take(case=case, act=Act.CLOSE, how=closing, by=empty.by("bilal"))
    with pytest.raises(ValidationError, match="closed"):
        actions.begin(case=case, by=empty.by("bilal"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"need": "illness"}, "need"),
        ({"need": "trusted_friend"}, "need"),
        ({"need": "no_such_thing"}, "need"),
        ({"response": "asylum_route"}, "response"),
        ({"resource": "nowhere_safe"}, "resource"),
        ({"horizon": "someday"}, "horizon"),
        ({"goal": "", "response": ""}, "goal"),
        ({"by_person": True}, "owner"),
    ],
)
def test_only_what_was_found_can_be_planned(
    world: World, plan: Plan, wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        actions.add_item(plan=plan, wish=wish(world, **wrong), by=world.by("bilal"))
    assert list(refused.value.message_dict) == [field]
    assert not PlanItem.objects.exists()


@pytest.mark.parametrize("who", ["chiara", "dana", "ana"])
def test_only_who_works_on_cases_here_is_named(world: World, plan: Plan, who: str) -> None:
    with pytest.raises(ValidationError):
        add(world, plan, owner=world.users[who])


def test_whoever_does_not_reach_the_case_is_not_named_for_a_step(world: World, plan: Plan) -> None:
    nadia = world.join(Reach(Scope.OWN_CASES))
    declare_conflict(
        user=world.users["salma"],
        cases=[world.case.pk],
        interest=Interest.RELATIVE,
        by=world.by("bilal"),
    )
    page = world.client("bilal").get(reverse("plans:add", args=[world.case.pk]))
    offered = dict(page.context["form"].fields["owner"].choices).values()
    assert {"Bilal", "Sami"} <= set(offered)
    for user in (nadia, world.users["salma"]):
        assert user.name not in offered
        with pytest.raises(ValidationError):
            add(world, plan, owner=user)


def test_another_organisation_may_do_it_without_a_name(world: World, plan: Plan) -> None:
    item = add(world, plan, owner_organisation=world.crossroads, owner=None)
    assert item.owner_organisation == world.crossroads
    with pytest.raises(ValidationError):
        add(world, plan, owner_organisation=world.crossroads, owner=None, by_person=True)


def test_the_person_may_do_it_themself(world: World, plan: Plan) -> None:
    item = add(world, plan, owner=None, by_person=True, resource="trusted_friend")
    page = world.client("bilal").get(reverse("plans:board", args=[world.case.pk]))
    assert item.by_person
    assert "the person themself" in page.content.decode()
    assert "Somebody to trust" in page.content.decode()


def test_a_goal_is_sealed_and_goes_with_the_person(world: World, plan: Plan) -> None:
    item = add(world, plan)
    assert GOAL.encode() not in bytes(PlanItem.objects.get(pk=item.pk).goal)
    assert GOAL not in str(list(Event.objects.values()))
    url = reverse("plans:board", args=[world.case.pk])
    assert GOAL in world.client("bilal").get(url).content.decode()
    people.erase(person=world.case.person, by=world.by("sami"), reason="asked")
    page = world.client("bilal").get(url)
    assert page.status_code == 200
    assert GOAL not in page.content.decode()
    assert "Find a bed tonight" in page.content.decode()


@pytest.mark.parametrize("who", ["chiara", "dana", "emil", "ana"])
def test_nobody_else_plans(world: World, plan: Plan, who: str) -> None:
    with pytest.raises(PermissionDenied):
        actions.begin(case=world.case, by=world.by(who))
    with pytest.raises(PermissionDenied):
        add(world, plan, name=who)


# What is kept apart ---------------------------------------------------------------------------


@pytest.fixture
def afraid(world: World) -> Plan:
    """A plan on an assessment with signs of a protection need."""
    world.assess(world.case, AFRAID, at=timezone.now() + timedelta(minutes=1))
    return actions.begin(case=world.case, by=world.by("salma"))


def test_what_is_kept_apart_is_planned_by_who_is_cleared_and_unseen_by_others(
    world: World, afraid: Plan
) -> None:
    add(world, afraid)
    add(world, afraid, "salma", need="fear_of_return", response="asylum_route")
    assert seen_by(world, "salma", afraid) == {"nowhere_safe", "fear_of_return"}
    for who in ("bilal", "sami"):
        assert seen_by(world, who, afraid) == {"nowhere_safe"}
    with pytest.raises(ValidationError):
        add(world, afraid, "bilal", need="fear_of_return", response="")


def test_a_need_that_would_betray_a_protection_need_is_kept_apart_as_well(
    world: World, afraid: Plan
) -> None:
    """`alone_and_afraid` is of the class case_work, and rests on the fear of returning."""
    item = add(world, afraid, "salma", need="alone_and_afraid", response="")
    assert item.need_class == DataClass.STATUS_PROTECTION
    assert seen_by(world, "bilal", afraid) == set()


def test_counts_leave_out_what_is_kept_apart(world: World, afraid: Plan) -> None:
    add(world, afraid)
    add(world, afraid, "salma", need="fear_of_return", response="asylum_route")
    counted = {
        who: queries.progress(
            world.case, world.by(who).classes_of_case(world.case, Purpose.SUPPORT.verb)
        ).items
        for who in ("bilal", "salma")
    }
    assert counted == {"bilal": 1, "salma": 2}
    page = world.client("bilal").get(reverse("plans:board", args=[world.case.pk]))
    for word in ("asylum", "Afraid of what awaits"):
        assert word not in page.content.decode()


def test_an_item_one_may_not_see_is_not_there(world: World, afraid: Plan) -> None:
    item = add(world, afraid, "salma", need="fear_of_return", response="asylum_route")
    url = reverse("plans:item", args=[world.case.pk, item.pk])
    assert world.client("bilal").get(url).status_code == 404
    assert world.client("salma").get(url).status_code == 200


def test_an_approval_does_not_tell_of_what_is_kept_apart(world: World, afraid: Plan) -> None:
    add(world, afraid)
    approval = ask(world, afraid)
    approvals.decide(approval=approval, approves=True, by=world.by("sami"))
    add(world, afraid, "salma", need="fear_of_return", response="asylum_route")
    assert state_of(approval) == ApprovalState.APPROVED
    assert queries.standing(approval, afraid) is ApprovalState.APPROVED


def test_an_offer_says_no_more_than_the_situation_page(world: World) -> None:
    world.assess(world.case, AFRAID, at=timezone.now() + timedelta(minutes=1))
    newest = world.case.assessments.latest("made_at")
    told, all_of_it = offer(newest, EXISTENCE_KNOWN), offer(newest, ALL)
    assert {each.name for each in told.needs} == {"nowhere_safe"}
    assert {each.name for each in told.responses} == {"bed_tonight", "talk_it_over"}
    assert {"fear_of_return", "alone_and_afraid"} < {each.name for each in all_of_it.needs}
    assert all_of_it.needs_of["bed_tonight"] == ("nowhere_safe",)


# Items ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "act"), list(product(ItemState, ItemAct)))
def test_an_item_step_is_in_the_table_or_raises(state: ItemState, act: ItemAct) -> None:
    if (state, act) in ITEM_STEPS:
        assert item_after(state, act) in ItemState
    else:
        with pytest.raises(WrongStateError):
            item_after(state, act)


def step(world: World, item: PlanItem, act: ItemAct, **end: str) -> ItemStep:
    return actions.step_item(item=item, act=act, end=End(**end), by=world.by("bilal"))


def test_an_item_is_begun_done_and_taken_up_again(world: World, plan: Plan) -> None:
    item = add(world, plan)
    step(world, item, ItemAct.START)
    step(world, item, ItemAct.FINISH, outcome="helped", words="she slept")
    assert (item.state, item.outcome) == ("done", "helped")
    step(world, item, ItemAct.AGAIN)
    assert (item.state, item.outcome) == ("started", "")
    page = world.client("bilal").get(reverse("plans:item", args=[world.case.pk, item.pk]))
    for words in ("Begun", "Done", "It helped", "she slept", "Taken up again"):
        assert words in page.content.decode()


@pytest.mark.parametrize(
    ("act", "end", "field"),
    [
        (ItemAct.FINISH, {}, "outcome"),
        (ItemAct.FAIL, {}, "reason"),
        (ItemAct.FAIL, {"reason": "helped"}, "reason"),
        (ItemAct.DROP, {"reason": "other"}, "words"),
    ],
)
def test_an_end_is_explained(
    world: World, plan: Plan, act: ItemAct, end: dict[str, str], field: str
) -> None:
    item = add(world, plan)
    with pytest.raises(ValidationError) as refused:
        actions.step_item(item=item, act=act, end=End(**end), by=world.by("bilal"))
    assert list(refused.value.message_dict) == [field]
    assert not ItemStep.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"state": "done"}, {"state": "dropped"}, {"state": "lost"}, {"horizon": "never"}],
)
def test_the_database_refuses_an_item_that_cannot_be(
    world: World, plan: Plan, wrong: dict[str, str]
) -> None:
    add(world, plan)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanItem.objects.update(**wrong)


def test_a_case_has_one_current_plan_by_the_database(world: World, plan: Plan) -> None:
    actions.begin(case=world.case, by=world.by("bilal"))
    assert [row.version for row in queries.versions(world.case)] == [2, 1]
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.update(is_current=True)


def test_a_new_version_takes_along_what_is_to_do_and_leaves_the_old_as_it_was(
    world: World, plan: Plan
) -> None:
    done, waiting = add(world, plan), add(world, plan, response="talk_it_over")
    step(world, done, ItemAct.FINISH, outcome="helped")
    new = actions.begin(case=world.case, by=world.by("bilal"))
    (carried,) = queries.items(new, EXISTENCE_KNOWN)
    assert (carried.response, carried.state) == ("talk_it_over", "planned")
    assert {item.pk for item in queries.items(plan, EXISTENCE_KNOWN)} == {done.pk, waiting.pk}
    page = world.client("bilal").get(reverse("plans:board", args=[world.case.pk]))
    assert GOAL in page.content.decode()
    plan.refresh_from_db()
    with pytest.raises(ValidationError, match="earlier version"):
        add(world, plan)


# Rules ----------------------------------------------------------------------------------------


def _agreed(**more: str) -> Agreed:
    names = Agreed.__dataclass_fields__
    return Agreed(
        **{
            **{name: name for name in names},
            "need_class": "case_work",
            "response_class": "",
            **more,
        }
    )


def test_a_digest_names_every_part_and_no_order() -> None:
    first, second = _agreed(id="1"), _agreed(id="2")
    assert rules.digest([first, second]) == rules.digest([second, first])
    for name in Agreed.__dataclass_fields__:
        if not name.endswith("_class"):
            assert rules.digest([first]) != rules.digest([_agreed(**{"id": "1", name: "x"})])


def test_progress_is_independent_of_order_and_of_the_phase() -> None:
    now = timezone.now()
    states = [ItemState.DONE, ItemState.PLANNED, ItemState.DROPPED, ItemState.NOT_DONE]
    found = {
        rules.progress(opened_at=now, assessed_at=now, has_plan=True, approval=None, states=order)
        for order in permutations(states)
    }
    assert found == {rules.Progress(True, True, None, items=3, ended=2)}


def test_an_assessment_of_an_episode_before_is_not_of_this_one(world: World) -> None:
    by = world.by("bilal")
    assert queries.progress(world.case, ALL).assessed
    closing = How(reason="goals_met", outcome="better", feedback="answered")
    cases.take(case=world.case, act=Act.CLOSE, how=closing, by=by)
    again = How(reason="new_need", review_on=TODAY())
    cases.take(case=world.case, act=Act.REOPEN, how=again, by=by)
    assert not queries.progress(Case.objects.get(pk=world.case.pk), ALL).assessed


# Pages ----------------------------------------------------------------------------------------


def _entry(world: World, **more: str) -> dict[str, str]:
    return {
        "need": "nowhere_safe",
        "response": "bed_tonight",
        "goal": GOAL,
        "horizon": "immediate",
        "due": TODAY().isoformat(),
        "owner": str(world.users["bilal"].pk),
        "owner_organisation": str(world.harbour.pk),
        "resource": "",
        **more,
    }


def test_a_plan_is_made_and_approved_on_the_pages(world: World) -> None:
    bilal, sami = world.client("bilal"), world.client("sami")
    board = reverse("plans:board", args=[world.case.pk])
    assert "Begin a plan" in bilal.get(board).content.decode()
    bilal.post(reverse("plans:begin", args=[world.case.pk]))
    assert "Find a bed tonight" in bilal.get(board).content.decode()
    add_url = reverse("plans:add", args=[world.case.pk])
    suggested = bilal.post(add_url, {"suggested": "bed_tonight"}).content.decode()
    assert '<option value="nowhere_safe" selected>' in suggested
    assert not PlanItem.objects.exists()
    assert GOAL in bilal.post(add_url, _entry(world), follow=True).content.decode()
    bilal.post(reverse("plans:ask", args=[world.case.pk]))
    decide = reverse("plans:decide", args=[world.case.pk, Approval.objects.get().pk])
    assert decide in sami.get(board).content.decode()
    refused = sami.post(decide, {"decision": "reject"})
    assert refused.status_code == 400
    assert "what has to change" in refused.content.decode()
    page = sami.post(decide, {"decision": "approve", "words": "good"}, follow=True)
    assert "approved as it stands" in page.content.decode()


def test_wrong_entries_are_explained_and_nothing_is_written(world: World, plan: Plan) -> None:
    url = reverse("plans:add", args=[world.case.pk])
    for wrong in ({"due": "soon"}, {"need": "fear_of_return"}, {"goal": "", "response": ""}):
        response = world.client("bilal").post(url, _entry(world, **wrong))
        assert response.status_code == 400
        assert "Something needs to be corrected" in response.content.decode()
    assert not PlanItem.objects.exists()


def test_the_number_of_queries_does_not_grow_with_items(world: World, plan: Plan) -> None:
    url = reverse("plans:board", args=[world.case.pk])
    counts = []
    for _each in range(2):
        for _item in range(3):
            add(world, plan)
        client = world.client("bilal")
        client.get(url)
        with CaptureQueriesContext(connection) as caught:
            client.get(url)
        counts.append(len(caught))
    assert counts[0] == counts[1] <= 32 + WALL
