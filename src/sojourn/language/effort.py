"""How much work a rule makes: tables write some of its parts down several times."""

from __future__ import annotations

from sojourn.framework.nodes import Coalesce, Greatest, If, Least, Modulo, Node, RuleError, children
from sojourn.framework.types import Number

MOST_COPIES = 2_000
"""So often a plan may hold the parts of one rule; more would take seconds only to be read."""


def check_effort(rule: Node) -> None:
    """Refuse a rule whose parts stand so deep in each other that no table can be asked for it."""
    if _copies(rule, {}) > MOST_COPIES:
        raise RuleError(
            "too much is nested here: if(), min(), max(), coalesce() or mod stand inside each "
            "other. Make measures or factors of the inner parts"
        )


def _copies(node: Node, known: dict[int, int]) -> int:
    """How often the answers of a rule stand in a plan, about."""
    if id(node) in known:
        return known[id(node)]
    parts = [_copies(part, known) for part in children(node)]
    match node:
        case If():
            found = (2 if _is_fixed(node) else 4) * parts[0] + parts[1] + parts[2]
        case Least() | Greatest() | Coalesce():
            levels = (len(parts) - 1).bit_length()
            found = max(max(parts) * (3 if _is_fixed(node) else 5) ** levels, sum(parts))
        case Modulo():
            found = 3 * sum(parts)
        case _:
            found = max(1, sum(parts))
    known[id(node)] = found
    return found


def _is_fixed(node: Node) -> bool:
    return not isinstance(node.type, Number) or node.type.fixed
