"""The places of a journey. The name of a place is sealed with the person's key."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from sojourn.framework import DataClass, Stage
from sojourn.web.accounts.access import Principal, of_classes
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.cases.models import Case
from sojourn.web.journeys.codes import Certainty, Way
from sojourn.web.people.models import Person

JOURNEY = DataClass.JOURNEY.value


class Leg(models.Model):
    """A place somebody was at on the journey.

    `since` and `until` are months (2024-03) or years (2024), empty where they are not known; no
    day is kept. `words` holds the sealed name of the place. `position` counts where the months do
    not say what came first (see `rules.ordered`).
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="legs")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    data_class = models.CharField(max_length=20, default=JOURNEY, editable=False)
    country = models.CharField(max_length=2)
    words = models.BinaryField(blank=True)
    since = models.CharField(max_length=7, blank=True)
    until = models.CharField(max_length=7, blank=True)
    certainty = models.CharField(max_length=10, choices=Certainty.choices)
    stage = models.CharField(
        max_length=12, blank=True, choices=[(stage.value, stage.value) for stage in Stage]
    )
    way = models.CharField(max_length=4, blank=True, choices=Way.choices)
    position = models.PositiveIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["case", "position"])]
        constraints = [
            models.CheckConstraint(name="a_leg_is_of_its_class", condition=Q(data_class=JOURNEY)),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        """There for whoever may read of the journey."""
        return of_classes(principal, verb, "data_class")
