"""The only writer of exports."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.framework import DataClass
from sojourn.web.accounts.access import SYSTEM, Principal, Purpose
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import record, record_taken
from sojourn.web.cases import frameworks
from sojourn.web.exports import copies, files, rows, rules
from sojourn.web.exports.columns import Record, columns
from sojourn.web.exports.models import Export, Format
from sojourn.web.exports.rows import Who
from sojourn.web.exports.rules import Wish
from sojourn.web.people import identities


@transaction.atomic
def ask(*, organisation: Organisation, wish: Wish, by: Principal) -> Export:
    """Prepares an export: what, for whom, why. Nothing leaves yet, and nothing is copied.

    PermissionDenied without the right to take copies there; ValidationError, by field, for what
    must not go out like this (see `rules.check`).
    """
    if organisation.pk not in by.organisations(Verb.EXPORT):
        raise PermissionDenied(_("Your role does not take copies out of people's files."))
    rules.check(wish, by.classes(organisation.pk, Verb.EXPORT))
    now = timezone.now()
    export = Export(
        organisation=organisation,
        asked_by_id=by.user_id,
        asked_at=now,
        ends_at=now + rules.LASTS,
        format=wish.format,
        purpose=wish.purpose,
        recipient=wish.recipient,
        country=wish.country,
        is_identified=wish.is_identified,
        data_classes=sorted(each.value for each in wish.classes),
        columns=list(wish.columns),
    )
    key = identities.organisation_key(organisation.pk)
    export.words = key.seal(wish.words.strip().encode(), place=_place(export, "words"))
    export.secret = key.seal(secrets.token_bytes(32), place=_place(export, "secret"))
    found = rows.who(by, export)
    export.total, export.kept_back = len(found.going), found.kept_back
    _check_size(export)
    _check_country(found)
    export.save(force_insert=True)
    changed: dict[str, object] = {
        "format": [None, export.format],
        "country": [None, export.country],
    }
    _note(export, "prepare", by, changed)
    return export


@dataclass(frozen=True)
class Taken:
    """A file on its way out, in pieces."""

    content: Iterator[bytes]
    media_type: str
    file_name: str


Advance = Callable[[int], None]


def _silent(_more: int) -> None:
    """Tells nobody how far it is."""


def take(*, export: Export, by: Principal, advance: Advance = _silent) -> Taken:
    """Makes the file from what may go out now. The audit holds whose parts are in it before the
    first piece leaves. `advance` is told of each further person.

    ValidationError where it ended, has become too large for its format, or holds a value that the
    standard it is written in does not know; then nothing left.
    """
    if export.ended_at is not None or export.ends_at <= timezone.now():
        raise ValidationError(_("This export has ended. Prepare it again."))
    found = rows.who(by, export)
    going = found.going
    export.total, export.kept_back, export.done = len(going), found.kept_back, 0
    _check_size(export)
    _check_country(found)
    framework = frameworks.current()
    chosen = columns(export.columns, frozenset(map(DataClass, export.data_classes)), framework)
    key = identities.organisation_key(export.organisation_id)
    secret = key.open(bytes(export.secret), place=_place(export, "secret"))
    ids = [each.object_id for each in going]
    told = files.about(export, by.name, f"{framework.id} {framework.version}")
    records = files.Records(
        _counted(export, rows.records(by, export, ids, secret), advance),
        lambda: rows.records(by, export, ids, secret),
    )
    content = files.written(export, records, chosen, told)
    with transaction.atomic():
        export.downloads += 1
        # Files made in memory are whole by now; of the others the count goes on as they leave.
        fields = ["total", "kept_back", "downloads"]
        export.save(update_fields=[*fields, *(["done"] if export.done else [])])
        record_taken(
            by=by,
            purpose=Purpose.EXPORT,
            object=export,
            organisation_id=export.organisation_id,
            shown=going,
            classes=map(DataClass, export.data_classes),
            reason=export.purpose,
        )
        copies.went_out(export, going)
    media_type, ending = files.kind_of(export)
    return Taken(content, media_type, f"export-{str(export.pk)[:8]}.{ending}")


@transaction.atomic
def end(*, export: Export, by: Principal) -> None:
    """Ends an export before its time: it can be downloaded no more, and its codes mean nothing."""
    if by != SYSTEM and export.asked_by_id != by.user_id:
        raise PermissionDenied(_("Only who prepared an export ends it."))
    export.ended_at, export.secret = timezone.now(), b""
    export.save(update_fields=["ended_at", "secret"])
    _note(export, "end_export", by)


def end_due(*, at: datetime) -> int:
    """Ends what has had its time; how many."""
    due = Export.objects.filter(ended_at=None, ends_at__lte=at)
    for export in due:
        end(export=export, by=SYSTEM)
    return len(due)


def _counted(export: Export, records: Iterable[Record], advance: Advance) -> Iterator[Record]:
    """Passes records on, and notes how far it is for the page that shows it."""
    count = 0
    for count, each in enumerate(records, start=1):
        yield each
        advance(1)
        if count % rows.BATCH == 0:
            Export.objects.filter(pk=export.pk).update(done=count)
    export.done = export.total
    Export.objects.filter(pk=export.pk).update(done=export.total)


def _check_size(export: Export) -> None:
    most = rules.MOST.get(Format(export.format))
    if most is not None and export.total > most:
        raise ValidationError(
            {
                "format": _("This format holds %(most)d people at most. Choose CSV or JSON.")
                % {"most": most}
            }
        )


def _check_country(found: Who) -> None:
    """The nationality that is on file counts, whatever was answered about the country."""
    if found.from_there:
        raise ValidationError({"to_origin": rules.not_to_origin()})


def _note(
    export: Export, verb: str, by: Principal, changed: dict[str, object] | None = None
) -> None:
    record(
        by=by,
        verb=verb,
        object=export,
        organisation_id=export.organisation_id,
        changed=changed,
        reason=export.purpose,
    )


def _place(export: Export, column: str) -> str:
    return f"exports_export.{column}|{export.pk}"
