"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    """See the package's own description."""

    name = "sojourn.web.journeys"

    def ready(self) -> None:
        """Says how differences about places are settled, and what goes with the erased."""
        from sojourn.web.cases.versions import SUBJECTS, Subject
        from sojourn.web.journeys import actions, words
        from sojourn.web.journeys.forms import StayForm
        from sojourn.web.people.erasing import ALSO

        labels = {name: field.label for name, field in StayForm.base_fields.items()}
        SUBJECTS["journeys.leg"] = Subject(
            write=actions.write_field, tell=words.tell, labels=labels
        )
        ALSO.append(actions.forget)
