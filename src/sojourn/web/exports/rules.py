"""Plain questions about what is taken out: what may go, and how it is written."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sojourn.framework import DataClass
from sojourn.web.consent.models import ConsentPurpose, Recipient
from sojourn.web.exports.models import ExportPurpose, Format

LASTS = timedelta(hours=24)
"""How long an export can be downloaded."""
SHORTEST_REASON = 10
MOST = {Format.XLSX: 10_000, Format.PDF: 300, Format.HTCDS: 5_000}
"""Most people in a file that is made in memory. CSV and JSON are streamed, whatever their size."""

NAMING = frozenset({DataClass.IDENTITY, DataClass.CONTACT_PLACE, DataClass.THIRD_PARTY})
"""Classes that are left out where nobody is to be named."""
CONSENTED: Mapping[str, str] = {
    ExportPurpose.SUPPORT: ConsentPurpose.SUPPORT.value,
    ExportPurpose.REFERRAL: ConsentPurpose.REFERRAL.value,
    ExportPurpose.PROTECTION: ConsentPurpose.REFERRAL.value,
    ExportPurpose.STATISTICS: ConsentPurpose.STATISTICS.value,
}
"""The purpose that each person must have agreed to, for their part to go into an export."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to take out, for whom and why.

    `to_origin` is whether it goes to a country that any of the people come from: yes, no, unsure,
    and empty where nobody answered.
    """

    format: str
    purpose: str
    recipient: str
    is_identified: bool
    classes: frozenset[DataClass]
    columns: tuple[str, ...]
    words: str
    country: str = ""
    to_origin: str = ""


def check(wish: Wish, cleared: Collection[DataClass]) -> None:
    """Raises ValidationError, by field, for what must not go out like this."""
    wrong = {name: text for name, text in _problems(wish, frozenset(cleared)) if text}
    if wrong:
        raise ValidationError(wrong)


def _problems(wish: Wish, cleared: frozenset[DataClass]) -> list[tuple[str, str]]:
    outside = wish.recipient != Recipient.OWN
    return [
        ("data_classes", _problem_of_classes(wish, cleared)),
        (
            "is_identified",
            _("Counting takes no names. Choose “Nobody is named”.")
            if wish.purpose == ExportPurpose.STATISTICS and wish.is_identified
            else "",
        ),
        (
            "recipient",
            _("Choose who receives it.")
            if not outside and wish.purpose == ExportPurpose.REFERRAL
            else _("Helping within this organisation passes nothing on.")
            if outside and wish.purpose == ExportPurpose.SUPPORT
            else "",
        ),
        ("country", _("Say to which country it goes.") if outside and not wish.country else ""),
        ("to_origin", _problem_of_country(wish, outside=outside)),
        ("columns", "" if wish.columns else _("Choose at least one column.")),
        (
            "words",
            ""
            if len(wish.words.strip()) >= SHORTEST_REASON
            else _("Write a sentence that somebody else understands."),
        ),
    ]


def _problem_of_country(wish: Wish, *, outside: bool) -> str:
    """Nobody is taken to come from somewhere else because nobody answered."""
    if wish.to_origin == "no" or not (outside or wish.to_origin):
        return ""
    if not wish.to_origin:
        return _("Find out first whether anybody in it comes from there, then choose.")
    return not_to_origin()


def not_to_origin() -> str:
    """Why something does not go to a country that somebody in it comes from."""
    return _(
        "Nothing goes to a country that somebody in it comes from: whoever fled from it "
        "could be found there. Leave it, and ask your protection officer."
    )


def _problem_of_classes(wish: Wish, cleared: frozenset[DataClass]) -> str:
    if not wish.classes:
        return _("Choose at least one kind of information.")
    if not wish.classes <= cleared - {DataClass.SEALED}:
        return _("Your role does not take out all of this.")
    if DataClass.STATUS_PROTECTION in wish.classes:
        if wish.purpose != ExportPurpose.PROTECTION:
            return _(
                "Signs of a protection need leave for international protection and for nothing "
                "else. Take them out of the choice."
            )
        if wish.format == Format.HTCDS:
            return _("HTCDS never carries signs of a protection need. Choose another format.")
    if not wish.is_identified and wish.classes & NAMING:
        return _("Where nobody is named, identity, contact and other people stay here.")
    return ""


def pseudonym(secret: bytes, case_id: uuid.UUID) -> str:
    """A code for a case that means nothing in any other export."""
    digest = hmac.new(secret, case_id.bytes, hashlib.sha256).digest()
    return base64.b32encode(digest).decode()[:10]


def month(day: str) -> str:
    """A day as a month, where nobody is to be recognised by it."""
    return day[:7]


_FORMULA = re.compile(r"^[\s\x00-\x1f]*[=+\-@＝＋－＠]|^[\t\r\n]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula; numbers stay numbers."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
