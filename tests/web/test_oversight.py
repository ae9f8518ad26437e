"""The data protection officer's page: right numbers, no contents, a fixed number of queries."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.models import Interest, Scope
from sojourn.web.audit import actions as audit
from sojourn.web.audit.actions import Entry
from sojourn.web.audit.models import Custody, Event
from sojourn.web.cases.models import Case, LegalBasis
from sojourn.web.consent import actions as consents
from sojourn.web.consent import overrides
from sojourn.web.consent.models import Danger
from sojourn.web.notes import actions as notes
from sojourn.web.oversight import actions, queries, rules
from sojourn.web.oversight.models import Ending, KeepReason
from sojourn.web.people import actions as people
from tests.web.conftest import SECRETS, WALL, World, asked

TODAY = timezone.localdate


def _reads(world: World, name: str, count: int, **entry: object) -> None:
    """As if somebody had opened that many files."""
    from uuid import uuid4

    from django.db import transaction

    with transaction.atomic():
        audit._append(
            [
                Entry(
                    by=world.by(name),
                    verb="read",
                    organisation_id=world.harbour.pk,
                    person_id=uuid4(),
                    **entry,  # type: ignore[arg-type]  # a mix of kinds by design
                )
                for _each in range(count)
            ]
        )


def test_it_counts_what_is_held_by_class_and_basis(world: World) -> None:
    for data_class in ("body_health", "body_health", "case_work"):
        notes.write(
            case=world.case,
            text="a note",
            data_class=data_class,
            is_confidential=True,
            by=world.by("bilal"),
        )
    gone = world.register()
    people.erase(person=gone.person, by=world.by("sami"), reason="asked")
    held = queries.held(world.by("emil"), TODAY())
    assert (held.people, held.erased) == (1, 1)
    assert held.notes[DataClass.BODY_HEALTH] == 2
    assert held.notes[DataClass.CASE_WORK] == 1
    assert held.agreed[DataClass.JOURNEY] == 1
    assert held.agreed[DataClass.SEALED] == 0
    assert held.bases == {LegalBasis.CONSENT.value: 1}


def test_it_counts_nothing_of_another_organisation(world: World) -> None:
    theirs = world.register("chiara")
    world.consent(theirs, "chiara", valid_until=TODAY())
    world.assess(theirs, name="chiara")
    held = queries.held(world.by("emil"), TODAY())
    assert (held.people, held.bases) == (1, {LegalBasis.CONSENT.value: 1})
    assert not queries.ending(world.by("emil"), TODAY())


def test_consents_that_end_or_were_taken_back_are_told_until_they_are_no_more(
    world: World,
) -> None:
    emil = world.by("emil")
    case = world.register()
    soon = world.consent(case, valid_until=TODAY() + timedelta(days=30))
    later = world.consent(world.register(), valid_until=TODAY() + timedelta(days=31))
    assert [row.pk for row in queries.ending(emil, TODAY())] == [soon.pk]
    consents.withdraw(consent=later, by=world.by("bilal"))
    assert [row.pk for row in queries.withdrawn(emil)] == [later.pk]
    people.erase(person=later.person, by=world.by("sami"), reason="asked")
    assert not queries.withdrawn(emil)
    assert queries.erased(emil).count() == 1


def _closed(world: World, days: int | None, until: date | None = None) -> Case:
    """A file whose case is closed and whose consent named a time to keep, taken back today."""
    case = world.register()
    consent = world.consent(case, retention_days=days, valid_until=until)
    if until is None:
        consents.withdraw(consent=consent, by=world.by("bilal"))
    Case.objects.filter(pk=case.pk).update(state="closed", phase="")
    return case


def test_what_is_kept_longer_than_agreed_is_listed_from_the_day_after(world: World) -> None:
    emil, today = world.by("emil"), TODAY()
    case = _closed(world, 30)
    dated = _closed(world, 5, until=today)
    _closed(world, None)
    assert not queries.kept_too_long(emil, today + timedelta(days=5))
    over = queries.kept_too_long(emil, today + timedelta(days=31))
    assert [(each.person.pk, each.until) for each in over] == [
        (dated.person_id, today + timedelta(days=5)),
        (case.person_id, today + timedelta(days=30)),
    ]


@pytest.mark.parametrize("why", ["erased", "worked on", "agreed anew", "asked again"])
def test_what_may_stay_is_not_listed_as_kept_too_long(why: str, world: World) -> None:
    case, later = _closed(world, 0), TODAY() + timedelta(days=1)
    assert queries.kept_too_long(world.by("emil"), later)
    if why == "erased":
        people.erase(person=case.person, by=world.by("sami"), reason="asked")
    elif why == "worked on":
        Case.objects.filter(pk=case.pk).update(state="open", phase="assessing")
    elif why == "agreed anew":
        world.consent(case)
    else:
        consents.ask(person=case.person, asked=asked(), by=world.by("bilal"))
    assert not queries.kept_too_long(world.by("emil"), later)


@pytest.mark.parametrize(("days", "there"), [(0, True), (30, True), (31, False)])
def test_the_end_of_the_agreed_time_is_told_thirty_days_ahead(
    days: int, there: bool, world: World
) -> None:
    case = _closed(world, days)
    told = [(case.person_id, TODAY() + timedelta(days=days))] if there else []
    found = queries.ends_soon(world.by("emil"), TODAY())
    assert [(each.person.pk, each.until) for each in found] == told
    mine = queries.ends_soon_of(world.by("bilal"), TODAY(), 8)
    assert [(each.person.pk, each.until) for each in mine] == told
    assert not queries.ends_soon_of(world.by("salma"), TODAY(), 8)
    assert not queries.ends_soon(world.by("chiara"), TODAY())
    assert not queries.kept_too_long(world.by("emil"), TODAY())


def test_from_the_day_after_the_last_it_is_kept_too_long_and_warned_of_no_more(
    world: World,
) -> None:
    emil, last = world.by("emil"), TODAY() + timedelta(days=5)
    _closed(world, 5)
    for on, ahead, late in ((last, 1, 0), (last + timedelta(days=1), 0, 1)):
        counts = len(queries.ends_soon(emil, on)), len(queries.kept_too_long(emil, on))
        assert counts == (ahead, late)


@pytest.mark.parametrize(
    ("until", "days", "last"), [(30, 0, 30), (29, 1, 30), (30, 1, None), (31, 0, None)]
)
def test_a_consent_that_ends_by_its_own_date_counts_ahead(
    until: int, days: int, last: int | None, world: World
) -> None:
    _closed(world, days, until=TODAY() + timedelta(days=until))
    found = [each.until for each in queries.ends_soon(world.by("emil"), TODAY())]
    assert found == ([] if last is None else [TODAY() + timedelta(days=last)])


@pytest.mark.parametrize("why", ["erased", "worked on", "agreed anew", "asked again", "longer"])
def test_what_may_stay_is_not_warned_of(why: str, world: World) -> None:
    case = _closed(world, 9)
    assert queries.ends_soon(world.by("emil"), TODAY())
    if why == "erased":
        people.erase(person=case.person, by=world.by("sami"), reason="asked")
    elif why == "worked on":
        Case.objects.filter(pk=case.pk).update(state="open", phase="assessing")
    elif why == "agreed anew":
        world.consent(case)
    elif why == "asked again":
        consents.ask(person=case.person, asked=asked(), by=world.by("bilal"))
    else:
        longer = world.consent(case, retention_days=90)
        consents.withdraw(consent=longer, by=world.by("bilal"))
    assert not queries.ends_soon(world.by("emil"), TODAY())
    assert not queries.ends_soon_of(world.by("bilal"), TODAY(), 8)


def test_what_is_kept_for_a_reason_is_warned_of_before_that_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _over(world, monkeypatch)
    emil, today = world.by("emil"), timezone.localdate()
    (kept,) = queries.kept_too_long(emil, today)
    until = today + timedelta(days=40)
    actions.keep(person=kept.person, reason=KeepReason.LAW, until=until, by=emil)
    assert not queries.ends_soon(emil, until - timedelta(days=31))
    assert [each.until for each in queries.ends_soon(emil, until - timedelta(days=30))] == [until]


def test_the_warning_stands_on_my_day_and_on_the_officers_page(world: World) -> None:
    case = _closed(world, 12)
    day = world.client("bilal").get(reverse("home:day")).content.decode()
    assert "Kept by agreement for at most thirty days more" in day
    assert reverse("people:person", args=[case.person_id]) in day
    assert (
        "Kept by agreement" not in world.client("salma").get(reverse("home:day")).content.decode()
    )
    emil = world.client("emil")
    assert "Agreed time ends soon" in emil.get(reverse("oversight:page")).content.decode()
    page = emil.get(reverse("oversight:lines", args=["ends-soon"])).content.decode()
    assert case.person.number in page
    assert not [secret for secret in SECRETS if secret in page]
    read = Event.objects.filter(verb="read", person_id=case.person_id)
    assert set(read.values_list("actor_name", flat=True)) >= {"Bilal", "Emil"}


def _over(world: World, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A file whose agreed time was over yesterday."""
    case = _closed(world, 0)
    later = TODAY() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *_args: later)
    return case


