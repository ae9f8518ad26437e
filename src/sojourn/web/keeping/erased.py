"""Who was erased, outside the database: an older backup that is put back must not undo it.

One line for each erasure: the person's id and the moment. Neither says who it was. The file lies
in the data folder; keep a copy of it where the backups are not.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

_log = logging.getLogger("sojourn.keeping")

NAME = "erased.txt"


def note(person_id: uuid.UUID, at: datetime) -> None:
    """Adds a line, once the erasure is kept."""
    try:
        with (settings.HOME / NAME).open("a", encoding="ascii") as file:
            file.write(f"{person_id} {at.isoformat(timespec='seconds')}\n")
    except OSError as error:
        _log.error("An erasure could not be added to the list of erasures (%s).", error.strerror)


def listed(path: Path) -> Iterator[uuid.UUID]:
    """The ids in a list. ValueError names the line that holds none."""
    for number, line in enumerate(
        path.read_text(encoding="ascii", errors="replace").splitlines(), 1
    ):
        if not line.strip():
            continue
        try:
            yield uuid.UUID(line.split()[0])
        except ValueError:
            raise ValueError(f"{path.name}, line {number}: there is no id of a person") from None
