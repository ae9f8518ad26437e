"""Tables that are read side by side are attacked side by side, and what is out stays known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from sojourn.disclosure import (
    Cell,
    DisclosureError,
    Earlier,
    Release,
    Role,
    Rounding,
    Status,
    Table,
    Variable,
    joined,
    key,
    release,
    since,
)
from sojourn.disclosure.attacker import Attacker, Knowledge
from tests.disclosure.drawn import KEY, counts
from tests.disclosure.outsider import intervals

REGION = Variable.flat("region", ["north", "south", "west"])
SEX = Variable.flat("sex", ["women", "men"])
AGE = Variable.flat("age", ["child", "adult", "old"])
BY_SEX = [[4, 60], [80, 90], [45, 55]]
BY_AGE = [[20, 30, 14], [60, 70, 40], [30, 30, 40]]


def two_tables() -> tuple[Table, Table]:
    return (
        counts(BY_SEX, (REGION, SEX), name="by sex"),
        counts(BY_AGE, (REGION, AGE), name="by age"),
    )


def test_the_margin_of_two_tables_is_one_cell() -> None:
    found = joined(Release(two_tables()))
    assert len(found.keys) == 4 * 3 + 4 * 4 - 4
    assert key("people", region="north") in found.at


def test_a_cell_withheld_in_one_table_is_withheld_in_the_other() -> None:
    north_men = [[4, 60, 3], [80, 90, 30], [45, 55, 30]]
    sexes = Variable.flat("sex", ["women", "men", "other"])
    ages = [[20, 30, 17], [70, 80, 50], [40, 50, 40]]
    tables = (counts(north_men, (REGION, sexes), name="s"), counts(ages, (REGION, AGE), name="a"))
    publication = release("Linked", Release(tables), key=KEY)
    where = {region: {t: publication.table(t).figure(region=region).status for t in "sa"}
             for region in ("north", "south", "west", "total")}  # fmt: skip
    assert all(two["s"] is two["a"] for two in where.values())


def test_linked_tables_are_safe_together() -> None:
    publication = release("Linked", Release(two_tables()), key=KEY)
    found = intervals(publication.to_json())
    low, high = found["people", frozenset({("region", "north"), ("sex", "women")})]
    assert low <= 3
    assert high >= 10


def test_a_figure_that_differs_between_tables_is_refused_with_its_place() -> None:
    other = [[20, 30, 15], [60, 70, 40], [30, 30, 40]]
    tables = (counts(BY_SEX, (REGION, SEX), name="s"), counts(other, (REGION, AGE), name="a"))
    with pytest.raises(DisclosureError, match=r"people: (all|region = north) has one figure"):
        release("Linked", Release(tables), key=KEY)


def test_two_names_for_everybody_are_refused() -> None:
    other = Variable.flat("region", ["north", "south", "west"], total="everywhere")
    tables = (counts(BY_SEX, (REGION, SEX), name="s"), counts(BY_AGE, (other, AGE), name="a"))
    with pytest.raises(DisclosureError, match="choose one name"):
        joined(Release(tables))


def three_ways() -> tuple[list[Table], Table]:
    """Three tables of two variables, and the one of all three that nobody prints."""
    drawn = np.array([[[0, 12], [15, 0]], [[14, 0], [0, 13]]])
    variables = [Variable.flat(name, [f"{name}1", f"{name}2"]) for name in "abc"]
    cells: dict[tuple[str, ...], Cell] = {
        (f"a{i + 1}", f"b{j + 1}", f"c{k + 1}"): Cell(float(n), int(n))
        for (i, j, k), n in np.ndenumerate(drawn)
    }
    whole = Table.added_up("all", "people", variables, cells, counts=True, role=Role.HIDDEN)

    def pair(one: int, other: int) -> Table:
        kept = [variables[one], variables[other]]
        total = next(each for at, each in enumerate(variables) if at not in (one, other))
        inner: dict[tuple[str, ...], Cell] = {}
        for place, cell in whole.cells.items():
            if place[variables.index(total)] == "total":
                inner[place[one], place[other]] = cell
        return Table(f"{one}{other}", "people", tuple(kept), inner, counts=True)

    return [pair(0, 1), pair(0, 2), pair(1, 2)], whole


def test_a_hidden_table_adds_to_what_is_known_and_is_never_printed() -> None:
    pairs, whole = three_ways()
    found = joined(Release((*pairs, whole)))
    knowledge = Knowledge.of_published(found, np.zeros(len(found.keys), dtype=np.bool_))
    cell = found.at[key("people", a="a1", b="b1", c="c2")]
    interval = Attacker(found, knowledge).interval(cell)
    assert interval.low <= 12 <= interval.high < 27
    publication = release("Pairs", Release((*pairs, whole)), key=KEY)
    assert [table.name for table in publication.tables] == ["01", "02", "12"]


def test_a_hierarchy_is_protected_at_every_step() -> None:
    area = Variable.tree("area", {"country": {"north": ["a", "b"], "south": ["c", "d", "e"]}})
    rows = [[6, 40], [50, 60], [70, 80], [30, 20], [25, 45]]
    publication = release("Areas", Release((counts(rows, (area, SEX)),)), key=KEY)
    found = intervals(publication.to_json())
    low, high = found["people", frozenset({("area", "a"), ("sex", "women")})]
    assert low <= 5
    assert high >= 10


# -- what is out already


def test_a_coarser_table_that_is_out_counts_as_known() -> None:
    coarse = counts([[84, 150], [45, 55]], (Variable.flat("zone", ["n", "s"]), SEX), name="coarse")
    zones = Variable.tree("zone", {"total": {"n": ["north", "south"], "s": ["west"]}})
    fine = counts(BY_SEX, (zones, SEX), name="fine")
    publication = release("Fine", Release((fine,), earlier=(Earlier(coarse),)), key=KEY)
    table = publication.table("fine")
    for zone in ("n", "s", "total"):
        for sex in ("women", "men", "total"):
            assert table.figure(zone=zone, sex=sex).status is Status.PUBLISHED
    assert table.figure(zone="north", sex="women").status is Status.WITHHELD
    low, high = intervals(publication.to_json())[
        "people", frozenset({("zone", "north"), ("sex", "women")})
    ]
    assert low <= 3
    assert high >= 10


def test_what_was_withheld_stays_withheld() -> None:
    table = counts(BY_SEX, (REGION, SEX), name="now")
    before = counts(BY_SEX, (REGION, SEX), name="before")
    first = release("First", Release((before,)), key=KEY)
    second = release("Now", Release((table,), earlier=(Earlier(before, first.withheld),)), key=KEY)
    assert second.withheld == first.withheld


def test_something_withheld_that_is_in_no_table_is_refused() -> None:
    table = counts(BY_SEX, (REGION, SEX))
    before = counts(BY_AGE, (REGION, AGE), name="before")
    strange = frozenset({key("people", region="east")})
    with pytest.raises(DisclosureError, match="region = east was withheld before"):
        joined(Release((table,), earlier=(Earlier(before, strange),)))


def test_rounding_beside_what_is_out_unrounded_is_refused() -> None:
    what = Release(
        (counts(BY_SEX, (REGION, SEX), name="now"),),
        earlier=(Earlier(counts(BY_AGE, (REGION, AGE), name="before")),),
    )
    with pytest.raises(DisclosureError, match="out already"):
        release("Now", what, key=KEY, rounding=Rounding(5))


def later(rows: Sequence[Sequence[int]]) -> Release:
    """The table of today beside that of last month, with what came in between."""
    before = Earlier(counts([[40, 60], [80, 90], [45, 55]], (REGION, SEX), name="last month"))
    now = counts(rows, (REGION, SEX), name="now")
    difference, linked = since(before, now, "in between")
    return Release((now, difference), earlier=(linked,))


def test_few_people_who_came_between_two_dates_are_hidden() -> None:
    publication = release("Now", later([[43, 75], [95, 110], [65, 70]]), key=KEY)
    assert publication.table("now").figure(region="north", sex="women").value is None


def test_nothing_is_hidden_where_enough_people_came() -> None:
    publication = release("Now", later([[60, 75], [95, 110], [65, 70]]), key=KEY)
    assert not publication.withheld


def test_tables_of_other_shapes_have_no_difference() -> None:
    with pytest.raises(DisclosureError, match="one shape"):
        since(Earlier(counts(BY_SEX, (REGION, SEX))), counts(BY_AGE, (REGION, AGE)), "between")
