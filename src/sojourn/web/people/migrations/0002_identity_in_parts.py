"""Several documents, and what else tells people apart; tokens to find them again by."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.AddField("identity", "about", models.BinaryField(blank=True, default=b"")),
        migrations.AlterField("identity", "about", models.BinaryField(blank=True)),
        migrations.CreateModel(
            name="Mark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "field",
                    models.CharField(
                        choices=[("document", "document"), ("alike", "alike")], max_length=8
                    ),
                ),
                ("value", models.BinaryField(max_length=8)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["value", "field"], name="people_mark_value"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        name="a_person_has_a_mark_once", fields=["person", "field", "value"]
                    )
                ],
            },
        ),
    ]
