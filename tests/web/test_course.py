"""The course of a case: states, phases, episodes, and who may change them why."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from sojourn.web.accounts.access import SYSTEM
from sojourn.web.audit.models import Event
from sojourn.web.cases import actions, queries, rules
from sojourn.web.cases.models import Case, CaseStep, Episode
from sojourn.web.cases.rules import How
from sojourn.web.cases.states import STEPS, Act, CaseState, Phase, step_of
from sojourn.web.people import actions as people
from sojourn.web.people.actions import Newcomer
from sojourn.web.steps import WrongStateError
from tests.web.conftest import AMINA, World

TODAY = timezone.localdate
CLOSING = How(reason="goals_met", outcome="better", feedback="answered")
SECRET = "she now lives with her aunt"


def later(days: int = 7) -> object:
    return TODAY() + timedelta(days=days)


def how(act: Act, **more: object) -> How:
    """What an act usually asks for."""
    usual: dict[Act, dict[str, object]] = {
        Act.TAKE_ON: {"review_on": later()},
        Act.DECLINE: {"reason": "not_in_mandate"},
        Act.MOVE: {"phase": "planning", "words": "we know enough to plan"},
        Act.HOLD: {"reason": "person_away", "review_on": later()},
        Act.RESUME: {"review_on": later()},
        Act.CLOSE: {"reason": "goals_met", "outcome": "better", "feedback": "answered"},
        Act.REOPEN: {"reason": "new_need", "review_on": later()},
    }
    return How(**{**usual[act], **more})  # type: ignore[arg-type]  # a mix of kinds by design


def take(world: World, act: Act, case: Case | None = None, **more: object) -> CaseStep:
    return actions.take(
        case=case or world.case, act=act, how=how(act, **more), by=world.by("bilal")
    )


def screened(world: World) -> Case:
    by = world.by("bilal")
    (case,) = actions.open_files(
        organisation=world.harbour, newcomers=[Newcomer(AMINA)], by=by, screening=True
    )
    return case


@pytest.mark.parametrize(("state", "act"), list(product(CaseState, Act)))
def test_a_step_is_in_the_table_or_raises(state: CaseState, act: Act) -> None:
    if (state, act) in STEPS:
        assert step_of(state, act).to in CaseState
    else:
        with pytest.raises(WrongStateError):
            step_of(state, act)


def test_the_whole_way_from_screening_to_closure(world: World) -> None:
    case = screened(world)
    assert (case.state, case.phase, case.review_on is None) == ("screening", "", False)
    take(world, Act.TAKE_ON, case)
    assert (case.state, case.phase) == ("open", "assessing")
    for phase in ("planning", "implementing", "planning", "implementing", "following_up"):
        take(world, Act.MOVE, case, phase=phase)
    take(world, Act.HOLD, case)
    assert (case.state, case.phase) == ("on_hold", "following_up")
    take(world, Act.RESUME, case)
    take(world, Act.CLOSE, case)
    case.refresh_from_db()
    assert (case.state, case.phase, case.review_on) == ("closed", "", None)
    moved = [step.phase for step in reversed(queries.steps(case)) if step.act == Act.MOVE]
    assert moved == ["planning", "implementing", "planning", "implementing", "following_up"]


def test_a_case_that_is_not_taken_on_ends_there(world: World) -> None:
    case = screened(world)
    take(world, Act.DECLINE, case)
    assert (case.state, case.phase, case.review_on) == ("declined", "", None)
    with pytest.raises(WrongStateError):
        take(world, Act.TAKE_ON, case)


def test_an_old_copy_of_the_case_does_not_undo_what_was_done(world: World) -> None:
    old = Case.objects.get(pk=world.case.pk)
    take(world, Act.CLOSE)
    with pytest.raises(WrongStateError):
        take(world, Act.HOLD, old)
    assert Case.objects.get(pk=world.case.pk).state == "closed"


def test_opening_again_begins_a_new_episode_and_keeps_the_closure(world: World) -> None:
    take(world, Act.CLOSE, reason="lost_contact", outcome="not_known", feedback="not_reached")
    closed = Episode.objects.values().get(case=world.case)
    take(world, Act.REOPEN, reason="contact_again")
    now, before = queries.episodes(world.case)
    assert (now.number, now.opened_because, now.closed_at) == (2, "contact_again", None)
    assert Episode.objects.values().get(pk=before.pk) == closed
    assert (world.case.state, world.case.phase, world.case.episode) == ("open", "assessing", 2)
    assert world.case.review_on == later()


@pytest.mark.parametrize(
    "change", [{"closed_because": "other"}, {"outcome": "worse"}, {"closed_at": None}]
)
def test_the_database_itself_keeps_a_closure(world: World, change: dict[str, object]) -> None:
    take(world, Act.CLOSE)
    rows = Episode.objects.filter(case=world.case)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    assert rows.get().closed_because == "goals_met"


def test_a_closure_stays_when_the_account_of_who_closed_it_goes(world: World) -> None:
    take(world, Act.CLOSE)
    Episode.objects.filter(case=world.case).update(closed_by=None)
    assert queries.episodes(world.case)[0].closed_because == "goals_met"


@pytest.mark.parametrize(
    "wrong",
    [
        {"review_on": None},
        {"state": "half_open"},
        {"phase": ""},
        {"phase": "resting"},
        {"state": "closed"},
    ],
)
def test_the_database_refuses_a_case_that_cannot_be(world: World, wrong: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=world.case.pk).update(**wrong)


@pytest.mark.parametrize(
    ("act", "wrong", "field"),
    [
        (Act.MOVE, {"words": ""}, "words"),
        (Act.MOVE, {"phase": "assessing"}, "phase"),
        (Act.MOVE, {"phase": "resting"}, "phase"),
        (Act.HOLD, {"reason": ""}, "reason"),
        (Act.HOLD, {"reason": "goals_met"}, "reason"),
        (Act.HOLD, {"reason": "other"}, "words"),
        (Act.HOLD, {"review_on": None}, "review_on"),
        (Act.CLOSE, {"reason": "because"}, "reason"),
        (Act.CLOSE, {"outcome": ""}, "outcome"),
        (Act.CLOSE, {"feedback": ""}, "feedback"),
        (Act.CLOSE, {"reason": "other"}, "words"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_is_written(
    world: World, act: Act, wrong: dict[str, object], field: str
) -> None:
    events = Event.objects.count()
    with pytest.raises(ValidationError) as refused:
        actions.take(case=world.case, act=act, how=how(act, **wrong), by=world.by("bilal"))
    assert list(refused.value.message_dict) == [field]
    assert not CaseStep.objects.exists()
    assert Event.objects.count() == events


def test_a_past_day_is_no_next_look(world: World) -> None:
    with pytest.raises(ValidationError):
        take(world, Act.HOLD, review_on=TODAY() - timedelta(days=1))
    take(world, Act.HOLD, review_on=TODAY())


def test_every_state_that_is_worked_on_has_a_day_and_no_other_has(world: World) -> None:
    for act in Act:
        after = rules.review_after(act, how(act), review_on=TODAY())
        to = {step.to for (_state, other), step in STEPS.items() if other is act}
        assert (after is None) is (not to & {CaseState.OPEN, CaseState.ON_HOLD})


@pytest.mark.parametrize("who", ["chiara", "dana", "emil", "ana"])
def test_nobody_else_changes_a_case(world: World, who: str) -> None:
    with pytest.raises(PermissionDenied):
        actions.take(case=world.case, act=Act.CLOSE, how=CLOSING, by=world.by(who))
    assert Case.objects.get(pk=world.case.pk).state == "open"


def test_each_step_is_in_the_audit_without_its_reason_and_its_words(world: World) -> None:
    take(world, Act.CLOSE, reason="deceased", words=SECRET)
    event = Event.objects.latest("seq")
    assert (event.verb, event.actor_name, event.case_id) == ("close", "Bilal", world.case.pk)
    assert event.fields_changed["state"] == ["open", "closed"]
    assert "deceased" not in str(vars(event))
    assert SECRET not in str(vars(event))


def test_words_are_sealed_and_go_with_the_person(world: World) -> None:
    row = take(world, Act.HOLD, words=SECRET)
    assert SECRET.encode() not in bytes(CaseStep.objects.get(pk=row.pk).words)
    url = reverse("cases:course", args=[world.case.pk])
    assert SECRET in world.client("salma").get(url).content.decode()
    people.erase(person=world.case.person, by=world.by("sami"), reason="asked")
    page = world.client("salma").get(url).content.decode()
    assert SECRET not in page
    assert "The case was put on hold" in page


def test_of_somebody_erased_a_case_can_be_closed_and_nothing_else(world: World) -> None:
    people.erase(person=world.case.person, by=world.by("sami"), reason="asked")
    case = Case.objects.select_related("person").get(pk=world.case.pk)
    with pytest.raises(ValidationError):
        take(world, Act.HOLD, case)
    with pytest.raises(ValidationError):
        take(world, Act.CLOSE, case, words=SECRET)
    take(world, Act.CLOSE, Case.objects.select_related("person").get(pk=case.pk))


def test_no_second_case_is_opened_beside_one_that_is_worked_on(world: World) -> None:
    take(world, Act.CLOSE)
    Case.objects.create(
        person=world.case.person,
        organisation=world.harbour,
        opened_at=timezone.now(),
        review_on=TODAY(),
    )
    with pytest.raises(ValidationError, match="another open case"):
        take(world, Act.REOPEN)


@pytest.mark.parametrize("act", [Act.CLOSE, Act.HOLD])
def test_an_assessment_waits_for_nobody_but_a_closed_case(world: World, act: Act) -> None:
    take(world, act)
    if act is Act.CLOSE:
        with pytest.raises(ValidationError, match="closed"):
            world.assess(world.case)
    else:
        assert world.assess(world.case).case.state == CaseState.ON_HOLD


def test_a_closed_case_leaves_the_lists_of_work_and_stays_in_the_file(world: World) -> None:
    by = world.by("bilal")
    assert queries.urgent(by, 9)
    take(world, Act.CLOSE)
    assert not queries.urgent(by, 9)
    assert not queries.due(by, TODAY() + timedelta(days=900), 9)
    page = world.client("bilal").get(reverse("people:person", args=[world.case.person_id]))
    assert reverse("cases:course", args=[world.case.pk]) in page.content.decode()
    assert reverse("cases:assess", args=[world.case.pk]) not in page.content.decode()


def test_what_waits_comes_back_on_its_day(world: World) -> None:
    Case.objects.filter(pk=world.case.pk).update(is_urgent=False)
    world.case.refresh_from_db()
    take(world, Act.HOLD, review_on=later(2))
    assert queries.due(world.by("bilal"), TODAY(), 9) == [world.case]


def test_the_page_offers_what_the_table_has(world: World) -> None:
    page = world.client("bilal").get(reverse("cases:course", args=[world.case.pk]))
    text = page.content.decode()
    for act in Act:
        url = reverse("cases:act", args=[world.case.pk, act.value])
        assert (url in text) is ((CaseState.OPEN, act) in STEPS)


def test_a_case_is_closed_from_the_page(world: World) -> None:
    url = reverse("cases:act", args=[world.case.pk, "close"])
    client = world.client("bilal")
    refused = client.post(url, {"reason": "other", "outcome": "same", "feedback": "answered"})
    assert refused.status_code == 400
    assert "Say in a few words why" in refused.content.decode()
    entry = {"reason": "goals_met", "outcome": "better", "feedback": "answered", "words": ""}
    page = client.post(url, entry, follow=True).content.decode()
    assert "The goals were reached" in page
    assert "Better than at the beginning" in page


def test_an_act_that_came_too_late_is_explained(world: World) -> None:
    take(world, Act.CLOSE)
    url = reverse("cases:act", args=[world.case.pk, "hold"])
    page = world.client("bilal").get(url, follow=True).content.decode()
    assert "cannot be done with the case as it stands" in page


@pytest.mark.parametrize("act", ["explode", "CLOSE"])
def test_an_unknown_act_is_not_there(world: World, act: str) -> None:
    url = reverse("cases:act", args=[world.case.pk, act])
    assert world.client("bilal").get(url).status_code == 404


def test_registering_may_begin_with_screening(empty: World) -> None:
    entry = {"own": "Amina", "organisation": str(empty.harbour.pk), "screening": "on"}
    empty.client("bilal").post(reverse("people:register"), entry)
    assert Case.objects.get().state == CaseState.SCREENING
    assert Episode.objects.get().opened_by == empty.users["bilal"]


def test_the_system_may_close_what_it_loaded(world: World) -> None:
    actions.take(case=world.case, act=Act.CLOSE, how=CLOSING, by=SYSTEM)
    assert Phase.ASSESSING.value == CaseStep.objects.get().phase_before
