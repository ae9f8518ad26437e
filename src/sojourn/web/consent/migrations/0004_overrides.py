import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_invitations"),
        ("consent", "0003_terms_are_frozen"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Override",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "danger",
                    models.CharField(
                        choices=[
                            ("life", "A life is in danger"),
                            ("child", "A child is in danger"),
                            ("cannot_answer", "The person is in danger and cannot answer"),
                        ],
                        max_length=20,
                    ),
                ),
                ("words", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "waits for a second person"),
                            ("confirmed", "confirmed by a second person"),
                            ("declined", "not confirmed"),
                            ("ended", "ended"),
                        ],
                        default="requested",
                        max_length=12,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="overrides",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "state"], name="consent_ove_person__672bd8_idx")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("decided_by", models.F("asked_by")), _negated=True),
                        name="an_override_takes_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "confirmed"), _negated=True),
                            ("ends_at__isnull", False),
                            _connector="OR",
                        ),
                        name="a_confirmed_override_ends",
                    ),
                ],
            },
        ),
    ]
