"""The best interests of a child: preparing, looking at it, deciding."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema

from sojourn.web.accounts.access import Principal, Purpose, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import schemas
from sojourn.web.api.kit import Sent, as_form, base_version, filled, reads, tagged, writes
from sojourn.web.api.problems import ProblemError
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import queries as cases
from sojourn.web.cases.models import Case
from sojourn.web.interests import actions, queries, rules
from sojourn.web.interests.access import can_look, check_can_look
from sojourn.web.interests.codes import CLASSES, Kind
from sojourn.web.interests.forms import BeginForm, ElementForm, PrepareForm, VoteForm, WayForm
from sojourn.web.interests.models import Procedure
from sojourn.web.interests.states import State
from sojourn.web.people import words

router = Router(tags=["Best interests"])


class NewProcedure(Sent):
    about: str
    question: str
    tier: str = "assessment"


class Preparation(Sent):
    """What is named is changed, the rest stays. `row_version` is the one that was read."""

    guardian: str | None = None
    guardian_words: str | None = None
    heard: str | None = None
    heard_words: str | None = None
    because: str | None = None
    row_version: int | None = None


class ElementWords(Sent):
    text: str


class NewWay(Sent):
    what: str
    speaks_for: str = ""
    speaks_against: str = ""


class Opinion(Sent):
    """`review_on` is the day of the next look; whoever agrees last has to give it."""

    agrees: bool
    words: str = ""
    review_on: date | None = None


class ProcedureLine(Schema):
    id: UUID
    about: str
    tier: str
    state: str
    opened_at: datetime
    decided_at: datetime | None
    review_on: date | None
    row_version: int


class Procedures(Schema):
    items: list[ProcedureLine]


class ElementLine(Schema):
    """One thing that is weighed. `text` is None where one is not cleared for its class."""

    kind: str
    label: str
    text: str | None
    by: str | None


class WayLine(Schema):
    id: UUID
    what: str
    speaks_for: str
    speaks_against: str
    is_proposed: bool


class OpinionLine(Schema):
    by: str
    agrees: bool
    words: str


class ProcedureSheet(ProcedureLine):
    """A whole procedure. `missing` is what it lacks before others can look at it."""

    question: str
    guardian: str
    guardian_words: str
    heard: str
    heard_words: str
    because: str
    elements: list[ElementLine]
    ways: list[WayLine]
    opinions: list[OpinionLine]
    needed: int
    missing: list[str]
    may_look: bool
    withheld: list[str]


@reads(router, "/cases/{uuid:case_id}/best-interests", Verb.READ, Procedures)
def list_procedures(request: HttpRequest, case_id: UUID) -> Procedures:
    """What was or has to be decided about the child, the newest first."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id)
    rows = queries.of_case(by, case)
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=rows or [case],
        person_id=case.person_id,
        case_id=case.pk,
    )
    return Procedures(items=[ProcedureLine.from_orm(row) for row in rows])


@writes(router, "/cases/{uuid:case_id}/best-interests", Verb.WRITE, schemas.Done, status=201)
def begin_procedure(request: HttpRequest, case_id: UUID, body: NewProcedure) -> schemas.Done:
    """Begins a procedure about a child, or somebody who may be one."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    row = actions.begin(case=case, by=by, **filled(BeginForm(as_form(body))))
    return _done(row)


@reads(
    router,
    "/cases/{uuid:case_id}/best-interests/{uuid:procedure_id}",
    Verb.READ,
    ProcedureSheet,
)
def read_procedure(
    request: HttpRequest, response: HttpResponse, case_id: UUID, procedure_id: UUID
) -> ProcedureSheet:
    """One procedure: what is weighed, the ways to decide, what others said in this round."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id)
    row = queries.procedure_or_404(by, case, procedure_id)
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=[row],
        person_id=case.person_id,
        case_id=case.pk,
    )
    tagged(response, row.row_version)
    return _sheet(by, row)


@writes(
    router,
    "/cases/{uuid:case_id}/best-interests/{uuid:procedure_id}",
    Verb.WRITE,
    schemas.Done,
    method="PATCH",
)
def prepare_procedure(
    request: HttpRequest, case_id: UUID, procedure_id: UUID, body: Preparation
) -> schemas.Done:
    """Writes who speaks for the child, whether it was heard, and why the proposed way is best.

    Where somebody else wrote since the version that was read nothing is changed (409).
    """
    by = principal_of(request)
    case, row = _row(by, case_id, procedure_id)
    sent = body.model_dump(mode="json", exclude_unset=True)
    base = base_version(request, sent.pop("row_version", None))
    if base != row.row_version:
        raise ProblemError(
            409,
            _("This was changed in the meantime. Read it again, then decide."),
            row_version=row.row_version,
        )
    told = actions.told_of(row, words.key_for(case.person))
    now = {**vars(told), "guardian": row.guardian, "heard": row.heard}
    form = PrepareForm({**now, **{k: v or "" for k, v in sent.items()}, "base": base})
    data = filled(form)
    actions.prepare(
        procedure=row,
        guardian=data["guardian"],
        heard=data["heard"],
        told=form.told(told.question),
        base=base,
        by=by,
    )
    return _done(row)


