"""How operations are declared: one line says the way, the verb, and what is answered."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.constants import NOT_SET
from ninja.parser import Parser
from pydantic import ConfigDict

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, principal_of
from sojourn.web.accounts.roles import Verb
from sojourn.web.api.door import doors
from sojourn.web.api.once import once
from sojourn.web.api.problems import MEDIA_TYPE, TITLES, ProblemError
from sojourn.web.walls.standing import standing

View = TypeVar("View", bound=Callable[..., Any])

ALWAYS = (401, 403, 404, 413, 422, 429)
"""What any operation may answer instead."""


class Sent(Schema):
    """A body. What the API does not know is refused: a misspelt field must not be lost."""

    model_config = ConfigDict(extra="forbid")


def reads(
    router: Router, path: str, verb: Verb | None, response: Any, *, method: str = "GET"
) -> Callable[[View], View]:
    """An operation that changes nothing."""
    return _declare(router, method, path, verb, {200: response}, keeps=False)


def writes(
    router: Router,
    path: str,
    verb: Verb,
    response: type[Schema],
    *,
    method: str = "POST",
    status: int = 200,
) -> Callable[[View], View]:
    """An operation that changes something. What is posted may carry an Idempotency-Key."""
    return _declare(router, method, path, verb, {status: response}, keeps=method == "POST")


def gives_file(router: Router, path: str, verb: Verb) -> Callable[[View], View]:
    """An operation that gives a file out."""
    return _declare(router, "GET", path, verb, None, keeps=False)


def _declare(
    router: Router,
    method: str,
    path: str,
    verb: Verb | None,
    response: Mapping[int, Any] | None,
    *,
    keeps: bool,
) -> Callable[[View], View]:
    def declare(view: View) -> View:
        router.add_api_operation(
            path,
            [method],
            _prepared(view, next(iter(response or {200: None})), keeps=keeps),
            auth=doors(verb),
            response=dict(response) if response is not None else NOT_SET,
            operation_id=view.__name__,
            summary=(view.__doc__ or "").partition("\n")[0].rstrip("."),
            description=inspect.getdoc(view),
            openapi_extra=_described(verb, method, keeps=keeps, file=response is None),
        )
        return view

    return declare


def _prepared(view: View, status: int, *, keeps: bool) -> Callable[..., Any]:
    """The view with its annotations as the library needs them, and answered once where it posts."""

    @wraps(view)
    def prepared(request: HttpRequest, **given: Any) -> Any:
        # Of a token the database learns here who asks; of a session the narrower of the two counts.
        with standing(principal_of(request)):
            if not keeps:
                return view(request, **given)
            return once(request, status, lambda: cast(Schema, view(request, **given)))

    prepared.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]  # a function may have one
    return prepared


def _described(verb: Verb | None, method: str, *, keeps: bool, file: bool) -> dict[str, Any]:
    problem = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    told = (*ALWAYS, *((400,) if method != "GET" else ()), *((409, 428) if method != "GET" else ()))
    found: dict[str, Any] = {
        "x-verb": verb.value if verb is not None else None,
        "responses": {code: {"description": TITLES_EN[code], **problem} for code in told},
    }
    if file:
        binary = {"schema": {"type": "string", "format": "binary"}}
        found["responses"][200] = {"description": "OK", "content": {"*/*": binary}}
    if keeps:
        found["parameters"] = [_KEY]
    return found


_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Sent again with the same request it gives the first answer and does nothing.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}
TITLES_EN = {code: str(title) for code, title in TITLES.items()}


class Utf8(Parser):
    """JSON as the standard has it: in UTF-8, without NaN, with nothing that no text can hold."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        try:
            found = json.loads(request.body.decode(), parse_constant=_no_number)
            json.dumps(found, ensure_ascii=False).encode()
        except RecursionError:
            raise ValueError("too deep") from None
        return cast(dict[str, Any], found)


def _no_number(name: str) -> None:
    raise ValueError(name)


def filled(form: forms.Form) -> dict[str, Any]:
    """What a form of the screens makes of what was sent; ValidationError, by field, for wrong."""
    if form.is_valid():
        return form.cleaned_data
    raise ValidationError(
        {
            ("__all__" if name == "__all__" else name): [str(text) for text in texts]
            for name, texts in form.errors.items()
        }
    )


def filled_lines(lines: forms.BaseFormSet[Any], field: str, told: str) -> None:
    """Checks lines with the forms of the screens. ValidationError, by line and field, for what is
    wrong, and for a line without what it is about (`told`), which a screen would leave out."""
    wrong: dict[str, list[str]] = {}
    lines.is_valid()
    for at, form in enumerate(lines.forms):
        for name, texts in form.errors.items():
            wrong[f"{field}.{at}.{name}"] = [str(text) for text in texts]
        if not form.errors and not form.cleaned_data.get(told):
            wrong[f"{field}.{at}"] = [_("This line says nothing. Leave it out.")]
    if whole := [str(text) for text in lines.non_form_errors()]:
        wrong[field] = whole
    if wrong:
        raise ValidationError(wrong)


def as_form(body: Schema | None) -> dict[str, Any]:
    """A body as forms take it: what was not sent is not there."""
    if body is None:
        return {}
    found = body.model_dump(mode="json")
    return {name: value for name, value in found.items() if value is not None}


def withheld(shown: Collection[DataClass], among: Iterable[DataClass]) -> list[str]:
    """Which of the classes that an answer could hold are not shown to whoever asked."""
    return sorted(each.value for each in among if each not in shown)


def base_version(request: HttpRequest, sent: int | None) -> int:
    """The version that a change was made from: in the body, or in `If-Match`. 428 for none."""
    if sent is not None:
        return sent
    tag = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not tag.isascii() or not tag.isdigit() or len(tag) > 9 or int(tag) < 1:
        raise ProblemError(
            428, _("Send the `row_version` that you read, in the body or in If-Match.")
        )
    return int(tag)


def tagged(response: HttpResponse, version: int | str) -> None:
    """Says the version that was read, for `If-Match`."""
    response["ETag"] = f'"{version}"'


def sees(by: Principal, data_class: DataClass) -> bool:
    """Whether this principal sees a class anywhere."""
    return any(data_class in grant.power.classes for grant in by.grants)
