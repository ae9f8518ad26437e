"""Taking data out: what may go, to whom, what the audit keeps, and what never leaves."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from sojourn.framework import DataClass
from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM, Purpose, visible
from sojourn.web.accounts.models import Grant, Interest, Scope
from sojourn.web.accounts.roles import Role
from sojourn.web.audit.models import Event, Seen
from sojourn.web.audit.queries import verify
from sojourn.web.cases.models import Case
from sojourn.web.consent import actions as consents
from sojourn.web.consent import overrides
from sojourn.web.consent.models import Danger
from sojourn.web.exports import actions
from sojourn.web.exports.models import Export, Format
from sojourn.web.exports.rules import Wish
from sojourn.web.people import actions as people
from sojourn.web.people.models import Person
from sojourn.web.programmes import actions as programmes
from tests.web.conftest import AMINA, SECRETS, World

C = DataClass
ALL = frozenset(
    {C.IDENTITY, C.CONTACT_PLACE, C.JOURNEY, C.BODY_HEALTH, C.HARM_INCIDENT, C.CASE_WORK}
)
COLUMNS = ("name", "name_latin", "birth_date", "phone", "state", "opened_on", "stage", "findings")
USUAL = Wish(
    format="csv",
    purpose="support",
    recipient="own",
    is_identified=True,
    classes=ALL,
    columns=(*COLUMNS, "answers"),
    words="The night team takes over.",
)


def export(world: World, who: str = "sami", **terms: Any) -> Export:
    return actions.ask(organisation=world.harbour, wish=replace(USUAL, **terms), by=world.by(who))


def content(world: World, row: Export, who: str = "sami") -> bytes:
    response = world.client(who).get(reverse("exports:download", args=[row.pk]))
    assert response.status_code == 200, response.content.decode()
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]  # it is streamed


def taken(world: World, who: str = "sami", **terms: Any) -> list[dict[str, str]]:
    text = content(world, export(world, who, **terms), who).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def codes(kind: str, found: bytes) -> set[str]:
    """Whose parts are in a file of any format."""
    match kind:
        case "csv":
            return {row["code"] for row in csv.DictReader(io.StringIO(found.decode("utf-8-sig")))}
        case "xlsx":
            sheet = load_workbook(io.BytesIO(found))["data"]
            return {str(row[0].value) for row in list(sheet)[1:]}
        case "pdf":
            text = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(found)).pages)
            return {n for n in Person.objects.values_list("number", flat=True) if n in text}
        case _:
            told = json.loads(found)
            return {row["code"] for row in told["cases" if kind == "htcds" else "rows"]}


def reached(world: World, who: str) -> set[str]:
    rows = visible(world.by(who), Case.objects.all(), Purpose.EXPORT).rows
    return set(rows.values_list("person__number", flat=True))


@pytest.fixture
def several(world: World) -> World:
    """Four more files, of which nobody told that they agree in one; and one at Crossroads."""
    for at in range(4):
        case = world.register("salma" if at % 2 else "bilal")
        if at:
            world.consent(case)
    foreign = world.register("chiara")
    world.consent(foreign, "chiara")
    return world


@pytest.mark.parametrize("kind", Format.values)
@pytest.mark.parametrize("who", ["sami", "salma"])
def test_every_format_holds_exactly_what_is_visible_and_agreed(
    who: str, kind: str, several: World
) -> None:
    row = export(several, who, format=kind)
    silent = {case.person.number for case in Case.objects.filter(person__consents=None)}
    found = codes(kind, content(several, row, who))
    assert found == reached(several, who) - silent
    assert len(found) == 4
    row.refresh_from_db()
    assert (row.total, row.done, row.kept_back) == (4, 4, 1)


@pytest.mark.parametrize("kind", Format.values)
@pytest.mark.parametrize("scope", [Scope.OWN_CASES, Scope.TEAM, Scope.NAMED_CASES])
def test_a_grant_for_some_cases_takes_out_these_and_no_other(
    scope: Scope, kind: str, several: World
) -> None:
    team = accounts.add_team(organisation=several.harbour, name="Night", by=several.by("dana"))
    Case.objects.filter(pk=several.case.pk).update(team=team, worker=several.users["sami"])
    Grant.objects.filter(holder=several.users["sami"]).delete()
    cases = frozenset({several.case.pk} if scope is Scope.NAMED_CASES else ())
    reach = accounts.Reach(scope, team if scope is Scope.TEAM else None, cases)
    several.join(reach, Role.SUPERVISOR, name="sami")
    found = codes(kind, content(several, export(several, format=kind)))
    assert found == reached(several, "sami") == {several.case.person.number}


def test_who_is_part_of_a_case_does_not_take_it_out(several: World) -> None:
    accounts.declare_conflict(
        user=several.users["sami"],
        cases=[several.case.pk],
        interest=Interest.RELATIVE,
        by=several.by("dana"),
    )
    assert several.case.person.number not in {row["code"] for row in taken(several)}


@pytest.mark.parametrize("who", ["bilal", "dana", "emil", "ana", "chiara"])
def test_only_some_take_copies(who: str, world: World) -> None:
    with pytest.raises(PermissionDenied):
        export(world, who)
    assert world.client(who).get(reverse("exports:new")).status_code == 403


def test_another_ones_export_is_not_there(world: World) -> None:
    row = export(world, "sami")
    for name in ("export", "download", "end"):
        url = reverse(f"exports:{name}", args=[row.pk])
        client = world.client("salma")
        assert (client.post(url) if name == "end" else client.get(url)).status_code == 404


def test_values_are_those_of_the_file(world: World) -> None:
    (row,) = taken(world)
    assert row["name"] == AMINA.names.own
    assert row["name_latin"] == AMINA.names.latin
    assert row["phone"] == f"'{AMINA.phone}"
    assert (row["stage"], row["state"]) == ("transit", "open")
    assert row["finding.nowhere_safe"] == "present"
    assert row["finding.illness"] == "unknown"
    assert row["answer.is_ill"] == "[does_not_know]"
    assert row["answer.has_friend"] == "yes"
    assert "answer.own_words" not in row


def test_only_what_was_chosen_and_agreed_to_goes(world: World) -> None:
    (row,) = taken(world, classes=frozenset({C.CASE_WORK}))
    assert "name" not in row
    assert not [secret for secret in SECRETS if secret in str(row)]
    assert "finding.illness" not in row
    consents.withdraw(consent=world.case.person.consents.get(), by=world.by("bilal"))
    world.consent(world.case, data_classes=["case_work", "journey"])
    (row,) = taken(world)
    assert (row["name"], row["finding.illness"], row["stage"]) == ("", "", "transit")


@pytest.mark.parametrize(
    ("purpose", "recipient"), [("referral", "legal"), ("protection", "legal"), ("support", "own")]
)
def test_each_purpose_and_recipient_asks_its_own_agreement(
    purpose: str, recipient: str, world: World
) -> None:
    terms = {
        "purpose": purpose,
        "recipient": recipient,
        "country": "FR" if recipient == "legal" else "",
        "to_origin": "no",
    }
    assert len(taken(world, **terms)) == (1 if purpose == "support" else 0)
    world.consent(world.case, purposes=["referral"], recipients=["shelter"])
    assert len(taken(world, **terms)) == (1 if purpose == "support" else 0)
    world.consent(world.case, purposes=["referral"], recipients=["legal"])
    assert len(taken(world, **terms)) == 1


def test_a_consent_taken_back_after_it_was_prepared_counts(world: World) -> None:
    row = export(world)
    assert row.total == 1
    consents.withdraw(consent=world.case.person.consents.get(), by=world.by("bilal"))
    assert not codes("csv", content(world, row))


def test_acting_without_consent_takes_nothing_out(world: World) -> None:
    consents.withdraw(consent=world.case.person.consents.get(), by=world.by("bilal"))
    override = overrides.request(
        person=world.case.person, danger=Danger.LIFE, words="Bleeds", by=world.by("bilal")
    )
    overrides.decide(override=override, confirmed=True, by=world.by("sami"))
    assert taken(world) == []


def afraid(world: World) -> None:
    """Amina tells what she fears; the small framework knows a factor that rests on it."""
    texts = {"stage": "transit", "fears_return": "yes", "has_friend": "no"}
    world.assess(world.case, texts, name="salma", at=timezone.now() + timedelta(seconds=1))
    world.consent(world.case, purposes=["referral", "statistics"], recipients=["own", "legal"])


@pytest.mark.parametrize(
    ("purpose", "recipient"), [("support", "own"), ("referral", "legal"), ("statistics", "own")]
)
def test_signs_of_a_protection_need_leave_for_protection_alone(
    purpose: str, recipient: str, world: World
) -> None:
    afraid(world)
    terms: dict[str, Any] = {
        "purpose": purpose,
        "recipient": recipient,
        "country": "FR" if recipient == "legal" else "",
        "to_origin": "no",
        "is_identified": purpose != "statistics",
        "classes": frozenset({C.CASE_WORK, C.STATUS_PROTECTION}),
    }
    with pytest.raises(ValidationError) as told:
        export(world, "salma", **terms)
    assert "data_classes" in told.value.message_dict
    (row,) = taken(world, "salma", **{**terms, "classes": frozenset({C.CASE_WORK})})
    assert "finding.fear_of_return" not in row
    assert row["finding.alone_and_afraid"] == ""


def test_for_protection_they_go_where_the_role_and_the_person_allow_it(world: World) -> None:
    afraid(world)
    terms: dict[str, Any] = {
        "purpose": "protection",
        "recipient": "legal",
        "country": "FR",
        "to_origin": "no",
        "classes": frozenset({C.CASE_WORK, C.STATUS_PROTECTION}),
    }
    (row,) = taken(world, "salma", **terms)
    assert row["finding.fear_of_return"] == "present"
    assert row["answer.fears_return"] == "yes"
    with pytest.raises(ValidationError):
        export(world, "sami", **terms)
    with pytest.raises(ValidationError) as told:
        export(world, "salma", **terms, format="htcds")
    assert "HTCDS never carries" in str(told.value)


@pytest.mark.parametrize("to_origin", ["yes", "unsure", ""])
def test_nothing_goes_to_a_country_of_origin(to_origin: str, world: World) -> None:
    with pytest.raises(ValidationError) as told:
        export(world, purpose="referral", recipient="legal", country="TN", to_origin=to_origin)
    assert "to_origin" in told.value.message_dict
    assert not Export.objects.exists()


@pytest.mark.parametrize(
    ("field", "terms"),
    [
        ("country", {"purpose": "referral", "recipient": "legal"}),
        ("recipient", {"purpose": "referral"}),
        ("recipient", {"recipient": "legal", "country": "FR"}),
        ("to_origin", {"to_origin": "unsure"}),
        ("is_identified", {"purpose": "statistics", "classes": frozenset({C.CASE_WORK})}),
        ("data_classes", {"is_identified": False}),
        ("data_classes", {"classes": frozenset({C.SEALED})}),
        ("data_classes", {"classes": frozenset()}),
        ("columns", {"columns": ()}),
        ("words", {"words": "because"}),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    field: str, terms: dict[str, Any], world: World
) -> None:
    with pytest.raises(ValidationError) as told:
        export(world, **terms)
    assert field in told.value.message_dict


NAMELESS: dict[str, Any] = {
    "is_identified": False,
    "purpose": "statistics",
    "classes": frozenset({C.CASE_WORK, C.JOURNEY}),
}


def test_programme_and_area_go_along_and_no_area_where_nobody_is_named(world: World) -> None:
    made = programmes.add(organisation=world.harbour, code="night", name="Night", by=SYSTEM)
    Case.objects.filter(pk=world.case.pk).update(programme=made, area="XX01/XX0102")
    columns = ("programme", "area")
    (named,) = taken(world, columns=columns)
    assert (named["programme"], named["area"]) == ("night", "XX01/XX0102")
    classes = frozenset({C.CASE_WORK})
    (row,) = taken(world, columns=columns, is_identified=False, classes=classes)
    assert row["programme"] == "night"
    assert "area" not in row


def test_without_names_there_are_codes_of_this_export_and_months(world: World) -> None:
    world.consent(world.case, purposes=["statistics"])
    first, second = taken(world, **NAMELESS), taken(world, **NAMELESS)
    assert first[0]["opened_on"] == timezone.localdate().isoformat()[:7]
    assert first[0]["code"] != second[0]["code"]
    assert {len(first[0]["code"]), len(second[0]["code"])} == {10}
    told = str([first, second])
    assert not [s for s in (*SECRETS, world.case.person.number) if s in told]
    assert "name" not in first[0]


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx", "pdf"])
def test_no_format_without_names_betrays_one(kind: str, world: World) -> None:
    world.consent(world.case, purposes=["statistics"])
    found = content(world, export(world, **NAMELESS, format=kind))
    text = found.decode(errors="ignore")
    if kind == "xlsx":
        text = str([[c.value for c in r] for s in load_workbook(io.BytesIO(found)) for r in s])
    if kind == "pdf":
        text = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(found)).pages)
    assert not [s for s in (*SECRETS, world.case.person.number, str(world.case.pk)) if s in text]


def test_the_audit_holds_everybody_before_the_first_piece_leaves(several: World) -> None:
    row = export(several)
    response = several.client("sami").get(reverse("exports:download", args=[row.pk]))
    event = Event.objects.latest("seq")  # nothing of the answer was read yet
    assert (event.verb, event.channel, event.reason) == ("export", "export", "support")
    assert (event.result_count, len(event.ids_digest)) == (4, 64)
    agreed = set(Person.objects.exclude(consents=None).values_list("pk", flat=True))
    held = set(Seen.objects.filter(event=event).values_list("person_id", flat=True))
    assert held == agreed & set(
        Person.objects.filter(organisation=several.harbour).values_list("pk", flat=True)
    )
    assert several.case.person_id in held
    assert verify().intact
    assert b"".join(response.streaming_content)  # type: ignore[attr-defined]  # it is streamed


def test_the_person_can_learn_of_it(world: World) -> None:
    content(world, export(world))
    Person.objects.update(language="en")
    page = world.client("bilal").get(reverse("people:sheet", args=[world.case.person_id]))
    assert "printed, times: 1" in page.content.decode()


def test_no_file_is_stored_and_the_reason_is_sealed(world: World) -> None:
    row = export(world)
    content(world, row)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM exports_export")
        stored = repr(cursor.fetchall())
    assert "night team" not in stored
    assert not [secret for secret in SECRETS if secret in stored]


def test_it_ends_by_itself_and_takes_the_codes_with_it(world: World) -> None:
    row = export(world)
    Export.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    client = world.client("sami")
    assert client.get(reverse("exports:download", args=[row.pk])).status_code == 404
    assert "No exports now" in client.get(reverse("exports:list")).content.decode()
    assert actions.end_due(at=timezone.now()) == 1
    row.refresh_from_db()
    assert row.secret == b""
    assert row.ended_at is not None


def test_it_can_be_ended_before(world: World) -> None:
    row = export(world)
    client = world.client("sami")
    client.post(reverse("exports:end", args=[row.pk]))
    assert client.get(reverse("exports:download", args=[row.pk])).status_code == 404


def test_a_lost_grant_takes_nothing_out_any_more(world: World) -> None:
    row = export(world)
    Grant.objects.filter(holder=world.users["sami"]).update(revoked_at=timezone.now())
    url = reverse("exports:download", args=[row.pk])
    assert world.client("sami").get(url).status_code == 403


def test_nobody_who_was_erased_is_in_it_by_name(world: World) -> None:
    world.consent(world.case, purposes=["statistics"])
    people.erase(person=world.case.person, by=world.by("sami"), reason="asked")
    assert taken(world) == []
    assert len(taken(world, **NAMELESS)) == 1


def test_the_form_says_what_is_wrong_and_prepares_what_is_right(world: World) -> None:
    client, url = world.client("sami"), reverse("exports:new")
    sent: dict[str, Any] = {
        "organisation": world.harbour.pk,
        "purpose": "support",
        "recipient": "own",
        "words": "The night team takes over.",
        "is_identified": "no",
        "data_classes": ["case_work"],
        "columns": ["state"],
        "format": "csv",
    }
    wrong = client.post(url, {**sent, "data_classes": ["identity"]})
    assert wrong.status_code == 400
    assert "Where nobody is named" in wrong.content.decode()
    page = client.post(url, sent, follow=True).content.decode()
    assert "What we plan and do together" in page
    assert world.harbour.pk == Export.objects.get().organisation_id


def test_a_role_is_offered_only_what_it_may_take_out(world: World) -> None:
    def offered(who: str) -> Collection[str]:
        return world.client(who).get(reverse("exports:new")).content.decode()

    assert 'value="status_protection"' in offered("salma")
    assert 'value="status_protection"' not in offered("sami")
    assert 'value="sealed"' not in offered("salma")
