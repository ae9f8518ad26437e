"""The sheet `examples`: invented people with their answers, and what must come out."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sojourn.framework.model import Example
from sojourn.language.cells import Cells
from sojourn.language.problems import did_you_mean
from sojourn.language.sheets import SheetRow

_INDEX = re.compile(r"[1-9][0-9]{0,3}(\.0)?")


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
    return tuple(rows.example(name) for name, rows in found.items())


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
    if row.get("index") and not _INDEX.fullmatch(row.get("index")):
        cells.error(row, "index", f"`{row.get('index')}` is not the number of a row: 1, 2, ...")
    return len(cells.problems) == before


class _ExampleRows:
    """The rows of one example person, put together."""

    def __init__(self) -> None:
        self.by_kind: dict[str, dict[str, str]] = {
            "answer": {},
            "factor": {},
            "response": {},
            "measure": {},
        }
        self.rosters: dict[str, dict[int, dict[str, str]]] = {}

    def add(self, row: SheetRow) -> None:
        value = row.get("value")
        if row.get("repeat"):
            index = int((row.get("index") or "1").removesuffix(".0"))
            self.rosters.setdefault(row.get("repeat"), {}).setdefault(index, {})[
                row.get("name")
            ] = value
        else:
            self.by_kind[row.get("kind")][row.get("name")] = value

    def example(self, name: str) -> Example:
        rosters = {
            roster: tuple(rows[index] for index in sorted(rows))
            for roster, rows in self.rosters.items()
        }
        kinds = self.by_kind
        return Example(
            name, kinds["answer"], rosters, kinds["factor"], kinds["response"], kinds["measure"]
        )
