"""The words a page uses for what a framework holds as codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sojourn.framework import Basis, Horizon, Level, Missing, Nature, Question, Stage
from sojourn.framework.types import Code, Codes, Date, Number
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
ACTORS: Mapping[str, object] = {
    "assistance_organisation": gettext_lazy("assistance organisation"),
    "asylum_authority_or_unhcr": gettext_lazy("asylum authority or UNHCR"),
    "case_worker": gettext_lazy("case worker"),
    "child_protection_authority": gettext_lazy("child protection authority"),
    "civil_registry_or_consulate": gettext_lazy("civil registry or consulate"),
    "community_focal_point": gettext_lazy("community focal point"),
    "digital_safety_service": gettext_lazy("digital safety service"),
    "education_provider": gettext_lazy("school or training centre"),
    "employment_service": gettext_lazy("employment service"),
    "financial_counsellor": gettext_lazy("financial counsellor"),
    "health_service": gettext_lazy("health service"),
    "information_service": gettext_lazy("information service"),
    "interpreter_service": gettext_lazy("interpreter service"),
    "labour_inspectorate": gettext_lazy("labour inspectorate"),
    "legal_aid": gettext_lazy("legal aid"),
    "mental_health_service": gettext_lazy("mental health service"),
    "nutrition_service": gettext_lazy("nutrition service"),
    "protection_organisation": gettext_lazy("protection organisation"),
    "psychosocial_service": gettext_lazy("psychosocial service"),
    "rehabilitation_service": gettext_lazy("rehabilitation service"),
    "return_counsellor": gettext_lazy("return counsellor"),
    "service_provider": gettext_lazy("service provider"),
    "shelter_provider": gettext_lazy("shelter"),
    "specialist_organisation": gettext_lazy("specialist organisation"),
    "statelessness_authority_or_unhcr": gettext_lazy("statelessness authority or UNHCR"),
    "tracing_service": gettext_lazy("service that looks for family"),
    "worker_organisation": gettext_lazy("union or workers' organisation"),
}
SERVICES: Mapping[str, object] = {
    "asylum": gettext_lazy("asylum procedure"),
    "case_management": gettext_lazy("case management"),
    "cash_and_goods": gettext_lazy("cash and goods"),
    "child_protection": gettext_lazy("child protection"),
    "communication": gettext_lazy("means to stay in touch"),
    "community": gettext_lazy("community support"),
    "digital_safety": gettext_lazy("digital safety"),
    "documents": gettext_lazy("documents"),
    "education": gettext_lazy("education"),
    "employment": gettext_lazy("employment"),
    "financial": gettext_lazy("financial counselling"),
    "health": gettext_lazy("health care"),
    "information": gettext_lazy("information"),
    "interpretation": gettext_lazy("interpretation"),
    "interviewing": gettext_lazy("another way to talk"),
    "legal": gettext_lazy("legal aid"),
    "mental_health": gettext_lazy("mental health care"),
    "nutrition": gettext_lazy("nutrition"),
    "protection": gettext_lazy("protection"),
    "psychosocial": gettext_lazy("psychosocial support"),
    "return_counselling": gettext_lazy("return counselling"),
    "security": gettext_lazy("safety"),
    "shelter": gettext_lazy("shelter"),
    "social_support": gettext_lazy("social support"),
    "specialist_exploitation": gettext_lazy("specialist support after exploitation"),
    "statelessness": gettext_lazy("statelessness procedure"),
    "tracing": gettext_lazy("search for family"),
}
UNITS: Mapping[str, object] = {
    "points": gettext_lazy("points"),
    "concerns": gettext_lazy("concerns"),
    "days": gettext_lazy("days"),
    "food groups": gettext_lazy("food groups"),
    "level": gettext_lazy("level"),
    "safeguards": gettext_lazy("safeguards"),
    "steps": gettext_lazy("steps"),
    "sub-groups": gettext_lazy("sub-groups"),
    "times": gettext_lazy("times"),
    "worries": gettext_lazy("worries"),
}
_RANGE = re.compile(r"between (?P<low>[0-9]+) and (?P<high>[0-9]+)")
_AT_LEAST = re.compile(r"at least (?P<low>[0-9]+)")
_REPEATED = re.compile(r"\$\{\w+\}")
_WITHIN = re.compile(r"\s*(\d+)\s*(hour|day|week|month)s?\s*")


def value(text: str) -> str:
    """What an expression came out as."""
    if found := _RANGE.fullmatch(text):
        bounds = {"low": number(Fraction(found["low"])), "high": number(Fraction(found["high"]))}
        return _("between %(low)s and %(high)s") % bounds
    if found := _AT_LEAST.fullmatch(text):
        return _("at least %(low)s") % {"low": number(Fraction(found["low"]))}
    return str(VALUES.get(text, text))


def plain(label: str) -> str:
    """A label without the places where a form repeats an answer that was given before."""
    return _REPEATED.sub("…", label)


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


def exact(value: Fraction) -> str:
    """A number without rounding: with its digits, or as a fraction where they never end."""
    for places in range(7):
        scaled = value * 10**places
        if scaled.denominator == 1:
            decimal = Decimal(scaled.numerator).scaleb(-places)
            return str(number_format(decimal, use_l10n=True))
    return str(value)


def unit(code: str) -> str:
    """The unit of a measure; one that a framework brings along stays as it is written."""
    return str(UNITS.get(code, code))


def actor(code: str) -> str:
    """Who could do it; a code that a framework brings along is at least made readable."""
    return str(ACTORS.get(code, code.replace("_", " ")))


def service(code: str) -> str:
    """The kind of service; a code that a framework brings along is at least made readable."""
    return str(SERVICES.get(code, code.replace("_", " ")))


def within(text: str) -> str:
    """A time such as `72 hours` in the language of the page; other texts stay as they are."""
    match = _WITHIN.fullmatch(text)
    if match is None:
        return text
    number = int(match[1])
    words = {
        "hour": ngettext("within %(number)d hour", "within %(number)d hours", number),
        "day": ngettext("within %(number)d day", "within %(number)d days", number),
        "week": ngettext("within %(number)d week", "within %(number)d weeks", number),
        "month": ngettext("within %(number)d month", "within %(number)d months", number),
    }
    return words[match[2]] % {"number": number}


def _number(text: str) -> str:
    try:
        return str(number_format(Decimal(text), use_l10n=True))
    except ArithmeticError:
        return text
