"""What is said about the rows of a roster, seen from the unit or the row they belong to.

`inside` names the repeat in whose rows a node stands: it then looks at the rows within the row at
hand. From the unit (None) it looks at all rows, also of a repeat within a repeat.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from sojourn.framework.nodes.base import (
    RuleError,
    once,
    require_booleans,
    require_exact,
    require_whole,
)
from sojourn.framework.nodes.leaves import AnswerRef, MeasureRef
from sojourn.framework.types import BOOLEAN, COUNT, ROWS_LIMIT, Boolean, Number

if TYPE_CHECKING:
    from sojourn.framework.nodes import Node


@dataclass(frozen=True)
class CountRows:
    """How many rows of a roster meet `where` (all of them when it is None).

    Rows whose `where` is unknown make the count a range; comparisons decide by the whole range.
    """

    roster: str
    where: Node | None = None
    inside: str | None = None
    type: ClassVar[Number] = COUNT

    def __post_init__(self) -> None:
        _require_filter(self.roster, self.where)

    @once
    def text(self) -> str:
        return f"count({_rows(self.roster, self.where)})"


@dataclass(frozen=True)
class _RowsNumber:
    """A number over the rows that meet `where`; unknown when any of them, or the choice, is."""

    roster: str
    value: AnswerRef | MeasureRef
    where: Node | None = None
    inside: str | None = None
    word: ClassVar[str] = ""

    def __post_init__(self) -> None:
        _require_filter(self.roster, self.where)
        if not isinstance(self.value.type, Number):
            raise RuleError(
                f"{self.word}() needs a number question of the roster, but "
                f"`{self.value.text()}` is {self.value.type}"
            )
        require_whole(f"{self.word}()", self.value)
        require_exact(self.type)

    @cached_property
    def type(self) -> Number:
        return require_whole(f"{self.word}()", self.value)

    @once
    def text(self) -> str:
        inner = self.value.text()
        return f"{self.word}({inner}{f'[{self.where.text()}]' if self.where else ''})"


@dataclass(frozen=True)
class SumRows(_RowsNumber):
    """Zero for no rows."""

    word: ClassVar[str] = "sum"

    @cached_property
    def type(self) -> Number:
        number = require_whole("sum()", self.value)
        return Number(number.places, number.limit * ROWS_LIMIT)


@dataclass(frozen=True)
class MinRows(_RowsNumber):
    """Unknown for no rows."""

    word: ClassVar[str] = "min"


@dataclass(frozen=True)
class MaxRows(_RowsNumber):
    """Unknown for no rows."""

    word: ClassVar[str] = "max"


@dataclass(frozen=True)
class AnyRow:
    """Whether some row meets `where`; false for an empty roster."""

    roster: str
    where: Node
    inside: str | None = None
    type: ClassVar[Boolean] = BOOLEAN

    def __post_init__(self) -> None:
        _require_filter(self.roster, self.where)

    @once
    def text(self) -> str:
        return f"any({_rows(self.roster, self.where)})"


@dataclass(frozen=True)
class AllRows:
    """Whether every row meets `condition`; true for an empty roster."""

    roster: str
    condition: Node
    inside: str | None = None
    type: ClassVar[Boolean] = BOOLEAN

    def __post_init__(self) -> None:
        _require_filter(self.roster, self.condition)

    @once
    def text(self) -> str:
        return f"all(${{{self.roster}}}, {self.condition.text()})"


ROSTER_NODES = (CountRows, SumRows, MinRows, MaxRows, AnyRow, AllRows)


def _rows(roster: str, where: Node | None) -> str:
    return f"${{{roster}}}[{where.text()}]" if where is not None else f"${{{roster}}}"


def _require_filter(roster: str, where: Node | None) -> None:
    from sojourn.framework.nodes import walk_here  # the walk knows all nodes, these among them

    if where is None:
        return
    require_booleans("[...]", (where,))
    for node in walk_here(where):
        if isinstance(node, ROSTER_NODES) and node.inside != roster:
            raise RuleError(
                f"`{node.text()}` stands in the rows of `{roster}`; it looks at rows within these"
            )
