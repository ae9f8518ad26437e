"""What can be asked for before a step of a case, as a table. Which of it counts is data.

A gate is a named question about a case. Whoever knows the answer registers it in `LACKS`, as the
app of plans does for the approval of a plan; a test finds a gate that nobody answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from sojourn.web.cases.reasons import CloseReason
from sojourn.web.cases.states import Act, Phase

if TYPE_CHECKING:
    from sojourn.web.cases.models import Case
    from sojourn.web.cases.rules import How


class Gate(TextChoices):
    """What can be asked for. The value stands in the database and in the API."""

    ASSESSED = "assessed", _("an assessment in this episode")
    PLAN_APPROVED = "plan_approved", _("an approved plan")
    FEEDBACK = "feedback", _("the person was asked what they think of the help")
    CONTACTS = "contacts", _("contacts after a return or a closure are made, or done without")


class Before(TextChoices):
    """The step before which it is asked for."""

    PLANNING = "planning", _("Before planning can begin")
    IMPLEMENTING = "implementing", _("Before the plan can begin")
    CLOSURE = "closure", _("Before the case can be closed")


@dataclass(frozen=True)
class Rule:
    """When a gate is asked. `counted` where a number goes with it; `not_for` are reasons of a
    closure at which it would make no sense."""

    before: Before
    counted: bool = False
    not_for: frozenset[str] = frozenset()


_NOBODY_TO_ASK = frozenset({CloseReason.DECEASED.value, CloseReason.DUPLICATE.value})

RULES: Mapping[Gate, Rule] = MappingProxyType(
    {
        Gate.ASSESSED: Rule(Before.PLANNING),
        Gate.PLAN_APPROVED: Rule(Before.IMPLEMENTING, counted=True),
        Gate.FEEDBACK: Rule(Before.CLOSURE, not_for=_NOBODY_TO_ASK),
        Gate.CONTACTS: Rule(Before.CLOSURE, not_for=_NOBODY_TO_ASK),
    }
)

MOST_NEEDED = 5
"""More people than this are never asked to approve one plan."""


@dataclass(frozen=True)
class Setting:
    """Whether a gate counts, and how many people it asks for."""

    is_on: bool = False
    needed: int = 1


Settings = Mapping[Gate, Setting]

Lacks = Callable[["Case", Setting, "How | None"], str]
LACKS: dict[Gate, Lacks] = {}
"""For each gate what says what is lacking, in words; empty where nothing is. `How` is what was
filled in for the step; None before anybody tries."""

_ORDER = tuple(Phase.values)


def crossed(act: Act, frm: str, to: str) -> tuple[Before, ...]:
    """Before what a step stands: going on passes every gate on the way, going back none."""
    if act is Act.CLOSE:
        return (Before.CLOSURE,)
    if act is not Act.MOVE or to not in _ORDER or frm not in _ORDER:
        return ()
    return tuple(
        before
        for before, phase in (
            (Before.PLANNING, Phase.PLANNING),
            (Before.IMPLEMENTING, Phase.IMPLEMENTING),
        )
        if _ORDER.index(frm) < _ORDER.index(phase.value) <= _ORDER.index(to)
    )


def ahead(phase: str) -> tuple[Before, ...]:
    """What a case in this phase has still before it; nothing where nobody works on it."""
    if phase not in _ORDER:
        return ()
    return (*crossed(Act.MOVE, phase, _ORDER[-1]), Before.CLOSURE)


def asked(settings: Settings, before: Before, reason: str = "") -> list[tuple[Gate, Setting]]:
    """The gates that count before a step, in the order of the table."""
    return [
        (gate, setting)
        for gate, rule in RULES.items()
        if rule.before is before and reason not in rule.not_for
        if (setting := settings.get(gate, Setting())).is_on
    ]
