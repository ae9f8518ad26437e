"""What was done to somebody: who reads of it, who is named, and what stays of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.accounts.models import Conflict
from sojourn.web.audit.models import Event
from sojourn.web.cases import actions as cases
from sojourn.web.cases.models import Case, Difference
from sojourn.web.consent import actions as consents
from sojourn.web.incidents import actions
from sojourn.web.incidents.actions import Described
from sojourn.web.incidents.codes import Withdrawn
from sojourn.web.incidents.models import AllegedActor, Incident
from sojourn.web.incidents.rules import Account, exact, of_texts
from sojourn.web.people import actions as people
from sojourn.web.steps import WrongStateError
from tests.web.conftest import World

A_THREAT = Account(
    kind="threat",
    precision="month",
    source="person",
    wish="undecided",
    happened_on=date(2026, 3, 17),
    stage="transit",
    goes_on=True,
    where="a yard by the harbour",
    what="he said he would find my sister",
)
RECRUITER = Described("recruiter", "yes", "Grey Cap", "drives a white van")


def case_of(world: World) -> Case:
    return Case.objects.select_related("person__key").get(pk=world.case.pk)


def report(world: World, name: str = "bilal", *, hidden: bool = False, **more: object) -> Incident:
    account = replace(A_THREAT, **more)  # type: ignore[arg-type]  # a mix of kinds by design
    by = world.by(name)
    return actions.report(case=case_of(world), account=account, is_confidential=hidden, by=by)


def page(world: World, name: str = "bilal") -> str:
    response = world.client(name).get(reverse("incidents:list", args=[world.case.pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_what_was_told_is_on_the_page_no_more_exactly_than_it_is_known(world: World) -> None:
    incident = report(world)
    actions.name_actor(incident=incident, described=RECRUITER, by=world.by("bilal"))
    shown = page(world)
    for words in ("A threat", "March 2026", "On the way", A_THREAT.where, A_THREAT.what):
        assert words in shown
    assert "17" not in shown.partition('<p class="note__about">')[2].partition("</p>")[0]
    assert "Grey Cap" in shown
    assert "can still get at the person" in shown


@pytest.mark.parametrize(
    ("precision", "day", "kept"),
    [
        ("day", date(2026, 3, 17), date(2026, 3, 17)),
        ("month", date(2026, 3, 17), date(2026, 3, 1)),
        ("year", date(2026, 3, 17), date(2026, 1, 1)),
        ("unknown", None, None),
    ],
)
def test_a_day_is_kept_as_exactly_as_it_is_known(
    precision: str, day: date | None, kept: date | None
) -> None:
    account = replace(A_THREAT, precision=precision, happened_on=day)
    assert exact(account, date(2026, 11, 1)).happened_on == kept


@pytest.mark.parametrize(
    ("precision", "day"),
    [("day", None), ("unknown", date(2026, 3, 1)), ("day", date(2026, 11, 2))],
)
def test_a_day_that_does_not_fit_is_refused(precision: str, day: date | None) -> None:
    with pytest.raises(ValidationError) as refused:
        exact(replace(A_THREAT, precision=precision, happened_on=day), date(2026, 11, 1))
    assert "happened_on" in refused.value.message_dict


def test_an_account_survives_its_texts() -> None:
    for account in (A_THREAT, replace(A_THREAT, happened_on=None, goes_on=False)):
        assert of_texts(account.texts()) == account


def test_a_confidential_incident_is_unseen_by_a_colleague_of_the_same_team(world: World) -> None:
    incident = report(world, hidden=True)
    assert A_THREAT.what in page(world)
    assert A_THREAT.what in page(world, "sami")
    assert A_THREAT.what not in page(world, "salma")
    url = reverse("incidents:change", args=[world.case.pk, incident.pk])
    assert world.client("salma").get(url).status_code == 404


def test_nothing_is_shown_or_written_once_the_person_agrees_no_more(world: World) -> None:
    incident = report(world)
    consents.withdraw(consent=world.case.person.consents.get(), by=world.by("bilal"))
    shown = page(world)
    assert A_THREAT.what not in shown
    assert "Not to be shown" in shown
    url = reverse("incidents:change", args=[world.case.pk, incident.pk])
    assert world.client("bilal").get(url).status_code == 404
    with pytest.raises(ValidationError):
        report(world)


def test_alleged_actors_are_shown_only_to_those_who_may_know_of_other_people(
    world: World,
) -> None:
    actions.name_actor(incident=report(world), described=RECRUITER, by=world.by("bilal"))
    narrow = [
        each.value for each in DataClass if each not in (DataClass.THIRD_PARTY, DataClass.SEALED)
    ]
    consents.withdraw(consent=world.case.person.consents.get(), by=world.by("bilal"))
    world.consent(world.case, data_classes=narrow)
    shown = page(world)
    assert A_THREAT.what in shown
    assert "Grey Cap" not in shown


def test_a_colleague_who_is_named_never_sees_the_case_again(world: World) -> None:
    described = replace(RECRUITER, part="helper", user=world.users["salma"])
    actor = actions.name_actor(incident=report(world), described=described, by=world.by("bilal"))
    url = reverse("incidents:list", args=[world.case.pk])
    assert world.client("salma").get(url).status_code == 404
    assert "this case is closed to them" in page(world)
    actions.remove_actor(actor=actor, by=world.by("bilal"))
    assert "Grey Cap" not in page(world)
    assert Conflict.objects.filter(user=world.users["salma"]).exists()
    assert world.client("salma").get(url).status_code == 404


def test_whoever_holds_any_role_here_can_be_named_also_who_opens_no_file(world: World) -> None:
    url = reverse("incidents:name_actor", args=[world.case.pk, report(world).pk])
    shown = world.client("bilal").get(url).content.decode()
    for name in ("dana", "emil", "sami"):
        assert world.users[name].name in shown
    assert world.users["chiara"].name not in shown
    sent = {"part": "helper", "still_near": "unknown", "user": world.users["dana"].pk}
    world.client("bilal").post(url, sent)
    assert Conflict.objects.filter(user=world.users["dana"]).exists()


def test_nobody_records_themselves_as_the_alleged_actor(world: World) -> None:
    described = replace(RECRUITER, user=world.users["bilal"])
    with pytest.raises(ValidationError) as refused:
        actions.name_actor(incident=report(world), described=described, by=world.by("bilal"))
    assert "user" in refused.value.message_dict
    assert not AllegedActor.objects.exists()


def test_two_people_who_write_at_once_both_keep_what_they_wrote(world: World) -> None:
    incident = report(world)
    for who, where in (("salma", "the yard"), ("sami", "the quay")):
        mine = Incident.objects.select_related("case__person__key").get(pk=incident.pk)
        changed = replace(A_THREAT, where=where)
        actions.change(incident=mine, account=changed, by=world.by(who), base=1)
    difference = Difference.objects.get()
    assert (difference.field, difference.decider) == ("where", world.users["bilal"])
    cases.settle(difference=difference, takes_second=True, by=world.by("bilal"))
    assert "the quay" in page(world)


def test_what_is_taken_back_is_kept_with_its_reason_and_can_count_again(world: World) -> None:
    incident = report(world)
    actions.take_back(incident=incident, because=Withdrawn.TWICE, by=world.by("bilal"))
    shown = page(world)
    assert A_THREAT.what not in shown
    assert "The same is recorded elsewhere" in shown
    with pytest.raises(WrongStateError):
        actions.take_back(incident=incident, because=Withdrawn.TWICE, by=world.by("bilal"))
    with pytest.raises(ValidationError):
        actions.change(incident=incident, account=A_THREAT, by=world.by("bilal"))
    actions.restore(incident=incident, by=world.by("bilal"))
    assert A_THREAT.what in page(world)


@pytest.mark.parametrize("who", ["chiara", "dana", "emil", "ana"])
def test_nobody_else_records(world: World, who: str) -> None:
    with pytest.raises(PermissionDenied):
        report(world, who)


def test_nothing_is_readable_without_the_key_and_the_words_go_with_the_person(
    world: World,
) -> None:
    incident = report(world)
    actions.name_actor(incident=incident, described=RECRUITER, by=world.by("bilal"))
    stored = bytes(Incident.objects.get().told) + bytes(AllegedActor.objects.get().told)
    for secret in (b"sister", b"harbour", b"Grey", b"van"):
        assert secret not in stored
    assert "Grey" not in str(list(Event.objects.values()))
    people.erase(person=world.case.person, by=world.by("sami"), reason="asked")
    shown = page(world, "sami")
    assert A_THREAT.what not in shown
    assert "Grey Cap" not in shown
    assert Incident.objects.get().kind == "threat"


def test_an_incident_of_another_class_or_state_cannot_be_stored(world: World) -> None:
    incident = report(world)
    for wrong in (
        {"data_class": "case_work"},
        {"state": "withdrawn"},
        {"precision": "unknown"},
        {"happened_on": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Incident.objects.filter(pk=incident.pk).update(**wrong)


def test_the_form_records_and_says_what_is_missing(world: World) -> None:
    client, url = world.client("bilal"), reverse("incidents:add", args=[world.case.pk])
    response = client.post(url, {"kind": "loss", "precision": "day", "source": "person"})
    assert response.status_code == 400
    response = client.post(
        url,
        {
            "kind": "loss",
            "precision": "year",
            "happened_on": (timezone.localdate() - timedelta(days=400)).isoformat(),
            "source": "paper",
            "wish": "nothing",
        },
    )
    assert response.status_code == 302
    assert Incident.objects.get().source == "paper"


def test_the_number_of_queries_does_not_grow(world: World) -> None:
    client, url = world.client("bilal"), reverse("incidents:list", args=[world.case.pk])
    counts = []
    for more in (2, 8):
        for _each in range(more):
            actions.name_actor(incident=report(world), described=RECRUITER, by=world.by("bilal"))
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]
