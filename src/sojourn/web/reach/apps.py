"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class ReachConfig(AppConfig):
    """See the package's own description."""

    name = "sojourn.web.reach"

    def ready(self) -> None:
        """Says what goes with somebody who is erased."""
        from sojourn.web.people.erasing import ALSO
        from sojourn.web.reach import actions

        ALSO.append(actions.forget)
