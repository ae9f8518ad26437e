"""The words of a group, sealed with the key of its organisation: no one person's key fits."""

from __future__ import annotations

from sojourn.web.kin.models import Group
from sojourn.web.vault import Key


def seal(group: Group, column: str, words: str, key: Key) -> bytes:
    """Words for a column; empty for none."""
    return key.seal(words.strip().encode(), place=_place(group, column)) if words.strip() else b""


def opened(group: Group, column: str, key: Key | None) -> str:
    """The words in a column; empty without a key."""
    sealed = bytes(getattr(group, column))
    if key is None or not sealed:
        return ""
    return key.open(sealed, place=_place(group, column)).decode()


def _place(group: Group, column: str) -> str:
    return f"kin_group.{column}|{group.pk}"
