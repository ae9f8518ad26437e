"""The list of cases narrowed, filters kept under a name, and cases that change hands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import Field

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, principal_of
from sojourn.web.accounts.models import User
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import schemas
from sojourn.web.api.kit import Sent, as_form, filled, reads, writes
from sojourn.web.api.operations.cases import case_line
from sojourn.web.audit.actions import note_read
from sojourn.web.caseload import actions, handing, queries, rules, sharing
from sojourn.web.caseload.access import check_may_hand_over
from sojourn.web.caseload.forms import HandOverForm, KeepForm, NameForm
from sojourn.web.caseload.handing import Given, Terms
from sojourn.web.caseload.rules import Filters, Sort
from sojourn.web.caseload.sharing import Share
from sojourn.web.cases import queries as cases
from sojourn.web.cases.models import Case
from sojourn.web.people.lines import case_lines

router = Router(tags=["Caseload"])

WhoseNumber = Annotated[int, Path(ge=0, le=2**63 - 1)]
"""The number of a user; 0 for the cases that nobody looks after."""


class Narrowing(Sent):
    """How the list is narrowed. `who` is the number of a user, `me` or `none`; `team` the number
    of a team or `none`; `programme` that of a programme or `none`; `sort` is
    `review`, `opened` or `oldest`."""

    state: str = "worked"
    phase: str = ""
    who: str = ""
    team: str = ""
    programme: str = ""
    stage: str = ""
    marks: list[str] = Field(default_factory=list)
    sort: str = "review"


class FilterSent(Narrowing):
    after: str = ""


class NewFilter(Sent):
    """A filter under a name. `team` is the number of a team that it is shared with."""

    name: str
    narrowing: Narrowing
    team: int | None = None


class FilterName(Sent):
    name: str


class HandOverSent(Sent):
    """`to` is the number of a user; `team` that of a team, `none`, or `keep`."""

    to: int
    reason: str
    team: str = "keep"


class CaseGoesTo(Sent):
    """Who takes a case: the number of a user, or None where it stays."""

    case: UUID
    to: int | None


class CaseloadSent(Sent):
    """`to` are numbers of users. A case that `cases` does not name is shared out evenly."""

    to: list[int]
    reason: str
    team: str = "keep"
    cases: list[CaseGoesTo] = Field(default_factory=list)


class KeptFilter(Schema):
    id: UUID
    name: str
    owner: str
    is_mine: bool
    team: int | None
    narrowing: Narrowing


class KeptFilters(Schema):
    items: list[KeptFilter]


class Proposed(Schema):
    """A case, who of those named may take it, and who would."""

    case: UUID
    able: list[int]
    to: int | None


class Proposal(Schema):
    """`more` says that there are further cases, for another round."""

    cases: list[Proposed]
    more: bool


class HandedOver(Schema):
    """One hand-over for each organisation, and how many cases moved in all."""

    ids: list[UUID]
    moved: int


class Moved(Schema):
    case: UUID
    person: UUID
    to: int | None
    review_on: date | None


class HandOver(Schema):
    id: UUID
    organisation: UUID
    at: datetime
    by: str
    former: int | None
    reason: str
    handed_back_at: datetime | None
    may_hand_back: bool
    cases: list[Moved]


@reads(router, "/caseload", Verb.READ, schemas.Page[schemas.CaseLine])
def list_caseload(
    request: HttpRequest, wanted: Annotated[FilterSent, Query()]
) -> schemas.Page[schemas.CaseLine]:
    """The cases one reaches, narrowed as on the screen. A stage that may not be told narrows."""
    by = principal_of(request)
    filters = _filters(wanted)
    begin = rules.place(wanted.after, filters.sort)
    if wanted.after and begin is None:
        raise ValidationError(
            {"after": _("Take `after` from the `next` of the page before, as it is.")}
        )
    found = queries.page(by, filters, begin, timezone.localdate())
    door = cases.cases(by)
    classes = cases.shown_classes(door, found.cases)
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=found.cases,
        classes=frozenset[DataClass]().union(*classes.values()),
    )
    lines = zip(case_lines(by, found.cases), found.cases, strict=True)
    return schemas.Page[schemas.CaseLine](
        items=[
            schemas.CaseLine(**case_line(line, case, door.classes(case), classes[case.pk]))
            for line, case in lines
        ],
        next=str(found.following) if found.following is not None else None,
    )


@reads(router, "/filters", Verb.READ, KeptFilters)
def list_filters(request: HttpRequest) -> KeptFilters:
    """The filters that one kept, and those that are shared with one's teams."""
    by = principal_of(request)
    return KeptFilters(
        items=[
            KeptFilter(
                id=row.pk,
                name=row.name,
                owner=row.owner.name,
                is_mine=row.owner_id == by.user_id,
                team=row.team_id,
                narrowing=_told(rules.read(parse_qs(row.query))),
            )
            for row in queries.saved_filters(by)
        ]
    )


