"""A publication is the same after being written down, and an edited copy is found."""

from __future__ import annotations

import copy
import json

import pytest

from sojourn.disclosure import (
    Combination,
    Derived,
    DisclosureError,
    Publication,
    Release,
    Rounding,
    key,
    release,
)
from tests.disclosure.drawn import KEY, counts

SHARE = Derived("share", Combination.RATIO, key("people", row="r2"), key("people"), 100)


@pytest.fixture(scope="module", params=[None, Rounding(5)])
def publication(request: pytest.FixtureRequest) -> Publication:
    what = Release((counts([[3, 40, 25], [50, 60, 31], [28, 33, 47]]),), (SHARE,))
    sources = {"framework": "reach 3", "survey": "round 2"}
    return release("People", what, key=KEY, sources=sources, rounding=request.param)


def test_it_is_the_same_after_being_written_down(publication: Publication) -> None:
    text = json.dumps(publication.to_json())
    again = Publication.from_json(json.loads(text))
    assert again == publication
    assert json.dumps(again.to_json()) == text


def test_the_same_inputs_give_the_same_publication() -> None:
    what = Release((counts([[3, 40, 25], [50, 60, 31], [28, 33, 47]]),))
    first, second = (release("People", what, key=KEY) for _ in range(2))
    assert first == second


def test_an_edited_copy_is_refused(publication: Publication) -> None:
    data = copy.deepcopy(publication.to_json())
    data["tables"][0]["figures"][0]["value"] = 1.0
    with pytest.raises(DisclosureError, match="was changed"):
        Publication.from_json(data)


@pytest.mark.parametrize("data", [{}, {"format": "something else"}])
def test_something_else_is_refused(data: dict[str, str]) -> None:
    with pytest.raises(DisclosureError, match="no publication"):
        Publication.from_json(data)


def test_it_says_by_which_rules_and_from_what(publication: Publication) -> None:
    data = publication.to_json()
    assert data["rules"]["rules"][0] == {"name": "minimum_people", "people": 10}
    assert data["sources"] == {"framework": "reach 3", "survey": "round 2"}
    assert data["audit"]["passed"] is True
    assert len(data["digest"]) == 64


def test_a_table_and_a_figure_are_found_by_name(publication: Publication) -> None:
    assert publication.table("t").figure(row="r3").where == (("row", "r3"), ("column", "total"))
    with pytest.raises(DisclosureError, match="there is no table x here; there are t"):
        publication.table("x")
    with pytest.raises(DisclosureError, match="has no cell for"):
        publication.table("t").figure(row="r9")
