"""The API as one: its operations, its errors, and the document that describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from ninja import NinjaAPI
from ninja.operation import Operation

from sojourn.web.api import problems
from sojourn.web.api.kit import Utf8
from sojourn.web.api.operations import (
    assessments,
    caseload,
    cases,
    consents,
    copies,
    duplicates,
    emergencies,
    exports,
    followup,
    imports,
    incidents,
    interests,
    journeys,
    kin,
    me,
    notes,
    organisation,
    oversight,
    people,
    places,
    plans,
    programmes,
    reach,
)

VERSION = "1.4.0"
PREFIX = "/api/v1/"

_DESCRIPTION = """What the screens of casework do, for programs. Everything passes through the same
door: a token opens no more than its owner may open, and never more than it was made for. What is
not shown is said (`withheld`), lists have no counts, and errors are problem details (RFC 9457)."""

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
        "conflicts": {"type": "array", "items": {"type": "object"}},
    },
}

api = NinjaAPI(
    title="Sojourn",
    version=VERSION,
    description=_DESCRIPTION,
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    parser=Utf8(),
)
problems.install(api)
for _each in (
    me,
    people,
    kin,
    duplicates,
    cases,
    caseload,
    assessments,
    plans,
    notes,
    incidents,
    interests,
    journeys,
    followup,
    reach,
    consents,
    copies,
    emergencies,
    places,
    exports,
    imports,
    organisation,
    oversight,
    programmes,
):
    api.add_router("", _each.router)


@cache
def document() -> Mapping[str, Any]:
    """The OpenAPI document: the same for everybody, and made once."""
    found: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=PREFIX))
    found["components"]["schemas"]["Problem"] = _PROBLEM
    return found


def operations() -> dict[str, Operation]:
    """Every operation by its name."""
    return {
        operation.view_func.__name__: operation
        for router in api._get_bound_routers()
        for view in router.path_operations.values()
        for operation in view.operations
    }


@login_not_required
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, for everybody: it says nothing about anybody."""
    del request
    return JsonResponse(document())


Answering = Callable[..., HttpResponse]


def _open(view: Answering) -> Answering:
    """The doors of the operation ask who calls; a wrong method is told like other problems."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            return problems.problem(405, headers={"Allow": response["Allow"]})
        return response

    found: Answering = login_not_required(opened)
    return found


def urls() -> tuple[list[URLPattern], str, str]:
    """The addresses of the API; those of one path with several methods bear the name of each."""
    patterns: list[URLPattern] = []
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            pattern.callback = _open(pattern.callback)
            patterns.append(pattern)
    return [*patterns, path("openapi.json", openapi, name="openapi")], "ninja", "api"
