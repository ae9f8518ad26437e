"""Error pages: what happened and how to go on, never how the program failed."""

from __future__ import annotations

import errno
import sys

from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
    if is_full(sys.exc_info()[1]):
        return _page(request, 507, reason=_FULL)
    return _page(request, 500)


_FULL = gettext_lazy(
    "The disk of this copy of Sojourn is full or cannot be written to, so nothing can be saved at "
    "present. Keep what you wrote. Tell the person who runs this copy; once there is space, look "
    "whether your last step is there, and try again."
)


def is_full(error: BaseException | None) -> bool:
    """Whether something failed because the disk took no more, as system and databases say it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno in _NO_SPACE:
            return True
        name = str(getattr(error, "sqlite_errorname", ""))
        if name == "SQLITE_FULL" or name.startswith("SQLITE_IOERR"):
            return True
        if getattr(error, "sqlstate", None) == "53100":
            return True
        error = error.__cause__ or error.__context__
    return False


_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _page(request: HttpRequest, status: int, reason: object = "") -> HttpResponse:
    said = str(reason)
    if request.path.startswith(_FOR_PROGRAMS):
        return problem(status, said)
    context = {"status": status, "reason": said, "request_id": log.request_id.get()}
    try:
        content: str = render_to_string(f"{status}.html", context, request)
    except TemplateDoesNotExist:
        content = str(status)
    except Exception:  # the page about a failure must not fail with it
        content = escape(said) if status == 507 else str(status)
    return HttpResponse(content, status=status)
