"""Incidents and alleged actors. What was told is sealed with the person's key."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from sojourn.framework import DataClass, Stage
from sojourn.web.accounts.access import Principal, of_classes, only_between
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.cases.models import Case
from sojourn.web.incidents.codes import Actor, Kind, Precision, Reach, Told, Wish, Withdrawn
from sojourn.web.incidents.states import State
from sojourn.web.people.models import Person

HARM = DataClass.HARM_INCIDENT.value
OTHERS = DataClass.THIRD_PARTY.value


class Incident(models.Model):
    """Something that was done to the person, as it was told. It says nothing about guilt.

    `happened_on` is the first day that fits `precision`, empty where it is not known. `told` holds
    the sealed words as JSON: what happened and where. A confidential record is there for whoever
    wrote it and for supervisors of the case.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="incidents")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    data_class = models.CharField(max_length=20, default=HARM, editable=False)
    is_confidential = models.BooleanField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECORDED)
    withdrawn_because = models.CharField(max_length=20, choices=Withdrawn.choices, blank=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    happened_on = models.DateField(null=True)
    precision = models.CharField(max_length=8, choices=Precision.choices)
    stage = models.CharField(
        max_length=12, blank=True, choices=[(stage.value, stage.value) for stage in Stage]
    )
    goes_on = models.BooleanField()
    source = models.CharField(max_length=8, choices=Told.choices)
    wish = models.CharField(max_length=10, choices=Wish.choices)
    told = models.BinaryField(blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["case", "state", "-happened_on"]),
            models.Index(fields=["organisation", "state", "goes_on"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="an_incident_is_of_its_class", condition=Q(data_class=HARM)
            ),
            models.CheckConstraint(
                name="an_incident_in_a_known_state", condition=Q(state__in=State.values)
            ),
            models.CheckConstraint(
                name="a_withdrawn_incident_says_why",
                condition=Q(state=State.RECORDED, withdrawn_because="")
                | (Q(state=State.WITHDRAWN) & ~Q(withdrawn_because="")),
            ),
            models.CheckConstraint(
                name="an_incident_says_how_exactly_its_day_is_known",
                condition=Q(precision=Precision.UNKNOWN, happened_on=None)
                | (~Q(precision=Precision.UNKNOWN) & Q(happened_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        """Not cleared for harm, or not among those it is confidential between: not there."""
        between = only_between(principal, Incident, "is_confidential", "author_id")
        return of_classes(principal, verb, "data_class") & between


class AllegedActor(models.Model):
    """Somebody who is said to have done it, or to have had a part in it.

    `told` holds name and description, sealed. Where it is somebody who signs in here, `user` names
    them, and they are kept away from the case (see `accounts.Conflict`).
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "incident__case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="actors")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    data_class = models.CharField(max_length=20, default=OTHERS, editable=False)
    part = models.CharField(max_length=20, choices=Actor.choices)
    still_near = models.CharField(max_length=8, choices=Reach.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    told = models.BinaryField(blank=True)
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="an_actor_is_of_its_class", condition=Q(data_class=OTHERS))
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        """There for whoever may read of the incident and of other people."""
        between = only_between(
            principal, AllegedActor, "incident__is_confidential", "incident__author_id"
        )
        return of_classes(principal, verb, "data_class", "incident__data_class") & between
