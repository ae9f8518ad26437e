"""Answers about places, and which of them an assessment rests on."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from sojourn.web.accounts.models import Organisation
from sojourn.web.cases.models import Assessment, KeptFramework


class PlaceAnswers(models.Model):
    """What one organisation learned about one place in one period.

    `place` and `period` are the answers to the framework's key questions, as a form sends them. A
    later form about the same place and period replaces the one before, which is kept. `answers`
    holds coded answers; what was written in free text is sealed with the organisation's key.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    framework = models.ForeignKey(KeptFramework, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=200)
    period = models.CharField(max_length=100, blank=True)
    answers = models.JSONField()
    texts = models.BinaryField(blank=True)
    instance_id = models.CharField(max_length=200)
    xml_digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_place_has_one_current_answer_per_period",
                fields=["organisation", "place", "period"],
                condition=Q(is_current=True),
            ),
            models.UniqueConstraint(
                name="a_form_about_a_place_arrives_once", fields=["organisation", "instance_id"]
            ),
            models.CheckConstraint(name="a_place_has_a_name", condition=~Q(place="")),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Joined(models.Model):
    """Which answers about a place were joined to an assessment."""

    assessment = models.OneToOneField(
        Assessment, primary_key=True, on_delete=models.CASCADE, related_name="joined_place"
    )
    answers = models.ForeignKey(PlaceAnswers, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.pk)
