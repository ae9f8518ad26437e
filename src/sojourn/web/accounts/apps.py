"""The app, and what signing in and out leaves in the audit."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts, grants, sign-in."""

    name = "sojourn.web.accounts"

    def ready(self) -> None:
        from sojourn.web.accounts import signals

        signals.connect()