@writes(router, "/filters", Verb.READ, schemas.Done, status=201)
def keep_filter(request: HttpRequest, body: NewFilter) -> schemas.Done:
    """Keeps a filter under a name; one's own filter of that name is replaced."""
    by = principal_of(request)
    data = filled(KeepForm(by, as_form(body)))
    row = actions.keep_filter(
        name=data["name"], filters=_filters(body.narrowing), team=data["team"], by=by
    )
    return schemas.Done(id=str(row.pk), state="kept")


@writes(router, "/filters/{uuid:filter_id}", Verb.READ, schemas.Done, method="PATCH")
def rename_filter(request: HttpRequest, filter_id: UUID, body: FilterName) -> schemas.Done:
    """Gives one's own filter another name."""
    by = principal_of(request)
    row = queries.own_filter_or_404(by, filter_id)
    actions.rename_filter(row=row, name=filled(NameForm(as_form(body)))["name"], by=by)
    return schemas.Done(id=str(row.pk), state="kept")


@writes(router, "/filters/{uuid:filter_id}/acts/{act}", Verb.READ, schemas.Done)
def act_with_filter(
    request: HttpRequest, filter_id: UUID, act: Literal["delete", "bring-back"]
) -> schemas.Done:
    """Deletes one's own filter, or brings it back within a day."""
    by = principal_of(request)
    row = queries.own_filter_or_404(by, filter_id)
    if act == "delete":
        actions.delete_filter(row=row, by=by)
    else:
        actions.bring_back_filter(row=row, by=by)
    return schemas.Done(id=str(row.pk), state="kept" if row.deleted_at is None else "deleted")


@writes(router, "/cases/{uuid:case_id}/hand-over", Verb.WRITE, schemas.Done, status=201)
def hand_over_case(request: HttpRequest, case_id: UUID, body: HandOverSent) -> schemas.Done:
    """Gives a case to a colleague: one's own, one that nobody has, or one that one leads.

    What the former worker has still to do in it goes along.
    """
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    check_may_hand_over(by, case)
    form = _form(by, case.worker_id, [case], as_form(body), single=True)
    filled(form)
    (taker,) = form.takers()
    (made,) = handing.hand_over(given=[Given(case, taker)], terms=form.terms(), by=by)
    return schemas.Done(id=str(made.pk), state="handed_over")


@reads(router, "/caseloads/{user_id}/proposal", Verb.WRITE, Proposal, method="POST")
def propose_hand_over(request: HttpRequest, user_id: WhoseNumber, body: CaseloadSent) -> Proposal:
    """Who would take which case of somebody's caseload. Nothing moves yet."""
    by = principal_of(request)
    _frm, shared, _terms = _shared(request, by, user_id, body)
    return Proposal(
        cases=[
            Proposed(case=each.case.pk, able=[user.pk for user in each.able], to=each.to)
            for each in shared
        ],
        more=len(shared) == sharing.AT_ONCE,
    )


