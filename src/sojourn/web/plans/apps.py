"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """See the package's own description."""

    name = "sojourn.web.plans"

    def ready(self) -> None:
        """Says how differences about plan items are settled."""
        from sojourn.web.cases.versions import SUBJECTS, Subject
        from sojourn.web.plans import actions, board

        SUBJECTS["plans.planitem"] = Subject(
            write=actions.write_value, tell=board.told, labels=board.FIELDS
        )
