"""Idempotency-Key: whoever does not know whether a request arrived may send it again.

The answer is kept in the transaction of the change. Only answers that changed something are kept,
and they hold ids and versions alone; whatever failed may be tried again under the same key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Schema

from sojourn.web.accounts.access import principal_of
from sojourn.web.api.models import Answered
from sojourn.web.api.problems import ProblemError

KEPT = timedelta(days=1)
_LONGEST = 200


def once(request: HttpRequest, status: int, act: Callable[[], Schema]) -> Schema | HttpResponse:
    """Does it, or gives the first answer again where this key was used for the same request."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return act()
    if not 1 <= len(key) <= _LONGEST:
        raise ProblemError(422, _("An Idempotency-Key has 1 to 200 signs."))
    by, sent = (
        principal_of(request),
        _digest(f"{request.method}|{request.path}|".encode() + _body(request)),
    )
    with transaction.atomic():
        Answered.objects.filter(at__lt=timezone.now() - KEPT).delete()
        row, is_new = Answered.objects.get_or_create(
            user_id=by.user_id or 0,
            key=_digest(key.encode(errors="replace")),
            defaults={"request": sent},
        )
        if not is_new:
            return _again(row, sent)
        answer = act()
        row.status, row.body = status, answer.model_dump(mode="json")
        row.save(update_fields=["status", "body"])
        return answer


def _again(row: Answered, sent: str) -> HttpResponse:
    if row.request != sent:
        raise ProblemError(
            422, _("Another request was sent with this Idempotency-Key. Use a new one.")
        )
    return HttpResponse(
        json.dumps(row.body),
        status=row.status,
        content_type="application/json; charset=utf-8",
        headers={"Idempotency-Replayed": "true"},
    )


def _body(request: HttpRequest) -> bytes:
    """The body as it was sent; of a form with a file its fields and the file."""
    if not (request.content_type or "").startswith("multipart/"):
        return request.body
    fields = json.dumps(sorted(request.POST.lists())).encode()
    for name, file in sorted(request.FILES.items()):
        file.seek(0)  # type: ignore[union-attr]  # one file per name: lists are not accepted
        fields += name.encode() + file.read()  # type: ignore[union-attr]  # as above
        file.seek(0)  # type: ignore[union-attr]  # as above
    return fields


def _digest(content: bytes) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), b"once|" + content, hashlib.sha256).hexdigest()