@writes(
    router,
    "/cases/{uuid:case_id}/best-interests/{uuid:procedure_id}/elements/{kind}",
    Verb.WRITE,
    schemas.Done,
    method="PUT",
)
def write_element(
    request: HttpRequest, case_id: UUID, procedure_id: UUID, kind: Kind, body: ElementWords
) -> schemas.Done:
    """Writes what was found about one thing, in place of what stood there."""
    by = principal_of(request)
    _case, row = _row(by, case_id, procedure_id)
    text = filled(ElementForm(as_form(body)))["text"]
    actions.write_element(procedure=row, kind=Kind(kind), text=text, by=by)
    return _done(row)


@writes(
    router,
    "/cases/{uuid:case_id}/best-interests/{uuid:procedure_id}/ways",
    Verb.WRITE,
    schemas.Done,
    status=201,
)
def add_way(request: HttpRequest, case_id: UUID, procedure_id: UUID, body: NewWay) -> schemas.Done:
    """Adds a way to decide."""
    by = principal_of(request)
    _case, row = _row(by, case_id, procedure_id)
    form = WayForm(as_form(body))
    filled(form)
    return schemas.Done(id=str(actions.add_way(procedure=row, way=form.way(), by=by).pk))


@writes(
    router,
    "/cases/{uuid:case_id}/best-interests/{uuid:procedure_id}/ways/{uuid:option_id}/{act}",
    Verb.WRITE,
    schemas.Done,
)
def act_with_way(
    request: HttpRequest,
    case_id: UUID,
    procedure_id: UUID,
    option_id: UUID,
    act: Literal["propose", "remove"],
) -> schemas.Done:
    """Proposes one of the ways, or takes it out of what is weighed."""
    by = principal_of(request)
    _case, row = _row(by, case_id, procedure_id)
    option = queries.option_or_404(by, row, option_id)
    if act == "propose":
        actions.propose(option=option, by=by)
    else:
        actions.remove_way(option=option, by=by)
    return schemas.Done(id=str(option.pk), state={"propose": "proposed"}.get(act, "removed"))


@writes(
    router,
    "/cases/{uuid:case_id}/best-interests/{uuid:procedure_id}/opinions",
    Verb.WRITE,
    schemas.Done,
    status=201,
)
def give_opinion(
    request: HttpRequest, case_id: UUID, procedure_id: UUID, body: Opinion
) -> schemas.Done:
    """Says what one thinks of it. Whoever asked others to look never does, and nobody twice."""
    by = principal_of(request)
    _case, row = _row(by, case_id, procedure_id)
    check_can_look(by, row)
    data = filled(VoteForm({**as_form(body), "agrees": "yes" if body.agrees else "no"}))
    actions.vote(
        procedure=row,
        agrees=body.agrees,
        why=data["words"],
        review_on=data["review_on"],
        by=by,
    )
    return _done(row)


@writes(
    router,
    "/cases/{uuid:case_id}/best-interests/{uuid:procedure_id}/acts/{act}",
    Verb.WRITE,
    schemas.Done,
)
def act_with_procedure(
    request: HttpRequest,
    case_id: UUID,
    procedure_id: UUID,
    act: Literal["submit", "again", "stop"],
) -> schemas.Done:
    """Asks others to look at it, opens a decision again, or stops what is not needed any more."""
    by = principal_of(request)
    _case, row = _row(by, case_id, procedure_id)
    do = {"submit": actions.submit, "again": actions.look_again, "stop": actions.stop}[act]
    do(procedure=row, by=by)
    return _done(row)


def _row(by: Principal, case_id: UUID, procedure_id: UUID) -> tuple[Case, Procedure]:
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    return case, queries.procedure_or_404(by, case, procedure_id, Purpose.CASE_WORK)


def _done(row: Procedure) -> schemas.Done:
    return schemas.Done(id=str(row.pk), row_version=row.row_version, state=row.state)


def _sheet(by: Principal, row: Procedure) -> ProcedureSheet:
    sheet = queries.sheet(by, row)
    is_open = row.state == State.GATHERING
    closed = {CLASSES[Kind(each.kind)].value for each in sheet.elements if each.is_closed}
    return ProcedureSheet(
        **ProcedureLine.from_orm(row).model_dump(),
        **vars(sheet.told),
        guardian=row.guardian,
        heard=row.heard,
        elements=[
            ElementLine(
                kind=each.kind,
                label=each.label,
                text=None if each.is_closed else each.text,
                by=None if each.is_closed else each.by,
            )
            for each in sheet.elements
        ],
        ways=[
            WayLine(id=each.id, **vars(each.way), is_proposed=each.is_proposed)
            for each in sheet.ways
        ],
        opinions=[OpinionLine(**vars(each)) for each in sheet.votes],
        needed=rules.quorum(row.tier),
        missing=rules.missing(actions.prepared(row)) if is_open else [],
        may_look=row.state == State.LOOKED_AT and can_look(by, row),
        withheld=sorted(closed),
    )
