"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """See the package's own description."""

    name = "sojourn.web.imports"

    def ready(self) -> None:
        """Says what else is taken away when somebody is erased."""
        from sojourn.web.imports.actions import forget
        from sojourn.web.people.erasing import ALSO

        if forget not in ALSO:
            ALSO.append(forget)
