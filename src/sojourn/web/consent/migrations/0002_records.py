import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_invitations"),
        ("consent", "0001_initial"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="consent",
            name="consent_in_a_known_state",
        ),
        migrations.AddField(
            model_name="consent",
            name="assent",
            field=models.CharField(
                blank=True,
                choices=[
                    ("agrees", "Agrees"),
                    ("disagrees", "Does not agree"),
                    ("unable", "Cannot say, even with help"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="controller",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="consent",
            name="evidence",
            field=models.BinaryField(blank=True),
        ),
        migrations.AddField(
            model_name="consent",
            name="jurisdiction",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="consent",
            name="legal_reference",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="consent",
            name="operations",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="consent",
            name="proof",
            field=models.CharField(
                blank=True,
                choices=[
                    ("document", "A document was seen"),
                    ("authority", "A court or an authority confirmed it"),
                    ("own_word", "Their own word, nothing else could be had"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="proxy",
            field=models.BinaryField(blank=True),
        ),
        migrations.AddField(
            model_name="consent",
            name="renews",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="renewed_by",
                to="consent.consent",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="retention_days",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="consent",
            name="withdrawal",
            field=models.CharField(
                blank=True,
                choices=[
                    ("any_worker", "Tell anybody who works here, at any time and without a reason")
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="consentstep",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("not_understood", "It was not understood"),
                    ("not_free", "It was not given freely"),
                    ("wrong_giver", "Somebody answered who may not"),
                    ("mistake", "It was recorded by mistake"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="consentstep",
            name="withheld",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="consent",
            name="state",
            field=models.CharField(
                choices=[
                    ("requested", "asked, no answer yet"),
                    ("given", "given"),
                    ("refused", "refused"),
                    ("withdrawn", "withdrawn"),
                    ("expired", "ended by its date"),
                    ("renewed", "replaced by a newer answer"),
                    ("invalidated", "found not to count"),
                ],
                default="requested",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="consentstep",
            name="state",
            field=models.CharField(
                choices=[
                    ("requested", "asked, no answer yet"),
                    ("given", "given"),
                    ("refused", "refused"),
                    ("withdrawn", "withdrawn"),
                    ("expired", "ended by its date"),
                    ("renewed", "replaced by a newer answer"),
                    ("invalidated", "found not to count"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "requested",
                            "given",
                            "refused",
                            "withdrawn",
                            "expired",
                            "renewed",
                            "invalidated",
                        ],
                    )
                ),
                name="consent_in_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "given"), _negated=True),
                    models.Q(("assent", "disagrees"), _negated=True),
                    _connector="OR",
                ),
                name="consent_given_is_not_against_the_person",
            ),
        ),
    ]
