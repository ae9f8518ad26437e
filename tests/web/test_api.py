"""What the API promises beyond who may enter (`test_api_matrix`): one truth with the screens, what
is withheld is said, kinds of missing, versions and conflicts, repeats, errors in kind words."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.api import paging, service
from sojourn.web.api.models import Answered
from sojourn.web.audit.models import Event
from sojourn.web.cases.models import Assessment, Case, Difference
from sojourn.web.notes.models import Note
from sojourn.web.people.models import Person
from tests.web.api_operations import call, call_at, client_with, get, post, token_for
from tests.web.conftest import AMINA, SECRETS, WALL, World
from tests.web.test_access_matrix import _furnished, framework

__all__ = ["framework"]


@pytest.fixture
def foreign(world: World) -> Case:
    """A file of another organisation, and on both sides one of everything."""
    return _furnished(world)


READERS = ("bilal", "salma", "sami")


def names(items: Any) -> list[str]:
    return [item["name"] if isinstance(item, dict) else item.name for item in items]


# One truth with the screens ------------------------------------------------------------------


@pytest.mark.parametrize("who", READERS)
def test_findings_are_those_of_the_situation_page(who: str, world: World, foreign: Case) -> None:
    client, case = world.client(who), world.case
    page = client.get(reverse("cases:situation", args=[case.pk])).context["situation"]
    read = get(client, f"cases/{case.pk}/assessments/{case.assessments.get().pk}")
    for level, band in zip(page.levels, read["levels"], strict=True):
        for side in ("risks", "resources", "unknowns"):
            assert names(getattr(level, side)) == names(band[side])
            assert [each.statement for each in getattr(level, side)] == [
                each["statement"] for each in band[side]
            ]
    assert names(page.urgent) == names(read["urgent"])
    assert [names(group.items) for group in page.responses] == [
        names(group["items"]) for group in read["responses"]
    ]
    assert (page.signs is None) is (read["signs"] is None)
    assert page.not_shown == read["not_shown"]


@pytest.mark.parametrize("who", READERS)
def test_lists_are_those_of_the_pages(who: str, world: World, foreign: Case) -> None:
    world.register(count=3)
    client, case = world.client(who), world.case
    page = client.get(reverse("people:list"))
    cases = get(client, "caseload")["items"]
    assert [str(line.person.pk) for line in page.context["lines"]] == [c["person"] for c in cases]
    assert [list(line.urgent) for line in page.context["lines"]] == [c["urgent"] for c in cases]
    shown = client.get(reverse("notes:list", args=[case.pk])).context["lines"]
    notes = get(client, f"cases/{case.pk}/notes")["items"]
    assert [(str(line.note.pk), line.text) for line in shown] == [
        (note["id"], note["text"]) for note in notes
    ]
    board = client.get(reverse("plans:board", args=[case.pk])).context["bands"]
    cards = {str(c.id): c.title for band in board for col in band.columns for c in col.cards}
    items = get(client, f"cases/{case.pk}/plan")["items"]
    assert cards == {item["id"]: item["title"] for item in items}
    course = client.get(reverse("cases:course", args=[case.pk])).context
    read = get(client, f"cases/{case.pk}")
    assert [act.value for act in course["acts"]] == read["acts"]
    assert len(course["steps"]) == len(read["steps"])
    assert course["differing"] == len(read["differing"])
    looks = client.get(reverse("people:looks", args=[case.person_id])).context["events"]
    events = get(client, f"people/{case.person_id}/looks")["items"]
    before = [event for event in events if event["seq"] <= looks[0].seq]
    assert [event.seq for event in looks][: len(before)] == [event["seq"] for event in before]


@pytest.mark.parametrize("who", READERS)
def test_reads_note_the_classes_that_the_page_notes(who: str, world: World, foreign: Case) -> None:
    client, case = world.client(who), world.case
    row = case.assessments.get()
    client.get(reverse("cases:situation", args=[case.pk]))
    of_the_assessment = Event.objects.filter(object_type="cases.assessment")
    by_page = of_the_assessment.latest("seq")
    get(client, f"cases/{case.pk}/assessments/{row.pk}")
    by_api = of_the_assessment.latest("seq")
    assert by_page != by_api
    same = ("object_id", "object_type", "person_id", "case_id", "purpose", "classes_shown", "verb")
    assert [getattr(by_page, name) for name in same] == [getattr(by_api, name) for name in same]
    assert (by_page.channel, by_api.channel) == ("screen", "api")


def test_taken_back_consent_is_withheld_here_as_well(world: World, foreign: Case) -> None:
    case = world.case
    for each in case.person.consents.filter(state="given"):
        post(
            world.client("bilal"),
            f"people/{case.person_id}/consents/{each.pk}/step",
            {"step": "withdrawn"},
        )
    read = get(world.client("bilal"), f"cases/{case.pk}/assessments/{case.assessments.get().pk}")
    assert read["answers"] == {}
    assert not any(band[side] for band in read["levels"] for side in ("risks", "resources"))
    assert "body_health" in read["withheld"]
    assert "status_protection" not in read["withheld"]


# What is withheld is said ---------------------------------------------------------------------


def test_a_token_without_a_class_is_told_what_it_does_not_get(world: World, foreign: Case) -> None:
    classes = frozenset({DataClass.CASE_WORK})
    client, case = client_with(token_for(world, "bilal", classes=classes)), world.case
    read = get(client, f"people/{case.person_id}")
    assert (read["names"], read["phone"], read["version"]) == (None, None, None)
    assert read["withheld"] == ["contact_place", "identity"]
    for line in get(client, "people")["items"]:
        assert (line["name"], line["withheld"]) == (None, ["identity"])
    lines = [*get(client, "cases")["items"], *get(client, "caseload")["items"]]
    assert [line["name"] for line in lines] == [None] * len(lines)
    assert len(lines) > 2
    found = post(client, "people/find", {"q": case.person.number})
    assert found.status_code == 403
    everything = "".join(
        client.get(f"/api/v1/{path}").content.decode()
        for path in ("people", "cases", f"cases/{case.pk}", f"people/{case.person_id}")
    )
    assert not [secret for secret in SECRETS if secret in everything]


def test_a_token_that_may_not_see_a_class_does_not_write_answers_of_it(world: World) -> None:
    client = client_with(token_for(world, "bilal", classes=frozenset({DataClass.CASE_WORK})))
    body = {"basis": "consent", "answers": {"is_ill": "yes", "has_friend": "yes"}}
    refused = post(client, f"cases/{world.case.pk}/assessments", body)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["is_ill"]


# Kinds of missing -----------------------------------------------------------------------------


def test_the_kinds_of_missing_are_kept(world: World) -> None:
    client, path = world.client("bilal"), f"cases/{world.case.pk}/assessments"
    answers = {
        "stage": "transit",
        "is_ill": {"missing": "does_not_know"},
        "sleeps_safely": {"missing": "prefers_not_to_say"},
    }
    made = post(client, path, {"basis": "consent", "answers": answers})
    assert made.status_code == 201
    read = get(client, f"{path}/{made.json()['id']}")["answers"]
    assert read["stage"] == {"value": "transit", "missing": None}
    assert read["is_ill"] == {"value": None, "missing": "does_not_know"}
    assert read["sleeps_safely"] == {"value": None, "missing": "prefers_not_to_say"}
    assert read["has_friend"] == {"value": None, "missing": "not_asked"}


@pytest.mark.parametrize(
    "answer", ["perhaps", ["yes"], True, None, {}, {"missing": "lost"}, {"missing": []}, 1e400, []]
)
def test_what_cannot_be_an_answer_is_told_at_its_question(answer: object, world: World) -> None:
    body = {"basis": "consent", "answers": {"has_friend": answer, "no_such": "yes"}}
    refused = post(world.client("bilal"), f"cases/{world.case.pk}/assessments", body)
    assert refused.status_code in (400, 422)
    if refused.status_code == 422 and answer not in (["yes"], []):
        assert {e["field"] for e in refused.json()["errors"]} == {"has_friend", "no_such"}
    assert world.case.assessments.count() == 1


# Versions and conflicts -----------------------------------------------------------------------


def test_a_correction_keeps_what_was_not_named_and_what_one_does_not_see(world: World) -> None:
    case = world.case
    row = world.assess(case, {"stage": "transit", "has_friend": "yes", "fears_return": "yes"})
    path = f"cases/{case.pk}/assessments/{row.pk}"
    done = post(world.client("bilal"), path, {"answers": {"has_friend": "no"}}, "PATCH")
    assert done.status_code == 200, done.content
    now = Assessment.objects.get(pk=done.json()["id"])
    assert now.replaces_id == row.pk
    values = now.answers["values"]
    assert (values["stage"], values["has_friend"]) == ("transit", "no")
    assert values.get("fears_return") == row.answers["values"].get("fears_return")


def test_a_correction_of_what_was_corrected_meanwhile_gets_both_values(world: World) -> None:
    case, row = world.case, world.case.assessments.get()
    path = f"cases/{case.pk}/assessments/{row.pk}"
    first = post(world.client("sami"), path, {"answers": {"has_friend": "no"}}, "PATCH")
    second = post(
        world.client("bilal"),
        path,
        {"answers": {"has_friend": {"missing": "does_not_know"}}},
        "PATCH",
    )
    assert second.status_code == 409
    told = second.json()
    assert told["current"] == first.json()["id"]
    assert told["conflicts"] == [
        {
            "field": "has_friend",
            "yours": {"value": None, "missing": "does_not_know"},
            "theirs": {"value": "no", "missing": None},
        }
    ]
    assert Assessment.objects.filter(case=case).count() == 2


def test_two_who_change_one_note_get_both_values_and_both_are_kept(
    world: World, foreign: Case
) -> None:
    case, note = world.case, world.case.notes.get()
    path = f"cases/{case.pk}/notes/{note.pk}"
    first = post(world.client("sami"), path, {"text": "theirs"}, "PATCH", **{"If-Match": '"1"'})
    assert first.json()["row_version"] == 2
    second = post(world.client("bilal"), path, {"text": "mine", "row_version": 1}, "PATCH")
    assert second.status_code == 409
    (both,) = second.json()["conflicts"]
    assert (both["yours"], both["theirs"], both["field"]) == ("mine", "theirs", "words")
    assert Difference.objects.filter(pk=both["difference"], settled_at=None).exists()
    third = post(world.client("bilal"), path, {"text": "mine"}, "PATCH")
    assert third.status_code == 428


def test_changes_of_different_fields_are_merged(world: World, foreign: Case) -> None:
    case, item = world.case, world.case.plan_items.get()
    path = f"cases/{case.pk}/plan/items/{item.pk}"
    base = item.row_version
    due = (timezone.localdate() + timedelta(days=20)).isoformat()
    assert (
        post(world.client("sami"), path, {"due": due, "row_version": base}, "PATCH").status_code
        == 200
    )
    done = post(world.client("bilal"), path, {"goal": "a bed", "row_version": base}, "PATCH")
    assert done.status_code == 200
    read = get(world.client("bilal"), path)
    assert (read["due"], read["goal"]) == (due, "a bed")


def test_a_person_corrected_meanwhile_stays_and_both_values_are_told(world: World) -> None:
    client, path = world.client("bilal"), f"people/{world.case.person_id}"
    version = get(client, path)["version"]
    assert (
        post(client, path, {"phone": "+999111222333", "version": version}, "PATCH").status_code
        == 200
    )
    late = post(client, path, {"phone": "+999444555666"}, "PATCH", **{"If-Match": f'"{version}"'})
    assert late.status_code == 409
    (both,) = late.json()["conflicts"]
    assert (both["yours"], both["theirs"]) == ("+999444555666", "+999111222333")
    read = get(client, path)
    assert (read["phone"], read["names"]["own"]) == ("+999111222333", AMINA.names.own)


def test_an_act_that_the_state_does_not_have_is_a_conflict(world: World) -> None:
    body = {"reason": "new_need", "review_on": timezone.localdate().isoformat()}
    response = post(world.client("bilal"), f"cases/{world.case.pk}/acts/reopen", body)
    assert response.status_code == 409


# Repeats --------------------------------------------------------------------------------------


def test_a_request_sent_twice_with_a_key_changes_something_once(world: World) -> None:
    client = world.client("bilal")
    body = {"own": "Nuru Secretname", "phone": "+999000111333", "is_somebody_else": True}
    first = post(client, "people", body, **{"Idempotency-Key": "a"})
    again = post(client, "people", body, **{"Idempotency-Key": "a"})
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Person.objects.count() == 2
    other = post(client, "people", {"own": "Other"}, **{"Idempotency-Key": "a"})
    assert other.status_code == 422
    assert post(world.client("sami"), "people", body, **{"Idempotency-Key": "a"}).status_code == 201
    kept = json.dumps(list(Answered.objects.values("key", "request", "body")), default=str)
    assert not [secret for secret in (*SECRETS, "Nuru", "111333") if secret in kept]


def test_what_failed_may_be_tried_again_under_the_same_key(world: World) -> None:
    client = world.client("bilal")
    assert post(client, "people", {"own": ""}, **{"Idempotency-Key": "b"}).status_code == 422
    assert post(client, "people", {"own": "Nuru"}, **{"Idempotency-Key": "b"}).status_code == 201


def test_a_file_sent_twice_is_kept_once(world: World, foreign: Case) -> None:
    client, key = world.client("bilal"), {"Idempotency-Key": "c"}
    assert call(client, "attach_file", world.case, **key).status_code == 201
    assert call(client, "attach_file", world.case, **key).status_code == 201
    assert Note.objects.filter(case=world.case).count() == 2


def test_old_answers_are_forgotten(world: World) -> None:
    client = world.client("bilal")
    post(client, "people", {"own": "Nuru"}, **{"Idempotency-Key": "d"})
    Answered.objects.update(at=timezone.now() - timedelta(days=2))
    post(client, "people", {"own": "Nuru"}, **{"Idempotency-Key": "d"})
    assert Person.objects.count() == 3


# Pages, errors, description -------------------------------------------------------------------


def test_pages_follow_each_other_without_gaps_or_counts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.register(count=7)
    monkeypatch.setattr(paging.page, "__defaults__", (3,))
    for path, few in (("people", 8), ("cases", 8), (f"people/{world.case.person_id}/looks", 4)):
        seen: list[object] = []
        after = ""
        while True:
            read = get(world.client("bilal"), path, after=after)
            assert set(read) == {"items", "next"}
            seen += [item.get("id", item.get("seq")) for item in read["items"]]
            after = read["next"]
            if after is None or len(seen) > 40:
                break
        assert len(seen) == len(set(seen))
        assert len(seen) >= few


@pytest.mark.parametrize("after", ["x", "é", "W10", "bnVsbA", "WyJ4IiwieSJd", "A" * 5000, "WzFd"])
def test_a_cursor_that_is_none_is_told(after: str, world: World) -> None:
    for path in ("people", "cases", "places"):
        response = world.client("bilal").get(f"/api/v1/{path}", {"after": after})
        assert response.status_code == 422


def test_the_number_of_queries_does_not_grow_with_people(world: World) -> None:
    counts = []
    for more in (4, 30):
        for case in world.register(count=more).organisation.cases.filter(assessed_at=None)[:more]:
            world.consent(case)
            world.assess(case)
        client = world.client("bilal")
        for path in ("people", "cases"):
            with CaptureQueriesContext(connection) as found:
                get(client, path)
            counts.append(len(found))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 23 + WALL  # one is the part of a transaction that is the operation's own


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff",
        b'{"own": "\\ud800"}',
        b'{"own": NaN}',
        b"[" * 9000,
        b'{"own": "a\\u0000b"}',
        b'{"own": 5}',
        b'{"wrong": 1}',
        b'{"own": {"a": 1}}',
        b"9" * 5000,
    ],
)
def test_a_body_that_is_none_is_told_and_changes_nothing(body: bytes, world: World) -> None:
    client = world.client("bilal")
    response = client.post("/api/v1/people", body, content_type="application/json")
    assert response.status_code in (400, 422)
    assert response["Content-Type"] == "application/problem+json"
    assert Person.objects.count() == 1


def test_problems_say_what_is_wrong_in_the_language_of_the_request(world: World) -> None:
    client = world.client("bilal")
    response = post(client, "people", {"own": "Nuru", "phone": "12"}, **{"Accept-Language": "fr"})
    told = response.json()
    assert (told["status"], told["type"]) == (422, "about:blank")
    assert told["errors"][0]["field"] == "phone"
    assert told["errors"][0]["detail"] != "Write 7 to 15 digits, the country code first."
    assert told["request_id"] == response["X-Request-ID"]


@pytest.mark.parametrize("path", ["nothing", "people/x", "people/1/looks", "", "cases/a/b/c"])
def test_an_address_that_is_none_is_a_problem_too(path: str, world: World) -> None:
    response = world.client("bilal").get(f"/api/v1/{path}")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_a_wrong_method_is_a_problem_too(world: World) -> None:
    response = world.client("bilal").delete("/api/v1/people")
    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")
    assert "POST" in response["Allow"]


def test_a_failure_is_told_kindly_and_without_its_cause(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object, **_more: object) -> None:
        raise RuntimeError("Amina Secretname")

    monkeypatch.setattr("sojourn.web.api.operations.people.person_lines", fails)
    response = world.client("bilal").get("/api/v1/people")
    assert response.status_code == 500
    assert "Amina" not in response.content.decode()
    assert response["Content-Type"] == "application/problem+json"


def test_nothing_is_answered_where_the_read_cannot_be_noted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object, **_more: object) -> None:
        raise RuntimeError("full")

    client = world.client("bilal")
    monkeypatch.setattr("sojourn.web.audit.actions._append", fails)
    response = client.get(f"/api/v1/people/{world.case.person_id}")
    assert response.status_code == 500
    assert "Amina" not in response.content.decode()


def test_the_document_is_open_and_names_every_operation(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    found = {each["operationId"] for path in document["paths"].values() for each in path.values()}
    assert found == set(service.operations())
    assert set(document["components"]["securitySchemes"]) == {"Token", "Session"}


def test_every_answer_fits_the_document(world: World, foreign: Case) -> None:
    """A field that the answer has and the description does not would be lost on programs."""
    schemas = service.document()["components"]["schemas"]
    read = call(world.client("sami"), "read_person", world.case).json()
    assert set(read) == set(schemas["Person"]["properties"])


def test_kept_answers_go_with_the_account(world: World) -> None:
    post(world.client("bilal"), "people", {"own": "Nuru"}, **{"Idempotency-Key": "e"})
    assert Answered.objects.get().user_id == world.users["bilal"].pk


def test_opening_in_an_emergency_and_closing_again(staffed: World) -> None:
    client = client_with(token_for(staffed, "nadia"))
    case = staffed.case
    assert client.get(f"/api/v1/cases/{case.pk}").status_code == 404
    body = {"reason": "danger", "words": "She called for help."}
    opened = post(client, f"people/{case.person_id}/emergency", body)
    assert opened.status_code == 201
    assert get(client, f"cases/{case.pk}")["acts"] == []
    assert Event.objects.latest("seq").reason == "danger"
    assert post(client, f"people/{case.person_id}/emergency/close", {}).status_code == 200
    assert client.get(f"/api/v1/cases/{case.pk}").status_code == 404


def test_two_people_act_without_consent(world: World, foreign: Case) -> None:
    override = world.case.person.overrides.get()
    args = {"person_id": world.case.person_id, "override_id": override.pk}
    mine = call_at(world.client("bilal"), "step_override", args, {"step": "confirmed"})
    assert mine.status_code == 403
    done = call_at(world.client("sami"), "step_override", args, {"step": "confirmed"})
    assert done.json()["state"] == "confirmed"
