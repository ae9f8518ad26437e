"""What is asked of places is a form of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from sojourn.framework import Framework
from sojourn.language import load_framework
from sojourn.standards.xforms import to_xform
from tests.spec.harness import manual

FRAMEWORK = Path(__file__).parents[1] / "tables" / "places.yaml"


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_framework(FRAMEWORK)


def _instance(xform: str) -> Element:
    root = fromstring(xform)  # noqa: S314 - our own form
    return next(e for e in root.iter() if e.tag.endswith("}instance"))[0]


def _names(xform: str) -> list[str]:
    return [element.tag.rpartition("}")[2] for element in _instance(xform).iter()][1:]


def test_a_units_form_asks_nothing_of_its_place(framework: Framework) -> None:
    names = _names(to_xform(framework))
    assert names == ["site", "month", "food", "hungry", "end", "thanks", "meta", "instanceID"]


def test_a_places_form_asks_first_where_and_when(framework: Framework) -> None:
    names = _names(to_xform(framework, "place"))
    assert names == [
        *("site", "month", "food", "clinic", "water", "about_water", "wells"),
        *("meta", "instanceID"),
    ]


def test_the_forms_have_ids_of_their_own(framework: Framework) -> None:
    ids = [_instance(to_xform(framework, asked)).get("id") for asked in ("unit", "place")]
    assert ids == ["places", "places_place"]
    assert "<h:title>places" not in to_xform(framework, "place")


def test_where_and_when_are_asked_of_every_place(framework: Framework) -> None:
    assert 'relevant=" /data/site' in to_xform(framework)
    assert "relevant" not in to_xform(framework, "place")


def test_a_framework_that_asks_nothing_of_places_has_no_such_form() -> None:
    framework = manual()
    of_unit = tuple(replace(q, of_place=False) for q in framework.questions)
    with pytest.raises(ValueError, match="asks nothing of places"):
        to_xform(replace(framework, id="x", sheets={}, questions=of_unit), "place")
