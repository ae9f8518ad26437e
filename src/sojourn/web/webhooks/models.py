"""Whom an organisation tells that something happened, and what became of each message."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.models import Organisation
from sojourn.web.webhooks.rules import EVENTS


class SubscriptionState(models.TextChoices):
    """Whether messages are sent."""

    ON = "on", _("on")
    PAUSED = "paused", _("paused")
    STOPPED = "stopped", _("stopped after failures")
    REMOVED = "removed", _("removed")


class Subscription(models.Model):
    """One address that an organisation tells of some kinds of events.

    `secret` signs the messages and is sealed with the master key. `failing_since` is None unless
    the last attempt failed.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    events = models.JSONField()
    secret = models.BinaryField()
    state = models.CharField(
        max_length=10, choices=SubscriptionState.choices, default=SubscriptionState.ON
    )
    failing_since = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["organisation", "state"])]
        constraints = [
            models.CheckConstraint(
                name="a_subscription_in_a_known_state",
                condition=Q(state__in=SubscriptionState.values),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class DeliveryState(models.TextChoices):
    """Where one message stands."""

    WAITING = "waiting", _("waits")
    SENT = "sent", _("arrived")
    FAILED = "failed", _("given up")


class Delivery(models.Model):
    """One message to one address. `body` is what is sent: ids and verbs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="deliveries"
    )
    event = models.CharField(max_length=40, choices=list(EVENTS.items()))
    body = models.TextField()
    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    made_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_problem = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "next_at"]),
            models.Index(fields=["subscription", "-made_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="what_waits_has_a_time",
                condition=Q(state=DeliveryState.WAITING, next_at__isnull=False)
                | (~Q(state=DeliveryState.WAITING) & Q(next_at=None)),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
