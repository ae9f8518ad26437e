"""Relations, households and groups: who belongs with whom, and who may know it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.actions import Reach
from sojourn.web.accounts.models import Interest, Scope
from sojourn.web.audit.models import Event
from sojourn.web.cases.models import Case
from sojourn.web.kin import actions, lines, queries
from sojourn.web.kin.actions import Known
from sojourn.web.kin.drawing import drawing
from sojourn.web.kin.models import Group, Membership, Relation
from sojourn.web.kin.rules import Direction, Ended, GroupKind, RelationKind, directions
from sojourn.web.people import actions as people
from sojourn.web.people.models import Person
from sojourn.web.people.rules import IdentityData, Names
from tests.web.conftest import World

KARIM = IdentityData(Names("Karim Kinsman"))
PARENT, CHILD = Direction(RelationKind.PARENT), Direction(RelationKind.PARENT, is_inverse=True)


@pytest.fixture
def karim(world: World) -> Case:
    """Karim, Amina's child."""
    return world.register(identity=KARIM)


def relate(world: World, other: Case, is_: Direction = CHILD, **more: object) -> Relation:
    known = more.pop("known", Known())
    return actions.relate(
        person=world.case.person,
        other=other.person,
        is_=is_,
        known=known,  # type: ignore[arg-type]  # popped from a mix
        by=world.by("bilal"),
        **more,  # type: ignore[arg-type]  # a mix of kinds
    )


def boat(world: World, *others: Case) -> Group:
    group = actions.make_group(
        kind=GroupKind.BOAT,
        first=world.case.person,
        known=Known(),
        name="the blue boat",
        place="the northern shore",
        by=world.by("bilal"),
    )
    for other in others:
        actions.join(group=group, person=other.person, part="", known=Known(), by=world.by("bilal"))
    return group


def _page(world: World, who: str, person: Person) -> str:
    url = reverse("people:person", args=[person.pk])
    return world.client(who).get(url).content.decode()


@pytest.mark.parametrize("is_", directions(), ids=lambda each: each.code)
def test_a_relation_reads_from_both_sides(world: World, karim: Case, is_: Direction) -> None:
    relation = relate(world, karim, is_)
    assert lines.label_from(relation, world.case.person_id) == is_.label
    back = lines.label_from(relation, karim.person_id)
    mutual = not any(each.is_inverse for each in directions() if each.kind is is_.kind)
    assert (back == is_.label) is mutual


def test_a_relation_shows_on_both_pages(world: World, karim: Case) -> None:
    relate(world, karim, is_unsafe=True)
    page = _page(world, "bilal", world.case.person)
    assert "Karim Kinsman" in page
    assert "child:" in page
    assert "no contact through them" in page
    page = _page(world, "bilal", karim.person)
    assert "parent:" in page
    assert Event.objects.filter(verb="add", object_type="kin.relation").count() == 2


def test_who_may_not_open_the_other_file_is_told_of_nobody_by_name(
    world: World, karim: Case
) -> None:
    relate(world, karim)
    world.join(Reach(Scope.OWN_CASES))
    Case.objects.filter(pk=world.case.pk).update(worker=world.users["nadia"])
    page = _page(world, "nadia", world.case.person)
    assert "somebody whose file you cannot open" in page
    assert "Kinsman" not in page
    assert karim.person.number not in page


def test_who_is_part_of_the_other_case_does_not_learn_that_it_is_there(
    world: World, karim: Case
) -> None:
    relate(world, karim)
    group = boat(world, karim)
    accounts.declare_conflict(
        user=world.users["bilal"], cases=[karim.pk], interest=Interest.RELATIVE, by=SYSTEM
    )
    page = _page(world, "bilal", world.case.person)
    assert "child:" not in page
    assert "somebody whose file" not in page
    url = reverse("kin:group", args=[group.pk])
    assert world.client("bilal").get(url).status_code == 404
    assert world.client("salma").get(url).status_code == 200


def test_contradictions_and_repetitions_are_refused(world: World, karim: Case) -> None:
    relate(world, karim)
    with pytest.raises(ValidationError, match="already"):
        relate(world, karim)
    with pytest.raises(ValidationError, match="opposite"):
        relate(world, karim, PARENT)
    with pytest.raises(ValidationError, match="same person"):
        relate(world, world.case)
    known = Known(since=date(2024, 2, 1), until=date(2024, 1, 1))
    with pytest.raises(ValidationError, match="before the beginning"):
        relate(world, karim, Direction(RelationKind.SPOUSE), known=known)
    assert Relation.objects.count() == 1


