"""The only writer of notes and their files."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal, Purpose, reaches
from sojourn.web.audit.actions import record
from sojourn.web.cases import versions
from sojourn.web.cases.models import Case, Difference
from sojourn.web.cases.versions import Edited, Merged
from sojourn.web.notes import rules
from sojourn.web.notes.models import Attachment, Note
from sojourn.web.people import words


@dataclass(frozen=True)
class Upload:
    """A file as it arrived."""

    name: str
    content: bytes


@transaction.atomic
def write(
    *,
    case: Case,
    text: str,
    data_class: str,
    is_confidential: bool,
    by: Principal,
    file: Upload | None = None,
) -> Note:
    """Writes a note, with its file or without one: both or neither are kept.

    Raises PermissionDenied without the right to write, ValidationError (by field) for an empty
    note, a data class that `by` may not see, and a file that is not taken in.
    """
    if not reaches(by, case, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))
    if not text.strip() and file is None:
        raise ValidationError({"text": _("Write something, or choose a file.")})
    cleared = {each.value for each in by.classes_of_case(case, Purpose.CASE_WORK.verb)}
    if data_class not in cleared or data_class not in dict(_ABOUT):
        raise ValidationError({"data_class": _("Choose one.")})
    note = Note(
        case=case,
        person_id=case.person_id,
        organisation_id=case.organisation_id,
        data_class=data_class,
        is_confidential=is_confidential,
        author_id=by.user_id,
        made_at=timezone.now(),
    )
    note.words = words.seal(note, "words", case.person, text.strip())
    note.save(force_insert=True)
    _record(note, "add", by)
    if file is not None:
        _keep(note, case, file, by)
    return note


@transaction.atomic
def change(*, note: Note, text: str, by: Principal, base: int | None = None) -> Merged:
    """Changes the words of a note. Where somebody else changed them since `base`, theirs stay and
    both are kept for the author to decide (see `cases.versions`)."""
    if not reaches(by, note, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))
    if not text.strip():
        raise ValidationError({"text": _("Write something.")})
    now = Note.objects.select_for_update().get(pk=note.pk)
    case = note.case
    edited = Edited(now, case, now.row_version, now.data_class, now.is_confidential, now.author_id)
    values = {"words": words.opened(now, "words", words.key_for(case.person))}
    base_values = versions.base_of(edited, values, base)
    merged = versions.merge(base=base_values, now=values, sent={"words": text.strip()})
    versions.keep_differences(edited, values, merged, by)
    if merged.write:
        note.row_version = versions.keep_revision(edited, values, by)
        note.words = words.seal(note, "words", case.person, merged.write["words"])
        note.changed_at = timezone.now()
        note.save(update_fields=["words", "row_version", "changed_at"])
        _record(note, "correct", by)
    return merged


def write_words(difference: Difference, value: str, by: Principal) -> None:
    """Puts the words that were decided for in place."""
    rows = Note.objects.select_related("case__person__key")
    change(note=rows.get(pk=difference.subject_id), text=value, by=by)


_ABOUT = Note._meta.get_field("data_class").choices or []


def _keep(note: Note, case: Case, file: Upload, by: Principal) -> None:
    try:
        kind = rules.kind_of(file.content)
        content = rules.without_hidden(file.content, kind)
    except ValidationError as refused:
        raise ValidationError({"file": refused.messages}) from None
    if case.person.erased_at is not None:
        raise ValidationError(_("This person was erased, so nothing can be written about them."))
    row = Attachment(
        note=note,
        person_id=note.person_id,
        organisation_id=note.organisation_id,
        kind=kind,
        size=len(content),
        made_at=note.made_at,
    )
    key = words.key_for(case.person)
    assert key is not None  # noqa: S101 - somebody who was not erased has a key
    row.name = words.seal(row, "name", case.person, rules.given_name(file.name, kind))
    row.content = key.seal(content, place=f"notes_attachment.content|{row.pk}")
    row.save(force_insert=True)
    _record(row, "add", by)


def _record(row: Note | Attachment, verb: str, by: Principal) -> None:
    record(
        by=by,
        verb=verb,
        object=row,
        organisation_id=row.organisation_id,
        person_id=row.person_id,
        case_id=_case_id(row),
    )


def _case_id(row: Note | Attachment) -> UUID:
    found: UUID = row.case_id if isinstance(row, Note) else row.note.case_id
    return found
