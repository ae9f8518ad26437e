"""Signed checkpoints, as append-only as the events."""

from __future__ import annotations

from django.db import migrations, models

from sojourn.web.audit import triggers


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.BigIntegerField(db_index=True)),
                ("row_hash", models.CharField(max_length=64)),
                ("at", models.CharField(max_length=32)),
                ("public_key", models.CharField(max_length=64)),
                ("signature", models.CharField(max_length=128)),
            ],
        ),
        migrations.RunPython(triggers.install_on_checkpoints, migrations.RunPython.noop),
    ]
