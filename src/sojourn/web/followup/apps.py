"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class FollowupConfig(AppConfig):
    """See the package's own description."""

    name = "sojourn.web.followup"

    def ready(self) -> None:
        """Contacts are planned when a case is closed, and dropped when it is opened again."""
        from sojourn.web.cases import actions as cases
        from sojourn.web.followup import actions, queries
        from sojourn.web.programmes.gates import LACKS, Gate

        cases.AFTER_AN_ACT.append(actions.after_an_act)
        LACKS[Gate.CONTACTS] = queries.lacks_contacts
