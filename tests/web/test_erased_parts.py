"""After an erasure nobody is told what a colleague was to the person, and the colleague still does
not reach what remains."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM, Purpose, visible
from sojourn.web.accounts.models import Conflict, GrantedCase, Interest, Scope
from sojourn.web.accounts.roles import Role
from sojourn.web.cases.models import Case
from sojourn.web.incidents import actions as incidents
from sojourn.web.incidents.models import AllegedActor, Incident
from sojourn.web.people import actions as people
from sojourn.web.people.models import Person
from sojourn.web.reach import actions as reach
from tests.web.api_operations import client_with, token_for
from tests.web.conftest import World
from tests.web.test_incidents import RECRUITER, report


@pytest.fixture
def named(world: World) -> World:
    """Salma is said to have done harm, and is a relative too; Emil is a relative."""
    described = replace(RECRUITER, part="helper", user=world.users["salma"])
    incidents.name_actor(incident=report(world), described=described, by=world.by("bilal"))
    for name in ("salma", "emil"):
        reach.state(case=world.case, user=world.users[name], interest=Interest.RELATIVE, by=SYSTEM)
    return world


def erased(world: World) -> Case:
    people.erase(person=world.case.person, by=world.by("sami"), reason="asked")
    return Case.objects.select_related("person__key").get(pk=world.case.pk)


def test_what_colleagues_were_goes_with_the_person(named: World) -> None:
    assert Conflict.objects.count() == 3
    erased(named)
    kept = Conflict.objects.values_list("user__name", "interest")
    assert sorted(kept) == [("Emil", ""), ("Salma", "")]
    assert AllegedActor.objects.get().user is None
    assert bytes(AllegedActor.objects.get().told) != b""
    assert Incident.objects.get().kind == "threat"


def test_a_colleague_once_named_reaches_nothing_of_what_remains(named: World) -> None:
    case = erased(named)
    salma = named.by("salma")
    assert case.pk in salma.conflicts
    for purpose in (Purpose.SUPPORT, Purpose.CASE_WORK, Purpose.APPROVAL, Purpose.EXPORT):
        assert not visible(salma, Case.objects.filter(pk=case.pk), purpose).rows.exists()
        people_seen = visible(salma, Person.objects.filter(pk=case.person_id), purpose)
        assert not people_seen.rows.exists()
    pages = (
        reverse("people:person", args=[case.person_id]),
        reverse("cases:situation", args=[case.pk]),
        reverse("cases:course", args=[case.pk]),
        reverse("incidents:list", args=[case.pk]),
        reverse("reach:who", args=[case.pk]),
    )
    assert {named.client("salma").get(url).status_code for url in pages} == {404}
    api = client_with(token_for(named, "salma"))
    assert api.get(f"/api/v1/cases/{case.pk}").status_code == 404
    assert named.client("sami").get(pages[1]).status_code == 200


def test_nobody_is_told_who_was_kept_away_and_nobody_takes_it_back(named: World) -> None:
    case = erased(named)
    sami = named.client("sami")
    page = sami.get(reverse("reach:who", args=[case.pk])).content.decode()
    for told in ("A relative</span>", "Said to have done harm</span>", "Take back for"):
        assert told not in page
    for conflict in Conflict.objects.all():
        with pytest.raises(PermissionDenied):
            reach.withdraw(case=case, conflict=conflict, by=named.by("sami"))
        url = reverse("reach:withdraw", args=[case.pk, conflict.pk])
        assert sami.post(url).status_code == 404
    assert Conflict.objects.count() == 2


def test_nothing_is_said_of_a_colleague_and_somebody_erased(named: World) -> None:
    case = erased(named)
    with pytest.raises(ValidationError, match="erased"):
        reach.state(
            case=case, user=named.users["ana"], interest=Interest.RELATIVE, by=named.by("bilal")
        )
    entry = {"colleague": named.users["ana"].pk, "interest": "relative"}
    refused = named.client("bilal").post(reverse("reach:state", args=[case.pk]), entry)
    assert refused.status_code == 400
    incident = Incident.objects.select_related("case__person__key").get()
    described = replace(RECRUITER, name="", description="", user=named.users["ana"])
    with pytest.raises(ValidationError, match="erased"):
        incidents.name_actor(incident=incident, described=described, by=named.by("bilal"))
    assert not Conflict.objects.filter(user=named.users["ana"]).exists()


def test_why_a_case_was_opened_by_name_goes_and_other_cases_keep_theirs(named: World) -> None:
    other = named.register()
    reach.state(case=other, user=named.users["emil"], interest=Interest.SUBJECT, by=SYSTEM)
    nadia = named.join(accounts.Reach(Scope.OWN_CASES))
    for case in (named.case, other):
        opened = accounts.Named(nadia, Role.CASE_WORKER, timezone.localdate(), "for Amina's aunt")
        reach.give(case=case, named=opened, by=SYSTEM)
    erased(named)
    rows = dict(GrantedCase.objects.exclude(given_at=None).values_list("case_id", "reason"))
    assert rows == {named.case.pk: "", other.pk: "for Amina's aunt"}
    assert Conflict.objects.get(case_id=other.pk).interest == Interest.SUBJECT


def test_who_was_never_part_of_it_is_not_kept_away(named: World) -> None:
    case = erased(named)
    assert visible(named.by("sami"), Case.objects.filter(pk=case.pk), Purpose.SUPPORT).rows.exists()
