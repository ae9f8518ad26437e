"""Who can open a file: told as the one door does it; who is part of it; opened by name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM, Purpose, reaches, visible
from sojourn.web.accounts.actions import Named, Reach
from sojourn.web.accounts.models import Conflict, GrantedCase, Interest, Organisation, Scope, User
from sojourn.web.accounts.roles import POWERS, Role
from sojourn.web.audit import queries as audit
from sojourn.web.cases.models import Case
from sojourn.web.glass import actions as glass
from sojourn.web.glass.models import Reason
from sojourn.web.programmes import actions as programmes
from sojourn.web.reach import actions, queries
from sojourn.web.reach.queries import Why
from tests.web.conftest import AMINA, World

TODAY = timezone.localdate


def _opens(world: World, user: User) -> bool:
    return reaches(world.by(user.username), world.case, Purpose.SUPPORT)


def _why(world: World) -> dict[str, Why]:
    case = Case.objects.select_related("organisation").get(pk=world.case.pk)
    return {line.name: line.why for line in queries.openers(case)}


def _named(world: World, until: int = 7) -> Named:
    user = world.join(Reach(Scope.OWN_CASES))
    return Named(user, Role.CASE_WORKER, TODAY() + timedelta(days=until), "stands in")


def test_it_tells_the_same_as_the_one_door(staffed: World) -> None:
    """Every user of every organisation, in one table with why."""
    team = accounts.add_team(organisation=staffed.harbour, name="Night", by=SYSTEM)
    made = programmes.add(organisation=staffed.harbour, code="night", name="Night", by=SYSTEM)
    here = Case.objects.filter(pk=staffed.case.pk)
    here.update(team=team, programme=made, area="XX01/XX0102")
    staffed.join(Reach(Scope.TEAM, team), name="tom")
    staffed.join(Reach(Scope.PROGRAMME, programme=made), name="pia")
    staffed.join(Reach(Scope.AREA, area="XX01"), name="ari")
    staffed.join(Reach(Scope.AREA, area="XX01/XX0103"), name="aro")
    staffed.join(Reach(Scope.OWN_CASES), name="omar")
    named = Named(staffed.users["omar"], Role.CASE_WORKER, TODAY(), "stands in")
    actions.give(case=staffed.case, named=named, by=staffed.by("sami"))
    above = accounts.add_organisation(name="Above", code="ab", by=SYSTEM)
    Organisation.objects.filter(pk=staffed.harbour.pk).update(parent=above)
    staffed.join(Reach(Scope.BRANCHES), organisation=above, name="bo")
    staffed.join(Reach(Scope.ORGANISATION), organisation=above, name="abby")
    actions.state(
        case=staffed.case, user=staffed.users["salma"], interest=Interest.RELATIVE, by=SYSTEM
    )
    told = _why(staffed)
    assert told == {
        "Bilal": Why.WHOLE,
        "Sami": Why.WHOLE,
        "Tom": Why.TEAM,
        "Pia": Why.PROGRAMME,
        "Ari": Why.AREA,
        "Omar": Why.NAMED,
        "Noor": Why.EMERGENCY,
        "Bo": Why.WHOLE,
    }
    assert set(told) == {user.name for user in User.objects.all() if _opens(staffed, user)}


def test_it_says_what_each_sees_and_what_consent_withholds(world: World) -> None:
    other = world.register()
    agreed = [DataClass.IDENTITY, DataClass.CASE_WORK]
    world.consent(other, data_classes=[each.value for each in agreed])
    case = Case.objects.select_related("organisation").get(pk=other.pk)
    by_name = {line.name: line for line in queries.openers(case)}
    assert by_name["Bilal"].sees == set(agreed)
    assert by_name["Salma"].withheld - by_name["Bilal"].withheld == {DataClass.STATUS_PROTECTION}


def test_the_page_takes_as_many_queries_for_many_colleagues(world: World) -> None:
    client, counts = world.client("sami"), []
    for more in (1, 12):
        for number in range(more):
            world.join(Reach(Scope.OWN_CASES), name=f"new{more}x{number}")
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("reach:who", args=[world.case.pk])).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_a_colleague_who_is_part_of_it_is_shut_out_at_once(world: World) -> None:
    url = reverse("reach:state", args=[world.case.pk])
    entry = {"colleague": world.users["sami"].pk, "interest": "complained_about"}
    world.client("bilal").post(url, entry)
    assert not _opens(world, world.users["sami"])
    listed = audit.about(world.case.person_id).filter(object_type="accounts.conflict")
    assert listed.count() == 1


def test_whoever_states_it_of_themselves_is_led_away(world: World) -> None:
    url = reverse("reach:state", args=[world.case.pk])
    entry = {"colleague": world.users["bilal"].pk, "interest": "relative"}
    response = world.client("bilal").post(url, entry, follow=True)
    assert response.status_code == 200
    assert not _opens(world, world.users["bilal"])


def test_only_who_decides_about_the_case_takes_it_back(world: World) -> None:
    actions.state(case=world.case, user=world.users["salma"], interest=Interest.SUBJECT, by=SYSTEM)
    conflict = Conflict.objects.get()
    with pytest.raises(PermissionDenied):
        actions.withdraw(case=world.case, conflict=conflict, by=world.by("bilal"))
    url = reverse("reach:withdraw", args=[world.case.pk, conflict.pk])
    assert world.client("bilal").post(url).status_code == 403
    world.client("sami").post(url)
    assert _opens(world, world.users["salma"])


def test_who_is_said_to_have_done_harm_is_told_to_those_cleared_for_others_alone(
    world: World,
) -> None:
    from sojourn.web.accounts.role_actions import save
    from sojourn.web.accounts.roles import Level
    from tests.web.test_roles import wish_of

    wish = wish_of("case_worker", third_party=Level.NONE)
    save(organisation=world.harbour, wish=wish, by=SYSTEM)
    for name, interest in (("salma", Interest.ALLEGED_ACTOR), ("emil", Interest.RELATIVE)):
        actions.state(case=world.case, user=world.users[name], interest=interest, by=SYSTEM)
    url = reverse("reach:who", args=[world.case.pk])
    assert "Said to have done harm</span>" not in world.client("bilal").get(url).content.decode()
    assert "Emil</bdi>: A relative" in world.client("bilal").get(url).content.decode()
    assert "Salma</bdi>: Said to have done harm" in world.client("sami").get(url).content.decode()


def test_a_case_is_opened_by_name_until_a_day_and_closed_again(world: World) -> None:
    named = _named(world)
    nadia = named.holder
    row = actions.give(case=world.case, named=named, by=world.by("sami"))
    assert _opens(world, nadia)
    other = world.register()
    assert not reaches(world.by("nadia"), other, Purpose.SUPPORT)
    door = visible(world.by("nadia"), Case.objects.all(), Purpose.SUPPORT)
    assert door.classes(world.case) == POWERS[Role.CASE_WORKER].classes
    actions.end(case=world.case, row=row, by=world.by("sami"))
    assert not _opens(world, nadia)
    verbs = audit.about(world.case.person_id).filter(object_type="accounts.grantedcase")
    assert {event.verb for event in verbs} == {"open_by_name", "end_by_name"}
    with pytest.raises(ValidationError, match="ended already"):
        actions.end(case=world.case, row=row, by=world.by("sami"))


def test_what_is_open_by_name_ends_with_its_day(world: World) -> None:
    named = _named(world, 0)
    actions.give(case=world.case, named=named, by=world.by("sami"))
    assert _opens(world, named.holder)
    GrantedCase.objects.update(valid_until=TODAY() - timedelta(days=1))
    assert not _opens(world, named.holder)


def test_a_second_case_is_named_beside_the_first_one(world: World) -> None:
    other = world.register()
    for case, days in ((world.case, 3), (other, 9)):
        actions.give(case=case, named=_named_again(world, days), by=world.by("sami"))
    assert all(reaches(world.by("nadia"), case, Purpose.SUPPORT) for case in (world.case, other))


def _named_again(world: World, days: int) -> Named:
    if "nadia" not in world.users:
        return _named(world, days)
    return Named(world.users["nadia"], Role.CASE_WORKER, TODAY() + timedelta(days=days), "again")


def test_it_ends_with_the_role_that_it_rests_on(world: World) -> None:
    named = _named(world)
    actions.give(case=world.case, named=named, by=world.by("sami"))
    role = named.holder.grants.exclude(scope=Scope.NAMED_CASES).get()
    accounts.revoke(grant=role, by=world.by("dana"))
    assert not _opens(world, named.holder)


@pytest.mark.parametrize("name", ["bilal", "salma", "dana", "chiara"])
def test_only_who_decides_about_the_case_opens_it_to_somebody(name: str, world: World) -> None:
    with pytest.raises(PermissionDenied):
        actions.give(case=world.case, named=_named(world), by=world.by(name))


def test_it_is_refused_with_words(world: World) -> None:
    sami, named = world.by("sami"), _named(world)
    refused = {
        "can open this file already": Named(world.users["bilal"], "case_worker", TODAY(), "x"),
        "do not hold this role": Named(named.holder, "supervisor", TODAY(), "x"),
        "Say why": Named(named.holder, named.role, TODAY(), " "),
        "later day": Named(named.holder, named.role, TODAY() - timedelta(days=1), "x"),
    }
    for words, wrong in refused.items():
        with pytest.raises(ValidationError, match=words):
            actions.give(case=world.case, named=wrong, by=sami)
    actions.state(case=world.case, user=named.holder, interest=Interest.RELATIVE, by=SYSTEM)
    with pytest.raises(ValidationError, match="part of this case"):
        actions.give(case=world.case, named=named, by=sami)


def test_the_persons_sheet_says_who_can_open_the_file_and_names_nobody(world: World) -> None:
    world.join(Reach(), name="second")
    page = world.client("bilal").get(reverse("people:sheet", args=[world.case.person_id]))
    text = page.content.decode().split('id="can-title"')[1].split("</section>")[0]
    assert not [user.name for user in User.objects.all() if user.name in text]
    lines = queries.grouped(queries.openers(world.case))
    assert {(line.role, line.count) for line in lines} >= {
        (str(Role.CASE_WORKER.label), 2),
        (str(Role.SUPERVISOR.label), 1),
    }


def test_an_interpreter_opens_the_conversation_they_are_named_for_and_finds_no_other(
    world: World,
) -> None:
    ines = world.join(Reach(Scope.OWN_CASES), Role.INTERPRETER, name="ines")
    other = world.register()
    client, find = world.client("ines"), reverse("people:search")
    emergency = reverse("glass:open", args=[world.case.person_id])
    assert b"keeps a file" not in client.post(find, {"q": AMINA.phone}).content
    assert client.get(emergency).status_code == 404
    with pytest.raises(PermissionDenied):
        glass.open_file(case=world.case, reason=Reason.DANGER, words="x" * 20, by=world.by("ines"))
    sent = {"who": f"{ines.pk}:interpreter", "until": TODAY().isoformat(), "reason": "interprets"}
    url = reverse("reach:give", args=[world.case.pk])
    assert world.client("sami").post(url, sent).status_code == 302
    assert client.get(reverse("people:person", args=[world.case.person_id])).status_code == 200
    assert client.get(reverse("people:person", args=[other.person_id])).status_code == 404
    found = client.post(find, {"q": AMINA.phone}).context
    assert [line.person for line in found["lines"]] == [world.case.person]
    assert not found["held"]
