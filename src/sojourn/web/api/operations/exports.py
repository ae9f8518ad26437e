"""Taking data out: preparing an export, its file, ending it. Each has their own and no others."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Router, Schema

from sojourn.web.accounts.access import principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import schemas
from sojourn.web.api.kit import Sent, as_form, filled, gives_file, reads, writes
from sojourn.web.exports import actions, queries
from sojourn.web.exports.forms import ExportForm
from sojourn.web.exports.models import Export
from sojourn.web.walls.standing import sent

router = Router(tags=["Exports"])


class ExportWish(Sent):
    """What goes out, for whom and why. `to_origin` is whether it goes to a country that any of the
    people come from: `no`, `yes`, `unsure`; needed for whatever leaves the organisation."""

    organisation: UUID
    format: str
    purpose: str
    recipient: str = "own"
    country: str = ""
    to_origin: str = ""
    words: str
    is_identified: bool = False
    data_classes: list[str]
    columns: list[str]


class ExportLine(Schema):
    """An export. Of `total` people it holds something, of `kept_back` others nothing may go."""

    id: UUID
    organisation: UUID
    format: str
    purpose: str
    recipient: str
    country: str
    is_identified: bool
    data_classes: list[str]
    columns: list[str]
    asked_at: datetime
    ends_at: datetime
    total: int
    kept_back: int
    done: int
    downloads: int


class Exports(Schema):
    items: list[ExportLine]


@reads(router, "/exports", Verb.EXPORT, Exports)
def list_exports(request: HttpRequest) -> Exports:
    """One's own exports that can still be downloaded, newest first."""
    return Exports(items=[_line(row) for row in queries.mine(principal_of(request))])


@writes(router, "/exports", Verb.EXPORT, schemas.Done, status=201)
def prepare_export(request: HttpRequest, body: ExportWish) -> schemas.Done:
    """Prepares an export. Nothing leaves yet: its file is made when it is asked for."""
    by = principal_of(request)
    sent = as_form(body) | {"is_identified": "yes" if body.is_identified else "no"}
    form = ExportForm(by, sent)
    data = filled(form)
    row = actions.ask(organisation=data["organisation"], wish=form.wish(), by=by)
    return schemas.Done(id=str(row.pk), state="prepared")


@reads(router, "/exports/{uuid:export_id}", Verb.EXPORT, ExportLine)
def read_export(request: HttpRequest, export_id: UUID) -> ExportLine:
    """One export: what goes, of how many, how far a download is."""
    return _line(queries.mine_or_404(principal_of(request), export_id))


@gives_file(router, "/exports/{uuid:export_id}/file", Verb.EXPORT)
def download_export(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """The file, made as it leaves from what may go out now."""
    by = principal_of(request)
    taken = actions.take(export=queries.mine_or_404(by, export_id), by=by)
    response = StreamingHttpResponse(sent(by, taken.content), content_type=taken.media_type)
    response["Content-Disposition"] = f'attachment; filename="{taken.file_name}"'
    return response  # type: ignore[return-value]  # the library passes on whatever Django answers with


@writes(router, "/exports/{uuid:export_id}/end", Verb.EXPORT, schemas.Done)
def end_export(request: HttpRequest, export_id: UUID) -> schemas.Done:
    """Ends an export before its time: it can be downloaded no more."""
    by = principal_of(request)
    row = queries.mine_or_404(by, export_id)
    actions.end(export=row, by=by)
    return schemas.Done(id=str(row.pk), state="ended")


def _line(row: Export) -> ExportLine:
    return ExportLine(
        id=row.pk,
        organisation=row.organisation_id,
        **{
            name: getattr(row, name)
            for name in (
                *("format", "purpose", "recipient", "country", "is_identified", "data_classes"),
                *("columns", "asked_at", "ends_at", "total", "kept_back", "done", "downloads"),
            )
        },
    )
