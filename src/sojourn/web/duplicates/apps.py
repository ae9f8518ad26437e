"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class DuplicatesConfig(AppConfig):
    """See the package's own description."""

    name = "sojourn.web.duplicates"

    def ready(self) -> None:
        """Says what else ends when a person is erased."""
        from sojourn.web.duplicates import actions
        from sojourn.web.people.erasing import ALSO

        ALSO.append(actions.forget)
