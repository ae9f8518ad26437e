"""How sign-in differs from what the library does by default."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from sojourn.web.accounts import account_actions, lockout

_REFUSED = gettext_lazy(
    "This did not work. Check the user name and the password. After five wrong attempts within a "
    "quarter of an hour, signing in rests until that time has passed."
)


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Nobody registers themselves, nothing is mailed, and sign-in says nothing on later pages."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # One text, whether the account is unknown, closed or resting, or the password wrong.
        **dict.fromkeys(("username_password_mismatch", "too_many_login_attempts"), _REFUSED),
        "incorrect_password": gettext_lazy("This is not your password. Try again."),
        "enter_current_password": gettext_lazy("This is not your password. Try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        del request
        return False

    def add_message(
        self, request: HttpRequest, level: int, *_: Any, message: Any = None, **__: Any
    ) -> None:
        """Refusals are shown. The library's other messages name the user; our pages say what has
        to be said.
        """
        if message is not None and level >= messages.ERROR:
            messages.add_message(request, level, message)

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Shared devices and no mailbox are usual: sign-in sends no mail."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Where attempts rest, not even the right password is heard."""
        if lockout.rests(str(credentials.get("username", "")), request):
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong names count as wrong passwords do."""
        account_actions.note_wrong_attempt(
            username=str(credentials.get("username", "")), request=request
        )

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has only just signed in is not asked again at once, on the way to a second factor."""
        required = super().is_reauthentication_required(app=app, **kwargs)
        return bool(required) and not _signed_in_just_now(context.request)


def _signed_in_just_now(request: HttpRequest) -> bool:
    shown = get_authentication_records(request, request.user)
    return bool(shown) and time.time() - shown[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
