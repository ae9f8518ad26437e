"""Where somebody was on the journey: who reads of it, its order, its map, and that it goes."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sojourn.framework import DataClass
from sojourn.web.audit.models import Event
from sojourn.web.cases.models import Case, Difference
from sojourn.web.consent import actions as consents
from sojourn.web.journeys import actions, rules
from sojourn.web.journeys.codes import Direction
from sojourn.web.journeys.drawing import _points, draw
from sojourn.web.journeys.models import Leg
from sojourn.web.journeys.rules import Stay
from sojourn.web.people import actions as people
from sojourn.web.people.forms import countries
from tests.web.api_operations import client_with, token_for
from tests.web.conftest import World

YARD = "a yard by the harbour"


def case_of(world: World) -> Case:
    return Case.objects.select_related("person__key").get(pk=world.case.pk)


def add(world: World, *stays: Stay, name: str = "bilal") -> list[Leg]:
    case = case_of(world)
    return [actions.add(case=case, stay=stay, by=world.by(name)) for stay in stays]


def page(world: World, name: str = "bilal", url: str = "cases:situation") -> str:
    response = world.client(name).get(reverse(url, args=[world.case.pk]))
    assert response.status_code == 200
    return response.content.decode()


def order(world: World) -> list[str]:
    return [leg.country for leg in rules.ordered(Leg.objects.filter(case=world.case))]


def test_the_page_of_the_situation_shows_places_in_order_and_a_map(world: World) -> None:
    add(world, Stay("IT", since="2025-02"), Stay("LY", YARD, "2024-07", "2025-02", way="land"))
    shown = page(world)
    assert "Map of the journey: Libya, Italy" in shown
    assert shown.index(YARD) < shown.index("from February 2025")
    assert "July 2024 to February 2025" in shown
    assert shown.count("here now</span>") > 0


def test_a_place_goes_by_its_month_and_one_without_stays_where_it_was_put(world: World) -> None:
    legs = add(world, Stay("SD", since="2024"), Stay("TD"), Stay("IT", since="2025"))
    add(world, Stay("LY", since="2024-06"))
    assert order(world) == ["SD", "TD", "LY", "IT"]
    actions.move(leg=legs[1], direction=Direction.LATER, by=world.by("bilal"))
    assert order(world) == ["SD", "LY", "TD", "IT"]
    actions.remove(leg=legs[1], by=world.by("bilal"))
    with pytest.raises(ValidationError, match="Change them instead"):
        actions.move(leg=legs[0], direction=Direction.LATER, by=world.by("bilal"))
    assert order(world) == ["SD", "LY", "IT"]


def test_a_journey_has_an_end(world: World) -> None:
    add(world, *[Stay("SD")] * rules.MOST)
    with pytest.raises(ValidationError, match="at most"):
        add(world, Stay("LY"))


def test_nothing_is_moved_past_the_ends(world: World) -> None:
    (leg,) = add(world, Stay("SD"))
    for direction in Direction:
        with pytest.raises(ValidationError):
            actions.move(leg=leg, direction=direction, by=world.by("bilal"))


@pytest.mark.parametrize(
    ("written", "kept"),
    [("2024-3", "2024-03"), ("2024", "2024"), ("٢٠٢٤-٠٣", "2024-03"), (" ", "")],
)
def test_a_month_is_kept_as_exactly_as_it_is_known(written: str, kept: str) -> None:
    assert rules.month(written) == kept


@pytest.mark.parametrize("written", ["2024-13", "2024-00", "March", "24-03", "2024-03-17"])
def test_what_is_no_month_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="2024-03"):
        rules.month(written)


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [("2027-01", "", "since"), ("2027", "", "since"), ("2024-05", "2024-04", "until")],
)
def test_months_that_do_not_fit_are_refused(since: str, until: str, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        rules.check(Stay("SD", since=since, until=until), date(2026, 11, 1))
    assert field in refused.value.message_dict


def test_a_year_may_end_what_began_in_one_of_its_months() -> None:
    rules.check(Stay("SD", since="2024-05", until="2024"), date(2026, 11, 1))


def test_nothing_is_shown_or_written_once_the_person_agrees_no_more(world: World) -> None:
    (leg,) = add(world, Stay("SD", YARD))
    consents.withdraw(consent=world.case.person.consents.get(), by=world.by("bilal"))
    for url in ("cases:situation", "journeys:journey"):
        shown = page(world, url=url)
        assert YARD not in shown
        assert "Sudan" not in shown
    url = reverse("journeys:change", args=[world.case.pk, leg.pk])
    assert world.client("bilal").get(url).status_code == 404
    with pytest.raises(ValidationError):
        add(world, Stay("LY"))
    api = client_with(token_for(world, "bilal")).get(f"/api/v1/cases/{world.case.pk}/journey")
    assert api.json()["items"] == []
    assert api.json()["withheld"] == ["journey"]


def test_whoever_agreed_to_other_things_alone_has_no_journey_on_file(world: World) -> None:
    add(world, Stay("SD", YARD))
    other = world.register()
    world.consent(other, data_classes=[DataClass.CASE_WORK.value])
    with pytest.raises(ValidationError, match="journey"):
        actions.add(
            case=Case.objects.select_related("person__key").get(pk=other.pk),
            stay=Stay("SD"),
            by=world.by("bilal"),
        )


def test_nobody_writes_without_the_right_to(world: World) -> None:
    for name in ("chiara", "dana", "ana"):
        with pytest.raises(PermissionDenied):
            add(world, Stay("SD"), name=name)


def test_the_name_of_a_place_is_sealed_and_never_in_the_audit(world: World) -> None:
    (leg,) = add(world, Stay("SD", YARD))
    assert YARD.encode() not in bytes(Leg.objects.get().words)
    actions.change(leg=leg, stay=Stay("SD", YARD + " 2"), by=world.by("bilal"))
    page(world)
    events = Event.objects.filter(object_type="journeys.leg")
    assert {event.verb for event in events} == {"add", "correct", "read"}
    assert YARD not in json.dumps(list(events.values()), default=str)
    assert events.filter(verb="read").get().person_id == world.case.person_id


def test_all_of_it_goes_with_an_erased_person(world: World) -> None:
    add(world, Stay("SD", YARD), Stay("LY"))
    people.erase(person=world.case.person, by=world.by("sami"), reason="asked")
    assert not Leg.objects.exists()
    assert "Sudan" not in page(world, "sami", "journeys:journey")
    with pytest.raises(ValidationError, match="erased"):
        add(world, Stay("SD"))


def test_somebody_adds_changes_moves_and_removes_a_place_on_the_screens(world: World) -> None:
    client = world.client("bilal")
    new = {"country": "LY", "since": "2027-13", "certainty": "told"}
    url = reverse("journeys:add", args=[world.case.pk])
    assert client.post(url, new).status_code == 400
    assert client.post(url, {**new, "since": "2024"}).status_code == 302
    assert client.post(url, {"country": "SD", "certainty": "told"}).status_code == 302
    libya, sudan = rules.ordered(Leg.objects.all())
    client.post(reverse("journeys:move", args=[world.case.pk, sudan.pk, "earlier"]))
    assert order(world) == ["SD", "LY"]
    url = reverse("journeys:change", args=[world.case.pk, libya.pk])
    assert client.post(url, {**new, "since": "", "place": YARD}).status_code == 302
    assert YARD in page(world, url="journeys:journey")
    url = reverse("journeys:remove", args=[world.case.pk, libya.pk])
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 302
    assert order(world) == ["SD"]


def test_the_api_lists_what_the_page_shows(world: World) -> None:
    add(world, Stay("SD", YARD, "2024"))
    api = client_with(token_for(world, "bilal")).get(f"/api/v1/cases/{world.case.pk}/journey")
    (item,) = api.json()["items"]
    assert (item["country"], item["place"], item["since"]) == ("SD", YARD, "2024")
    assert item["is_present"]


def test_more_places_cost_no_more_queries(world: World) -> None:
    add(world, Stay("SD"), Stay("TD"))
    url = reverse("cases:situation", args=[world.case.pk])
    counts = []
    for more in (0, 12):
        add(world, *[Stay("LY")] * more)
        client = world.client("bilal")
        client.get(url)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_a_country_is_one_mark_with_all_its_numbers() -> None:
    drawing = draw(["SD", "SD", "LY", "SD"], ends_here=True)
    assert drawing is not None
    assert [mark.text for mark in drawing.marks] == ["1·2·4", "3"]
    assert [mark.is_present for mark in drawing.marks] == [True, False]
    assert len(drawing.lines) == 2


def test_the_map_shows_a_region_at_least_and_the_world_at_most() -> None:
    for codes in (["MT"], ["SG", "MY"], ["AF", "US", "NZ", "GL"], ["FJ", "PE"]):
        drawing = draw(codes, ends_here=False)
        assert drawing is not None
        assert 150 < drawing.height <= drawing.width
        assert drawing.land
        for mark in drawing.marks:
            assert 0 < mark.label_x < drawing.width
            assert 0 < mark.label_y < drawing.height


def test_labels_of_neighbours_do_not_cover_each_other() -> None:
    drawing = draw(["BE", "NL", "LU", "DE", "FR", "CH", "LI", "AT", "SO", "ZA"], ends_here=False)
    assert drawing is not None
    for at, one in enumerate(drawing.marks):
        for two in drawing.marks[at + 1 :]:
            apart_x = abs(one.label_x - two.label_x) >= (one.width + two.width) / 2
            apart_y = abs(one.label_y - two.label_y) >= one.height
            assert apart_x or apart_y


def test_every_country_that_can_be_chosen_is_on_the_map() -> None:
    assert {code for code, _name in countries()[1:]} <= set(_points())
    assert draw([], ends_here=False) is None


def test_where_in_a_country_somebody_was_changes_nothing_on_the_map(world: World) -> None:
    (leg,) = add(world, Stay("SD", "Khartoum"))
    before = _map(page(world))
    actions.change(leg=leg, stay=Stay("SD", "Port Sudan"), by=world.by("bilal"))
    assert _map(page(world)) == before


def _map(text: str) -> str:
    found = re.search(r'<figure class="route__map">.*?</figure>', text, re.DOTALL)
    assert found
    return found[0]


def test_two_who_change_the_same_field_keep_both_until_somebody_decides(world: World) -> None:
    (leg,) = add(world, Stay("SD", YARD))
    actions.change(leg=leg, stay=Stay("SD", "a school"), by=world.by("salma"), base=1)
    change = reverse("journeys:change", args=[world.case.pk, leg.pk])
    sent = {"country": "LY", "place": "a church", "certainty": "told", "base": 1}
    said = world.client("sami").post(change, sent, follow=True).content.decode()
    assert "Both are kept until it is decided" in said
    now = Leg.objects.get()
    assert (now.country, now.row_version) == ("LY", 3), "what only one of them changed is merged"
    difference = Difference.objects.get()
    assert difference.decider_id == world.users["bilal"].pk
    asked = world.client("bilal").get(reverse("home:day")).content.decode()
    assert "two versions of one thing" in asked
    settle = reverse("cases:settle", args=[world.case.pk, difference.pk])
    world.client("bilal").post(settle, {"takes": "second"})
    assert "a church" in page(world)


def test_what_was_to_be_decided_goes_with_a_place_that_is_removed(world: World) -> None:
    (leg,) = add(world, Stay("SD", YARD))
    for name, place in (("salma", "a school"), ("sami", "a church")):
        actions.change(leg=leg, stay=Stay("SD", place), by=world.by(name), base=1)
    actions.remove(leg=Leg.objects.get(), by=world.by("bilal"))
    assert not Difference.objects.exists()
    with pytest.raises(ValidationError, match="in the meantime"):
        actions.change(leg=leg, stay=Stay("SD", "a yard"), by=world.by("sami"), base=1)
    assert not Leg.objects.exists()


def test_a_program_is_told_of_both_values(world: World) -> None:
    (leg,) = add(world, Stay("SD", YARD))
    client = client_with(token_for(world, "salma"))
    url = f"/api/v1/cases/{world.case.pk}/journey/{leg.pk}"
    first = client.patch(url, {"place": "a school", "row_version": 1}, "application/json")
    assert first.json()["row_version"] == 2
    second = client.patch(url, {"place": "a church", "row_version": 1}, "application/json")
    assert second.status_code == 409
    assert client.patch(url, {"place": "x"}, "application/json").status_code == 428
