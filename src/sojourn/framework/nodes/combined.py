"""What measures are made of: several parts put together, some of which may be unknown.

These are not written in rules; the rows of the sheet `measures` are read into them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, reduce
from typing import TYPE_CHECKING, ClassVar

from sojourn.framework.nodes.base import (
    RuleError,
    number_type,
    once,
    require_booleans,
    require_exact,
    require_whole,
)
from sojourn.framework.nodes.leaves import NumberLiteral
from sojourn.framework.types import Number

if TYPE_CHECKING:
    from sojourn.framework.nodes import Node


class Side(StrEnum):
    """On which side a factor counts."""

    PRESENT = "present"
    RISK = "risk"
    PROTECTIVE = "protective"


class How(StrEnum):
    """What is done with the parts."""

    SUM = "sum"
    MEAN = "mean"
    MAX = "max"
    MIN = "min"


@dataclass(frozen=True)
class FactorTerm:
    """`weight` while the factor is present on this side, else zero.

    Unknown while the factor is; not a part at all where the factor does not apply.
    """

    name: str
    side: Side
    context: bool
    weight: Node

    def __post_init__(self) -> None:
        require_whole("weight", self.weight)

    @cached_property
    def type(self) -> Number:
        return require_whole("weight", self.weight)

    @once
    def text(self) -> str:
        weight = self.weight
        one = isinstance(weight, NumberLiteral) and weight.value == 1
        return f"${{{self.name}}}" if one else f"{weight.text()} if ${{{self.name}}}"


@dataclass(frozen=True)
class Combine:
    """Several numbers as one. The parts that apply and are known count.

    Unknown unless at least the share `needed` of the parts that apply is known, and at least
    `at_least` of them, and never known where none is. With `fill`, each unknown part stands for a
    number instead: the lowest or highest that it could be. `weights` belong to a mean, whose parts
    are multiplied by them; the sum of those that count divides it.
    """

    how: How
    parts: tuple[Node, ...]
    weights: tuple[int, ...] = ()
    needed: Fraction = Fraction(1)
    at_least: int = 1
    fill: tuple[Decimal, ...] = ()

    def __post_init__(self) -> None:
        if not self.parts:
            raise RuleError("there is nothing to put together")
        kinds = self.kinds
        if self.how in (How.MAX, How.MIN):
            for at, kind in enumerate(kinds[1:], start=1):
                require_exact(*reduce(Number.or_else, kinds[:at]).compared(kind))
        require_exact(self.type)

    @property
    def kinds(self) -> list[Number]:
        """The kind of each part, which what it is filled with has to fit."""
        kinds = [number_type(self.how, part) for part in self.parts]
        if self.how is How.MEAN:
            weights = [Number(0, Decimal(weight)) for weight in self.weights]
            kinds = [kind.times(weight) for kind, weight in zip(kinds, weights, strict=True)]
        return kinds

    @property
    def all_or_nothing(self) -> bool:
        """Whether every part counts in each known outcome."""
        every = self.needed == 1 or self.at_least >= len(self.parts) or bool(self.fill)
        return every and not any(isinstance(part, FactorTerm) for part in self.parts)

    @cached_property
    def type(self) -> Number:
        if self.how in (How.MAX, How.MIN):
            return reduce(Number.or_else, self.kinds)
        total = reduce(Number.plus, self.kinds)
        if self.how is How.SUM:
            return total
        fixed = total.fixed and self.all_or_nothing
        return Number(total.places, total.limit, total.over * sum(self.weights), fixed=fixed)

    @once
    def text(self) -> str:
        return f"{self.how}({', '.join(part.text() for part in self.parts)})"


@dataclass(frozen=True)
class Decide:
    """The number of the first case whose condition is true; None is the condition of the last.

    A case before it that is unknown leaves the whole unknown, unless every number that is still
    possible is the same. Unknown where no case is true.
    """

    cases: tuple[tuple[Node | None, Decimal], ...]

    def __post_init__(self) -> None:
        if not self.cases:
            raise RuleError("there is no row to decide by")
        require_booleans("when", [when for when, _ in self.cases if when is not None])

    @cached_property
    def type(self) -> Number:
        kinds = [NumberLiteral(value).type for _, value in self.cases]
        return reduce(Number.or_else, kinds)

    compound: ClassVar[bool] = False

    @once
    def text(self) -> str:
        rows = (
            f"{NumberLiteral(value).text()} {f'if {when.text()}' if when else 'otherwise'}"
            for when, value in self.cases
        )
        return "; ".join(rows)
