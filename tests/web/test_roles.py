"""Roles as an organisation makes them: what they open, the preview, who confirms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sojourn.framework import DataClass
from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts import own_roles, role_words
from sojourn.web.accounts.access import SYSTEM, Purpose, visible
from sojourn.web.accounts.actions import Reach
from sojourn.web.accounts.models import OwnRole, RoleState, RoleVersion, Scope
from sojourn.web.accounts.role_actions import Wish, decide, reset, save, take_back
from sojourn.web.accounts.role_preview import Change, preview
from sojourn.web.accounts.roles import EVERY_FILE, POWERS, Level, Power, Role, Verb
from sojourn.web.audit.models import Event
from sojourn.web.cases.models import Case, LegalBasis
from sojourn.web.field import actions as field
from sojourn.web.notes import actions as notes
from tests.web.conftest import World

HEALTH, HARM, STATUS = DataClass.BODY_HEALTH, DataClass.HARM_INCIDENT, DataClass.STATUS_PROTECTION
READS = frozenset({Verb.FIND, Verb.READ})
WORKS = READS | {Verb.WRITE}


def wish_of(code: str, *, verbs: frozenset[Verb] | None = None, **levels: Level) -> Wish:
    """A shipped role as it is, with some classes otherwise."""
    power = POWERS[Role(code)]
    changed = {DataClass(name): level for name, level in levels.items()}
    usual = {each: power.level(each) for each in DataClass}
    return Wish(power.verbs if verbs is None else verbs, {**usual, **changed}, code=code)


def own(name: str, verbs: frozenset[Verb], *classes: DataClass, level: Level = Level.READ) -> Wish:
    """A role of one's own that sees the first page of each file and these classes."""
    seen = (*EVERY_FILE, *classes) if Verb.READ in verbs else classes
    usual = Level.WRITE if Verb.WRITE in verbs else Level.READ
    levels = dict.fromkeys(DataClass, Level.NONE) | dict.fromkeys(seen, usual)
    return Wish(verbs, levels | dict.fromkeys(classes, level), name=name, base="case_worker")


def classes(world: World, name: str) -> frozenset[DataClass]:
    return visible(world.by(name), Case.objects.all(), Purpose.SUPPORT).classes(world.case)


def test_a_changed_role_counts_at_once_and_here_alone(world: World) -> None:
    assert HEALTH in classes(world, "bilal")
    save(organisation=world.harbour, wish=wish_of("case_worker", body_health=Level.NONE), by=SYSTEM)
    assert classes(world, "bilal") == POWERS[Role.CASE_WORKER].classes - {HEALTH}
    assert world.by("chiara").grants[0].power == POWERS[Role.CASE_WORKER]


def test_what_a_role_only_reads_it_does_not_write(world: World) -> None:
    save(organisation=world.harbour, wish=wish_of("case_worker", body_health=Level.READ), by=SYSTEM)
    assert HEALTH in classes(world, "bilal")
    note: dict[str, Any] = {"case": world.case, "text": "a note", "is_confidential": False}
    with pytest.raises(ValidationError):
        notes.write(**note, data_class="body_health", by=world.by("bilal"))
    notes.write(**note, data_class="harm_incident", by=world.by("bilal"))


def test_whoever_writes_less_than_an_assessment_asks_makes_none(world: World) -> None:
    save(organisation=world.harbour, wish=wish_of("case_worker", body_health=Level.READ), by=SYSTEM)
    with pytest.raises(PermissionDenied, match="more than your role writes"):
        field.open_form(case=world.case, basis=LegalBasis.CONSENT, by=world.by("bilal"))


def test_a_role_of_ones_own_is_given_and_opens_what_it_says(world: World) -> None:
    made = save(organisation=world.harbour, wish=own("Health", READS, HEALTH), by=SYSTEM)
    world.join(Reach(), role=made.role.code)
    assert classes(world, "nadia") == EVERY_FILE | {HEALTH}
    assert not world.by("nadia").may(Verb.WRITE)
    page = world.client("dana").get(reverse("accounts:members")).content.decode()
    assert "Health" in page.split("<bdi>Nadia</bdi>")[1].split("</tr>")[0]


def test_a_role_of_another_organisation_is_none_here(world: World) -> None:
    made = save(organisation=world.crossroads, wish=own("Health", READS, HEALTH), by=SYSTEM)
    with pytest.raises(ValidationError, match="no such role"):
        world.join(Reach(), role=made.role.code)


def test_a_role_set_back_is_as_it_was_shipped(world: World) -> None:
    changed = save(
        organisation=world.harbour, wish=wish_of("case_worker", body_health=Level.NONE), by=SYSTEM
    )
    reset(role=changed.role, by=world.by("dana"))
    assert classes(world, "bilal") == POWERS[Role.CASE_WORKER].classes
    with pytest.raises(ValidationError, match="as it was shipped"):
        reset(role=changed.role, by=world.by("dana"))


