"""Names that a search opened, kept for a while in the memory of this process and nowhere else.

A sealed name can be compared only once it is opened, and that is nearly all the time of a search.
Whoever reads this memory reads the master key beside it, so keeping names there for some minutes
gives nothing away that was not. A name that was corrected or erased is not taken from here: what is
kept counts only for the sealed value it was opened from.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from sojourn.web.people import identities
from sojourn.web.people.models import Person
from sojourn.web.people.rules import Names, normal_name

KEPT_FOR = 600
"""Seconds without a search after which everything is forgotten."""
AT_MOST = 300_000
"""More people than this are not kept."""
_BATCH = 500

_known: dict[uuid.UUID, tuple[int, tuple[str, ...]]] = {}
_forgetting: list[threading.Timer] = []


def spellings(people: QuerySet[Person]) -> Iterator[tuple[uuid.UUID, tuple[str, ...]]]:
    """Each person and the spellings of their names as searches compare them, in the order given.

    One query for the sealed names, and one for each batch of those that have to be opened.
    """
    _keep_on()
    rows = people.values_list("pk", "identity__names").iterator(chunk_size=_BATCH)
    batch: list[tuple[uuid.UUID, int]] = []
    for pk, sealed in rows:
        batch.append((pk, hash(bytes(sealed or b""))))
        if len(batch) == _BATCH:
            yield from _opened(batch)
            batch = []
    yield from _opened(batch)


def forget() -> None:
    """Forgets every name at once."""
    _known.clear()


def _opened(
    batch: Sequence[tuple[uuid.UUID, int]],
) -> Iterator[tuple[uuid.UUID, tuple[str, ...]]]:
    known = {pk: _known.get(pk) for pk, _seal in batch}
    found = {pk: row[1] for pk, seal in batch if (row := known[pk]) is not None and row[0] == seal}
    missing = [pk for pk, _seal in batch if pk not in found]
    if missing:
        rows = Person.objects.filter(pk__in=missing).select_related("identity", "key")
        names = identities.names_of(list(rows))
        found |= {pk: _normal(each) for pk, each in names.items()}
        if len(_known) + len(missing) > AT_MOST:
            forget()
        _known.update({pk: (seal, found[pk]) for pk, seal in batch if pk in names})
    for pk, _seal in batch:
        yield pk, found.get(pk, ())


def _normal(names: Names) -> tuple[str, ...]:
    return tuple(normal_name(text) for name in names.all for text in name.spellings)


def _keep_on() -> None:
    while _forgetting:
        _forgetting.pop().cancel()
    timer = threading.Timer(KEPT_FOR, forget)
    timer.daemon = True
    timer.start()
    _forgetting.append(timer)
