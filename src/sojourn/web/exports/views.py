"""Taking data out: preparing an export, downloading it, ending it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sojourn.framework import DataClass
from sojourn.web.accounts.access import needs, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.consent.words import CLASSES
from sojourn.web.exports import actions, queries
from sojourn.web.exports.columns import FIXED, GROUPS
from sojourn.web.exports.forms import ExportForm
from sojourn.web.exports.models import Export
from sojourn.web.people.forms import country_label


@needs(Verb.EXPORT)
@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    """My exports that can still be downloaded."""
    found = queries.mine(principal_of(request))
    return render(request, "exports/list.html", {"exports": found})


@needs(Verb.EXPORT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Prepares an export."""
    by = principal_of(request)
    form = ExportForm(by, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            export = actions.ask(
                organisation=form.cleaned_data["organisation"], wish=form.wish(), by=by
            )
            return redirect("exports:export", export_id=export.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    return render(request, "exports/new.html", {"form": form}, status=400 if form.errors else 200)


@needs(Verb.EXPORT)
@require_GET
def export(request: HttpRequest, export_id: uuid.UUID) -> HttpResponse:
    """One export: what goes, of how many, how far a download is."""
    return _page(request, queries.mine_or_404(principal_of(request), export_id))


@needs(Verb.EXPORT)
@require_GET
def download(request: HttpRequest, export_id: uuid.UUID) -> HttpResponseBase:
    """The file itself, made as it leaves."""
    by = principal_of(request)
    row = queries.mine_or_404(by, export_id)
    try:
        taken = actions.take(export=row, by=by)
    except ValidationError as problem:
        for text in problem.messages:
            messages.error(request, text)
        return _page(request, row, status=400)
    response = StreamingHttpResponse(taken.content, content_type=taken.media_type)
    response["Content-Disposition"] = f'attachment; filename="{taken.file_name}"'
    return response


@needs(Verb.EXPORT)
@require_POST
def end(request: HttpRequest, export_id: uuid.UUID) -> HttpResponse:
    """Ends an export before its time."""
    by = principal_of(request)
    actions.end(export=queries.mine_or_404(by, export_id), by=by)
    messages.success(request, _("The export has ended."))
    return redirect("exports:list")


def _page(request: HttpRequest, row: Export, status: int = 200) -> HttpResponse:
    labels = {name: label for name, (label, *_rest) in FIXED.items()} | dict(GROUPS)
    context = {
        "export": row,
        "classes": [CLASSES[DataClass(value)] for value in row.data_classes],
        "columns": [labels[name] for name in row.columns if name in labels],
        "country": country_label(row.country),
    }
    return render(request, "exports/export.html", context, status=status)
