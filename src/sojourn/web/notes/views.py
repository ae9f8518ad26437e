"""The notes of a case and their files."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sojourn.web.accounts.access import Purpose, needs, principal_of, reaches
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import queries as cases
from sojourn.web.cases.merging import tell_merged
from sojourn.web.cases.models import Case
from sojourn.web.cases.page import about
from sojourn.web.notes import actions, queries
from sojourn.web.notes.forms import NoteForm, TextForm
from sojourn.web.notes.models import Attachment
from sojourn.web.notes.rules import too_large
from sojourn.web.people import identities, words


@needs(Verb.READ)
@require_GET
def notes(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """What was written down about a case."""
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id)
    lines = queries.of_case(by, case)
    note_read(
        request,
        by=by,
        purpose=Purpose.SUPPORT,
        shown=[line.note for line in lines] or [case],
        person_id=case.person_id,
        case_id=case.pk,
        classes=door.classes(case),
    )
    may_write = reaches(by, case, Purpose.CASE_WORK) and case.person.erased_at is None
    differing = len(cases.differences(by, case))
    context = {**about(case), "lines": lines, "may_write": may_write, "differing": differing}
    return render(request, "notes/list.html", context)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, case_id: uuid.UUID) -> HttpResponse:
    """Writes a note."""
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    form = NoteForm(door.classes(case), request.POST or None, request.FILES or None)
    if request.method == "POST" and _is_too_large(request):
        form.add_error("file", too_large())
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            actions.write(
                case=case,
                text=data["text"],
                data_class=data["data_class"],
                is_confidential=data["is_confidential"],
                file=form.upload(),
                by=by,
            )
            messages.success(request, _("The note was saved."))
            return redirect("notes:list", case_id=case.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[case], case_id=case.pk)
    context = {**about(case), "form": form}
    return render(request, "notes/note.html", context, status=400 if form.errors else 200)


@needs(Verb.WRITE)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, case_id: uuid.UUID, note_id: uuid.UUID) -> HttpResponse:
    """Changes the words of a note."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    note = queries.note_or_404(by, case, note_id)
    now = words.opened(note, "words", words.key_for(case.person))
    form = TextForm(request.POST or None, initial={"text": now, "base": note.row_version})
    if request.method == "POST" and form.is_valid():
        try:
            data = form.cleaned_data
            merged = actions.change(note=note, text=data["text"], by=by, base=data["base"])
            tell_merged(request, merged, _("The note was saved."))
            return redirect("notes:list", case_id=case.pk)
        except ValidationError as problem:
            form.add_error(None, problem)
    note_read(request, by=by, purpose=Purpose.CASE_WORK, shown=[note], case_id=case.pk)
    context = {**about(case), "form": form, "note": note}
    return render(request, "notes/note.html", context, status=400 if form.errors else 200)


@needs(Verb.READ)
@require_GET
def file(request: HttpRequest, case_id: uuid.UUID, file_id: uuid.UUID) -> HttpResponse:
    """Gives a file out, to be saved and not shown: what it holds runs nowhere."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id)
    row = queries.file_or_404(by, case, file_id)
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=[row], case_id=case.pk)
    return give_out(row, case)


def give_out(row: Attachment, case: Case) -> HttpResponse:
    """A file as an answer, for callers that reached it and noted the read."""
    key = identities.key_of(case.person)
    content = key.open(bytes(row.content), place=f"notes_attachment.content|{row.pk}")
    name = content_disposition_header(as_attachment=True, filename=words.opened(row, "name", key))
    headers = {"Content-Disposition": name or "attachment"}
    return HttpResponse(content, content_type=row.kind, headers=headers)


def _is_too_large(request: HttpRequest) -> bool:
    """Whether the request was longer than what is kept in memory; its file was not read then."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
