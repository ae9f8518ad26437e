"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class KinConfig(AppConfig):
    """See the package's own description."""

    name = "sojourn.web.kin"

    def ready(self) -> None:
        """Says what else ends when a person is erased."""
        from sojourn.web.kin import actions
        from sojourn.web.people.erasing import ALSO

        ALSO.append(actions.forget)
