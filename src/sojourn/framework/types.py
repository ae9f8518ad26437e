"""The types a rule can speak of. Every expression has one, known before any answer is read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

DECIMAL_PLACES = 6
"""Decimal answers are kept to this many places, rounded half to even, on every engine."""

ANSWER_LIMIT = 10**12
"""Numbers answered must be smaller than this in size; larger ones are refused as a slip."""

ROWS_LIMIT = 10**6
"""A roster holds at most this many rows per unit."""

WIDEST = 10**37
"""Scaled whole numbers up to this size are exact on every engine (128-bit)."""


@dataclass(frozen=True, slots=True)
class Boolean:
    """True, false or unknown."""

    def __str__(self) -> str:
        return "yes or no"


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number: at most `places` digits after the point, and |value| at most `limit`.

    Both are known when the rule is written. Engines compute with whole numbers scaled by
    10**places, and the limit proves beforehand that nothing overflows.
    """

    places: int
    limit: Decimal

    def scaled_limit(self, places: int | None = None) -> int:
        """The largest whole number that can occur once scaled to `places`.

        It is never below the scale itself, by which engines multiply.
        """
        digits = self.places if places is None else places
        return int(max(self.limit, Decimal(1)) * 10**digits) + 1

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
