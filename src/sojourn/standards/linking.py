"""How rows of tables belong together: to units, and to the rows around them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sojourn.framework.model import Framework
from sojourn.framework.values import lineage
from sojourn.standards.csv_check import BadTableError

KEYS = ("id", "_id", "_uuid", "KEY", "uuid", "hhid", "instanceID")
"""Columns that are taken as a unit's key when none is named."""

LINKS = (
    ("PARENT_KEY", "KEY"),
    ("_parent_index", "_index"),
    ("_parent_index", "index"),
    ("_submission__uuid", "_uuid"),
    ("_submission__id", "_id"),
    *((key, key) for key in KEYS if key != "KEY"),
)
"""How a roster row names its unit: the roster's column and the main table's, in order of trust."""

INNER_LINKS = (
    ("PARENT_KEY", "KEY"),
    ("_parent_index", "_index"),
    ("_parent_index", "index"),
)
"""How a row of a roster within a roster names the row around it, where form tools wrote both."""

OF_THE_ROW = ("key", "id")
"""Endings of a column such as `member_id`, by which people name the row around another."""


KEY_JOINT = "\x1f"
"""Between the cells of a key that is made of several; it stands in no table."""


@dataclass(frozen=True)
class Link:
    """The columns of a table that name an owner, and those of the owner's table, one for one."""

    own: tuple[str, ...]
    owner: tuple[str, ...]


class _Table(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def schema(self) -> Mapping[str, object]: ...


def with_those_around(framework: Framework, used: Iterable[str]) -> frozenset[str]:
    """Some rosters, with those in whose rows they stand."""
    return frozenset(name for one in used for name in lineage(framework.parents, one))


def links_of(framework: Framework, main: _Table, rosters: Mapping[str, _Table]) -> dict[str, Link]:
    """How the rows of each roster say to which unit, or to which row around them, they belong.

    Raises `BadTableError` where they do not say so, or the table of the rows around is not there.
    """
    found: dict[str, Link] = {}
    parents = framework.parents
    for outer in ("", *parents):
        inner = {name: table for name, table in rosters.items() if parents[name] == outer}
        if not inner:
            continue
        if not outer:
            found |= dict.fromkeys(inner, _to_the_unit(main, list(inner.values())))
        elif outer not in rosters:
            raise _nothing_around(outer, inner)
        else:
            link = _to_the_row(lineage(parents, outer), rosters[outer], inner, found)
            found |= dict.fromkeys(inner, link)
    return found


def owner_columns(framework: Framework, links: Mapping[str, Link], owner: str) -> tuple[str, ...]:
    """The columns of a roster's table, or of the main one, by which rows name their owner there."""
    parents = framework.parents
    return next((link.owner for name, link in links.items() if parents[name] == owner), ())


def _to_the_unit(main: _Table, rosters: Sequence[_Table]) -> Link:
    for own, owner in LINKS:
        if owner in main.schema and all(own in table.schema for table in rosters):
            return Link((own,), (owner,))
    raise BadTableError(
        f"the rows of {_names(rosters)} do not say to which row of {main.name} they belong; "
        "both need a column such as uuid, or PARENT_KEY and KEY"
    )


def _to_the_row(
    around: Sequence[str], table: _Table, inner: Mapping[str, _Table], known: Mapping[str, Link]
) -> Link:
    """Keys that form tools write tell the rows of all units apart; numbers that people give often
    begin anew in each unit, so what else names it in both tables belongs to the key."""
    columns = [set(one.schema) for one in inner.values()]
    for own, owner in INNER_LINKS:
        if owner in table.schema and all(own in found for found in columns):
            return Link((own,), (owner,))
    shared = set(table.schema).intersection(*columns)
    for ending in OF_THE_ROW:
        name = f"{around[0]}_{ending}"
        if name in shared:
            unit = known[around[-1]]
            wider = [*(unit.own if unit.own == unit.owner else ())]
            wider += [f"{outer}_{ending}" for outer in reversed(around[1:])]
            key = (*(column for column in wider if column in shared), name)
            return Link(key, key)
    raise BadTableError(
        f"the rows of {_names(inner.values())} do not say to which row of {table.name} they "
        f"belong; both need a column {around[0]}_id, or PARENT_KEY and KEY"
    )


def _nothing_around(outer: str, inner: Mapping[str, _Table]) -> BadTableError:
    return BadTableError(
        f"the rows of {_names(inner.values())} belong to rows of the repeat {outer}, but there is "
        f"no table {outer}; put it beside"
    )


def _names(tables: Iterable[_Table]) -> str:
    return " and ".join(table.name for table in tables)


def told_twice(table: str, count: int, column: str) -> str:
    """What to say when several units carry the same key."""
    return (
        f"{table}: {count} values of {column} stand in more than one row, "
        "so the rows of the rosters cannot be told apart; make them unique"
    )


def told_twice_around(
    table: str, link: Link, inner: Sequence[str], places: Collection[str] = ()
) -> BadTableError:
    """What to say when two rows carry the same key by which rows within them are found.

    `places` are the two rows in words, where rows have numbers.
    """
    which = f"{table}, {' and '.join(places)}" if places else f"{table}: two rows"
    same = " and ".join(link.owner)
    return BadTableError(
        f"{which} have the same {same}, so it cannot be told to which of them the rows of "
        f"{' and '.join(inner)} belong; make it unique"
    )
