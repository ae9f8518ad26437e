"""Taking people in: the file, its columns, a look at every row, and then writing or undoing."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable

import xlsxwriter
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sojourn.web.accounts.access import Principal, needs, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.imports import actions, columns, queries
from sojourn.web.imports.forms import ColumnsForm, UploadForm
from sojourn.web.imports.models import Import, ImportState, Outcome

_SHOWN = 100
_WAITING = (ImportState.UPLOADED, ImportState.STAGED)


@needs(Verb.WRITE)
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """The tables that I brought."""
    found = queries.mine(principal_of(request))[:50]
    return render(request, "imports/list.html", {"imports": found})


@needs(Verb.WRITE)
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """An empty table with the headings that are understood at once, each explained."""
    del request
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        text = book.add_format({"num_format": "@"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        sheet, notes = book.add_worksheet(_("People")[:31]), book.add_worksheet(_("Help")[:31])
        sheet.freeze_panes(1, 0)
        for at, (name, label) in enumerate(columns.FIELDS.items()):
            sheet.set_column(at, at, 26, text)
            sheet.write_string(0, at, str(label), bold)
            notes.write_string(at, 0, str(label), bold)
            notes.write_string(at, 1, str(columns.HELP[name]), wrap)
        notes.set_column(0, 0, 32)
        notes.set_column(1, 1, 70)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    headers = {"Content-Disposition": 'attachment; filename="people.xlsx"'}
    return HttpResponse(held.getvalue(), content_type=kind, headers=headers)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Brings a table."""
    by = principal_of(request)
    posted = request.method == "POST"
    form = UploadForm(by, request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        try:
            whole = actions.upload(
                organisation=form.cleaned_data["organisation"],
                content=form.cleaned_data["file"].read(),
                ground=form.ground(),
                by=by,
            )
            return redirect("imports:columns", import_id=whole.pk)
        except ValidationError as problem:
            form.add_error("file", problem)
    return render(request, "imports/new.html", {"form": form}, status=400 if form.errors else 200)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def columns_of(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """What the columns are, and then a look at every row."""
    by = principal_of(request)
    whole = queries.mine_or_404(by, import_id)
    if whole.state not in _WAITING:
        return redirect("imports:import", import_id=whole.pk)
    headings = actions.headings_of(whole)
    form = ColumnsForm(headings, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.look_at(whole=whole, mapping=form.mapping(), by=by)
            return redirect("imports:import", import_id=whole.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    context = {"form": form, "whole": whole, "ignored": headings.ignored}
    return render(request, "imports/columns.html", context, status=400 if form.errors else 200)


@needs(Verb.WRITE)
@require_GET
def whole_import(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """What the rows would do or did, and what is wrong with them."""
    whole = queries.mine_or_404(principal_of(request), import_id)
    if whole.state == ImportState.UPLOADED:
        return redirect("imports:columns", import_id=whole.pk)
    rows = list(whole.rows.order_by("number").defer("values", "before"))
    counted = actions.count(rows)
    refused = [row for row in rows if row.outcome == Outcome.REFUSED]
    is_staged = whole.state == ImportState.STAGED
    context = {
        "whole": whole,
        "counts": [(outcome, n) for outcome, n in counted.items() if n],
        "problems": actions.problems_of(whole, refused[:_SHOWN]) if is_staged else [],
        "more": max(0, len(refused) - _SHOWN),
        "kept": [row.number for row in rows if row.outcome == Outcome.KEPT],
        "writes": counted[Outcome.NEW] + counted[Outcome.CHANGED],
        "is_staged": is_staged,
        "undo_until": _undo_until(whole),
    }
    return render(request, "imports/import.html", context)


@needs(Verb.WRITE)
@require_POST
def apply(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """Writes it."""
    return _act(request, import_id, actions.apply, _("The table was taken in."))


@needs(Verb.WRITE)
@require_POST
def undo(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """Takes it back."""
    return _act(request, import_id, actions.undo, _("It was undone."))


@needs(Verb.WRITE)
@require_POST
def drop(request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
    """Removes a table that was not taken in."""
    by = principal_of(request)
    try:
        actions.drop(whole=queries.mine_or_404(by, import_id), by=by)
        messages.success(request, _("The table was removed."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("imports:list")


def _act(
    request: HttpRequest, import_id: uuid.UUID, act: Callable[..., None], done: str
) -> HttpResponse:
    by: Principal = principal_of(request)
    whole = queries.mine_or_404(by, import_id)
    try:
        act(whole=whole, by=by)
        messages.success(request, done)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("imports:import", import_id=whole.pk)


def _undo_until(whole: Import) -> object:
    if whole.state != ImportState.APPLIED or whole.applied_at is None:
        return None
    until = whole.applied_at + actions.UNDO_FOR
    return until if until > timezone.now() else None
