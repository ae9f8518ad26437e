"""Programmes: what they ask for before a step, who sets that, and which cases belong to them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.models import Programme, Scope
from sojourn.web.accounts.roles import POWERS, Power, Role, Verb
from sojourn.web.audit.models import Event
from sojourn.web.caseload.handing import Given, Terms, hand_over
from sojourn.web.cases import actions as cases
from sojourn.web.cases.belonging import Belongs
from sojourn.web.cases.models import Case
from sojourn.web.cases.rules import How
from sojourn.web.cases.states import Act, Phase
from sojourn.web.followup import actions as followup
from sojourn.web.followup.states import Kind
from sojourn.web.people.actions import Newcomer
from sojourn.web.plans import approvals
from sojourn.web.plans.models import Approval, Plan
from sojourn.web.plans.states import ItemAct
from sojourn.web.programmes import actions, holding
from sojourn.web.programmes.gates import LACKS, Before, Gate, Setting, ahead, crossed
from sojourn.web.programmes.models import GateSetting
from tests.web.conftest import AMINA, World
from tests.web.test_plans import add, afraid, ask, plan, state_of, step

__all__ = ["afraid", "plan"]  # fixtures

LIST = reverse("programmes:list")


def programme(world: World, code: str = "return", **gates: int) -> Programme:
    """One of Harbour's that asks for these gates, each with so many people."""
    made = actions.add(organisation=world.harbour, code=code, name=code.title(), by=SYSTEM)
    wanted = {Gate(name): Setting(is_on=True, needed=needed) for name, needed in gates.items()}
    actions.set_gates(organisation=world.harbour, programme=made, gates=wanted, by=SYSTEM)
    return made


def belong(world: World, made: Programme | None, area: str = "", name: str = "bilal") -> Case:
    cases.belong(case=world.case, belongs=Belongs(made, area), by=world.by(name))
    return world.case


def move(world: World, phase: str) -> None:
    how = How(phase=phase, words="We go on.")
    cases.take(case=world.case, act=Act.MOVE, how=how, by=world.by("bilal"))


def close(world: World, **more: str) -> None:
    usual = {"reason": "goals_met", "outcome": "better", "feedback": "answered"}
    how = How(**{**usual, **more})  # type: ignore[arg-type]  # a mix of kinds by design
    cases.take(case=world.case, act=Act.CLOSE, how=how, by=world.by("bilal"))


def lacking(world: World) -> list[str]:
    case = Case.objects.select_related("person__key").get(pk=world.case.pk)
    return [each.sentence for each in holding.lacking(case)]


def test_somebody_answers_for_every_gate() -> None:
    assert set(LACKS) == set(Gate)


@pytest.mark.parametrize(
    ("frm", "to", "gates"),
    [
        ("assessing", "planning", (Before.PLANNING,)),
        ("assessing", "implementing", (Before.PLANNING, Before.IMPLEMENTING)),
        ("planning", "following_up", (Before.IMPLEMENTING,)),
        ("implementing", "following_up", ()),
        ("implementing", "planning", ()),
        ("following_up", "assessing", ()),
    ],
)
def test_going_on_passes_every_gate_and_going_back_none(
    frm: str, to: str, gates: tuple[Before, ...]
) -> None:
    assert crossed(Act.MOVE, frm, to) == gates


def test_what_nobody_works_on_has_nothing_before_it() -> None:
    assert ahead("") == ()
    assert ahead(Phase.FOLLOWING_UP) == (Before.CLOSURE,)


def test_without_a_programme_and_a_default_nothing_is_asked_for(world: World) -> None:
    assert lacking(world) == []
    move(world, "implementing")
    close(world, feedback="not_reached")


