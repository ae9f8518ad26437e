"""What the API does with incidents, contacts, caseloads, kin and pairs, beyond who may enter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.models import Conflict, Grant, Scope
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.models import Event
from sojourn.web.cases.models import Case
from sojourn.web.duplicates.models import Pair
from sojourn.web.incidents.models import Incident
from sojourn.web.kin.models import Relation
from sojourn.web.people import actions as people
from sojourn.web.people import identities
from sojourn.web.people.models import Person
from sojourn.web.people.rules import Document, Name
from sojourn.web.webhooks.models import Delivery
from tests.web.api_operations import client_with, get, post, token_for
from tests.web.conftest import AMINA, SECRETS, World
from tests.web.test_access_matrix import _furnished, framework
from tests.web.test_webhooks import webhook

__all__ = ["framework"]


@pytest.fixture
def foreign(world: World) -> Case:
    """A file of another organisation, and on both sides one of everything."""
    return _furnished(world)


def narrowed(world: World, *classes: DataClass, name: str = "bilal") -> Client:
    return client_with(token_for(world, name, classes=frozenset(classes)))


# Registering -----------------------------------------------------------------------------------


def test_a_number_that_is_on_file_stops_a_new_file_until_somebody_looked(world: World) -> None:
    client, before = client_with(token_for(world, "bilal")), Person.objects.count()
    sent = {"own": "Nuru", "document": "pass 77 zx"}
    refused = post(client, "people", sent, **{"Idempotency-Key": "a"})
    assert refused.status_code == 409
    assert "same number" in refused.json()["detail"]
    (alike,) = refused.json()["alike"]
    assert (alike["id"], alike["same_number"]) == (str(world.case.person_id), True)
    assert not [secret for secret in SECRETS if secret in refused.content.decode()]
    assert Person.objects.count() == before
    assert Event.objects.filter(verb="find", person_id=world.case.person_id).exists()
    on = post(client, "people", {**sent, "is_somebody_else": True}, **{"Idempotency-Key": "b"})
    assert on.status_code == 201
    assert Person.objects.count() == before + 1


def test_who_finds_nobody_is_told_of_nobody_alike(world: World) -> None:
    sent = {"own": "Nuru", "document": "PASS 77-ZX"}
    told = post(narrowed(world, DataClass.CASE_WORK), "people", sent)
    assert (told.status_code, told.json()["alike"]) == (409, [])
    assert post(world.client("chiara"), "people", sent).status_code == 201


def test_correcting_a_number_keeps_all_other_names_and_documents(world: World) -> None:
    person = world.case.person
    more = (Name("Mina", kind="alias"),)
    whole = replace(AMINA, names=replace(AMINA.names, more=more), home="Douala")
    people.correct(person=person, identity=whole, language="ar", by=world.by("bilal"))
    client, path = world.client("bilal"), f"people/{person.pk}"
    read = get(client, path)
    assert [each["own"] for each in read["names"]["more"]] == ["Mina"]
    assert [each["number"] for each in read["documents"]] == ["PASS 77-ZX"]
    sent = {"birth_year": 1999, "version": read["version"]}
    assert post(client, path, sent, "PATCH").status_code == 200
    known = identities.open_many([Person.objects.get(pk=person.pk)])[person.pk]
    assert known == replace(whole, birth_date="1999-01-01", birth_certainty="year")


# Roles as data ---------------------------------------------------------------------------------


def test_a_token_of_a_role_that_an_organisation_made_opens_what_that_role_opens(
    world: World, foreign: Case
) -> None:
    client, case = client_with(token_for(world, "hana")), world.case
    me = get(client, "me")
    assert set(me["verbs"]) == {"find", "read", "write", "approve"}
    assert "body_health" in me["data_classes"]
    assert get(client, f"people/{case.person_id}")["names"]["own"] == AMINA.names.own
    told = get(client, f"cases/{case.pk}/incidents")
    assert told["items"] == []
    erase = {"reason": "asked", "number": case.person.number}
    assert post(client, f"people/{case.person_id}/erase", erase).status_code == 403
    assert client.get("/api/v1/members").status_code == 403
    assert client.get(f"/api/v1/cases/{foreign.pk}").status_code == 404


def test_a_role_that_an_organisation_made_is_given_over_the_api(
    world: World, foreign: Case
) -> None:
    code = world.users["hana"].grants.get().role
    body = {"organisation": str(world.harbour.pk), "role": code}
    nadia = world.users["nadia-bilal"]
    given = post(world.client("dana"), f"members/{nadia.pk}/roles", body)
    assert given.status_code == 201, given.content
    assert Grant.objects.get(pk=given.json()["id"]).role == code
    wrong = post(world.client("dana"), f"members/{nadia.pk}/roles", {**body, "role": "none"})
    assert wrong.status_code == 422


# Incidents and interests -----------------------------------------------------------------------


def test_incidents_are_those_of_the_page_and_no_more(world: World, foreign: Case) -> None:
    path = f"cases/{world.case.pk}/incidents"
    page = world.client("salma").get(reverse("incidents:list", args=[world.case.pk]))
    read = get(world.client("salma"), path)
    assert [str(line.incident.pk) for line in page.context["lines"]] == [
        item["id"] for item in read["items"]
    ]
    assert read["items"][0]["what"] == page.context["lines"][0].account.what
    assert len(read["items"][0]["actors"]) == 1
    harm = narrowed(world, DataClass.CASE_WORK, DataClass.HARM_INCIDENT, name="salma")
    assert get(harm, path)["items"][0]["actors"] is None
    assert get(narrowed(world, DataClass.CASE_WORK, name="salma"), path)["items"] == []


def test_two_who_change_the_same_words_keep_both(world: World, foreign: Case) -> None:
    row = Incident.objects.get(case=world.case)
    path = f"cases/{world.case.pk}/incidents/{row.pk}"
    first = {"where": "a gate", "row_version": 1}
    assert post(world.client("bilal"), path, first, "PATCH").status_code == 200
    late = post(
        world.client("sami"), path, {"where": "a pier", "goes_on": False, "row_version": 1}, "PATCH"
    )
    assert late.status_code == 409
    (both,) = late.json()["conflicts"]
    assert (both["yours"], both["theirs"]) == ("a pier", "a gate")
    (read,) = get(world.client("bilal"), f"cases/{world.case.pk}/incidents")["items"]
    assert (read["where"], read["goes_on"], read["kind"]) == ("a gate", False, "threat")


def test_a_procedure_is_prepared_on_what_was_read(world: World, foreign: Case) -> None:
    row = world.case.best_interests.get()
    client, path = world.client("bilal"), f"cases/{world.case.pk}/best-interests/{row.pk}"
    version = get(client, path)["row_version"]
    sent = {"guardian": "parents", "because": "closest", "row_version": version}
    done = post(client, path, sent, "PATCH")
    assert done.status_code == 200, done.content
    assert post(client, path, sent, "PATCH").status_code == 409
    read = get(client, path)
    assert (read["question"], read["guardian"], read["because"]) == ("where", "parents", "closest")
    assert read["missing"]
    element = {"text": "she is afraid at night"}
    assert post(client, f"{path}/elements/safety", element, "PUT").status_code == 200
    narrow = get(narrowed(world, DataClass.CASE_WORK), path)
    told = {each["kind"]: each["text"] for each in narrow["elements"]}
    assert (told["safety"], told["care"], narrow["question"]) == (None, "", "where")
    assert narrow["withheld"] == ["body_health", "harm_incident", "identity", "status_protection"]
    assert narrowed(world, DataClass.IDENTITY).get(f"/api/v1/{path}").status_code == 404


# Contacts --------------------------------------------------------------------------------------


def test_a_contact_is_not_made_against_the_wish(world: World, foreign: Case) -> None:
    client, path = world.client("bilal"), f"cases/{world.case.pk}"
    wish = {"never": ["call"], "words": "mornings"}
    assert post(client, f"{path}/contact-wish", wish, "PUT").status_code == 200
    read = get(client, f"{path}/contacts")
    assert read["wish"] == {"not_at_all": False, "never": ["call"], "words": "mornings"}
    (contact,) = read["items"]
    act = f"{path}/contacts/{contact['id']}/acts/finish"
    refused = post(client, act, {"outcome": "reached", "way": "call"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "way")
    assert post(client, act, {"outcome": "reached", "way": "visit"}).status_code == 200
    assert post(client, act, {"outcome": "reached", "way": "visit"}).status_code == 409
    none = get(narrowed(world, DataClass.CASE_WORK), f"{path}/contacts")
    assert (none["wish"]["words"], none["wish"]["never"]) == (None, ["call"])


# Caseload --------------------------------------------------------------------------------------


def test_the_caseload_is_narrowed_as_on_the_screen(world: World, foreign: Case) -> None:
    client = world.client("bilal")
    for query in ("", "?who=me", "?phase=planning&sort=oldest", "?state=all&marks=contact"):
        page = client.get(reverse("people:list") + query).context["lines"]
        read = client.get(f"/api/v1/caseload{query}")
        assert read.status_code == 200, read.content
        ids = [item["id"] for item in read.json()["items"]]
        assert ids == [str(line.case.pk) for line in page], query
    assert client.get("/api/v1/caseload?phase=none").status_code == 422
    kept = post(client, "filters", {"name": "Mine", "narrowing": {"who": "me"}})
    assert kept.status_code == 201, kept.content
    (mine,) = [each for each in get(client, "filters")["items"] if each["name"] == "Mine"]
    assert (mine["is_mine"], mine["narrowing"]["who"]) == (True, "me")
    mistyped = {"name": "All", "narrowing": {"fase": "planning"}}
    assert post(client, "filters", mistyped).status_code == 422


def test_a_case_is_handed_over_and_back_and_webhooks_hear_of_it(world: World) -> None:
    hook, case = webhook(world.harbour), world.case
    body = {"to": world.users["sami"].pk, "reason": "away"}
    made = post(world.client("bilal"), f"cases/{case.pk}/hand-over", body)
    assert made.status_code == 201, made.content
    assert Case.objects.get(pk=case.pk).worker == world.users["sami"]
    path = f"hand-overs/{made.json()['id']}"
    read = get(world.client("bilal"), path)
    assert (read["former"], read["may_hand_back"]) == (world.users["bilal"].pk, True)
    assert [each["case"] for each in read["cases"]] == [str(case.pk)]
    only_reads = client_with(token_for(world, "bilal", frozenset({Verb.READ})))
    assert post(only_reads, f"{path}/back", {}).status_code == 403
    assert post(world.client("bilal"), f"{path}/back", {}).status_code == 200
    assert Case.objects.get(pk=case.pk).worker == world.users["bilal"]
    events = Delivery.objects.filter(subscription=hook, event="case.handed_over")
    assert events.count() == 2
    assert str(case.pk) in events[0].body


# Kin and pairs ---------------------------------------------------------------------------------


def test_a_token_without_identity_gets_no_name_of_those_around(world: World, foreign: Case) -> None:
    person = world.case.person_id
    read = get(world.client("bilal"), f"people/{person}/relations")
    (line,) = read["relations"]
    assert (line["label"], line["who"]["name"]) == ("parent", "Somebody Other")
    narrow = narrowed(world, DataClass.THIRD_PARTY)
    (line,) = get(narrow, f"people/{person}/relations")["relations"]
    assert line["who"]["name"] is None
    group = read["groups"][0]["group"]["id"]
    assert [each["who"]["name"] for each in get(narrow, f"groups/{group}")["members"]] == [None]
    for path in (f"groups/{group}", "groups", "pairs"):
        assert narrowed(world, DataClass.CASE_WORK).get(f"/api/v1/{path}").status_code == 403
    none = get(narrowed(world, DataClass.CASE_WORK), f"people/{person}/relations")
    assert (none["relations"], none["withheld"]) == (None, ["third_party"])


def test_a_relation_is_changed_and_ended_and_what_is_not_named_stays(
    world: World, foreign: Case
) -> None:
    row = world.case.person.relations_back.get()
    client, path = world.client("bilal"), f"people/{world.case.person_id}/relations/{row.pk}"
    assert post(client, path, {"surety": "doubted"}, "PATCH").status_code == 200
    assert post(client, path, {"since": "2020-01-01"}, "PATCH").status_code == 200
    now = Relation.objects.get(pk=row.pk)
    assert (now.surety, now.since, now.ended) == ("doubted", date(2020, 1, 1), "")
    assert post(client, path, {"ended": "mistake"}, "PATCH").json()["state"] == "mistake"
    assert post(client, path, {"surety": "sure"}, "PATCH").status_code == 422
    stranger = {"other": str(foreign.person_id), "is_": "sibling"}
    closed = post(client, f"people/{world.case.person_id}/relations", stranger)
    assert closed.status_code == 422


def test_two_files_are_compared_and_linked(world: World) -> None:
    other = world.register("bilal", replace(AMINA, documents=(Document("OTHER 1"),)))
    client = world.client("bilal")
    made = post(client, f"people/{world.case.person_id}/pairs", {"other": str(other.person_id)})
    assert made.status_code == 201, made.content
    path = f"pairs/{made.json()['id']}"
    (line,) = get(client, "pairs")["items"]
    assert line["id"] == made.json()["id"]
    read = get(client, path)
    assert {read["first"]["person"], read["second"]["person"]} == {
        str(world.case.person_id),
        str(other.person_id),
    }
    assert any(part["speaks_for"] for part in read["parts"])
    assert post(client, f"{path}/decision", {"decided": "same"}).status_code == 200
    assert Pair.objects.get(pk=made.json()["id"]).state == "same"
    assert [each["decided"] for each in get(client, path)["decisions"]] == ["same"]


# Who opens a file ------------------------------------------------------------------------------


def test_a_file_is_opened_by_name_and_closed_to_who_is_part_of_it(world: World) -> None:
    nadia = world.join(accounts.Reach(Scope.OWN_CASES))
    case, path = world.case, f"cases/{world.case.pk}"
    assert world.client("nadia").get(f"/api/v1/{path}").status_code == 404
    until = timezone.localdate().isoformat()
    body = {"user": nadia.pk, "role": "case_worker", "until": until, "reason": "stands in"}
    given = post(world.client("sami"), f"{path}/named", body)
    assert given.status_code == 201, given.content
    assert get(world.client("nadia"), path)["id"] == str(case.pk)
    read = get(world.client("bilal"), f"{path}/openers")
    assert [each["name"] for each in read["named"]] == ["Nadia"]
    assert ("Nadia", "named") in [(each["name"], each["why"]) for each in read["openers"]]
    part = {"colleague": nadia.pk, "interest": "relative"}
    assert post(world.client("bilal"), f"{path}/parts", part).status_code == 201
    assert world.client("nadia").get(f"/api/v1/{path}").status_code == 404
    assert Conflict.objects.filter(case_id=case.pk, user=nadia).exists()


# Places ----------------------------------------------------------------------------------------


def test_answers_for_a_place_take_the_place_of_those_before(world: World, foreign: Case) -> None:
    client = world.client("bilal")
    answers = {"town": "Northport", "month": "2026-01", "clinic_open": "yes"}
    body = {"organisation": str(world.harbour.pk), "answers": answers}
    before = get(client, "places")["items"]
    made = post(client, "places", body)
    assert made.status_code == 201, made.content
    read = get(client, f"places/{made.json()['id']}")
    assert (read["place"], read["period"]) == ("Northport", "2026-01")
    assert {"label": "Is the clinic open", "value": "Yes"} in read["facts"]
    assert len(get(client, "places")["items"]) == len(before)
    for wrong in ({**answers, "has_friend": "yes"}, {"clinic_open": "yes"}, {**answers, "no": "1"}):
        assert post(client, "places", {**body, "answers": wrong}).status_code == 422
    theirs = {**body, "organisation": str(world.crossroads.pk)}
    assert post(client, "places", theirs).status_code == 404
