"""How large an expression becomes for engines that have no names for its parts.

A table engine writes a part down as often as its outcome is needed: a divisor four times, for its
sign and its size. Divisions within divisions therefore grow quickly. A measure is computed once and
has a name, so a rule that is too large is cut into measures.
"""

from __future__ import annotations

from sojourn.framework.nodes import (
    Age,
    Coalesce,
    CodeNumber,
    Combine,
    DaysBetween,
    Decide,
    Divide,
    Greatest,
    If,
    Least,
    Modulo,
    Node,
    Round,
    Truncate,
    children,
)

LARGEST = 50_000
"""The most parts that an expression may become."""

_TIMES: dict[type, int] = {
    Age: 4,
    Coalesce: 2,
    Combine: 3,
    DaysBetween: 6,
    Decide: 6,
    Divide: 4,
    If: 2,
    Modulo: 3,
    Round: 4,
    Truncate: 3,
}


def cost(node: Node) -> int:
    """About how many parts a table engine writes down for an expression."""
    return _cost(node, {})


def _cost(node: Node, known: dict[int, int]) -> int:
    """The same, where what stands in several places is counted in each but looked at once."""
    if id(node) not in known:
        known[id(node)] = _own_cost(node, sum(_cost(part, known) for part in children(node)))
    return known[id(node)]


def _own_cost(node: Node, parts: int) -> int:
    match node:
        case Least(several) | Greatest(several):
            return 1 + parts * (len(several) + 1)
        case CodeNumber():
            return 1 + parts * len(node.values)
        case _:
            return 1 + parts * _TIMES.get(type(node), 1)