def test_what_an_approved_plan_lacks_is_said_before_and_when_one_tries(
    world: World, plan: Plan
) -> None:
    belong(world, programme(world, plan_approved=1))
    item = add(world, plan)
    want = "Before the plan can begin: the supervisor's approval."
    assert lacking(world) == [want]
    page = world.client("bilal").get(reverse("cases:course", args=[world.case.pk]))
    assert "the supervisor&#x27;s approval" in page.content.decode()
    with pytest.raises(ValidationError, match="the supervisor's approval"):
        move(world, "implementing")
    with pytest.raises(ValidationError):
        move(world, "following_up")
    approval = ask(world, plan)
    with pytest.raises(ValidationError):
        move(world, "implementing")
    approvals.decide(approval=approval, approves=True, by=world.by("sami"))
    assert lacking(world) == []
    step(world, item, ItemAct.DROP, reason="not_needed")
    add(world, plan)
    assert "the plan was changed" in lacking(world)[0]
    with pytest.raises(ValidationError):
        move(world, "implementing")
    approvals.decide(approval=ask(world, plan), approves=True, by=world.by("sami"))
    move(world, "implementing")
    assert world.case.phase == "implementing"
    move(world, "planning")  # going back asks for nothing


def test_a_plan_of_an_earlier_episode_does_not_count(world: World, plan: Plan) -> None:
    belong(world, programme(world, plan_approved=1))
    add(world, plan)
    approvals.decide(approval=ask(world, plan), approves=True, by=world.by("sami"))
    close(world)
    on = timezone.localdate() + timedelta(days=3)
    how = How(reason="new_need", review_on=on)
    cases.take(case=world.case, act=Act.REOPEN, how=how, by=world.by("bilal"))
    assert lacking(world) == ["Before the plan can begin: a plan that is approved."]


def test_a_programme_asks_for_as_many_people_as_it_says(world: World, plan: Plan) -> None:
    belong(world, programme(world, plan_approved=2))
    add(world, plan)
    world.join(accounts.Reach(), Role.SUPERVISOR, name="noor")
    assert lacking(world) == ["Before the plan can begin: the approval of 2 people."]
    approval = ask(world, plan)
    assert approval.quorum == 2
    approvals.decide(approval=approval, approves=True, by=world.by("sami"))
    assert "1 of 2 have agreed" in lacking(world)[0]
    with pytest.raises(ValidationError, match="1 of 2"):
        move(world, "implementing")
    approvals.decide(approval=approval, approves=True, by=world.by("noor"))
    move(world, "implementing")


def test_an_approval_by_fewer_than_are_asked_for_by_now_is_asked_for_again(
    world: World, plan: Plan
) -> None:
    add(world, plan)
    approvals.decide(approval=ask(world, plan), approves=True, by=world.by("sami"))
    belong(world, programme(world, plan_approved=2))
    assert "1 of 2 have agreed" in lacking(world)[0]
    page = world.client("bilal").get(reverse("plans:board", args=[world.case.pk]))
    assert "Ask for approval" in page.content.decode()
    assert ask(world, plan).quorum == 2


def test_an_assessment_of_this_episode_is_asked_for(world: World) -> None:
    made = programme(world, assessed=1)
    fresh = world.register()
    cases.belong(case=fresh, belongs=Belongs(made), by=world.by("bilal"))
    assert [each.gate for each in holding.lacking(fresh)] == [Gate.ASSESSED]
    belong(world, made)
    assert lacking(world) == []
    move(world, "planning")


@pytest.mark.parametrize(
    ("reason", "feedback", "closes"),
    [
        ("goals_met", "answered", True),
        ("goals_met", "no_answer", True),
        ("goals_met", "not_safe", True),
        ("goals_met", "not_reached", False),
        ("lost_contact", "not_reached", True),
        ("deceased", "not_reached", True),
    ],
)
def test_feedback_is_asked_for_where_somebody_can_be_asked(
    reason: str, feedback: str, closes: bool, world: World
) -> None:
    belong(world, programme(world, feedback=1))
    assert "ask the person what they think" in lacking(world)[0]
    if closes:
        close(world, reason=reason, feedback=feedback)
        assert world.case.state == "closed"
        return
    with pytest.raises(ValidationError, match="ask the person"):
        close(world, reason=reason, feedback=feedback)


def test_contacts_after_a_return_are_made_or_done_without_before_closing(world: World) -> None:
    belong(world, programme(world, contacts=1))
    by = world.by("bilal")
    today = timezone.localdate()
    (first, *rest) = followup.plan(case=world.case, kind=Kind.RETURN, since=today, by=by)
    followup.add(case=world.case, due=today, by=by)  # one by itself holds nothing back
    with pytest.raises(ValidationError, match="neither made nor done without"):
        close(world)
    followup.finish(contact=first, end=followup.End(outcome="reached", way="came"), by=by)
    for each in rest:
        followup.waive(contact=each, end=followup.End(because="in_touch"), by=by)
    assert lacking(world) == []
    close(world)


