"""Exact numbers as table expressions: whole numbers, over 10**places and over a divisor.

What an operation's outcome can be at most is known from the types of its parts, so each is computed
in a whole-number type that holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from math import lcm
from operator import and_, eq, ge, gt, le, lt, ne
from typing import Any, TypeAlias

from sojourn.engines import columns
from sojourn.engines.columns import Expr, Kind, coalesce, greatest, least, lit, ratio, when
from sojourn.framework.nodes import (
    Equal,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    NotEqual,
)
from sojourn.framework.types import Number

_NARROW = 2**62
FLOAT_EXACT = 2**53
"""Whole numbers below this are exact as floats."""

Over: TypeAlias = Expr | int

_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    Equal: eq,
    NotEqual: ne,
    Less: lt,
    LessEqual: le,
    Greater: gt,
    GreaterEqual: ge,
}


@dataclass(frozen=True, slots=True)
class Numeric:
    """The number `low` / (10**places * `over`), null for unknown.

    `high` is set for a count of which only the bounds are known.
    """

    low: Expr
    high: Expr | None
    kind: Number
    over: Over = 1

    @property
    def places(self) -> int:
        return self.kind.places

    def settled(self) -> Numeric:
        """The number itself: unknown where the bounds differ."""
        if self.high is None:
            return self
        return Numeric(when(self.low == self.high).then(self.low), None, self.kind, self.over)

    def scaled(self, places: int) -> Expr:
        """The whole number with more places, in a type wide enough for it."""
        low = self.settled().low
        return times(low, 10 ** (places - self.places), Number(places, self.kind.limit))


def literal(value: Decimal | Fraction | int) -> Numeric:
    """A number that is written down."""
    exact = Fraction(value)
    over = exact.denominator
    kind = Number(0, Decimal(abs(exact.numerator)), over)
    return Numeric(whole(exact.numerator), None, kind, over)


def decimal(value: Decimal, kind: Number) -> Numeric:
    """A number that is written down with digits after the point."""
    return Numeric(whole(int(value.scaleb(kind.places))), None, kind)


def whole(value: int) -> Expr:
    return lit(value, Kind.WHOLE if abs(value) < _NARROW else Kind.WIDE)


def unknown(kind: Number) -> Numeric:
    """A number of which nothing is known."""
    return Numeric(lit(None, Kind.WHOLE), None, kind)


def turned(expr: Expr) -> Expr:
    """With the other sign. (Polars has no minus sign for its widest numbers.)"""
    return expr * -1


def wide(expr: Expr, kind: Number) -> Expr:
    """The number in a type that holds every value of its kind."""
    return expr if kind.scaled_limit() < _NARROW else expr.cast(Kind.WIDE)


def times(expr: Expr, factor: Over, kind: Number) -> Expr:
    """The product, which is of a kind."""
    if isinstance(factor, int):
        return expr if factor == 1 else wide(expr, kind) * whole(factor)
    return wide(expr, kind) * wide(factor, kind)


def _overs(a: Numeric, b: Numeric) -> tuple[Over, Over, Over]:
    """By what to multiply each of two numbers so that they have one divisor, and that divisor."""
    if a.kind.fixed and b.kind.fixed:
        over = lcm(a.kind.over, b.kind.over)
        return over // a.kind.over, over // b.kind.over, over
    kind = Number(0, Decimal(a.kind.over * b.kind.over))
    if isinstance(a.over, int) and isinstance(b.over, int):
        return b.over, a.over, a.over * b.over
    if isinstance(a.over, int):
        return b.over, a.over, times(_expr(b.over), a.over, kind)
    return b.over, a.over, times(a.over, b.over, kind)


def _expr(over: Over) -> Expr:
    return whole(over) if isinstance(over, int) else over


def aligned(a: Numeric, b: Numeric) -> tuple[Numeric, Numeric]:
    """Two numbers as whole ones that compare as these do."""
    kinds = a.kind.compared(b.kind)
    by_a, by_b, _ = _overs(a, b)
    return _over_one(a, by_a, kinds[0]), _over_one(b, by_b, kinds[1])


def _over_one(number: Numeric, by: Over, kind: Number) -> Numeric:
    scale = 10 ** (kind.places - number.places)

    def scaled(expr: Expr) -> Expr:
        return times(times(expr, scale, kind), by, kind)

    high = None if number.high is None else scaled(number.high)
    return Numeric(scaled(number.low), high, kind)


def compare(operation: type, left: Numeric, right: Numeric) -> Expr:
    """Compare two numbers; a range decides only where both its ends say the same."""
    a, b = aligned(left, right)
    if a.high is None and b.high is None:
        return _OPERATORS[operation](a.low, b.low)  # type: ignore[no-any-return] # operators return Any
    return _compare_ranges(operation, a, b)


def compare_values(operation: type, left: Expr, right: Expr) -> Expr:
    """Compare two dates or two codes."""
    return _OPERATORS[operation](left, right)  # type: ignore[no-any-return] # operators return Any


def _compare_ranges(operation: type, a: Numeric, b: Numeric) -> Expr:
    """Decide only where the whole ranges say the same; unknown where they overlap."""
    a_high, b_high = (
        a.high if a.high is not None else a.low,
        b.high if b.high is not None else b.low,
    )
    if operation is Less:
        yes, no = a_high < b.low, a.low >= b_high
    elif operation is LessEqual:
        yes, no = a_high <= b.low, a.low > b_high
    elif operation is Greater:
        yes, no = a.low > b_high, a_high <= b.low
    elif operation is GreaterEqual:
        yes, no = a.low >= b_high, a_high < b.low
    else:
        same = (a.low == a_high) & (b.low == b_high) & (a.low == b.low)
        apart = (a_high < b.low) | (b_high < a.low)
        yes, no = (same, apart) if operation is Equal else (apart, same)
    return when(yes).then(lit(True)).otherwise(when(no).then(lit(False)))


# -- arithmetic


def plus(left: Numeric, right: Numeric, *, minus: bool = False) -> Numeric:
    a, b = left.settled(), right.settled()
    kind = a.kind.plus(b.kind)
    by_a, by_b, over = _overs(a, b)
    one, other = _over_one(a, by_a, kind).low, _over_one(b, by_b, kind).low
    one, other = wide(one, kind), wide(other, kind)
    return Numeric(one - other if minus else one + other, None, kind, over)


def product(left: Numeric, right: Numeric) -> Numeric:
    a, b = left.settled(), right.settled()
    kind = a.kind.times(b.kind)
    _, _, over = _overs(a, b)
    if a.kind.fixed and b.kind.fixed:
        over = a.kind.over * b.kind.over
    return Numeric(wide(a.low, kind) * wide(b.low, kind), None, kind, over)


def divided_by(left: Numeric, by: Fraction, kind: Number) -> Numeric:
    """Divided by a number that is written down."""
    a = left.settled()
    factor = by.denominator if by > 0 else -by.denominator
    over: Over = abs(by.numerator)
    if isinstance(a.over, int):
        over = a.over * abs(by.numerator)
    else:
        over = times(a.over, abs(by.numerator), Number(0, Decimal(kind.over)))
    low = a.low if factor == 1 else wide(a.low, kind) * whole(factor)
    return Numeric(low, None, kind, over)


def divided(left: Numeric, right: Numeric, kind: Number) -> Numeric:
    """Divided by a number that is computed; unknown where that is zero."""
    a, b = left.settled(), right.settled()
    up = 10 ** max(b.places - a.places, 0)
    low = times(times(a.low, b.over, kind), up, kind)
    signed = when(b.low > 0).then(low).otherwise(when(b.low < 0).then(turned(low)))
    over_kind = Number(0, Decimal(kind.over))
    return Numeric(signed, None, kind, times(b.low.abs(), a.over, over_kind))


def remainder(left: Numeric, right: Numeric, kind: Number) -> Numeric:
    a, b = aligned(left.settled(), right.settled())
    by = when(b.low != 0).then(b.low.abs())
    rest = a.low.abs() % by
    return Numeric(when(a.low < 0).then(turned(rest)).otherwise(rest), None, kind)


def negated(number: Numeric) -> Numeric:
    of = number.settled()
    return Numeric(turned(of.low), None, of.kind, of.over)


def absolute(number: Numeric) -> Numeric:
    of = number.settled()
    return Numeric(of.low.abs(), None, of.kind, of.over)


def truncated(number: Numeric, kind: Number) -> Numeric:
    of = number.settled()
    scale = _scale(of)
    if isinstance(scale, int) and scale == 1:
        return Numeric(of.low, None, kind)
    cut = of.low.abs() // _expr(scale)
    return Numeric(when(of.low < 0).then(turned(cut)).otherwise(cut), None, kind)


def rounded(number: Numeric, places: int, kind: Number) -> Numeric:
    """Half up: the whole number at or below one half more."""
    of = number.settled()
    if places >= of.places and isinstance(of.over, int) and of.over == 1:
        return Numeric(of.scaled(places), None, kind)
    less = min(places, of.places)
    limit = (of.kind.limit * 2 + of.kind.over * 2) * 10**places
    inner = Number(of.places, limit)
    down_by, over = int(10 ** (of.places - less)), of.over
    scale: Over = down_by * over if isinstance(over, int) else times(over, down_by, inner)
    top = times(of.low, 2 * 10 ** (places - less), inner) + wide(_expr(scale), inner)
    below = wide(_expr(scale), inner) * 2
    up = top // below
    down = turned((below - 1 - top) // below)
    return Numeric(when(top >= 0).then(up).otherwise(down), None, kind)


def _scale(number: Numeric) -> Over:
    scale = int(10**number.places)
    if isinstance(number.over, int):
        return scale * number.over
    return times(number.over, scale, Number(number.places, Decimal(number.kind.over)))


# -- one of several


def joined(a: Numeric, b: Numeric) -> tuple[Numeric, Numeric]:
    """Two numbers as whole ones of one kind, each with its divisor where those are not fixed."""
    one, other = a.settled(), b.settled()
    kind = one.kind.or_else(other.kind)
    if kind.fixed:
        by_a, by_b, over = _overs(one, other)
        return (
            Numeric(_over_one(one, by_a, kind).low, None, kind, over),
            Numeric(_over_one(other, by_b, kind).low, None, kind, over),
        )
    return (
        Numeric(_over_one(one, 1, kind).low, None, kind, one.over),
        Numeric(_over_one(other, 1, kind).low, None, kind, other.over),
    )


def chosen(condition: Expr, a: Numeric, b: Numeric) -> Numeric:
    """One of two numbers; unknown where the condition is."""
    one, other = joined(a, b)
    low = choose(condition, one.low, other.low)
    if one.kind.fixed:
        return Numeric(low, None, one.kind, one.over)
    over = choose(condition, _expr(one.over), _expr(other.over))
    return Numeric(low, None, one.kind, over)


def choose(condition: Expr, then: Expr, other: Expr) -> Expr:
    return when(condition).then(then).otherwise(when(~condition).then(other))


def first_known(numbers: Sequence[Numeric]) -> Numeric:
    """The first of some numbers that is known."""
    kind = reduce(Number.or_else, (number.kind for number in numbers))
    if kind.fixed:
        return Numeric(coalesce(*(_brought(n, kind) for n in numbers)), None, kind, kind.over)
    # From the last to the first, so that each is written down a fixed number of times.
    found = numbers[-1]
    for number in reversed(numbers[:-1]):
        found = chosen(~number.settled().low.is_null(), number, found)
    return found


def extreme(numbers: Sequence[Numeric], *, largest: bool) -> Numeric:
    """The largest or smallest of the numbers that are known; null where none is."""
    kind = reduce(Number.or_else, (number.kind for number in numbers))
    if kind.fixed:
        pick = greatest if largest else least
        wholes = [wide(_brought(number, kind), kind) for number in numbers]
        return Numeric(pick(*wholes), None, kind, kind.over)
    # Each against all others: more comparisons than one after the other, but each written once.
    better = GreaterEqual if largest else LessEqual
    settled = [number.settled() for number in numbers]
    low, over = unknown(kind).low, whole(1)
    for one in reversed(settled):
        wins = [
            compare(better, one, other).fill_null(True) for other in settled if other is not one
        ]
        best = reduce(and_, wins, ~one.low.is_null())
        low = when(best).then(_over_one(one, 1, kind).low).otherwise(low)
        over = when(best).then(_expr(one.over)).otherwise(over)
    return Numeric(low, None, kind, over)


def all_known(numbers: Sequence[Numeric]) -> Expr:
    return reduce(and_, (~number.settled().low.is_null() for number in numbers))


def total(numbers: Sequence[Numeric]) -> Numeric:
    """The sum of some numbers that are all known."""
    kind = reduce(Number.plus, (number.kind for number in numbers))
    if not kind.fixed:
        return reduce(plus, numbers)
    # With fixed divisors all are brought to one, and added up in one go.
    wholes = [wide(_brought(number, kind), kind) for number in numbers]
    return Numeric(columns.total(*wholes), None, kind, kind.over)


def _brought(number: Numeric, kind: Number) -> Expr:
    """The whole number over the fixed divisor and with the places of another kind."""
    of = number.settled()
    factor = 10 ** (kind.places - of.places) * (kind.over // of.kind.over)
    return times(of.low, factor, kind)


def shown(number: Numeric) -> Expr:
    """The number as people read it: whole, or the nearest float."""
    value, scale = number.settled().low, _scale(number)
    if isinstance(scale, int) and scale == 1:
        return value
    by = _expr(scale)
    kind = number.kind
    if max(kind.scaled_limit(), kind.over * 10**kind.places) < FLOAT_EXACT:
        return ratio(value, by)
    # Beyond that the whole and the rest are divided apart, or 999999999999 ends in .0001.
    size = value.abs()
    parts = size // by, ratio(size % by, by)
    apart = parts[0].cast(Kind.FLOAT) + parts[1]
    small = size < FLOAT_EXACT
    if kind.over * 10**kind.places >= FLOAT_EXACT:
        small &= by < FLOAT_EXACT
    signed = when(value < 0).then(turned(apart)).otherwise(apart)
    return when(small).then(ratio(value, by)).otherwise(signed)


# -- days


def day_number(day: Expr) -> Expr:
    """Days since 1 March of the year 0, by the calendar's own arithmetic."""
    year, month = day.year().cast(Kind.WHOLE), day.month().cast(Kind.WHOLE)
    of_month = day.day().cast(Kind.WHOLE)
    early = month <= 2
    year = when(early).then(year - 1).otherwise(year)
    month = when(early).then(month + 9).otherwise(month - 3)
    in_year = (month * 153 + 2) // 5 + of_month
    return year * 365 + year // 4 - year // 100 + year // 400 + in_year


def completed_years(born: Expr, on: Expr) -> Expr:
    """Whole years from one day to another; a birthday on 29 February comes on 1 March."""
    years = on.year().cast(Kind.WHOLE) - born.year().cast(Kind.WHOLE)
    in_born = born.month().cast(Kind.WHOLE) * 100 + born.day().cast(Kind.WHOLE)
    in_on = on.month().cast(Kind.WHOLE) * 100 + on.day().cast(Kind.WHOLE)
    complete = when(in_on < in_born).then(years - 1).otherwise(years)
    return when(born <= on).then(complete)
