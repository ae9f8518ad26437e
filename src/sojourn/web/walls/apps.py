"""Keeps the wall in the database after every change of its tables."""

from __future__ import annotations

from django.apps import AppConfig, apps


class WallsConfig(AppConfig):
    """No tables of its own."""

    name = "sojourn.web.walls"
    label = "walls"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created
        from django.db.models.signals import post_migrate

        from sojourn.web.walls.install import after_migrate
        from sojourn.web.walls.standing import again

        # Sent once for each app that has tables; once is enough.
        post_migrate.connect(after_migrate, sender=apps.get_app_config("audit"))
        connection_created.connect(again)