def test_cases_without_a_programme_follow_the_organisation_and_no_other_case(
    world: World,
) -> None:
    wanted = {Gate.FEEDBACK: Setting(is_on=True)}
    actions.set_gates(organisation=world.harbour, programme=None, gates=wanted, by=world.by("dana"))
    assert len(lacking(world)) == 1
    before = programme(world, "later")  # begins with what cases without one ask for
    assert GateSetting.objects.get(programme=before).gate == Gate.FEEDBACK
    off = {Gate.FEEDBACK: Setting()}
    actions.set_gates(organisation=world.harbour, programme=before, gates=off, by=SYSTEM)
    belong(world, before)
    assert lacking(world) == []


def test_a_programme_is_made_changed_and_put_out_of_use_on_its_screens(world: World) -> None:
    dana = world.client("dana")
    entry = {"organisation": world.harbour.pk, "name": "Return", "code": "return"}
    assert dana.post(LIST, entry).status_code == 302
    made = Programme.objects.get()
    again = dana.post(LIST, {**entry, "code": "other"})
    assert "of this name already" in again.content.decode()
    url = reverse("programmes:programme", args=[made.pk])
    sent = {"name": "Return", "code": "return", "plan_approved": "on", "plan_approved_needed": 2}
    assert dana.post(url, sent).status_code == 302
    made.refresh_from_db()
    assert not made.is_used
    assert "an approved plan (2 people)" in dana.get(LIST).content.decode()
    assert dana.post(url, {**sent, "plan_approved_needed": 9}).status_code == 400
    usual = reverse("programmes:usual", args=[world.harbour.pk])
    assert dana.post(usual, {"feedback": "on", "plan_approved_needed": 1}).status_code == 302
    assert GateSetting.objects.get(programme=None).gate == "feedback"
    verbs = Event.objects.filter(object_type__in=["accounts.programme", "programmes.gatesetting"])
    assert {each.verb for each in verbs} == {"add", "correct"}


@pytest.mark.parametrize("name", ["sami", "bilal", "emil", "chiara"])
def test_only_who_sets_up_members_makes_programmes(name: str, world: World) -> None:
    by = world.by(name)
    with pytest.raises(PermissionDenied):
        actions.add(organisation=world.harbour, code="x", name="X", by=by)
    with pytest.raises(PermissionDenied):
        actions.set_gates(organisation=world.harbour, programme=None, gates={}, by=by)


def test_a_programme_of_another_organisation_is_refused_everywhere(world: World) -> None:
    theirs = actions.add(organisation=world.crossroads, code="x", name="X", by=SYSTEM)
    with pytest.raises(ValidationError):
        belong(world, theirs)
    with pytest.raises(ValidationError):
        actions.set_gates(organisation=world.harbour, programme=theirs, gates={}, by=SYSTEM)
    with pytest.raises(ValidationError):
        cases.open_files(
            organisation=world.harbour,
            newcomers=[Newcomer(AMINA)],
            by=world.by("bilal"),
            belongs=Belongs(theirs),
        )
    url = reverse("programmes:programme", args=[theirs.pk])
    assert world.client("dana").get(url).status_code == 404
    sent = world.client("bilal").post(
        reverse("cases:belong", args=[world.case.pk]), {"programme": theirs.pk}, follow=True
    )
    assert Case.objects.get(pk=world.case.pk).programme is None
    assert "Select a valid choice" in sent.content.decode()


@pytest.mark.parametrize(
    ("gate", "needed"), [(Gate.FEEDBACK, 2), (Gate.PLAN_APPROVED, 0), (Gate.PLAN_APPROVED, 6)]
)
def test_a_number_that_cannot_be_is_refused(gate: Gate, needed: int, world: World) -> None:
    wanted = {gate: Setting(is_on=True, needed=needed)}
    with pytest.raises(ValidationError):
        actions.set_gates(organisation=world.harbour, programme=None, gates=wanted, by=SYSTEM)


def test_the_database_holds_a_gate_once(world: World) -> None:
    row = {"organisation": world.harbour, "gate": "feedback", "is_on": True}
    GateSetting.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        GateSetting.objects.create(**row)


