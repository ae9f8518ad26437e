"""The words a page uses for what a framework holds as codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sojourn.framework import Basis, Horizon, Level, Missing, Nature, Question, Stage
from sojourn.framework.types import Code, Codes, Date, Number
from sojourn.language import phrases
from sojourn.language.phrases import coded
from sojourn.web.i18n import language

LEVELS: Mapping[Level, object] = {
    Level.INDIVIDUAL: gettext_lazy("The person"),
    Level.HOUSEHOLD: gettext_lazy("Household and family"),
    Level.COMMUNITY: gettext_lazy("Community"),
    Level.STRUCTURAL: gettext_lazy("Laws, economy and institutions"),
}
STAGES: Mapping[Stage, object] = {
    Stage.ORIGIN: gettext_lazy("Before leaving"),
    Stage.TRANSIT: gettext_lazy("On the way"),
    Stage.DESTINATION: gettext_lazy("At destination"),
    Stage.RETURN: gettext_lazy("Return"),
}
NATURES: Mapping[Nature, object] = {
    Nature.EMBODIED: gettext_lazy("in body and health"),
    Nature.SITUATIONAL: gettext_lazy("in present circumstances"),
    Nature.STRUCTURAL: gettext_lazy("in law, economy and institutions"),
}
HORIZONS: Mapping[Horizon, object] = {
    Horizon.IMMEDIATE: gettext_lazy("Now"),
    Horizon.SHORT_TERM: gettext_lazy("In the next weeks"),
    Horizon.LONG_TERM: gettext_lazy("For the long term"),
}
BASES: Mapping[Basis, object] = {
    Basis.SOURCED: gettext_lazy("from a published source"),
    Basis.RECALLED: gettext_lazy("from general knowledge of a source; to be checked"),
    Basis.PROPOSED: gettext_lazy("our proposal"),
}
MISSING: Mapping[Missing, object] = {
    Missing.NOT_ASKED: gettext_lazy("not asked yet"),
    Missing.DOES_NOT_KNOW: gettext_lazy("does not know"),
    Missing.PREFERS_NOT_TO_SAY: gettext_lazy("prefers not to say"),
    Missing.UNUSABLE: gettext_lazy("what was written cannot be used"),
}
OPERATIONS: Mapping[str, object] = {
    "and": gettext_lazy("All of these together"),
    "or": gettext_lazy("One of these is enough"),
    "not": gettext_lazy("The opposite of this"),
    "if": gettext_lazy("It depends on this"),
    "stage": gettext_lazy("Not asked at this stage of the journey"),
    "sum": gettext_lazy("Added up"),
    "mean": gettext_lazy("The mean of these"),
    "max": gettext_lazy("The largest of these"),
    "min": gettext_lazy("The smallest of these"),
    "decide": gettext_lazy("The first of these that holds decides"),
}
VALUES: Mapping[str, object] = {
    "true": gettext_lazy("yes"),
    "false": gettext_lazy("no"),
    "unknown": gettext_lazy("not known"),
    "raises": gettext_lazy("raises the risk here"),
    "protects": gettext_lazy("protects here"),
    "both": gettext_lazy("does both here"),
    "none": gettext_lazy("makes no difference here"),
    "not_applicable": gettext_lazy("not asked at this stage"),
}
_RANGE = re.compile(r"between (?P<low>[0-9]+) and (?P<high>[0-9]+)")
_AT_LEAST = re.compile(r"at least (?P<low>[0-9]+)")


def value(text: str) -> str:
    """What an expression came out as."""
    if found := _RANGE.fullmatch(text):
        bounds = {"low": number(Fraction(found["low"])), "high": number(Fraction(found["high"]))}
        return _("between %(low)s and %(high)s") % bounds
    if found := _AT_LEAST.fullmatch(text):
        return _("at least %(low)s") % {"low": number(Fraction(found["low"]))}
    return str(VALUES.get(text, text))


def answer(question: Question, text: str | None, missing: Missing | None) -> str:
    """An answer in the words of the form, or why there is none."""
    if text is None:
        return str(MISSING[missing or Missing.NOT_ASKED])
    match question.type:
        case Code() | Codes():
            labels = [question.choice_label(code).get(language()) for code in text.split()]
            shown = _(", ").join(labels) if labels else _("none of these")
        case Number():
            shown = _number(text)
        case Date():
            shown = date_format(date.fromisoformat(text))
        case _:
            shown = text
    return f"{shown} ({MISSING[missing]})" if missing is not None else shown


def number(value: Fraction) -> str:
    """A number in the way of the reader's language, to two places at most."""
    places = 0 if value.denominator == 1 else 2
    rounded = Decimal(round(value * 10**places)).scaleb(-places)
    return str(number_format(rounded.normalize() if places else rounded, use_l10n=True))


def unit(code: str) -> str:
    """The unit of a measure; one that a framework brings along stays as it is written."""
    return coded("unit", code, language())


def actor(code: str) -> str:
    """Who could do it; a code that a framework brings along is at least made readable."""
    return coded("actor", code, language())


def service(code: str) -> str:
    """The kind of service; a code that a framework brings along is at least made readable."""
    return coded("service", code, language())


def within(text: str) -> str:
    """A time such as `72 hours` in the language of the page; other texts stay as they are."""
    said = phrases.within(text, language())
    return phrases.phrase("within_this", language(), a=said) if phrases.is_time(text) else text


def _number(text: str) -> str:
    try:
        return str(number_format(Decimal(text), use_l10n=True))
    except ArithmeticError:
        return text
