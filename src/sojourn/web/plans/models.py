"""Plans with their items, and the decisions about them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sojourn.framework import Horizon
from sojourn.web.accounts.access import Principal, of_classes
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.cases.models import Assessment, Case, KeptFramework
from sojourn.web.people.models import Person
from sojourn.web.plans.states import ApprovalState, EndReason, ItemAct, ItemState, Outcome

HORIZONS = [
    (Horizon.IMMEDIATE.value, _("Now")),
    (Horizon.SHORT_TERM.value, _("In the next weeks")),
    (Horizon.LONG_TERM.value, _("For the long term")),
]


class Plan(models.Model):
    """One version of what was agreed in a case. Only the newest is current."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="plans")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    episode = models.PositiveSmallIntegerField()
    is_current = models.BooleanField(default=True)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_plan_has_its_version", fields=["case", "version"]),
            models.UniqueConstraint(
                name="a_case_has_one_current_plan", fields=["case"], condition=Q(is_current=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.version}"


class PlanItem(models.Model):
    """Something that somebody does about one need by a day.

    `need`, `response` and `resource` are names of the framework; beside each stands the data class
    it takes to see it, which is stricter than the framework's own where the mere finding would
    betray something (see `needs`). `goal` is sealed.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="items")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="plan_items")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    framework = models.ForeignKey(KeptFramework, on_delete=models.PROTECT, related_name="+")
    is_current = models.BooleanField(default=True)
    row_version = models.PositiveIntegerField(default=1)
    need = models.CharField(max_length=100)
    need_class = models.CharField(max_length=20)
    response = models.CharField(max_length=100, blank=True)
    response_class = models.CharField(max_length=20, blank=True)
    resource = models.CharField(max_length=100, blank=True)
    resource_class = models.CharField(max_length=20, blank=True)
    horizon = models.CharField(max_length=12, choices=HORIZONS)
    goal = models.BinaryField(blank=True)
    owner_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="plan_items"
    )
    by_person = models.BooleanField(default=False)
    due = models.DateField()
    state = models.CharField(max_length=10, choices=ItemState.choices, default=ItemState.PLANNED)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    ended_because = models.CharField(max_length=30, choices=EndReason.choices, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "is_current", "state", "due"]),
            models.Index(fields=["owner", "is_current", "state", "due"]),
            models.Index(fields=["case", "need", "horizon"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="an_item_in_a_known_state", condition=Q(state__in=ItemState.values)
            ),
            models.CheckConstraint(
                name="an_item_has_a_horizon",
                condition=Q(horizon__in=[horizon.value for horizon in Horizon]),
            ),
            models.CheckConstraint(
                name="what_was_done_has_an_outcome",
                condition=(Q(state="done") & ~Q(outcome="")) | (~Q(state="done") & Q(outcome="")),
            ),
            models.CheckConstraint(
                name="what_was_not_done_says_why",
                condition=~Q(state__in=["not_done", "dropped"]) | ~Q(ended_because=""),
            ),
            models.CheckConstraint(
                name="one_owner_of_an_item", condition=Q(owner=None) | Q(by_person=False)
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        """Items about what a principal is not cleared for are not there for them."""
        return of_classes(principal, verb, "need_class", "response_class")


class ItemStep(models.Model):
    """A row of an item's history. `words` are sealed."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "item__case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(PlanItem, on_delete=models.PROTECT, related_name="steps")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=10, choices=ItemAct.choices)
    state = models.CharField(max_length=10, choices=ItemState.choices)
    reason = models.CharField(max_length=30, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    words = models.BinaryField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["item", "-at"])]

    def __str__(self) -> str:
        return f"{self.item_id} {self.act}"

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        """The history of an item is there for whom the item is there."""
        return of_classes(principal, verb, "item__need_class", "item__response_class")


class Approval(models.Model):
    """A request to approve one plan exactly as it was: `digest` names what was asked about."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "subject__case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="approvals")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    requested_at = models.DateTimeField()
    quorum = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(
        max_length=12, choices=ApprovalState.choices, default=ApprovalState.REQUESTED
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "state", "requested_at"])]
        constraints = [
            models.UniqueConstraint(
                name="a_plan_waits_for_one_decision",
                fields=["subject"],
                condition=Q(state=ApprovalState.REQUESTED),
            ),
            models.CheckConstraint(name="somebody_has_to_approve", condition=Q(quorum__gte=1)),
            models.CheckConstraint(
                name="an_approval_in_a_known_state", condition=Q(state__in=ApprovalState.values)
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Decision(models.Model):
    """What one person decided about a request. `words` are sealed."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "approval__subject__case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="decisions")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    approves = models.BooleanField()
    words = models.BinaryField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="everybody_decides_once", fields=["approval", "by"])
        ]

    def __str__(self) -> str:
        return str(self.pk)
