"""Signing in, out and failing to sign in are events too, and so are changes of the second factor.

The pages that change it are one transaction each (see `urls`), and so hold their event.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_removed, authenticator_used
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_save
from django.http import HttpRequest

from sojourn.web.accounts import account_actions, lockout, queries
from sojourn.web.accounts.access import SYSTEM, principal_for
from sojourn.web.accounts.models import User
from sojourn.web.accounts.sessions import BEGAN
from sojourn.web.audit.actions import record


def connect() -> None:
    """Listens to the framework's signals; called once when the app is ready."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit-in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit-out")
    user_login_failed.connect(_failed, dispatch_uid="audit-failed")
    post_save.connect(_factor_added, sender=Authenticator, dispatch_uid="audit-factor-added")
    authenticator_removed.connect(_factor_removed, dispatch_uid="audit-factor-removed")
    authenticator_used.connect(_factor_used, dispatch_uid="audit-factor-used")
    authentication_failed.connect(_code_refused, dispatch_uid="audit-code-refused")


def _signed_in(*, user: User, request: HttpRequest, **kwargs: Any) -> None:
    """Whoever got in with everything that is asked for starts with a clean count."""
    del kwargs
    request.session[BEGAN] = int(time.time())
    _note(user, "sign_in")
    lockout.forget(user.username)


def _signed_out(*, user: User | None, **kwargs: Any) -> None:
    del kwargs
    if user is not None:
        _note(user, "sign_out")


def _factor_added(*, instance: Authenticator, created: bool, **kwargs: Any) -> None:
    del kwargs
    if created:
        _note(instance.user, "add", instance)


def _factor_removed(*, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    del kwargs
    _note(user, "remove", authenticator)


def _factor_used(*, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Codes and passkeys are used at each sign-in; a recovery code is worth noticing."""
    del kwargs
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        _note(user, "use_recovery_code")


def _code_refused(*, user: User, request: HttpRequest, **kwargs: Any) -> None:
    """Somebody knew the password: this belongs before the eyes of whoever reads the audit."""
    del kwargs
    _note(user, "second_factor_failed")
    account_actions.note_wrong_attempt(username=user.username, request=request)


def _note(user: User, verb: str, object: Model | None = None) -> None:  # noqa: A002 - as in `record`
    """Under the first organisation one belongs to, so that its overseer sees it."""
    by = principal_for(user)
    with transaction.atomic():
        record(by=by, verb=verb, object=object or user, organisation_id=queries.home_of(user))


def _failed(*, credentials: Mapping[str, Any], **kwargs: Any) -> None:
    """What was typed is not kept: people type passwords into the wrong field. Where it names an
    account, whoever oversees that account is told.
    """
    del kwargs
    user = User.objects.filter(username=credentials.get("username", "")).first()
    organisation = queries.home_of(user) if user else None
    with transaction.atomic():
        record(by=SYSTEM, verb="sign_in_failed", object=user, organisation_id=organisation)
