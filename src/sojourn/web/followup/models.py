"""Planned contacts, when they are planned, and how the person may be reached."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from sojourn.web.accounts.models import Organisation
from sojourn.web.cases.models import Case
from sojourn.web.followup.states import ContactState, Kind, Outcome, Waiver, Way
from sojourn.web.people.models import Person


class Schedule(models.Model):
    """After how many days an organisation makes contact; where there is none, the usual days."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = None

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    days = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_schedule_of_a_kind", fields=["organisation", "kind"])
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.kind}"


class Contact(models.Model):
    """One planned contact with a person. `words` are sealed."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="contacts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    episode = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    due = models.DateField()
    state = models.CharField(
        max_length=10, choices=ContactState.choices, default=ContactState.PLANNED
    )
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    way = models.CharField(max_length=10, choices=Way.choices, blank=True)
    waived_because = models.CharField(max_length=20, choices=Waiver.choices, blank=True)
    words = models.BinaryField(blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["case", "due"]),
            models.Index(fields=["organisation", "state", "due"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="a_contact_is_planned_once",
                fields=["case", "kind", "due"],
                condition=Q(state=ContactState.PLANNED),
            ),
            models.CheckConstraint(
                name="a_contact_in_a_known_state", condition=Q(state__in=ContactState.values)
            ),
            models.CheckConstraint(
                name="a_contact_that_was_made_says_what_came_of_it",
                condition=(Q(state="done") & ~Q(outcome="")) | (~Q(state="done") & Q(outcome="")),
            ),
            models.CheckConstraint(
                name="a_contact_that_is_not_made_says_why",
                condition=(Q(state="waived") & ~Q(waived_because=""))
                | (~Q(state="waived") & Q(waived_because="")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ContactWish(models.Model):
    """How a person may not be reached, in their own words too. `words` are sealed.

    `never` holds ways of `states.Way`; `not_at_all` excludes every one.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="contact_wish")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    never = models.JSONField(default=list)
    not_at_all = models.BooleanField(default=False)
    words = models.BinaryField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return str(self.pk)