def test_a_role_of_ones_own_ends_when_nobody_holds_it(world: World) -> None:
    made = save(organisation=world.harbour, wish=own("Health", READS, HEALTH), by=SYSTEM)
    user = world.join(Reach(), role=made.role.code)
    with pytest.raises(ValidationError, match="Somebody holds this role"):
        reset(role=made.role, by=world.by("dana"))
    accounts.revoke(grant=user.grants.get(), by=world.by("dana"))
    reset(role=made.role, by=world.by("dana"))
    assert own_roles.power_in(world.harbour, made.role.code) == own_roles.NOTHING


def test_saving_is_refused_where_somebody_would_hold_what_must_stay_apart(world: World) -> None:
    """Emil reads the audit; as an interpreter he only finds. The interpreter shall write."""
    made = save(organisation=world.harbour, wish=own("Interpreter", READS), by=SYSTEM)
    world.join(Reach(), role=made.role.code, name="emil")
    wish = replace(own("", WORKS, level=Level.WRITE), code=made.role.code)
    with pytest.raises(ValidationError) as refused:
        save(organisation=world.harbour, wish=wish, by=world.by("dana"))
    said = " ".join(refused.value.messages)
    assert str(role_words.VERBS[Verb.AUDIT]) in said
    assert str(role_words.VERBS[Verb.WRITE]) in said
    assert "Emil" in said
    assert own_roles.power_in(world.harbour, made.role.code).verbs == READS


def test_a_pair_within_one_role_is_refused_too(world: World) -> None:
    wish = own("All", WORKS | {Verb.AUDIT})
    with pytest.raises(ValidationError, match="stay apart"):
        save(organisation=world.harbour, wish=wish, by=SYSTEM)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (wish_of("administrator"), "stays as it is"),
        (wish_of("data_protection_officer"), "stays as it is"),
        (wish_of("case_worker", identity=Level.NONE), "first page"),
        (wish_of("case_worker", identity=Level.READ), "first page"),
        (wish_of("case_worker", verbs=frozenset({Verb.FIND})), "opens no files"),
        (wish_of("case_worker", verbs=frozenset({Verb.READ, Verb.WRITE})), "also finds"),
        (own("", READS), "name"),
    ],
)
def test_a_role_that_makes_no_sense_is_refused(wish: Wish, words: str, world: World) -> None:
    with pytest.raises(ValidationError, match=words):
        save(organisation=world.harbour, wish=wish, by=SYSTEM)
    assert not OwnRole.objects.exists()


def test_nobody_changes_a_role_that_they_hold(world: World) -> None:
    made = save(organisation=world.harbour, wish=own("Desk", READS & set()), by=SYSTEM)
    world.join(Reach(), role=made.role.code, name="dana")
    wish = replace(own("", frozenset({Verb.FIND})), code=made.role.code)
    with pytest.raises(PermissionDenied, match="You hold this role"):
        save(organisation=world.harbour, wish=wish, by=world.by("dana"))


@pytest.mark.parametrize("name", ["bilal", "sami", "emil", "chiara"])
def test_only_who_manages_members_changes_roles(name: str, world: World) -> None:
    with pytest.raises(PermissionDenied):
        save(organisation=world.harbour, wish=own("Health", READS), by=world.by(name))


@pytest.mark.parametrize(
    ("wish", "waits"),
    [
        (wish_of("case_worker", status_protection=Level.READ), True),
        (wish_of("case_worker", journey=Level.READ), False),
        (wish_of("case_worker", verbs=WORKS | {Verb.EXPORT}), True),
        (wish_of("case_worker", verbs=WORKS | {Verb.APPROVE}), False),
        (own("Health", READS, HEALTH), False),
        (own("Legal", READS, STATUS), True),
    ],
)
def test_widening_what_is_sensitive_waits_for_a_second_person(
    wish: Wish, waits: bool, world: World
) -> None:
    version = save(organisation=world.harbour, wish=wish, by=world.by("dana"))
    assert (version.state == RoleState.WAITING) is waits
    assert (STATUS in classes(world, "bilal")) is False


def test_the_data_protection_officer_confirms_and_nobody_else(world: World) -> None:
    wish = wish_of("case_worker", status_protection=Level.READ)
    version = save(organisation=world.harbour, wish=wish, by=world.by("dana"))
    for name in ("dana", "sami", "bilal"):
        with pytest.raises(PermissionDenied):
            decide(version=version, confirmed=True, by=world.by(name))
    page = world.client("emil").get(reverse("accounts:roles_waiting")).content.decode()
    assert "Bilal" in page
    url = reverse("accounts:role_decide", args=[version.pk])
    world.client("emil").post(url, {"confirm": "yes"})
    assert STATUS in classes(world, "bilal")
    with pytest.raises(ValidationError, match="decided already"):
        decide(version=version, confirmed=False, by=world.by("emil"))


