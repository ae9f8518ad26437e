"""Which cells are withheld: the sensitive ones, and as few others as keep them from being found.

Small releases are solved to the cheapest pattern (`cuts`); larger ones, and those for which time
runs out, get a pattern that is as safe but may withhold more (`flows`). Both treat all tables of a
release as one. Whether the pattern is safe is judged elsewhere, by `attacker`.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

import numpy as np

from sojourn.disclosure.cuts import Cheapest, cheapest
from sojourn.disclosure.flows import spread
from sojourn.disclosure.rules import Protection, Reason, Rules
from sojourn.disclosure.system import Bools, System
from sojourn.disclosure.tables import Key
from sojourn.disclosure.task import Task

_EXACT_CELLS = 400
_EXACT_SENSITIVE = 40
_WIDER = 2.0


@dataclass(frozen=True)
class Plan:
    """What is withheld, and why, for the office alone: it tells which cells are small.

    `optimal`: no safe pattern loses less; otherwise `bound` is what any loses at least, 0 where
    nothing is known. `loss` is what this one loses beyond the sensitive cells.
    """

    withheld: Mapping[Key, Reason]
    optimal: bool
    loss: float
    bound: float

    @property
    def complementary(self) -> int:
        """How many cells are withheld for the sake of others."""
        return sum(reason is Reason.COMPLEMENTARY for reason in self.withheld.values())


def plan(
    system: System,
    rules: Rules,
    needed: Mapping[int, Protection] | None = None,
    *,
    seconds: float = 10.0,
    wider: Set[int] = frozenset(),
) -> Plan:
    """Chooses what to withhold.

    `needed` are the protections, by default those of the rules. `seconds` bounds the search for
    the cheapest pattern; a safe one is found first. Cells in `wider` get twice the protection: the
    attacker counts people in whole numbers, which the search here does not.

    Raises `DisclosureError` where a sensitive cell cannot be hidden.
    """
    if needed is None:
        needed = rules.sensitive(system)
    levels = {
        at: _widened(system, at, each) if at in wider else each for at, each in needed.items()
    }
    task = Task.of(system, rules, levels)
    found = Cheapest(task.must, optimal=True, bound=0.0)
    if needed:
        small = len(system.keys) <= _EXACT_CELLS and len(needed) <= _EXACT_SENSITIVE
        safe = spread(task, min(seconds / 10, 1.5))
        found = cheapest(task, safe, seconds) if small else Cheapest(safe, False, 0.0)
    return Plan(
        withheld=_reasons(system, found.pattern, needed),
        optimal=found.optimal,
        loss=task.loss(found.pattern),
        bound=found.bound,
    )


def _reasons(system: System, pattern: Bools, needed: Mapping[int, Protection]) -> dict[Key, Reason]:
    reasons: dict[Key, Reason] = {}
    for at in np.flatnonzero(pattern & ~system.hidden):
        here = int(at)
        if here in needed:
            reasons[system.keys[here]] = needed[here].reason
        elif system.kept[here]:
            reasons[system.keys[here]] = Reason.EARLIER
        else:
            reasons[system.keys[here]] = Reason.COMPLEMENTARY
    return reasons


def _widened(system: System, at: int, needed: Protection) -> Protection:
    """Twice as much, but not below what a value can be."""
    room = float(system.values[at] - system.floor[at])
    return replace(
        needed,
        lower=max(needed.lower, min(needed.lower * _WIDER, room)),
        upper=needed.upper * _WIDER,
        sliding=needed.sliding * _WIDER,
    )
