"""What an answer can be, and the three ways in which it can be missing.

Values that rules see are exact: booleans, whole numbers, decimals, dates, codes, sets of codes and
text. There is no binary float among them, so that a cut-off means the same on every engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias


class Missing(StrEnum):
    """Why there is no answer. All kinds act as *unknown* in rules and are kept to the end.

    The first three are the kinds a conversation knows. `UNUSABLE` is for tables only: a cell held
    something that cannot be the answer, and the reader chose to go on without it.
    """

    NOT_ASKED = "not_asked"
    DOES_NOT_KNOW = "does_not_know"
    PREFERS_NOT_TO_SAY = "prefers_not_to_say"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class Selection:
    """The answer to a question that takes several codes.

    `also` is set when a don't-know or prefer-not-to-say code was chosen together with others: what
    was chosen is known, what was not chosen is then unknown rather than "no".
    """

    codes: frozenset[str]
    also: Missing | None = None


Value: TypeAlias = bool | int | Decimal | date | str | Selection
Row: TypeAlias = Mapping[str, Value | Missing]


@dataclass(frozen=True, slots=True)
class Within:
    """To which rows of the repeat around it the rows of a repeat within a repeat belong.

    `rows` has, for each row, the place of its row of `roster`, counted from 0. `not_asked` are the
    places of those rows of `roster` for which the inner repeat was not asked: how many rows they
    have is unknown. Every other row that none belongs to has none.
    """

    roster: str
    rows: tuple[int, ...]
    not_asked: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Answers:
    """One unit's answers: single questions by name, and the rows of each roster by its name.

    A question that is not in `values` was not asked. A roster that is not in `rosters` was not
    asked either (its aggregates are unknown); a roster with no rows is an empty one. A roster
    within a roster has the rows of the whole unit, and in `within` to which rows they belong.
    """

    values: Row = field(default_factory=dict)
    rosters: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    within: Mapping[str, Within] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))
        rosters = {
            name: tuple(MappingProxyType(dict(row)) for row in rows)
            for name, rows in self.rosters.items()
        }
        object.__setattr__(self, "rosters", MappingProxyType(rosters))
        for name, within in self.within.items():
            if len(within.rows) != len(rosters.get(name, ())):
                raise ValueError(f"each row of {name} belongs to one row of {within.roster}")
        object.__setattr__(self, "within", MappingProxyType(dict(self.within)))

    def get(self, name: str) -> Value | Missing:
        """The answer to a single question, `Missing.NOT_ASKED` where nothing was recorded."""
        return self.values.get(name, Missing.NOT_ASKED)


def lineage(parents: Mapping[str, str], roster: str | None) -> tuple[str, ...]:
    """A repeat and those around it, the innermost first; nothing for the unit.

    `parents` has for each repeat the one in whose rows it stands, empty for none.
    """
    found: list[str] = []
    while roster:
        found.append(roster)
        roster = parents.get(roster, "")
    return tuple(found)
