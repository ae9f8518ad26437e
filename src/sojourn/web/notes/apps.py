"""The app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotesConfig(AppConfig):
    """See the package's own description."""

    name = "sojourn.web.notes"

    def ready(self) -> None:
        """Says how differences about notes are settled."""
        from sojourn.web.cases.versions import SUBJECTS, Subject
        from sojourn.web.notes import actions

        SUBJECTS["notes.note"] = Subject(
            write=actions.write_words,
            tell=lambda _difference, value: value,
            labels={"words": _("Note")},
        )
