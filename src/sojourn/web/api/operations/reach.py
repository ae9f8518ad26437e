"""Who can open one file, who is part of it, and to whom it is opened by name."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Router, Schema

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Purpose, principal_of
from sojourn.web.accounts.models import Conflict, GrantedCase, Interest
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import schemas
from sojourn.web.api.kit import Sent, as_form, filled, reads, writes
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import queries as cases
from sojourn.web.reach import actions, queries
from sojourn.web.reach.forms import NameForm, PartForm

router = Router(tags=["Who opens a file"])

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


class PartSent(Sent):
    """`colleague` is the number of a user; `interest` how they are part of the case."""

    colleague: int
    interest: str


class Opened(Sent):
    """`user` is the number of a user, in a `role` that they hold; `until` is the last day."""

    user: int
    role: str
    until: date
    reason: str


class Opener(Schema):
    """Somebody who can open the file today. `not_agreed` are classes of their role that the person
    does not agree to."""

    name: str
    role: str
    organisation: str
    why: str
    sees: list[str]
    not_agreed: list[str]
    writes: bool


class Part(Schema):
    id: int
    user: int
    name: str
    interest: str
    declared_at: datetime


class NamedOne(Schema):
    id: int
    user: int
    name: str
    role: str
    until: date | None
    reason: str


class Openers(Schema):
    openers: list[Opener]
    parts: list[Part]
    named: list[NamedOne]


@reads(router, "/cases/{uuid:case_id}/openers", Verb.READ, Openers)
def list_openers(request: HttpRequest, case_id: UUID) -> Openers:
    """Who can open the file today and why, who is part of it, to whom it was opened by name.

    Of those who are said to have done harm only whoever may read of other people is told.
    """
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id)
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=[case],
        case_id=case.pk,
        verb="read_access",
    )
    return Openers(
        openers=[
            Opener(
                name=each.name,
                role=each.role,
                organisation=each.organisation,
                why=each.why.value,
                sees=_values(each.sees),
                not_agreed=_values(each.withheld),
                writes=each.writes,
            )
            for each in queries.openers(case)
        ],
        parts=[_part(each) for each in queries.parts_told(case, door.classes(case))],
        named=[_named(each) for each in queries.named(case)],
    )


@writes(router, "/cases/{uuid:case_id}/parts", Verb.WRITE, schemas.Done, status=201)
def state_part(request: HttpRequest, case_id: UUID, body: PartSent) -> schemas.Done:
    """Says that a colleague is part of the case, which closes it to them at once."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    form = PartForm(case, as_form(body))
    interest = Interest(filled(form)["interest"])
    actions.state(case=case, user=form.user(), interest=interest, by=by)
    return schemas.Done(id=str(case.pk), state="closed")


@writes(router, "/cases/{uuid:case_id}/parts/{conflict_id}/withdraw", Verb.APPROVE, schemas.Done)
def withdraw_part(request: HttpRequest, case_id: UUID, conflict_id: Number) -> schemas.Done:
    """Takes back that somebody is part of the case. Their roles count for it again."""
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id, Purpose.APPROVAL)
    conflict = queries.part_or_404(case, door.classes(case), conflict_id)
    actions.withdraw(case=case, conflict=conflict, by=by)
    return schemas.Done(id=str(conflict_id), state="withdrawn")


@writes(router, "/cases/{uuid:case_id}/named", Verb.APPROVE, schemas.Done, status=201)
def name_case(request: HttpRequest, case_id: UUID, body: Opened) -> schemas.Done:
    """Opens the case by name to a colleague who works on files and cannot open this one."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.APPROVAL)
    form = NameForm(case, {**as_form(body), "who": f"{body.user}:{body.role}"})
    filled(form)
    row = actions.give(case=case, named=form.named(), by=by)
    return schemas.Done(id=str(row.pk), state="open")


@writes(router, "/cases/{uuid:case_id}/named/{row_id}/end", Verb.APPROVE, schemas.Done)
def end_named(request: HttpRequest, case_id: UUID, row_id: Number) -> schemas.Done:
    """Closes the case again to somebody it was opened to by name."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.APPROVAL)
    row = queries.named_or_404(case, row_id)
    actions.end(case=case, row=row, by=by)
    return schemas.Done(id=str(row_id), state="closed")


def _values(classes: Collection[DataClass]) -> list[str]:
    return sorted(each.value for each in classes)


def _part(row: Conflict) -> Part:
    return Part(
        id=row.pk,
        user=row.user_id,
        name=row.user.name,
        interest=row.interest,
        declared_at=row.declared_at,
    )


def _named(row: GrantedCase) -> NamedOne:
    return NamedOne(
        id=row.pk,
        user=row.grant.holder_id,
        name=row.grant.holder.name,
        role=row.grant.role,
        until=row.valid_until,
        reason=row.reason,
    )
