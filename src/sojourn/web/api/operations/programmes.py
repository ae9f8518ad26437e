"""Programmes, and what they ask for before a step of a case."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Path, Router
from pydantic import Field

from sojourn.web.accounts import queries as accounts
from sojourn.web.accounts.access import principal_of
from sojourn.web.accounts.models import Programme
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import schemas
from sojourn.web.api.kit import Sent, as_form, filled, reads, writes
from sojourn.web.programmes import actions, queries
from sojourn.web.programmes.forms import ChangeForm, ProgrammeForm
from sojourn.web.programmes.gates import MOST_NEEDED, RULES, Gate, Setting, Settings

router = Router(tags=["Programmes"])

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


class NewProgramme(Sent):
    organisation: UUID
    name: str
    code: str


class GateSent(Sent):
    """`needed` is how many people approve; it goes with `plan_approved` alone."""

    gate: Gate
    is_on: bool
    needed: int = Field(1, ge=1, le=MOST_NEEDED)


class ProgrammeChange(Sent):
    """What is named is changed, the rest stays. Gates that are not named stay as they are."""

    name: str | None = None
    code: str | None = None
    is_used: bool | None = None
    gates: list[GateSent] = Field(default_factory=list)


class GatesSent(Sent):
    gates: list[GateSent]


@reads(router, "/programmes", None, schemas.Programmes)
def list_programmes(request: HttpRequest) -> schemas.Programmes:
    """The programmes of the organisations in which one has a role, with what they ask for."""
    found = list(queries.known(principal_of(request)))
    settings = queries.settings_of_many(found)
    return schemas.Programmes(items=[_programme(each, settings[each.pk]) for each in found])


@writes(router, "/programmes", Verb.CONFIGURE, schemas.Done, status=201)
def make_programme(request: HttpRequest, body: NewProgramme) -> schemas.Done:
    """Makes a programme. It begins with what cases without one ask for."""
    by = principal_of(request)
    made = actions.add(by=by, **filled(ProgrammeForm(by, as_form(body))))
    return schemas.Done(id=str(made.pk))


@writes(router, "/programmes/{programme_id}", Verb.CONFIGURE, schemas.Done, method="PATCH")
def change_programme(
    request: HttpRequest, programme_id: Number, body: ProgrammeChange
) -> schemas.Done:
    """Changes a programme's name, code, whether it is used, and what it asks for."""
    by = principal_of(request)
    row = get_object_or_404(accounts.programmes(by), pk=programme_id)
    settings = {**queries.settings_of(row.organisation_id, row.pk), **_sent(body.gates)}
    sent = body.model_dump(exclude_none=True, exclude={"gates"})
    usual = {name: getattr(row, name) for name in ("name", "code", "is_used")}
    needed = {
        f"{gate.value}_needed": settings[gate].needed
        for gate, rule in RULES.items()
        if rule.counted
    }
    data = filled(ChangeForm(row, {**usual, **sent, **needed}, settings=settings))
    actions.change(
        programme=row, code=data["code"], name=data["name"], is_used=data["is_used"], by=by
    )
    actions.set_gates(organisation=row.organisation, programme=row, gates=settings, by=by)
    return schemas.Done(id=str(row.pk), state="used" if row.is_used else "not_used")


@reads(router, "/organisations/{uuid:organisation_id}/gates", Verb.CONFIGURE, schemas.Gates)
def read_gates(request: HttpRequest, organisation_id: UUID) -> schemas.Gates:
    """What an organisation asks for in cases that belong to no programme."""
    organisation = get_object_or_404(accounts.managed(principal_of(request)), pk=organisation_id)
    settings = queries.settings_of(organisation.pk, None)
    return schemas.Gates(organisation=organisation.pk, gates=_gates(settings))


@writes(
    router,
    "/organisations/{uuid:organisation_id}/gates",
    Verb.CONFIGURE,
    schemas.Done,
    method="PUT",
)
def set_gates(request: HttpRequest, organisation_id: UUID, body: GatesSent) -> schemas.Done:
    """Says what is asked for in cases that belong to no programme; the rest stays."""
    by = principal_of(request)
    organisation = get_object_or_404(accounts.managed(by), pk=organisation_id)
    actions.set_gates(organisation=organisation, programme=None, gates=_sent(body.gates), by=by)
    return schemas.Done(id=str(organisation.pk), state="kept")


def _sent(gates: list[GateSent]) -> dict[Gate, Setting]:
    if len({each.gate for each in gates}) != len(gates):
        raise ValidationError({"gates": _("Name each of them once.")})
    return {each.gate: Setting(each.is_on, each.needed) for each in gates}


def _programme(row: Programme, settings: Settings) -> schemas.Programme:
    return schemas.Programme(
        id=row.pk,
        organisation=row.organisation_id,
        code=row.code,
        name=row.name,
        is_used=row.is_used,
        gates=_gates(settings),
    )


def _gates(settings: Settings) -> list[schemas.GateLine]:
    return [
        schemas.GateLine(
            gate=gate.value,
            before=RULES[gate].before.value,
            is_on=setting.is_on,
            needed=setting.needed,
        )
        for gate, setting in settings.items()
    ]