def test_erasing_takes_the_officer_and_another_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = _over(world, monkeypatch)
    emil = world.client("emil")
    emil.post(reverse("oversight:decide", args=[case.person_id]), {"do": "erase"})
    assert Case.objects.get(pk=case.pk).person.erased_at is None
    assert "waits for a second person" in emil.get(reverse("oversight:kept")).content.decode()
    ending = Ending.objects.get()
    for name in ("emil", "bilal"):
        with pytest.raises(PermissionDenied):
            actions.carry_out(ending=ending, erase=True, by=world.by(name))
    sami = world.client("sami")
    assert "Files to erase" in sami.get(reverse("home:day")).content.decode()
    sami.post(reverse("oversight:carry_out", args=[ending.pk]), {"do": "erase"})
    assert Case.objects.get(pk=case.pk).person.erased_at is not None
    assert Event.objects.get(verb="erase").reason == "retention"
    assert not queries.kept_too_long(world.by("emil"), timezone.localdate())
    with pytest.raises(ValidationError, match="decided already"):
        actions.carry_out(ending=ending, erase=True, by=world.by("sami"))


def test_what_the_second_person_declines_is_listed_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = _over(world, monkeypatch)
    ending = actions.ask_to_erase(person=case.person, by=world.by("emil"))
    with pytest.raises(ValidationError, match="asked already"):
        actions.ask_to_erase(person=case.person, by=world.by("emil"))
    actions.carry_out(ending=ending, erase=False, by=world.by("sami"))
    (kept,) = queries.kept_too_long(world.by("emil"), timezone.localdate())
    assert (kept.waits, kept.declined) == (False, True)
    assert Case.objects.get(pk=case.pk).person.erased_at is None


