"""Assessments: the history, findings with their because, and saving answers."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from sojourn.framework import Answers, DataClass, Framework
from sojourn.web.accounts.access import Principal, Purpose, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import answering, schemas
from sojourn.web.api.door import CHANNEL
from sojourn.web.api.kit import Sent, filled, reads, tagged, withheld, writes
from sojourn.web.api.operations.cases import tellable
from sojourn.web.api.problems import ProblemError, problem
from sojourn.web.api.rules import widest
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import actions, frameworks, queries
from sojourn.web.cases.answers import coded, whole
from sojourn.web.cases.forms import StartForm
from sojourn.web.cases.models import Assessment, Case, LegalBasis
from sojourn.web.cases.shown import readings_of, situation_of, stage_of
from sojourn.web.consent.queries import cover_for_assessment
from sojourn.web.people import words

router = Router(tags=["Assessments"])


class Answered(Sent):
    """Answers by the names of the questions. A value is a text, a number, a list of codes, or
    `{"missing": "does_not_know"}` (`prefers_not_to_say`, `not_asked`)."""

    answers: dict[str, Any] = Field(default_factory=dict)
    rosters: dict[str, list[dict[str, Any]]] = Field(default_factory=dict)
    within: dict[str, list[int]] = Field(default_factory=dict)


class NewAssessment(Answered):
    """`basis` is what the assessment rests on: consent, or something that cannot wait."""

    basis: str


@reads(router, "/cases/{uuid:case_id}/assessments", Verb.READ, schemas.AssessmentLines)
def list_assessments(request: HttpRequest, case_id: UUID) -> schemas.AssessmentLines:
    """The assessments of a case, newest first, and whether the person agreed to one today."""
    by = principal_of(request)
    case, door = queries.case_or_404(by, case_id)
    classes = queries.shown_classes(door, [case])[case.pk]
    rows = list(queries.assessments(case))
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=rows or [case],
        person_id=case.person_id,
        case_id=case.pk,
    )
    return schemas.AssessmentLines(
        items=[
            schemas.AssessmentLine(
                id=row.pk,
                made_at=row.made_at,
                made_by=row.made_by.name if row.made_by else "",
                framework=row.framework_id,
                basis=row.basis,
                stage=stage_of(row, classes),
            )
            for row in rows
        ],
        may_assess=cover_for_assessment(case.person, timezone.localdate()).value,
    )


@reads(
    router,
    "/cases/{uuid:case_id}/assessments/{uuid:assessment_id}",
    Verb.READ,
    schemas.Assessment,
)
def read_assessment(
    request: HttpRequest, response: HttpResponse, case_id: UUID, assessment_id: UUID
) -> schemas.Assessment:
    """What was found, with the because of each finding, and the answers as far as they are shown.

    Findings are laid out as on the situation page, in the language of the request. Free text is
    not given out.
    """
    by = principal_of(request)
    case, door = queries.case_or_404(by, case_id)
    row = queries.assessment_or_404(case, assessment_id)
    classes = queries.shown_classes(door, [case])[case.pk]
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=[row],
        person_id=case.person_id,
        case_id=case.pk,
        classes=classes,
    )
    tagged(response, str(row.pk))
    framework = frameworks.by_digest(row.framework_id)
    found = situation_of(row, None, classes, on_a_page=False)
    answers, rosters = answering.shown(framework, coded(row.answers), classes)
    return schemas.Assessment(
        id=row.pk,
        case=case.pk,
        made_at=row.made_at,
        made_by=row.made_by.name if row.made_by else "",
        framework=framework.id,
        framework_version=framework.version,
        framework_digest=framework.digest,
        basis=row.basis,
        stage=stage_of(row, classes),
        is_current=row.is_current,
        levels=list(found.levels),
        urgent=list(found.urgent),
        responses=list(found.responses),
        signs=list(found.signs) if found.signs is not None else None,
        stages=list(found.stages),
        readings=list(readings_of(row, classes, on_a_page=False)),
        not_shown=found.not_shown,
        answers=answers,
        rosters=rosters,
        withheld=withheld(classes, tellable(door.classes(case))),
    )


@writes(router, "/cases/{uuid:case_id}/assessments", Verb.WRITE, schemas.Done, status=201)
def make_assessment(request: HttpRequest, case_id: UUID, body: NewAssessment) -> schemas.Done:
    """Keeps answers with what the framework finds in them.

    It takes the person's consent, or two people who act without it. Questions that are not named
    count as not asked.
    """
    by = principal_of(request)
    case, _door = queries.case_or_404(by, case_id, Purpose.CASE_WORK)
    basis = LegalBasis(filled(StartForm({"basis": body.basis}))["basis"])
    framework = frameworks.current()
    made = actions.assess(
        case=case,
        framework=framework,
        answers=_read(framework, body, by),
        made=actions.Made(basis=basis, at=timezone.now()),
        by=by,
    )
    return schemas.Done(id=str(made.pk))


@writes(
    router,
    "/cases/{uuid:case_id}/assessments/{uuid:assessment_id}",
    Verb.WRITE,
    schemas.Done,
    method="PATCH",
)
def correct_assessment(
    request: HttpRequest, case_id: UUID, assessment_id: UUID, body: Answered
) -> schemas.Done | HttpResponse:
    """Corrects answers: a new assessment takes the place of this one, which is kept.

    A question that is not named stays as it was, and so does a list. The version is the id of the
    assessment: where another one took its place already, nothing is changed and the answer (409)
    holds both values and the id of the current one.
    """
    by = principal_of(request)
    with transaction.atomic():
        case, door = queries.case_or_404(by, case_id, Purpose.CASE_WORK)
        Case.objects.select_for_update().get(pk=case.pk)
        row = queries.assessment_or_404(case, assessment_id)
        framework = frameworks.by_digest(row.framework_id)
        sent = _read(framework, body, by)
        if not row.is_current:
            return _both(request, by, case, row, sent, door.classes(case))
        before = _whole(row, case)
        _check_lists(framework, before, sent, door.classes(case))
        made = actions.assess(
            case=case,
            framework=framework,
            answers=answering.together(before, sent),
            made=actions.Made(basis=LegalBasis(row.basis), at=row.made_at, replaces=row),
            by=by,
        )
    return schemas.Done(id=str(made.pk))


def _read(framework: Framework, body: Answered, by: Principal) -> Answers:
    writable = None if by.channel == CHANNEL else widest(by).classes
    return answering.read(framework, body.answers, body.rosters, body.within, writable=writable)


def _whole(row: Assessment, case: Case) -> Answers:
    told = words.opened(row, "texts", words.key_for(case.person))
    empty: dict[str, object] = {"values": {}, "rosters": {}}
    return whole(row.answers, json.loads(told) if told else empty)


def _check_lists(
    framework: Framework, before: Answers, sent: Answers, classes: Collection[DataClass]
) -> None:
    """A list is replaced as a whole, so nobody replaces one that holds what they do not see."""
    hidden = {
        q.name for q in framework.questions if answering.class_of(q) not in classes and q.roster
    }
    for name in sent.rosters:
        if any(hidden & row.keys() for row in before.rosters.get(name, ())):
            raise ProblemError(
                422,
                _("This list holds answers that are not shown to you. Correct it in the form."),
                errors=[{"field": f"rosters.{name}", "detail": ""}],
            )


def _both(
    request: HttpRequest,
    by: Principal,
    case: Case,
    row: Assessment,
    sent: Answers,
    cleared: Collection[DataClass],
) -> HttpResponse:
    current = row
    while (following := Assessment.objects.filter(replaces=current.pk).first()) is not None:
        current = following
    framework = frameworks.by_digest(current.framework_id)
    agreed = queries.shown_classes(queries.cases(by), [case])[case.pk] & frozenset(cleared)
    theirs, _rows = answering.shown(framework, coded(current.answers), agreed)
    yours, _rows = answering.shown(framework, sent, agreed)
    note_read(
        request,
        by=by,
        purpose=Purpose.CASE_WORK,
        shown=[current],
        person_id=case.person_id,
        case_id=case.pk,
        classes=agreed,
    )
    return problem(
        409,
        _("Somebody else corrected this assessment. Read theirs, then decide."),
        current=str(current.pk),
        conflicts=[
            {
                "field": name,
                "yours": yours[name].model_dump(),
                "theirs": theirs[name].model_dump(),
            }
            for name in sent.values
            if name in theirs and name in yours and theirs[name] != yours[name]
        ],
    )
