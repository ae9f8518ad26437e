"""What else is taken away with an identity: other apps add it here when they start."""

from __future__ import annotations

from collections.abc import Callable

from sojourn.web.people.models import Person

ALSO: list[Callable[[Person], None]] = []
"""Called in the transaction of the erasure, for the person who is erased."""