@writes(router, "/caseloads/{user_id}/hand-over", Verb.WRITE, HandedOver, status=201)
def hand_over_caseload(
    request: HttpRequest, user_id: WhoseNumber, body: CaseloadSent
) -> HandedOver:
    """Gives all that somebody looks after to colleagues, or nothing. Number 0 stands for the cases
    that nobody looks after.

    One's own, and where one leads the work that of others; then what they have still to do in
    cases of others falls to whoever looks after those.
    """
    by = principal_of(request)
    frm, shared, terms = _shared(request, by, user_id, body)
    made = sharing.carry_out(frm=frm, shared=shared, terms=terms, by=by)
    return HandedOver(
        ids=[row.pk for row in made], moved=sum(each.to is not None for each in shared)
    )


@reads(router, "/hand-overs/{uuid:hand_over_id}", Verb.READ, HandOver)
def read_hand_over(request: HttpRequest, hand_over_id: UUID) -> HandOver:
    """What went to whom, as far as one reaches the cases."""
    by = principal_of(request)
    row = queries.hand_over_or_404(by, hand_over_id)
    moved = queries.moved(by, row)
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=moved)
    return HandOver(
        id=row.pk,
        organisation=row.organisation_id,
        at=row.at,
        by=row.by.name if row.by else "",
        former=row.frm_id,
        reason=row.reason,
        handed_back_at=row.handed_back_at,
        may_hand_back=handing.can_hand_back(by, row),
        cases=[
            Moved(
                case=each.case_id,
                person=each.person_id,
                to=each.to_worker_id,
                review_on=each.case.review_on,
            )
            for each in moved
        ],
    )


@writes(router, "/hand-overs/{uuid:hand_over_id}/back", Verb.WRITE, schemas.Done)
def hand_back(request: HttpRequest, hand_over_id: UUID) -> schemas.Done:
    """Gives cases back to who had them. What has gone on to others since stays there."""
    by = principal_of(request)
    row = queries.hand_over_or_404(by, hand_over_id)
    handing.hand_back(hand_over=row, by=by)
    return schemas.Done(id=str(row.pk), state="handed_back")


def _filters(wanted: Narrowing) -> Filters:
    """The filter that was asked for. ValidationError for what the list does not know: a filter
    that narrows nothing would show more than was asked for."""
    given: dict[str, Any] = wanted.model_dump(exclude={"after"})
    found = rules.read({n: v if isinstance(v, list) else [v] for n, v in given.items()})
    unknown = [
        name
        for name, value in given.items()
        if name != "sort" and (set(value) if name == "marks" else value) != getattr(found, name)
    ]
    if wanted.sort not in Sort.values:
        unknown.append("sort")
    if unknown:
        raise ValidationError({name: _("There is no such choice.") for name in unknown})
    return found


def _told(filters: Filters) -> Narrowing:
    return Narrowing(**{**vars(filters), "marks": sorted(filters.marks)})


def _shared(
    request: HttpRequest, by: Principal, user_id: int, body: CaseloadSent
) -> tuple[User | None, list[Share], Terms]:
    frm = sharing.colleague_or_404(by, user_id)
    whose = frm.pk if frm is not None else None
    found = queries.caseload_of(by, whose, sharing.AT_ONCE)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=found)
    form = _form(by, whose, found, as_form(body))
    filled(form)
    chosen = {each.case: each.to for each in body.cases}
    if not chosen.keys() <= {case.pk for case in found}:
        raise ValidationError({"cases": _("One of these cases is not in this caseload.")})
    return frm, sharing.shares(found, form.takers(), form.terms(), chosen), form.terms()


def _form(
    by: Principal, whose: int | None, found: Sequence[Case], sent: dict[str, Any], **more: bool
) -> HandOverForm:
    """The form of the screens, for cases that `whose` looks after."""
    organisations = {case.organisation_id for case in found} or by.organisations(Verb.WRITE)
    users = [each for each in queries.colleagues(by, Verb.WRITE) if each.pk != whose]
    carried = queries.carried([each.pk for each in users], organisations)
    teams = [each for each in queries.teams(by) if each.organisation_id in organisations]
    takers = [(each, carried[each.pk]) for each in users]
    return HandOverForm(takers, teams, sent, **more)