def test_a_case_is_put_into_a_programme_and_an_area_and_the_audit_says_so(world: World) -> None:
    made = programme(world)
    url = reverse("cases:belong", args=[world.case.pk])
    bilal = world.client("bilal")
    bilal.post(url, {"programme": made.pk, "area": " xx01/xx0102/ "})
    case = Case.objects.get(pk=world.case.pk)
    assert (case.programme, case.area) == (made, "XX01/XX0102")
    event = Event.objects.get(verb="belong")
    assert event.case_id == case.pk
    assert "XX0102" not in str(Event.objects.values())  # where somebody is stays in the case
    page = bilal.get(reverse("cases:course", args=[case.pk])).content.decode()
    assert "XX01/XX0102" in page
    wrong = bilal.post(url, {"area": "over there"}, follow=True)
    assert "Write codes of areas" in wrong.content.decode()
    bilal.post(url, {"programme": "", "area": ""})
    assert Case.objects.get(pk=case.pk).programme is None


def test_who_does_not_write_where_somebody_is_changes_no_area(world: World) -> None:
    less = POWERS[Role.CASE_WORKER].classes - {DataClass.CONTACT_PLACE}
    only = Power(frozenset(Verb), less)
    by = world.by("bilal").through("api", only)
    made = programme(world)
    cases.belong(case=world.case, belongs=Belongs(made), by=by)
    with pytest.raises(PermissionDenied):
        cases.belong(case=world.case, belongs=Belongs(made, "XX01"), by=by)


def test_a_closed_case_is_put_nowhere(world: World) -> None:
    made = programme(world)
    close(world)
    with pytest.raises(ValidationError):
        belong(world, made)


def test_a_programme_of_the_past_keeps_its_cases_and_takes_no_new_ones(world: World) -> None:
    made = programme(world, "old")
    belong(world, made)
    actions.change(programme=made, code="old", name="Old", is_used=False, by=SYSTEM)
    belong(world, made, "XX01")  # it may stay where it is
    other = world.register()
    with pytest.raises(ValidationError):
        cases.belong(case=other, belongs=Belongs(made), by=world.by("bilal"))
    page = world.client("bilal").get(reverse("people:register")).content.decode()
    assert "Old" not in page


def test_nobody_puts_a_case_out_of_their_own_sight(world: World) -> None:
    mine, other = programme(world, "mine"), programme(world, "other")
    world.join(accounts.Reach(Scope.PROGRAMME, programme=mine))
    Case.objects.filter(pk=world.case.pk).update(programme=mine)
    world.case.refresh_from_db()
    with pytest.raises(ValidationError, match="You would not reach"):
        belong(world, other, name="nadia")
    with pytest.raises(ValidationError, match="You would not reach"):
        cases.open_files(
            organisation=world.harbour,
            newcomers=[Newcomer(AMINA)],
            by=world.by("nadia"),
            belongs=Belongs(other),
        )
    assert Case.objects.get(pk=world.case.pk).programme == mine


def test_nobody_takes_a_case_from_who_looks_after_it_by_the_way(world: World) -> None:
    mine, other = programme(world, "mine"), programme(world, "other")
    world.join(accounts.Reach(Scope.PROGRAMME, programme=mine))
    case = world.register("nadia")
    with pytest.raises(ValidationError, match="Nadia looks after this case"):
        cases.belong(case=case, belongs=Belongs(other), by=world.by("sami"))


def test_a_case_goes_to_who_works_in_its_programme(world: World) -> None:
    mine, other = programme(world, "mine"), programme(world, "other")
    nadia = world.join(accounts.Reach(Scope.PROGRAMME, programme=mine))
    belong(world, other)
    terms = Terms("too_much")
    with pytest.raises(ValidationError, match="another programme or area"):
        hand_over(given=[Given(world.case, nadia)], terms=terms, by=world.by("sami"))
    belong(world, mine)
    hand_over(given=[Given(world.case, nadia)], terms=terms, by=world.by("sami"))
    assert Case.objects.get(pk=world.case.pk).worker == nadia


