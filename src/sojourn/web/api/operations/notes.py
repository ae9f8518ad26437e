"""Notes of a case and the files that go with them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict
from ninja import File, Form, Router
from ninja.files import UploadedFile

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Purpose, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import schemas
from sojourn.web.api.kit import (
    Sent,
    as_form,
    base_version,
    filled,
    gives_file,
    reads,
    withheld,
    writes,
)
from sojourn.web.api.operations.cases import merged_or_409, tellable
from sojourn.web.audit.actions import note_read
from sojourn.web.cases import queries as cases
from sojourn.web.notes import actions, queries
from sojourn.web.notes.forms import NoteForm, TextForm
from sojourn.web.notes.models import ABOUT, Note
from sojourn.web.notes.views import give_out

router = Router(tags=["Notes"])


class NewNote(Sent):
    """A note. A confidential one is for its author and the supervisors of the case."""

    text: str
    data_class: str
    is_confidential: bool = False


class Words(Sent):
    text: str
    row_version: int | None = None


@reads(router, "/cases/{uuid:case_id}/notes", Verb.READ, schemas.Notes)
def list_notes(request: HttpRequest, case_id: UUID) -> schemas.Notes:
    """What was written down about a case, as far as one may read it, newest first."""
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
    about = [DataClass(value) for value, _label in ABOUT]
    told = tellable(door.classes(case))
    return schemas.Notes(
        items=[
            schemas.Note(
                id=line.note.pk,
                text=line.text,
                data_class=line.note.data_class,
                is_confidential=line.note.is_confidential,
                author=line.note.author.name if line.note.author else "",
                made_at=line.note.made_at,
                changed_at=line.note.changed_at,
                row_version=line.note.row_version,
                files=[schemas.File(id=pk, name=name) for pk, name in line.files],
            )
            for line in lines
        ],
        withheld=withheld(door.classes(case), [each for each in about if each in told]),
    )


@writes(router, "/cases/{uuid:case_id}/notes", Verb.WRITE, schemas.Done, status=201)
def write_note(request: HttpRequest, case_id: UUID, body: NewNote) -> schemas.Done:
    """Writes a note."""
    return _write(request, case_id, NoteFields(**body.model_dump()), None)


class NoteFields(Sent):
    text: str = ""
    data_class: str
    is_confidential: bool = False


@writes(router, "/cases/{uuid:case_id}/notes/with-file", Verb.WRITE, schemas.Done, status=201)
def attach_file(
    request: HttpRequest,
    case_id: UUID,
    fields: Form[NoteFields],
    file: File[UploadedFile],
) -> schemas.Done:
    """Writes a note with a file: a PDF or a picture, up to 8 MB. Both are kept, or neither."""
    return _write(request, case_id, fields, file)


@writes(
    router,
    "/cases/{uuid:case_id}/notes/{uuid:note_id}",
    Verb.WRITE,
    schemas.Done,
    method="PATCH",
)
def change_note(
    request: HttpRequest, case_id: UUID, note_id: UUID, body: Words
) -> schemas.Done | HttpResponse:
    """Changes the words of a note.

    Where somebody else changed them since the version that was read, theirs stay, both are kept
    for the author to decide, and the answer (409) holds both.
    """
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    note = queries.note_or_404(by, case, note_id)
    base = base_version(request, body.row_version)
    data = filled(TextForm({"text": body.text, "base": base}))
    merged = actions.change(note=note, text=data["text"], by=by, base=base)
    version = Note.objects.values_list("row_version", flat=True).get(pk=note.pk)
    return merged_or_409(by, case, merged, version, str(note.pk))


@gives_file(router, "/cases/{uuid:case_id}/files/{uuid:file_id}", Verb.READ)
def read_file(request: HttpRequest, case_id: UUID, file_id: UUID) -> HttpResponse:
    """Gives a file out, to be saved."""
    by = principal_of(request)
    case, _door = cases.case_or_404(by, case_id)
    row = queries.file_or_404(by, case, file_id)
    note_read(request, by=by, purpose=Purpose.SUPPORT, shown=[row], case_id=case.pk)
    return give_out(row, case)


def _write(
    request: HttpRequest, case_id: UUID, fields: NoteFields, file: UploadedFile | None
) -> schemas.Done:
    by = principal_of(request)
    case, door = cases.case_or_404(by, case_id, Purpose.CASE_WORK)
    files = MultiValueDict({"file": [file]} if file is not None else {})
    form = NoteForm(door.classes(case), as_form(fields), files)
    data = filled(form)
    note = actions.write(
        case=case,
        text=data["text"],
        data_class=data["data_class"],
        is_confidential=data["is_confidential"],
        file=form.upload(),
        by=by,
    )
    return schemas.Done(id=str(note.pk), row_version=note.row_version)
