"""Pairs of files that may be about one person, what was decided, and the links between files.

A link joins nothing: files, households and relations stay as they are, so ending it undoes it.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.people.models import Person


class PairState(models.TextChoices):
    """Where a pair stands."""

    WAITING = "waiting", _("to decide")
    SAME = "same", _("one person")
    DIFFERENT = "different", _("two people")
    UNSURE = "unsure", _("not sure")


OPEN = (PairState.WAITING, PairState.UNSURE)


def _both(principal: Principal, verb: Verb) -> Q:
    """A pair is there for whom both files are there."""
    mine = visible(principal, Person.objects.all(), Purpose(verb)).rows
    return Q(second_id__in=mine.values("pk"))


class Pair(models.Model):
    """Two files that may be about one person.

    `parts` say how alike each part is, never a value. `fingerprint` changes with the identities,
    so that a pair found to be two people comes back only when something changed.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "first__cases"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    weight = models.FloatField()
    parts = models.JSONField(default=dict)
    fingerprint = models.BinaryField(max_length=8)
    state = models.CharField(max_length=10, choices=PairState.choices, default=PairState.WAITING)
    found_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["state", "-weight"], name="duplicates_pair_queue")]
        constraints = [
            models.UniqueConstraint(name="two_files_are_one_pair", fields=["first", "second"]),
            models.CheckConstraint(
                name="a_pair_is_of_two_in_order", condition=Q(first__lt=F("second"))
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        return _both(principal, verb)


class Decision(models.Model):
    """What somebody decided about a pair, and what they were shown."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "pair__first__cases"

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="decisions")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    decided = models.CharField(max_length=10, choices=PairState.choices)
    weight = models.FloatField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_decision_decides", condition=~Q(decided=PairState.WAITING)
            )
        ]

    def __str__(self) -> str:
        return f"{self.pair_id} {self.decided}"

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        mine = visible(principal, Person.objects.all(), Purpose(verb)).rows
        return Q(pair__second_id__in=mine.values("pk"))


class Link(models.Model):
    """That two files are about one person, from one moment to another."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "first__cases"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="links")
    first = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_pair_is_linked_once", fields=["pair"], condition=Q(until=None)
            ),
            models.CheckConstraint(
                name="a_link_ends_after_it_began",
                condition=Q(until=None) | Q(until__gte=F("since")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        return _both(principal, verb)


class ClusterRow(models.Model):
    """That a file belonged to the files of one person, from one moment to another.

    Follows from the links; written with each of them, so that it is found without walking them.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "person__cases"

    cluster = models.UUIDField(db_index=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="clusters")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_file_is_in_one_cluster", fields=["person"], condition=Q(until=None)
            ),
            models.CheckConstraint(
                name="a_cluster_ends_after_it_began",
                condition=Q(until=None) | Q(until__gte=F("since")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cluster} {self.person_id}"
