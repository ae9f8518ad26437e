"""Requests made from the API's own description, right and wrong ones: none may end in a failure.

`attack` is what the test calls with few examples; a longer run calls it with more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, suppress
from copy import deepcopy
from itertools import cycle
from typing import Any

import requests
import schemathesis
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from sojourn.web.api.service import document
from sojourn.web.cases.models import Case
from tests.web.api_operations import OPERATIONS

Around = Callable[[], AbstractContextManager[None]]


def attack(
    client: Client, case: Case, *, examples: int, around: Around, only: Collection[str] = ()
) -> dict[int, int]:
    """Sends `examples` right and as many wrong requests to each operation, within `around`.

    Every second one is about `case`, so that not all end at an object that is not there; the
    client brings its own way in. Answers how many requests got which status. AssertionError, with
    the request, for a failure, for an error that is no problem+json, and for a success that is not
    described.
    """
    schema = schemathesis.openapi.from_dict(_without_doors())
    statuses: dict[int, int] = {}
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        name = str(operation.definition.raw["operationId"])
        if only and name not in only:
            continue
        real = reverse(f"api:{name}", kwargs=OPERATIONS[name].args(case))
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            strategy = operation.as_strategy(generation_mode=mode)
            for status in _sent(client, strategy, real, examples, around):
                statuses[status] = statuses.get(status, 0) + 1
    return statuses


def _without_doors() -> dict[str, Any]:
    """The description without the ways in: how nobody enters has tests of its own."""
    found = deepcopy(dict(document()))
    del found["components"]["securitySchemes"]
    for path in found["paths"].values():
        for operation in path.values():
            del operation["security"]
    return found


def _sent(client: Client, strategy: Any, real: str, examples: int, around: Around) -> list[int]:
    statuses: list[int] = []
    paths = cycle([real, ""])

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(made=strategy)
    def one(made: Any) -> None:
        request = _prepared(made)
        url = next(paths) + ("?" + request.url.partition("?")[2] if "?" in request.url else "")
        path = url if url.startswith("/") else request.url.removeprefix(_BASE)
        with around():
            response = client.generic(
                request.method,
                path,
                request.body or b"",
                content_type=request.headers.get("Content-Type", ""),
                headers=_plain(request.headers),
            )
        told = f"{request.method} {path} {request.body!r}: {response.status_code}"
        assert response.status_code < 500, told
        if response.status_code >= 400:
            assert response["Content-Type"] == "application/problem+json", told
        else:
            assert str(response.status_code) in map(
                str, made.operation.definition.raw["responses"]
            ), told
        statuses.append(response.status_code)

    with suppress(Unsatisfiable):  # where nothing is sent, nothing can be wrong
        one()
    return statuses


_BASE = "http://testserver"


def _prepared(made: Any) -> Any:
    return requests.Request(**made.as_transport_kwargs(base_url=_BASE)).prepare()


def _plain(headers: Any) -> dict[str, str]:
    """Headers that a server would let through; names with signs of their own never arrive."""
    ours = ("Content-Type", "Content-Length", "Cookie", "Authorization")
    return {
        name: value if isinstance(value, str) else value.decode("latin-1")
        for name, value in headers.items()
        if name not in ours and name.replace("-", "").isalnum() and name.isascii()
    }
