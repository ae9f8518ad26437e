"""What the API does with names and documents, whole caseloads, tables in and out, and what is kept
too long, beyond who may enter."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.models import Event
from sojourn.web.caseload.models import HandOver
from sojourn.web.cases.models import Case
from sojourn.web.exports.models import Export
from sojourn.web.followup import queries as followup
from sojourn.web.followup.states import Kind
from sojourn.web.imports.models import Import
from sojourn.web.oversight.models import Ending
from sojourn.web.people import identities
from sojourn.web.people.models import Person
from sojourn.web.people.rules import Document, IdentityData, Names
from tests.web.api_operations import client_with, get, post, token_for
from tests.web.conftest import AMINA, SECRETS, World
from tests.web.test_oversight import _over


def known(world: World) -> IdentityData:
    person = Person.objects.get(pk=world.case.person_id)
    return identities.open_many([person])[person.pk]


def version(client: Client, world: World) -> str:
    return str(get(client, f"people/{world.case.person_id}")["version"])


# Names and documents ---------------------------------------------------------------------------


def test_all_names_are_written_in_their_order_and_the_rest_stays(world: World) -> None:
    client, path = world.client("bilal"), f"people/{world.case.person_id}"
    names = [
        {"own": "Mina", "kind": "used"},
        {"own": "أمينة السرّ", "latin": "Amina Secretname", "kind": "birth", "family": "السرّ"},
    ]
    sent = {"names": names, "version": version(client, world)}
    assert post(client, f"{path}/names", sent, "PUT").status_code == 200
    found = known(world)
    assert [each.own for each in found.names.all] == ["Mina", "أمينة السرّ"]
    assert replace(found, names=AMINA.names) == AMINA
    assert post(client, f"{path}/names", sent, "PUT").status_code == 409


@pytest.mark.parametrize(
    ("names", "field"),
    [
        ([], "names"),
        ([{"own": "  "}], "names.0"),
        ([{"own": "Mina"}, {"own": "", "latin": "Mina"}], "names.1.own"),
        ([{"own": "Mina", "kind": "nickname"}], "names.0.kind"),
        ([{"own": "Mina"}] * 11, "names"),
    ],
)
def test_names_that_say_nothing_are_refused_at_their_line(
    names: list[dict[str, str]], field: str, world: World
) -> None:
    client = world.client("bilal")
    sent = {"names": names, "version": version(client, world)}
    refused = post(client, f"people/{world.case.person_id}/names", sent, "PUT")
    assert refused.status_code == 422
    assert field in [each["field"] for each in refused.json()["errors"]]
    assert known(world) == AMINA


def test_a_document_is_added_changed_and_removed_with_who_has_it(world: World) -> None:
    client, path = world.client("bilal"), f"people/{world.case.person_id}/documents"
    more = {"number": "C-9", "kind": "consular", "country": "TN", "expires": "2030-01-02"}
    held = {"number": "PASS 77-ZX", "kind": "passport", "held_by": "employer", "seen": "copy"}
    for documents in ([held, more], [{**held, "held_by": "person"}], []):
        sent = {"documents": documents, "version": version(client, world)}
        done = post(client, path, sent, "PUT")
        assert done.status_code == 200, done.content
        found = known(world)
        assert found.documents == tuple(Document(**each) for each in documents)
        assert replace(found, documents=AMINA.documents) == AMINA


def test_a_number_of_another_file_is_looked_at_before_it_is_added(world: World) -> None:
    other = world.register(identity=IdentityData(Names("Nuru"), documents=(Document("N-1"),)))
    client, path = (
        client_with(token_for(world, "bilal")),
        f"people/{world.case.person_id}/documents",
    )
    documents = [asdict(AMINA.documents[0]), {"number": "n 1"}]
    sent: dict[str, Any] = {"documents": documents, "version": version(client, world)}
    refused = post(client, path, sent, "PUT")
    assert (refused.status_code, refused.json()["alike"][0]["id"]) == (409, str(other.person_id))
    assert known(world) == AMINA
    assert Event.objects.filter(verb="find", person_id=other.person_id).exists()
    assert post(client, path, {**sent, "is_somebody_else": True}, "PUT").status_code == 200
    assert len(known(world).documents) == 2


@pytest.mark.parametrize("what", ["names", "documents"])
def test_names_and_documents_take_all_of_who_somebody_is(what: str, world: World) -> None:
    blind = client_with(token_for(world, "bilal", classes=frozenset({DataClass.CONTACT_PLACE})))
    body = {"names": [{"own": "x"}]} if what == "names" else {"documents": []}
    refused = post(blind, f"people/{world.case.person_id}/{what}", {**body, "version": "1"}, "PUT")
    assert refused.status_code == 403
    assert not [secret for secret in SECRETS if secret in refused.content.decode()]
    none = post(world.client("bilal"), f"people/{world.case.person_id}/{what}", body, "PUT")
    assert none.status_code == 428


# A whole caseload ------------------------------------------------------------------------------


def test_a_whole_caseload_is_proposed_handed_over_and_given_back(world: World) -> None:
    more = world.register("bilal")
    bilal, takers = world.users["bilal"].pk, [world.users["sami"].pk, world.users["salma"].pk]
    body = {"to": takers, "reason": "leaves"}
    client = world.client("sami")
    proposal = post(client, f"caseloads/{bilal}/proposal", body).json()
    assert {each["case"] for each in proposal["cases"]} == {str(world.case.pk), str(more.pk)}
    assert sorted(each["to"] for each in proposal["cases"]) == sorted(takers)
    assert not HandOver.objects.exists()
    chosen = {**body, "cases": [{"case": str(more.pk), "to": None}]}
    done = post(client, f"caseloads/{bilal}/hand-over", chosen)
    assert (done.status_code, done.json()["moved"]) == (201, 1)
    assert Case.objects.get(pk=more.pk).worker_id == bilal
    assert Case.objects.get(pk=world.case.pk).worker_id in takers
    (made,) = done.json()["ids"]
    assert post(client, f"hand-overs/{made}/back", {}).status_code == 200
    assert Case.objects.get(pk=world.case.pk).worker_id == bilal


def test_a_caseload_is_handed_over_by_whose_it_is_or_who_leads(world: World) -> None:
    body = {"to": [world.users["salma"].pk], "reason": "leaves"}
    bilal = world.users["bilal"].pk
    for name, status in (("salma", 404), ("chiara", 404), ("dana", 403), ("bilal", 201)):
        done = post(world.client(name), f"caseloads/{bilal}/hand-over", body)
        assert done.status_code == status, name


def test_a_case_of_somebody_else_is_in_no_caseload(world: World) -> None:
    foreign = world.register("salma")
    body = {
        "to": [world.users["sami"].pk],
        "reason": "leaves",
        "cases": [{"case": str(foreign.pk), "to": world.users["sami"].pk}],
    }
    done = post(world.client("sami"), f"caseloads/{world.users['bilal'].pk}/hand-over", body)
    assert done.status_code == 422
    assert not HandOver.objects.exists()


# Contact schedules -----------------------------------------------------------------------------


def test_a_contact_schedule_is_set_and_what_is_not_named_stays(world: World) -> None:
    client, path = world.client("sami"), f"contact-schedules/{world.harbour.pk}"
    before = get(client, "contact-schedules")["items"][0]
    done = post(client, path, {"closure": [90, 7], "phase": []}, "PUT")
    assert done.json() == {**before, "closure": [7, 90], "phase": []}
    assert followup.days_of(world.harbour.pk, Kind.CLOSURE) == [7, 90]
    assert post(client, path, {"closure": [0]}, "PUT").status_code == 422
    other = f"contact-schedules/{world.crossroads.pk}"
    assert post(client, other, {"closure": [7]}, "PUT").status_code == 404


# Out and in ------------------------------------------------------------------------------------


def test_an_export_is_prepared_taken_and_ended(world: World) -> None:
    client = client_with(token_for(world, "sami"))
    body = {
        "organisation": str(world.harbour.pk),
        "format": "csv",
        "purpose": "support",
        "words": "The night team takes over.",
        "is_identified": True,
        "data_classes": ["identity", "case_work"],
        "columns": ["name", "state"],
    }
    made = post(client, "exports", body)
    assert made.status_code == 201, made.content
    path = f"exports/{made.json()['id']}"
    assert get(client, path)["total"] == 1
    file = client.get(f"/api/v1/{path}/file")
    text = b"".join(file.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # it is streamed
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["name"] == AMINA.names.own
    taken = Event.objects.get(verb="export")
    assert taken.person_id == world.case.person_id
    assert taken.channel.startswith("api:")
    assert client_with(token_for(world, "salma")).get(f"/api/v1/{path}").status_code == 404
    assert post(client, f"{path}/end", {}).status_code == 200
    assert client.get(f"/api/v1/{path}/file").status_code == 404
    assert bytes(Export.objects.get().secret) == b""


def test_a_token_takes_out_no_more_than_it_was_made_for(world: World) -> None:
    narrow = frozenset({DataClass.CASE_WORK})
    client = client_with(token_for(world, "sami", classes=narrow))
    body = {
        "organisation": str(world.harbour.pk),
        "format": "csv",
        "purpose": "support",
        "words": "The night team takes over.",
        "data_classes": ["identity", "case_work"],
        "columns": ["name", "state"],
        "is_identified": True,
    }
    refused = post(client, "exports", body)
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["errors"]] == ["data_classes"]
    wide = client_with(token_for(world, "sami"))
    path = f"exports/{post(wide, 'exports', body).json()['id']}"
    file = client.get(f"/api/v1/{path}/file")
    assert AMINA.names.own not in b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]  # it is streamed


def test_a_table_is_brought_looked_at_taken_in_and_undone(world: World) -> None:
    client = client_with(token_for(world, "bilal"))
    file = SimpleUploadedFile("people.csv", b"Called,Phone\nNuru New,+999 555 000 1\n,\n")
    form = {"organisation": str(world.harbour.pk), "basis": "none", "file": file}
    made = client.post("/api/v1/imports", form)
    assert made.status_code == 201, made.content
    path = f"imports/{made.json()['id']}"
    assert get(client, path)["columns"] == {"Called": "", "Phone": "phone"}
    before = Person.objects.count()
    wrong = post(client, f"{path}/columns", {"mapping": {"Nobody": "own"}}, "PUT")
    assert wrong.status_code == 422
    mapping = {"Called": "own", "Phone": "phone"}
    assert post(client, f"{path}/columns", {"mapping": mapping}, "PUT").status_code == 200
    assert get(client, path)["rows"]["new"] == 1
    assert Person.objects.count() == before
    assert post(client, f"{path}/acts/apply", {}).status_code == 200
    assert Person.objects.count() == before + 1
    assert client_with(token_for(world, "salma")).get(f"/api/v1/{path}").status_code == 404
    assert post(client, f"{path}/acts/undo", {}).status_code == 200
    assert Person.objects.count() == before
    assert Import.objects.get().state == "undone"
    assert post(client, f"{path}/acts/undo", {}).status_code == 422


# What is kept too long -------------------------------------------------------------------------


def test_what_is_kept_too_long_is_erased_by_two(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = _over(world, monkeypatch)
    ends = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr("tests.web.api_operations.timezone.localdate", lambda: ends)
    emil, sami = client_with(token_for(world, "emil")), client_with(token_for(world, "sami"))
    (line,) = get(emil, "data-protection/kept")["items"]
    assert (line["person"], line["waits"]) == (str(case.person_id), False)
    path = f"data-protection/kept/{case.person_id}"
    assert post(emil, path, {"do": "keep", "reason": "law"}).status_code == 422
    assert post(emil, path, {"do": "erase"}).json()["state"] == "asked"
    (waits,) = get(sami, "data-protection/to-erase")["items"]
    done = post(sami, f"data-protection/to-erase/{waits['id']}", {"do": "erase"})
    assert done.json()["state"] == "erased"
    assert Person.objects.get(pk=case.person_id).erased_at is not None
    assert Ending.objects.get().state == "erased"


def test_a_copy_of_the_signed_audit_is_noted_and_the_chain_walked(world: World) -> None:
    emil = client_with(token_for(world, "emil", frozenset({Verb.AUDIT, Verb.OVERSEE})))
    assert post(emil, "audit/checkpoint", {}).status_code == 200
    assert post(emil, "audit/custody", {"holder": "Crossroads"}).status_code == 201
    told = post(emil, "audit/check", {}).json()
    assert (told["is_whole"], told["broken_at"]) == (True, None)
    assert Event.objects.filter(verb="check_audit").exists()
