"""Reads are written before the answer leaves."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sojourn.web.audit.actions import flush

Next = Callable[[HttpRequest], HttpResponse]


def reads_before_the_answer(get_response: Next) -> Next:
    """Where the audit cannot be written the page is not shown: the error page is."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        flush(request)
        return response

    return middleware
