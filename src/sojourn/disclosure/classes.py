"""How many people stand behind a figure, told in classes and never as a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sojourn.disclosure.attacker import Attacker, Knowledge
from sojourn.disclosure.rules import Protection, Reason, Rules
from sojourn.disclosure.system import Bools, Floats, System

_STARTS = (10, 20, 50, 100, 200, 500, 1000)
_FINE_CELLS = 400
"""Above so many cells, classes are told as "10 or more" without asking for more."""


def class_starts(rules: Rules) -> tuple[int, ...]:
    """Where classes begin: at the fewest people of a published figure, then at round numbers that
    leave at least half as many numbers of people in each class, and five."""
    least = rules.people
    return (least, *(start for start in _STARTS if start >= least + max(5, least // 2)))


def people_classes(
    system: System, withheld: Bools, needed: Mapping[int, Protection], rules: Rules
) -> list[str | None]:
    """The class of every cell; None where it is withheld, hidden, or counts people itself.

    Numbers of people add up as values do, so classes of other cells could tell how few stand
    behind a withheld one. They are attacked, too: where they would leave fewer numbers open than
    make a cell publishable, all classes are told only as so many or more.
    """
    starts = class_starts(rules)
    told = system.printed & ~(withheld | system.hidden | system.whole)
    fine = len(system.keys) <= _FINE_CELLS and _is_safe(system, told, needed, rules)
    if not fine:
        starts = starts[:1]
    return [
        _name(system.cells[at].n, starts) if told[at] else None for at in range(len(system.keys))
    ]


def _name(n: int, starts: tuple[int, ...]) -> str | None:
    if n == 0:
        return "0"
    begun = [start for start in starts if start <= n]
    if not begun:
        return None
    if len(begun) == len(starts):
        return f"{begun[-1]}+"
    return f"{begun[-1]}-{starts[len(begun)] - 1}"


def _limits(system: System, told: Bools, starts: tuple[int, ...]) -> tuple[Floats, Floats]:
    low, high = np.zeros(len(told)), np.full(len(told), np.inf)
    for at in np.flatnonzero(told):
        n = system.cells[int(at)].n
        begun = [start for start in starts if start <= n]
        if n == 0:
            high[at] = 0.0
        elif begun:
            low[at] = begun[-1]
            high[at] = starts[len(begun)] - 1 if len(begun) < len(starts) else np.inf
    low[system.structural], high[system.structural] = 0.0, 0.0
    return low, high


def _is_safe(system: System, told: Bools, needed: Mapping[int, Protection], rules: Rules) -> bool:
    """Whether classes leave open how many people stand behind each cell with few of them."""
    few = {
        at: Protection(Reason.FEW_PEOPLE, sliding=float(rules.people - 1))
        for at in needed
        if 0 < system.cells[at].n < rules.people and not system.whole[at]
    }
    if not few:
        return True
    people = system.people
    sums = [
        one for one in system.sums if people[list(one.parts)].sum() == people[one.whole]
    ]  # people of whom something is missing may not add up; then nothing follows from them
    of_people = replace(
        system,
        cells=tuple(replace(cell, value=float(cell.n)) for cell in system.cells),
        sums=tuple(sums),
        whole=np.ones(len(people), dtype=np.bool_),
        floor=np.zeros(len(people)),
    )
    low, high = _limits(system, told, class_starts(rules))
    return Attacker(of_people, Knowledge(low, high)).audit(few, exact=False).passed
