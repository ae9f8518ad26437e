"""Reading and checking the chain."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from sojourn.web.accounts.access import Principal, Purpose, Visible, visible
from sojourn.web.audit import chain, checkpoints
from sojourn.web.audit.checkpoints import Signed
from sojourn.web.audit.models import Checkpoint, Event, Seen
from sojourn.web.walls.standing import system

_BATCH = 2000


@dataclass(frozen=True)
class Verification:
    """The outcome of walking the chain. `last_hash` is what to keep elsewhere.

    `broken_at` is the number of the first event that does not fit, None where all fit. `contrary`
    are the checkpoints that the chain does not agree with, although it may fit in itself.
    """

    events: int
    last_hash: str
    broken_at: int | None = None
    contrary: tuple[Signed, ...] = ()
    agreed: int = 0

    @property
    def intact(self) -> bool:
        return self.broken_at is None and not self.contrary


def verify(kept: Sequence[Signed] = ()) -> Verification:
    """Walks the whole chain from its beginning, and compares it with checkpoints.

    Those in the database are compared, and those that somebody else `kept`.
    """
    signed = [*map(checkpoints.of, Checkpoint.objects.order_by("seq")), *kept]
    wanted = {item.seq for item in signed}
    with system("checking the audit"):
        walked, hashes = _walk(wanted)
    contrary = [s for s in signed if not s.is_genuine or hashes.get(s.seq) != s.row_hash]
    agreed = len(signed) - len(contrary)
    return replace(walked, contrary=tuple(contrary), agreed=agreed)


def _walk(wanted: Collection[int]) -> tuple[Verification, dict[int, str]]:
    """The chain in itself, and the hashes of some of its events."""
    previous, count = chain.GENESIS, 0
    hashes: dict[int, str] = {}
    for row, pairs in _rows():
        fits = (
            row["seq"] == count + 1
            and row["prev_hash"] == previous
            and row["row_hash"] == chain.row_hash(row)
            and row["ids_digest"] == chain.ids_digest(pairs)
        )
        if not fits:
            return Verification(count, previous, broken_at=count + 1), hashes
        previous, count = row["row_hash"], count + 1
        if count in wanted:
            hashes[count] = previous
    return Verification(count, previous), hashes


def events(principal: Principal) -> Visible[Event]:
    """The events of the organisations whose audit this principal reads, newest first."""
    return visible(principal, Event.objects.order_by("-seq"), Purpose.AUDIT)


def about(person_id: uuid.UUID, without: Collection[str] = ()) -> QuerySet[Event]:
    """Every event that showed or changed something of one person, newest first.

    For callers that reached the person through `visible`. `without` names rows whose existence the
    reader must not learn of (see `unseen`): neither their events nor lists that held them.
    """
    seen = Seen.objects.filter(person_id=person_id)
    listed = seen.values("event_id")
    rows = Event.objects.filter(Q(person_id=person_id) | Q(seq__in=listed)).order_by("-seq")
    if not without:
        return rows
    hidden = seen.filter(object_id__in=without).values("event_id")
    return rows.exclude(object_id__in=without).exclude(seq__in=hidden)


def unseen(principal: Principal, person_id: uuid.UUID) -> set[str]:
    """The rows about a person that this principal must not know of, though they reach the case.

    These are rows of models that narrow by what stands on the row: confidential notes and files,
    plan items about what is kept apart. One query, however many models there are.
    """
    hidden = []
    for model in apps.get_models():
        if hasattr(model, "access_narrower") and hasattr(model, "person"):
            rows = model._default_manager.filter(person_id=person_id)
            reached = visible(principal, rows, Purpose.SUPPORT).rows.values("pk")
            hidden.append(rows.exclude(pk__in=reached).order_by().values_list("pk", flat=True))
    return {str(pk) for pk in hidden[0].union(*hidden[1:], all=True)} if hidden else set()


def _rows() -> Iterator[tuple[Mapping[str, Any], list[tuple[str, str]]]]:
    start = 0
    while True:
        batch = list(Event.objects.filter(seq__gt=start).order_by("seq").values()[:_BATCH])
        if not batch:
            return
        pairs: dict[int, list[tuple[str, str]]] = {}
        last = batch[-1]["seq"]
        for seen in Seen.objects.filter(event_id__gt=start, event_id__lte=last).values():
            pair = (seen["object_id"], str(seen["person_id"] or ""))
            pairs.setdefault(seen["event_id"], []).append(pair)
        for row in batch:
            yield row, pairs.get(row["seq"], [])
        start = last
