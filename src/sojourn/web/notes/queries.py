"""Reads of notes, narrowed by `visible`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404

from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.cases.models import Case
from sojourn.web.notes.models import Attachment, Note
from sojourn.web.people import words


@dataclass(frozen=True)
class Line:
    """A note as a page shows it. `files` are ids with names."""

    note: Note
    text: str
    files: tuple[tuple[uuid.UUID, str], ...]


def of_case(principal: Principal, case: Case) -> list[Line]:
    """The notes of a case that the principal may read, newest first, without what files hold."""
    files = Prefetch("files", Attachment.objects.defer("content"))
    rows = Note.objects.filter(case=case).select_related("author").prefetch_related(files)
    shown = visible(principal, rows, Purpose.SUPPORT).rows.order_by("-made_at")
    key = words.key_for(case.person)
    return [
        Line(
            note,
            words.opened(note, "words", key),
            tuple((file.pk, words.opened(file, "name", key)) for file in note.files.all()),
        )
        for note in shown
    ]


def note_or_404(principal: Principal, case: Case, note_id: uuid.UUID) -> Note:
    """One note that the principal may change; one that is not for them is not there."""
    rows = visible(principal, Note.objects.filter(case=case), Purpose.CASE_WORK).rows
    return get_object_or_404(rows.select_related("case__person__key"), pk=note_id)


def file_or_404(principal: Principal, case: Case, file_id: uuid.UUID) -> Attachment:
    """One file that the principal may open; none of somebody who was erased."""
    rows = Attachment.objects.filter(note__case=case, note__person__erased_at=None)
    return get_object_or_404(visible(principal, rows, Purpose.SUPPORT).rows, pk=file_id)
