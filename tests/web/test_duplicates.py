"""People on file twice: found by likeness, decided by people, linked and never merged."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.serializers import serialize
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.actions import Reach
from sojourn.web.accounts.models import Interest, Scope
from sojourn.web.audit.models import Event
from sojourn.web.cases.models import Assessment, Case, Episode
from sojourn.web.consent.models import Consent
from sojourn.web.duplicates import actions, finding, linkage, looking, queries, rules
from sojourn.web.duplicates.linkage import Likeness
from sojourn.web.duplicates.models import ClusterRow, Decision, Link, Pair, PairState
from sojourn.web.kin import actions as kin
from sojourn.web.kin.actions import Known
from sojourn.web.kin.models import Group, Membership, Relation
from sojourn.web.kin.rules import Direction, GroupKind, RelationKind
from sojourn.web.people import actions as people
from sojourn.web.people.likeness import keys_of, plain_words, skeleton, traits
from sojourn.web.people.models import Identity, Mark, Person
from sojourn.web.people.rules import Certainty, Document, IdentityData, Name, Names
from tests.web.conftest import AMINA, World
from tests.web.test_identity import _dump

AGAIN = IdentityData(Names("Amina Secretnaim"), birth_date="1999-04-03", sex="female")
"""Amina, written down again by somebody else: another spelling, day and month changed round."""
STRANGER = IdentityData(Names("Rosa Lopez"), birth_date="1971-11-30", sex="female")


@pytest.fixture
def again(world: World) -> Case:
    return world.register(identity=AGAIN)


def find(world: World) -> Pair:
    """The one pair that a search finds."""
    world.register(identity=STRANGER)
    finding.find()
    return Pair.objects.get()


def weigh(one: IdentityData, other: IdentityData) -> linkage.Alike:
    (found,) = linkage.against(traits(one), {uuid.uuid4(): traits(other)}, least=linkage.ANY)
    return found


MOHAMMED = IdentityData(Names("Mohammed Ali"), birth_date="1990-03-14")


@pytest.mark.parametrize(
    ("own", "latin"),
    [("محمد علي", "Mohammed Ali"), ("ليلى", "Layla"), ("Олена", "Olena"), ("یوسف", "Youssef")],
)
def test_a_name_sounds_alike_in_every_script(own: str, latin: str) -> None:
    assert [*map(skeleton, plain_words(own))] == [*map(skeleton, plain_words(latin))]


@pytest.mark.parametrize(
    ("other", "part", "expected"),
    [
        (MOHAMMED, "names", Likeness.SAME),
        (replace(MOHAMMED, names=Names("Ali Mohammed")), "names", Likeness.SAME),
        (replace(MOHAMMED, names=Names("محمد علي")), "names", Likeness.SOUND),
        (
            replace(MOHAMMED, names=Names("Someone", more=(Name("Mohamed Ali"),))),
            "names",
            "spelling",
        ),
        (replace(MOHAMMED, names=Names("Mohammed Hassani")), "names", Likeness.PART),
        (replace(MOHAMMED, names=Names("Rosa Lopez")), "names", Likeness.DIFFERENT),
        (MOHAMMED, "born", Likeness.SAME),
        (replace(MOHAMMED, birth_date="1990-03-15"), "born", Likeness.SLIP),
        (replace(MOHAMMED, birth_date="1990-11-30"), "born", Likeness.YEAR),
        (
            replace(MOHAMMED, birth_date="1990-01-01", birth_certainty=Certainty.YEAR.value),
            "born",
            Likeness.YEAR,
        ),
        (
            replace(MOHAMMED, birth_date="1991-01-01", birth_certainty=Certainty.ESTIMATED.value),
            "born",
            Likeness.NEAR,
        ),
        (replace(MOHAMMED, birth_date="1971-11-30"), "born", Likeness.DIFFERENT),
        (replace(MOHAMMED, birth_date=""), "born", Likeness.UNKNOWN),
        (MOHAMMED, "documents", Likeness.UNKNOWN),
    ],
)
def test_each_part_is_compared_by_itself(other: IdentityData, part: str, expected: str) -> None:
    assert weigh(MOHAMMED, other).parts[part] == expected


def test_day_and_month_changed_round_are_known() -> None:
    one, other = (replace(MOHAMMED, birth_date=day) for day in ("1990-03-04", "1990-04-03"))
    assert weigh(one, other).parts["born"] == Likeness.SWAPPED
    assert keys_of(traits(one)) & keys_of(traits(other))


def test_numbers_are_compared_without_signs_and_with_one_slip() -> None:
    one, same, slip, other = (
        replace(MOHAMMED, documents=(Document(number),))
        for number in ("ab 123-456", "AB123456", "AB123465", "ZZ999999")
    )
    assert weigh(one, same).parts["documents"] == Likeness.SAME
    assert weigh(one, slip).parts["documents"] == Likeness.SLIP
    assert weigh(one, other).parts["documents"] == Likeness.DIFFERENT


def test_shares_of_each_part_add_up_and_better_outcomes_weigh_more() -> None:
    for levels in linkage.PARTS.values():
        assert sum(level.m for level in levels) == pytest.approx(1)
        assert sum(level.u for level in levels) == pytest.approx(1)
        assert levels[0].weight == max(level.weight for level in levels)
        assert levels[-1].weight < 0


def test_the_weight_is_the_sum_of_the_parts() -> None:
    found = weigh(MOHAMMED, replace(MOHAMMED, birth_date="1990-03-15"))
    by_part = {
        (part, level.likeness): level.weight
        for part, levels in linkage.PARTS.items()
        for level in levels
    }
    total = sum(by_part.get((part, each), 0) for part, each in found.parts.items())
    assert found.weight == pytest.approx(total)


def test_what_too_many_have_in_common_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linkage, "COMMON", 3)
    alone = traits(IdentityData(Names("Mohammed Ali")))
    few = linkage.among({uuid.uuid4(): alone for _each in range(3)}, least=linkage.ANY)
    many = linkage.among({uuid.uuid4(): alone for _each in range(4)}, least=linkage.ANY)
    assert (len(few.pairs), few.too_common) == (3, 0)
    assert (len(many.pairs), many.too_common) == (0, 1)


def test_names_are_never_written_to_a_disk_by_the_comparison() -> None:
    assert linkage._IN_MEMORY_ONLY["temp_directory"] == ""


def test_the_same_files_give_the_same_pairs(world: World, again: Case) -> None:
    found = {person: traits(AMINA) for person in (uuid.UUID(int=1), uuid.UUID(int=2))}
    found[uuid.UUID(int=3)] = traits(AGAIN)
    assert linkage.among(found) == linkage.among(dict(reversed(found.items())))


def test_a_search_finds_who_is_on_file_twice_and_nobody_else(world: World, again: Case) -> None:
    pair = find(world)
    assert {pair.first_id, pair.second_id} == {world.case.person_id, again.person_id}
    assert pair.parts["born"] == "swapped"
    assert pair.state == PairState.WAITING
    assert not Link.objects.exists()
    assert Event.objects.filter(verb="find_duplicates", actor_id=None).count() == 1


def test_neither_pairs_nor_tokens_hold_a_name_or_a_date(world: World, again: Case) -> None:
    find(world)
    dump = _dump().lower()
    for secret in ("secretnaim", "1999-04-03", "skrtnm", "amina", "n|1999"):
        assert secret.encode() not in dump


def test_files_of_other_organisations_are_not_compared(world: World) -> None:
    world.register("chiara")
    finding.find()
    assert not Pair.objects.exists()


def test_branches_are_compared_with_each_other(world: World) -> None:
    branch = accounts.add_organisation(name="Pier", code="pi", by=SYSTEM)
    type(branch).objects.filter(pk=branch.pk).update(parent=world.harbour)
    people.register(organisation=branch, people=[people.Newcomer(AGAIN)], by=SYSTEM)
    finding.find()
    pair = Pair.objects.get()
    assert pair.first.organisation_id != pair.second.organisation_id
    assert not queries.pairs(world.by("bilal")).exists()


def _snapshot() -> list[str]:
    """Everything about both persons and both households."""
    kinds = (Person, Identity, Mark, Case, Episode, Assessment, Consent)
    kinds += (Group, Membership, Relation)  # type: ignore[assignment]  # kinds of rows
    return [serialize("json", kind.objects.order_by("pk")) for kind in kinds]


def household(case: Case, world: World, name: str) -> None:
    """A household of this person with somebody else, and a relation."""
    other = world.register(identity=IdentityData(Names(f"Relative {name}")))
    by = world.by("bilal")
    group = kin.make_group(
        kind=GroupKind.HOUSEHOLD, first=case.person, known=Known(), name=name, by=by
    )
    kin.join(group=group, person=other.person, part="", known=Known(), by=by)
    kin.relate(
        person=case.person,
        other=other.person,
        is_=Direction(RelationKind.SIBLING),
        known=Known(),
        by=by,
    )


def test_unlinking_restores_both_persons_and_both_households(world: World, again: Case) -> None:
    household(world.case, world, "the house")
    household(again, world, "the tent")
    finding.find()
    pair = Pair.objects.get()
    before = _snapshot()
    actions.decide(pair=pair, decided=PairState.SAME, by=world.by("bilal"))
    assert _snapshot() == before
    assert ClusterRow.objects.filter(until=None).count() == 2
    actions.decide(pair=pair, decided=PairState.DIFFERENT, by=world.by("bilal"))
    assert _snapshot() == before
    assert not ClusterRow.objects.filter(until=None).exists()
    assert not Link.objects.filter(until=None).exists()
    assert ClusterRow.objects.count() == 2  # kept, with the moment they ended
    assert [each.decided for each in Decision.objects.order_by("pk")] == ["same", "different"]


def test_linked_files_say_so_and_lead_to_each_other(world: World, again: Case) -> None:
    actions.decide(pair=find(world), decided=PairState.SAME, by=world.by("bilal"))
    for one, other in ((world.case, again), (again, world.case)):
        url = reverse("people:person", args=[one.person_id])
        page = world.client("bilal").get(url).content.decode()
        assert reverse("people:person", args=[other.person_id]) in page
        assert Event.objects.filter(verb="link", person_id=one.person_id).count() == 1


def test_a_linked_file_that_is_closed_is_not_named(world: World, again: Case) -> None:
    actions.decide(pair=find(world), decided=PairState.SAME, by=world.by("bilal"))
    world.join(Reach(Scope.OWN_CASES))
    Case.objects.filter(pk=world.case.pk).update(worker=world.users["nadia"])
    url = reverse("people:person", args=[world.case.person_id])
    page = world.client("nadia").get(url).content.decode()
    assert "A file at Harbour that you cannot open" in page
    assert "Secretnaim" not in page
    assert str(again.person_id) not in page
    accounts.declare_conflict(
        user=world.users["nadia"], cases=[again.pk], interest=Interest.RELATIVE, by=SYSTEM
    )
    assert "A file at" not in world.client("nadia").get(url).content.decode()


def test_three_files_are_one_person_until_a_link_between_them_ends(world: World) -> None:
    files = [world.register(identity=IdentityData(Names(f"File {n}"))).person for n in range(3)]
    by = world.by("bilal")
    pairs = [actions.suggest(one=one, other=other, by=by) for one, other in pairwise(files)]
    for pair in pairs:
        actions.decide(pair=pair, decided=PairState.SAME, by=by)
    assert {each.person for each in queries.others(by, files[0])} == set(files[1:])
    actions.decide(pair=pairs[1], decided=PairState.UNSURE, by=by)
    assert [each.person for each in queries.others(by, files[0])] == [files[1]]
    assert queries.others(by, files[2]) == []


def test_joined_follows_links_through_others() -> None:
    found = rules.joined("abcde", [("a", "b"), ("b", "c"), ("d", "e")])
    assert set(found) == {frozenset("abc"), frozenset("de")}
    assert rules.joined("ab", []) == [frozenset("a"), frozenset("b")]


def test_only_who_may_change_both_files_decides(world: World, again: Case) -> None:
    pair = find(world)
    world.join(Reach(Scope.OWN_CASES))
    Case.objects.filter(pk=world.case.pk).update(worker=world.users["nadia"])
    for who in ("nadia", "chiara", "dana", "emil"):
        with pytest.raises(PermissionDenied):
            actions.decide(pair=pair, decided=PairState.SAME, by=world.by(who))
    assert not queries.waiting(world.by("nadia")).exists()
    url = reverse("duplicates:pair", args=[pair.pk])
    assert world.client("nadia").get(url).status_code == 404
    with pytest.raises(ValidationError, match="Choose"):
        actions.decide(pair=pair, decided=PairState.WAITING, by=world.by("bilal"))


def test_two_people_do_not_come_back_until_something_changes(world: World, again: Case) -> None:
    pair = find(world)
    by = world.by("bilal")
    actions.decide(pair=pair, decided=PairState.DIFFERENT, by=by)
    assert finding.find().again == 0
    assert not queries.waiting(by).exists()
    person = Person.objects.select_related("identity", "key").get(pk=again.person_id)
    changed = replace(AGAIN, phone=AMINA.phone)
    people.correct(person=person, identity=changed, language="", by=by)
    report = finding.find()
    assert (report.new, report.again) == (0, 1)
    assert [each.pk for each in queries.waiting(by)] == [pair.pk]


def test_what_nobody_decided_goes_when_it_is_alike_no_more(world: World, again: Case) -> None:
    find(world)
    person = Person.objects.select_related("identity", "key").get(pk=again.person_id)
    people.correct(person=person, identity=STRANGER, language="", by=world.by("bilal"))
    finding.find()
    remaining = Pair.objects.values_list("first", "second")
    assert all(world.case.person_id not in pair for pair in remaining)


def test_erasing_one_leaves_the_other_whole(world: World, again: Case) -> None:
    pair = find(world)
    actions.decide(pair=pair, decided=PairState.SAME, by=world.by("bilal"))
    other = Person.objects.select_related("identity", "key").get(pk=again.person_id)
    before = serialize("json", [other, other.identity, *other.marks.order_by("pk"), again])
    people.erase(person=world.case.person, by=world.by("sami"), reason="asked")
    other = Person.objects.select_related("identity", "key").get(pk=again.person_id)
    case = Case.objects.get(pk=again.pk)
    after = serialize("json", [other, other.identity, *other.marks.order_by("pk"), case])
    assert after == before
    assert not Link.objects.filter(until=None).exists()
    assert not Mark.objects.filter(person=world.case.person).exists()
    pair.refresh_from_db()
    assert (pair.parts, pair.weight, bytes(pair.fingerprint)) == ({}, 0, b"")
    url = reverse("people:person", args=[again.person_id])
    assert "Secretnaim" in world.client("bilal").get(url).content.decode()
    with pytest.raises(ValidationError, match="erased"):
        actions.decide(pair=pair, decided=PairState.SAME, by=world.by("sami"))


def test_the_database_refuses_what_cannot_be(world: World, again: Case) -> None:
    pair = find(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pair.objects.filter(pk=pair.pk).update(first=pair.second_id, second=pair.first_id)
    actions.decide(pair=pair, decided=PairState.SAME, by=world.by("bilal"))
    row = ClusterRow.objects.filter(until=None)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        ClusterRow.objects.create(
            cluster=uuid.uuid4(),
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            since=timezone.now(),
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Link.objects.update(until=timezone.now() - timedelta(days=1))


def _form(**entries: str) -> dict[str, str]:
    return {"own": "Amina Secretnaim", "birth_date": "1999-04-03", "sex": "female", **entries}


def test_registering_somebody_alike_asks_first(world: World) -> None:
    url = reverse("people:register")
    client = world.client("bilal")
    data = {**_form(), "organisation": str(world.harbour.pk)}
    response = client.post(url, data)
    page = response.content.decode()
    assert response.status_code == 400
    assert "Somebody similar is on file" in page
    assert reverse("people:person", args=[world.case.person_id]) in page
    assert Person.objects.count() == 1
    assert Event.objects.filter(verb="find", person_id=world.case.person_id).exists()
    client.post(url, {**data, "is_somebody_else": "on"})
    assert Person.objects.count() == 2
    client.post(url, {**data, "own": "Rosa Lopez", "birth_date": "1971-11-30"})
    assert Person.objects.count() == 3


def test_one_outside_number_on_two_files_stops_and_asks(world: World) -> None:
    url = reverse("people:register")
    client = world.client("bilal")
    data = {"own": "Quite Another", "document": "pass77zx", "organisation": str(world.harbour.pk)}
    response = client.post(url, data)
    assert response.status_code == 400
    assert "the same number" in response.content.decode()
    assert Person.objects.count() == 1
    other = world.register(identity=STRANGER)
    url = reverse("people:documents", args=[other.person_id])
    entry = {
        "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "0",
        "form-0-kind": "outside",
        "form-0-number": "PASS-77 ZX",
        "form-0-seen": "told",
    }
    response = client.post(url, entry)
    assert response.status_code == 400
    assert "This number is on another file" in response.content.decode()
    number = Mark.objects.filter(person=other.person, field=Mark.DOCUMENT)
    assert not number.exists()
    client.post(url, {**entry, "is_somebody_else": "on"})
    assert number.exists()


def test_of_a_closed_file_one_learns_that_it_is_there_and_whom_to_ask(world: World) -> None:
    world.join(Reach(Scope.OWN_CASES))
    (found,) = looking.alike(world.by("nadia"), AGAIN)
    assert (found.identity, found.person) == (None, world.case.person)
    data = {**_form(), "organisation": str(world.harbour.pk)}
    page = world.client("nadia").post(reverse("people:register"), data).content.decode()
    assert "Somebody whose file you cannot open, at Harbour" in page
    assert str(world.case.person_id) not in page
    assert world.case.person.number not in page
    assert looking.alike(world.by("chiara"), AGAIN) == []


def test_files_from_before_there_were_tokens_get_them(world: World) -> None:
    Mark.objects.all().delete()
    assert looking.alike(world.by("bilal"), AGAIN) == []
    assert finding.mark_all() == 1
    assert len(looking.alike(world.by("bilal"), AGAIN)) == 1
    assert finding.mark_all() == 0


def test_pairs_are_decided_on_the_pages(world: World, again: Case) -> None:
    pair = find(world)
    client = world.client("bilal")
    page = client.get(reverse("duplicates:queue")).content.decode()
    assert "Amina Secretnaim" in page
    url = reverse("duplicates:pair", args=[pair.pk])
    page = client.get(url).content.decode()
    assert "day and month changed round" in page
    assert "▮" in page
    assert client.post(url, {"decided": ""}).status_code == 400
    page = client.post(url, {"decided": "same"}, follow=True).content.decode()
    assert "The two files are linked" in page
    assert "Nothing to decide" in page
    page = client.post(url, {"decided": "different"}, follow=True).content.decode()
    assert "They stay two people" in page


def test_somebody_who_knows_puts_two_files_side_by_side(world: World) -> None:
    other = world.register(identity=STRANGER)
    url = reverse("duplicates:suggest", args=[world.case.person_id])
    client = world.client("bilal")
    page = client.post(url, {"who": "Lopez Rosa"}, follow=True).content.decode()
    assert "One person or two?" in page
    assert "rather two people" in page
    client.post(url, {"who": other.person.number})
    finding.find()
    assert Pair.objects.count() == 1  # a search does not take away what somebody suggested


def test_the_number_of_queries_does_not_grow_with_pairs(world: World) -> None:
    counts = []
    for turn in range(2):
        for each in range(4):
            other = world.register(identity=IdentityData(Names(f"Other {turn}{each}")))
            actions.suggest(one=world.case.person, other=other.person, by=world.by("bilal"))
        client = world.client("bilal")
        client.get(reverse("duplicates:queue"))
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("duplicates:queue")).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1] <= 25
