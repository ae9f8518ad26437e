"""Words about a person, sealed with their key and bound to their row."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from sojourn.web.people import identities
from sojourn.web.people.models import Person
from sojourn.web.vault import Key


def seal(row: Model, column: str, person: Person, words: str) -> bytes:
    """Words for a column of a row; empty for none. ValidationError where the person was erased."""
    if not words:
        return b""
    if person.erased_at is not None:
        raise ValidationError(_("This person was erased, so nothing can be written about them."))
    return identities.key_of(person).seal(words.encode(), place=_place(row, column))


def key_for(person: Person) -> Key | None:
    """The key to open a person's words with; None where they were erased."""
    return None if person.erased_at is not None else identities.key_of(person)


def opened(row: Model, column: str, key: Key | None) -> str:
    """The words in a column; empty without a key."""
    sealed = bytes(getattr(row, column))
    return "" if key is None or not sealed else key.open(sealed, place=_place(row, column)).decode()


def _place(row: Model, column: str) -> str:
    return f"{row._meta.db_table}.{column}|{row.pk}"
