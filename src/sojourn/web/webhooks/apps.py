"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """See the package's own description."""

    name = "sojourn.web.webhooks"

    def ready(self) -> None:
        """Hears of every change that the audit is told of, in the same transaction."""
        from sojourn.web.audit.actions import LISTENERS
        from sojourn.web.webhooks.actions import heard

        LISTENERS.append(heard)
