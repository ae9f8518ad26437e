"""Numbers, days and names as a reader of a language writes them, whatever stands around them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from fractions import Fraction

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date

from sojourn.language.phrases import is_right_to_left, phrase, plain_code

MOST_PLACES = 12
"""Digits after the point; a number that needs more is shown as a fraction."""

_REPEATED = re.compile(r"\$\{[^{}]*\}")
_ISOLATE, _LEFT_TO_RIGHT, _END = "\u2068", "\u2066", "\u2069"
_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def number(value: Decimal | Fraction, language: str) -> str:
    """A number without any rounding: with its digits, or as a fraction where they never end."""
    exact = Fraction(value)
    shown = _digits(abs(exact)).replace(".", phrase("point", language))
    if exact < 0:
        shown = f"−{shown}"
    # A sign or a point between digits changes sides in right-to-left text.
    alone = shown.isdigit() or not is_right_to_left(language)
    return shown if alone else f"{_LEFT_TO_RIGHT}{shown}{_END}"


def _digits(value: Fraction) -> str:
    for places in range(MOST_PLACES + 1):
        scaled = value * 10**places
        if scaled.denominator == 1:
            return format(Decimal(scaled.numerator).scaleb(-places), "f")
    return str(value)


def day(value: date, language: str) -> str:
    """A day with the name of its month; as it is written where we do not know the language."""
    code = plain_code(language)
    try:
        locale = Locale.parse("en_GB" if code == "en" else code.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return value.isoformat()
    return format_date(value, "long", locale)


def plain(label: str) -> str:
    """A label without the places where a form repeats an answer that was given before."""
    return _REPEATED.sub("…", label)


def isolated(text: str, language: str) -> str:
    """A text that a framework brings along, so that it cannot turn the line it stands in around.

    Text that runs the other way than the line gets marks around it. Marks of its own are left out.
    """
    clean = _CONTROLS.sub("", text)
    here = is_right_to_left(language)
    strong = {unicodedata.bidirectional(sign) for sign in clean}
    other = "L" in strong if here else bool(strong & {"R", "AL"})
    return f"{_ISOLATE}{clean}{_END}" if other else clean
