"""Plain questions about identities: how numbers are written, what counts as the same."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields

_DIGITS = re.compile(r"\d")


@dataclass(frozen=True)
class Names:
    """A person's name as they write it, in Latin letters, and any other name they go by."""

    own: str = ""
    latin: str = ""
    other: str = ""

    @property
    def shown(self) -> str:
        """The name to show first."""
        return self.own or self.latin or self.other

    @property
    def also(self) -> tuple[str, ...]:
        """The other spellings, each once."""
        rest = (getattr(self, name.name) for name in fields(self))
        return tuple(dict.fromkeys(name for name in rest if name and name != self.shown))


@dataclass(frozen=True)
class IdentityData:
    """An opened identity. Empty text where nothing is known."""

    names: Names = Names()
    phone: str = ""
    document: str = ""
    birth_date: str = ""


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


def name_matches(names: Names, wanted: str) -> bool:
    """Whether all words searched for occur in one of a person's names."""
    words = normal_name(wanted).split()
    spellings = (normal_name(name) for name in (names.own, names.latin, names.other) if name)
    return bool(words) and any(all(word in name for word in words) for name in spellings)


FEWEST_WORDS = 2
"""Words of a name that it takes to learn that a closed file is there."""


def name_is(names: Names, wanted: str) -> bool:
    """Whether at least two whole words are written, and all of them stand in one of the names.

    What tells of a file without opening it asks more than a search in one's own files: nobody
    should learn who is known here by trying out beginnings.
    """
    words = set(normal_name(wanted).split())
    spellings = (normal_name(name) for name in (names.own, names.latin, names.other) if name)
    return len(words) >= FEWEST_WORDS and any(words <= set(name.split()) for name in spellings)
