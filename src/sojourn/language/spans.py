"""Which numbers something can be, never fewer than it really can: a few values, or a span."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

MOST_VALUES = 400
"""Values that are told apart; more are kept as the span they lie in."""


@dataclass(frozen=True)
class Numbers:
    """The numbers from `low` to `high` (None: no end), or only `values` where they are known."""

    low: Fraction | None = None
    high: Fraction | None = None
    whole: bool = False
    values: frozenset[Fraction] | None = None

    def near(self, cuts: Iterable[Fraction]) -> tuple[Fraction, ...]:
        """One number for every way to lie among some cut-offs: on one, or between two."""
        lines = sorted(set(cuts))
        if self.values is not None:
            found = {_place(value, lines): value for value in sorted(self.values)}
            return tuple(found.values())
        ends = [end for end in (self.low, self.high) if end is not None]
        points = sorted({*lines, *ends}) or [Fraction(0)]
        middles = [(a + b) / 2 for a, b in pairwise(points)]
        tried = {points[0] - 1, *points, *middles, points[-1] + 1}
        if self.whole:
            tried = {Fraction(step(p)) + by for p in tried for step in (floor, ceil) for by in _BY}
        by_place = {_place(p, lines): p for p in sorted(tried) if self._holds(p)}
        return tuple(by_place.values())

    def _holds(self, value: Fraction) -> bool:
        above = self.low is None or value >= self.low
        return above and (self.high is None or value <= self.high)

    def apart(self, other: Numbers) -> bool:
        """Whether no number can be both."""
        if self.values is not None and other.values is not None:
            return not self.values & other.values
        return self.below(other) or other.below(self)

    def below(self, other: Numbers) -> bool:
        """Whether every number here is smaller than every number there."""
        return self.high is not None and other.low is not None and self.high < other.low


_BY = (-1, 0, 1)
ANY = Numbers()
COUNT = Numbers(Fraction(0), None, whole=True)


def of_values(values: Iterable[Fraction | int]) -> Numbers:
    found = frozenset(Fraction(value) for value in values)
    whole = all(value.denominator == 1 for value in found)
    low, high = min(found, default=None), max(found, default=None)
    return Numbers(low, high, whole, found if len(found) <= MOST_VALUES else None)


def between(low: Fraction | None, high: Fraction | None, *, whole: bool) -> Numbers:
    """A span; a short one of whole numbers as its values."""
    if whole and low is not None and high is not None and high - low < MOST_VALUES:
        return of_values(range(ceil(low), floor(high) + 1))
    return Numbers(low, high, whole)


def either(parts: Iterable[Numbers]) -> Numbers:
    """What is one of several."""
    found = list(parts)
    if len(found) == 1:
        return found[0]
    if found and all(part.values is not None for part in found):
        return of_values(value for part in found for value in part.values or ())
    return Numbers(
        _end([part.low for part in found], min),
        _end([part.high for part in found], max),
        all(part.whole for part in found),
    )


def spread(parts: Iterable[Numbers]) -> Numbers:
    """Whatever lies between the ends of several, such as their mean."""
    joined = either(parts)
    return Numbers(joined.low, joined.high)


def added(a: Numbers, b: Numbers) -> Numbers:
    exact = _pairs(a, b, lambda x, y: x + y)
    return exact or Numbers(_plus(a.low, b.low), _plus(a.high, b.high), a.whole and b.whole)


def negated(a: Numbers) -> Numbers:
    return times(a, Fraction(-1))


def times(a: Numbers, factor: Fraction) -> Numbers:
    """All numbers multiplied by a fixed one."""
    if a.values is not None:
        return of_values(value * factor for value in a.values)
    ends = [None if end is None else end * factor for end in (a.low, a.high)]
    low, high = ends if factor >= 0 else reversed(ends)
    return Numbers(low, high, a.whole and factor.denominator == 1)


def multiplied(a: Numbers, b: Numbers) -> Numbers:
    for one, other in ((a, b), (b, a)):
        if one.values is not None and len(one.values) == 1:
            return times(other, next(iter(one.values)))
    exact = _pairs(a, b, lambda x, y: x * y)
    if exact is not None:
        return exact
    whole = a.whole and b.whole
    if None in (a.low, a.high, b.low, b.high):
        positive = all(n.low is not None and n.low >= 0 for n in (a, b))
        return Numbers(Fraction(0) if positive else None, None, whole)
    ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high) if x is not None and y]
    return Numbers(min([*ends, Fraction(0)]), max([*ends, Fraction(0)]), whole)


def mapped(
    a: Numbers, change: Callable[[Fraction], Fraction], *, whole: bool | None = None
) -> Numbers:
    """All numbers changed by something that keeps their order."""
    if a.values is not None:
        return of_values(change(value) for value in a.values)
    ends = [None if end is None else change(end) for end in (a.low, a.high)]
    return Numbers(ends[0], ends[1], a.whole if whole is None else whole)


def sized(a: Numbers) -> Numbers:
    """All numbers without their sign."""
    if a.values is not None:
        return of_values(abs(value) for value in a.values)
    if a.low is not None and a.low >= 0:
        return a
    high = None if a.low is None or a.high is None else max(abs(a.low), abs(a.high))
    return Numbers(Fraction(0), high, a.whole)


def _pairs(
    a: Numbers, b: Numbers, join: Callable[[Fraction, Fraction], Fraction]
) -> Numbers | None:
    if a.values is None or b.values is None or len(a.values) * len(b.values) > 40_000:
        return None
    return of_values({join(x, y) for x in a.values for y in b.values})


def _plus(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    return None if a is None or b is None else a + b


def _end(
    ends: list[Fraction | None], pick: Callable[[list[Fraction]], Fraction]
) -> Fraction | None:
    known = [end for end in ends if end is not None]
    return pick(known) if known and len(known) == len(ends) else None


def _place(value: Fraction, lines: list[Fraction]) -> tuple[int, bool]:
    """Between or on which cut-offs a value lies."""
    return sum(line < value for line in lines), value in lines
