"""A journey in words, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sojourn.web.cases import words as case_words
from sojourn.web.cases.models import Difference
from sojourn.web.journeys.codes import Certainty, Way
from sojourn.web.people.forms import country_label

STAGES = {stage.value: label for stage, label in case_words.STAGES.items()}
_CHOICES: Mapping[str, Mapping[str, object]] = {
    "certainty": dict(Certainty.choices),
    "stage": STAGES,
    "way": dict(Way.choices),
}
_WITH_MONTH = 7


def period(since: str, until: str) -> str:
    """From when to when, no more exactly than it is known."""
    if since and until:
        if since == until:
            return _month(since)
        return _("%(since)s to %(until)s") % {"since": _month(since), "until": _month(until)}
    if since:
        return _("from %(since)s") % {"since": _month(since)}
    if until:
        return _("until %(until)s") % {"until": _month(until)}
    return _("Time not known")


def tell(difference: Difference, value: str) -> str:
    """One of two values in words."""
    if not value:
        return _("not known")
    if difference.field in ("since", "until"):
        return _month(value)
    if difference.field == "country":
        return country_label(value)
    return str(_CHOICES.get(difference.field, {}).get(value, value))


def _month(text: str) -> str:
    if len(text) == _WITH_MONTH:
        return date_format(date.fromisoformat(f"{text}-01"), "YEAR_MONTH_FORMAT")
    return date_format(date(int(text), 1, 1), "Y")
