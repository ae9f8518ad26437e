"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """See the package's own description."""

    name = "sojourn.web.plans"

    def ready(self) -> None:
        """Says how differences about plan items are settled, and what plans know of gates."""
        from sojourn.web.cases.versions import SUBJECTS, Subject
        from sojourn.web.plans import actions, board, gating
        from sojourn.web.programmes.gates import LACKS, Gate

        LACKS[Gate.PLAN_APPROVED] = gating.lacks_approval
        SUBJECTS["plans.planitem"] = Subject(
            write=actions.write_value, tell=board.told, labels=board.FIELDS
        )
