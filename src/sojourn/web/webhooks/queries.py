"""Reads of subscriptions and their messages, narrowed by `visible`."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.accounts.roles import Verb
from sojourn.web.webhooks.models import Delivery, Subscription, SubscriptionState


def subscriptions(principal: Principal) -> QuerySet[Subscription]:
    """The addresses of the organisations that this principal manages, by name."""
    rows = visible(principal, Subscription.objects.all(), Purpose.CONFIGURATION).rows
    shown = rows.exclude(state=SubscriptionState.REMOVED).defer("secret")
    return shown.select_related("organisation").order_by("name", "made_at")


def subscription_or_404(principal: Principal, subscription_id: uuid.UUID) -> Subscription:
    """One of them."""
    return get_object_or_404(subscriptions(principal), pk=subscription_id)


def deliveries(subscription: Subscription) -> QuerySet[Delivery]:
    """The messages to an address that the caller was cleared for, newest first."""
    return subscription.deliveries.defer("body").order_by("-made_at", "pk")


def delivery_or_404(subscription: Subscription, delivery_id: uuid.UUID) -> Delivery:
    """One of them, with what it says."""
    return get_object_or_404(subscription.deliveries.select_related("subscription"), pk=delivery_id)


def stopped(principal: Principal) -> int:
    """How many addresses were stopped after failures and wait for somebody to look."""
    if not principal.may(Verb.CONFIGURE):
        return 0
    return subscriptions(principal).filter(state=SubscriptionState.STOPPED).count()
