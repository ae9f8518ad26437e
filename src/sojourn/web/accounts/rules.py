"""Plain questions about roles and grants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sojourn.framework import DataClass
from sojourn.web.accounts.roles import (
    EVERY_FILE,
    INCOMPATIBLE,
    SENSITIVE,
    TAKES_ANOTHER,
    Power,
    Verb,
)


def clashes(powers: Iterable[Power]) -> list[tuple[Verb, Verb]]:
    """Which pairs that must stay apart these powers together would give to one person."""
    verbs = frozenset[Verb]().union(*(power.verbs for power in powers))
    return [pair for pair in INCOMPATIBLE if verbs.issuperset(pair)]


def clash(powers: Iterable[Power]) -> bool:
    """Whether they would give any such pair."""
    return bool(clashes(powers))


def takes_another(new: Power, *known: Power) -> bool:
    """Whether a role adds what takes a second person to what is known of it already."""
    classes = frozenset[DataClass]().union(*(power.classes for power in known))
    verbs = frozenset[Verb]().union(*(power.verbs for power in known))
    return bool((new.classes - classes) & SENSITIVE or (new.verbs - verbs) & TAKES_ANOTHER)


def gaps(power: Power) -> list[DataClass]:
    """Classes that whoever opens or writes in files sees on their first page, and that this power
    leaves out. A power that opens no file leaves out nothing."""
    missing = frozenset[DataClass]()
    if Verb.READ in power.verbs:
        missing |= EVERY_FILE - power.classes
    if Verb.WRITE in power.verbs:
        missing |= EVERY_FILE - power.of(Verb.WRITE)
    return sorted(missing)


def in_force(*, valid_from: date, valid_until: date | None, revoked: bool, on: date) -> bool:
    """Whether a grant counts on a day. Both boundary days belong to it; no end means it goes on."""
    if revoked or on < valid_from:
        return False
    return valid_until is None or on <= valid_until
