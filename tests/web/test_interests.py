"""What is best for a child: what has to be there, who looks at it, and what an edit undoes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sojourn.web.accounts.actions import Reach
from sojourn.web.accounts.models import Scope
from sojourn.web.accounts.roles import Role
from sojourn.web.cases.models import Case
from sojourn.web.interests import actions, rules
from sojourn.web.interests.actions import Told, Way
from sojourn.web.interests.codes import Kind
from sojourn.web.interests.models import Element, Option, Procedure, Vote
from sojourn.web.interests.states import State
from sojourn.web.people import actions as people
from sojourn.web.people.rules import IdentityData, Names
from sojourn.web.steps import WrongStateError
from tests.web.conftest import AMINA, World

KIDAN = IdentityData(Names("Kidan Example"), birth_date="2013-05-06")
VOICE = Told(
    guardian_words="the night shelter's social worker",
    heard_words="twice, with an interpreter",
    because="her aunt can take her in, and she wants to go to school",
)
SOON = timedelta(days=30)


def begin(world: World, about: str = "care", name: str = "bilal") -> Procedure:
    case = world.register(name, KIDAN)
    return again(
        actions.begin(
            case=case,
            about=about,
            tier="assessment",
            question="where she sleeps",
            by=world.by(name),
        )
    )


def again(procedure: Procedure) -> Procedure:
    rows = Procedure.objects.select_related("case__person__key")
    return rows.get(pk=procedure.pk)


def prepared(world: World, about: str = "care") -> Procedure:
    procedure, by = begin(world, about), world.by("bilal")
    actions.prepare(
        procedure=procedure,
        guardian="asked",
        heard="heard",
        told=replace(VOICE, question="where she sleeps"),
        by=by,
        base=procedure.row_version,
    )
    for kind in rules.ALWAYS:
        actions.write_element(procedure=procedure, kind=kind, text=f"about {kind}", by=by)
    ways = [
        actions.add_way(procedure=procedure, way=Way(what), by=by) for what in ("aunt", "shelter")
    ]
    actions.propose(option=ways[0], by=by)
    return again(procedure)


def submitted(world: World, about: str = "care") -> Procedure:
    procedure = prepared(world, about)
    actions.submit(procedure=procedure, by=world.by("bilal"))
    return again(procedure)


def vote(world: World, procedure: Procedure, name: str, agrees: bool = True) -> Procedure:
    actions.vote(
        procedure=procedure,
        agrees=agrees,
        why="" if agrees else "ask her brother too",
        review_on=timezone.localdate() + SOON,
        by=world.by(name),
    )
    return again(procedure)


@pytest.mark.parametrize(
    ("born", "today", "child"),
    [
        ("2008-12-01", date(2026, 11, 30), True),
        ("2008-11-30", date(2026, 11, 30), False),
        ("2008-02-29", date(2026, 2, 28), True),
        ("2008-02-29", date(2026, 3, 1), False),
        ("2008", date(2026, 11, 30), True),
        ("2008", date(2027, 1, 1), False),
        ("2008-03", date(2026, 3, 30), True),
        ("2007", date(2026, 11, 30), False),
        ("", date(2026, 11, 30), True),
    ],
)
def test_whoever_may_be_under_eighteen_is_treated_as_a_child(
    born: str, today: date, child: bool
) -> None:
    assert rules.may_be_child(born, today) is child


def test_a_grown_up_has_no_such_procedure_nor_its_tab(world: World) -> None:
    case = Case.objects.select_related("person__key", "person__identity").get(pk=world.case.pk)
    with pytest.raises(ValidationError, match="grown up"):
        actions.begin(
            case=case, about="care", tier="assessment", question="x", by=world.by("bilal")
        )
    page = world.client("bilal").get(reverse("notes:list", args=[case.pk])).content.decode()
    assert AMINA.birth_date == "1999-03-04"
    assert "Best interests" not in page
    child = begin(world).case
    page = world.client("bilal").get(reverse("notes:list", args=[child.pk])).content.decode()
    assert "Best interests" in page


@pytest.mark.parametrize("about", ["separation", "custody", "solution"])
def test_what_weighs_most_is_always_decided_by_a_panel(world: World, about: str) -> None:
    procedure = begin(world, about)
    assert procedure.tier == "determination"
    with pytest.raises(IntegrityError), transaction.atomic():
        Procedure.objects.filter(pk=procedure.pk).update(tier="assessment")


def test_all_that_is_missing_is_said_at_once(world: World) -> None:
    with pytest.raises(ValidationError) as refused:
        actions.submit(procedure=begin(world), by=world.by("bilal"))
    said = " ".join(refused.value.messages)
    for words in ("speaks for the child", "was heard", "at least two ways", "Propose one"):
        assert words in said
    assert "Safety" in said


def test_a_child_who_cannot_be_heard_needs_a_reason_and_no_views() -> None:
    ready = rules.Prepared("appointed", "", "not_possible", "", "x", {"care", "safety"}, 2, 1)
    assert rules.missing(ready) == ["Say why the child could not be heard."]
    assert rules.missing(replace(ready, heard_words="she is a baby")) == []
    lacks = rules.missing(replace(ready, guardian="nobody", heard="heard"))
    assert len(lacks) == 2


def test_a_supervisor_agrees_and_it_is_decided_with_a_day_of_the_next_look(world: World) -> None:
    procedure = vote(world, submitted(world), "sami")
    assert procedure.state == State.DECIDED
    assert procedure.review_on == timezone.localdate() + SOON
    url = reverse("interests:procedure", args=[procedure.case_id, procedure.pk])
    page = world.client("bilal").get(url).content.decode()
    assert "decided so" in page
    assert "about views" in page


def test_whoever_prepared_it_never_decides(world: World) -> None:
    procedure = submitted(world)
    world.join(Reach(), Role.SUPERVISOR, name="bilal")
    with pytest.raises(PermissionDenied):
        vote(world, procedure, "bilal")


def test_a_colleague_alone_does_not_decide_for_the_supervisor(world: World) -> None:
    procedure = vote(world, submitted(world), "salma")
    assert procedure.state == State.LOOKED_AT
    with pytest.raises(PermissionDenied):
        vote(world, procedure, "salma")
    assert vote(world, procedure, "sami").state == State.DECIDED


def test_a_panel_takes_three_who_agree(world: World) -> None:
    procedure = submitted(world, "solution")
    world.join(Reach(Scope.ORGANISATION), name="nadia")
    states = [vote(world, procedure, name).state for name in ("sami", "salma", "nadia")]
    assert states == [State.LOOKED_AT, State.LOOKED_AT, State.DECIDED]


def test_one_who_does_not_agree_sends_it_back_and_says_why(world: World) -> None:
    procedure = submitted(world, "solution")
    vote(world, procedure, "sami")
    with pytest.raises(ValidationError):
        actions.vote(procedure=procedure, agrees=False, review_on=None, by=world.by("salma"))
    procedure = vote(world, procedure, "salma", agrees=False)
    assert (procedure.state, procedure.round) == (State.GATHERING, 2)
    actions.submit(procedure=procedure, by=world.by("bilal"))
    procedure = vote(world, again(procedure), "sami")
    assert procedure.state == State.LOOKED_AT
    assert procedure.votes.filter(round=2).count() == 1


def test_nothing_is_changed_while_others_look_at_it(world: World) -> None:
    procedure, by = submitted(world), world.by("bilal")
    with pytest.raises(ValidationError):
        actions.write_element(procedure=procedure, kind=Kind.CARE, text="other", by=by)
    with pytest.raises(ValidationError):
        actions.propose(option=procedure.options.filter(is_proposed=False).get(), by=by)


def test_a_decision_that_is_opened_again_needs_everybody_anew(world: World) -> None:
    procedure = vote(world, submitted(world), "sami")
    actions.look_again(procedure=procedure, by=world.by("bilal"))
    procedure = again(procedure)
    assert (procedure.state, procedure.round) == (State.GATHERING, 2)
    with pytest.raises(WrongStateError):
        actions.look_again(procedure=procedure, by=world.by("bilal"))


def test_without_a_day_to_look_again_nothing_is_decided(world: World) -> None:
    procedure = submitted(world)
    with pytest.raises(ValidationError):
        actions.vote(procedure=procedure, agrees=True, review_on=None, by=world.by("sami"))
    assert not Vote.objects.exists()


def test_each_thing_is_read_only_by_who_is_cleared_for_it(world: World) -> None:
    procedure = begin(world)
    actions.write_element(
        procedure=procedure, kind=Kind.RETURN, text="a feud waits", by=world.by("salma")
    )
    url = reverse("interests:procedure", args=[procedure.case_id, procedure.pk])
    assert "a feud waits" in world.client("salma").get(url).content.decode()
    page = world.client("bilal").get(url).content.decode()
    assert "a feud waits" not in page
    with pytest.raises(PermissionDenied):
        actions.write_element(procedure=procedure, kind=Kind.RETURN, text="x", by=world.by("bilal"))
    url = reverse("interests:element", args=[procedure.case_id, procedure.pk, "return"])
    assert world.client("bilal").get(url).status_code == 404


def test_two_people_who_write_at_once_lose_nothing(world: World) -> None:
    first = begin(world)
    second = again(first)
    told, base = replace(VOICE, question="q"), first.row_version

    def save(procedure: Procedure, name: str) -> None:
        actions.prepare(
            procedure=procedure,
            guardian="asked",
            heard="heard",
            told=told,
            by=world.by(name),
            base=base,
        )

    save(first, "bilal")
    with pytest.raises(ValidationError, match="Somebody else changed this"):
        save(second, "salma")


def test_two_procedures_about_the_same_are_not_begun(world: World) -> None:
    procedure = begin(world)
    case = procedure.case
    with pytest.raises(ValidationError, match="under way already"):
        actions.begin(
            case=case, about="care", tier="assessment", question="x", by=world.by("bilal")
        )
    actions.stop(procedure=procedure, by=world.by("bilal"))
    actions.begin(case=case, about="care", tier="assessment", question="x", by=world.by("bilal"))


def test_words_are_sealed_and_go_with_the_child(world: World) -> None:
    procedure = prepared(world)
    stored = b"".join(
        bytes(value)
        for model, column in ((Procedure, "told"), (Element, "words"), (Option, "told"))
        for value in model._default_manager.values_list(column, flat=True)
    )
    for secret in (b"aunt", b"about", b"interpreter"):
        assert secret not in stored
    people.erase(person=procedure.case.person, by=world.by("sami"), reason="asked")
    url = reverse("interests:procedure", args=[procedure.case_id, procedure.pk])
    page = world.client("sami").get(url)
    assert page.status_code == 200
    assert "aunt" not in page.content.decode()


def test_the_whole_way_in_the_browser_s_forms(world: World) -> None:
    case = world.register("bilal", KIDAN)
    bilal = world.client("bilal")
    at = reverse("interests:begin", args=[case.pk])
    assert bilal.post(at, {"about": "care", "tier": "assessment"}).status_code == 400
    bilal.post(at, {"about": "care", "tier": "assessment", "question": "where she sleeps"})
    procedure = Procedure.objects.get()
    args = [case.pk, procedure.pk]
    voice = {"guardian": "parents", "heard": "chose_not", "because": "near her friends"}
    bilal.post(reverse("interests:prepare", args=args), {**voice, "base": procedure.row_version})
    for kind in ("care", "safety"):
        bilal.post(reverse("interests:element", args=[*args, kind]), {"text": "x"})
    for what in ("here", "there"):
        bilal.post(reverse("interests:add_way", args=args), {"what": what})
    option = procedure.options.earliest("made_at")
    bilal.post(reverse("interests:propose", args=[*args, option.pk]))
    bilal.post(reverse("interests:submit", args=args))
    when = (timezone.localdate() + SOON).isoformat()
    url = reverse("interests:look", args=args)
    world.client("sami").post(url, {"agrees": "yes", "review_on": when})
    assert again(procedure).state == State.DECIDED


@pytest.mark.parametrize(("about", "asked"), [("care", ["sami"]), ("solution", ["salma", "sami"])])
def test_my_day_asks_who_has_to_look_at_it_until_they_have(
    about: str, asked: list[str], world: World
) -> None:
    procedure = submitted(world, about)
    page = reverse("interests:procedure", args=[procedure.case_id, procedure.pk])

    def reminded() -> list[str]:
        names = ("bilal", "salma", "sami", "chiara")
        return [n for n in names if page in world.client(n).get("/").content.decode()]

    assert reminded() == asked
    vote(world, procedure, asked[0])
    assert reminded() == (asked[1:] or ["bilal"]), "who prepared it is told that it was decided"


def test_the_number_of_queries_does_not_grow(world: World) -> None:
    procedure = prepared(world)
    client = world.client("bilal")
    url = reverse("interests:procedure", args=[procedure.case_id, procedure.pk])
    counts = []
    for more in (1, 8):
        for each in range(more):
            way = Way(f"way {each}", "for", "against")
            actions.add_way(procedure=procedure, way=way, by=world.by("bilal"))
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]
