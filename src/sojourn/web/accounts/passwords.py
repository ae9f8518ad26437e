"""How hard a password is to guess, in words that help to choose a better one."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from zxcvbn import zxcvbn

ENOUGH = 3
"""Of 0 to 4: safe against whoever tries online, slow for whoever holds the stored hash."""
_LOOKED_AT = 72
"""Characters that the estimate looks at; more make nothing weaker."""
_ONE_AT_A_TIME = Lock()
"""The estimate keeps the words about a user in a place that all threads share."""

_WHY: Mapping[str, Any] = MappingProxyType(
    {
        "dictionary": gettext_lazy("Much of it is a common word, a name or a known password."),
        "user_inputs": gettext_lazy("Much of it is your name, your user name or this application."),
        "spatial": gettext_lazy("Keys beside one another are easy to guess."),
        "repeat": gettext_lazy("Repeating the same thing adds little."),
        "sequence": gettext_lazy("Rows such as “abcd” or “6543” are easy to guess."),
        "regex": gettext_lazy("Years are easy to guess."),
        "date": gettext_lazy("Dates are easy to guess."),
    }
)


class Strength:
    """Refuses passwords that are easy to guess; Django calls it for every new password."""

    def validate(self, password: str, user: object | None = None) -> None:
        """ValidationError with what is weak about it and what would help."""
        with _ONE_AT_A_TIME:
            found = zxcvbn(password[:_LOOKED_AT], user_inputs=_about(user))
        if found["score"] < ENOUGH:
            raise ValidationError([_why(found["sequence"]), self.get_help_text()], code="weak")

    def get_help_text(self) -> str:
        return _("Four or more words that do not belong together are long and easy to remember.")


def _about(user: object | None) -> list[str]:
    words = ["sojourn"]
    for name in ("username", "name"):
        words += str(getattr(user, name, "")).split()
    return words


def _why(parts: list[dict[str, Any]]) -> str:
    """What the largest part of the password is."""
    longest = max(parts, key=lambda part: len(part["token"]), default={"pattern": ""})
    kind = longest.get("dictionary_name") or longest["pattern"]
    text = _WHY.get(kind) or _WHY.get(longest["pattern"])
    return str(text) if text else _("It is too short to be hard to guess.")
