"""Rest after wrong attempts: for an account, and for an address from which many are made.

Attempts are counted by what was typed, whether or not there is such an account, so the rest tells
nobody which accounts exist. A passkey that needs no password is never made to rest: nothing about
it can be guessed, and somebody who is kept out on purpose by others' wrong attempts can still work.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from sojourn.web.accounts.models import WrongAttempt

KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many wrong attempts within this time. The next is heard when the first is as long ago."""

    attempts: int
    within: timedelta


LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "account": Limit(5, timedelta(minutes=15)),
        # An office, a camp or a whole mobile network may share one address.
        "address": Limit(40, timedelta(minutes=15)),
    }
)


def rests(username: str, request: HttpRequest) -> bool:
    """Whether an attempt under this name, from where this request comes, is not heard now."""
    return any(_until(kind, text) is not None for kind, text in _counted(username, request))


def rests_until(username: str) -> datetime | None:
    """When the next attempt under this name is heard; None where it would be now."""
    return _until("account", username)


def note(username: str, request: HttpRequest) -> bool:
    """Counts a wrong attempt. Whether the account rests from this one on."""
    now = timezone.now()
    rested = rests_until(username) is not None
    WrongAttempt.objects.filter(at__lt=now - KEPT).delete()
    WrongAttempt.objects.bulk_create(
        WrongAttempt(key=_key(kind, text), at=now) for kind, text in _counted(username, request)
    )
    return not rested and rests_until(username) is not None


def forget(username: str) -> int:
    """Counts from nothing again for an account; how many attempts were forgotten."""
    return WrongAttempt.objects.filter(key=_key("account", username)).delete()[0]


def _until(kind: str, text: str) -> datetime | None:
    limit, now = LIMITS[kind], timezone.now()
    counted = WrongAttempt.objects.filter(key=_key(kind, text), at__gt=now - limit.within)
    latest = counted.order_by("-at").values_list("at", flat=True)[: limit.attempts]
    times = list(latest)
    return times[-1] + limit.within if len(times) == limit.attempts else None


def _counted(username: str, request: HttpRequest) -> list[tuple[str, str]]:
    """What an attempt counts for. Not for this machine's own address: behind a web server that
    does not pass on where visitors come from, it would be everybody's.
    """
    counted = [("account", username)]
    address = str(get_adapter().get_client_ip(request))
    if not ipaddress.ip_address(address).is_loopback:
        counted.append(("address", address))
    return counted


def _key(kind: str, text: str) -> str:
    """Names and addresses are kept as keyed digests: people type passwords into the wrong field."""
    folded = text.strip().casefold()
    return salted_hmac("sojourn.wrong-attempt", f"{kind}|{folded}", algorithm="sha256").hexdigest()
