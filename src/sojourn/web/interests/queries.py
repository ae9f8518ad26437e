"""Reads of best-interests procedures, narrowed by `visible`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404

from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.accounts.roles import Verb
from sojourn.web.cases.models import Case
from sojourn.web.interests.actions import Told, Way, told_of, way_of
from sojourn.web.interests.codes import CLASSES, Kind, Tier
from sojourn.web.interests.models import Element, Option, Procedure, Vote
from sojourn.web.interests.states import State
from sojourn.web.people import words


@dataclass(frozen=True)
class ElementLine:
    """One thing that is weighed. `text` is empty where nothing is written yet; `is_closed` where
    the reader is not cleared for it."""

    kind: str
    label: str
    text: str
    by: str
    is_closed: bool


@dataclass(frozen=True)
class WayLine:
    """One way to decide."""

    id: uuid.UUID
    way: Way
    is_proposed: bool


@dataclass(frozen=True)
class VoteLine:
    """What somebody said about this round."""

    by: str
    agrees: bool
    words: str


@dataclass(frozen=True)
class Sheet:
    """A whole procedure as a page shows it."""

    procedure: Procedure
    told: Told
    elements: tuple[ElementLine, ...]
    ways: tuple[WayLine, ...]
    votes: tuple[VoteLine, ...]


def of_case(principal: Principal, case: Case) -> list[Procedure]:
    """The procedures of a case, the newest first."""
    rows = visible(principal, Procedure.objects.filter(case=case), Purpose.SUPPORT).rows
    return list(rows.defer("told").order_by("-opened_at"))


def to_look_at(principal: Principal, limit: int) -> list[Procedure]:
    """What others have to look at now and this principal has not, the longest waiting first.

    A supervisor is asked about all of it, everybody else where a panel has to come together.
    """
    if principal.user_id is None or not principal.may(Verb.WRITE):
        return []
    said = Vote.objects.filter(
        procedure=OuterRef("pk"), round=OuterRef("round"), by_id=principal.user_id
    )
    rows = Procedure.objects.filter(~Exists(said), state=State.LOOKED_AT)
    rows = rows.exclude(submitted_by_id=principal.user_id)
    if not principal.may(Verb.APPROVE):
        rows = rows.filter(tier=Tier.DETERMINATION)
    shown = visible(principal, rows, Purpose.CASE_WORK).rows.defer("told")
    linked = shown.select_related("person__identity", "person__key")
    return list(linked.order_by("submitted_at")[:limit])


def answered(principal: Principal, since: datetime, limit: int) -> list[Procedure]:
    """What was decided lately of what this principal prepared, the newest first."""
    if principal.user_id is None:
        return []
    rows = Procedure.objects.filter(
        submitted_by_id=principal.user_id, state=State.DECIDED, decided_at__gte=since
    )
    shown = visible(principal, rows, Purpose.SUPPORT).rows.defer("told")
    linked = shown.select_related("person__identity", "person__key")
    return list(linked.order_by("-decided_at")[:limit])


def procedure_or_404(
    principal: Principal, case: Case, procedure_id: uuid.UUID, purpose: Purpose = Purpose.SUPPORT
) -> Procedure:
    """One procedure of a case that the principal was cleared for."""
    rows = visible(principal, Procedure.objects.filter(case=case), purpose).rows
    linked = ("case__person__key", "case__person__identity", "opened_by", "submitted_by")
    return get_object_or_404(rows.select_related(*linked), pk=procedure_id)


def option_or_404(principal: Principal, procedure: Procedure, option_id: uuid.UUID) -> Option:
    """One way to decide of a procedure that the principal was cleared for."""
    found = Option.objects.filter(procedure=procedure, removed_at=None)
    rows = visible(principal, found, Purpose.CASE_WORK).rows
    return get_object_or_404(rows.select_related("procedure__case__person__key"), pk=option_id)


def sheet(principal: Principal, procedure: Procedure) -> Sheet:
    """All of it that the principal may read. Three queries, however much is written."""
    key = words.key_for(procedure.case.person)
    cleared = principal.classes_of_case(procedure.case, Purpose.SUPPORT.verb)
    written = visible(
        principal, Element.objects.filter(procedure=procedure), Purpose.SUPPORT
    ).rows.select_related("written_by")
    found = {row.kind: row for row in written}
    ways = Option.objects.filter(procedure=procedure, removed_at=None).order_by("made_at")
    votes = Vote.objects.filter(procedure=procedure, round=procedure.round)
    return Sheet(
        procedure=procedure,
        told=told_of(procedure, key),
        elements=tuple(
            ElementLine(
                kind=kind.value,
                label=str(kind.label),
                text=words.opened(found[kind], "words", key) if kind in found else "",
                by=_name(found[kind].written_by) if kind in found else "",
                is_closed=CLASSES[kind] not in cleared,
            )
            for kind in Kind
        ),
        ways=tuple(
            WayLine(row.pk, way_of(row, key), row.is_proposed)
            for row in visible(principal, ways, Purpose.SUPPORT).rows
        ),
        votes=tuple(
            VoteLine(_name(row.by), row.agrees, words.opened(row, "words", key))
            for row in visible(principal, votes, Purpose.SUPPORT)
            .rows.select_related("by")
            .order_by("at")
        ),
    )


def _name(user: object) -> str:
    return str(user) if user is not None else ""
