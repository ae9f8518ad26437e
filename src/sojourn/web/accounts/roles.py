"""Roles as a table: what each may do, and which classes of data it sees. Nothing else is allowed.

A class that a role does not list is not shown to it at all: not in lists, not in a reason, not in
a count. Administrators set things up and see no case; whoever reads the audit opens no case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from sojourn.framework import DataClass


class Verb(StrEnum):
    """Something that can be done with a person's file or with the system."""

    FIND = "find"
    READ = "read"
    WRITE = "write"
    APPROVE = "approve"
    ERASE = "erase"
    EXPORT = "export"
    SECOND = "second"
    CONFIGURE = "configure"
    AUDIT = "audit"
    SUPERVISE = "supervise"


class Role(TextChoices):
    """The parts people play in an organisation."""

    CASE_WORKER = "case_worker", _("Case worker")
    SUPERVISOR = "supervisor", _("Supervisor")
    PROTECTION_OFFICER = "protection_officer", _("Protection officer")
    DATA_PROTECTION_OFFICER = "data_protection_officer", _("Data protection officer")
    ANALYST = "analyst", _("Analyst")
    ADMINISTRATOR = "administrator", _("Administrator")


@dataclass(frozen=True, slots=True)
class Power:
    """What one role may do and see."""

    verbs: frozenset[Verb]
    classes: frozenset[DataClass]

    def within(self, other: Power) -> Power:
        """What both allow."""
        return Power(self.verbs & other.verbs, self.classes & other.classes)


_CASE_CLASSES = frozenset(DataClass) - {DataClass.STATUS_PROTECTION, DataClass.SEALED}
_CASE_VERBS = frozenset({Verb.FIND, Verb.READ, Verb.WRITE})
_NO_CLASSES: frozenset[DataClass] = frozenset()

POWERS: Mapping[Role, Power] = MappingProxyType(
    {
        Role.CASE_WORKER: Power(_CASE_VERBS, _CASE_CLASSES),
        Role.SUPERVISOR: Power(
            _CASE_VERBS | {Verb.APPROVE, Verb.ERASE, Verb.EXPORT, Verb.SECOND, Verb.SUPERVISE},
            _CASE_CLASSES,
        ),
        Role.PROTECTION_OFFICER: Power(
            _CASE_VERBS | {Verb.EXPORT, Verb.SECOND}, _CASE_CLASSES | {DataClass.STATUS_PROTECTION}
        ),
        Role.DATA_PROTECTION_OFFICER: Power(frozenset({Verb.AUDIT}), _NO_CLASSES),
        Role.ANALYST: Power(frozenset(), _NO_CLASSES),
        Role.ADMINISTRATOR: Power(frozenset({Verb.CONFIGURE}), _NO_CLASSES),
    }
)


def in_an_emergency(power: Power) -> Power:
    """What is left of a power for a file opened in an emergency: reading, and nothing sealed."""
    verbs = power.verbs & {Verb.FIND, Verb.READ}
    return Power(verbs, power.classes - {DataClass.SEALED})


INCOMPATIBLE: tuple[tuple[Verb, Verb], ...] = (
    (Verb.CONFIGURE, Verb.READ),
    (Verb.CONFIGURE, Verb.AUDIT),
    (Verb.AUDIT, Verb.WRITE),
    (Verb.AUDIT, Verb.APPROVE),
    (Verb.AUDIT, Verb.SUPERVISE),
)
"""Pairs that no one person may hold, over all of their grants together."""

EXISTENCE_KNOWN: frozenset[DataClass] = _CASE_CLASSES
"""Classes of which somebody without clearance may be told that there is something."""

SENSITIVE: frozenset[DataClass] = frozenset(
    {
        DataClass.BODY_HEALTH,
        DataClass.HARM_INCIDENT,
        DataClass.STATUS_PROTECTION,
        DataClass.THIRD_PARTY,
        DataClass.SEALED,
    }
)
"""Classes that hurt most when they leak: whoever reads one of them signs in with two factors."""
