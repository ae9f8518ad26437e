"""A small picture of a group: one row for each generation, a line from parents to children.

It says nothing that the list beside it does not say, and is hidden from screen readers.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sojourn.web.kin.lines import MemberLine
from sojourn.web.kin.models import Relation
from sojourn.web.kin.rules import RelationKind

BOX_WIDTH, BOX_HEIGHT, GAP, STEP, MARGIN = 132, 40, 20, 92, 12
_DOWN = {RelationKind.PARENT: 1, RelationKind.GUARDIAN: 1, RelationKind.CARER: 1}
_DOWN |= {RelationKind.GRANDPARENT: 2}
_LEVEL = frozenset({RelationKind.SPOUSE, RelationKind.SIBLING})
_LETTERS = 15
_AT_MOST = 12


@dataclass(frozen=True)
class Box:
    """One person."""

    x: int
    y: int
    text: str

    @property
    def middle(self) -> int:
        return self.x + BOX_WIDTH // 2

    @property
    def baseline(self) -> int:
        return self.y + BOX_HEIGHT // 2 + 5


@dataclass(frozen=True)
class Line:
    """What joins two people."""

    x1: int
    y1: int
    x2: int
    y2: int
    is_unsafe: bool


@dataclass(frozen=True)
class Drawing:
    """Boxes and lines in a picture of this size."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]

    @property
    def view_width(self) -> int:
        return self.width + 2 * MARGIN

    @property
    def view_height(self) -> int:
        return self.height + 2 * MARGIN


def drawing(members: Sequence[MemberLine]) -> Drawing | None:
    """The picture of those whose files are open; None where nothing joins them or they are many."""
    shown = [line for line in members if line.who.is_open]
    present = {line.membership.person_id for line in shown}
    ties = {
        tie.relation
        for line in shown
        for tie in line.relations
        if {tie.relation.person_id, tie.relation.other_id} <= present
    }
    if not ties or len(shown) > _AT_MOST:
        return None
    rows = _rows([line.membership.person_id for line in shown], list(ties))
    widest = max(len(row) for row in rows)
    width = widest * (BOX_WIDTH + GAP) - GAP
    names = {
        line.membership.person_id: line.who.identity.names.shown
        for line in shown
        if line.who.identity is not None
    }
    boxes: dict[uuid.UUID, Box] = {}
    for at, row in enumerate(rows):
        start = (width - len(row) * (BOX_WIDTH + GAP) + GAP) // 2
        for place, pk in enumerate(row):
            text = names[pk] if len(names[pk]) <= _LETTERS else f"{names[pk][: _LETTERS - 1]}…"
            boxes[pk] = Box(start + place * (BOX_WIDTH + GAP), at * STEP, text)
    return Drawing(
        width,
        (len(rows) - 1) * STEP + BOX_HEIGHT,
        tuple(boxes.values()),
        tuple(
            _line(boxes[tie.person_id], boxes[tie.other_id], is_unsafe=tie.is_unsafe)
            for tie in sorted(ties, key=lambda tie: tie.pk)
        ),
    )


def _rows(people: list[uuid.UUID], ties: list[Relation]) -> list[list[uuid.UUID]]:
    """People in rows, older generations above. What contradicts itself stays where it is."""
    level = dict.fromkeys(people, 0)
    for _round in people:
        for tie in ties:
            kind = RelationKind(tie.kind)
            above, below = level[tie.person_id], level[tie.other_id]
            if kind in _DOWN and below < above + _DOWN[kind]:
                level[tie.other_id] = min(above + _DOWN[kind], len(people) - 1)
            elif kind in _LEVEL:
                level[tie.person_id] = level[tie.other_id] = max(above, below)
    found = sorted(set(level.values()))
    return [[pk for pk in people if level[pk] == each] for each in found]


def _line(one: Box, other: Box, *, is_unsafe: bool) -> Line:
    """From below the upper box to above the lower one, or between neighbours."""
    if one.y == other.y:
        left, right = sorted((one, other), key=lambda box: box.x)
        if right.x - left.x <= BOX_WIDTH + GAP:
            y = left.y + BOX_HEIGHT // 2
            return Line(left.x + BOX_WIDTH, y, right.x, y, is_unsafe)
        return Line(left.middle, left.y + BOX_HEIGHT, right.middle, right.y + BOX_HEIGHT, is_unsafe)
    upper, lower = sorted((one, other), key=lambda box: box.y)
    return Line(upper.middle, upper.y + BOX_HEIGHT, lower.middle, lower.y, is_unsafe)
