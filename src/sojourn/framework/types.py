"""The types a rule can speak of. Every expression has one, known before any answer is read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from math import lcm
from typing import TypeAlias

DECIMAL_PLACES = 6
"""Decimal answers are kept to this many places, rounded half to even, on every engine."""

ANSWER_LIMIT = 10**12
"""Numbers answered must be smaller than this in size; larger ones are refused as a slip."""

ROWS_LIMIT = 10**6
"""A roster holds at most this many rows per unit."""

WIDEST = 10**37
"""Scaled whole numbers up to this size are exact on every engine (128-bit)."""


_WIDE = Context(prec=200)
"""Limits are computed without rounding, however far beyond what is then refused."""


@dataclass(frozen=True, slots=True)
class Boolean:
    """True, false or unknown."""

    def __str__(self) -> str:
        return "yes or no"


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number n / (10**places * d): whole numbers n and d, of which the size is known.

    |n| is at most `limit` * 10**places, and d at least 1 and at most `over` (1 unless something is
    divided). `fixed` says that d is always `over`. All is known when the rule is written: engines
    compute with the whole numbers, and the limits prove beforehand that nothing overflows.
    """

    places: int
    limit: Decimal
    over: int = 1
    fixed: bool = True

    def scaled_limit(self, places: int | None = None) -> int:
        """The largest whole number n that can occur once scaled to `places`.

        It is never below the scale itself, by which engines multiply.
        """
        digits = self.places if places is None else places
        with localcontext(_WIDE):
            return int(max(self.limit, Decimal(1)) * 10**digits) + 1

    @property
    def is_divided(self) -> bool:
        return self.over > 1

    @property
    def is_exact(self) -> bool:
        """Whether every value is certain to fit what engines compute exactly."""
        return self.scaled_limit() <= WIDEST and self.over * 10**self.places <= WIDEST

    def plus(self, other: Number) -> Number:
        """The kind of the sum of two numbers."""
        places = max(self.places, other.places)
        if self.fixed and other.fixed:
            over = lcm(self.over, other.over)
            limit = self._limit_over(over) + other._limit_over(over)
            return Number(places, limit, over)
        with localcontext(_WIDE):
            limit = self.limit * other.over + other.limit * self.over
        return Number(places, limit, self.over * other.over, fixed=False)

    def times(self, other: Number) -> Number:
        """The kind of the product of two numbers."""
        with localcontext(_WIDE):
            limit = self.limit * other.limit
        over, fixed = self.over * other.over, self.fixed and other.fixed
        return Number(self.places + other.places, limit, over, fixed=fixed)

    def or_else(self, other: Number) -> Number:
        """The kind of what is either the one number or the other."""
        places = max(self.places, other.places)
        if self.fixed and other.fixed:
            over = lcm(self.over, other.over)
            return Number(places, max(self._limit_over(over), other._limit_over(over)), over)
        limit = max(self.limit, other.limit)
        return Number(places, limit, max(self.over, other.over), fixed=False)

    def over_fixed(self, by: int) -> Number:
        """The kind of the number divided by a whole number above zero."""
        return Number(self.places, self.limit, self.over * by, fixed=self.fixed)

    def compared(self, other: Number) -> tuple[Number, Number]:
        """The kinds of the two whole numbers that are compared in place of these."""
        places = max(self.places, other.places)
        if self.fixed and other.fixed:
            over = lcm(self.over, other.over)
            return (
                Number(places, self._limit_over(over)),
                Number(places, other._limit_over(over)),
            )
        with localcontext(_WIDE):
            return (
                Number(places, self.limit * other.over),
                Number(places, other.limit * self.over),
            )

    def _limit_over(self, over: int) -> Decimal:
        with localcontext(_WIDE):
            return self.limit * (over // self.over)

    def __str__(self) -> str:
        return "a number"


@dataclass(frozen=True, slots=True)
class Date:
    """A calendar day."""

    def __str__(self) -> str:
        return "a date"


@dataclass(frozen=True, slots=True)
class Code:
    """One of a closed list of codes (codes that mean "missing" are not among them)."""

    codes: tuple[str, ...]

    def __str__(self) -> str:
        return "one choice"


@dataclass(frozen=True, slots=True)
class Codes:
    """Any number of a closed list of codes."""

    codes: tuple[str, ...]

    def __str__(self) -> str:
        return "several choices"


@dataclass(frozen=True, slots=True)
class Text:
    """Free text. It can be kept and shown; no rule may compare it."""

    def __str__(self) -> str:
        return "free text"


Type: TypeAlias = Boolean | Number | Date | Code | Codes | Text

BOOLEAN = Boolean()
DATE = Date()
TEXT = Text()
INTEGER_ANSWER = Number(0, Decimal(ANSWER_LIMIT))
DECIMAL_ANSWER = Number(DECIMAL_PLACES, Decimal(ANSWER_LIMIT))
COUNT = Number(0, Decimal(ROWS_LIMIT))
DAYS = Number(0, Decimal(4_000_000))
YEARS = Number(0, Decimal(10_000))
