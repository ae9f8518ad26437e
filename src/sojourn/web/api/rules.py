"""Plain questions about tokens."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.roles import Power, Verb

LONGEST = timedelta(days=365)
"""How long a token may live. Whoever still needs it then makes another one."""


def widest(principal: Principal) -> Power:
    """All that somebody may do and see anywhere: no token of theirs is wider."""
    powers = [grant.power for grant in principal.grants if not grant.opened_for]
    return Power(
        frozenset[Verb]().union(*(power.verbs for power in powers)),
        frozenset[DataClass]().union(*(power.classes for power in powers)),
    )


def check_wish(
    verbs: Collection[Verb],
    classes: Collection[DataClass],
    ends_on: date,
    *,
    held: Power,
    today: date,
) -> None:
    """ValidationError, by field, for a token that its owner cannot make."""
    wrong: dict[str, str] = {}
    if not verbs or not frozenset(verbs) <= held.verbs:
        wrong["verbs"] = _("Choose among what you may do yourself.")
    if not frozenset(classes) <= held.classes:
        wrong["classes"] = _("Choose among what you may see yourself.")
    if not today <= ends_on <= today + LONGEST:
        wrong["ends_on"] = _("Choose a day within a year from today.")
    if wrong:
        raise ValidationError(wrong)
