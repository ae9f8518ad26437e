"""The only writer of the audit."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _

from sojourn.framework import DataClass
from sojourn.web import log
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit import chain, checkpoints
from sojourn.web.audit.models import Checkpoint, Custody, Event, Seen
from sojourn.web.audit.queries import Verification, verify
from sojourn.web.walls.standing import system

if TYPE_CHECKING:
    from sojourn.web.accounts.access import Principal, Purpose

_LOCK = 0x50_4A_52_4E
"""One advisory lock for all who add to the chain (PostgreSQL; SQLite has one writer anyway)."""


class AuditError(Exception):
    """An event was to be written outside a transaction: it could be lost with the change kept."""


@dataclass(frozen=True)
class Shown:
    """One row that a page shows."""

    object_id: str
    person_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Entry:
    """An event before it has its place in the chain."""

    by: Principal
    verb: str
    object_type: str = ""
    object_id: str = ""
    organisation_id: uuid.UUID | None = None
    grant_id: int | None = None
    purpose: str = ""
    case_id: uuid.UUID | None = None
    person_id: uuid.UUID | None = None
    classes: Iterable[DataClass] = ()
    changed: Mapping[str, object] = field(default_factory=dict)
    shown: Sequence[Shown] | None = None
    channel: str = "screen"
    reason: str = ""


LISTENERS: list[Callable[[Entry, Model | None], None]] = []
"""What else hears of a change, in the same transaction; each app adds its own when it is ready."""


def record(
    *,
    by: Principal,
    verb: str,
    object: Model | None = None,  # noqa: A002 - reads as what it is where it is called
    organisation_id: uuid.UUID | None = None,
    person_id: uuid.UUID | None = None,
    case_id: uuid.UUID | None = None,
    changed: Mapping[str, object] | None = None,
    channel: str = "screen",
    reason: str = "",
) -> None:
    """Adds the event of a change, in the transaction of that change.

    `changed` holds old and new values only of fields that say nothing about a person; for others
    None. AuditError outside a transaction.
    """
    entry = Entry(
        by=by,
        verb=verb,
        object_type=object._meta.label_lower if object is not None else "",
        object_id=str(object.pk) if object is not None else "",
        organisation_id=organisation_id,
        grant_id=_grant(by, organisation_id),
        case_id=case_id,
        person_id=person_id,
        changed=changed or {},
        channel=channel,
        reason=reason,
    )
    _append([entry])
    for listener in LISTENERS:
        listener(entry, object)


def note_read(
    request: HttpRequest,
    *,
    by: Principal,
    purpose: Purpose,
    shown: Sequence[Model],
    organisation_id: uuid.UUID | None = None,
    person_id: uuid.UUID | None = None,
    case_id: uuid.UUID | None = None,
    classes: Iterable[DataClass] = (),
    verb: str = "read",
    channel: str = "screen",
) -> None:
    """Remembers that a page is about to show these rows (of one model).

    All of a request's reads are written at once, before the answer leaves. Every row that belongs
    to a person must have `person_id`, or be one. What was opened in an emergency is noted with its
    reason.
    """
    single = shown[0] if len(shown) == 1 else None
    opened = by.opened({case_id, person_id, *map(_person_of, shown)} - {None})
    entry = Entry(
        by=by,
        verb=verb,
        object_type=shown[0]._meta.label_lower if shown else "",
        object_id=str(single.pk) if single is not None else "",
        organisation_id=organisation_id or _common_organisation(shown),
        grant_id=by.grant_for(organisation_id or _common_organisation(shown), purpose.verb),
        purpose=purpose.label,
        case_id=case_id,
        person_id=person_id or (_person_of(single) if single is not None else None),
        classes=classes,
        shown=[Shown(str(row.pk), _person_of(row)) for row in shown],
        channel=channel,
        reason=opened.opened_for if opened is not None else "",
    )
    pending(request).append(entry)


def record_taken(
    *,
    by: Principal,
    purpose: Purpose,
    object: Model,  # noqa: A002 - reads as what it is where it is called
    organisation_id: uuid.UUID,
    shown: Sequence[Shown],
    classes: Iterable[DataClass],
    reason: str,
) -> None:
    """Adds the event of a copy that is about to leave, with the ids of all whose part is in it.

    AuditError outside a transaction. `reason` is a code, never words.
    """
    _append(
        [
            Entry(
                by=by,
                verb="export",
                object_type=object._meta.label_lower,
                object_id=str(object.pk),
                organisation_id=organisation_id,
                grant_id=by.grant_for(organisation_id, purpose.verb),
                purpose=purpose.label,
                person_id=shown[0].person_id if len(shown) == 1 else None,
                classes=classes,
                shown=shown,
                channel="export",
                reason=reason,
            )
        ]
    )


@transaction.atomic
def sign(*, by: Principal) -> checkpoints.Signed:
    """Signs the chain as it is once this request is in it."""
    held = next(iter(by.organisations(Verb.AUDIT)), None)
    record(by=by, verb="sign_audit", organisation_id=held)
    with system("the chain of the audit"):
        seq, row_hash = Event.objects.order_by("-seq").values_list("seq", "row_hash")[0]
    return checkpoints.sign(seq, row_hash)


def check(*, by: Principal) -> Verification:
    """Walks the whole chain, and then notes that somebody did and what came of it."""
    found = verify()
    with transaction.atomic():
        record(
            by=by,
            verb="check_audit",
            organisation_id=next(iter(by.organisations(Verb.AUDIT)), None),
            changed={"whole": [None, found.intact], "events": [None, found.events]},
        )
    return found


@transaction.atomic
def note_custody(*, holder: str, by: Principal) -> Custody:
    """Notes that somebody else holds a copy of the newest checkpoint.

    PermissionDenied for who does not decide for data protection, ValidationError without a name
    and where nothing is signed yet.
    """
    organisation_id = next(iter(sorted(by.whole(Verb.OVERSEE))), None)
    if organisation_id is None:
        raise PermissionDenied(_("Your role does not decide for data protection."))
    if not holder.strip():
        raise ValidationError(_("Say who holds the copy."))
    checkpoint = Checkpoint.objects.order_by("-seq", "-pk").first()
    if checkpoint is None:
        raise ValidationError(_("Nothing is signed yet. Sign the audit first."))
    custody = Custody.objects.create(
        organisation_id=organisation_id,
        checkpoint=checkpoint,
        holder=holder.strip(),
        noted_by=by.user_id,
    )
    record(by=by, verb="add", object=custody, organisation_id=organisation_id)
    return custody


def pending(request: HttpRequest) -> list[Entry]:
    """The reads of this request that wait to be written."""
    waiting = getattr(request, "_audit_reads", None)
    if waiting is None:
        waiting = []
        request._audit_reads = waiting  # type: ignore[attr-defined]  # for this request only
    return waiting


def flush(request: HttpRequest) -> None:
    """Writes the waiting reads. Whoever calls this lets no answer out if it fails."""
    waiting = pending(request)
    if waiting:
        with transaction.atomic():
            _append(waiting)
        waiting.clear()


def _append(entries: Sequence[Entry]) -> None:
    if not connection.in_atomic_block:
        raise AuditError("An event has to be written in the transaction of what it tells.")
    with system("the chain of the audit"):
        _chain(entries)


def _chain(entries: Sequence[Entry]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = Event.objects.order_by("-seq").values_list("seq", "row_hash").first()
    seq, prev_hash = last or (0, chain.GENESIS)
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    events, seen = [], []
    for entry in entries:
        seq += 1
        row = _row(entry, seq=seq, at=at, prev_hash=prev_hash)
        prev_hash = row["row_hash"]
        events.append(Event(**row))
        if entry.shown and len(entry.shown) > 1:
            seen += [Seen(event_id=seq, **vars(shown)) for shown in entry.shown]
    Event.objects.bulk_create(events)
    if seen:
        Seen.objects.bulk_create(seen, batch_size=200)
    if seq // checkpoints.EVERY > (seq - len(events)) // checkpoints.EVERY:
        checkpoints.sign(seq, prev_hash)


def _row(entry: Entry, *, seq: int, at: str, prev_hash: str) -> dict[str, Any]:
    listed = entry.shown if entry.shown and len(entry.shown) > 1 else ()
    row: dict[str, Any] = {
        "seq": seq,
        "at": at,
        "actor_id": entry.by.user_id,
        "actor_name": entry.by.name,
        "organisation_id": entry.organisation_id,
        "grant_id": entry.grant_id,
        "purpose": entry.purpose,
        "verb": entry.verb,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "case_id": entry.case_id,
        "person_id": entry.person_id,
        "classes_shown": sorted(entry.classes),
        "fields_changed": dict(entry.changed),
        "result_count": None if entry.shown is None else len(entry.shown),
        "ids_digest": chain.ids_digest(
            (shown.object_id, str(shown.person_id or "")) for shown in listed
        ),
        "channel": entry.channel if entry.by.channel == "screen" else entry.by.channel,
        "request_id": log.request_id.get(),
        "reason": entry.reason,
        "prev_hash": prev_hash,
    }
    row["row_hash"] = chain.row_hash(row)
    return row


def _grant(by: Principal, organisation_id: uuid.UUID | None) -> int | None:
    held = [grant.id for grant in by.grants if organisation_id in grant.organisations]
    return held[0] if held else None


def _person_of(row: Model) -> uuid.UUID | None:
    is_person = row._meta.label_lower == "people.person"
    found = row.pk if is_person else getattr(row, "person_id", None)
    return found if isinstance(found, uuid.UUID) else None


def _common_organisation(rows: Sequence[Model]) -> uuid.UUID | None:
    """The organisation that all rows belong to; None where they belong to several."""
    found = {getattr(row, "organisation_id", None) for row in rows}
    return found.pop() if len(found) == 1 else None
