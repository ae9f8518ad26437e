"""What may stand on a paper that a person carries. Plain values in, plain answers out."""

from __future__ import annotations

from collections.abc import Collection

from sojourn.framework import DataClass

NEVER = frozenset({DataClass.STATUS_PROTECTION, DataClass.THIRD_PARTY, DataClass.SEALED})
"""What never stands on paper: whoever finds it could turn it against the person or others."""

HARMLESS = frozenset({DataClass.CASE_WORK, DataClass.CONTACT_PLACE})
"""What may stand on a paper that it is not surely safe to carry."""


def printable(classes: Collection[DataClass], *, is_safe: bool) -> frozenset[DataClass]:
    """The classes that go onto a paper, of those that may be shown."""
    shown = frozenset(classes) - NEVER
    return shown if is_safe else shown & HARMLESS