@pytest.mark.parametrize("how", ["declined", "taken back"])
def test_what_is_not_confirmed_never_counts(how: str, world: World) -> None:
    wish = wish_of("case_worker", status_protection=Level.READ)
    version = save(organisation=world.harbour, wish=wish, by=world.by("dana"))
    with pytest.raises(ValidationError, match="waits already"):
        save(organisation=world.harbour, wish=wish, by=world.by("dana"))
    if how == "declined":
        decide(version=version, confirmed=False, by=world.by("emil"))
    else:
        take_back(version=version, by=world.by("dana"))
    assert STATUS not in classes(world, "bilal")
    save(organisation=world.harbour, wish=wish, by=world.by("dana"))


def test_what_would_clash_by_now_is_not_confirmed(world: World) -> None:
    made = save(organisation=world.harbour, wish=own("Desk", READS), by=SYSTEM)
    wish = replace(own("", WORKS, STATUS, level=Level.WRITE), code=made.role.code)
    version = save(organisation=world.harbour, wish=wish, by=world.by("dana"))
    world.join(Reach(), role=made.role.code, name="emil")
    world.join(Reach(), role=Role.DATA_PROTECTION_OFFICER, name="other")
    with pytest.raises(ValidationError, match="Emil"):
        decide(version=version, confirmed=True, by=world.by("other"))


def test_the_preview_says_who_gains_and_loses_what_in_how_many_files(world: World) -> None:
    world.register(count=2)
    world.join(Reach(Scope.OWN_CASES))
    world.register("nadia")
    wish = wish_of("case_worker", body_health=Level.NONE, status_protection=Level.READ)
    shown = preview(world.harbour, wish)
    rows = {row.name: set(row.changes) for row in shown.rows}
    assert rows == {
        name: {
            Change(True, False, (STATUS,), files),
            Change(False, False, (HEALTH,), files),
            Change(False, True, (HEALTH,), files),
        }
        for name, files in (("Bilal", 4), ("Nadia", 1))
    }
    assert (shown.gaining, shown.losing, shown.waits) == (2, 2, True)
    assert not RoleVersion.objects.exists()


def test_the_preview_counts_what_other_roles_give_anyway(world: World) -> None:
    world.join(Reach(), role=Role.PROTECTION_OFFICER, name="bilal")
    shown = preview(world.harbour, wish_of("case_worker", body_health=Level.NONE))
    assert [(row.name, row.changes) for row in shown.rows] == [("Bilal", ())]


def test_a_request_takes_no_more_queries_for_roles_of_ones_own(world: World) -> None:
    client, counts = world.client("bilal"), []
    for name in ("One", "Two"):
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("people:list")).status_code == 200
        counts.append(len(caught))
        for copy in range(3):
            save(organisation=world.harbour, wish=own(f"{name} {copy}", READS, HEALTH), by=SYSTEM)
    assert counts[0] == counts[1]


def _entries(**changed: object) -> dict[str, object]:
    usual: dict[str, object] = {each.value: "none" for each in DataClass}
    usual |= {each.value: "read" for each in EVERY_FILE}
    verbs = ["find", "read"]
    return {**usual, "name": "Interpreter", "verbs": verbs, "scope": "own_cases", **changed}


def test_what_is_put_into_effect_is_what_was_previewed(world: World) -> None:
    client = world.client("dana")
    url = reverse("accounts:role_new", args=[world.harbour.pk])
    page = client.post(url, _entries()).content.decode()
    assert "Who will see what" in page
    assert not RoleVersion.objects.exists()
    previewed = page.split('name="previewed" value="')[1].split('"')[0]
    client.post(url, _entries(previewed=previewed, journey="read"))
    assert not RoleVersion.objects.exists()
    client.post(url, _entries(previewed=previewed))
    made = RoleVersion.objects.get()
    assert (made.role.name, made.state, made.default_scope) == (
        "Interpreter",
        RoleState.IN_FORCE,
        Scope.OWN_CASES,
    )
    event = Event.objects.get(verb="change_role")
    assert event.fields_changed["verbs"] == [None, ["find", "read"]]
    give = client.get(reverse("accounts:give", args=[world.users["bilal"].pk])).content.decode()
    assert "Interpreter" in give


def test_a_clash_is_told_on_the_page(world: World) -> None:
    url = reverse("accounts:role_new", args=[world.harbour.pk])
    response = world.client("dana").post(url, _entries(verbs=["find", "read", "configure"]))
    assert response.status_code == 400
    assert "stay apart" in response.content.decode()


def test_every_verb_and_class_has_words() -> None:
    assert set(role_words.VERBS) == set(Verb)
    assert set(role_words.CLASSES) == set(DataClass)


def test_what_is_common_to_two_powers_writes_no_more_than_both() -> None:
    one = Power(WORKS, frozenset({HEALTH, HARM}), frozenset({HARM}))
    other = Power(READS | {Verb.WRITE}, frozenset({HEALTH, HARM}))
    assert one.within(other) == one
    assert one.within(Power(READS, frozenset({HEALTH}))).of(Verb.WRITE) == frozenset()
