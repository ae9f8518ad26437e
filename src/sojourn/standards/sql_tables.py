"""Tables that a database or Spark holds: which is the main one, what belongs to its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sojourn.engines.frames import roster_nodes
from sojourn.engines.places import place_questions
from sojourn.engines.sql_session import Column, Session
from sojourn.framework.model import Framework
from sojourn.standards.csv_check import BadTableError
from sojourn.standards.linking import KEYS, Link, links_of, with_those_around
from sojourn.standards.tables import (
    PLACE,
    check_names,
    check_place,
    find_headings,
    main_table,
    no_such_key,
    place,
    roster_table,
)


@dataclass(frozen=True)
class SqlTable:
    """One table. `relation` is what to write after FROM, `row` the number of a row in SQL.

    Without `row` the table has no order of its own; `heading_lines` is as for files.
    """

    name: str
    relation: str
    columns: Mapping[str, Column]
    row: str | None = None
    rows: int | None = None
    heading_lines: int | None = None

    @property
    def schema(self) -> Mapping[str, Column]:
        """The columns, under the name they have for tables of files."""
        return self.columns

    def place(self, row: int) -> str:
        """Where a row stands, in words."""
        return place(row, self.heading_lines)

    def headings(self, framework: Framework, roster: str | None) -> dict[str, str]:
        """Which column holds which question.

        Databases write names in small letters, so where a name is not there as it is, a column
        that differs by that only is taken, if it is the only question to take it.
        """
        names = [q.name for q in framework.questions if q.roster == roster]
        found = find_headings(names, tuple(self.columns))
        small = [name.lower() for name in names]
        for name in names:
            lower = name.lower()
            free = lower in self.columns and lower not in found.values()
            if name not in found and free and small.count(lower) == 1:
                found[name] = lower
        return found


@dataclass(frozen=True)
class SqlSource:
    """Everything that one input holds, in the session that reads it.

    `files` are those that must not be written over; `ordered` says that rows come in the order of
    the input by themselves. `place` is the table of places, where there is one and the framework
    asks something of them.
    """

    session: Session
    main: SqlTable
    rosters: Mapping[str, SqlTable]
    keys: tuple[str, ...]
    linked_by: Mapping[str, Link]
    files: tuple[Path, ...] = ()
    ordered: bool = False
    place: SqlTable | None = None


Open = Callable[[str], SqlTable]
"""Opens the table of that name."""


def source_of(
    session: Session,
    framework: Framework,
    names: Sequence[str],
    open_table: Open,
    keys: Sequence[str] = (),
    *,
    main: str | None = None,
    stem: str = "",
    files: tuple[Path, ...] = (),
    ordered: bool = False,
    primary: Callable[[SqlTable], tuple[str, ...]] = lambda _: (),
) -> SqlSource:
    """The tables that a framework reads, of those there are.

    `main` is the main table where it was named; `primary` finds the key of a table that has none
    of the names by which keys are known.
    """
    of_places = place_questions(framework) and main != PLACE and len(names) > 1
    places = open_table(PLACE) if of_places and PLACE in names else None
    found = {r.name: name for r in framework.rosters if (name := roster_table(r.name, names))}
    used = {q.roster for q in framework.used_questions}
    used |= {node.roster for node in roster_nodes(framework.nodes)}
    read = with_those_around(framework, [name for name in used if name is not None])
    rosters = {
        roster: open_table(name)
        for roster, name in found.items()
        if roster in read and name != main
    }
    if main is None:
        taken = {*found.values(), *([PLACE] if places is not None else [])}
        rest = [name for name in names if name not in taken]
        opened = {name: open_table(name) for name in _likely(framework, rest, stem)}
        table = main_table(stem, framework, opened)
    else:
        table = open_table(main)
    for one in (table, *rosters.values(), *([places] if places is not None else [])):
        check_names(one.name, one.columns)
    missing = [key for key in keys if key not in table.columns]
    if missing:
        raise no_such_key(table.name, missing[0], table.columns)
    carried = tuple(keys) or tuple(k for k in (*KEYS, *framework.keys) if k in table.columns)
    carried = carried or (primary(table) if table.row is None else ())
    if not carried and table.row is None:
        raise BadTableError(
            f"{table.name} has no order of its own and none of the columns by which units are "
            "known; name its key with --key"
        )
    if places is not None:
        check_place(framework, table, places)
    linked = links_of(framework, table, rosters) if rosters else {}
    return SqlSource(session, table, rosters, carried, linked, files, ordered, places)


def _likely(framework: Framework, names: Sequence[str], stem: str) -> list[str]:
    """The names of which one is the main table: one that says so, else all of them."""
    for name in ("main", "data", framework.id, stem):
        if name in names:
            return [name]
    return list(names)
