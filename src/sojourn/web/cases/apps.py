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
        """Says how differences about a case are settled."""
        from sojourn.web.cases import actions
        from sojourn.web.cases.versions import SUBJECTS, Subject

        SUBJECTS["cases.case"] = Subject(
            write=actions.write_review,
            tell=lambda _difference, value: date_format(date.fromisoformat(value)),
            labels={"review_on": _("Next look")},
        )
