"""What else follows when somebody's consents change: other apps add it here when they start."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from sojourn.web.accounts.access import Principal

AFTER: list[Callable[[uuid.UUID, Principal], None]] = []
"""Called in the transaction of each step of a consent, for the person who gave it."""