def test_nobody_of_another_organisation_is_related(world: World) -> None:
    theirs = world.register("chiara")
    with pytest.raises(PermissionDenied):
        relate(world, theirs)
    with pytest.raises(PermissionDenied):
        actions.relate(
            person=world.case.person,
            other=world.case.person,
            is_=CHILD,
            known=Known(),
            by=world.by("chiara"),
        )


def test_what_has_ended_is_kept_and_changed_no_more(world: World, karim: Case) -> None:
    relation = relate(world, karim)
    change = {"known": Known(until=timezone.localdate()), "is_unsafe": False}
    by = world.by("bilal")
    actions.change_relation(relation=relation, ended="over", by=by, **change)  # type: ignore[arg-type]  # a mix
    relation.refresh_from_db()
    assert (relation.ended, relation.ended_by) == ("over", world.users["bilal"])
    with pytest.raises(ValidationError, match="kept as it was"):
        actions.change_relation(relation=relation, ended="", by=by, **change)  # type: ignore[arg-type]  # a mix
    assert "What was before" in _page(world, "bilal", world.case.person)
    relate(world, karim)
    assert Relation.objects.count() == 2


def test_the_database_refuses_what_cannot_be(world: World, karim: Case) -> None:
    relation = relate(world, karim)
    for wrong in (
        {"other": relation.person_id},
        {"since": date(2024, 2, 1), "until": date(2024, 1, 1)},
        {"ended": Ended.OVER},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Relation.objects.filter(pk=relation.pk).update(**wrong)


def test_a_group_names_nobody_to_those_who_may_not_know_them(world: World, karim: Case) -> None:
    group = boat(world, karim)
    world.join(Reach(Scope.OWN_CASES))
    Case.objects.filter(pk=world.case.pk).update(worker=world.users["nadia"])
    url = reverse("kin:group", args=[group.pk])
    page = world.client("nadia").get(url).content.decode()
    assert "the blue boat" in page
    assert "somebody whose file you cannot open" in page
    assert "Kinsman" not in page
    assert world.client("chiara").get(url).status_code == 404
    assert queries.groups(world.by("chiara")).count() == 0


def test_a_group_is_sealed_and_listed(world: World) -> None:
    group = boat(world)
    stored = Group.objects.get(pk=group.pk)
    assert b"blue" not in bytes(stored.name)
    assert b"shore" not in bytes(stored.place)
    page = world.client("bilal").get(reverse("kin:groups")).content.decode()
    assert "the blue boat" in page
    assert "the northern shore" in page


def test_leaving_a_group_is_of_one_person_alone(world: World, karim: Case) -> None:
    group = boat(world, karim)
    mine = Membership.objects.get(group=group, person=karim.person)
    by = world.by("bilal")
    actions.change_membership(membership=mine, part="", known=Known(), ended="over", by=by)
    left = {row.person_id: row.ended for row in queries.members(group)}
    assert left == {karim.person_id: "over", world.case.person_id: ""}
    actions.join(group=group, person=karim.person, part="speaks", known=Known(), by=by)
    with pytest.raises(ValidationError, match="already"):
        actions.join(group=group, person=karim.person, part="", known=Known(), by=by)


def test_erasing_one_leaves_the_others_and_says_nothing_more(world: World, karim: Case) -> None:
    since = date(2024, 1, 1)
    relate(world, karim, known=Known(since=since), is_unsafe=True)
    group = boat(world, karim)
    people.erase(person=world.case.person, by=world.by("sami"), reason="asked")
    relation = Relation.objects.get()
    assert (relation.since, relation.is_unsafe, relation.ended) == (None, False, "over")
    page = _page(world, "bilal", karim.person)
    assert "Erased" in page
    assert "the blue boat" in page
    people.erase(person=karim.person, by=world.by("sami"), reason="asked")
    group.refresh_from_db()
    assert (bytes(group.name), bytes(group.place)) == (b"", b"")


def test_generations_stand_above_each_other(world: World, karim: Case) -> None:
    grandchild = world.register(identity=IdentityData(Names("Zaki Kinsman")))
    relate(world, karim)
    actions.relate(
        person=karim.person,
        other=grandchild.person,
        is_=CHILD,
        known=Known(),
        by=world.by("bilal"),
    )
    group = boat(world, karim, grandchild)
    shown = lines.member_lines(world.by("bilal"), queries.members(group))
    found = drawing(shown)
    assert found is not None
    heights = {box.text: box.y for box in found.boxes}
    assert heights["أمينة السرّ"] < heights["Karim Kinsman"] < heights["Zaki Kinsman"]
    assert len(found.lines) == 2
    assert drawing(shown[:1]) is None


def test_relations_and_groups_are_made_on_the_pages(world: World, karim: Case) -> None:
    client = world.client("bilal")
    person = world.case.person_id
    entry = {"who": "Kinsman", "is_": CHILD.code, "surety": "likely", "source": "staff"}
    page = client.post(reverse("kin:relate", args=[person]), entry, follow=True).content.decode()
    assert "Karim Kinsman" in page
    assert "likely" in page
    relation = Relation.objects.get()
    url = reverse("kin:relation", args=[person, relation.pk])
    entry = {"surety": "sure", "source": "person", "is_unsafe": "on", "ended": ""}
    assert "no contact through them" in client.post(url, entry, follow=True).content.decode()
    entry = {"kind": "household", "name": "the house by the mill", "part": "speaks"}
    page = client.post(reverse("kin:new_group", args=[person]), entry, follow=True).content.decode()
    assert "the house by the mill" in page
    group = Group.objects.get()
    entry = {"who": karim.person.number, "surety": "sure", "source": "person"}
    page = client.post(reverse("kin:join", args=[group.pk]), entry, follow=True).content.decode()
    assert "Karim Kinsman" in page
    assert "<svg" in page
    mine = Membership.objects.get(person=karim.person)
    entry = {"surety": "sure", "source": "person", "ended": "mistake"}
    url = reverse("kin:member", args=[group.pk, mine.pk])
    assert "written down by mistake" in client.post(url, entry, follow=True).content.decode()
    url = reverse("kin:change_group", args=[group.pk])
    entry = {"kind": "place", "name": "", "place": "the mill"}
    assert "People who stay in one place" in client.post(url, entry, follow=True).content.decode()


def test_several_who_fit_are_shown_to_choose_from(world: World, karim: Case) -> None:
    other = world.register(identity=IdentityData(Names("Rania Kinsman")))
    client = world.client("bilal")
    url = reverse("kin:relate", args=[world.case.person_id])
    entry = {"who": "Kinsman", "is_": "sibling", "surety": "sure", "source": "person"}
    response = client.post(url, entry)
    assert response.status_code == 400
    page = response.content.decode()
    assert "Several people were found" in page
    assert "Rania Kinsman" in page
    client.post(url, {**entry, "person": str(other.person_id)})
    assert Relation.objects.get().other_id in (other.person_id, world.case.person_id)
    entry["who"] = "Nobody At All"
    assert "Nobody whose file you can open" in client.post(url, entry).content.decode()


def test_the_number_of_queries_does_not_grow_with_relations_and_members(world: World) -> None:
    group = boat(world)
    counts = []
    for turn in range(2):
        for each in range(3):
            name = f"Somebody {turn}{each}"
            other = world.register(identity=IdentityData(Names(name)))
            relate(world, other, Direction(RelationKind.TRAVELLED))
            by = world.by("bilal")
            actions.join(group=group, person=other.person, part="", known=Known(), by=by)
        client = world.client("bilal")
        urls = [
            reverse("people:person", args=[world.case.person_id]),
            reverse("kin:group", args=[group.pk]),
            reverse("kin:groups"),
        ]
        found = []
        for url in urls:
            client.get(url)
            with CaptureQueriesContext(connection) as caught:
                assert client.get(url).status_code == 200
            found.append(len(caught))
        counts.append(found)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 40


def test_dates_are_told_in_words() -> None:
    since = timezone.localdate() - timedelta(days=3)
    row = Relation(since=since, surety="doubted", source="document")
    assert [word.split(" ")[0] for word in lines.dated(row)] == ["since", "doubted", "from"]
