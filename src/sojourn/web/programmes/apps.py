"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    """See the package's own description."""

    name = "sojourn.web.programmes"
