"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class CaseloadConfig(AppConfig):
    """See the package's own description."""

    name = "sojourn.web.caseload"

    def ready(self) -> None:
        """An account with work in hand is not closed."""
        from sojourn.web.accounts import account_actions
        from sojourn.web.caseload.access import check_has_no_work

        account_actions.BEFORE_CLOSING.append(check_has_no_work)
