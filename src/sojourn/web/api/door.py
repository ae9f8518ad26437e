"""Who calls: a token, or a person who is signed in. Either opens no more than `visible` does."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from sojourn.web.accounts.access import Principal, check_can, principal_for, principal_of
from sojourn.web.accounts.models import User
from sojourn.web.accounts.roles import Verb
from sojourn.web.api import queries
from sojourn.web.api.actions import note_use
from sojourn.web.api.problems import ProblemError

CHANNEL = "api"
_WINDOW = 60


class _Door(AuthBase):
    """Lets in who may do a verb somewhere; everybody who is known, where there is none."""

    openapi_type = "http"

    def __init__(self, verb: Verb | None) -> None:
        super().__init__()
        self._verb = verb

    def _enter(self, request: HttpRequest, by: Principal) -> Principal:
        request._principal = by  # type: ignore[attr-defined]  # what principal_of answers from now on
        if self._verb is not None:
            check_can(by, self._verb)
        return by


class Token(_Door):
    """A token in the header `Authorization: Bearer`."""

    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Any:
        found = re.fullmatch(r"(?i:bearer) +(\S+)", request.headers.get("Authorization", ""))
        if "Authorization" not in request.headers:
            return None
        token = queries.in_force(found[1]) if found is not None else None
        if token is None:
            raise AuthenticationError
        _count(token.pk)
        note_use(token=token, today=timezone.localdate())
        by = principal_for(token.user).through(f"{CHANNEL}:{token.pk}", token.power)
        return self._enter(request, by)


class Session(_Door):
    """The session of the browser, with its CSRF token in the header `X-CSRFToken`."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Any:
        user = request.user
        if not isinstance(user, User):
            return None
        if check_csrf(request) is not None:
            raise ProblemError(403, _("Send the CSRF token of your session along."))
        if getattr(request, "second_factor_missing", False):
            raise PermissionDenied(_("Set up a second factor first."))
        return self._enter(request, principal_of(request).through(CHANNEL))


def doors(verb: Verb | None) -> list[_Door]:
    """The ways in of one operation. A token that is sent counts, whoever is signed in beside it."""
    return [Token(verb), Session(verb)]


def _count(token_id: int) -> None:
    """429 for a token that asks more often than `API_PER_MINUTE`. Counted in this process."""
    now = int(timezone.now().timestamp())
    key = f"api-{token_id}-{now // _WINDOW}"
    cache.add(key, 0, _WINDOW * 2)
    if cache.incr(key) > settings.API_PER_MINUTE:
        wait = _WINDOW - now % _WINDOW
        raise ProblemError(
            429, _("Wait a little and go on more slowly."), headers={"Retry-After": str(wait)}
        )
