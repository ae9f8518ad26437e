"""The only writer of subscriptions and of messages."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import SYSTEM, Principal, Purpose, reaches
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import Entry, record
from sojourn.web.plans.models import Approval
from sojourn.web.vault import Key, master_key
from sojourn.web.webhooks import rules, sending
from sojourn.web.webhooks.models import Delivery, DeliveryState, Subscription, SubscriptionState

LEASE = timedelta(minutes=1)
"""How long one attempt keeps others off the same message, should the process end in between."""

KEPT = timedelta(days=30)
"""How long messages stay in the log after they arrived or were given up."""


@transaction.atomic
def subscribe(
    *, organisation: Organisation, name: str, url: str, events: Collection[str], by: Principal
) -> tuple[Subscription, str]:
    """A new address, and the secret that signs what it is told; the secret is told this once.

    PermissionDenied for who does not manage the organisation, ValidationError (by field) for an
    address that nothing may be sent to and for events that there are not.
    """
    if organisation.pk not in by.organisations(Verb.CONFIGURE):
        raise PermissionDenied(_("Your role does not manage members."))
    if not events or not set(events) <= set(rules.EVENTS) - {rules.TEST}:
        raise ValidationError({"events": _("Choose at least one.")})
    _check(url)
    secret = rules.new_secret()
    row = Subscription(
        organisation=organisation,
        name=name,
        url=url,
        events=sorted(events),
        made_by_id=by.user_id,
    )
    row.secret = master_key().seal(secret.encode(), place=_place(row))
    row.save(force_insert=True)
    _note(by, "add", row, {"events": [None, row.events]})
    return row, secret


@transaction.atomic
def pause(*, subscription: Subscription, by: Principal) -> None:
    """Sends nothing for the time being; what happens meanwhile is not told later."""
    _change(subscription, SubscriptionState.ON, SubscriptionState.PAUSED, "hold", by)


@transaction.atomic
def resume(*, subscription: Subscription, by: Principal) -> None:
    """Sends again, first what waited."""
    _check_may(by, subscription)
    now = Subscription.objects.select_for_update().get(pk=subscription.pk)
    if now.state not in (SubscriptionState.PAUSED, SubscriptionState.STOPPED):
        raise ValidationError(_("This was changed in the meantime."))
    _check(now.url)
    subscription.state, subscription.failing_since = SubscriptionState.ON, None
    subscription.save(update_fields=["state", "failing_since"])
    subscription.deliveries.filter(state=DeliveryState.WAITING).update(next_at=timezone.now())
    _note(by, "resume", subscription, {"state": [now.state, subscription.state]})


@transaction.atomic
def remove(*, subscription: Subscription, by: Principal) -> None:
    """Tells this address nothing any more. The log of its messages stays for a while."""
    _check_may(by, subscription)
    now = Subscription.objects.select_for_update().get(pk=subscription.pk)
    if now.state == SubscriptionState.REMOVED:
        raise ValidationError(_("This was changed in the meantime."))
    subscription.state = SubscriptionState.REMOVED
    subscription.save(update_fields=["state"])
    subscription.deliveries.filter(state=DeliveryState.WAITING).update(
        state=DeliveryState.FAILED, next_at=None
    )
    _note(by, "remove", subscription, {"state": [now.state, subscription.state]})


@transaction.atomic
def try_out(*, subscription: Subscription, by: Principal) -> Delivery:
    """Sends a message that says nothing but that it is a test."""
    _check_may(by, subscription)
    if subscription.state != SubscriptionState.ON:
        raise ValidationError(_("Go on with it first."))
    data = {"organisation": subscription.organisation_id}
    row = _enqueue(subscription, rules.TEST, timezone.now(), data)
    _note(by, "send_again", subscription, {"event": [None, rules.TEST]})
    return row


@transaction.atomic
def send_again(*, delivery: Delivery, by: Principal) -> None:
    """Sends one message again, whatever became of it, under the same id."""
    _check_may(by, delivery.subscription)
    if delivery.subscription.state != SubscriptionState.ON:
        raise ValidationError(_("Go on with it first."))
    delivery.state, delivery.next_at, delivery.attempts = DeliveryState.WAITING, timezone.now(), 0
    delivery.save(update_fields=["state", "next_at", "attempts"])
    _note(by, "send_again", delivery.subscription, {"message": [None, str(delivery.pk)]})


def heard(entry: Entry, changed: Model | None) -> None:
    """A change that the audit was told of: messages about it wait in the same transaction."""
    event = rules.event_of(entry.object_type, entry.verb)
    if event is None or entry.organisation_id is None:
        return
    if event == "plan.approved" and not _is_approved(changed):
        return
    rows = Subscription.objects.filter(
        organisation_id=entry.organisation_id, state=SubscriptionState.ON
    )
    data = {
        "organisation": entry.organisation_id,
        "case": entry.case_id,
        "person": entry.person_id,
        "object_type": entry.object_type,
        "object": entry.object_id,
        "verb": entry.verb,
    }
    for row in rows:
        if event in row.events:
            _enqueue(row, event, timezone.now(), data)


def deliver_due(*, at_most: int = 20) -> int:
    """Sends what is due, the longest waiting first; how many attempts were made."""
    tried = 0
    if not _due().exists():
        _forget_old()
        return 0
    while tried < at_most and (delivery := _take()) is not None:
        _attempt(delivery)
        tried += 1
    return tried


def _due() -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        state=DeliveryState.WAITING,
        next_at__lte=timezone.now(),
        subscription__state=SubscriptionState.ON,
    )


def _forget_old() -> None:
    old = Delivery.objects.exclude(state=DeliveryState.WAITING)
    old = old.filter(made_at__lt=timezone.now() - KEPT)
    if old.exists():
        old.delete()


def reseal(old: Key, new: Key) -> int:
    """Seals the secrets with another master key; how many. Call it inside the transaction that
    changes keys."""
    rows = list(Subscription.objects.select_for_update())
    for row in rows:
        plain = old.open(bytes(row.secret), place=_place(row))
        row.secret = new.seal(plain, place=_place(row))
        row.save(update_fields=["secret"])
    return len(rows)


def _enqueue(row: Subscription, event: str, at: datetime, data: Mapping[str, object]) -> Delivery:
    return Delivery.objects.create(
        subscription=row, event=event, body=rules.body_of(event, at, data), next_at=at
    )


@transaction.atomic
def _take() -> Delivery | None:
    """The next message that is due, kept from others for as long as an attempt may take."""
    now = timezone.now()
    rows = _due().select_for_update(of=("self",)).select_related("subscription")
    row = rows.order_by("next_at").first()
    if row is not None:
        row.attempts, row.last_at, row.next_at = row.attempts + 1, now, now + LEASE
        row.save(update_fields=["attempts", "last_at", "next_at"])
    return row


def _attempt(delivery: Delivery) -> None:
    """One attempt, outside of any transaction: a slow receiver holds nobody up."""
    row = delivery.subscription
    secret = master_key().open(bytes(row.secret), place=_place(row)).decode()
    signed = rules.headers(secret, delivery.pk, timezone.now(), delivery.body)
    status, problem = None, ""
    try:
        status = sending.send(sending.target(row.url), delivery.body, signed)
    except sending.RefusedError:
        problem = "refused"
    except sending.FailedError as failed:
        problem = str(failed)
    _keep(delivery, status, problem)


@transaction.atomic
def _keep(delivery: Delivery, status: int | None, problem: str) -> None:
    row = Subscription.objects.select_for_update().get(pk=delivery.subscription_id)
    now = timezone.now()
    delivery.last_status, delivery.last_problem = status, problem
    if status is not None and rules.arrived(status):
        delivery.state, delivery.next_at, row.failing_since = DeliveryState.SENT, None, None
    else:
        wait = rules.wait_after(delivery.attempts)
        delivery.state = DeliveryState.FAILED if wait is None else DeliveryState.WAITING
        delivery.next_at = None if wait is None else now + wait
        row.failing_since = row.failing_since or now
        long = now - row.failing_since >= rules.STOPS_AFTER
        if row.state == SubscriptionState.ON and (long or status == rules.GONE):
            row.state = SubscriptionState.STOPPED
            _note(SYSTEM, "stop", row, {"state": [SubscriptionState.ON.value, row.state]})
    row.save(update_fields=["failing_since", "state"])
    delivery.save(update_fields=["state", "next_at", "last_status", "last_problem"])


def _is_approved(approval: Model | None) -> bool:
    """Whether the decision that was just written is the one that makes the plan approved."""
    if not isinstance(approval, Approval):
        return False
    return approval.decisions.filter(approves=True).count() >= approval.quorum


def _change(
    subscription: Subscription,
    before: SubscriptionState,
    after: SubscriptionState,
    verb: str,
    by: Principal,
) -> None:
    _check_may(by, subscription)
    now = Subscription.objects.select_for_update().get(pk=subscription.pk)
    if now.state != before:
        raise ValidationError(_("This was changed in the meantime."))
    subscription.state = after
    subscription.save(update_fields=["state"])
    _note(by, verb, subscription, {"state": [before.value, after.value]})


def _check(url: str) -> None:
    try:
        sending.target(url)
    except sending.RefusedError as refused:
        raise ValidationError({"url": str(refused)}) from None
    except sending.FailedError:
        raise ValidationError(
            {"url": _("This name is not known. Look for a typing error.")}
        ) from None


def _check_may(by: Principal, row: Subscription) -> None:
    if not reaches(by, row, Purpose.CONFIGURATION):
        raise PermissionDenied(_("Your role does not manage members."))


def _place(row: Subscription) -> str:
    return f"webhooks_subscription.secret|{row.pk}"


def _note(by: Principal, verb: str, row: Subscription, changed: dict[str, object]) -> None:
    record(by=by, verb=verb, object=row, organisation_id=row.organisation_id, changed=changed)
