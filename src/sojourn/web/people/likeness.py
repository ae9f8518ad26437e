"""What makes two identities alike: names without script and spelling, numbers, dates.

Plain functions on plain values. A name in another script or spelling comes out alike as often as
possible; what comes out is for comparing only and is never shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from anyascii import anyascii

from sojourn.web.people.rules import Certainty, IdentityData, normal_document, normal_phone

_ALIKE = (
    ("tch", "x"),
    ("sch", "x"),
    ("ph", "f"),
    ("sh", "x"),
    ("ch", "x"),
    ("kh", "k"),
    ("gh", "g"),
    ("th", "t"),
    ("dh", "d"),
    ("ck", "k"),
    ("c", "k"),
    ("q", "k"),
    ("z", "s"),
    ("v", "w"),
)
_VOWELS = re.compile("[aeiouyw]")
_TWICE = re.compile(r"(.)\1")
_WORDS_AT_MOST = 4


@dataclass(frozen=True)
class Traits:
    """What is compared of an identity. Empty where nothing is known.

    `names` are words in alphabetical order, in plain Latin letters; `skeletons` the same without
    vowels and with letters that stand for one sound made one. `born` is `YYYY-MM-DD`, or `YYYY`.
    """

    names: tuple[str, ...] = ()
    skeletons: tuple[str, ...] = ()
    born: str = ""
    sex: str = ""
    documents: tuple[str, ...] = ()
    phone: str = ""
    nationality: str = ""
    home: str = ""


def traits(identity: IdentityData) -> Traits:
    """What is compared of an identity."""
    spellings = [plain_words(text) for name in identity.names.all for text in name.spellings]
    # The first of January stands for "only the year" on many papers.
    by_year = identity.birth_date.endswith("-01-01")
    is_sure = identity.birth_certainty == Certainty.EXACT and not by_year
    numbers = (normal_document(document.number) for document in identity.documents)
    return Traits(
        names=_distinct(" ".join(words) for words in spellings),
        skeletons=_distinct(" ".join(sorted(map(skeleton, words))) for words in spellings),
        born=identity.birth_date if is_sure else identity.birth_date[:4],
        sex=identity.sex,
        documents=_distinct(numbers),
        phone=normal_phone(identity.phone),
        nationality=identity.nationality,
        home=" ".join(plain_words(identity.home)),
    )


def plain_words(text: str) -> list[str]:
    """The words of a name in plain Latin letters and in alphabetical order."""
    letters = re.sub("['`´ʿʾ’]", "", anyascii(text).casefold())
    return sorted(re.findall(r"[a-z0-9]+", letters))


def skeleton(word: str) -> str:
    """A word by its consonants: "Mohammed", "Muhamad" and "mhmd" are the same."""
    for found, sound in _ALIKE:
        word = word.replace(found, sound)
    bare = _VOWELS.sub("", _TWICE.sub(r"\1", word))
    return (bare[:-1] if bare.endswith("h") and len(bare) > 1 else bare) or word[:1]


def keys_of(found: Traits) -> frozenset[str]:
    """What two people have to have in common in order to be compared at all.

    Two words of a name with the year of birth, or one word with the day (in either order of day
    and month). Never a name alone: how often a token occurs would then tell which name it is.
    """
    if not found.born:
        return frozenset()
    year, *rest = found.born.split("-")
    keys: set[str] = set()
    for words in _words(found):
        keys |= {f"n|{year}|{first}|{second}" for first, second in combinations(words, 2)}
        if rest:
            keys |= {f"b|{year}|{'|'.join(sorted(rest))}|{word}" for word in words}
    return frozenset(keys)


def wider_keys_of(found: Traits) -> frozenset[str]:
    """The same and more, for comparing all with all in memory: whole names, numbers."""
    whole = {f"w|{' '.join(words)}" for words in _words(found) if len(words) > 1}
    numbers = {f"d|{number}" for number in found.documents}
    phone = {f"p|{found.phone}"} if found.phone else set()
    return keys_of(found) | whole | numbers | phone


def _words(found: Traits) -> list[list[str]]:
    """The words of each spelling that tell most, in alphabetical order."""
    chosen = (
        sorted(set(text.split()), key=lambda word: (-len(word), word))[:_WORDS_AT_MOST]
        for text in found.skeletons
    )
    return [sorted(words) for words in chosen]


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
