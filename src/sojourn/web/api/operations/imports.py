"""Taking people in: a table, its columns, a look at every row, then writing or undoing."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja import File, Form, Router, Schema, UploadedFile

from sojourn.web.accounts.access import principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import schemas
from sojourn.web.api.kit import Sent, as_form, filled, reads, writes
from sojourn.web.imports import actions, queries
from sojourn.web.imports.forms import ColumnsForm, UploadForm
from sojourn.web.imports.models import Import, ImportState, Outcome

router = Router(tags=["Imports"])

_PROBLEMS = 100


class ImportSent(Sent):
    """On what it rests that people are taken in: `basis` is `none` or `agreed`. The rest is needed
    where they agreed."""

    organisation: UUID
    basis: str
    agreed_on: str = ""
    purposes: list[str] = []
    data_classes: list[str] = []
    explained: str = ""
    method: str = ""
    evidence: str = ""


class Mapping(Sent):
    """For each heading what it is: a field, `answer.` and the name of a question, or nothing."""

    mapping: dict[str, str]


class ImportLine(Schema):
    """A table. `rows` is how many rows do what."""

    id: UUID
    organisation: UUID
    state: str
    made_at: datetime
    ends_at: datetime
    applied_at: datetime | None
    rows: dict[str, int]


class Imports(Schema):
    items: list[ImportLine]


class ImportProblem(Schema):
    """What is wrong with a row. It may repeat what stands in the table."""

    row: int
    field: str
    detail: str


class WholeImport(ImportLine):
    """`columns` are the headings and what they were taken for; None once the table was taken in.
    `problems` are those of the first hundred rows that stay out."""

    columns: dict[str, str] | None
    ignored: list[str]
    problems: list[ImportProblem]


@reads(router, "/imports", Verb.WRITE, Imports)
def list_imports(request: HttpRequest) -> Imports:
    """The tables that one brought oneself, newest first."""
    return Imports(items=[_line(row) for row in queries.mine(principal_of(request))[:50]])


@writes(router, "/imports", Verb.WRITE, schemas.Done, status=201)
def upload_import(
    request: HttpRequest, fields: Form[ImportSent], file: File[UploadedFile]
) -> schemas.Done:
    """Keeps a table, sealed, to be looked at: CSV, XLSX or HTCDS. Nothing is written about anybody.

    What the columns are is guessed; `PUT .../columns` says it and looks at every row.
    """
    by = principal_of(request)
    form = UploadForm(by, as_form(fields), MultiValueDict({"file": [file]}))
    data = filled(form)
    whole = actions.upload(
        organisation=data["organisation"], content=data["file"].read(), ground=form.ground(), by=by
    )
    return schemas.Done(id=str(whole.pk), state=whole.state)


@reads(router, "/imports/{uuid:import_id}", Verb.WRITE, WholeImport)
def read_import(request: HttpRequest, import_id: UUID) -> WholeImport:
    """What the rows would do or did, and what is wrong with them."""
    whole = queries.mine_or_404(principal_of(request), import_id)
    waits = whole.state in (ImportState.UPLOADED, ImportState.STAGED)
    headings = actions.headings_of(whole) if waits else None
    refused = whole.rows.filter(outcome=Outcome.REFUSED).order_by("number")[:_PROBLEMS]
    return WholeImport(
        **dict(_line(whole)),
        columns=dict(headings.mapping) if headings is not None else None,
        ignored=list(headings.ignored) if headings is not None else [],
        problems=[
            ImportProblem(row=number, field=each.column, detail=each.text)
            for number, found in (actions.problems_of(whole, refused) if waits else [])
            for each in found
        ],
    )


@writes(router, "/imports/{uuid:import_id}/columns", Verb.WRITE, schemas.Done, method="PUT")
def set_import_columns(request: HttpRequest, import_id: UUID, body: Mapping) -> schemas.Done:
    """Says what the columns are, and looks at every row. Nothing is written about anybody."""
    by = principal_of(request)
    whole = queries.mine_or_404(by, import_id)
    form = ColumnsForm.of(actions.headings_of(whole), body.mapping)
    filled(form)
    actions.look_at(whole=whole, mapping=form.mapping(), by=by)
    return schemas.Done(id=str(whole.pk), state=ImportState.STAGED.value)


@writes(router, "/imports/{uuid:import_id}/acts/{act}", Verb.WRITE, schemas.Done)
def act_with_import(
    request: HttpRequest, import_id: UUID, act: Literal["apply", "undo", "remove"]
) -> schemas.Done:
    """Takes the table in, undoes that, or removes a table that was not taken in."""
    by = principal_of(request)
    whole = queries.mine_or_404(by, import_id)
    {"apply": actions.apply, "undo": actions.undo, "remove": actions.drop}[act](whole=whole, by=by)
    states = {"apply": "applied", "undo": "undone", "remove": "removed"}
    return schemas.Done(id=str(import_id), state=states[act])


def _line(whole: Import) -> ImportLine:
    rows = whole.rows.defer("values", "before", "problems")
    return ImportLine(
        id=whole.pk,
        organisation=whole.organisation_id,
        state=whole.state,
        made_at=whole.made_at,
        ends_at=whole.ends_at,
        applied_at=whole.applied_at,
        rows={outcome.value: n for outcome, n in actions.count(rows).items() if n},
    )
