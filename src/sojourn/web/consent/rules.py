"""What a consent covers. Plain values in, plain answers out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sojourn.web.consent.states import ConsentState

OVERRIDE_LASTS = timedelta(hours=24)
"""How long two people may act without consent; also how long a request waits for the second."""


@dataclass(frozen=True)
class Terms:
    """A consent as rules see it. The first and the last day both belong to it."""

    state: ConsentState
    purposes: frozenset[str]
    recipients: frozenset[str]
    classes: frozenset[str]
    valid_from: date
    valid_until: date | None = None


class Cover(StrEnum):
    """Whether something wanted is covered, and if not why."""

    COVERED = "covered"
    NEVER_ASKED = "never_asked"
    REQUESTED = "requested"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    INVALIDATED = "invalidated"
    NOT_YET = "not_yet"


def in_force(terms: Terms, on: date) -> bool:
    """Whether a consent counts on a day. Without an end it goes on until it is withdrawn."""
    if terms.state is not ConsentState.GIVEN or on < terms.valid_from:
        return False
    return terms.valid_until is None or on <= terms.valid_until


def covers(terms: Terms, *, purpose: str, recipient: str, classes: Iterable[str], on: date) -> bool:
    """Whether one consent allows these classes of data, for a purpose and a recipient, on a day.

    A consent that names no purpose, no recipient or no class allows nothing. So does asking for
    no class at all: nothing was said about what is wanted.
    """
    wanted = frozenset(classes)
    return (
        in_force(terms, on)
        and purpose in terms.purposes
        and recipient in terms.recipients
        and bool(wanted)
        and wanted <= terms.classes
    )


def cover(consents: Iterable[Terms], *, purpose: str, on: date) -> Cover:
    """Where the consents to one purpose stand: covered, or the nearest to it.

    A consent that says nothing about the purpose does not count for or against it, nor does one
    that names no class of data or no recipient.
    """
    about = [t for t in consents if purpose in t.purposes and t.classes and t.recipients]
    if any(in_force(terms, on) for terms in about):
        return Cover.COVERED
    found = {_why_not(terms, on) for terms in about}
    return next((reason for reason in _ORDER if reason in found), Cover.NEVER_ASKED)


def classes_in_force(consents: Iterable[Terms], on: date) -> frozenset[str]:
    """The classes of data that may be used on a day, for any purpose, within the organisation."""
    return frozenset[str]().union(
        *(t.classes for t in consents if in_force(t, on) and t.purposes and t.recipients)
    )


def operations(purposes: Iterable[str], recipients: Iterable[str]) -> list[str]:
    """What is done with information that is agreed to for these purposes and recipients."""
    done = {operation for purpose in purposes for operation in _OPERATIONS.get(purpose, ())}
    if set(recipients) - {"own"}:
        done.add("share")
    return [operation for operation in _IN_ORDER if operation in done]


def withheld(asked: Mapping[str, Iterable[str]], given: Mapping[str, Iterable[str]]) -> Scope:
    """What was asked for and not given, part by part; parts of which nothing is missing stay out.

    Where a part is wholly missing, nothing can be used, so everything that was asked is named.
    """
    if not all(set(given.get(part, ())) for part in asked):
        return {part: list(values) for part, values in asked.items()}
    missing = {
        part: [value for value in values if value not in set(given[part])]
        for part, values in asked.items()
    }
    return {part: values for part, values in missing.items() if values}


Scope = dict[str, list[str]]
_HERE = ("collect", "store", "use")
_OPERATIONS: Mapping[str, tuple[str, ...]] = {
    "assessment": _HERE,
    "support": _HERE,
    "referral": (*_HERE, "share"),
    "statistics": ("count",),
}
_IN_ORDER = ("collect", "store", "use", "share", "count")

_ORDER = (
    Cover.NOT_YET,
    Cover.REQUESTED,
    Cover.EXPIRED,
    Cover.INVALIDATED,
    Cover.WITHDRAWN,
    Cover.REFUSED,
)


def _why_not(terms: Terms, on: date) -> Cover:
    if terms.state is ConsentState.GIVEN:
        return Cover.NOT_YET if on < terms.valid_from else Cover.EXPIRED
    if terms.state is ConsentState.RENEWED:  # by an answer that leaves this purpose out
        return Cover.WITHDRAWN
    return Cover(terms.state.value)
