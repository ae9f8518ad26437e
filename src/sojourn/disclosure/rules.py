"""Which cells are sensitive, by rules that have names and parameters, and how well to hide them.

Sources: A. Hundepool and others: *Statistical Disclosure Control* (Wiley 2012), chapter 4, for the
threshold, dominance and p-percent rules and the protection levels that go with them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, ClassVar

from sojourn.disclosure.problems import DisclosureError
from sojourn.disclosure.system import System


class Reason(StrEnum):
    """Why a cell is withheld."""

    FEW_PEOPLE = "few_people"
    FEW_UNITS = "few_units"
    DOMINANCE = "dominance"
    P_PERCENT = "p_percent"
    ALL_SHARE = "all_share"
    ZERO = "zero"
    EARLIER = "earlier"
    COMPLEMENTARY = "complementary"
    CONFIDENTIAL = "confidential"


@dataclass(frozen=True)
class Protection:
    """How little may be known of a cell, in the unit of its value.

    An attacker must hold it possible that the value is lower by `lower`, that it is higher by
    `upper`, and that it is anything in a stretch of `sliding`.
    """

    reason: Reason
    lower: float = 0.0
    upper: float = 0.0
    sliding: float = 0.0

    def per(self, unit: float) -> Protection:
        """The same in another unit."""
        return Protection(self.reason, self.lower / unit, self.upper / unit, self.sliding / unit)

    def joined(self, other: Protection | None) -> Protection:
        """Both at once; the reason is that of the first."""
        if other is None:
            return self
        return Protection(
            self.reason,
            max(self.lower, other.lower),
            max(self.upper, other.upper),
            max(self.sliding, other.sliding),
        )


@dataclass(frozen=True)
class Rule(ABC):
    """A named rule: whether a cell is sensitive, and if so how well it has to be hidden."""

    name: ClassVar[str]

    @abstractmethod
    def protection(self, system: System, at: int) -> Protection | None:
        """What the cell at this place needs; None where the rule does not find it sensitive."""


@dataclass(frozen=True)
class MinimumPeople(Rule):
    """Fewer people than `people` stand behind the cell, and at least one.

    The attacker must hold possible one person fewer, as many people as make a cell publishable,
    and a stretch of `people` people; a person counts as much as on average in the cell.
    """

    name: ClassVar[str] = "minimum_people"
    people: int = 10

    def protection(self, system: System, at: int) -> Protection | None:
        cell = system.cells[at]
        if not 0 < cell.n < self.people:
            return None
        return _missing(Reason.FEW_PEOPLE, system, at, cell.n, self.people)


@dataclass(frozen=True)
class MinimumUnits(Rule):
    """The people of the cell come from fewer sampled units (places, as a rule) than `units`.

    Where it is not known from how many they come, the rule says nothing. Protection is as with
    people: units take their place.
    """

    name: ClassVar[str] = "minimum_units"
    units: int = 2

    def protection(self, system: System, at: int) -> Protection | None:
        cell = system.cells[at]
        if cell.psus is None or cell.n == 0 or cell.psus >= self.units:
            return None
        return _missing(Reason.FEW_UNITS, system, at, max(cell.psus, 1), self.units)


@dataclass(frozen=True)
class Dominance(Rule):
    """The (n, k) rule: the `largest` one or two contributions make more than `percent` of a cell.

    The attacker must hold possible a total of which they would make `percent`, and as much less.
    """

    name: ClassVar[str] = "dominance"
    largest: int = 2
    percent: float = 85.0

    def __post_init__(self) -> None:
        if self.largest not in (1, 2) or not 0 < self.percent < 100:
            raise DisclosureError(
                "the dominance rule looks at the largest 1 or 2 contributions and at a per cent "
                "between 0 and 100"
            )

    def protection(self, system: System, at: int) -> Protection | None:
        cell = system.cells[at]
        if cell.largest is None:
            return None
        top = cell.largest + ((cell.second or 0.0) if self.largest == 2 else 0.0)
        needed = top * 100 / self.percent - cell.value
        return _around(Reason.DOMINANCE, needed) if top > 0 and needed > 0 else None


@dataclass(frozen=True)
class PPercent(Rule):
    """The p-percent rule: the second largest contributor could know the largest one to `percent`.

    That is so where all others together are less than that share of the largest contribution.
    """

    name: ClassVar[str] = "p_percent"
    percent: float = 10.0

    def protection(self, system: System, at: int) -> Protection | None:
        cell = system.cells[at]
        if cell.largest is None or cell.largest <= 0:
            return None
        others = cell.value - cell.largest - (cell.second or 0.0)
        needed = cell.largest * self.percent / 100 - others
        return _around(Reason.P_PERCENT, needed) if needed > 0 else None


@dataclass(frozen=True)
class AllShare(Rule):
    """All of a group share one of these `attributes`: the cell is as large as a sum it is part of.

    Whoever is known to belong to the group then has the attribute, however large the group is.
    Nothing is found where the other parts are zeros that everybody knows, or where there are none.
    The attacker must hold possible that `doubt` of the group do not have it.
    """

    name: ClassVar[str] = "all_share"
    attributes: tuple[str, ...] = ()
    doubt: float = 0.1

    def protection(self, system: System, at: int) -> Protection | None:
        cell = system.cells[at]
        if cell.n == 0:
            return None
        for one in system.sums_of[at]:
            others = [system.cells[part] for part in one.parts if part != at]
            open_ = [other for other in others if not other.structural]
            if one.variable in self.attributes and open_ and not any(o.n for o in open_):
                return Protection(Reason.ALL_SHARE, lower=self.doubt * abs(cell.value))
        return None


@dataclass(frozen=True)
class Zeros(Rule):
    """Nobody stands behind the cell, and not everybody knew that beforehand.

    The attacker must hold possible as many as `people` people.
    """

    name: ClassVar[str] = "zeros"
    people: int = 10

    def protection(self, system: System, at: int) -> Protection | None:
        cell = system.cells[at]
        if cell.n or cell.structural:
            return None
        return Protection(Reason.ZERO, upper=self.people * float(system.mean_weight[at]))


def _missing(reason: Reason, system: System, at: int, has: int, needs: int) -> Protection:
    cell = system.cells[at]
    each = abs(cell.value) / has or float(system.mean_weight[at])
    room = cell.value - float(system.floor[at])
    lower = min(each, max(room, 0.0))
    return Protection(reason, lower=lower, upper=(needs - has) * each, sliding=needs * each)


def _around(reason: Reason, needed: float) -> Protection:
    return Protection(reason, lower=needed, upper=needed)


RULES: Mapping[str, type[Rule]] = {
    rule.name: rule for rule in (MinimumPeople, MinimumUnits, Dominance, PPercent, AllShare, Zeros)
}


class Loss(StrEnum):
    """What hiding a cell costs: its `value`, in thousandths of the largest of its quantity, or the
    same for every cell (`cells`)."""

    VALUE = "value"
    CELLS = "cells"


@dataclass(frozen=True)
class Rules:
    """The rules of a release. The first rule that finds a cell sensitive names the reason; of all
    that do, the largest protection holds.

    `tell_reasons`: whether the publication says of each cell why it is withheld. Refused for
    counts of people, where the reason tells that the count is small; see `publication`.
    `insiders`: whether cells are also hidden from somebody who is alone in another withheld cell
    and knows its figure, as the only employer of a place does. Of counts of people nobody knows
    more than that they are one of them, so they are left out.
    """

    rules: tuple[Rule, ...] = field(default_factory=lambda: (MinimumPeople(), MinimumUnits()))
    loss: Loss = Loss.VALUE
    tell_reasons: bool = False
    insiders: bool = False

    def alone(self, system: System) -> tuple[int, ...]:
        """The cells of which one contributor knows the figure; none unless `insiders` is set."""
        if not self.insiders:
            return ()
        known = system.hidden | system.out | system.structural | system.whole
        return tuple(at for at, cell in enumerate(system.cells) if cell.n == 1 and not known[at])

    @property
    def people(self) -> int:
        """The fewest people that a published figure stands on; 1 where no rule says so."""
        return max([rule.people for rule in self.rules if isinstance(rule, MinimumPeople)] or [1])

    def sensitive(self, system: System) -> dict[int, Protection]:
        """The place of every sensitive cell, and how well to hide it.

        Cells that are never published, that are out already, and zeros that everybody knows, are
        not looked at.
        """
        found: dict[int, Protection] = {}
        for at in range(len(system.keys)):
            if system.hidden[at] or system.structural[at] or system.out[at]:
                continue
            for rule in self.rules:
                needed = rule.protection(system, at)
                if needed is not None:
                    found[at] = found[at].joined(needed) if at in found else needed
        return found

    def to_json(self) -> dict[str, Any]:
        return {
            "rules": [{"name": rule.name, **_plain(asdict(rule))} for rule in self.rules],
            "loss": self.loss.value,
            "tell_reasons": self.tell_reasons,
            "insiders": self.insiders,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Rules:
        """Raises `DisclosureError` for a rule of another name."""
        rules = []
        for given in data["rules"]:
            kind = RULES.get(given["name"])
            if kind is None:
                raise DisclosureError(
                    f"there is no rule called {given['name']}; there are {', '.join(RULES)}"
                )
            parameters = {one.name: given[one.name] for one in fields(kind) if one.name in given}
            rules.append(
                kind(**{n: tuple(v) if isinstance(v, list) else v for n, v in parameters.items()})
            )
        return cls(tuple(rules), Loss(data["loss"]), data["tell_reasons"], data["insiders"])


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(one) if isinstance(one, tuple) else one for name, one in data.items()}
