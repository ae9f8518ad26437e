"""The only door: tables go in, a publication comes out or a reason why not."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from typing import Any

import numpy as np

from sojourn.disclosure.attacker import Attacker, Audit, Knowledge
from sojourn.disclosure.classes import people_classes
from sojourn.disclosure.problems import DisclosureError
from sojourn.disclosure.publication import (
    DOOR,
    AuditResult,
    Figure,
    Publication,
    PublishedDerived,
    PublishedTable,
    Status,
    canonical,
)
from sojourn.disclosure.rounding import Rounded, Rounding, rounded
from sojourn.disclosure.rules import Protection, Reason, Rules
from sojourn.disclosure.suppression import Plan, plan
from sojourn.disclosure.system import Bools, System, joined
from sojourn.disclosure.tables import Combination, Derived, Key, Release, Role, Table

_TRIES = 3
_NAMED_AT_MOST = 3
_KEY = 16
_KNOWS = (
    "every published figure, as exactly as it was computed",
    "how cells add up, within tables and across them",
    "which values cannot be negative and which zeros must be",
    "that people are counted in whole numbers",
    "what is out already",
)
_KNOWS_OWN = "the figure of a cell in which they are alone"
_KNOWS_ROUNDING = "how figures were rounded"


def release(
    title: str,
    what: Release,
    rules: Rules | None = None,
    *,
    key: bytes,
    rounding: Rounding | None = None,
    withholding: Plan | None = None,
    sources: Mapping[str, str] | None = None,
    seconds: float = 10.0,
) -> Publication:
    """Makes figures publishable, attacks them, and lets them out if the attack fails.

    Cells are withheld, unless `rounding` says that all are rounded. `withholding` is a plan made
    or changed by hand; it is attacked like any other, and refused rather than mended. `key` is a
    secret of 16 bytes at least that the office keeps: the digest of the inputs is made with it.
    `sources` names where the figures come from. `seconds` bounds the search for the fewest cells.
    A table that was published before belongs into `earlier` of the release: two patterns for one
    table, read side by side, could give away what each of them hides.

    Raises `DisclosureError` where the tables cannot be, a cell cannot be hidden, or the attacker
    finds a sensitive cell.
    """
    rules = rules or Rules()
    if len(key) < _KEY:
        raise DisclosureError(
            f"the digest of the inputs needs a secret key of {_KEY} bytes at least: without one, "
            "values could be tried out until it fits"
        )
    found = joined(what)
    _check_reasons(found, rules)
    _check_derived(found, what.derived)
    needed = rules.sensitive(found)
    if rounding is not None:
        shown, audit = _round(found, rules, needed, rounding, seconds)
        knows: tuple[str, ...] = (*_KNOWS, _KNOWS_ROUNDING)
        printer = _Printer(found, rules, {}, rounded=shown)
    else:
        chosen, audit = _withhold(found, rules, needed, withholding, seconds)
        knows = _KNOWS
        printer = _Printer(found, rules, chosen.withheld, needed=needed)
    if rules.insiders:
        knows = (*knows, _KNOWS_OWN)
    unknown = _unknown(found, printer.withheld, rounding)
    return Publication(
        title=title,
        tables=tuple(
            printer.table(table) for table in what.tables if table.role is not Role.HIDDEN
        ),
        derived=tuple(printer.derived(one) for one in what.derived),
        rules=rules,
        rounding=None if rounding is None else tuple(sorted(rounding.to_json().items())),
        audit=AuditResult(audit.passed, unknown, audit.exact, knows),
        sources=tuple(sorted((sources or {}).items())),
        digest=_digest(key, what, rules, rounding, found),
        door=DOOR,
    )


def _unknown(found: System, withheld: Bools, rounding: Rounding | None) -> int:
    """How many cells are not told in full."""
    if rounding is None:
        return int((withheld | found.hidden).sum())
    return int((~found.structural).sum())


def _check_reasons(found: System, rules: Rules) -> None:
    if rules.tell_reasons and (found.whole & found.printed).any():
        raise DisclosureError(
            "these tables count people, where the reason for withholding a cell tells that few "
            "people stand there; publish them with tell_reasons off"
        )


def _check_derived(found: System, derived: Iterable[Derived]) -> None:
    for one in derived:
        for each in (one.first, one.second):
            if each not in found.at or found.hidden[found.at[each]]:
                raise DisclosureError(
                    f"{one.name} is computed from {each}, which is in no table here; add the table "
                    "that has it (role implied, if it is not to be printed)"
                )


def _withhold(
    found: System,
    rules: Rules,
    needed: Mapping[int, Protection],
    given: Plan | None,
    seconds: float,
) -> tuple[Plan, Audit]:
    """A plan that stands up to the attack."""
    wider = frozenset[int]()
    for _ in range(_TRIES if given is None else 1):
        chosen = given or plan(found, rules, needed, seconds=seconds, wider=wider)
        withheld = _mask(found, chosen)
        audit = _attack(found, Knowledge.of_published(found, withheld), needed, rules)
        open_ = [at for at in needed if not withheld[at]]
        if audit.passed and not open_:
            return chosen, audit
        wider |= {*audit.too_narrow, *open_}
    raise _lost(found, sorted(wider))


def _attack(
    found: System, knowledge: Knowledge, needed: Mapping[int, Protection], rules: Rules
) -> Audit:
    """By everybody who reads, and by who is alone in a cell that others do not know."""
    audit = Attacker(found, knowledge).audit(needed)
    narrow = set(audit.too_narrow)
    for at in rules.alone(found):
        if knowledge.high[at] > knowledge.low[at]:
            others = {other: each for other, each in needed.items() if other != at}
            insider = Attacker(found, knowledge.of_insider(found, at))
            narrow |= set(insider.audit(others, exact=False).too_narrow)
    return replace(audit, too_narrow=tuple(sorted(narrow)))


def _mask(found: System, chosen: Plan) -> Bools:
    strange = set(chosen.withheld) - set(found.at)
    if strange:
        raise DisclosureError(f"the plan withholds {min(strange)}, which is in no table here")
    withheld = np.zeros(len(found.keys), dtype=np.bool_)
    withheld[[found.at[each] for each in chosen.withheld]] = True
    for wrong, why in (
        (withheld & found.out, "is out already and cannot be withheld"),
        (withheld & found.structural, "is a zero that everybody knows; it cannot be withheld"),
        (~withheld & found.kept, "was withheld before and has to stay so"),
    ):
        if wrong.any():
            raise DisclosureError(f"{found.keys[int(np.argmax(wrong))]} {why}")
    return withheld


def _round(
    found: System,
    rules: Rules,
    needed: Mapping[int, Protection],
    how: Rounding,
    seconds: float,
) -> tuple[Rounded, Audit]:
    """Rounded figures that stand up to the attack. What has to stay open is set by rounding."""
    shown = rounded(found, how, seconds)
    wanted = {
        at: Protection(one.reason, sliding=how.open_values(whole=bool(found.whole[at])))
        for at, one in needed.items()
    }
    audit = _attack(found, shown.knowledge, wanted, rules)
    if not audit.passed:
        raise _lost(found, audit.too_narrow)
    return shown, audit


def _lost(found: System, cells: Sequence[int]) -> DisclosureError:
    named = "; ".join(str(found.keys[at]) for at in cells[:_NAMED_AT_MOST])
    more = f" and {len(cells) - _NAMED_AT_MOST} more" * (len(cells) > _NAMED_AT_MOST)
    return DisclosureError(
        f"not published: what would be left could be used to work out {named}{more}. Join "
        "categories, leave a table out, or round to a larger base"
    )


class _Printer:
    """Turns cells into what is read of them."""

    def __init__(
        self,
        found: System,
        rules: Rules,
        reasons: Mapping[Key, Reason],
        *,
        needed: Mapping[int, Protection] | None = None,
        rounded: Rounded | None = None,
    ) -> None:
        self.found, self.rules, self.reasons, self.rounded = found, rules, reasons, rounded
        self.withheld = np.array([each in reasons for each in found.keys], dtype=np.bool_)
        self.classes: list[str | None] = [None] * len(found.keys)
        if rounded is None:
            self.classes = people_classes(found, self.withheld, needed or {}, rules)
        self.values = found.values if rounded is None else rounded.values

    def table(self, table: Table) -> PublishedTable:
        places = product(*(variable.categories for variable in table.variables))
        figures = tuple(self._figure(table, place) for place in places)
        return PublishedTable(table.name, table.quantity, table.variables, figures)

    def _figure(self, table: Table, place: tuple[str, ...]) -> Figure:
        here = table.key(place)
        at = self.found.at[here]
        where = tuple(zip((one.name for one in table.variables), place, strict=True))
        if self.found.structural[at]:
            return Figure(where, Status.STRUCTURAL_ZERO, value=0.0)
        if here in self.reasons:
            reason = self.reasons[here] if self.rules.tell_reasons else Reason.CONFIDENTIAL
            return Figure(where, Status.WITHHELD, reason=reason)
        if table.role is Role.IMPLIED:
            return Figure(where, Status.NOT_PRINTED)
        cell, places = table.cells[place], table.decimals
        value = _printed(float(self.values[at]), places)
        if self.rounded is not None:  # an interval around the true figure would give it away
            return Figure(where, Status.PUBLISHED, value=value)
        return Figure(
            where,
            Status.PUBLISHED,
            value,
            self.classes[at],
            se=_printed(cell.se, places + 1),
            low=_printed(cell.low, places + 1),
            high=_printed(cell.high, places + 1),
        )

    def derived(self, one: Derived) -> PublishedDerived:
        named = (one.name, one.kind, one.first, one.second, one.scale)
        if one.first in self.reasons or one.second in self.reasons:
            return PublishedDerived(*named, Status.WITHHELD)
        first, second = (
            float(self.values[self.found.at[each]]) for each in (one.first, one.second)
        )
        if one.kind is Combination.DIFFERENCE:
            value = (first - second) * one.scale
        elif second == 0:
            return PublishedDerived(*named, Status.UNDEFINED)
        else:
            value = first / second * one.scale
        errors: tuple[float | None, ...] = (one.se, one.low, one.high)
        if self.rounded is not None:
            errors = (None, None, None)
        told = [_printed(each, one.decimals) for each in (value, *errors)]
        return PublishedDerived(*named, Status.PUBLISHED, *told)


def _printed(value: float | None, places: int) -> float | None:
    """With so many places; half goes up, away from zero."""
    if value is None:
        return None
    one = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return float(one) + 0.0  # no minus zero


def _digest(
    key: bytes, what: Release, rules: Rules, rounding: Rounding | None, found: System
) -> str:
    """HMAC-SHA-256 over everything that went in."""
    inputs: dict[str, Any] = {
        "cells": [[str(each), asdict(found.cells[at])] for each, at in sorted(found.at.items())],
        "sums": sorted(
            [str(found.keys[one.whole]), *sorted(str(found.keys[part]) for part in one.parts)]
            for one in found.sums
        ),
        "tables": [[table.name, table.quantity, table.role.value] for table in what.all_tables],
        "derived": [asdict(one) for one in what.derived],
        "withheld before": sorted(
            str(each) for one in what.earlier for each in one.withheld
        ),
        "rules": rules.to_json(),
        "rounding": None if rounding is None else rounding.to_json(),
    }  # fmt: skip
    return hmac.new(key, canonical(inputs), hashlib.sha256).hexdigest()
