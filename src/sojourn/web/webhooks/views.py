"""The addresses that an organisation tells what happens, and the log of messages."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sojourn.web.accounts.access import needs, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.webhooks import actions, queries, rules, words
from sojourn.web.webhooks.forms import SubscriptionForm

_PER_PAGE = 50


@needs(Verb.CONFIGURE)
@require_http_methods(["GET", "POST"])
def subscriptions(request: HttpRequest) -> HttpResponse:
    """The addresses; makes a new one, and shows its secret this once."""
    by = principal_of(request)
    form = SubscriptionForm(by, request.POST if request.method == "POST" else None)
    made, secret = None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = actions.subscribe(by=by, **form.cleaned_data)
            form = SubscriptionForm(by)
        except ValidationError as problem:
            form.add_error(None, problem)
    context = {
        "form": form,
        "subscriptions": list(queries.subscriptions(by)),
        "made": made,
        "secret": secret,
    }
    return render(request, "webhooks/list.html", context, status=400 if form.errors else 200)


@needs(Verb.CONFIGURE)
@require_safe
def subscription(request: HttpRequest, subscription_id: uuid.UUID) -> HttpResponse:
    """One address with its messages."""
    row = queries.subscription_or_404(principal_of(request), subscription_id)
    page = Paginator(queries.deliveries(row), _PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "subscription": row,
        "events": [rules.EVENTS[name] for name in row.events if name in rules.EVENTS],
        "page": page,
        "lines": [(delivery, words.outcome(delivery)) for delivery in page],
    }
    return render(request, "webhooks/subscription.html", context)


@needs(Verb.CONFIGURE)
@require_safe
def delivery(
    request: HttpRequest, subscription_id: uuid.UUID, delivery_id: uuid.UUID
) -> HttpResponse:
    """What one message says, and what became of it."""
    row = queries.subscription_or_404(principal_of(request), subscription_id)
    found = queries.delivery_or_404(row, delivery_id)
    context = {
        "subscription": row,
        "delivery": found,
        "event": rules.EVENTS.get(found.event, found.event),
        "outcome": words.outcome(found),
        "body": words.spaced(found.body),
    }
    return render(request, "webhooks/delivery.html", context)


_DO: dict[str, tuple[Callable[..., object], object]] = {
    "pause": (actions.pause, gettext_lazy("Nothing is sent until you go on with it.")),
    "resume": (actions.resume, gettext_lazy("Messages are sent again.")),
    "remove": (actions.remove, gettext_lazy("The address was removed.")),
    "test": (actions.try_out, gettext_lazy("A test is on its way. Look at it in a moment.")),
}
"""What can be done with an address, and what is said when it is done."""


@needs(Verb.CONFIGURE)
@require_POST
def change(request: HttpRequest, subscription_id: uuid.UUID) -> HttpResponse:
    """Does one of the things above; which one is in the form."""
    by = principal_of(request)
    row = queries.subscription_or_404(by, subscription_id)
    wanted = request.POST.get("do", "")
    if wanted not in _DO:
        raise SuspiciousOperation
    act, done = _DO[wanted]
    try:
        act(subscription=row, by=by)
        messages.success(request, str(done))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    if wanted == "remove":
        return redirect("webhooks:list")
    return redirect("webhooks:subscription", row.pk)


@needs(Verb.CONFIGURE)
@require_POST
def again(request: HttpRequest, subscription_id: uuid.UUID, delivery_id: uuid.UUID) -> HttpResponse:
    """Sends one message again."""
    by = principal_of(request)
    row = queries.subscription_or_404(by, subscription_id)
    found = queries.delivery_or_404(row, delivery_id)
    try:
        actions.send_again(delivery=found, by=by)
        messages.success(request, _("It is on its way again."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("webhooks:delivery", row.pk, found.pk)
