"""Cases change hands: who may give, who may take, what goes along, and the way back."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from sojourn.web.accounts import account_actions
from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.models import Interest, Scope, User
from sojourn.web.accounts.roles import Role
from sojourn.web.audit.models import Event
from sojourn.web.caseload import handing, queries, rules
from sojourn.web.caseload.handing import Given, Terms
from sojourn.web.caseload.models import Assignment, HandOver
from sojourn.web.cases import actions as cases
from sojourn.web.cases.models import Case
from sojourn.web.cases.rules import How
from sojourn.web.cases.states import Act
from sojourn.web.plans import actions as plans
from sojourn.web.plans import approvals
from sojourn.web.plans import queries as plan_queries
from sojourn.web.plans.actions import Wish
from sojourn.web.plans.models import Approval, PlanItem
from sojourn.web.plans.states import ApprovalState
from tests.web.conftest import World


def _give(
    world: World,
    to: str = "salma",
    by: str = "bilal",
    case: Case | None = None,
    **terms: object,
) -> HandOver:
    given = [Given(case or Case.objects.get(pk=world.case.pk), world.users[to])]
    (made,) = handing.hand_over(given=given, terms=_terms(**terms), by=world.by(by))
    return made


def _terms(**terms: object) -> Terms:
    return Terms(**{"reason": "away", **terms})  # type: ignore[arg-type]  # a mix of kinds


def _worker(world: World) -> User | None:
    return Case.objects.get(pk=world.case.pk).worker


def _plan(world: World, case: Case | None = None, owner: str = "bilal") -> PlanItem:
    case, by = case or world.case, world.by("bilal")
    wish = Wish(
        need="nowhere_safe",
        goal="a door that locks",
        horizon="immediate",
        due=timezone.localdate(),
        owner_organisation=world.harbour,
        owner=world.users[owner],
    )
    return plans.add_item(plan=plans.begin(case=case, by=by), wish=wish, by=by)


def test_a_case_goes_with_its_trace_and_what_is_to_do(world: World) -> None:
    item = _plan(world)
    made = _give(world)
    assert _worker(world) == world.users["salma"]
    row = Assignment.objects.get()
    assert (row.from_worker, row.to_worker) == (world.users["bilal"], world.users["salma"])
    assert (row.reason, row.by, row.hand_over) == ("away", world.users["bilal"], made)
    assert row.items == [str(item.pk)]
    item.refresh_from_db()
    assert item.owner == world.users["salma"]
    event = Event.objects.filter(verb="hand_over", object_type="cases.case").get()
    worker = [str(world.users[name].pk) for name in ("bilal", "salma")]
    assert event.fields_changed["worker"] == worker
    url = reverse("cases:course", args=[world.case.pk])
    page = world.client("salma").get(url).content.decode()
    assert "A colleague is away for a time" in page


def test_an_approved_plan_stays_approved_in_other_hands(world: World) -> None:
    plan = _plan(world).plan
    approval = approvals.ask(plan=plan, by=world.by("bilal"))
    approvals.decide(approval=approval, approves=True, by=world.by("sami"))
    _give(world)
    latest = plan_queries.latest_approval(plan)
    assert plan_queries.standing(latest, plan) is ApprovalState.APPROVED


def test_an_approval_that_did_not_count_any_more_does_not_count_again(world: World) -> None:
    item = _plan(world)
    approvals.ask(plan=item.plan, by=world.by("bilal"))
    _plan_more = Wish(
        need="nowhere_safe",
        goal="a window",
        horizon="short_term",
        due=timezone.localdate(),
        owner_organisation=world.harbour,
    )
    plans.add_item(plan=item.plan, wish=_plan_more, by=world.by("bilal"))
    _give(world)
    assert Approval.objects.get().state == ApprovalState.STALE


def test_who_receives_a_case_sees_it_in_my_day(world: World) -> None:
    day = reverse("home:day")
    assert "Handed to you" not in world.client("salma").get(day).content.decode()
    _give(world)
    page = world.client("salma").get(day).content.decode()
    assert "Handed to you" in page
    assert "from Bilal: A colleague is away for a time" in page
    Assignment.objects.update(at=timezone.now() - timedelta(days=8))
    assert "Handed to you" not in world.client("salma").get(day).content.decode()


def test_whoever_neither_has_nor_leads_a_case_cannot_give_it(world: World) -> None:
    with pytest.raises(PermissionDenied, match="looks after this case"):
        _give(world, by="salma", to="sami")
    for who in ("chiara", "dana", "emil", "ana"):
        with pytest.raises(PermissionDenied):
            _give(world, by=who)
    assert _worker(world) == world.users["bilal"]
    _give(world, by="sami")


def test_a_case_that_nobody_looks_after_is_taken_by_who_reaches_it(world: World) -> None:
    Case.objects.filter(pk=world.case.pk).update(worker=None)
    made = _give(world, by="salma", to="salma", reason="takes_over")
    assert _worker(world) == world.users["salma"]
    assert made.frm is None


@pytest.mark.parametrize(
    ("who", "words"),
    [("chiara", "does not work on cases"), ("dana", "does not work on"), ("emil", "does not work")],
)
def test_who_has_no_role_for_cases_there_cannot_take_one(
    who: str, words: str, world: World
) -> None:
    with pytest.raises(ValidationError, match=words):
        _give(world, to=who)


def test_who_is_part_of_a_case_cannot_take_it_and_the_reason_is_not_told(world: World) -> None:
    accounts.declare_conflict(
        user=world.users["salma"], cases=[world.case.pk], interest=Interest.RELATIVE, by=SYSTEM
    )
    with pytest.raises(ValidationError, match="Salma cannot take this case") as refusal:
        _give(world)
    assert "relative" not in str(refusal.value).lower()


def test_who_works_for_a_team_takes_its_cases_alone(world: World) -> None:
    night = accounts.add_team(organisation=world.harbour, name="Night", by=SYSTEM)
    world.join(accounts.Reach(Scope.TEAM, night))
    with pytest.raises(ValidationError, match="another team"):
        _give(world, to="nadia")
    _give(world, to="nadia", team=night, keeps_team=False)
    case = Case.objects.get(pk=world.case.pk)
    assert (case.worker, case.team) == (world.users["nadia"], night)
    url = reverse("cases:situation", args=[world.case.pk])
    assert world.client("nadia").get(url).status_code == 200


def test_who_has_own_cases_alone_takes_one_and_reaches_it(world: World) -> None:
    world.join(accounts.Reach(Scope.OWN_CASES))
    url = reverse("cases:situation", args=[world.case.pk])
    assert world.client("nadia").get(url).status_code == 404
    _give(world, to="nadia")
    assert world.client("nadia").get(url).status_code == 200


def test_who_has_named_cases_takes_no_other(world: World) -> None:
    world.join(accounts.Reach(Scope.NAMED_CASES, cases=frozenset({uuid.uuid4()})))
    with pytest.raises(ValidationError):
        _give(world, to="nadia")


def test_a_closed_account_takes_nothing(world: World) -> None:
    User.objects.filter(username="salma").update(is_active=False)
    world.users["salma"].refresh_from_db()
    with pytest.raises(ValidationError, match="closed"):
        _give(world)


def test_a_team_of_another_organisation_is_refused(world: World) -> None:
    team = accounts.add_team(organisation=world.crossroads, name="Theirs", by=SYSTEM)
    with pytest.raises(ValidationError, match="another organisation"):
        _give(world, team=team, keeps_team=False)


@pytest.mark.parametrize("reason", ["", "handed_back", "x"])
def test_a_reason_is_needed(reason: str, world: World) -> None:
    with pytest.raises(ValidationError):
        _give(world, reason=reason)


def test_all_go_or_none(world: World) -> None:
    other = world.register()
    accounts.declare_conflict(
        user=world.users["salma"], cases=[other.pk], interest=Interest.RELATIVE, by=SYSTEM
    )
    given = [Given(case, world.users["salma"]) for case in (world.case, other)]
    with pytest.raises(ValidationError):
        handing.hand_over(given=given, terms=_terms(), by=world.by("bilal"))
    assert _worker(world) == world.users["bilal"]
    assert not Assignment.objects.exists()


def test_two_who_hand_over_at_once_do_not_undo_one_another(world: World) -> None:
    seen = Case.objects.get(pk=world.case.pk)
    _give(world, by="sami")
    with pytest.raises(ValidationError, match="meanwhile"):
        _give(world, by="sami", to="sami", case=seen)


def test_a_closed_case_stays_where_it_is(world: World) -> None:
    how = How(reason="goals_met", outcome="better", feedback="answered")
    cases.take(case=world.case, act=Act.CLOSE, how=how, by=world.by("bilal"))
    with pytest.raises(ValidationError, match="closed"):
        _give(world)


def test_handing_back_returns_the_case_its_team_and_its_steps(world: World) -> None:
    night = accounts.add_team(organisation=world.harbour, name="Night", by=SYSTEM)
    item = _plan(world)
    made = _give(world, by="sami", team=night, keeps_team=False)
    own = PlanItem.objects.create(
        **{
            field.attname: getattr(item, field.attname)
            for field in PlanItem._meta.concrete_fields
            if field.attname != "id"
        }
        | {"owner_id": world.users["salma"].pk}
    )
    assert handing.hand_back(hand_over=made, by=world.by("salma")) == 1
    case = Case.objects.get(pk=world.case.pk)
    assert (case.worker, case.team) == (world.users["bilal"], None)
    item.refresh_from_db()
    own.refresh_from_db()
    assert (item.owner, own.owner) == (world.users["bilal"], world.users["salma"])
    reasons = list(Assignment.objects.order_by("at").values_list("reason", flat=True))
    assert reasons == ["away", "handed_back"]
    with pytest.raises(ValidationError, match="already"):
        handing.hand_back(hand_over=made, by=world.by("salma"))


def test_what_went_on_to_somebody_else_does_not_come_back(world: World) -> None:
    made = _give(world, by="sami")
    _give(world, by="sami", to="sami")
    with pytest.raises(ValidationError, match="moved on"):
        handing.hand_back(hand_over=made, by=world.by("sami"))
    assert _worker(world) == world.users["sami"]


def test_whoever_gave_a_case_away_can_undo_that_for_a_day(world: World) -> None:
    world.join(accounts.Reach(Scope.OWN_CASES))
    Case.objects.filter(pk=world.case.pk).update(worker=world.users["nadia"])
    made = _give(world, by="nadia")
    HandOver.objects.filter(pk=made.pk).update(at=timezone.now() - timedelta(days=2))
    late = HandOver.objects.get(pk=made.pk)
    with pytest.raises(PermissionDenied):
        handing.hand_back(hand_over=late, by=world.by("nadia"))
    HandOver.objects.filter(pk=made.pk).update(at=timezone.now())
    assert handing.hand_back(hand_over=made, by=world.by("nadia")) == 1
    assert _worker(world) == world.users["nadia"]


def test_nothing_goes_back_to_who_may_not_have_it_any_more(world: World) -> None:
    made = _give(world, by="sami")
    world.users["bilal"].grants.update(revoked_at=timezone.now())
    with pytest.raises(ValidationError, match="does not work on"):
        handing.hand_back(hand_over=made, by=world.by("sami"))


def test_an_account_with_cases_or_steps_is_not_closed(world: World) -> None:
    other = world.register("salma")
    dana, bilal = world.by("dana"), world.users["bilal"]
    with pytest.raises(ValidationError, match="1 open case is with them"):
        account_actions.close(user=bilal, by=dana)
    world.consent(other)
    world.assess(other)
    item = _plan(world, other)
    assert item.owner == bilal
    _give(world, by="sami")
    with pytest.raises(ValidationError, match="1 step of a plan waits"):
        account_actions.close(user=bilal, by=dana)
    assert handing.pass_on_rest(frm=bilal, by=world.by("sami")) == 1
    item.refresh_from_db()
    assert item.owner == world.users["salma"]
    account_actions.close(user=bilal, by=dana)
    bilal.refresh_from_db()
    assert not bilal.is_active


def test_a_caseload_is_shared_out_evenly_among_who_may_take_each() -> None:
    one, two, three, four = (uuid.UUID(int=each) for each in range(4))
    able = {one: [1, 2], two: [1, 2], three: [2], four: []}
    shared = rules.share_out([one, two, three, four], able, {1: 0, 2: 0})
    assert shared[three] == 2
    assert shared[four] is None
    assert sorted(str(shared[each]) for each in (one, two)) == ["1", "1"] or shared[one] == 1
    loaded = rules.share_out([one, two], {one: [1, 2], two: [1, 2]}, {1: 9, 2: 0})
    assert set(loaded.values()) == {2}


def test_a_whole_caseload_from_the_choice_to_the_way_back(world: World) -> None:
    world.register(count=3)
    sami, bilal = world.client("sami"), world.users["bilal"]
    url = reverse("caseload:hand_over", args=[bilal.pk])
    to = [world.users[name].pk for name in ("salma", "sami")]
    chosen = {"to": to, "reason": "leaves"}
    preview = sami.post(url, chosen)
    proposals = preview.context["proposals"]
    assert sorted(each.share.to for each in proposals) == sorted(to * 2)
    assert Case.objects.filter(worker=bilal).count() == 4
    stays = proposals[0].line.case.pk
    picked = {f"case-{each.line.case.pk}": each.share.to for each in proposals}
    picked |= {f"case-{stays}": ""}
    done = sami.post(url, {**chosen, **picked, "step": "do"}, follow=True)
    assert "3 cases were handed over" in done.content.decode()
    assert list(Case.objects.filter(worker=bilal)) == [Case.objects.get(pk=stays)]
    made = HandOver.objects.get()
    back = reverse("caseload:handed_over", args=[made.pk])
    assert "3 cases were handed back" in sami.post(back, follow=True).content.decode()
    assert Case.objects.filter(worker=bilal).count() == 4


def test_a_choice_that_was_made_up_is_refused(world: World) -> None:
    url = reverse("caseload:hand_over", args=[world.users["bilal"].pk])
    sent = {"to": [world.users["salma"].pk], "reason": "away", "step": "do"}
    for number in (world.users["chiara"].pk, world.users["dana"].pk, 10**6):
        answer = world.client("sami").post(url, {**sent, f"case-{world.case.pk}": number})
        assert answer.status_code == 400
    foreign = {**sent, "to": [world.users["chiara"].pk]}
    assert world.client("sami").post(url, foreign).status_code == 400
    assert _worker(world) == world.users["bilal"]


def test_the_caseload_of_a_colleague_is_for_who_leads(world: World) -> None:
    url = reverse("caseload:hand_over", args=[world.users["bilal"].pk])
    assert world.client("bilal").get(url).status_code == 200
    assert world.client("sami").get(url).status_code == 200
    for who in ("salma", "chiara"):
        assert world.client(who).get(url).status_code == 404
    nobody = reverse("caseload:hand_over", args=[0])
    assert world.client("sami").get(nobody).status_code == 200
    assert world.client("bilal").get(nobody).status_code == 404


def test_what_was_handed_over_shows_the_cases_that_one_reaches(world: World) -> None:
    other = world.register()
    world.join(accounts.Reach(Scope.OWN_CASES))
    given = [Given(world.case, world.users["salma"]), Given(other, world.users["nadia"])]
    (made,) = handing.hand_over(given=given, terms=_terms(), by=world.by("sami"))
    assert len(queries.moved(world.by("sami"), made)) == 2
    assert [row.case_id for row in queries.moved(world.by("nadia"), made)] == [other.pk]
    url = reverse("caseload:handed_over", args=[made.pk])
    assert world.client("chiara").get(url).status_code == 404
    assert world.client("nadia").get(url).status_code == 200


def test_the_way_back_is_found_again_as_long_as_there_is_one(world: World) -> None:
    made = _give(world)
    page = reverse("caseload:handed_over", args=[made.pk])
    places = {
        "sami": reverse("caseload:team"),
        "bilal": reverse("caseload:hand_over", args=[world.users["bilal"].pk]),
        "salma": reverse("caseload:hand_over", args=[world.users["salma"].pk]),
    }
    for name, place in places.items():
        assert page in world.client(name).get(place).content.decode()
    world.client("salma").post(page)
    for name, place in places.items():
        assert page not in world.client(name).get(place).content.decode()


def test_a_supervisor_of_a_team_hands_over_its_cases_alone(world: World) -> None:
    night = accounts.add_team(organisation=world.harbour, name="Night", by=SYSTEM)
    mine = world.register()
    Case.objects.filter(pk=mine.pk).update(team=night)
    world.join(accounts.Reach(Scope.TEAM, night), role=Role.SUPERVISOR)
    found = queries.caseload_of(world.by("nadia"), world.users["bilal"].pk, 10)
    assert [case.pk for case in found] == [mine.pk]
    with pytest.raises(PermissionDenied):
        _give(world, by="nadia")
