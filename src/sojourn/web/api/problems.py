"""What went wrong, as RFC 9457 problem details: in kind words, never how the program failed."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as Unreadable

from sojourn.web import log
from sojourn.web.steps import WrongStateError

_log = logging.getLogger("django.request")

MEDIA_TYPE = "application/problem+json"

TITLES: Mapping[int, object] = {
    400: gettext_lazy("This request cannot be read"),
    401: gettext_lazy("Sign in first"),
    403: gettext_lazy("This is not open to you"),
    404: gettext_lazy("There is nothing here"),
    405: gettext_lazy("This cannot be done here"),
    409: gettext_lazy("Something else happened meanwhile"),
    413: gettext_lazy("This is too large"),
    422: gettext_lazy("Something is missing or wrong"),
    428: gettext_lazy("Say which version you changed"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Something failed here"),
}


class ProblemError(Exception):
    """Ends an operation with a problem. The text is for whoever called."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        **more: object,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.more = status, detail, headers or {}, more


def problem(
    status: int, detail: str = "", *, headers: Mapping[str, str] | None = None, **more: object
) -> HttpResponse:
    """An answer that says what is wrong. `more` are further members, such as `errors`."""
    content = {
        "type": "about:blank",
        "title": str(TITLES[status]),
        "status": status,
        **({"detail": detail} if detail else {}),
        "request_id": log.request_id.get(),
        **more,
    }
    return HttpResponse(
        json.dumps(content, ensure_ascii=False, default=str),
        status=status,
        content_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def wrong_fields(errors: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """What is wrong, field by field; the empty field is for the whole."""
    return [
        {"field": "" if field == "__all__" else field, "detail": str(text)}
        for field, texts in errors.items()
        for text in texts
    ]


def install(api: NinjaAPI) -> None:
    """Tells the API how each error is answered."""
    for kind, handler in _HANDLERS.items():
        api.add_exception_handler(kind, handler)


def _told(_request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status, error.detail, headers=error.headers, **error.more)


def _missing(_request: HttpRequest, _error: Any) -> HttpResponse:
    return problem(404, _("It does not exist, or it is not open to you."))


def _refused(_request: HttpRequest, error: Any) -> HttpResponse:
    return problem(403, str(error))


def _wrong(_request: HttpRequest, error: Any) -> HttpResponse:
    fields = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    texts = [str(text) for texts in fields.values() for text in texts]
    return problem(422, " ".join(texts), errors=wrong_fields(fields))


def _changed(_request: HttpRequest, _error: Any) -> HttpResponse:
    return problem(409, _("This was changed in the meantime. Read it again, then decide."))


def _unreadable(_request: HttpRequest, error: Any) -> HttpResponse:
    """What does not fit the schema. What was sent is not repeated: it may be about a person."""
    errors = []
    for each in error.errors:
        place = [str(part) for part in each.get("loc", ())][1:]
        place = place[1:] if place[:1] == ["body"] else place
        errors.append({"field": ".".join(place), "detail": str(each.get("msg", ""))})
    return problem(422, _("The request does not fit what the API describes."), errors=errors)


def _http(_request: HttpRequest, error: Any) -> HttpResponse:
    status = error.status_code if error.status_code in TITLES else 400
    details = {
        400: _("The body is not JSON in UTF-8."),
        401: _("Send a token that is in force, or sign in."),
        403: _("Send the CSRF token of your session along."),
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return problem(status, details.get(status, ""), headers=headers)


def _too_large(_request: HttpRequest, _error: Any) -> HttpResponse:
    return problem(413, _("Send less at once."))


def _suspicious(_request: HttpRequest, _error: Any) -> HttpResponse:
    return problem(400)


def _failed(request: HttpRequest, error: Any) -> HttpResponse:
    _log.error(
        "Internal Server Error: %s",
        request.path,
        exc_info=(type(error), error, error.__traceback__),
        extra={"status_code": 500, "request": request},
    )
    return problem(500, _("It was noted. Try again later; if it stays, tell the operator."))


Handler = Callable[[HttpRequest, Any], HttpResponse]
_HANDLERS: Mapping[type[Exception], Handler] = {
    ProblemError: _told,
    Http404: _missing,
    PermissionDenied: _refused,
    ValidationError: _wrong,
    WrongStateError: _changed,
    Unreadable: _unreadable,
    HttpError: _http,
    RequestDataTooBig: _too_large,
    SuspiciousOperation: _suspicious,
    MultiPartParserError: _suspicious,
    UnreadablePostError: _suspicious,
    Exception: _failed,
}
