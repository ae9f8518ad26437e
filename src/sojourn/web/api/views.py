"""Screens of tokens, and the page that lists what the API can do."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sojourn.web.accounts.access import needs, principal_of, signed_in
from sojourn.web.accounts.roles import Verb
from sojourn.web.accounts.second_factor import has_second_factor
from sojourn.web.api import actions, queries, rules, service
from sojourn.web.api.forms import TokenForm
from sojourn.web.api.models import Token
from sojourn.web.api.words import CLASSES, verb_label


@dataclass(frozen=True)
class Line:
    """A token as a list shows it."""

    token: Token
    verbs: tuple[str, ...]
    classes: tuple[str, ...]
    is_over: bool


@require_http_methods(["GET", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """One's own tokens; makes a new one, and shows it this once."""
    by = principal_of(request)
    held = rules.widest(by)
    may_make = bool(held.verbs) and (
        not settings.SECOND_FACTOR_FORCED or has_second_factor(signed_in(request))
    )
    form = TokenForm(held, request.POST if request.method == "POST" else None)
    made, secret = None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = actions.make(by=by, **form.wish())
            form = TokenForm(held)
        except ValidationError as problem:
            form.add_error(None, problem)
    context = {
        "form": form,
        "lines": [_line(token) for token in queries.own(by)],
        "made": made,
        "secret": secret,
        "may_make": may_make,
        "does_nothing": not held.verbs,
    }
    return render(request, "tokens/own.html", context, status=400 if form.errors else 200)


@require_POST
def end(request: HttpRequest, token_id: int) -> HttpResponse:
    """Ends one of one's own tokens."""
    by = principal_of(request)
    _end(request, get_object_or_404(queries.own(by), pk=token_id))
    return redirect("tokens:own")


@needs(Verb.CONFIGURE)
@require_safe
def managed(request: HttpRequest) -> HttpResponse:
    """The tokens of members: whose, how wide, used when. What they are called is their owner's."""
    rows = queries.managed(principal_of(request))
    return render(request, "tokens/managed.html", {"lines": [_line(token) for token in rows]})


@needs(Verb.CONFIGURE)
@require_POST
def end_managed(request: HttpRequest, token_id: int) -> HttpResponse:
    """Ends the token of a member."""
    by = principal_of(request)
    _end(request, get_object_or_404(queries.managed(by), pk=token_id))
    return redirect("tokens:managed")


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """What the API can do, made from its own description. Nothing is fetched from elsewhere."""
    groups: dict[str, list[dict[str, object]]] = {}
    for path, methods in service.document()["paths"].items():
        for method, each in methods.items():
            verb = each["x-verb"]
            groups.setdefault(each["tags"][0], []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": each["summary"],
                    "verb": verb_label(Verb(verb)) if verb else _("everybody"),
                }
            )
    return render(request, "tokens/reference.html", {"groups": groups})


def _end(request: HttpRequest, token: Token) -> None:
    try:
        actions.end(token=token, by=principal_of(request))
        messages.success(request, _("The token opens nothing any more."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))


def _line(token: Token) -> Line:
    power = token.power
    return Line(
        token,
        tuple(verb_label(verb) for verb in Verb if verb in power.verbs),
        tuple(str(label) for each, label in CLASSES.items() if each in power.classes),
        token.ended_at is not None or token.ends_on < timezone.localdate(),
    )
