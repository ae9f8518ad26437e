"""Tokens of tickets: derived from the ticket's id and a secret, so that none has to be stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid

from django.conf import settings


def token_of(ticket_id: uuid.UUID) -> str:
    """The token that stands in a ticket's address."""
    secret = hashlib.sha256(b"form ticket|" + settings.SECRET_KEY.encode()).digest()
    digest = hmac.new(secret, ticket_id.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def digest_of(token: str) -> bytes:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).digest()
