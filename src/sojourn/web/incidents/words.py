"""Incidents in words, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sojourn.web.cases import words as case_words
from sojourn.web.cases.models import Difference
from sojourn.web.incidents.codes import Kind, Precision, Told, Wish

STAGES = {stage.value: label for stage, label in case_words.STAGES.items()}
_CHOICES: Mapping[str, Mapping[str, object]] = {
    "kind": dict(Kind.choices),
    "precision": dict(Precision.choices),
    "source": dict(Told.choices),
    "wish": dict(Wish.choices),
    "stage": STAGES,
}


def when(day: date | None, precision: str) -> str:
    """When it happened, no more exactly than it is known."""
    if day is None:
        return _("The day is not known")
    if precision == Precision.YEAR:
        return date_format(day, "Y")
    if precision == Precision.MONTH:
        return date_format(day, "YEAR_MONTH_FORMAT")
    return date_format(day)


def tell(difference: Difference, value: str) -> str:
    """One of two values in words."""
    name = difference.field
    if name == "goes_on":
        return _("yes") if value else _("no")
    if name == "happened_on":
        return date_format(date.fromisoformat(value)) if value else _("not known")
    return str(_CHOICES.get(name, {}).get(value, value))
