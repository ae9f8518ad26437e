"""Reads of cases and assessments, narrowed by `visible`."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, Visible, visible
from sojourn.web.cases.models import Assessment, Case, CaseStep, Difference, Episode
from sojourn.web.cases.states import WORKED, CaseState
from sojourn.web.consent.queries import agreed_classes, is_agreed
from sojourn.web.duplicates.models import ClusterRow
from sojourn.web.people.models import Person

Classes = frozenset[DataClass]

_SOON = timedelta(days=7)


def cases(principal: Principal, purpose: Purpose = Purpose.SUPPORT) -> Visible[Case]:
    """The cases this principal reaches, with what naming their people takes."""
    rows = Case.objects.select_related("person", "person__identity", "person__key")
    return visible(principal, rows, purpose)


def case_or_404(
    principal: Principal, case_id: uuid.UUID, purpose: Purpose = Purpose.SUPPORT
) -> tuple[Case, Visible[Case]]:
    """One case, and what may be shown of it. Http404 where it is not visible or not there."""
    door = cases(principal, purpose)
    linked = ("person__identity", "person__key", "organisation", "worker", "programme")
    rows = door.rows.select_related(*linked)
    return get_object_or_404(rows, pk=case_id), door


def assessments(case: Case) -> QuerySet[Assessment]:
    """The assessments of a case the caller was cleared for, newest first, without their content."""
    return (
        Assessment.objects.filter(case=case, is_current=True)
        .select_related("made_by")
        .defer("answers", "texts", "findings")
        .order_by("-made_at")
    )


def assessment_or_404(case: Case, assessment_id: uuid.UUID) -> Assessment:
    """One assessment of a case the caller was cleared for, replaced ones included."""
    rows = Assessment.objects.filter(case=case).select_related("made_by", "framework")
    return get_object_or_404(rows.defer("framework__sheets", "texts"), pk=assessment_id)


def case_of(principal: Principal, person: Person) -> Case | None:
    """The case of a person that is worked on, else the newest; as far as the principal reaches."""
    found = list(cases(principal).rows.filter(person=person).order_by("-opened_at"))
    return next((case for case in found if case.is_worked), found[0] if found else None)


def same_person(principal: Principal, case: Case) -> list[Case]:
    """The other cases of a person, and of the files that are linked to theirs, newest first.

    As far as the principal reaches them, and without those that were closed for being duplicates
    themselves: work goes on in none of these.
    """
    rows = cases(principal).rows.filter(_of_same_person(case))
    away = _merged().values("case")
    return list(rows.exclude(pk=case.pk).exclude(pk__in=away).order_by("-opened_at"))


def merged_here(principal: Principal, case: Case) -> list[Case]:
    """Cases that are closed because the work goes on in this one, as far as one reaches them."""
    away = _merged().filter(merged_into=case).values("case")
    return list(cases(principal).rows.filter(pk__in=away).order_by("-opened_at"))


@dataclass(frozen=True)
class MergedInto:
    """That a case is closed as a duplicate. `other` is the case that it names, None for who does
    not reach it; `is_linked` says whether the two are still held to be about one person."""

    other: Case | None
    is_linked: bool


def merged_into(principal: Principal, case: Case) -> MergedInto | None:
    """Of which case this one is closed as a duplicate; None where it is not."""
    row = _merged().filter(case=case).first()
    if row is None or row.merged_into_id is None:
        return None
    named = Q(pk=row.merged_into_id)
    return MergedInto(
        cases(principal).rows.filter(named).first(),
        Case.objects.filter(named & _of_same_person(case)).exists(),
    )


def _of_same_person(case: Case) -> Q:
    clusters = ClusterRow.objects.filter(person=case.person_id, until=None).values("cluster")
    people = ClusterRow.objects.filter(cluster__in=clusters, until=None).values("person")
    return Q(person=case.person_id) | Q(person__in=people)


def _merged() -> QuerySet[Episode]:
    """Closures as a duplicate that count: the newest of a case that is still closed."""
    return Episode.objects.filter(
        merged_into__isnull=False, case__state=CaseState.CLOSED, number=F("case__episode")
    )


def episodes(case: Case) -> list[Episode]:
    """The episodes of a case the caller was cleared for, newest first."""
    rows = Episode.objects.filter(case=case).select_related("opened_by", "closed_by")
    return list(rows.order_by("-number"))


def steps(case: Case) -> list[CaseStep]:
    """What was done with a case the caller was cleared for, latest first."""
    return list(CaseStep.objects.filter(case=case).select_related("by").order_by("-at"))


def differences(principal: Principal, case: Case) -> list[Difference]:
    """Where two people wrote different things in a case and nobody has decided yet."""
    rows = Difference.objects.filter(case=case, settled_at=None).order_by("at")
    linked = ("first_by", "second_by", "decider", "case__person__key")
    return list(visible(principal, rows, Purpose.SUPPORT).rows.select_related(*linked))


def to_settle(principal: Principal, limit: int) -> list[Difference]:
    """Differences that this principal was named to decide, the oldest first."""
    if principal.user_id is None:
        return []
    rows = Difference.objects.filter(decider_id=principal.user_id, settled_at=None)
    shown = visible(principal, rows, Purpose.CASE_WORK).rows
    return list(shown.select_related("person__identity", "person__key").order_by("at")[:limit])


def difference_or_404(principal: Principal, case: Case, difference_id: uuid.UUID) -> Difference:
    """One of them, settled or not; one that may not be shown is not there."""
    rows = visible(principal, Difference.objects.filter(case=case), Purpose.CASE_WORK).rows
    return get_object_or_404(rows.select_related("case__person__key"), pk=difference_id)


def shown_classes(door: Visible[Case], cases: Sequence[Case]) -> dict[uuid.UUID, Classes]:
    """What may be shown of each case: what the principal is cleared for and the person agreed to.

    One query for all of them, so a consent that was taken back or narrowed counts at once.
    """
    agreed = agreed_classes([case.person_id for case in cases], timezone.localdate())
    return {case.pk: door.classes(case) & agreed.get(case.person_id, frozenset()) for case in cases}


def urgent(principal: Principal, limit: int) -> list[Case]:
    """Cases in which something cannot wait, the oldest review date first.

    That something cannot wait was told by the person. Where they agree no more, the case is not
    among these; it is looked at again on its day like any other.
    """
    told = is_agreed("person", timezone.localdate())
    rows = cases(principal).rows.filter(told, state__in=WORKED, is_urgent=True)
    return list(rows.order_by("review_on")[:limit])


def with_urgent(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Of cases that were reached those in which something cannot wait and may be told."""
    return rows.filter(is_agreed("person", timezone.localdate()), is_urgent=True)


def due(principal: Principal, today: date, limit: int) -> list[Case]:
    """Cases to be looked at again within a week, the most overdue first.

    Those in which something cannot wait have a list of their own.
    """
    rows = cases(principal).rows.filter(
        Q(is_urgent=False) | ~is_agreed("person", today),
        state__in=WORKED,
        review_on__lte=today + _SOON,
    )
    return list(rows.order_by("review_on")[:limit])


def recent(principal: Principal, limit: int) -> list[Case]:
    """The cases that were assessed last."""
    rows = cases(principal).rows.filter(assessed_at__isnull=False)
    return list(rows.order_by("-assessed_at")[:limit])
