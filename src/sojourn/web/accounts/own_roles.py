"""What an organisation made of the shipped roles, and the roles it added: reads.

A role is named by its organisation and code. What is not found here is as `roles.POWERS` says.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sojourn.framework import DataClass
from sojourn.web.accounts.models import Grant, Invitation, RoleState, RoleVersion
from sojourn.web.accounts.roles import POWERS, Level, Power, Role, Verb

if TYPE_CHECKING:
    from sojourn.web.accounts.models import Organisation

Named = tuple[uuid.UUID, str]
"""An organisation's id and the code of a role there."""

NOTHING = Power(frozenset(), frozenset())
"""What a role gives that is not there (any more)."""


@dataclass(frozen=True, slots=True)
class Made:
    """A role that an organisation made: its name and what it may do."""

    name: str
    power: Power


def made_of(organisations: Collection[uuid.UUID]) -> dict[Named, Made]:
    """All that these organisations made of roles, as it is in force now. One query, none for none.

    It joins nothing to a person's rows: whoever asks keeps it in memory for a request.
    """
    if not organisations:
        return {}
    rows = RoleVersion.objects.filter(
        organisation__in=organisations, state=RoleState.IN_FORCE
    ).select_related("role")
    return {
        (row.organisation_id, row.role.code): Made(
            row.role.name or shipped_name(row.role.code), power_of(row)
        )
        for row in rows
    }


def shipped_name(code: str) -> str:
    """The name of a shipped role in the active language; the code of one that is not shipped."""
    return str(Role(code).label) if code in POWERS else code


def power_of(row: RoleVersion) -> Power:
    """What a version of a role may do. What this release does not know is left out."""
    verbs = frozenset(Verb(each) for each in row.verbs if each in set(Verb))
    levels = {DataClass(k): v for k, v in row.levels.items() if k in set(DataClass)}
    classes = frozenset(k for k, v in levels.items() if v != Level.NONE)
    writes = frozenset(k for k, v in levels.items() if v == Level.WRITE)
    return Power(verbs, classes, writes)


def power(made: Mapping[Named, Made], organisation_id: uuid.UUID, code: str) -> Power:
    """What a role may do in an organisation, of what was read with `made_of`."""
    own = made.get((organisation_id, code))
    if own is not None:
        return own.power
    return POWERS[Role(code)] if code in POWERS else NOTHING


def power_in(organisation: Organisation, code: str) -> Power:
    """The same of one role, read now."""
    return power(made_of([organisation.pk]), organisation.pk, code)


def codes_with(verb: Verb, organisations: Collection[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    """For each organisation the codes of the roles that may do something there."""
    made = made_of(organisations)
    found: dict[uuid.UUID, set[str]] = {}
    for organisation_id in organisations:
        codes = {role.value for role in POWERS} | {c for o, c in made if o == organisation_id}
        found[organisation_id] = {c for c in codes if verb in power(made, organisation_id, c).verbs}
    return found


def is_role(organisation: Organisation, code: str) -> bool:
    """Whether there is such a role in an organisation."""
    return code in POWERS or (organisation.pk, code) in made_of([organisation.pk])


def named(rows: Iterable[Grant | Invitation]) -> list[Grant | Invitation]:
    """The same rows, each with the name of its role and whether it opens cases; one query."""
    found = list(rows)
    made = made_of({row.organisation_id for row in found})
    for row in found:
        own = made.get((row.organisation_id, row.role))
        row.role_name = own.name if own is not None else shipped_name(row.role)
        row.opens_cases = bool(power(made, row.organisation_id, row.role).classes)
    return found
