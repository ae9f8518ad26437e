"""PostgreSQL holds the rows of organisations apart where the door forgot to (see `conftest`).

Each test reads the bare tables, as a query without `visible` would.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.db.models import Model, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM, Principal, Purpose, Visible, visible
from sojourn.web.accounts.models import Interest, Scope, Team
from sojourn.web.accounts.roles import Role
from sojourn.web.audit.actions import record
from sojourn.web.audit.models import Event
from sojourn.web.cases.models import Assessment, Case, CaseStep
from sojourn.web.field.models import Attachment, Submission, Ticket
from sojourn.web.glass.actions import look
from sojourn.web.glass.models import Opening, Part, Verdict
from sojourn.web.notes.models import Note
from sojourn.web.people.models import Identity, Person
from sojourn.web.places.models import Joined, PlaceAnswers
from sojourn.web.plans import approvals
from sojourn.web.plans.models import Approval, ItemStep
from sojourn.web.walls import install
from sojourn.web.walls.registry import WALLS, Free
from sojourn.web.walls.standing import OPENING, standing, system, wall
from tests.web.conftest import NARROW, ROLES, World, put_into, reach_of
from tests.web.test_access_matrix import foreign, framework, scene, world

__all__ = ["foreign", "framework", "scene", "world"]  # the world of the matrix grows with it

HELD = {label: apps.get_model(label) for label, each in WALLS.items() if not isinstance(each, Free)}
ORGANISATION = {
    "people.personkey": "person__organisation_id",
    "people.identity": "person__organisation_id",
    "people.mark": "person__organisation_id",
    "imports.row": "whole__organisation_id",
    "consent.consentstep": "consent__organisation_id",
    "field.attachment": "submission__organisation_id",
    "places.joined": "assessment__organisation_id",
    "glass.look": "opening__organisation_id",
    "audit.seen": "event__organisation_id",
}
"""The way from a row to its organisation, where it does not stand on the row."""


LATER = {
    "incidents.incident",
    "incidents.allegedactor",
    "interests.procedure",
    "interests.element",
    "interests.option",
    "interests.vote",
    "oversight.ending",
    "followup.contact",
    "followup.contactwish",
    "caseload.savedfilter",
    "caseload.handover",
    "caseload.assignment",
    *("people.mark", "kin.relation", "kin.group", "kin.membership"),
    *("duplicates.pair", "duplicates.decision", "duplicates.link", "duplicates.clusterrow"),
    *("exports.export", "imports.import", "imports.row", "imports.outsidenumber"),
}
"""Tables of which the matrix makes no row on both sides: what is asserted of them is less."""


def _organisation(label: str) -> str:
    return ORGANISATION.get(label, "organisation_id")


@pytest.fixture
def both(world: World, foreign: Case) -> dict[str, Case]:
    """A file at Harbour and one at Crossroads, with something in every table."""
    files = {"bilal": world.case, "chiara": foreign}
    for name, case in files.items():
        ticket = Ticket.objects.get(case=case)
        sent = Submission.objects.create(
            ticket=ticket,
            organisation=case.organisation,
            case=case,
            instance_id="one",
            xml=b"x",
            received_at=timezone.now(),
        )
        Attachment.objects.create(submission=sent, name="a", content=b"x")
        assessment = case.assessments.get()
        place = PlaceAnswers.objects.get(organisation=case.organisation)
        Joined.objects.get_or_create(assessment=assessment, defaults={"answers": place})
        supervisor = f"super-{name}"
        reach = accounts.Reach(Scope.ORGANISATION)
        world.join(reach, Role.SUPERVISOR, case.organisation, name=supervisor)
        approval = Approval.objects.get(subject__case=case)
        approvals.decide(approval=approval, approves=False, why="No", by=world.by(supervisor))
        look(
            opening=Opening.objects.get(case=case),
            part=Part.SUPERVISION,
            verdict=Verdict.RIGHT,
            by=world.by(supervisor),
        )
        world.client(name).get(reverse("people:list"))
        world.register(name)
        world.client(name).get(reverse("people:list"))
        CaseStep.objects.create(
            case=case, organisation=case.organisation, episode=1, at=timezone.now()
        )
        ItemStep.objects.create(
            item=case.plan_items.all()[0], organisation=case.organisation, at=timezone.now()
        )
    return files


def _shown(principal: Principal) -> dict[str, set[object]]:
    """What each bare table shows to this principal."""
    with standing(principal):
        return {
            label: set(model._default_manager.values_list("pk", flat=True))
            for label, model in HELD.items()
        }


def _of(label: str, organisation: uuid.UUID) -> set[object]:
    rows = HELD[label]._default_manager.filter(**{_organisation(label): organisation})
    return set(rows.values_list("pk", flat=True))


_CONTENTS = {each for each in Purpose if each.verb in OPENING}
_PURPOSES = {
    "people.person": {*_CONTENTS, Purpose.FIND},
    "cases.case": {*_CONTENTS, Purpose.FIND},
    "audit.event": {Purpose.OVERSIGHT},
    "glass.opening": {*_CONTENTS, Purpose.OVERSIGHT},
}
"""The purposes with which rows of a model are asked for."""


def _visible(principal: Principal, model: type[Model]) -> set[object]:
    found: set[object] = set()
    for purpose in _PURPOSES.get(model._meta.label_lower, _CONTENTS):
        rows = visible(principal, model._default_manager.all(), purpose).rows
        found |= set(rows.values_list("pk", flat=True))
    return found


def test_the_tests_connect_as_whom_the_wall_holds(db: None) -> None:
    assert not install.role().goes_around


def test_every_table_has_the_policy_of_the_register(db: None) -> None:
    assert install.differing() == []


def test_a_policy_that_somebody_changed_is_found_and_put_back(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE notes_note NO FORCE ROW LEVEL SECURITY")
        cursor.execute("CREATE POLICY more ON cases_case USING (true)")
        cursor.execute(f"DROP POLICY {install.NAME} ON people_person")
    assert install.differing() == ["people_person", "cases_case", "notes_note"]
    install.install()
    assert install.differing() == []


def test_a_table_without_rows_of_both_organisations_proves_nothing(
    world: World, both: dict[str, Case]
) -> None:
    empty = [
        label
        for label in HELD
        for organisation in (world.harbour, world.crossroads)
        if not _of(label, organisation.pk)
    ]
    assert set(empty) <= LATER, "put one of each into the world above"


@pytest.mark.parametrize("name", ROLES)
def test_bare_tables_show_no_row_of_another_organisation(
    name: str, world: World, both: dict[str, Case]
) -> None:
    _role, own = ROLES[name]
    other = world.crossroads if own == "harbour" else world.harbour
    principal = world.by(name)
    shown = _shown(principal)
    for label, model in HELD.items():
        assert not shown[label] & _of(label, other.pk), label
        if hasattr(model, "ACCESS_KEY"):
            assert shown[label] >= _visible(principal, model), label


def test_who_works_with_everything_sees_all_of_their_own(
    world: World, both: dict[str, Case]
) -> None:
    """The other half of the proof: the wall is no closed gate."""
    shown = _shown(world.by("bilal"))
    for label in HELD:
        assert shown[label] >= _of(label, world.harbour.pk), label


CONTENTS = [
    label
    for label in HELD
    if label.split(".")[0] in ("cases", "plans", "notes", "consent", "field")
]


@pytest.mark.parametrize("scope", NARROW)
def test_narrow_grants_are_as_narrow_in_bare_tables(
    scope: Scope, world: World, both: dict[str, Case]
) -> None:
    user = world.join(reach_of(scope, world.harbour), Role.SUPERVISOR, name="nia")
    shown = _shown(world.by("nia"))
    for label in set(CONTENTS) - {"cases.case"}:
        assert not shown[label], label
    assert not shown["glass.opening"]
    assert shown["people.person"] >= _visible(world.by("nia"), Person)  # to know that it is there
    put_into(world.case, user.grants.get())
    shown = _shown(world.by("nia"))
    for label in CONTENTS:
        assert shown[label] or label in LATER, label
        assert shown[label] >= (
            _visible(world.by("nia"), HELD[label]) if hasattr(HELD[label], "ACCESS_KEY") else set()
        )
        assert not shown[label] & _of(label, world.crossroads.pk), label


def test_an_area_is_one_of_its_organisation_and_not_of_another_one(
    world: World, both: dict[str, Case]
) -> None:
    """Nia works in one area at Harbour, and in another one at Crossroads."""
    for organisation, area in ((world.harbour, "XX01"), (world.crossroads, "XX02")):
        world.join(accounts.Reach(Scope.AREA, area=area), organisation=organisation, name="nia")
    Case.objects.filter(pk=world.case.pk).update(area="XX010")
    Case.objects.filter(pk=both["chiara"].pk).update(area="XX01")
    assert not _shown(world.by("nia"))["cases.assessment"]
    Case.objects.filter(pk=both["chiara"].pk).update(area="XX02/XX0201")
    shown = _shown(world.by("nia"))["cases.assessment"]
    assert shown == set(both["chiara"].assessments.values_list("pk", flat=True))


def test_a_named_case_or_a_team_of_another_organisation_opens_nothing(
    world: World, both: dict[str, Case]
) -> None:
    team = accounts.add_team(organisation=world.harbour, name="Night", by=SYSTEM)
    world.join(accounts.Reach(Scope.TEAM, team), name="nia")
    world.join(accounts.Reach(Scope.NAMED_CASES, None, frozenset({both["chiara"].pk})), name="nia")
    Case.objects.filter(pk=both["chiara"].pk).update(team=team)
    shown = _shown(world.by("nia"))
    for label in HELD:
        assert not shown[label] & _of(label, world.crossroads.pk), label


def test_branches_are_reached_from_above_and_not_from_beside(
    world: World, both: dict[str, Case]
) -> None:
    world.crossroads.parent = world.harbour
    world.crossroads.save()
    world.join(accounts.Reach(Scope.BRANCHES), Role.SUPERVISOR, name="nia")
    above, beside = _shown(world.by("nia")), _shown(world.by("bilal"))
    for label in HELD:
        assert above[label] >= _of(label, world.crossroads.pk), label
        assert not beside[label] & _of(label, world.crossroads.pk), label


def test_who_is_part_of_a_case_finds_nothing_of_it_in_bare_tables(
    world: World, both: dict[str, Case]
) -> None:
    accounts.declare_conflict(
        user=world.users["sami"], cases=[world.case.pk], interest=Interest.RELATIVE, by=SYSTEM
    )
    with standing(world.by("sami")):
        assert not Case.objects.filter(pk=world.case.pk).exists()
        assert not Person.objects.filter(pk=world.case.person_id).exists()
        assert not Identity.objects.filter(pk=world.case.person_id).exists()
        for label in CONTENTS:
            model = HELD[label]
            names = {field.name for field in model._meta.get_fields()}
            if "case" in names:
                assert not model._default_manager.filter(case=world.case).exists(), label
        assert Case.objects.exists()


def test_whoever_asks_for_an_emergency_reads_that_file_and_no_other(
    world: World, both: dict[str, Case]
) -> None:
    with standing(world.by("nadia-bilal")):
        assert set(Assessment.objects.values_list("case_id", flat=True)) == {world.case.pk}
        assert Note.objects.count() == 1


def test_whoever_reads_the_audit_counts_rows_and_opens_no_identity(
    world: World, both: dict[str, Case]
) -> None:
    shown = _shown(world.by("emil"))
    assert not shown["people.identity"]
    for label in set(HELD) - {"people.identity"}:
        assert not shown[label] & _of(label, world.crossroads.pk), label
        if hasattr(HELD[label], "ACCESS_KEY"):
            rows = visible(world.by("emil"), HELD[label]._default_manager.all(), Purpose.OVERSIGHT)
            if label != "places.placeanswers":  # about nobody
                assert shown[label] >= set(rows.rows.values_list("pk", flat=True)), label


@pytest.mark.parametrize("name", ["dana", "ana"])
def test_roles_without_files_find_every_table_empty(
    name: str, world: World, both: dict[str, Case]
) -> None:
    assert {label for label, rows in _shown(world.by(name)).items() if rows} == set()


def test_nobody_sees_nothing(world: World, both: dict[str, Case]) -> None:
    assert {label for label, rows in _shown(Principal(None, "")).items() if rows} == set()


# -- a fault in the door


def _open_door(principal: Principal, queryset: QuerySet[Model], purpose: Purpose) -> Visible[Model]:
    """`visible` with the worst fault it can have: it narrows nothing."""
    everywhere = {each: frozenset[object]() for each in principal.organisations(purpose.verb)}
    return Visible(queryset, purpose, principal, everywhere)  # type: ignore[arg-type]  # no classes


def test_with_a_door_that_narrows_nothing_the_list_shows_nobody_else(
    world: World, both: dict[str, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sojourn.web.people import queries

    monkeypatch.setattr(queries, "visible", _open_door)
    page = world.client("chiara").get(reverse("people:list")).content.decode()
    assert both["chiara"].person.number in page
    assert both["bilal"].person.number not in page


@pytest.mark.parametrize(("who", "status"), [("bilal", 200), ("chiara", 404)])
def test_with_a_door_that_narrows_nothing_a_foreign_file_is_not_found(
    who: str, status: int, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sojourn.web.people import queries

    monkeypatch.setattr(queries, "visible", _open_door)
    url = reverse("people:person", args=[world.case.person_id])
    assert world.client(who).get(url).status_code == status


def test_a_row_cannot_be_written_into_another_organisation(
    world: World, both: dict[str, Case]
) -> None:
    person = Person(organisation=world.harbour, number="HA-9", registered_at=timezone.now())
    with pytest.raises(ProgrammingError, match="row-level security"), standing(world.by("chiara")):
        person.save(force_insert=True)
    with standing(world.by("chiara")):
        assert Person.objects.filter(pk=world.case.person_id).update(language="xx") == 0
        with pytest.raises(ProgrammingError, match="row-level"), transaction.atomic():
            Person.objects.filter(pk=both["chiara"].person_id).update(organisation=world.harbour)


def test_the_audit_is_written_by_nothing_but_its_own_writer(world: World) -> None:
    last = Event.objects.latest("seq")
    last.seq += 1
    with pytest.raises(ProgrammingError, match="row-level security"), standing(world.by("bilal")):
        last.save(force_insert=True)
    with standing(world.by("bilal")):
        record(by=world.by("bilal"), verb="read", organisation_id=world.harbour.pk)
    assert Event.objects.latest("seq").seq == last.seq


# -- transactions


def _settings() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('sojourn.finds', true), current_setting('sojourn.system', true)"
        )
        return {each for each in cursor.fetchone() if each}


def test_a_connection_that_is_used_again_brings_nothing_along(world: World) -> None:
    with ThreadPoolExecutor(1) as server:  # as a server has it: its own connection, told nothing
        server.submit(_requests, world.by("bilal"), world.harbour.pk).result()


def _requests(principal: Principal, harbour: uuid.UUID) -> None:
    assert _settings() == set()
    with standing(principal):
        assert _settings() == {"{" + str(harbour) + "}"}
    assert _settings() == set()
    with pytest.raises(ZeroDivisionError), standing(principal):
        _ = 1 // 0
    assert _settings() == set()
    with system("a test"):
        assert _settings() == {"a test"}
    assert _settings() == set()
    connection.close()


def _answer(response: Callable[[], HttpResponse], world: World) -> HttpResponseBase:
    request = RequestFactory().get("/")
    request.user = world.users["bilal"]
    return wall(lambda _request: response())(request)


@pytest.mark.parametrize(("status", "kept"), [(200, 1), (403, 1), (500, 0)])
def test_an_answer_that_says_an_error_has_kept_nothing(
    status: int, kept: int, world: World
) -> None:
    def act() -> HttpResponse:
        Team.objects.create(organisation=world.harbour, name="Night")
        return HttpResponse(status=status)

    _answer(act, world)
    assert Team.objects.filter(name="Night").count() == kept


def test_what_is_read_while_an_answer_is_sent_is_held_too(world: World, foreign: Case) -> None:
    def act() -> StreamingHttpResponse:
        return StreamingHttpResponse(str(each.pk) for each in Case.objects.all())

    sent = b"".join(_answer(act, world))  # type: ignore[arg-type]  # it streams
    assert str(world.case.pk) in sent.decode()
    assert str(foreign.pk) not in sent.decode()


def test_after_a_refused_statement_the_next_transaction_stands_right(world: World) -> None:
    with (
        pytest.raises(ProgrammingError),
        standing(world.by("chiara")),
        system("a test"),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT nothing_of_this_name")
    with standing(world.by("chiara")):
        assert not Case.objects.filter(pk=world.case.pk).exists()
    assert Case.objects.filter(pk=world.case.pk).exists()
