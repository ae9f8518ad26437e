"""Answers about places: who gives them, whom they count for, what a page says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from sojourn.framework import DataClass, Findings, Framework, Missing, Selection, State
from sojourn.language import load_framework
from sojourn.web.audit.models import Event
from sojourn.web.cases.models import Assessment
from sojourn.web.places import actions, rules
from sojourn.web.places.models import Joined, PlaceAnswers
from tests.web.conftest import ANSWERS, World, with_places


@pytest.fixture(scope="module")
def framework() -> Framework:
    return with_places(load_framework(Path(__file__).parent / "framework.yaml"))


def place_xml(
    town: str = "Northport", month: str = "2026-01", clinic: str = "no", more: str = ""
) -> bytes:
    return (
        f'<data id="small_place"><town>{town}</town><month>{month}</month>'
        f"<clinic_open>{clinic}</clinic_open>{more}"
        f"<meta><instanceID>uuid:{town}{month}{clinic}{len(more)}</instanceID></meta></data>"
    ).encode()


def _learn(world: World, xml: bytes, name: str = "bilal") -> PlaceAnswers:
    organisation = world.crossroads if name == "chiara" else world.harbour
    return actions.receive(organisation=organisation, xml=xml, by=world.by(name))


def _clinic(world: World, **where: str) -> State:
    assessment = world.assess(world.case, {**ANSWERS, **where})
    findings = Findings.from_json(assessment.findings)
    return next(f.state for f in findings.factors if f.name == "no_clinic")


def test_what_is_known_of_a_place_counts_for_everybody_there(world: World) -> None:
    row = _learn(world, place_xml())
    assert _clinic(world, town=" Northport ", month="2026-01") is State.PRESENT
    assert Joined.objects.get().answers == row


def test_without_a_period_the_newest_one_counts(world: World) -> None:
    _learn(world, place_xml(month="2026-02", clinic="no"))
    _learn(world, place_xml(month="2026-01", clinic="yes"))
    assert _clinic(world, town="Northport") is State.PRESENT
    assert _clinic(world, town="Northport", month="2026-01") is State.ABSENT


@pytest.mark.parametrize(
    "where", [{}, {"town": "Southport"}, {"town": "Northport", "month": "2025-12"}]
)
def test_what_was_not_answered_for_a_place_stays_unknown(
    world: World, where: dict[str, str]
) -> None:
    _learn(world, place_xml())
    assert _clinic(world, **where) is State.UNKNOWN
    assert not Joined.objects.exists()


def test_another_organisations_answers_do_not_count(world: World) -> None:
    _learn(world, place_xml(), "chiara")
    assert _clinic(world, town="Northport", month="2026-01") is State.UNKNOWN


def test_answers_of_the_place_are_not_kept_as_the_persons_own(world: World) -> None:
    _learn(world, place_xml())
    _clinic(world, town="Northport", month="2026-01")
    kept = Assessment.objects.order_by("-made_at").first()
    assert kept is not None
    assert "clinic_open" not in kept.answers["values"]


def test_a_later_form_replaces_the_earlier_and_keeps_it(world: World) -> None:
    first = _learn(world, place_xml(clinic="no"))
    second = _learn(world, place_xml(clinic="yes"))
    first.refresh_from_db()
    assert (first.is_current, second.is_current) == (False, True)
    assert _clinic(world, town="Northport", month="2026-01") is State.ABSENT
    verbs = Event.objects.filter(object_type="places.placeanswers").values_list("verb", flat=True)
    assert list(verbs.order_by("seq")) == ["add", "correct"]


def test_the_same_form_again_changes_nothing(world: World) -> None:
    assert _learn(world, place_xml()) == _learn(world, place_xml())
    other = place_xml().replace(b"</data>", b"<told>x</told></data>")
    with pytest.raises(actions.ConflictError):
        _learn(world, other)


@pytest.mark.parametrize(("town", "month"), [("", "2026-01"), ("Northport", "")])
def test_a_form_says_where_and_when(world: World, town: str, month: str) -> None:
    with pytest.raises(ValidationError):
        _learn(world, place_xml(town, month))


@pytest.mark.parametrize("name", ["dana", "emil", "ana"])
def test_only_those_who_help_people_answer_for_a_place(world: World, name: str) -> None:
    with pytest.raises(PermissionDenied):
        _learn(world, place_xml(), name)


def test_free_text_about_a_place_is_sealed(world: World) -> None:
    row = _learn(world, place_xml(more="<told>Secretname said so</told>"))
    assert "told" not in row.answers["values"]
    assert b"Secretname" not in bytes(row.texts)


def test_answers_of_every_kind_come_back_as_they_were(world: World) -> None:
    more = "<price>2.50</price><checked>2026-01-05</checked><other>yes dk</other>"
    row = _learn(world, place_xml(clinic="dk", more=more))
    row.refresh_from_db()
    back = rules.row_of(row.answers)
    assert str(back["price"]) == "2.5"
    assert str(back["checked"]) == "2026-01-05"
    assert back["other"] == Selection(frozenset({"yes"}), Missing.DOES_NOT_KNOW)
    assert back["clinic_open"] is Missing.DOES_NOT_KNOW


def _send(world: World, xml: bytes, name: str = "bilal") -> Any:
    url = reverse("places:submission", args=[world.harbour.pk])
    return world.client(name).post(
        url, {"xml_submission_file": SimpleUploadedFile("form.xml", xml, "text/xml")}
    )


def test_the_page_sends_a_form_as_clients_do(world: World) -> None:
    assert _send(world, place_xml()).status_code == 201
    assert _send(world, place_xml()).status_code == 201
    assert PlaceAnswers.objects.count() == 1
    assert _send(world, b"<data").status_code == 400
    assert _send(world, place_xml("")).status_code == 400


def test_the_form_of_a_place_asks_nothing_of_a_person(world: World) -> None:
    form = world.client("bilal").get(reverse("places:xform")).content.decode()
    assert "clinic_open" in form
    assert "sleeps_safely" not in form


def test_the_list_shows_each_place_with_its_newest_period(world: World) -> None:
    _learn(world, place_xml(month="2026-01"))
    _learn(world, place_xml(month="2026-02"))
    page = world.client("salma").get(reverse("places:list")).content.decode()
    assert page.count("Northport") == 1
    assert "2026-02" in page
    assert "2 periods" in page


def test_a_places_page_shows_answers_and_history(world: World) -> None:
    row = _learn(world, place_xml(month="2026-01"))
    _learn(world, place_xml(month="2026-02"))
    page = world.client("bilal").get(reverse("places:place", args=[row.pk])).content.decode()
    assert "Is the clinic open" in page
    assert "<dd>No</dd>" in page
    assert "2026-02" in page


def test_the_situation_names_the_place_that_a_finding_rests_on(world: World) -> None:
    _learn(world, place_xml())
    _clinic(world, town="Northport", month="2026-01")
    page = world.client("bilal").get(reverse("cases:situation", args=[world.case.pk]))
    text = page.content.decode()
    assert text.count("answered for Northport, 2026-01") == 1


def test_a_page_without_a_place_names_none(world: World) -> None:
    page = world.client("bilal").get(reverse("cases:situation", args=[world.case.pk]))
    assert "answered for" not in page.content.decode()


def test_where_somebody_is_is_not_told_to_a_role_that_may_not_know(world: World) -> None:
    from dataclasses import replace

    from sojourn.web.places import words

    row = _learn(world, place_xml())
    questions = tuple(
        replace(q, data_class=DataClass.CONTACT_PLACE) if q.name == "town" else q
        for q in world.framework.questions
    )
    hidden = replace(world.framework, questions=questions)
    assert words.answered_for(hidden, row, {DataClass.CASE_WORK}) == ""
    assert words.answered_for(hidden, row, set(DataClass)) == "answered for Northport, 2026-01"


def test_the_newest_period_is_a_matter_of_numbers_where_they_are(framework: Framework) -> None:
    assert rules.newest(framework, ["9", "10"]) == "10"
    assert rules.newest(framework, ["2025-12", "2026-01"]) == "2026-01"
