"""Plain questions about identities: how numbers are written, what counts as the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

_DIGITS = re.compile(r"\d")


class NameKind(TextChoices):
    """What a name is to the person. Which one is shown first is theirs to say."""

    USED = "used", _("used every day")
    BIRTH = "birth", _("given at birth")
    DOCUMENT = "document", _("on a document")
    ALIAS = "alias", _("another name")


@dataclass(frozen=True)
class Name:
    """One name: as it is written, in Latin letters where it is not, which part is the family's."""

    own: str
    latin: str = ""
    kind: str = NameKind.USED.value
    family: str = ""

    @property
    def spellings(self) -> tuple[str, ...]:
        return tuple(text for text in (self.own, self.latin) if text)

    @property
    def script(self) -> str:
        """The script of the name as it is written; empty where it has no letters."""
        return script_of(self.own or self.latin)


@dataclass(frozen=True)
class Names:
    """A person's names: the first as they write it and in Latin letters, and all others."""

    own: str = ""
    latin: str = ""
    more: tuple[Name, ...] = ()
    kind: str = NameKind.USED.value
    family: str = ""

    @property
    def shown(self) -> str:
        """The name to show first."""
        return next((text for name in self.all for text in name.spellings), "")

    @property
    def also(self) -> tuple[str, ...]:
        """The other spellings, each once."""
        rest = (text for name in self.all for text in name.spellings)
        return tuple(dict.fromkeys(text for text in rest if text != self.shown))

    @property
    def all(self) -> tuple[Name, ...]:
        """Every name, the one to show first at the front."""
        first = Name(self.own, self.latin, self.kind, self.family)
        return (first, *self.more) if first.spellings else self.more

    @classmethod
    def of(cls, names: tuple[Name, ...]) -> Names:
        """Names in their order, the first of them shown first."""
        if not names:
            return cls()
        first, *more = names
        return cls(first.own, first.latin, tuple(more), first.kind, first.family)


class DocumentKind(TextChoices):
    """What a document is. A number of another organisation finds a person like a document."""

    UNKNOWN = "", _("not known")
    PASSPORT = "passport", _("Passport")
    NATIONAL_ID = "national_id", _("Identity card")
    RESIDENCE = "residence", _("Residence permit")
    BIRTH = "birth", _("Birth certificate")
    PROTECTION = "protection", _("Paper of a refugee or of somebody who asks for protection")
    CONSULAR = "consular", _("Paper of a consulate")
    WORK = "work", _("Work permit")
    SEAFARER = "seafarer", _("Seafarer's book")
    OUTSIDE = "outside", _("Number at another organisation")
    OTHER = "other", _("Another document")


class HeldBy(TextChoices):
    """Who has the document in their hands now."""

    UNKNOWN = "", _("not known")
    PERSON = "person", _("the person")
    FAMILY = "family", _("somebody of the family")
    EMPLOYER = "employer", _("an employer or recruiter, who keeps it from the person")
    AUTHORITY = "authority", _("an authority")
    HERE = "here", _("this organisation, for the person")
    LOST = "lost", _("nobody: lost or destroyed")


class DocumentSeen(TextChoices):
    """What was seen of the document here."""

    TOLD = "told", _("told of, not seen")
    SEEN = "seen", _("the document itself was seen")
    COPY = "copy", _("a copy was seen")


@dataclass(frozen=True)
class Document:
    """A document, or a number by which another organisation knows the person."""

    number: str
    kind: str = DocumentKind.UNKNOWN.value
    country: str = ""
    issued: str = ""
    expires: str = ""
    held_by: str = HeldBy.UNKNOWN.value
    seen: str = DocumentSeen.TOLD.value

    @property
    def is_kept_away(self) -> bool:
        """Whether somebody keeps it from the person."""
        return self.held_by == HeldBy.EMPLOYER


class Certainty(TextChoices):
    """How sure a date of birth is."""

    EXACT = "", _("the day is known")
    YEAR = "year", _("only the year is known")
    ESTIMATED = "estimated", _("estimated")


class Sex(TextChoices):
    """As the person says it."""

    UNKNOWN = "", _("not known yet")
    FEMALE = "female", _("female")
    MALE = "male", _("male")
    OTHER = "other", _("another answer")


@dataclass(frozen=True)
class IdentityData:
    """An opened identity. Empty text where nothing is known.

    Of a date of birth of which only the year is known, month and day are 1. `nationality` is a
    code of ISO 3166-1 with two letters; `home` is the place the person is from.
    """

    names: Names = Names()
    phone: str = ""
    documents: tuple[Document, ...] = ()
    birth_date: str = ""
    birth_certainty: str = Certainty.EXACT.value
    sex: str = Sex.UNKNOWN.value
    nationality: str = ""
    home: str = ""

    @property
    def document(self) -> str:
        """The number of the first document."""
        return self.documents[0].number if self.documents else ""

    def with_documents(self, documents: tuple[Document, ...]) -> IdentityData:
        """The same identity with other documents."""
        return replace(self, documents=documents)

    @property
    def born(self) -> date | None:
        """The date of birth as far as it is known to the day."""
        sure = self.birth_certainty != Certainty.YEAR
        return date.fromisoformat(self.birth_date) if self.birth_date and sure else None


_SCRIPTS = {
    "ARABIC": "Arab",
    "ARMENIAN": "Armn",
    "BENGALI": "Beng",
    "CJK": "Hani",
    "CYRILLIC": "Cyrl",
    "DEVANAGARI": "Deva",
    "ETHIOPIC": "Ethi",
    "GEORGIAN": "Geor",
    "GREEK": "Grek",
    "HANGUL": "Hang",
    "HEBREW": "Hebr",
    "LATIN": "Latn",
    "MYANMAR": "Mymr",
    "SINHALA": "Sinh",
    "TAMIL": "Taml",
    "THAI": "Thai",
}


def script_of(text: str) -> str:
    """The script of the first letter, by its code of ISO 15924; empty where it is not known."""
    for sign in text:
        if sign.isalpha():
            return _SCRIPTS.get(unicodedata.name(sign, "").split(" ")[0], "")
    return ""


def normal_phone(text: str) -> str:
    """A phone number as digits after a plus; digits of any script count. Empty for none."""
    digits = "".join(str(unicodedata.digit(sign)) for sign in text if _DIGITS.match(sign))
    return f"+{digits}" if digits else ""


def normal_document(text: str) -> str:
    """A document number in capitals, without spaces and signs."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in plain if sign.isalnum())


def normal_name(text: str) -> str:
    """A name as searches compare it: no case, no accents, one space between words."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(bare.split())


def name_matches(spellings: Iterable[str], words: Collection[str]) -> bool:
    """Whether all words searched for occur in one of a person's names. Both are `normal_name`s."""
    return bool(words) and any(all(word in name for word in words) for name in spellings)


FEWEST_WORDS = 2
"""Words of a name that it takes to learn that a closed file is there."""


def name_is(spellings: Iterable[str], words: Collection[str]) -> bool:
    """Whether at least two whole words are written, and all of them stand in one of the names.

    What tells of a file without opening it asks more than a search in one's own files: nobody
    should learn who is known here by trying out beginnings.
    """
    wanted = set(words)
    return len(wanted) >= FEWEST_WORDS and any(wanted <= set(name.split()) for name in spellings)
