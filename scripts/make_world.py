#!/usr/bin/env python3
"""Makes the map of the journey: the outline of the land and one point for each country.

    npm install world-atlas@2 i18n-iso-countries@7
    scripts/make_world.py node_modules src/sojourn/web/journeys/world.json

Both come from Natural Earth (public domain), as TopoJSON in the npm package `world-atlas`: land at
1:110m, countries at 1:50m. `i18n-iso-countries` says which number is which code. The point of a
country is the one farthest from the edges of its largest part, so that it lies inside it.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Point = tuple[float, float]
Ring = list[Point]

_TENTHS = 10
_FINEST = 0.02

# Too small to be drawn at 1:50m, or part of another country there. Points read off by hand.
_BY_HAND: dict[str, Point] = {
    "AC": (-14.4, -8.0),
    "BQ": (-68.3, 12.2),
    "BV": (3.4, -54.4),
    "CC": (96.8, -12.2),
    "CP": (-109.2, 10.3),
    "CQ": (-2.4, 49.4),
    "CX": (105.6, -10.5),
    "DG": (72.4, -7.3),
    "EA": (-5.3, 35.9),
    "GF": (-53.2, 3.9),
    "GI": (-5.4, 36.1),
    "GP": (-61.5, 16.2),
    "IC": (-15.6, 28.3),
    "MQ": (-61.0, 14.7),
    "RE": (55.5, -21.1),
    "SJ": (16.0, 78.5),
    "TA": (-12.3, -37.1),
    "TK": (-171.8, -9.2),
    "TV": (179.2, -8.5),
    "UM": (-169.5, 16.7),
    "XK": (20.9, 42.6),
    "YT": (45.1, -12.8),
}


def main(modules: Path, target: Path) -> None:
    land = json.loads((modules / "world-atlas/land-110m.json").read_text())
    countries = json.loads((modules / "world-atlas/countries-50m.json").read_text())
    codes = json.loads((modules / "i18n-iso-countries/codes.json").read_text())
    two_letters = {number: two for two, _three, number, *_rest in codes}
    points = dict(_BY_HAND)
    for shape in countries["objects"]["countries"]["geometries"]:
        code = two_letters.get(shape.get("id", ""))
        if code is not None:
            points[code] = inside(max(polygons(countries, shape), key=lambda p: abs(area(p[0]))))
    world = {
        "source": "Natural Earth, public domain: land 1:110m, countries 1:50m",
        "tenths": "land holds rings of steps in tenths of a degree, the first from 0, 0",
        "land": [steps(ring) for p in outlines(land) for ring in p],
        "points": {code: [round(each, 1) for each in points[code]] for code in sorted(points)},
    }
    target.write_text(json.dumps(world, separators=(",", ":")).replace(',"', ',\n"') + "\n")


def outlines(topology: dict[str, Any]) -> Iterator[list[Ring]]:
    for shape in topology["objects"]["land"]["geometries"]:
        yield from polygons(topology, shape)


def polygons(topology: dict[str, Any], shape: dict[str, Any]) -> list[list[Ring]]:
    """The parts of a shape, each as its outer ring and its holes, in degrees."""
    found = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    return [[_ring(topology, arcs) for arcs in polygon] for polygon in found]


def _ring(topology: dict[str, Any], arcs: Sequence[int]) -> Ring:
    (sx, sy), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    ring: Ring = []
    for number in arcs:
        x = y = 0
        line: Ring = []
        for step in topology["arcs"][number if number >= 0 else ~number]:
            x, y = x + step[0], y + step[1]
            line.append((x * sx + dx, y * sy + dy))
        ring += (line if number >= 0 else line[::-1])[1 if ring else 0 :]
    return ring


def steps(ring: Ring) -> list[int]:
    """A ring as whole tenths of a degree, each point as the way from the one before."""
    flat: list[int] = []
    x = y = 0
    for lon, lat in ring:
        nx, ny = round(lon * _TENTHS), round(lat * _TENTHS)
        if not flat or (nx, ny) != (x, y):
            flat += [nx - x, ny - y]
        x, y = nx, ny
    return flat


def area(ring: Ring) -> float:
    around = zip(ring, ring[1:] + ring[:1], strict=True)
    return sum(
        (x2 - x1) * (math.sin(math.radians(y1)) + math.sin(math.radians(y2)))
        for (x1, y1), (x2, y2) in around
    )


def inside(polygon: list[Ring]) -> Point:
    """The point of a grid that is farthest from every edge, looked for ever more finely."""
    xs, ys = [p[0] for p in polygon[0]], [p[1] for p in polygon[0]]
    middle, size = (
        ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2),
        max(max(xs) - min(xs), max(ys) - min(ys)),
    )
    best = middle
    while size > _FINEST:
        grid = [
            (best[0] + size * i / 16, best[1] + size * j / 16)
            for i in range(-8, 9)
            for j in range(-8, 9)
        ]
        best = max([best, *grid], key=lambda point: depth(point, polygon))
        size /= 4
    return best


def depth(point: Point, polygon: list[Ring]) -> float:
    """How far inside a point lies; less than nothing outside."""
    x, y = point
    wide = math.cos(math.radians(y))
    within, near = False, math.inf
    for ring in polygon:
        for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                within = not within
            ax, ay, bx, by = (x1 - x) * wide, y1 - y, (x2 - x1) * wide, y2 - y1
            along = -(ax * bx + ay * by) / ((bx * bx + by * by) or 1)
            along = min(1.0, max(0.0, along))
            near = min(near, math.hypot(ax + along * bx, ay + along * by))
    return near if within else -near


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
