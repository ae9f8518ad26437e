"""Pages of long lists by what the last line held: no counts, and no slower at the end."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from sojourn.web.api.problems import ProblemError

Row = TypeVar("Row", bound=Model)
PER_PAGE = 50


def page(
    rows: QuerySet[Row], order: Sequence[str], after: str, limit: int = PER_PAGE
) -> tuple[list[Row], str | None]:
    """The lines after a cursor, and the cursor of the next page; None where this is the last one.

    `order` are columns without null, `-` before those that go down; the last one is unique.
    ProblemError for a cursor that is none.
    """
    rows = rows.order_by(*order)
    if after:
        rows = rows.filter(_beyond(order, _read(rows.model, order, after)))
    found = list(rows[: limit + 1])
    more = len(found) > limit
    return found[:limit], _write(found[limit - 1], order) if more else None


def _beyond(order: Sequence[str], values: Sequence[object]) -> Q:
    beyond, equal = Q(), Q()
    for column, value in zip(order, values, strict=True):
        name, sign = column.removeprefix("-"), "lt" if column.startswith("-") else "gt"
        beyond |= equal & Q(**{f"{name}__{sign}": value})
        equal &= Q(**{name: value})
    return beyond


def _write(row: Model, order: Sequence[str]) -> str:
    values = [getattr(row, column.removeprefix("-")) for column in order]
    texts = [v.isoformat() if isinstance(v, date | datetime) else str(v) for v in values]
    return base64.urlsafe_b64encode(json.dumps(texts).encode()).decode().rstrip("=")


def _read(model: type[Model], order: Sequence[str], after: str) -> list[object]:
    try:
        texts = json.loads(base64.urlsafe_b64decode(after.encode() + b"=" * (-len(after) % 4)))
        fits = isinstance(texts, list) and len(texts) == len(order)
        if not fits or not all(isinstance(text, str) for text in texts):
            raise ValueError("not a cursor of this list")
        names = [column.removeprefix("-") for column in order]
        values = [model._meta.get_field(n).to_python(t) for n, t in zip(names, texts, strict=True)]  # type: ignore[union-attr]  # columns of our own choice
        for value in values:
            if isinstance(value, datetime) and value.tzinfo is None:
                raise ValueError("not a moment")
            if isinstance(value, int) and abs(value) >= 2**63:
                raise ValueError("too large")
            if isinstance(value, str) and ("\x00" in value or not value.isprintable()):
                raise ValueError("not a text of ours")
    except (ValueError, binascii.Error, ValidationError, FieldDoesNotExist, RecursionError):
        raise ProblemError(
            422, _("Take `after` from the `next` of the page before, as it is."), errors=[]
        ) from None
    return values
