"""Names and numbers: sealed, found again, erased; nothing of them in the database file."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sojourn.web.people import actions, identities, queries, spellings
from sojourn.web.people.models import Identity, Person
from sojourn.web.people.rules import (
    Document,
    IdentityData,
    Name,
    Names,
    name_matches,
    normal_name,
    normal_phone,
)
from sojourn.web.vault import Key, KeyDestroyedError, VaultError
from tests.web.conftest import AMINA, SECRETS, World


def _dump() -> bytes:
    """Everything the database holds: its file, or on a server the rows of all tables."""
    raw = connection.connection
    if connection.vendor == "sqlite":
        written: bytes = raw.serialize()
        return b"\n".join(line.encode() for line in raw.iterdump()) + written
    with connection.cursor() as cursor:
        parts = []
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            parts += [row[0] for row in cursor.fetchall()]
    return "\n".join(parts).encode()


def test_the_database_holds_no_planted_secret(world: World) -> None:
    world.assess(world.case, {"own_words": "Amina told of Secretname", "stage": "transit"})
    dump = _dump()
    for secret in SECRETS:
        assert secret.encode() not in dump
        assert secret.encode().hex().upper().encode() not in dump.upper()


def test_a_sealed_value_opens_in_its_own_place_only() -> None:
    key = Key.new()
    sealed = key.seal(b"Amina", place="people_identity.names|1")
    assert key.open(sealed, place="people_identity.names|1") == b"Amina"
    with pytest.raises(VaultError):
        key.open(sealed, place="people_identity.names|2")


@pytest.mark.parametrize("at", [0, 5, 20, 40])
def test_a_changed_value_does_not_open(at: int) -> None:
    key = Key.new()
    sealed = bytearray(key.seal(b"Amina of Harbour", place="x|1"))
    sealed[at] ^= 1
    with pytest.raises(VaultError):
        key.open(bytes(sealed), place="x|1")


def test_another_key_opens_nothing() -> None:
    with pytest.raises(VaultError):
        Key.new().open(Key.new().seal(b"Amina", place="x|1"), place="x|1")


def test_an_index_does_not_compare_across_organisations() -> None:
    one, other = Key.new(), Key.new()
    assert one.blind_index("+999", field="phone") == one.blind_index("+999", field="phone")
    assert one.blind_index("+999", field="phone") != other.blind_index("+999", field="phone")
    assert one.blind_index("+999", field="phone") != one.blind_index("+999", field="document")


def test_an_identity_pasted_onto_another_person_does_not_open(world: World) -> None:
    other = world.register(identity=IdentityData(Names("Somebody Else")))
    stolen = Identity.objects.get(person=world.case.person)
    Identity.objects.filter(person=other.person).update(names=stolen.names)
    with pytest.raises(VaultError):
        identities.open_many([queries.people(world.by("bilal")).rows.get(pk=other.person_id)])


def test_erasing_destroys_the_identity_and_keeps_the_file(world: World) -> None:
    person = world.case.person
    actions.erase(person=person, by=world.by("sami"), reason="asked")
    again = Person.objects.select_related("key", "identity").get(pk=person.pk)
    assert identities.open_many([again])[person.pk] == identities.ERASED
    with pytest.raises(KeyDestroyedError):
        identities.key_of(again)
    assert world.case.assessments.count() == 1
    page = world.client("sami").get(reverse("people:person", args=[person.pk])).content.decode()
    assert "erased" in page


def test_an_erased_person_is_not_found_erased_again_or_corrected(world: World) -> None:
    by, person = world.by("sami"), world.case.person
    actions.erase(person=person, by=by, reason="asked")
    assert queries.search(by, AMINA.phone).people == []
    assert queries.search(by, "Secretname").people == []
    with pytest.raises(ValidationError):
        actions.erase(person=person, by=by, reason="asked")
    with pytest.raises(ValidationError):
        actions.correct(person=person, identity=AMINA, language="", by=by)


def test_only_some_may_erase(world: World) -> None:
    with pytest.raises(PermissionDenied):
        actions.erase(person=world.case.person, by=world.by("bilal"), reason="asked")


@pytest.mark.parametrize(
    "text", ["+999 000-111 222", "٩٩٩ ٠٠٠ ١١١ ٢٢٢", "pass 77zx", "secretname AMI", "السر"]
)
def test_a_person_is_found_by_number_document_or_name(world: World, text: str) -> None:
    assert queries.search(world.by("bilal"), text).people == [world.case.person]


@pytest.mark.parametrize("text", ["+999000111223", "PASS77Z", "Nobody", "+++", "   "])
def test_what_does_not_match_finds_nobody(world: World, text: str) -> None:
    assert queries.search(world.by("bilal"), text).people == []


def test_nobody_of_another_organisation_is_found(world: World) -> None:
    for text in (AMINA.phone, AMINA.document, "Secretname", world.case.person.number):
        assert queries.search(world.by("chiara"), text).people == []


def test_a_name_of_before_finds_nobody_any_more(world: World) -> None:
    by = world.by("bilal")
    assert queries.search(by, "Secretname").people == [world.case.person]
    other = replace(AMINA, names=Names("Amina Othername"))
    actions.correct(person=world.case.person, identity=other, language="ar", by=by)
    assert queries.search(by, "Secretname").people == []
    assert queries.search(by, "Othername").people == [world.case.person]
    actions.erase(person=world.case.person, by=world.by("sami"), reason="person_asked")
    assert queries.search(world.by("sami"), "Othername").people == []


def test_names_that_were_opened_are_forgotten_after_a_while(world: World) -> None:
    assert queries.search(world.by("bilal"), "Secretname").people
    assert spellings._known
    (timer,) = spellings._forgetting
    assert (timer.interval, timer.daemon) == (spellings.KEPT_FOR, True)
    timer.function()
    assert not spellings._known


@pytest.mark.parametrize("text", ["Secretname", AMINA.phone, AMINA.document, "HA-0000-0000"])
def test_a_search_takes_as_many_queries_for_many_files(text: str, world: World) -> None:
    counts = []
    for more in (3, 40):
        world.register(count=more, identity=IdentityData(Names("Bintou Somebody")))
        spellings.forget()
        with CaptureQueriesContext(connection) as caught:
            queries.search(world.by("bilal"), text)
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_a_search_is_posted_and_leaves_no_trace_in_an_address(world: World) -> None:
    response = world.client("bilal").post(reverse("people:search"), {"q": "Secretname"})
    assert "Amina" in response.content.decode() or "أمينة" in response.content.decode()
    assert "Secretname" not in response.request["PATH_INFO"] + response.request["QUERY_STRING"]


def test_corrections_note_which_fields_changed_and_no_value(world: World) -> None:
    from sojourn.web.audit.models import Event

    changed = IdentityData(AMINA.names, "+999000111333", AMINA.documents, AMINA.birth_date)
    actions.correct(person=world.case.person, identity=changed, language="ar", by=world.by("bilal"))
    assert Event.objects.latest("seq").fields_changed == {"phone": None}
    assert queries.search(world.by("bilal"), "+999000111333").people == [world.case.person]
    assert queries.search(world.by("bilal"), AMINA.phone).people == []


def test_case_numbers_say_nothing_and_do_not_repeat(world: World) -> None:
    numbers = {actions.new_number(world.harbour) for _each in range(500)}
    assert len(numbers) == 500
    assert all(number.startswith("HA-") and len(number) == 12 for number in numbers)


def test_digits_of_every_script_are_the_same_number() -> None:
    assert normal_phone("٠٠٢١٦ ٢٠") == normal_phone("00216-20") == "+0021620"
    assert normal_phone("none") == ""


def test_names_match_without_accents_and_case() -> None:
    assert name_matches([normal_name("Élodie Nuñez")], normal_name("NUÑEZ elo").split())
    assert not name_matches([normal_name("Élodie")], [])


def test_a_lost_master_key_is_a_clean_error(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: object, settings: object
) -> None:
    monkeypatch.delenv("SOJOURN_MASTER_KEY")
    settings.MASTER_KEY_FILE = tmp_path / "none"  # type: ignore[attr-defined,operator]  # fixtures
    identities._unwrapped.cache_clear()
    response = world.client("bilal").get(reverse("people:person", args=[world.case.person_id]))
    assert response.status_code == 500
    assert "master" not in response.content.decode()
    identities._unwrapped.cache_clear()


def test_a_person_who_does_not_exist_is_404(world: World) -> None:
    url = reverse("people:person", args=[uuid.uuid4()])
    assert world.client("bilal").get(url).status_code == 404


def test_names_and_documents_from_before_there_were_several_are_read(world: World) -> None:
    person = queries.people(world.by("bilal")).rows.get(pk=world.case.person_id)
    key = identities.key_of(person)
    old = {
        "names": '{"own": "Amina", "latin": "", "other": "Mina"}',
        "document": "PASS 77-ZX",
    }
    for column, text in old.items():
        sealed = key.seal(text.encode(), place=f"people_identity.{column}|{person.pk}")
        setattr(person.identity, column, sealed)
    found = identities.opened(person.identity, key)
    assert found.names == Names("Amina", "", (Name("Mina", kind="alias"),))
    assert found.documents == (Document("PASS 77-ZX"),)


def _several(*lines: dict[str, str]) -> dict[str, str]:
    entries = {"form-TOTAL_FORMS": str(len(lines)), "form-INITIAL_FORMS": "0"}
    for at, line in enumerate(lines):
        entries |= {f"form-{at}-{name}": value for name, value in line.items()}
    return entries


def test_names_in_several_scripts_are_kept_in_their_order(world: World) -> None:
    url = reverse("people:names", args=[world.case.person_id])
    client = world.client("bilal")
    lines = (
        {"own": "አሚና", "latin": "Amina", "kind": "birth", "family": ""},
        {"own": "", "latin": "", "kind": "used", "family": ""},
        {"own": "Mina Q", "latin": "", "kind": "used", "family": "Q"},
    )
    assert client.post(url, _several(*lines)).status_code == 302
    person = queries.people(world.by("bilal")).rows.get(pk=world.case.person_id)
    names = identities.open_many([person])[person.pk].names
    assert names.shown == "አሚና"
    assert [(name.script, name.kind) for name in names.all] == [
        ("Ethi", "birth"),
        ("Latn", "used"),
    ]
    assert queries.search(world.by("bilal"), "mina q").people == [person]
    empty = _several({"own": "", "latin": "", "kind": "used", "family": ""})
    response = client.post(url, empty)
    assert response.status_code == 400
    assert "Keep at least one name" in response.content.decode()
    response = client.post(url, _several({"own": "", "latin": "Amina", "kind": "used"}))
    assert "Write the name itself too" in response.content.decode()


def test_who_keeps_a_document_is_shown(world: World) -> None:
    url = reverse("people:documents", args=[world.case.person_id])
    line = {
        "kind": "passport",
        "number": "NEW 1",
        "country": "TN",
        "issued": "2024-05-01",
        "expires": "2024-04-01",
        "held_by": "employer",
        "seen": "told",
    }
    client = world.client("bilal")
    response = client.post(url, _several(line))
    assert "This is before the day of issue" in response.content.decode()
    page = client.post(url, _several({**line, "expires": "2034-04-01"}), follow=True)
    assert "kept from the person" in page.content.decode()
    assert "Tunisia" in page.content.decode()
    found = queries.search(world.by("bilal"), "new1").people
    assert found == [world.case.person]
    assert queries.search(world.by("bilal"), AMINA.document).people == []
    response = client.post(url, _several({**line, "number": "", "expires": ""}))
    assert "Write the number" in response.content.decode()


def test_how_sure_a_date_of_birth_is_is_kept_and_shown(world: World) -> None:
    url = reverse("people:correct", args=[world.case.person_id])
    client = world.client("bilal")
    page = client.post(url, {"own": "Amina", "birth_year": "1999", "sex": "female"}, follow=True)
    assert "in 1999" in page.content.decode()
    assert "female" in page.content.decode()
    entry = {"own": "Amina", "birth_date": "1999-05-04", "birth_estimated": "on"}
    assert "about May 4, 1999" in client.post(url, entry, follow=True).content.decode()
    both = {"own": "Amina", "birth_date": "1999-05-04", "birth_year": "1999"}
    assert "May 4, 1999" in client.post(url, both, follow=True).content.decode()
    both["birth_year"] = "1998"
    assert "not both" in client.post(url, both).content.decode()
    assert "between 1900" in client.post(url, {"own": "A", "birth_year": "9"}).content.decode()
