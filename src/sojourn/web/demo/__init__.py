"""A demonstration: two invented organisations, five invented users, 200 invented people.

Everything in it is plainly synthetic. It is loaded through the same actions and the same engine as
real work, once, with seeded chance, so that every copy tells the same stories.
"""

from __future__ import annotations

from sojourn.web.demo.load import is_loaded, load
from sojourn.web.demo.world import LOGINS

__all__ = ["LOGINS", "is_loaded", "load"]
