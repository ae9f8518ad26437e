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
    OVERSEE = "oversee"
    SUPERVISE = "supervise"


class Role(TextChoices):
    """The parts people play in an organisation."""

    CASE_WORKER = "case_worker", _("Case worker")
    SUPERVISOR = "supervisor", _("Supervisor")
    PROTECTION_OFFICER = "protection_officer", _("Protection officer")
    HEALTH = "health", _("Health worker")
    LEGAL = "legal", _("Legal adviser")
    INTERPRETER = "interpreter", _("Interpreter")
    DATA_PROTECTION_OFFICER = "data_protection_officer", _("Data protection officer")
    ANALYST = "analyst", _("Analyst")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


class Level(TextChoices):
    """What a role does with one class of data."""

    NONE = "none", _("does not see")
    READ = "read", _("reads")
    WRITE = "write", _("reads and writes")


@dataclass(frozen=True, slots=True)
class Power:
    """What one role may do and see. `writes` are the classes it writes; None for all it sees."""

    verbs: frozenset[Verb]
    classes: frozenset[DataClass]
    writes: frozenset[DataClass] | None = None

    def allows(self, verb: Verb) -> bool:
        """Whether it does this at all. Whoever opens files finds those that they open; finding
        others, too, is a verb of its own."""
        return verb in self.verbs or (verb is Verb.FIND and Verb.READ in self.verbs)

    def of(self, verb: Verb) -> frozenset[DataClass]:
        """The classes that a verb reaches."""
        return self.classes if verb is not Verb.WRITE or self.writes is None else self.writes

    def level(self, data_class: DataClass) -> Level:
        """What it does with one class."""
        if data_class not in self.classes:
            return Level.NONE
        writes = Verb.WRITE in self.verbs and data_class in self.of(Verb.WRITE)
        return Level.WRITE if writes else Level.READ

    def within(self, other: Power) -> Power:
        """What both allow."""
        classes = self.classes & other.classes
        writes = self.of(Verb.WRITE) & other.of(Verb.WRITE)
        return Power(self.verbs & other.verbs, classes, None if writes == classes else writes)


_CASE_CLASSES = frozenset(DataClass) - {DataClass.STATUS_PROTECTION, DataClass.SEALED}
_CASE_VERBS = frozenset({Verb.FIND, Verb.READ, Verb.WRITE})
_NO_CLASSES: frozenset[DataClass] = frozenset()

EVERY_FILE: frozenset[DataClass] = frozenset(
    {DataClass.IDENTITY, DataClass.CONTACT_PLACE, DataClass.CASE_WORK}
)
"""Classes that stand on a file's first page: a role that opens files sees them, one that writes
in files writes them."""

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
        Role.HEALTH: Power(_CASE_VERBS, EVERY_FILE | {DataClass.BODY_HEALTH}),
        Role.LEGAL: Power(
            _CASE_VERBS,
            EVERY_FILE
            | {
                DataClass.JOURNEY,
                DataClass.HARM_INCIDENT,
                DataClass.STATUS_PROTECTION,
                DataClass.THIRD_PARTY,
            },
        ),
        Role.INTERPRETER: Power(frozenset({Verb.READ}), EVERY_FILE),
        Role.DATA_PROTECTION_OFFICER: Power(frozenset({Verb.AUDIT, Verb.OVERSEE}), _NO_CLASSES),
        Role.ANALYST: Power(frozenset(), _NO_CLASSES),
        Role.ADMINISTRATOR: Power(frozenset({Verb.CONFIGURE}), _NO_CLASSES),
        Role.AUDITOR: Power(frozenset({Verb.AUDIT}), _NO_CLASSES),
    }
)


def in_an_emergency(power: Power) -> Power:
    """What is left of a power for a file opened in an emergency: reading, and nothing sealed."""
    verbs = power.verbs & {Verb.FIND, Verb.READ}
    return Power(verbs, power.classes - {DataClass.SEALED}, frozenset())


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

TAKES_ANOTHER: frozenset[Verb] = frozenset(
    {Verb.ERASE, Verb.EXPORT, Verb.CONFIGURE, Verb.AUDIT, Verb.OVERSEE, Verb.SECOND, Verb.SUPERVISE}
)
"""What no administrator adds to a role alone, besides classes that are sensitive."""