def test_what_is_kept_for_a_reason_is_listed_after_its_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, today = _over(world, monkeypatch), timezone.localdate()
    entry = {"reason": "claim", "until": (today + timedelta(days=9)).isoformat()}
    url = reverse("oversight:decide", args=[case.person_id])
    world.client("emil").post(url, entry)
    emil = world.by("emil")
    assert not queries.kept_too_long(emil, today + timedelta(days=9))
    assert queries.kept_too_long(emil, today + timedelta(days=10))
    past = {**entry, "until": (today - timedelta(days=1)).isoformat()}
    assert world.client("emil").post(url, past).status_code == 400


def test_nothing_is_erased_that_was_agreed_to_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = _over(world, monkeypatch)
    ending = actions.ask_to_erase(person=case.person, by=world.by("emil"))
    world.consent(case)
    with pytest.raises(ValidationError, match="agreed anew"):
        actions.carry_out(ending=ending, erase=True, by=world.by("sami"))
    with pytest.raises(ValidationError, match="not over"):
        actions.ask_to_erase(person=world.case.person, by=world.by("emil"))


def test_acts_without_consent_that_wait_come_first(world: World) -> None:
    by = world.by("bilal")
    first = overrides.request(person=world.case.person, danger=Danger.LIFE, words="Bleeds", by=by)
    other = world.register()
    second = overrides.request(person=other.person, danger=Danger.CHILD, words="Alone", by=by)
    overrides.decide(override=second, confirmed=True, by=world.by("salma"))
    assert [row.pk for row in queries.overrides(world.by("emil"))] == [first.pk, second.pk]


