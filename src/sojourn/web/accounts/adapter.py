"""How sign-in differs from what the library does by default."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Nobody registers themselves, nothing is mailed, and sign-in says nothing on later pages."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        del request
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Messages of the library name the user; our pages say what has to be said."""

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Shared devices and no mailbox are usual: no mail is ever sent."""
