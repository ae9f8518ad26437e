"""Which gates count in a programme, or in cases that belong to none."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sojourn.web.accounts.models import Organisation, Programme
from sojourn.web.programmes.gates import MOST_NEEDED, Gate


class GateSetting(models.Model):
    """One gate of a programme; without a programme, of the organisation's cases that have none.

    A gate without a row is off.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = None

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey(
        Programme, null=True, on_delete=models.CASCADE, related_name="gates"
    )
    gate = models.CharField(max_length=20, choices=Gate.choices)
    is_on = models.BooleanField()
    needed = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_gate_once_in_a_programme",
                fields=["programme", "gate"],
                condition=Q(programme__isnull=False),
            ),
            models.UniqueConstraint(
                name="a_gate_once_without_a_programme",
                fields=["organisation", "gate"],
                condition=Q(programme=None),
            ),
            models.CheckConstraint(
                name="a_gate_asks_for_some_and_not_too_many",
                condition=Q(needed__gte=1, needed__lte=MOST_NEEDED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gate} ({self.pk})"
