"""The list of cases: what narrows it, its pages, kept filters; the team; the calendar."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from sojourn.framework import Horizon
from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.models import Interest, Scope
from sojourn.web.accounts.roles import Role
from sojourn.web.caseload import actions, queries, rules
from sojourn.web.caseload.models import SavedFilter
from sojourn.web.caseload.rules import Filters, Mark, Sort
from sojourn.web.cases import actions as cases
from sojourn.web.cases.models import Case
from sojourn.web.cases.rules import How
from sojourn.web.cases.states import Act
from sojourn.web.consent import actions as consents
from sojourn.web.followup import actions as followup
from sojourn.web.plans import actions as plans
from sojourn.web.plans import approvals
from sojourn.web.plans.actions import End, Wish
from sojourn.web.plans.models import PlanItem
from sojourn.web.plans.rules import only_patched
from sojourn.web.plans.states import ItemAct
from tests.web.conftest import World

LIST = reverse("people:list")
TODAY = timezone.localdate


def _listed(world: World, filters: Filters, who: str = "bilal") -> set[uuid.UUID]:
    return {case.pk for case in queries.page(world.by(who), filters, None, TODAY()).cases}


def _only(mark: Mark, **more: str) -> Filters:
    return Filters(marks=frozenset({mark.value}), **more)


def _item(
    world: World, *, horizon: str = "immediate", days: int = 0, case: Case | None = None
) -> PlanItem:
    case = case or world.case
    by = world.by("bilal")
    plan = case.plans.filter(is_current=True).first() or plans.begin(case=case, by=by)
    wish = Wish(
        need="nowhere_safe",
        goal="a door that locks",
        horizon=horizon,
        due=TODAY() + timedelta(days=days),
        owner_organisation=world.harbour,
        owner=world.users["bilal"],
    )
    return plans.add_item(plan=plan, wish=wish, by=by)


def test_what_narrows_a_list_goes_through_an_address_unchanged() -> None:
    filters = Filters("all", "", "12", "none", "transit", frozenset({"items", "review"}), "oldest")
    assert rules.read(dict(QueryDict(filters.query()).lists())) == filters
    assert Filters().query() == ""


def test_what_an_address_makes_up_narrows_nothing() -> None:
    text = "state=x&phase=y&who=Amina&team=1e9&stage=z&marks=w&sort=v&who=%00"
    assert rules.read(dict(QueryDict(text).lists())) == Filters()


def test_closed_cases_are_not_in_the_order_of_a_next_look_they_do_not_have() -> None:
    assert rules.read({"state": ["all"], "sort": ["review"]}).sort == Sort.OPENED
    assert rules.read({"state": ["on_hold"], "sort": ["review"]}).sort == Sort.REVIEW


@pytest.mark.parametrize(
    "text", ["", "x", "2026-01-01~", "~", "2026-01-01~1", "2026-01-01T10:00~1"]
)
def test_a_place_that_is_none_is_the_beginning(text: str) -> None:
    assert rules.place(text, "review") is None
    assert rules.place(text, "opened") is None


@pytest.mark.parametrize("sort", Sort.values)
def test_pages_hold_every_case_once_whatever_has_the_same_day(world: World, sort: str) -> None:
    world.register(count=7)
    Case.objects.all().update(opened_at=timezone.now())
    first = Case.objects.order_by("pk")[0].pk
    Case.objects.filter(pk=first).update(review_on=TODAY() - timedelta(days=1))
    found: list[uuid.UUID] = []
    begin, by = None, world.by("bilal")
    queries_per_page = queries.PER_PAGE
    try:
        queries.PER_PAGE = 3
        for _each in range(3):
            page = queries.page(by, Filters(sort=sort), begin, TODAY())
            found += [case.pk for case in page.cases]
            begin = rules.place(str(page.following), sort) if page.following else None
    finally:
        queries.PER_PAGE = queries_per_page
    assert begin is None
    assert len(found) == len(set(found)) == 8
    if sort == Sort.REVIEW:
        assert found[0] == first


def test_a_later_page_is_reached_over_its_address(world: World) -> None:
    world.register(count=queries.PER_PAGE + 1)
    bilal = world.client("bilal")
    first = bilal.get(LIST)
    following = first.context["following"]
    second = bilal.get(LIST, {"after": following})
    assert len(first.context["lines"]) == queries.PER_PAGE
    assert len(second.context["lines"]) == 2
    assert second.context["following"] == ""


def test_a_list_counts_nothing_and_joins_nothing_for_access(world: World) -> None:
    world.join(accounts.Reach(Scope.OWN_CASES))
    with CaptureQueriesContext(connection) as caught:
        list(queries.page(world.by("nadia"), Filters(), None, TODAY()).cases)
    (found,) = [each["sql"] for each in caught if 'FROM "cases_case"' in each["sql"]]
    assert "COUNT(" not in found
    where = found.split(" WHERE ")[1]
    assert "SELECT" not in where
    assert '"cases_case"."worker_id"' in where


def test_states_phases_workers_and_teams_narrow(world: World) -> None:
    night = accounts.add_team(organisation=world.harbour, name="Night", by=SYSTEM)
    other = world.register("salma")
    closed = world.register()
    how = How(reason="not_in_mandate", outcome="same", feedback="answered")
    cases.take(case=closed, act=Act.CLOSE, how=how, by=world.by("bilal"))
    Case.objects.filter(pk=other.pk).update(team=night, phase="planning")
    mine, theirs = world.case.pk, other.pk
    assert _listed(world, Filters()) == {mine, theirs}
    assert _listed(world, Filters("all", sort="opened")) == {mine, theirs, closed.pk}
    assert _listed(world, Filters("closed", sort="opened")) == {closed.pk}
    assert _listed(world, Filters(phase="planning")) == {theirs}
    assert _listed(world, Filters(who="me")) == {mine}
    assert _listed(world, Filters(who=str(world.users["salma"].pk))) == {theirs}
    assert _listed(world, Filters(team=str(night.pk))) == {theirs}
    assert _listed(world, Filters(team="none")) == {mine}
    Case.objects.filter(pk=mine).update(worker=None)
    assert _listed(world, Filters(who="none")) == {mine}


def test_the_stage_narrows_as_far_as_the_person_agrees(world: World) -> None:
    assert _listed(world, Filters(stage="transit")) == {world.case.pk}
    assert _listed(world, Filters(stage="origin")) == set()
    consents.withdraw(consent=world.case.person.consents.get(), by=world.by("bilal"))
    assert _listed(world, Filters(stage="transit")) == set()
    assert _listed(world, Filters()) == {world.case.pk}


def test_what_cannot_wait_narrows_as_far_as_the_person_agrees(world: World) -> None:
    assert _listed(world, _only(Mark.URGENT)) == {world.case.pk}
    consents.withdraw(consent=world.case.person.consents.get(), by=world.by("bilal"))
    assert _listed(world, _only(Mark.URGENT)) == set()


def test_an_overdue_review_is_a_mark(world: World) -> None:
    assert _listed(world, _only(Mark.REVIEW)) == set()
    Case.objects.filter(pk=world.case.pk).update(review_on=TODAY() - timedelta(days=1))
    assert _listed(world, _only(Mark.REVIEW)) == {world.case.pk}


def test_immediate_and_overdue_steps_are_marks_until_they_are_done(world: World) -> None:
    item = _item(world)
    assert _listed(world, _only(Mark.IMMEDIATE)) == {world.case.pk}
    assert _listed(world, _only(Mark.ITEMS)) == set()
    PlanItem.objects.filter(pk=item.pk).update(due=TODAY() - timedelta(days=2))
    plans.step_item(item=item, act=ItemAct.START, end=End(), by=world.by("bilal"))
    assert _listed(world, _only(Mark.ITEMS)) == {world.case.pk}
    end = End(outcome="helped")
    plans.step_item(item=item, act=ItemAct.FINISH, end=end, by=world.by("bilal"))
    assert _listed(world, _only(Mark.ITEMS)) == set()
    assert _listed(world, _only(Mark.IMMEDIATE)) == set()


def test_a_step_about_what_is_kept_apart_leaves_no_mark(world: World) -> None:
    item = _item(world)
    PlanItem.objects.filter(pk=item.pk).update(need_class="status_protection")
    plans.step_item(item=item, act=ItemAct.START, end=End(), by=world.by("salma"))
    assert _listed(world, _only(Mark.IMMEDIATE)) == set()


def test_a_plan_that_waits_is_a_mark_until_it_is_decided(world: World) -> None:
    plan = _item(world).plan
    approval = approvals.ask(plan=plan, by=world.by("bilal"))
    assert _listed(world, _only(Mark.APPROVAL)) == {world.case.pk}
    approvals.decide(approval=approval, approves=True, by=world.by("sami"))
    assert _listed(world, _only(Mark.APPROVAL)) == set()


_MONDAY, _FRIDAY = date(2026, 3, 2), date(2026, 3, 6)


@pytest.mark.parametrize(
    ("items", "patched"),
    [
        ([], False),
        ([("bed", "immediate", _MONDAY)], False),
        ([("bed", "immediate", _MONDAY), ("bed", "immediate", _MONDAY)], False),
        ([("bed", "immediate", _MONDAY), ("food", "immediate", _FRIDAY)], False),
        ([("bed", "immediate", _MONDAY), ("bed", "immediate", _FRIDAY)], True),
        ([("bed", "immediate", _MONDAY), ("bed", Horizon.LONG_TERM, _FRIDAY)], False),
        (
            [
                *(("bed", "immediate", day) for day in (_MONDAY, _FRIDAY)),
                ("work", "short_term", _FRIDAY),
            ],
            False,
        ),
    ],
)
def test_only_patched_is_a_need_that_came_back_and_was_never_met_for_longer(
    items: list[tuple[str, str, date]], patched: bool
) -> None:
    assert only_patched(items) is patched


def test_what_is_only_patched_is_a_mark_until_something_lasting_is_planned(world: World) -> None:
    first = _item(world)
    PlanItem.objects.filter(pk=first.pk).update(made_at=timezone.now() - timedelta(days=30))
    _item(world)
    assert _listed(world, _only(Mark.PATCHED)) == {world.case.pk}
    plans.begin(case=world.case, by=world.by("bilal"))  # what is carried over is no new answer
    assert _listed(world, _only(Mark.PATCHED)) == {world.case.pk}
    _item(world, horizon="long_term")
    assert _listed(world, _only(Mark.PATCHED)) == set()


def test_a_list_holds_what_one_reaches_and_nothing_else(world: World) -> None:
    world.register("chiara")
    accounts.declare_conflict(
        user=world.users["sami"], cases=[world.case.pk], interest=Interest.RELATIVE, by=SYSTEM
    )
    mine = world.register("bilal")
    assert _listed(world, Filters(), "sami") == {mine.pk}
    assert len(_listed(world, Filters(), "chiara")) == 1
    world.join(accounts.Reach(Scope.OWN_CASES))
    assert _listed(world, Filters(), "nadia") == set()


def test_a_filter_is_kept_used_renamed_deleted_and_brought_back(world: World) -> None:
    bilal = world.client("bilal")
    query = Filters(marks=frozenset({"review"})).query()
    keep = {"name": "Late", "query": query}
    page = bilal.post(reverse("caseload:keep"), keep, follow=True).content.decode()
    assert "Late" in page
    row = SavedFilter.objects.get()
    assert row.query == query
    url = reverse("caseload:change_filter", args=[row.pk])
    assert (
        "Overdue"
        in bilal.post(url, {"do": "rename", "name": "Overdue"}, follow=True).content.decode()
    )
    gone = bilal.post(url, {"do": "delete"}, follow=True).content.decode()
    assert "Bring the deleted filter back" in gone
    assert queries.saved_filters(world.by("bilal")) == []
    bilal.post(url, {"do": "bring-back"})
    assert [each.name for each in queries.saved_filters(world.by("bilal"))] == ["Overdue"]
    assert world.client("sami").post(url, {"do": "delete"}).status_code == 404


def test_a_filter_is_shared_with_a_team_and_with_nobody_else(world: World) -> None:
    night = accounts.add_team(organisation=world.harbour, name="Night", by=SYSTEM)
    day = accounts.add_team(organisation=world.harbour, name="Day", by=SYSTEM)
    world.join(accounts.Reach(Scope.TEAM, night))
    world.join(accounts.Reach(Scope.TEAM, day), name="noor")
    actions.keep_filter(name="Ours", filters=Filters(), team=night, by=world.by("nadia"))
    actions.keep_filter(name="Mine", filters=Filters(), team=None, by=world.by("nadia"))
    names = {
        who: [each.name for each in queries.saved_filters(world.by(who))]
        for who in ("nadia", "noor", "bilal", "chiara")
    }
    assert names == {"nadia": ["Mine", "Ours"], "noor": [], "bilal": ["Ours"], "chiara": []}
    with pytest.raises(ValidationError):
        actions.keep_filter(name="Theirs", filters=Filters(), team=day, by=world.by("nadia"))
    with pytest.raises(PermissionDenied):
        actions.delete_filter(row=SavedFilter.objects.get(name="Ours"), by=world.by("bilal"))


def test_every_number_of_the_team_opens_as_many_cases(world: World) -> None:
    _item(world, days=3)
    for case in (world.register("salma", count=2), world.register()):
        Case.objects.filter(pk=case.pk).update(review_on=TODAY() - timedelta(days=3))
    Case.objects.filter(pk=world.register().pk).update(worker=None)
    world.register("chiara")
    sami = world.client("sami")
    page = sami.get(reverse("caseload:team"))
    loads = page.context["loads"]
    assert [load.name for load in loads] == ["Nobody", "Bilal", "Salma"]
    figures = [figure for load in loads for figure in load.figures] + page.context["totals"]
    assert sum(load.figures[0].count for load in loads) == 5
    for figure in figures:
        assert len(sami.get(figure.url).context["lines"]) == figure.count, figure


def test_somebody_who_no_longer_works_here_is_shown_with_what_they_carry(world: World) -> None:
    world.users["bilal"].grants.update(revoked_at=timezone.now())
    loads = world.client("sami").get(reverse("caseload:team")).context["loads"]
    assert [(load.name, load.cannot_work) for load in loads] == [("Bilal", True)]


def _entries(world: World, name: str = "bilal", **query: str) -> list[tuple[str, str]]:
    response = world.client(name).get(reverse("caseload:calendar"), query)
    days = response.context["days"]
    return [(day.on.isoformat(), entry.kind.value) for day in days for entry in day.entries]


def test_the_calendar_holds_what_is_due_and_each_only_once(world: World) -> None:
    on = TODAY().replace(day=1) + timedelta(days=14)
    if on < TODAY():
        on = TODAY()
    Case.objects.filter(pk=world.case.pk).update(review_on=on)
    item = _item(world)
    PlanItem.objects.filter(pk=item.pk).update(due=on)
    contact = followup.add(case=world.case, due=on, by=world.by("bilal"))
    world.consent(world.case, valid_until=on)
    approvals.ask(plan=item.plan, by=world.by("bilal"))
    month = {"month": f"{on:%Y-%m}"}
    kinds = [kind for _day, kind in _entries(world, **month)]
    assert kinds == ["review", "item", "contact", "consent"]
    assert [kind for _day, kind in _entries(world, "sami", **month)] == ["approval"]
    everything = {kind for _day, kind in _entries(world, "salma", who="all", **month)}
    assert everything == {"review", "item", "contact", "consent", "approval"}
    assert _entries(world, "chiara", who="all", **month) == []
    followup.waive(contact=contact, end=followup.End(because="in_touch"), by=world.by("bilal"))
    assert "contact" not in [kind for _day, kind in _entries(world, **month)]


@pytest.mark.parametrize(("language", "first"), [("en", 6), ("fr", 0), ("ar", 6)])
def test_the_week_begins_as_the_language_has_it(world: World, language: str, first: int) -> None:
    url = reverse("caseload:calendar")
    page = world.client("bilal").get(url, headers={"Accept-Language": language})
    assert page.context["weeks"][0][0].on.weekday() == first
    with translation.override(language):
        assert len(page.context["names"]) == 7


@pytest.mark.parametrize("month", ["", "x", "2026-13", "0000-01", "9999-12", "2026-1"])
def test_a_month_that_is_none_is_this_one(world: World, month: str) -> None:
    page = world.client("bilal").get(reverse("caseload:calendar"), {"month": month})
    assert page.context["first"] == TODAY().replace(day=1)


def test_a_month_follows_the_last_of_a_year(world: World) -> None:
    year = TODAY().year
    page = world.client("bilal").get(reverse("caseload:calendar"), {"month": f"{year}-12"})
    assert f"month={year + 1}-01" in page.context["next_url"]
    assert f"month={year}-11" in page.context["previous_url"]


def test_roles_without_the_lead_have_no_view_of_the_team(world: World) -> None:
    assert world.client("bilal").get(reverse("caseload:team")).status_code == 403
    world.join(accounts.Reach(Scope.OWN_CASES), role=Role.SUPERVISOR)
    page = world.client("nadia").get(reverse("caseload:team"))
    assert page.context["loads"] == []