@pytest.mark.parametrize(("files", "told"), [(39, 0), (40, 1)])
def test_many_files_in_a_day_are_told_from_the_declared_number_on(
    files: int, told: int, world: World
) -> None:
    _reads(world, "bilal", files)
    signs = queries.signs(world.by("emil"))
    assert [sign.count for sign in signs] == [files] * told
    assert all(sign.what is rules.Unusual.MANY_FILES for sign in signs)


def test_a_look_at_a_case_one_is_named_in_is_told_first(world: World) -> None:
    _reads(world, "salma", 50)
    _reads(world, "bilal", 1, case_id=world.case.pk)
    assert [sign.name for sign in queries.signs(world.by("emil"))] == ["Salma"]
    accounts.declare_conflict(
        user=world.users["bilal"], cases=[world.case.pk], interest=Interest.RELATIVE, by=SYSTEM
    )
    signs = queries.signs(world.by("emil"))
    assert [(sign.name, sign.what) for sign in signs] == [
        ("Bilal", rules.Unusual.OWN_CASE),
        ("Salma", rules.Unusual.MANY_FILES),
    ]


def test_roles_for_every_file_are_listed_those_without_an_end_first(world: World) -> None:
    world.join(accounts.Reach(Scope.OWN_CASES))
    names = [grant.holder.username for grant in queries.wide(world.by("emil"))]
    assert "nadia" not in names
    assert "bilal" in names


def test_who_checked_the_chain_and_who_holds_a_copy_is_noted(world: World) -> None:
    client = world.client("emil")
    assert "never" in client.get(reverse("oversight:page")).content.decode()
    client.post(reverse("audit:log"))
    client.post(reverse("audit:checkpoint"))
    client.post(reverse("oversight:custody"), {"holder": "Crossroads"})
    page = client.get(reverse("oversight:page")).content.decode()
    assert "the chain was whole" in page
    assert "Crossroads" in page
    custody = Custody.objects.get()
    assert Event.objects.filter(verb="add", object_type="audit.custody").count() == 1
    assert custody.checkpoint.seq == queries.chain(world.by("emil")).signed.seq  # type: ignore[union-attr]  # signed above


def test_nobody_holds_a_copy_of_what_was_never_signed(world: World) -> None:
    response = world.client("emil").post(
        reverse("oversight:custody"), {"holder": "Crossroads"}, follow=True
    )
    assert "Sign the audit first" in response.content.decode()
    assert not Custody.objects.exists()


def test_no_page_of_it_names_anybody_whose_file_it_is(world: World) -> None:
    overrides.request(
        person=world.case.person, danger=Danger.LIFE, words="Bleeds", by=world.by("bilal")
    )
    client = world.client("emil")
    for kind in ("reading", "overrides", "ending", "withdrawn", "erased", "wide"):
        page = client.get(reverse("oversight:lines", args=[kind])).content.decode()
        assert not [secret for secret in (*SECRETS, "Bleeds") if secret in page]
    assert client.get(reverse("oversight:lines", args=["else"])).status_code == 404


def test_the_page_takes_as_many_queries_for_many_files(world: World) -> None:
    client, counts = world.client("emil"), []
    for more in (1, 25):
        for _each in range(more):
            world.consent(world.register(), valid_until=TODAY())
        _reads(world, "bilal", 45)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("oversight:page")).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1] <= 36 + WALL


def test_the_audit_is_shown_by_kind(world: World) -> None:
    page = world.client("emil").get(reverse("audit:log"), {"what": "give"}).content.decode()
    body = page.split("<tbody>")[1]
    assert "recorded consent" in body
    assert "assessed" not in body
