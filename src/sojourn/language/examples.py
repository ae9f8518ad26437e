"""The sheet `examples`: invented people with their answers, and what must come out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from sojourn.framework.model import Example
from sojourn.framework.values import Within, lineage
from sojourn.language.cells import Cells
from sojourn.language.problems import did_you_mean
from sojourn.language.sheets import SheetRow

_INDEX = re.compile(r"[1-9][0-9]{0,3}(\.0)?")
_NESTED = re.compile(r"[1-9][0-9]{0,3}( [1-9][0-9]{0,3})*")


def read_examples(cells: Cells, known: Mapping[str, set[str]]) -> tuple[Example, ...]:
    """The example people; `known` are the names by kind of row."""
    found: dict[str, _ExampleRows] = {}
    for row in cells.tables.rows("examples"):
        kind, name = row.get("kind"), row.get("name")
        if kind not in known:
            cells.error(row, "kind", f"`{kind}` is not known; use one of {', '.join(known)}")
        elif name not in known[kind]:
            hint = did_you_mean(name, known[kind])
            cells.error(row, "name", f"there is no {kind} `{name}`.{hint}")
        elif _is_whole(cells, row, kind, name):
            found.setdefault(row.get("example"), _ExampleRows()).add(row)
    parents = {roster.name: roster.parent for roster in cells.form.rosters}
    return tuple(rows.example(name, parents) for name, rows in found.items())


def _is_whole(cells: Cells, row: SheetRow, kind: str, name: str) -> bool:
    """Whether the row says whose it is and in which row of which repeat it stands."""
    question = cells.questions.get(name) if kind == "answer" else None
    roster = question.roster if question else None
    before = len(cells.problems)
    if not row.get("example"):
        cells.error(row, "example", "say whose example this is")
    if row.get("repeat") != (roster or ""):
        place = f"in the repeat `{roster}`" if roster else "in no repeat"
        cells.error(row, "repeat", f"`{name}` stands {place}")
    elif row.get("index"):
        _check_index(cells, row, roster)
    return len(cells.problems) == before


def _check_index(cells: Cells, row: SheetRow, roster: str | None) -> None:
    index = row.get("index")
    around = lineage({one.name: one.parent for one in cells.form.rosters}, roster)
    if len(around) < 2:
        if not _INDEX.fullmatch(index):
            cells.error(row, "index", f"`{index}` is not the number of a row: 1, 2, ...")
    elif not _NESTED.fullmatch(index) or len(index.split()) != len(around):
        places = ", then of ".join(f"`{name}`" for name in reversed(around))
        message = f"`{index}` does not say the row of {places}; write {' '.join('2' * len(around))}"
        cells.error(row, "index", message)


_Index: TypeAlias = tuple[int, ...]
"""The number of a row, after those of the rows around it; empty where none was written."""


def _belonging(outer: str, rows: list[_Index], around: list[_Index]) -> Within:
    """To which rows others belong; a row of which nothing is said within was not asked."""
    owners = tuple(around.index(index[:-1]) for index in rows)
    return Within(outer, owners, frozenset(range(len(around))) - set(owners))


class _ExampleRows:
    """The rows of one example person, put together."""

    def __init__(self) -> None:
        self.by_kind: dict[str, dict[str, str]] = {
            "answer": {},
            "factor": {},
            "response": {},
            "measure": {},
        }
        self.rosters: dict[str, dict[_Index, dict[str, str]]] = {}

    def add(self, row: SheetRow) -> None:
        value = row.get("value")
        if row.get("repeat"):
            words = row.get("index").removesuffix(".0").split()
            index = tuple(int(word) for word in words)
            self.rosters.setdefault(row.get("repeat"), {}).setdefault(index, {})[
                row.get("name")
            ] = value
        else:
            self.by_kind[row.get("kind")][row.get("name")] = value

    def example(self, name: str, parents: Mapping[str, str]) -> Example:
        found = self._with_rows_around(parents)
        places = {roster: sorted(rows) for roster, rows in found.items()}
        rosters = {
            roster: tuple(rows[at] for at in places[roster]) for roster, rows in found.items()
        }
        within = {
            roster: _belonging(outer, places[roster], places[outer])
            for roster in found
            if (outer := parents.get(roster, ""))  # what is no repeat is named elsewhere
        }
        kinds = self.by_kind
        return Example(
            name,
            kinds["answer"],
            rosters,
            kinds["factor"],
            kinds["response"],
            kinds["measure"],
            within,
        )

    def _with_rows_around(
        self, parents: Mapping[str, str]
    ) -> dict[str, dict[_Index, dict[str, str]]]:
        """The rows by the numbers of the rows around them and their own; where only an inner row
        answers something, the row around it is there too."""
        found: dict[str, dict[_Index, dict[str, str]]] = {}
        for roster, rows in self.rosters.items():
            around = lineage(parents, roster)
            for index, cells in rows.items():
                at = index or (1,) * len(around)
                found.setdefault(roster, {}).setdefault(at, {}).update(cells)
                for depth, outer in enumerate(around[1:], 1):
                    found.setdefault(outer, {}).setdefault(at[: len(at) - depth], {})
        return found
