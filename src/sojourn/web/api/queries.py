"""Finding tokens."""

from __future__ import annotations

import hashlib

from django.db.models import QuerySet
from django.utils import timezone

from sojourn.web.accounts import queries as accounts
from sojourn.web.accounts.access import Principal
from sojourn.web.api.models import Token

PREFIX = "sojourn_"
"""What every token begins with, so that programs that look for leaked secrets know it."""


def digest_of(secret: str) -> str:
    """What the database keeps of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def in_force(secret: str) -> Token | None:
    """The token with this secret, unless it has ended or its owner signs in no more."""
    return (
        Token.objects.filter(
            digest=digest_of(secret),
            ended_at=None,
            ends_on__gte=timezone.localdate(),
            user__is_active=True,
        )
        .select_related("user")
        .first()
    )


def own(principal: Principal) -> QuerySet[Token]:
    """One's own tokens, those in force first, then the newest."""
    return Token.objects.filter(user_id=principal.user_id or 0).order_by("ended_at", "-made_at")


def managed(principal: Principal) -> QuerySet[Token]:
    """The tokens of whoever holds a role where this principal manages members."""
    rows = Token.objects.filter(user__in=accounts.accounts(principal))
    return rows.select_related("user").order_by("ended_at", "user__name", "-made_at")
