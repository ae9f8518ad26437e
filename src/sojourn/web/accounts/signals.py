"""Signing in, out and failing to sign in are events too."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction

from sojourn.web.accounts.access import SYSTEM, Principal
from sojourn.web.accounts.models import User
from sojourn.web.audit.actions import record


def connect() -> None:
    """Listens to the framework's signals; called once when the app is ready."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit-in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit-out")
    user_login_failed.connect(_failed, dispatch_uid="audit-failed")


def _signed_in(*, user: User, **kwargs: Any) -> None:
    del kwargs
    with transaction.atomic():
        record(by=Principal(user.pk, user.name), verb="sign_in", object=user)


def _signed_out(*, user: User | None, **kwargs: Any) -> None:
    del kwargs
    if user is not None:
        with transaction.atomic():
            record(by=Principal(user.pk, user.name), verb="sign_out", object=user)


def _failed(**kwargs: Any) -> None:
    """What was typed is not kept: people type passwords into the wrong field."""
    del kwargs
    with transaction.atomic():
        record(by=SYSTEM, verb="sign_in_failed")
