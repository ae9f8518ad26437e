"""Several documents, and what else tells people apart; tokens to find them again by."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_AT_ONCE = 1000


def keep_document_tokens(apps: Any, editor: Any) -> None:
    """The tokens of documents move to the table of tokens. No key is needed for that."""
    del editor
    identities = apps.get_model("people", "Identity").objects.exclude(document_index=None)
    marks = apps.get_model("people", "Mark").objects
    batch = []
    for person_id, value in identities.values_list("pk", "document_index").iterator():
        batch.append(marks.model(person_id=person_id, field="document", value=value))
        if len(batch) == _AT_ONCE:
            marks.bulk_create(batch, batch_size=300)
            batch = []
    marks.bulk_create(batch, batch_size=300)


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
        migrations.RunPython(keep_document_tokens, elidable=False),
        migrations.RemoveField("identity", "document_index"),
    ]
