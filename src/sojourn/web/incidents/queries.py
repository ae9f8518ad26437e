"""Reads of incidents, narrowed by `visible` and by what the person agreed to."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.shortcuts import get_object_or_404

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.cases.models import Case
from sojourn.web.incidents.access import tells_of_harm, tells_of_others
from sojourn.web.incidents.actions import account_of
from sojourn.web.incidents.models import AllegedActor, Incident
from sojourn.web.incidents.rules import Account
from sojourn.web.incidents.states import State
from sojourn.web.incidents.words import STAGES, when
from sojourn.web.people import words
from sojourn.web.vault import Key


@dataclass(frozen=True)
class ActorLine:
    """An alleged actor as a page shows them."""

    id: uuid.UUID
    part: str
    name: str
    description: str
    still_near: str
    is_near: bool
    signs_in: bool


@dataclass(frozen=True)
class Line:
    """An incident as a page shows it."""

    incident: Incident
    account: Account
    when: str
    stage: str
    counts: bool
    actors: tuple[ActorLine, ...]


def of_case(principal: Principal, case: Case, classes: Collection[DataClass]) -> list[Line]:
    """The incidents of a case, the latest first and those that do not count last.

    `classes` is what may be shown of the case now. Three queries, however many there are.
    """
    if not tells_of_harm(classes):
        return []
    rows = visible(principal, Incident.objects.filter(case=case), Purpose.SUPPORT).rows
    found = list(rows.select_related("author").order_by("state", "-happened_on", "-made_at"))
    actors: dict[uuid.UUID, list[ActorLine]] = {}
    key = words.key_for(case.person)
    if tells_of_others(classes) and found:
        named = AllegedActor.objects.filter(incident__in=found, removed_at=None)
        for actor in visible(principal, named, Purpose.SUPPORT).rows.order_by("made_at"):
            actors.setdefault(actor.incident_id, []).append(_actor(actor, key))
    return [_line(row, key, actors.get(row.pk, [])) for row in found]


def incident_or_404(principal: Principal, case: Case, incident_id: uuid.UUID) -> Incident:
    """One incident that the principal may change; one that is not for them is not there."""
    rows = visible(principal, Incident.objects.filter(case=case), Purpose.CASE_WORK).rows
    return get_object_or_404(rows.select_related("case__person__key"), pk=incident_id)


def actor_or_404(principal: Principal, incident: Incident, actor_id: uuid.UUID) -> AllegedActor:
    """One alleged actor of an incident that the principal was cleared for."""
    named = AllegedActor.objects.filter(incident=incident)
    rows = visible(principal, named, Purpose.CASE_WORK).rows
    return get_object_or_404(rows.select_related("incident"), pk=actor_id)


def _line(row: Incident, key: Key | None, actors: list[ActorLine]) -> Line:
    return Line(
        incident=row,
        account=account_of(row, key),
        when=when(row.happened_on, row.precision),
        stage=str(STAGES.get(row.stage, "")),
        counts=row.state == State.RECORDED,
        actors=tuple(actors),
    )


def _actor(actor: AllegedActor, key: Key | None) -> ActorLine:
    opened = words.opened(actor, "told", key)
    told = json.loads(opened) if opened else {}
    return ActorLine(
        id=actor.pk,
        part=actor.get_part_display(),
        name=told.get("name", ""),
        description=told.get("description", ""),
        still_near=actor.get_still_near_display(),
        is_near=actor.still_near == "yes",
        signs_in=actor.user_id is not None,
    )
