"""Error pages: what happened and how to go on, never how the program failed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from sojourn.web import log
from sojourn.web.api.problems import problem

_FOR_PROGRAMS = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403, reason=str(exception))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    del reason  # Written for developers; what a person can do about it is the same every time.
    return _page(
        request, 403, reason=_("This page was open for too long. Go back, reload and try again.")
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, 500)


def _page(request: HttpRequest, status: int, reason: str = "") -> HttpResponse:
    if request.path.startswith(_FOR_PROGRAMS):
        return problem(status, reason)
    context = {"status": status, "reason": reason, "request_id": log.request_id.get()}
    try:
        content: str = render_to_string(f"{status}.html", context, request)
    except TemplateDoesNotExist:
        content = str(status)
    except Exception:  # the page about a failure must not fail with it
        content = str(status)
    return HttpResponse(content, status=status)
