"""What a phone shows at once, and what it leaves to the server."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from sojourn import catalogue
from sojourn.engines import record
from sojourn.framework import Answers, Framework
from sojourn.language import read_answers
from sojourn.language.build import build
from sojourn.language.sheets import SheetRow, Tables
from sojourn.standards import on_device, submissions
from sojourn.standards.xforms import to_xform
from tests.on_device.conftest import JAR, Phone

FACTOR = {"label": "Factor", "level": "individual", "effect": "risk", "nature": "situational"}
RESPONSE = {"label": "Help now", "label::Français (fr)": "Aider maintenant"}


def framework(
    rule: str = "${safe} = 'no'",
    *,
    urgent: str = "yes",
    when: str = "${unsafe}",
    survey: list[dict[str, str]] | None = None,
    **more: str,
) -> Framework:
    """A small framework with one urgent factor and one response."""
    night = [
        {"type": "begin group", "name": "night", "label": "Night"},
        {"type": "select_one yn", "name": "safe", "label": "Safe"},
        {"type": "integer", "name": "nights", "label": "Nights", "missing": "888=does_not_know"},
        {"type": "decimal", "name": "money", "label": "Money"},
        {"type": "decimal", "name": "rent", "label": "Rent", "constraint": ". >= 0 and . <= 900"},
        {"type": "date", "name": "born", "label": "Born"},
        {"type": "end group"},
        {"type": "integer", "name": "children", "label": "Children"},
        {
            "type": "begin repeat",
            "name": "child",
            "label": "Child",
            "repeat_count": "${children}",
        },
        {"type": "integer", "name": "child_age", "label": "Age"},
        {"type": "end repeat"},
        {"type": "select_one yn", "name": "last", "label": "Last"},
    ]
    horizon = more.pop("horizon", "immediate")
    sheets = {
        "survey": survey or night,
        "choices": [
            {"list_name": "yn", "name": code, "label": code} for code in ("yes", "no", "dk")
        ],
        "settings": [
            {"form_id": "small", "version": "1", "default_language": "English (en)"},
        ],
        "factors": [{**FACTOR, "name": "unsafe", "rule": rule, "urgent": urgent, **more}],
        "responses": [{**RESPONSE, "name": "shelter", "when": when, "horizon": horizon}],
    }
    tables = {
        name: [SheetRow(name, at, row) for at, row in enumerate(rows, start=2)]
        for name, rows in sheets.items()
    }
    return build(Tables("small.yaml", tables))[0]


NOTE = "on_device__shelter__note"
URGENT = [name for name in catalogue.ids() if on_device.urgent_responses(catalogue.load(name))]
LEFT_OUT = {"cari"}
"""What a household spends has no limit there, so that its shares are left to the server."""


@pytest.mark.parametrize(
    ("safe", "shown"), [("no", True), ("yes", False), ("dk", False), ("", False)]
)
def test_a_note_is_shown_while_it_cannot_wait(phone: Phone, safe: str, shown: bool) -> None:
    assert phone.fill(to_xform(framework()), {"safe": safe}).shows(NOTE) is shown


def test_a_note_needs_the_urgency_and_not_the_factor_alone(phone: Phone) -> None:
    form = to_xform(framework(urgent="${nights} > 3"))
    assert phone.fill(form, {"safe": "no", "nights": "4"}).shows(NOTE)
    assert not phone.fill(form, {"safe": "no", "nights": "3"}).shows(NOTE)
    assert not phone.fill(form, {"safe": "no", "nights": "888"}).shows(NOTE)


def test_the_note_stands_right_behind_the_group_that_decides() -> None:
    rows = on_device.with_findings(framework(), framework().sheets["survey"])
    names = [row.get("name", "") for row in rows]
    assert names.index(NOTE) == names.index("children") - 1
    later = framework(when="${unsafe} and ${last} = 'yes'")
    names = [row.get("name", "") for row in on_device.with_findings(later, later.sheets["survey"])]
    assert names.index(NOTE) == names.index("last") + 1


def test_the_note_has_the_words_of_the_response_in_every_language() -> None:
    form = to_xform(framework())
    assert "\u26a0 **Help now**" in form
    assert "\u26a0 **Aider maintenant**" in form


@pytest.mark.parametrize("change", [{"urgent": "no"}, {"horizon": "short_term"}])
def test_what_can_wait_is_left_to_the_server(change: dict[str, Any]) -> None:
    assert on_device.PREFIX not in to_xform(framework(**change))


def test_a_repeat_whose_count_is_nought_is_known_to_be_empty(phone: Phone) -> None:
    form = to_xform(framework("count(${child}[${child_age} < 5]) = 0"))
    assert phone.fill(form, {"children": "0"})["on_device__unsafe"] == "true"
    assert phone.fill(form, {})["on_device__unsafe"] == ""


@pytest.mark.parametrize(
    ("answer", "value"), [("0.1", "true"), ("0.100001", "false"), ("0.3", "false"), ("", "")]
)
def test_decimals_are_exact(phone: Phone, answer: str, value: str) -> None:
    form = to_xform(framework("${rent} * 3 <= 0.3"))
    assert phone.fill(form, {"rent": answer})["on_device__unsafe"] == value


@pytest.mark.parametrize(
    ("born", "value"),
    [("2008-02-29", "false"), ("2008-03-01", "false"), ("2008-03-02", "true"), ("", "")],
)
def test_a_birthday_is_a_matter_of_days(phone: Phone, born: str, value: str) -> None:
    form = to_xform(framework("age(${born}, date('2026-03-01')) < 18"))
    assert phone.fill(form, {"born": born})["on_device__unsafe"] == value


def test_what_could_lose_a_digit_is_left_out_and_named(phone: Phone) -> None:
    wide = framework("${money} * ${money} > 4")
    assert set(on_device.gaps(wide)) == {"unsafe", "shelter"}
    assert "constraint" in on_device.gaps(wide)["unsafe"]
    assert "`unsafe`" in on_device.gaps(wide)["shelter"]
    assert on_device.PREFIX not in to_xform(wide)
    assert phone.fill(to_xform(wide), {"safe": "no"})["safe"] == "no"


def test_a_constraint_makes_it_possible() -> None:
    assert on_device.gaps(framework("${rent} * 3 > 4")) == {}


@pytest.mark.parametrize("name", catalogue.ids())
def test_the_forms_we_ship_are_valid(name: str, tmp_path: Path, phone: Phone) -> None:
    path = tmp_path / "form.xml"
    path.write_text(to_xform(catalogue.load(name)), encoding="utf-8")
    done = subprocess.run([phone.java, "-jar", str(JAR), str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (on_device.gaps(catalogue.load(name)) != {}) == (name in LEFT_OUT)


@pytest.mark.parametrize("name", URGENT)
def test_the_examples_of_what_we_ship_hold_on_a_phone(name: str, phone: Phone) -> None:
    found = catalogue.load(name)
    compared = 0
    for example in found.examples:
        filled = phone.fill(to_xform(found), example.answers, example.rosters)
        answered = {q.name: filled.texts.get((q.name, 0), "") for q in found.questions}
        rosters = {
            roster: tuple(
                {q.name: filled.texts.get((q.name, at), "") for q in found.questions}
                for at in range(1, len(rows) + 1)
            )
            for roster, rows in example.rosters.items()
        }
        findings = record.assess(found, read_answers(found, answered, rosters))
        computed = _computed(filled.texts)
        compared += len(computed)
        assert on_device.differences(computed, findings) == ()
    assert compared


def _computed(texts: dict[tuple[str, int | str], str]) -> dict[str, str]:
    return {
        name.removeprefix(on_device.PREFIX): text
        for (name, row), text in texts.items()
        if row == 0 and name.startswith(on_device.PREFIX)
    }


def test_a_submission_carries_what_the_phone_found() -> None:
    xml = (
        b'<data id="small"><night><safe>no</safe></night><on_device__unsafe>false'
        b"</on_device__unsafe><meta><instanceID>1</instanceID></meta></data>"
    )
    read = submissions.read(framework(), xml)
    assert read.computed == {"unsafe": "false"}
    findings = record.assess(framework(), read.answers)
    (difference,) = on_device.differences(read.computed, findings)
    assert (difference.name, difference.device, difference.server) == ("unsafe", "false", "true")


def test_outcomes_that_a_form_does_not_send_differ_in_nothing() -> None:
    findings = record.assess(framework(), Answers({"safe": "no"}))
    assert on_device.differences({}, findings) == ()


# -- repeats within repeats

ROAD = [
    {"type": "select_one yn", "name": "safe", "label": "Safe"},
    {"type": "begin repeat", "name": "member", "label": "Member"},
    {"type": "integer", "name": "age", "label": "Age"},
    {"type": "begin group", "name": "way", "label": "Way"},
    {"type": "begin repeat", "name": "leg", "label": "Leg"},
    {"type": "integer", "name": "days", "label": "Days"},
    {"type": "select_one yn", "name": "harm", "label": "Harm"},
    {"type": "end repeat"},
    {"type": "end group"},
    {"type": "end repeat"},
]
WAY: tuple[tuple[str, list[list[tuple[str, str, str]]]], ...] = (
    ("true", [[("30", "", "")], [("9", "2", "no"), ("9", "1", "yes")]]),
    ("false", [[("30", "3", "yes")], [("9", "2", "no")]]),
    ("", [[("30", "3", "yes")], [("9", "2", "")]]),
    ("", [[("30", "3", "yes")], [("9", "", "")]]),
    ("true", [[("9", "", "")], [("9", "2", "yes")]]),
    ("", []),
)
"""Members with their legs: age, days, harm; and what is found of a child that was harmed."""


@pytest.mark.parametrize("rule", ["member", "leg"])
@pytest.mark.parametrize(("found", "way"), WAY)
def test_a_phone_tells_what_happened_to_a_child_on_the_road(
    phone: Phone, rule: str, found: str, way: list[list[tuple[str, str, str]]]
) -> None:
    rules = {
        "member": "any(${member}[${age} < 18 and any(${leg}[${harm} = 'yes'])])",
        "leg": "count(${leg}[${harm} = 'yes' and ${age} < 18]) >= 1",
    }
    form = framework(rules[rule], survey=ROAD)
    members = [{"age": legs[0][0]} for legs in way]
    inner = {
        ("leg", str(at)): [{"days": days, "harm": harm} for _, days, harm in legs]
        for at, legs in enumerate(way, start=1)
    }
    filled = phone.fill(to_xform(form), {"safe": "yes"}, {"member": members}, inner)
    assert filled["on_device__unsafe"] == found
    assert filled.shows(NOTE) is (found == "true")
