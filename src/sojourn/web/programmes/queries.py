"""Reads of programmes and of what they ask for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import QuerySet

from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import Organisation, Programme
from sojourn.web.programmes.gates import RULES, Gate, Setting, Settings
from sojourn.web.programmes.models import GateSetting


def known(principal: Principal) -> QuerySet[Programme]:
    """The programmes where this principal holds a role, by name: names, and nothing of a file."""
    held = frozenset[uuid.UUID]().union(*(g.organisations for g in principal.grants))
    return Programme.objects.filter(organisation__in=held).order_by("name", "pk")


def settings_of(organisation_id: uuid.UUID, programme_id: int | None) -> Settings:
    """What counts in a programme; without one, in cases of the organisation that have none."""
    return _settings(
        GateSetting.objects.filter(organisation=organisation_id, programme=programme_id)
    )


def settings_of_many(programmes: Iterable[Programme]) -> dict[int, Settings]:
    """The same for some programmes, in one query."""
    found: dict[int, list[GateSetting]] = {each.pk: [] for each in programmes}
    for row in GateSetting.objects.filter(programme__in=found):
        if row.programme_id is not None:
            found[row.programme_id].append(row)
    return {pk: _settings(rows) for pk, rows in found.items()}


def defaults_of(organisations: Iterable[Organisation]) -> list[tuple[Organisation, Settings]]:
    """What counts in cases without a programme, for some organisations, in one query."""
    wanted = list(organisations)
    found: dict[uuid.UUID, list[GateSetting]] = {each.pk: [] for each in wanted}
    for row in GateSetting.objects.filter(organisation__in=wanted, programme=None):
        found[row.organisation_id].append(row)
    return [(each, _settings(found[each.pk])) for each in wanted]


def _settings(rows: Iterable[GateSetting]) -> Settings:
    found = {row.gate: Setting(row.is_on, row.needed) for row in rows}
    return {gate: found.get(gate.value, Setting()) for gate in RULES}


def needed(organisation_id: uuid.UUID, programme_id: int | None, gate: Gate) -> int:
    """How many people a gate asks for; one where it does not count."""
    setting = settings_of(organisation_id, programme_id)[gate]
    return setting.needed if setting.is_on else 1
