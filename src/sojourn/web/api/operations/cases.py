"""Cases: lists, the course of one, acts with it, and what two people wrote differently."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, principal_of, reaches
from sojourn.web.accounts.roles import EXISTENCE_KNOWN, Verb
from sojourn.web.api import paging, schemas
from sojourn.web.api.kit import Sent, as_form, base_version, filled, reads, tagged, withheld, writes
from sojourn.web.api.problems import problem
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import actions, queries
from sojourn.web.cases import course as lines
from sojourn.web.cases.forms import ActForm, BelongingForm, ReviewForm
from sojourn.web.cases.models import Case
from sojourn.web.cases.states import WORKED, Act, CaseState
from sojourn.web.cases.versions import Merged
from sojourn.web.people.lines import PersonLine, case_lines
from sojourn.web.programmes import holding
from sojourn.web.steps import WrongStateError

router = Router(tags=["Cases"])

_ENDED = tuple(state.value for state in CaseState if state not in WORKED)


class How(Sent):
    """What an act asks for; which of these it is stands with the acts of the screens."""

    reason: str | None = None
    words: str | None = None
    phase: str | None = None
    outcome: str | None = None
    feedback: str | None = None
    review_on: str | None = None
    duplicate_of: UUID | None = None
    moved_to: str | None = None


class Review(Sent):
    """`row_version` is the version of the case that was read; `If-Match` says the same."""

    review_on: str
    row_version: int | None = None


class WhereItBelongs(Sent):
    """`programme` is the number of one of the organisation's programmes, None for none; `area` a
    path of codes, the largest area first, such as `XX01/XX0102`. What is not named stays."""

    programme: int | None = None
    area: str | None = None


class Settlement(Sent):
    takes: Literal["first", "second"]


@reads(router, "/cases", Verb.READ, schemas.Page[schemas.CaseLine])
def list_cases(
    request: HttpRequest,
    after: str = "",
    state: Literal["worked", "ended"] = "worked",
    urgent: bool = False,
) -> schemas.Page[schemas.CaseLine]:
    """The cases one reaches: what is looked at next first; or those that ended, newest first.

    `urgent` leaves the ones in which something cannot wait, as far as the person agrees that it is
    told.
    """
    by = principal_of(request)
    door = queries.cases(by)
    rows, order = door.rows.filter(state__in=WORKED), ("review_on", "id")
    if state == "ended":
        rows, order = door.rows.filter(state__in=_ENDED), ("-opened_at", "id")
    if urgent:
        rows = queries.with_urgent(rows)
    shown, following = paging.page(rows, order, after)
    classes = queries.shown_classes(door, shown)
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=shown,
        classes=frozenset[DataClass]().union(*classes.values()),
    )
    found = zip(case_lines(by, shown), shown, strict=True)
    return schemas.Page[schemas.CaseLine](
        items=[
            schemas.CaseLine(**case_line(line, case, door.classes(case), classes[case.pk]))
            for line, case in found
        ],
        next=following,
    )


@reads(router, "/cases/{uuid:case_id}", Verb.READ, schemas.Case)
def read_case(request: HttpRequest, response: HttpResponse, case_id: UUID) -> schemas.Case:
    """Where a case stands, what can be done with it, and what was done so far."""
    by = principal_of(request)
    case, door = queries.case_or_404(by, case_id)
    classes = queries.shown_classes(door, [case])[case.pk]
    note_read(
        request, by=by, purpose=Purpose.SUPPORT, shown=[case], case_id=case.pk, classes=classes
    )
    (line,) = case_lines(by, [case])
    may_write = reaches(by, case, Purpose.CASE_WORK)
    told = DataClass.CASE_WORK in classes
    merged = queries.merged_into(by, case)
    tagged(response, case.row_version)
    return schemas.Case(
        **case_line(line, case, door.classes(case), classes),
        opened_at=case.opened_at,
        row_version=case.row_version,
        acts=[act.value for act in lines.offered(case)] if may_write else [],
        steps=[
            schemas.Step(
                at=step.at,
                what=step.title,
                reason=step.reason,
                words=step.words if told else None,
                by=step.by,
                state=step.state_class,
            )
            for step in lines.step_lines(case, queries.steps(case), classes)
        ],
        episodes=[
            schemas.Episode(**vars(row))
            for row in lines.episode_lines(queries.episodes(case), case.person, classes)
        ],
        lacking=[
            schemas.Lack(before=each.before.value, gate=each.gate.value, text=each.sentence)
            for each in holding.lacking(case)
        ],
        merged_into=merged.other.pk if merged is not None and merged.other is not None else None,
        merged_here=[each.pk for each in queries.merged_here(by, case)],
        differing=[row.pk for row in queries.differences(by, case)],
    )


@writes(router, "/cases/{uuid:case_id}/acts/{act}", Verb.WRITE, schemas.Done)
def act_with_case(request: HttpRequest, case_id: UUID, act: Act, body: How) -> schemas.Done:
    """Does one act with a case: take it on, change the phase, hold, close, open it again.

    Which acts there are now stands in `acts` of the case; another one is a conflict (409). What
    its programme asks for first stands in `lacking`.
    """
    by = principal_of(request)
    case, _door = queries.case_or_404(by, case_id, Purpose.CASE_WORK)
    wanted = Act(act)
    if wanted not in lines.offered(case):
        raise WrongStateError(CaseState(case.state), wanted)
    others = queries.same_person(by, case) if wanted is Act.CLOSE else ()
    form = ActForm(wanted, case, as_form(body), others=others)
    filled(form)
    actions.take(case=case, act=wanted, how=form.how(), by=by)
    return schemas.Done(id=str(case.pk), row_version=case.row_version, state=case.state)


@writes(router, "/cases/{uuid:case_id}/belonging", Verb.WRITE, schemas.Done, method="PATCH")
def set_belonging(request: HttpRequest, case_id: UUID, body: WhereItBelongs) -> schemas.Done:
    """Says to which programme and area a case belongs from now on.

    Refused where whoever asks, or whoever looks after the case, would not reach it any more.
    """
    by = principal_of(request)
    case, _door = queries.case_or_404(by, case_id, Purpose.CASE_WORK)
    now = {"programme": case.programme_id, "area": case.area}
    sent = body.model_dump(exclude_unset=True)
    form = BelongingForm(case.organisation_id, {**now, **sent}, now=case.programme_id)
    filled(form)
    actions.belong(case=case, belongs=form.belongs(), by=by)
    return schemas.Done(id=str(case.pk), row_version=case.row_version, state=case.state)


@writes(router, "/cases/{uuid:case_id}/review", Verb.WRITE, schemas.Done, method="PUT")
def set_review(request: HttpRequest, case_id: UUID, body: Review) -> schemas.Done | HttpResponse:
    """Sets the day on which somebody looks at the case again.

    Where somebody else set another day since the version that was read, theirs stays, both are
    kept for a named person to decide, and the answer (409) holds both.
    """
    by = principal_of(request)
    case, _door = queries.case_or_404(by, case_id, Purpose.CASE_WORK)
    base = base_version(request, body.row_version)
    data = filled(ReviewForm({"review_on": body.review_on, "base": base}))
    merged = actions.set_review(case=case, on=data["review_on"], by=by, base=base)
    return merged_or_409(by, case, merged, Case.objects.get(pk=case.pk).row_version, str(case.pk))


@reads(router, "/cases/{uuid:case_id}/differences", Verb.READ, schemas.Differences)
def list_differences(request: HttpRequest, case_id: UUID) -> schemas.Differences:
    """Where two people wrote different things and nobody has decided yet, with both values."""
    by = principal_of(request)
    case, door = queries.case_or_404(by, case_id)
    rows = queries.differences(by, case)
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=rows or [case],
        person_id=case.person_id,
        case_id=case.pk,
        classes=queries.shown_classes(door, [case])[case.pk],
    )
    found = lines.difference_lines(by, rows)
    return schemas.Differences(items=[schemas.Difference(**vars(line)) for line in found])


@writes(router, "/cases/{uuid:case_id}/differences/{uuid:difference_id}", Verb.WRITE, schemas.Done)
def settle_difference(
    request: HttpRequest, case_id: UUID, difference_id: UUID, body: Settlement
) -> schemas.Done:
    """Decides which of two values holds. Whoever was named to decide may, and a supervisor."""
    by = principal_of(request)
    case, _door = queries.case_or_404(by, case_id, Purpose.CASE_WORK)
    row = queries.difference_or_404(by, case, difference_id)
    actions.settle(difference=row, takes_second=body.takes == "second", by=by)
    return schemas.Done(id=str(row.pk), state="settled")


def merged_or_409(
    by: Principal, case: Case, merged: Merged, version: int, changed: str
) -> schemas.Done | HttpResponse:
    """What became of an edit: done, or both values of what two people changed."""
    if not merged.differ:
        return schemas.Done(id=changed, row_version=version)
    rows = [row for row in queries.differences(by, case) if str(row.subject_id) == changed]
    told = lines.difference_lines(by, rows)
    both = [
        {
            "difference": str(line.id),
            "field": row.field,
            "label": line.label,
            "yours": line.second,
            "theirs": line.first,
            "decider": line.decider,
        }
        for row, line in zip(rows, told, strict=True)
        if row.field in merged.differ
    ]
    if not both:
        raise ValidationError(_("This was changed in the meantime. Read it again, then decide."))
    return problem(
        409,
        _("Somebody else had changed the same thing. Both are kept until it is decided."),
        conflicts=both,
        row_version=version,
        written=sorted(merged.write),
    )


def case_line(
    line: PersonLine,
    case: Case,
    cleared: Collection[DataClass],
    classes: Collection[DataClass],
) -> dict[str, Any]:
    named = DataClass.IDENTITY in cleared
    return {
        "id": case.pk,
        "person": case.person_id,
        "organisation": case.organisation_id,
        "number": case.person.number,
        "name": line.identity.names.shown if named else None,
        "state": case.state,
        "phase": case.phase,
        "episode": case.episode,
        "review_on": case.review_on,
        "assessed_at": case.assessed_at,
        "worker": case.worker_id,
        "team": case.team_id,
        "programme": case.programme_id,
        "area": case.area if DataClass.CONTACT_PLACE in cleared else None,
        "urgent": list(line.urgent),
        "withheld": withheld(classes, tellable(cleared)),
    }


def tellable(cleared: Collection[DataClass]) -> Sequence[DataClass]:
    """The classes of which somebody may be told that they are withheld (see `roles`)."""
    return [each for each in DataClass if each in EXISTENCE_KNOWN or each in cleared]
