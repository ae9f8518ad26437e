"""Best-interests procedures. Words are sealed with the child's key."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, of_classes
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.cases.models import Case
from sojourn.web.interests.codes import About, Guardian, Heard, Kind, Tier
from sojourn.web.interests.states import State
from sojourn.web.people.models import Person


class Procedure(models.Model):
    """One decision about a child, from the question to what was decided.

    `told` holds sealed words as JSON: the question, what was said about guardian and hearing, and
    why the proposed way is best. `round` counts how often it was prepared: what others said about
    an earlier round does not count any more.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="best_interests")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    data_class = models.CharField(max_length=20, default=DataClass.CASE_WORK.value, editable=False)
    about = models.CharField(max_length=12, choices=About.choices)
    tier = models.CharField(max_length=14, choices=Tier.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.GATHERING)
    round = models.PositiveSmallIntegerField(default=1)
    guardian = models.CharField(max_length=10, choices=Guardian.choices, blank=True)
    heard = models.CharField(max_length=14, choices=Heard.choices, blank=True)
    told = models.BinaryField(blank=True)
    row_version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    review_on = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["case", "-opened_at"]),
            models.Index(fields=["organisation", "state", "review_on"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_procedure_in_a_known_state", condition=Q(state__in=State.values)
            ),
            models.CheckConstraint(
                name="what_is_decided_has_a_day_of_the_next_look",
                condition=~Q(state=State.DECIDED)
                | Q(decided_at__isnull=False, review_on__isnull=False),
            ),
            models.CheckConstraint(
                name="what_a_panel_decides_is_a_determination",
                condition=~Q(about__in=[About.SEPARATION, About.CUSTODY, About.SOLUTION])
                | Q(tier=Tier.DETERMINATION),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        """There for whoever may know of the work on the case."""
        return of_classes(principal, verb, "data_class")


class Element(models.Model):
    """What was found about one thing that is weighed. Each has a data class of its own."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "procedure__case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="elements")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    data_class = models.CharField(max_length=20)
    words = models.BinaryField(blank=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="each_thing_is_weighed_once", fields=["procedure", "kind"])
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.kind}"

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        """What a principal is not cleared for is not there for them."""
        return of_classes(principal, verb, "data_class", "procedure__data_class")


class Option(models.Model):
    """One way to decide, with what speaks for it and against it (sealed as JSON)."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "procedure__case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="options")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    told = models.BinaryField(blank=True)
    is_proposed = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_way_is_proposed", fields=["procedure"], condition=Q(is_proposed=True)
            ),
            models.CheckConstraint(
                name="what_is_removed_is_not_proposed",
                condition=Q(removed_at=None) | Q(is_proposed=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        """There for whoever may know of the procedure."""
        return of_classes(principal, verb, "procedure__data_class")


class Vote(models.Model):
    """What one person said who looked at a round of a procedure. `words` are sealed."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "procedure__case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="votes")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    agrees = models.BooleanField()
    words = models.BinaryField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="everybody_looks_once_at_a_round", fields=["procedure", "round", "by"]
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        """There for whoever may know of the procedure."""
        return of_classes(principal, verb, "procedure__data_class")
