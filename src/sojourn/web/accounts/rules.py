"""Plain questions about roles and grants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sojourn.web.accounts.roles import INCOMPATIBLE, POWERS, Role


def clash(roles: Iterable[Role]) -> bool:
    """Whether these roles together would give one person two powers that must stay apart."""
    verbs = frozenset[object]().union(*(POWERS[role].verbs for role in roles))
    return any(first in verbs and second in verbs for first, second in INCOMPATIBLE)


def in_force(*, valid_from: date, valid_until: date | None, revoked: bool, on: date) -> bool:
    """Whether a grant counts on a day. Both boundary days belong to it; no end means it goes on."""
    if revoked or on < valid_from:
        return False
    return valid_until is None or on <= valid_until
