"""Plain questions about roles and grants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sojourn.web.accounts.roles import INCOMPATIBLE, POWERS, Role, Verb


def clashes(roles: Iterable[Role]) -> list[tuple[Verb, Verb]]:
    """Which powers that must stay apart these roles together would give to one person."""
    verbs = frozenset[Verb]().union(*(POWERS[role].verbs for role in roles))
    return [pair for pair in INCOMPATIBLE if verbs.issuperset(pair)]


def clash(roles: Iterable[Role]) -> bool:
    """Whether they would give any such pair."""
    return bool(clashes(roles))


def in_force(*, valid_from: date, valid_until: date | None, revoked: bool, on: date) -> bool:
    """Whether a grant counts on a day. Both boundary days belong to it; no end means it goes on."""
    if revoked or on < valid_from:
        return False
    return valid_until is None or on <= valid_until
