"""The words in which a framework is told, in the languages that Sojourn speaks.

They stand here, not with the web pages, because a codebook is made without them; the pages take
theirs from here too. Each phrase is a whole: no sentence is glued from parts that another language
would put in another order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sojourn.language.phrases.actors import ACTORS
from sojourn.language.phrases.codes import CODES
from sojourn.language.phrases.document import DOCUMENT
from sojourn.language.phrases.limits import LIMITS
from sojourn.language.phrases.rules import RULES
from sojourn.language.phrases.services import SERVICES

LANGUAGES = ("en", "fr", "es", "ar")
RIGHT_TO_LEFT = frozenset(("ar", "fa", "he", "ps", "ur", "dv", "ku", "prs"))
PHRASES: Mapping[str, tuple[str, str, str, str]] = {
    **DOCUMENT,
    **CODES,
    **ACTORS,
    **SERVICES,
    **LIMITS,
    **RULES,
}

_NAMED = {"english": "en", "french": "fr", "français": "fr", "spanish": "es", "español": "es"}
_NAMED |= {"arabic": "ar", "العربية": "ar"}
_TIGHT = re.compile(r"(?<=«) | (?=[»:;?!])")
_WITHIN = re.compile(r"\s*(\d+)\s*(hour|day|week|month)s?\s*")


def plain_code(language: str) -> str:
    """The code of a language that a form names without one, such as `english`."""
    return _NAMED.get(language, language)


def is_right_to_left(language: str) -> bool:
    return plain_code(language).split("-")[0] in RIGHT_TO_LEFT


def phrase(key: str, language: str, **parts: object) -> str:
    """A phrase in a language, in English where we do not speak it."""
    code = plain_code(language)
    at = LANGUAGES.index(code) if code in LANGUAGES else 0
    return _TEXTS[key][at].format(**parts)


def has(key: str) -> bool:
    return key in PHRASES


def coded(kind: str, code: str, language: str) -> str:
    """A code that many frameworks use, such as a service, in words.

    One that a framework brings along is at least made readable.
    """
    key = f"{kind}_{code.strip().lower().replace(' ', '_')}"
    return phrase(key, language) if has(key) else code.replace("_", " ")


def is_time(text: str) -> bool:
    """Whether a text is a time such as `72 hours`."""
    return _WITHIN.fullmatch(text) is not None


def within(text: str, language: str) -> str:
    """A time such as `72 hours` in a language; other texts stay as they are."""
    match = _WITHIN.fullmatch(text)
    if match is None:
        return text
    number = int(match[1])
    return phrase(f"{match[2]}{_form(number, plain_code(language))}", language, n=number)


def _form(number: int, language: str) -> str:
    """The ending of the phrase for so many: Arabic counts two, three to ten, and more apart."""
    if language != "ar":
        return "_one" if number == 1 else "s"
    if number in (1, 2):
        return ("_one", "_two")[number - 1]
    return "_few" if 3 <= number % 100 <= 10 else "s"


def _tight(texts: tuple[str, str, str, str]) -> tuple[str, str, str, str]:
    """French puts spaces before `:` and inside guillemets at which no line may break."""
    en, fr, es, ar = texts
    return en, _TIGHT.sub("\u00a0", fr), es, ar


_TEXTS = {key: _tight(texts) for key, texts in PHRASES.items()}
