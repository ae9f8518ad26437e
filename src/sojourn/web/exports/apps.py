"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """See the package's own description."""

    name = "sojourn.web.exports"

    def ready(self) -> None:
        from sojourn.web.consent.changes import AFTER
        from sojourn.web.exports import copies
        from sojourn.web.people.erasing import ALSO

        AFTER.append(copies.follow)
        ALSO.append(copies.forget)
