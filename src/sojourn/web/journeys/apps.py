"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    """See the package's own description."""

    name = "sojourn.web.journeys"

    def ready(self) -> None:
        """Says what goes with the erased."""
        from sojourn.web.journeys import actions
        from sojourn.web.people.erasing import ALSO

        ALSO.append(actions.forget)
