"""The leaves of an expression: what is written in a rule, and what a rule looks up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import ClassVar

from sojourn.framework.nodes.base import RuleError, once, quoted
from sojourn.framework.types import BOOLEAN, DATE, Boolean, Code, Date, Number, Type


@dataclass(frozen=True)
class BooleanLiteral:
    """Always or never. Not writable in a rule: it stands for a whole cell such as `yes`."""

    value: bool
    type: ClassVar[Boolean] = BOOLEAN

    @once
    def text(self) -> str:
        return "yes" if self.value else "no"


@dataclass(frozen=True)
class NumberLiteral:
    """A number written in a rule."""

    value: Decimal

    def __post_init__(self) -> None:
        if abs(self.value) >= 10**12 or _places(self.value) > 12:
            shown = format(self.value, "f")
            more = "..." if len(shown) > 30 else ""
            raise RuleError(f"{shown[:30]}{more} is too large or too fine; use at most 12 digits")

    @cached_property
    def type(self) -> Number:
        return Number(_places(self.value), abs(self.value))

    @once
    def text(self) -> str:
        return format(self.value, "f")


@dataclass(frozen=True)
class CodeLiteral:
    """A code written in a rule, one of `among`."""

    value: str
    among: tuple[str, ...]

    @cached_property
    def type(self) -> Code:
        return Code(self.among)

    @once
    def text(self) -> str:
        return quoted(self.value)


@dataclass(frozen=True)
class DateLiteral:
    """A day written in a rule as `date('2024-05-01')`."""

    value: date

    @cached_property
    def type(self) -> Date:
        return DATE

    @once
    def text(self) -> str:
        return f"date('{self.value.isoformat()}')"


@dataclass(frozen=True)
class AnswerRef:
    """The answer to a question; `roster` is set inside a roster's filter."""

    name: str
    type: Type
    roster: str | None = None

    @once
    def text(self) -> str:
        return f"${{{self.name}}}"


@dataclass(frozen=True)
class FactorRef:
    """Another row's outcome: whether a factor is present, or its direction if it has one.

    A factor that does not apply at the unit's stage is not present, and has no effect.
    """

    name: str
    type: Boolean | Code

    @once
    def text(self) -> str:
        return f"${{{self.name}}}"


@dataclass(frozen=True)
class MeasureRef:
    """The value of a measure; `roster` is set where it is computed for each row of one."""

    name: str
    type: Number
    roster: str | None = None

    @once
    def text(self) -> str:
        return f"${{{self.name}}}"


@dataclass(frozen=True)
class ClassRef:
    """The class of a measure."""

    name: str
    type: Code
    roster: str | None = None

    @once
    def text(self) -> str:
        return f"${{{self.name}__class}}"


def _places(value: Decimal) -> int:
    """Digits after the point, without zeros at the end. Nothing is rounded, however long."""
    _, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or not value:
        return 0
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(0, -exponent - zeros)
