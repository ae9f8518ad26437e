"""The tokens of documents move to the table of tokens."""

from __future__ import annotations

from typing import Any

from django.db import migrations

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
    dependencies = [("people", "0002_identity_in_parts")]

    operations = [
        migrations.RunPython(keep_document_tokens),
        migrations.RemoveField("identity", "document_index"),
    ]
