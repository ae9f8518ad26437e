"""Exact numbers as XPath, which computes with binary floating-point numbers only.

Whole numbers below 2**53 are exact there. So a number is a whole one over 10**places and over a
divisor, as the engines for tables keep it too, and what could become larger is refused beforehand.
Unknown is NaN: every comparison with it is false, whichever way it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from math import lcm
from typing import TypeAlias

from sojourn.framework.nodes import Equal, Greater, GreaterEqual, Less, LessEqual
from sojourn.framework.types import Number

EXACT = 2**53
"""Whole numbers below this are exact as floats."""

NAN = "number('')"
_BEYOND = "10000000000000000"
"""Larger than any number that is computed here; NaN is not below it."""

Truth: TypeAlias = tuple[str, str]
"""Two conditions: whether something is surely true, and whether it is surely false."""

Over: TypeAlias = str | int


class GapError(ValueError):
    """Something that a form client cannot compute as exactly as we do. The message says what."""


@dataclass(frozen=True, slots=True)
class Numeric:
    """The number `low` / (10**places * `over`); `high` for a count with two bounds."""

    low: str
    high: str | None
    kind: Number
    over: Over = 1

    def __post_init__(self) -> None:
        fits(self.kind)

    @property
    def top(self) -> str:
        """The upper bound, which is the number itself where it has no bounds."""
        return self.low if self.high is None else self.high

    def settled(self) -> Numeric:
        """The number itself: unknown where the bounds differ."""
        if self.high is None:
            return self
        low = f"if({self.low} = {self.high}, {self.low}, {NAN})"
        return Numeric(low, None, self.kind, self.over)


def fits(*kinds: Number) -> None:
    """Refuse numbers that could lose their last digit."""
    for kind in kinds:
        if kind.scaled_limit() >= EXACT or kind.over * 10**kind.places >= EXACT:
            raise GapError(
                "its numbers could become too large for a form client to keep every digit; give "
                "the questions a constraint, such as . >= 0 and . <= 100"
            )


def known(expression: str) -> str:
    """Whether a number is known. It stands once, however long it is."""
    return f"({expression} < {_BEYOND})"


def written(value: int) -> str:
    return str(value) if value >= 0 else f"(0 - {-value})"


def literal(value: Decimal | Fraction | int) -> Numeric:
    """A number that is written down."""
    exact = Fraction(value)
    kind = Number(0, Decimal(abs(exact.numerator)), exact.denominator)
    return Numeric(written(exact.numerator), None, kind, exact.denominator)


def decimal(value: Decimal, kind: Number) -> Numeric:
    """A number that is written down with digits after the point."""
    return Numeric(written(int(value.scaleb(kind.places))), None, kind)


def times(expression: str, factor: Over) -> str:
    return expression if factor == 1 else f"({expression} * {factor})"


def _overs(a: Numeric, b: Numeric) -> tuple[Over, Over, Over]:
    """By what to multiply each of two numbers so that they have one divisor, and that divisor."""
    if a.kind.fixed and b.kind.fixed:
        over = lcm(a.kind.over, b.kind.over)
        return over // a.kind.over, over // b.kind.over, over
    if isinstance(a.over, int) and isinstance(b.over, int):
        return b.over, a.over, a.over * b.over
    return b.over, a.over, times(str(a.over), b.over)


def _over_one(number: Numeric, by: Over, kind: Number) -> Numeric:
    scale = 10 ** (kind.places - number.kind.places)
    high = None if number.high is None else times(times(number.high, scale), by)
    return Numeric(times(times(number.low, scale), by), high, kind)


def aligned(left: Numeric, right: Numeric) -> tuple[Numeric, Numeric]:
    """Two numbers as whole ones that compare as these do."""
    kinds = left.kind.compared(right.kind)
    by_left, by_right, _ = _overs(left, right)
    return _over_one(left, by_left, kinds[0]), _over_one(right, by_right, kinds[1])


def compare(operation: type, left: Numeric, right: Numeric) -> Truth:
    """Compare two numbers; bounds decide only where both say the same."""
    a, b = aligned(left, right)
    if operation is Less:
        return f"({a.top} < {b.low})", f"({a.low} >= {b.top})"
    if operation is LessEqual:
        return f"({a.top} <= {b.low})", f"({a.low} > {b.top})"
    if operation is Greater:
        return f"({a.low} > {b.top})", f"({a.top} <= {b.low})"
    if operation is GreaterEqual:
        return f"({a.low} >= {b.top})", f"({a.top} < {b.low})"
    same, apart = _sameness(a, b)
    return (same, apart) if operation is Equal else (apart, same)


def _sameness(a: Numeric, b: Numeric) -> Truth:
    """NaN != 1 is true in XPath, so that two numbers differ is said with `>`."""
    if a.high is None and b.high is None:
        return f"({a.low} = {b.low})", f"(abs({a.low} - {b.low}) > 0)"
    same = f"({a.low} = {a.top} and {b.low} = {b.top} and {a.low} = {b.low})"
    return same, f"({a.top} < {b.low} or {b.top} < {a.low})"


# -- arithmetic


def plus(left: Numeric, right: Numeric, *, minus: bool = False) -> Numeric:
    a, b = left.settled(), right.settled()
    kind = a.kind.plus(b.kind)
    by_a, by_b, over = _overs(a, b)
    one, other = _over_one(a, by_a, kind).low, _over_one(b, by_b, kind).low
    return Numeric(f"({one} {'-' if minus else '+'} {other})", None, kind, over)


def product(left: Numeric, right: Numeric) -> Numeric:
    a, b = left.settled(), right.settled()
    _, _, over = _overs(a, b)
    if a.kind.fixed and b.kind.fixed:
        over = a.kind.over * b.kind.over
    return Numeric(f"({a.low} * {b.low})", None, a.kind.times(b.kind), over)


def divided_by(left: Numeric, by: Fraction) -> Numeric:
    """Divided by a number that is written down, and not zero."""
    a, down = left.settled(), abs(by)
    kind = a.kind.times(Number(0, Decimal(down.denominator))).over_fixed(down.numerator)
    by_more = down.numerator
    over = a.over * by_more if isinstance(a.over, int) else times(a.over, by_more)
    factor = written(down.denominator if by > 0 else -down.denominator)
    return Numeric(times(a.low, 1 if factor == "1" else factor), None, kind, over)


def divided(left: Numeric, right: Numeric) -> Numeric:
    """Divided by a number that is computed; unknown where that is zero."""
    a, b = left.settled(), right.settled()
    up = 10 ** max(b.kind.places - a.kind.places, 0)
    limit = a.kind.times(Number(0, Decimal(b.kind.over * 10**b.kind.places))).limit
    over = a.kind.over * (b.kind.scaled_limit() + 1)
    kind = Number(max(a.kind.places - b.kind.places, 0), limit, over, fixed=False)
    fits(kind)
    low = times(times(a.low, b.over), up)
    signed = f"if({b.low} > 0, {low}, if({b.low} < 0, 0 - {low}, {NAN}))"
    return Numeric(signed, None, kind, times(f"abs({b.low})", a.over))


def remainder(left: Numeric, right: Numeric) -> Numeric:
    """With the sign of the left side, as XPath has it too; NaN where the right side is zero."""
    a, b = aligned(left.settled(), right.settled())
    kind = Number(a.kind.places, min(left.kind.limit, right.kind.limit))
    return Numeric(f"({a.low} mod {b.low})", None, kind)


def negated(number: Numeric) -> Numeric:
    of = number.settled()
    return Numeric(f"(0 - {of.low})", None, of.kind, of.over)


def absolute(number: Numeric) -> Numeric:
    of = number.settled()
    return Numeric(f"abs({of.low})", None, of.kind, of.over)


def truncated(number: Numeric) -> Numeric:
    of = number.settled()
    scale = times(str(10**of.kind.places), of.over)
    fits(Number(of.kind.places, of.kind.limit + of.kind.over))
    kind = Number(0, of.kind.limit)
    return Numeric(of.low if scale == "1" else f"int({of.low} div {scale})", None, kind)


def rounded(number: Numeric, places: int) -> Numeric:
    """Half up: the whole number at or below one half more.

    XPath only cuts towards zero, so the number is first moved above zero and then back.
    """
    of = number.settled()
    kind = Number(places, of.kind.limit + 1)
    less = min(places, of.kind.places)
    if of.over == 1 and places >= of.kind.places:
        return Numeric(times(of.low, 10 ** (places - less)), None, kind)
    scale = times(str(10 ** (of.kind.places - less)), of.over)
    top = f"({times(of.low, 2 * 10 ** (places - less))} + {scale})"
    below = times(scale, 2)
    over = of.kind.over if of.kind.fixed else 1  # the smallest divisor there can be
    above = int(of.kind.limit * 10**places) // over + 2
    largest = 2 * 10**places * (int(of.kind.limit) + 1) + (2 * above + 1) * of.kind.over
    fits(Number(of.kind.places - less, Decimal(largest)))
    moved = f"({top} + {times(below, above)})"
    return Numeric(f"(int({moved} div {below}) - {above})", None, kind)


# -- one of several


def chosen(condition: Truth, a: Numeric, b: Numeric) -> Numeric:
    """One of two numbers; unknown where the condition is."""
    one, other = a.settled(), b.settled()
    kind = one.kind.or_else(other.kind)
    if kind.fixed:
        by_a, by_b, over = _overs(one, other)
        values = _over_one(one, by_a, kind).low, _over_one(other, by_b, kind).low
        return Numeric(choose(condition, *values, NAN), None, kind, over)
    values = _over_one(one, 1, kind).low, _over_one(other, 1, kind).low
    over_text = choose(condition, str(one.over), str(other.over), NAN)
    return Numeric(choose(condition, *values, NAN), None, kind, over_text)


def choose(condition: Truth, then: str, other: str, otherwise: str) -> str:
    surely, never = condition
    return f"if({surely}, {then}, if({never}, {other}, {otherwise}))"


def first_known(a: Numeric, b: Numeric) -> Numeric:
    """The first of two numbers where it is known, else the second."""
    there = known(a.settled().low)
    return chosen((there, f"not({there})"), a, b)


def like_each_other(numbers: Sequence[Numeric]) -> list[Numeric]:
    """Numbers as whole ones of one kind and one divisor."""
    settled = [number.settled() for number in numbers]
    kind = reduce(Number.or_else, (number.kind for number in settled))
    if not kind.fixed:
        raise GapError("it compares numbers that were divided by numbers that people answered")
    found = []
    for number in settled:
        scale = 10 ** (kind.places - number.kind.places) * (kind.over // number.kind.over)
        found.append(Numeric(times(number.low, scale), None, kind, kind.over))
    return found


def extreme(numbers: Sequence[Numeric], conditions: Sequence[str], *, most: bool) -> Numeric:
    """The largest or smallest of those whose condition is met; there has to be one.

    Some clients pass over NaN in max(), and take no number below zero. So each number is moved
    above zero, and those that do not count are zero.
    """
    parts = like_each_other(numbers)
    kind = parts[0].kind
    far = kind.scaled_limit() + 1
    fits(Number(0, Decimal(far * 2)))
    sign = "+" if most else "-"
    moved = [
        f"if({counts}, {far} {sign} {part.low}, 0)"
        for counts, part in zip(conditions, parts, strict=True)
    ]
    largest = moved[0] if len(moved) == 1 else f"max({', '.join(moved)})"
    low = f"({largest} - {far})" if most else f"({far} - {largest})"
    return Numeric(low, None, kind, parts[0].over)


def extreme_of_all(numbers: Sequence[Numeric], *, most: bool) -> Numeric:
    """The largest or smallest; unknown where any is."""
    found = extreme(numbers, ["true()"] * len(numbers), most=most)
    every = " + ".join(number.settled().low for number in numbers)
    return Numeric(f"if({known(f'({every})')}, {found.low}, {NAN})", None, found.kind, found.over)


# -- days


def day_number(day: str) -> str:
    """Days by the calendar's own arithmetic, from a text such as 2024-02-29; NaN for none."""
    year, month, of_month = (f"number(substr({day}, {a}, {b}))" for a, b in _PARTS)
    early = f"int((14 - {month}) div 12)"
    years = f"({year} - {early})"
    in_year = f"int(((({month} + 12 * {early}) - 3) * 153 + 2) div 5)"
    leaps = f"int({years} div 4) - int({years} div 100) + int({years} div 400)"
    return f"({of_month} + {in_year} + {years} * 365 + {leaps})"


_PARTS = ((0, 4), (5, 7), (8, 10))


def in_order(day: str) -> str:
    """A day as a number such as 20240229: later days have larger ones."""
    return f"number(translate({day}, '-', ''))"


def completed_years(born: str, on: str) -> str:
    """Whole years; a birthday on 29 February comes on 1 March. Unknown where `on` is earlier."""
    apart = f"({in_order(on)} - {in_order(born)})"
    return f"if({apart} >= 0, int({apart} div 10000), {NAN})"
