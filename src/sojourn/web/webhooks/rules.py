"""Which changes are events, what a message says, how it is signed, and when it is tried again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

EVENTS: Mapping[str, object] = MappingProxyType(
    {
        "person.registered": _("A person was registered"),
        "file.erased": _("A person was erased"),
        "case.opened": _("A case was opened"),
        "case.taken_on": _("A case was taken on after screening"),
        "case.declined": _("A case was not taken on"),
        "case.moved": _("The phase of a case changed"),
        "case.held": _("A case was put on hold"),
        "case.resumed": _("Work on a case went on"),
        "case.closed": _("A case was closed"),
        "case.reopened": _("A case was opened again"),
        "case.handed_over": _("A case was handed over to somebody else"),
        "assessment.made": _("An assessment was made"),
        "approval.asked": _("Somebody asked for approval of a plan"),
        "plan.approved": _("A plan was approved"),
        "plan.rejected": _("A plan was not approved"),
        "consent.given": _("A person gave consent"),
        "consent.withdrawn": _("A person took consent back"),
        "consent.ended": _("A consent ended by its date, or was found not to count"),
        "emergency.opened": _("A file was opened in an emergency"),
        "webhook.test": _("A test"),
    }
)
"""The kinds of events. Names are never changed; new ones may come."""

TEST = "webhook.test"

_OF: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("people.person", "add"): "person.registered",
        ("people.person", "erase"): "file.erased",
        ("cases.case", "add"): "case.opened",
        ("cases.case", "take_on"): "case.taken_on",
        ("cases.case", "decline"): "case.declined",
        ("cases.case", "move"): "case.moved",
        ("cases.case", "hold"): "case.held",
        ("cases.case", "resume"): "case.resumed",
        ("cases.case", "close"): "case.closed",
        ("cases.case", "reopen"): "case.reopened",
        ("cases.case", "hand_over"): "case.handed_over",
        ("cases.assessment", "assess"): "assessment.made",
        ("plans.approval", "ask_approval"): "approval.asked",
        ("plans.approval", "approve"): "plan.approved",
        ("plans.approval", "reject"): "plan.rejected",
        ("consent.consent", "give"): "consent.given",
        ("consent.consent", "withdraw"): "consent.withdrawn",
        ("consent.consent", "expire"): "consent.ended",
        ("consent.consent", "invalidate"): "consent.ended",
        ("glass.opening", "open_in_emergency"): "emergency.opened",
    }
)


def event_of(object_type: str, verb: str) -> str | None:
    """The event that a change of the audit is; None for a change that nobody is told of."""
    return _OF.get((object_type, verb))


def body_of(event: str, at: datetime, data: Mapping[str, object]) -> str:
    """A message as it is sent. `data` are ids and verbs."""
    content = {"type": event, "timestamp": at.isoformat(timespec="seconds"), "data": dict(data)}
    return json.dumps(content, separators=(",", ":"), default=str)


PREFIX = "whsec_"


def new_secret() -> str:
    """A secret as the specification of Standard Webhooks writes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(secret: str, message: uuid.UUID, at: datetime, body: str) -> dict[str, str]:
    """The three headers by which a receiver knows who sent a message, and when."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    moment = str(int(at.timestamp()))
    signed = f"msg_{message.hex}.{moment}.{body}".encode()
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": f"msg_{message.hex}",
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{signature}",
    }


WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 86_400)
)
"""How long to wait after each failed attempt; after the last one a message is given up."""

STOPS_AFTER = timedelta(days=2)
"""An address that failed for so long without one success is not tried any more."""


def wait_after(attempts: int) -> timedelta | None:
    """The wait before the next attempt, a little different each time; None to give up."""
    if attempts > len(WAITS):
        return None
    return WAITS[attempts - 1] * (1 + secrets.randbelow(100) / 1_000)


def arrived(status: int) -> bool:
    """Whether an answer says that a message arrived."""
    return 200 <= status < 300


GONE = 410
"""The answer by which a receiver asks to be told nothing any more."""
