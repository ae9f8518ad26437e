"""Days as an iCalendar file (RFC 5545): case numbers and what is due, and nothing about anybody."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from sojourn.web.caseload.due import Entry

MEDIA_TYPE = "text/calendar; charset=utf-8"
_LONGEST = 75
"""Bytes in a line; what is longer goes on in the next one."""


def calendar(entries: Iterable[Entry], made_at: datetime) -> bytes:
    """A file that calendar programs read. What was due on a day before moves when it is read again,
    as each event keeps its name."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sojourn//Sojourn//EN"]
    for entry in entries:
        lines += _event(entry, f"{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    lines.append("END:VCALENDAR")
    return b"".join(b"\r\n ".join(_folded(line.encode())) + b"\r\n" for line in lines)


def _event(entry: Entry, stamp: str) -> list[str]:
    summary = _("%(what)s: %(number)s") % {"what": entry.text, "number": entry.person.number}
    return [
        "BEGIN:VEVENT",
        f"UID:{_name(entry)}",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(summary)}",
        "CLASS:CONFIDENTIAL",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _name(entry: Entry) -> str:
    """The same for the same thing at each download; nobody learns anything from it."""
    told = f"calendar|{entry.kind}|{entry.row_id}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), told, hashlib.sha256).hexdigest()
    return f"{digest[:32]}@sojourn"


def _escaped(text: str) -> str:
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r", ""), ("\n", "\\n")):
        text = text.replace(sign, written)
    return text


def _folded(line: bytes) -> Iterator[bytes]:
    """Pieces of a line. No letter is cut in two; the second piece on begins with a space."""
    room = _LONGEST
    while len(line) > room:
        end = room
        while line[end] & 0xC0 == 0x80:  # within a letter of several bytes
            end -= 1
        yield line[:end]
        line, room = line[end:], _LONGEST - 1
    yield line
