"""Reads of answers about places, narrowed by `visible`."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from sojourn.framework import Answers, Framework
from sojourn.web.accounts.access import Principal, Purpose, Visible, visible
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.places import rules
from sojourn.web.places.models import PlaceAnswers


def places(principal: Principal, purpose: Purpose = Purpose.SUPPORT) -> Visible[PlaceAnswers]:
    """The answers about places that this principal reaches, without their free text."""
    rows = PlaceAnswers.objects.select_related("organisation", "made_by").defer("texts")
    return visible(principal, rows, purpose)


def place_or_404(
    principal: Principal, answers_id: uuid.UUID
) -> tuple[PlaceAnswers, Visible[PlaceAnswers]]:
    """Answers about one place in one period. Http404 where they are not visible or not there."""
    door = places(principal)
    return get_object_or_404(door.rows, pk=answers_id), door


def history(row: PlaceAnswers) -> QuerySet[PlaceAnswers]:
    """All that the same organisation learned about the same place, newest first."""
    return (
        PlaceAnswers.objects.filter(organisation_id=row.organisation_id, place=row.place)
        .select_related("made_by")
        .defer("texts", "answers")
        .order_by("-period", "-made_at")
    )


def organisations(principal: Principal) -> list[Organisation]:
    """The organisations for which this principal may answer for a place."""
    keys = principal.organisations(Verb.WRITE)
    return list(Organisation.objects.filter(pk__in=keys).order_by("name"))


def organisation_or_404(principal: Principal, organisation_id: uuid.UUID) -> Organisation:
    """One of these; Http404 for another one."""
    keys = principal.organisations(Verb.WRITE)
    return get_object_or_404(Organisation.objects.filter(pk__in=keys), pk=organisation_id)


def of_somebody(
    framework: Framework, answers: Answers, organisation_id: uuid.UUID
) -> PlaceAnswers | None:
    """What is known of the place where somebody is: of the period they named, else the newest."""
    place, period = rules.keys_of(framework, answers)
    if not rules.asks_of_places(framework) or not place:
        return None
    rows = PlaceAnswers.objects.filter(
        organisation_id=organisation_id,
        place=place,
        is_current=True,
        framework__framework_id=framework.id,
    ).defer("texts")
    if period:
        return rows.filter(period=period).first()
    known = {row.period: row for row in rows}
    return known[rules.newest(framework, known)] if known else None
