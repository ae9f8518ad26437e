"""Small middleware that every answer passes."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sojourn.web import log

Next = Callable[[HttpRequest], HttpResponse]


def request_id(get_response: Next) -> Next:
    """Gives each request a random id that logs, the audit and error pages share."""

    def middleware(request: HttpRequest) -> HttpResponse:
        new = secrets.token_hex(8)
        request.log_id = new  # type: ignore[attr-defined]  # some lines are logged after this ends
        token = log.request_id.set(new)
        try:
            response = get_response(request)
            response["X-Request-ID"] = new
        finally:
            log.request_id.reset(token)
        return response

    return middleware


def private_headers(get_response: Next) -> Next:
    """Keeps pages out of caches and away from device features they do not need."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)"
        )
        return response

    return middleware
