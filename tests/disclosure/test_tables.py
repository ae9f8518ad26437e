"""Tables are whole, their parts add up, and what is wrong is said with its place."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from sojourn.disclosure import Cell, DisclosureError, Key, Release, Table, Variable, joined, key
from tests.disclosure.drawn import counts

AREA = Variable.tree("area", {"country": {"north": ["a", "b"], "south": ["c"]}})


def test_a_hierarchy_knows_its_sums() -> None:
    assert AREA.total == "country"
    assert AREA.sums == (
        ("country", ("north", "south")),
        ("north", ("a", "b")),
        ("south", ("c",)),
    )
    assert AREA.categories == ("country", "north", "south", "a", "b", "c")


def test_totals_are_left_out_of_the_name_of_a_cell() -> None:
    table = counts([[20, 30], [40, 50]])
    assert table.key(("total", "c1")) == key("people", column="c1")
    assert table.key(("total", "total")) == Key("people")
    assert str(table.key(("r1", "c1"))) == "people: column = c1, row = r1"
    assert str(Key("people")) == "people: all"


def test_sums_are_added_up_from_the_innermost_cells() -> None:
    cells: dict[tuple[str, ...], Cell] = {
        ("a",): Cell(10, 2, largest=8, second=2),
        ("b",): Cell(30, 3, largest=20, second=9),
        ("c",): Cell(5, 1, largest=5, second=0),
    }
    table = Table.added_up("t", "income", (AREA,), cells)
    assert table.cells["north",] == Cell(40, 5, largest=20, second=9)
    assert table.cells["country",] == Cell(45, 6, largest=20, second=9)


def test_a_category_can_be_added_up_in_two_ways() -> None:
    age = Variable(
        "age",
        (
            ("total", ("child", "adult")),
            ("total", ("school", "other")),
        ),
        (),
        "total",
    )
    cells: dict[tuple[str, ...], Cell] = {
        (one,): Cell(n, n)
        for one, n in [("total", 90), ("child", 40), ("adult", 50), ("school", 30), ("other", 60)]
    }
    found = joined(Release((Table("t", "people", (age,), cells, counts=True),)))
    assert len(found.sums) == 2


def test_answers_of_which_several_can_be_chosen_add_up_to_nothing() -> None:
    needs = Variable.flat("needs", ["water", "food"], total=None)
    cells: dict[tuple[str, ...], Cell] = {("water",): Cell(40, 40), ("food",): Cell(70, 70)}
    assert joined(Release((Table("t", "people", (needs,), cells, counts=True),))).sums == ()


def test_rows_of_a_frame_become_cells() -> None:
    rows = [
        {
            "area": "x",
            "estimate": Decimal("12.5"),
            "n": np.int64(20),
            "se": np.float64(1.5),
            "z": 1,
        },
        {"area": "total", "estimate": 12.5, "n": 20, "se": None},
    ]
    table = Table.of("t", "income", [Variable.flat("area", ["x"])], rows)
    assert table.cells == {("x",): Cell(12.5, 20, se=1.5), ("total",): Cell(12.5, 20)}


def test_a_row_without_people_is_refused_with_its_number() -> None:
    rows = [{"area": "x", "value": 1}]
    with pytest.raises(DisclosureError, match="table t, row 1: a row needs area, value, n"):
        Table.of("t", "income", [Variable.flat("area", ["x"])], rows)


def test_a_cell_given_twice_is_refused() -> None:
    rows = [{"area": "x", "value": 1, "n": 1}] * 2
    with pytest.raises(DisclosureError, match="row 2: this cell was given before"):
        Table.of("t", "income", [Variable.flat("area", ["x"])], rows)


@pytest.mark.parametrize("n", [-1, 2.5, float("nan"), "many"])
def test_people_are_whole_numbers(n: int) -> None:
    with pytest.raises(DisclosureError, match="n of a cell"):
        Cell(5, n)


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        (Cell(-1, 1), "below its floor"),
        (Cell(5, 4), "value and n differ"),
        (Cell(5, 5, structural=True), "structural zero"),
        (Cell(5, 5, low=6, high=7), "outside of its confidence interval"),
        (Cell(5, 5, second=2), "second largest"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_with_its_place(cell: Cell, what: str) -> None:
    table = counts([[20, 30], [40, 50]])
    with pytest.raises(DisclosureError, match=f"{what}.* at people: column = c1, row = r1"):
        replace(table, cells={**table.cells, ("r1", "c1"): cell})


def test_a_missing_cell_is_named() -> None:
    table = counts([[20, 30], [40, 50]])
    cells = {place: cell for place, cell in table.cells.items() if place != ("r1", "total")}
    with pytest.raises(DisclosureError, match="has no cell for people: row = r1"):
        replace(table, cells=cells)


def test_parts_that_do_not_add_up_are_named_without_their_figures() -> None:
    table = counts([[20, 30], [40, 50]])
    wrong = {**table.cells, ("r1", "total"): Cell(77, 77)}
    with pytest.raises(DisclosureError, match="people: row = r1 along column") as refused:
        joined(Release((replace(table, cells=wrong),)))
    assert "77" not in str(refused.value)


def test_errors_of_float_arithmetic_are_no_contradiction() -> None:
    area = Variable.flat("area", ["a", "b", "c"])
    cells: dict[tuple[str, ...], Cell] = {
        ("a",): Cell(0.1, 20),
        ("b",): Cell(0.2, 20),
        ("c",): Cell(0.3, 20),
        ("total",): Cell(0.1 + 0.2 + 0.3, 60),
    }
    assert joined(Release((Table("t", "income", (area,), cells),))).keys


@pytest.mark.parametrize(
    ("sums", "total"),
    [
        ((("a", ("b",)), ("b", ("a",))), None),
        ((("a", ("a", "b")),), None),
        ((("a", ("b", "b")),), None),
        ((("a", ("b",)),), "b"),
        ((("a", ("b",)),), "c"),
    ],
)
def test_sums_that_cannot_be_are_refused(
    sums: tuple[tuple[str, tuple[str, ...]], ...], total: str | None
) -> None:
    with pytest.raises(DisclosureError, match="variable v"):
        Variable("v", sums, (), total)


def test_a_release_without_tables_is_refused() -> None:
    with pytest.raises(DisclosureError, match="no table to publish"):
        joined(Release(()))


def test_two_tables_of_one_name_are_refused() -> None:
    with pytest.raises(DisclosureError, match="two tables are called t"):
        joined(Release((counts([[20, 30]]), counts([[20, 30]]))))
