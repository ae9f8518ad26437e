"""What holds for everybody who is signed in, whatever page they ask for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sojourn.web.accounts.access import principal_of
from sojourn.web.accounts.models import User
from sojourn.web.accounts.second_factor import must_set_up
from sojourn.web.accounts.sessions import BEGAN

Next = Callable[[HttpRequest], HttpResponse]

_ON_THE_WAY = ("mfa_", "account_", "set_language", "leave")
"""Beginnings of the names of pages that set-up itself needs, and of those that lead out."""


def sessions_end(get_response: Next) -> Next:
    """Ends a session that began too long ago, however busy it is. The idle limit is Django's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            began = request.session.get(BEGAN)
            if began is None or time.time() - began > settings.SESSION_LONGEST:
                logout(request)
        return get_response(request)

    return middleware


class SecondFactorFirst:
    """Leads to set-up, and nowhere else, whoever needs a second factor and has none.

    Pages that take no sign-in are left alone. Every new page is closed until it is named above.
    """

    def __init__(self, get_response: Next) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_: Any
    ) -> HttpResponse | None:
        user = request.user
        if not isinstance(user, User) or not must_set_up(user, principal_of(request)):
            return None
        request.second_factor_missing = True  # type: ignore[attr-defined]  # for this request only
        match = request.resolver_match
        name = match.view_name if match else ""
        if name.startswith(_ON_THE_WAY) or not getattr(view, "login_required", True):
            return None
        return redirect("mfa_index")
