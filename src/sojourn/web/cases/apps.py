"""The app."""

from __future__ import annotations

from datetime import date

from django.apps import AppConfig
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """See the package's own description."""

    name = "sojourn.web.cases"

    def ready(self) -> None:
        """Says how differences about a case are settled, and what it knows of gates."""
        from sojourn.web.cases import actions, gating
        from sojourn.web.cases.versions import SUBJECTS, Subject
        from sojourn.web.programmes.gates import LACKS, Gate

        LACKS[Gate.ASSESSED] = gating.lacks_assessment
        LACKS[Gate.FEEDBACK] = gating.lacks_feedback
        SUBJECTS["cases.case"] = Subject(
            write=actions.write_review,
            tell=lambda _difference, value: date_format(date.fromisoformat(value)),
            labels={"review_on": _("Next look")},
        )
