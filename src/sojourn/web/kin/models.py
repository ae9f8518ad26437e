"""Relations, groups and who belongs to them: codes and dates. Words of a group are sealed.

Nothing is deleted: what holds no more has ended, with its reason.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from sojourn.web.accounts.models import Organisation
from sojourn.web.kin.rules import Ended, GroupKind, Part, RelationKind, Source, Surety
from sojourn.web.people.models import Person


class Dated(models.Model):
    """What holds from a day to a day, as somebody knows it."""

    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    surety = models.CharField(max_length=8, choices=Surety.choices, default=Surety.SURE)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.PERSON)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    ended = models.CharField(max_length=8, choices=Ended.choices, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        abstract = True


class Relation(Dated):
    """What `person` is to `other`. `is_unsafe`: contact through it puts the person in danger."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "person__cases"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="relations")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="relations_back")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=RelationKind.choices)
    is_unsafe = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_relation_holds_once",
                fields=["person", "other", "kind"],
                condition=Q(ended=""),
            ),
            models.CheckConstraint(
                name="a_relation_is_between_two", condition=~Q(person=F("other"))
            ),
            models.CheckConstraint(
                name="a_relation_ends_after_it_began",
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")),
            ),
            models.CheckConstraint(
                name="an_ended_relation_says_when",
                condition=Q(ended="", ended_at=None) | (~Q(ended="") & Q(ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.other_id}"


class Group(models.Model):
    """A household, a boat, a crew. `name` and `place` are sealed with the organisation's key."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "memberships__person__cases"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=GroupKind.choices)
    name = models.BinaryField(blank=True)
    place = models.BinaryField(blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["organisation", "-made_at"], name="kin_group_newest")]
        constraints = [
            models.CheckConstraint(
                name="a_group_ends_after_it_began",
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Membership(Dated):
    """That somebody belongs to a group."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "person__cases"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=8, choices=Part.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_belongs_to_a_group_once",
                fields=["group", "person"],
                condition=Q(ended=""),
            ),
            models.CheckConstraint(
                name="a_membership_ends_after_it_began",
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")),
            ),
            models.CheckConstraint(
                name="an_ended_membership_says_when",
                condition=Q(ended="", ended_at=None) | (~Q(ended="") & Q(ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.person_id}"
