"""Signing in, out and failing to sign in are events too."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction

from sojourn.web.accounts.access import SYSTEM, principal_for
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
        _note(user, "sign_in")


def _signed_out(*, user: User | None, **kwargs: Any) -> None:
    del kwargs
    if user is not None:
        with transaction.atomic():
            _note(user, "sign_out")


def _note(user: User, verb: str) -> None:
    """Under the first organisation one belongs to, so that its overseer sees it."""
    by = principal_for(user)
    organisation = by.grants[0].organisation_id if by.grants else None
    record(by=by, verb=verb, object=user, organisation_id=organisation)


def _failed(**kwargs: Any) -> None:
    """What was typed is not kept: people type passwords into the wrong field."""
    del kwargs
    with transaction.atomic():
        record(by=SYSTEM, verb="sign_in_failed")