def test_a_case_is_registered_into_a_programme(world: World) -> None:
    made = programme(world)
    entry = {"organisation": world.harbour.pk, "own": "Nuru", "programme": made.pk}
    assert world.client("bilal").post(reverse("people:register"), entry).status_code == 302
    assert Case.objects.filter(programme=made).count() == 1


def test_the_list_is_narrowed_by_programme(world: World) -> None:
    made = programme(world)
    other = world.register()
    belong(world, made)
    bilal = world.client("bilal")
    for value, shown, hidden in ((made.pk, world.case, other), ("none", other, world.case)):
        page = bilal.get(reverse("people:list"), {"programme": value}).content.decode()
        assert shown.person.number in page
        assert hidden.person.number not in page


def test_each_programme_more_costs_no_query(world: World) -> None:
    dana, counts = world.client("dana"), []
    for more in (1, 8):
        for at in range(more):
            programme(world, f"p{more}-{at}", plan_approved=2)
        with CaptureQueriesContext(connection) as captured:
            assert dana.get(LIST).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_plan_says_how_many_have_agreed_and_who(world: World, plan: Plan) -> None:
    add(world, plan)
    world.join(accounts.Reach(), Role.SUPERVISOR, name="noor")
    board = reverse("plans:board", args=[world.case.pk])
    bilal = world.client("bilal")
    approval = ask(world, plan, quorum=2)
    assert "0 of 2 have agreed" in bilal.get(board).content.decode()
    approvals.decide(approval=approval, approves=True, by=world.by("sami"))
    assert "1 of 2 have agreed: <bdi>Sami</bdi>" in bilal.get(board).content.decode()
    decide = reverse("plans:decide", args=[world.case.pk, approval.pk])
    assert "1 of 2 have agreed" in world.client("noor").get(decide).content.decode()
    answer = bilal.get(f"/api/v1/cases/{world.case.pk}/plan").json()["approval"]
    assert (answer["quorum"], answer["agreed"]) == (2, 1)
    assert [(vote["by"], vote["approves"]) for vote in answer["votes"]] == [("Sami", True)]
    assert state_of(approval) == "requested"
    assert Approval.objects.count() == 1


def test_one_who_decides_alone_is_not_counted(world: World, plan: Plan) -> None:
    add(world, plan)
    ask(world, plan)
    page = world.client("bilal").get(reverse("plans:board", args=[world.case.pk]))
    assert "have agreed" not in page.content.decode()


def test_programmes_over_the_api(world: World) -> None:
    made = programme(world, plan_approved=2)
    bilal, dana = world.client("bilal"), world.client("dana")
    (line,) = bilal.get("/api/v1/programmes").json()["items"]
    told = {each["gate"]: (each["is_on"], each["needed"]) for each in line["gates"]}
    assert told["plan_approved"] == (True, 2)
    assert world.client("chiara").get("/api/v1/programmes").json()["items"] == []
    sent = dana.patch(
        f"/api/v1/programmes/{made.pk}",
        {"gates": [{"gate": "feedback", "is_on": True}]},
        content_type="application/json",
    )
    assert sent.status_code == 200
    on = GateSetting.objects.filter(programme=made, is_on=True).values_list("gate", "needed")
    assert set(on) == {("plan_approved", 2), ("feedback", 1)}
    answer = bilal.patch(
        f"/api/v1/cases/{world.case.pk}/belonging",
        {"programme": made.pk, "area": "xx01"},
        content_type="application/json",
    )
    assert answer.status_code == 200
    case = bilal.get(f"/api/v1/cases/{world.case.pk}").json()
    assert (case["programme"], case["area"]) == (made.pk, "XX01")
    assert {each["gate"] for each in case["lacking"]} == {"plan_approved", "feedback"}
    bilal.patch(
        f"/api/v1/cases/{world.case.pk}/belonging",
        {"area": "XX02"},
        content_type="application/json",
    )
    now = Case.objects.get(pk=world.case.pk)
    assert (now.programme, now.area) == (made, "XX02")  # what is not named stays
    refused = bilal.post(
        f"/api/v1/cases/{world.case.pk}/acts/move",
        {"phase": "implementing", "words": "We begin."},
        content_type="application/json",
    )
    assert refused.status_code == 422
    narrowed = bilal.get("/api/v1/caseload", {"programme": made.pk}).json()["items"]
    assert [each["id"] for each in narrowed] == [str(world.case.pk)]
