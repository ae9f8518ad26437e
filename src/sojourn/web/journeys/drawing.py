"""The map of a journey as plain shapes: land, one mark for each country, lines in between.

A country is marked at one point that stands for all of it (see `world.json`), so the map shows no
more than the names of the countries do. The extent follows from the countries alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

Point = tuple[float, float]

_WIDTH = 520
_MARGIN = 0.22
_LEAST = 40.0  # degrees from south to north: a region, never a single country
_SHAPE = 3 / 2
_SOUTH, _NORTH = -58.0, 78.0
_EAST = 180.0
_HIGH = 28
_FIGURE = 11
_MOST_LINES = 11
_GAP = 5
_RING = 5
_ROUNDS = 150
_MOVED = 6.0


@dataclass(frozen=True)
class Mark:
    """A country: its point, and the label with the numbers of its places, which may stand aside."""

    x: float
    y: float
    label_x: float
    label_y: float
    width: int
    text: str
    is_present: bool

    @property
    def left(self) -> float:
        return self.label_x - self.width / 2

    @property
    def top(self) -> float:
        return self.label_y - _HIGH / 2

    @property
    def height(self) -> int:
        return _HIGH

    @property
    def round(self) -> float:
        return _HIGH / 2

    @property
    def baseline(self) -> float:
        return self.label_y + 6

    @property
    def ring_left(self) -> float:
        return self.left - _RING

    @property
    def ring_top(self) -> float:
        return self.top - _RING

    @property
    def ring_width(self) -> int:
        return self.width + 2 * _RING

    @property
    def ring_height(self) -> int:
        return _HIGH + 2 * _RING

    @property
    def ring_round(self) -> float:
        return self.round + _RING

    @property
    def is_aside(self) -> bool:
        """Whether the label had to make room, so that a line leads to it."""
        return math.hypot(self.label_x - self.x, self.label_y - self.y) > _MOVED


@dataclass(frozen=True)
class Line:
    """The way from one country to the next, and its arrow: where it stands and how it turns."""

    path: str
    arrow: str


@dataclass(frozen=True)
class Drawing:
    """Everything on the map, in units of its view."""

    width: int
    height: int
    land: str
    grid: str
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class _View:
    """What part of the world is seen, in degrees, and how it becomes units.

    Degrees of longitude are shortened as they are in the middle of the view.
    """

    west: float
    east: float
    south: float
    north: float

    @property
    def narrowing(self) -> float:
        return math.cos(math.radians((self.south + self.north) / 2))

    @property
    def scale(self) -> float:
        return _WIDTH / ((self.east - self.west) * self.narrowing)

    @property
    def height(self) -> int:
        return round((self.north - self.south) * self.scale)

    def at(self, point: Point) -> Point:
        lon, lat = point
        return (lon - self.west) * self.narrowing * self.scale, (self.north - lat) * self.scale


def draw(countries: Sequence[str], *, ends_here: bool) -> Drawing | None:
    """The map of countries in their order; None where none of them is known to it.

    `ends_here` says that the person is in the last one now.
    """
    points = _points()
    numbers: dict[str, list[int]] = {}
    for number, code in enumerate(countries, start=1):
        if code in points:
            numbers.setdefault(code, []).append(number)
    if not numbers:
        return None
    view = _view([points[code] for code in numbers])
    here = countries[-1] if ends_here else ""
    texts = {code: "·".join(map(str, each)) for code, each in numbers.items()}
    spots = {code: view.at(points[code]) for code in numbers}
    labels = _apart(spots, {code: _wide(text) for code, text in texts.items()}, view)
    marks = tuple(
        Mark(*spots[code], *labels[code], _wide(text), text, code == here)
        for code, text in texts.items()
    )
    shown = [code for code in countries if code in points]
    ways = dict.fromkeys((one, two) for one, two in pairwise(shown) if one != two)
    lines = tuple(_line(labels[one], labels[two]) for one, two in ways)
    return Drawing(_WIDTH, view.height, _land(view), _grid(view), lines, marks)


def _view(points: Sequence[Point]) -> _View:
    """The part of the world around points: with a margin, a region at least."""
    lons, lats = [lon for lon, _lat in points], [lat for _lon, lat in points]
    middle = (min(lats) + max(lats)) / 2
    high = max((max(lats) - min(lats)) * (1 + 2 * _MARGIN), _LEAST)
    narrowing = math.cos(math.radians(middle))
    wide = max((max(lons) - min(lons)) * (1 + 2 * _MARGIN), high * _SHAPE / narrowing)
    high = max(high, wide * narrowing / _SHAPE)
    south, north = _within(middle, high, _SOUTH, _NORTH)
    west, east = _within((min(lons) + max(lons)) / 2, wide, -_EAST, _EAST)
    return _View(west, east, south, north)


def _within(middle: float, size: float, least: float, most: float) -> tuple[float, float]:
    """A stretch around a middle, moved so that it does not reach beyond the world."""
    size = min(size, most - least)
    low = min(max(middle - size / 2, least), most - size)
    return low, low + size


def _wide(text: str) -> int:
    return max(_HIGH, _FIGURE * len(text) + 12)


def _apart(spots: dict[str, Point], wide: dict[str, int], view: _View) -> dict[str, Point]:
    """Where labels stand: at their points, or pushed from each other until none covers another."""
    places = {code: list(spot) for code, spot in spots.items()}
    codes = list(places)
    for _round in range(_ROUNDS):
        moved = False
        for at, one in enumerate(codes):
            for two in codes[at + 1 :]:
                moved |= _push(places[one], places[two], (wide[one] + wide[two]) / 2)
        for code, place in places.items():
            _keep_inside(place, wide[code], view)
        if not moved:
            break
    return {code: (x, y) for code, (x, y) in places.items()}


def _keep_inside(place: list[float], wide: int, view: _View) -> None:
    for axis, size, whole in ((0, wide, _WIDTH), (1, _HIGH, view.height)):
        edge = size / 2 + _RING + 2
        place[axis] = min(max(place[axis], edge), whole - edge)


def _push(one: list[float], two: list[float], wide: float) -> bool:
    """Moves two labels from each other the shorter way; False where they are apart."""
    dx, dy = two[0] - one[0], two[1] - one[1]
    over_x, over_y = wide + _GAP - abs(dx), _HIGH + _GAP - abs(dy)
    if over_x <= 0 or over_y <= 0:
        return False
    axis, over, sign = (0, over_x, dx >= 0) if over_x < over_y else (1, over_y, dy >= 0)
    step = (over / 2 + 0.1) * (1 if sign else -1)
    one[axis] -= step
    two[axis] += step
    return True


def _line(one: Point, two: Point) -> Line:
    """A slight bow to one side, so that a way back does not lie on the way there."""
    dx, dy = two[0] - one[0], two[1] - one[1]
    bow = (one[0] + two[0]) / 2 + dy * 0.16, (one[1] + two[1]) / 2 - dx * 0.16
    # Three fifths of the way, where no label stands, and the direction of the bow there.
    t = 0.56
    x, y = (
        (1 - t) ** 2 * a + 2 * (1 - t) * t * b + t * t * c
        for a, b, c in zip(one, bow, two, strict=True)
    )
    turn = math.degrees(
        math.atan2(
            (1 - t) * (bow[1] - one[1]) + t * (two[1] - bow[1]),
            (1 - t) * (bow[0] - one[0]) + t * (two[0] - bow[0]),
        )
    )
    path = f"M{one[0]:.1f} {one[1]:.1f}Q{bow[0]:.1f} {bow[1]:.1f} {two[0]:.1f} {two[1]:.1f}"
    return Line(path, f"translate({x:.1f} {y:.1f}) rotate({turn:.0f})")


def _land(view: _View) -> str:
    """The outline of the land in the view."""
    parts = []
    for ring in _rings():
        seen = _clip(ring, view)
        if seen:
            drawn = [view.at(point) for point in seen]
            parts.append("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in drawn) + "Z")
    return "".join(parts)


def _clip(ring: Sequence[Point], view: _View) -> list[Point]:
    """The part of a ring in the view and a little around it, so that no edge is drawn inside."""
    room = 1.0
    sides = (
        (0, view.west - room, 1),
        (0, view.east + room, -1),
        (1, view.south - room, 1),
        (1, view.north + room, -1),
    )
    kept = list(ring)
    for axis, limit, sign in sides:
        before, kept = kept, []
        for one, two in zip(before, before[1:] + before[:1], strict=True):
            in_one, in_two = (sign * (each[axis] - limit) >= 0 for each in (one, two))
            if in_one:
                kept.append(one)
            if in_one != in_two:
                share = (limit - one[axis]) / (two[axis] - one[axis])
                other = one[1 - axis] + share * (two[1 - axis] - one[1 - axis])
                kept.append((limit, other) if axis == 0 else (other, limit))
    return kept


def _grid(view: _View) -> str:
    """Lines of longitude and latitude, a few of them."""
    step = next((s for s in (5, 10, 20) if (view.east - view.west) / s <= _MOST_LINES), 30)
    upright = (view.at((lon, view.north))[0] for lon in _every(step, view.west, view.east))
    level = (view.at((view.west, lat))[1] for lat in _every(step, view.south, view.north))
    return "".join(
        [*(f"M{x:.0f} 0V{view.height}" for x in upright), *(f"M0 {y:.0f}H{_WIDTH}" for y in level)]
    )


def _every(step: int, low: float, high: float) -> Iterable[int]:
    return range(math.ceil(low / step) * step, math.floor(high / step) * step + 1, step)


@lru_cache(maxsize=1)
def _world() -> dict[str, object]:
    text = (Path(__file__).parent / "world.json").read_text(encoding="utf-8")
    world: dict[str, object] = json.loads(text)
    return world


@lru_cache(maxsize=1)
def _points() -> dict[str, Point]:
    found: dict[str, list[float]] = _world()["points"]  # type: ignore[assignment]  # as it is made
    return {code: (lon, lat) for code, (lon, lat) in found.items()}


@lru_cache(maxsize=1)
def _rings() -> tuple[tuple[Point, ...], ...]:
    """The outlines of the land in degrees, from steps in tenths of them."""
    flat: list[list[int]] = _world()["land"]  # type: ignore[assignment]  # as it is made
    rings = []
    for steps in flat:
        x = y = 0
        ring = []
        for dx, dy in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + dx, y + dy
            ring.append((x / 10, y / 10))
        rings.append(tuple(ring))
    return tuple(rings)
