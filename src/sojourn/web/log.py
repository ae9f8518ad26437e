"""Logs that name no person: no bodies, no query strings, no paths, no values from exceptions.

What other packages write is reduced to its template, because its arguments may hold what somebody
typed. What remains is enough to find the line of code and the request (by its id).
"""

from __future__ import annotations

import logging
import traceback
from contextvars import ContextVar
from types import TracebackType
from typing import Any, TypeAlias

request_id: ContextVar[str] = ContextVar("request_id", default="-")

_COUNTS = frozenset({"waitress.queue"})
"""Packages' logs that say how many requests wait, and nothing of them."""

ExcInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class Impersonal(logging.Filter):
    """Rewrites a record so that it holds nothing a person typed or was shown."""

    def filter(self, record: logging.LogRecord) -> bool:
        if hasattr(record, "request_id"):
            return True  # another handler's filter was here before
        request = getattr(record, "request", None)
        record.request_id = getattr(request, "log_id", None) or request_id.get()
        if not record.name.startswith("sojourn."):
            record.msg = _impersonal_message(record)
            record.args = None
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = None  # a refusal is an answer, not a failure
        return True


class Formatter(logging.Formatter):
    """One line per record; an exception as its type and the places it passed, without its text."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s")

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - the name is the library's
        kind, _, trace = ei
        if kind is None:
            return ""
        places = [
            f"  {frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(trace)
        ]
        return "\n".join([f"{kind.__module__}.{kind.__name__}", *places])


def _impersonal_message(record: logging.LogRecord) -> str:
    request = getattr(record, "request", None)
    if record.name in _COUNTS:
        return record.getMessage()
    if request is None:
        return str(record.msg) if record.args else record.name
    return " ".join([str(getattr(record, "status_code", "")), _method(request), _route(request)])


def _method(request: Any) -> str:
    return str(getattr(request, "method", "-"))


def _route(request: Any) -> str:
    """The pattern of the address, which holds no id and nothing that was typed."""
    match = getattr(request, "resolver_match", None)
    return str(match.route) if match else "(no such page)"
