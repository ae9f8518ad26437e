"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """See the package's own description."""

    name = "sojourn.web.incidents"

    def ready(self) -> None:
        """Says how differences about incidents are settled, and what goes with the erased."""
        from sojourn.web.cases.versions import SUBJECTS, Subject
        from sojourn.web.incidents import actions, words
        from sojourn.web.incidents.forms import IncidentForm
        from sojourn.web.people.erasing import ALSO

        labels = {name: field.label for name, field in IncidentForm.base_fields.items()}
        SUBJECTS["incidents.incident"] = Subject(
            write=actions.write_field, tell=words.tell, labels=labels
        )
        ALSO.append(actions.forget)
