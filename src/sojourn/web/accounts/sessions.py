"""Where somebody is signed in, in words that they recognise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils.translation import gettext as _

from sojourn.web.accounts.models import User

BEGAN = "began"
"""When the session began, in seconds; it ends when that is too long ago, used or not."""

_BROWSERS = (
    ("Firefox/", "Firefox"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungB", "Samsung"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
"""What browsers say of themselves, the more special before the more general; the names are proper
names and stay as they are in every language."""


@dataclass(frozen=True)
class Place:
    """One session of somebody."""

    id: int
    device: str
    began: datetime
    used: datetime
    is_this: bool


def places(user: User, current_key: str | None) -> list[Place]:
    """The sessions of a user that are open, this one first, then the one used last."""
    listed = UserSession.objects.purge_and_list(user)
    ends = Session.objects.in_bulk([each.session_key for each in listed])
    idle = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    found = [
        Place(
            each.pk,
            device(each.user_agent),
            each.created_at,
            ends[each.session_key].expire_date - idle,
            each.session_key == current_key,
        )
        for each in listed
        if each.session_key in ends
    ]
    return sorted(found, key=lambda place: (not place.is_this, -place.used.timestamp()))


def device(user_agent: str) -> str:
    """Browser and kind of device, as far as the browser tells."""
    browser, kind = _first(_BROWSERS, user_agent), _first(_DEVICES, user_agent)
    if browser and kind:
        return _("%(browser)s on %(device)s") % {"browser": browser, "device": kind}
    return browser or kind or _("A browser that does not say which")


def _first(table: Sequence[tuple[str, str]], text: str) -> str:
    return next((name for sign, name in table if sign in text), "")
