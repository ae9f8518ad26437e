"""Pairs in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sojourn.web.duplicates.linkage import LIKELY, PARTS, VERY_LIKELY, Likeness
from sojourn.web.people.forms import country_label
from sojourn.web.people.lines import born_words
from sojourn.web.people.rules import IdentityData, Sex

PART_LABELS = {
    "names": gettext_lazy("Names"),
    "born": gettext_lazy("Date of birth"),
    "sex": gettext_lazy("Sex"),
    "documents": gettext_lazy("Documents"),
    "phone": gettext_lazy("Phone"),
    "nationality": gettext_lazy("Nationality"),
    "home": gettext_lazy("Where the person is from"),
}
LIKENESS = {
    Likeness.SAME: gettext_lazy("the same"),
    Likeness.SPELLING: gettext_lazy("written almost the same"),
    Likeness.SOUND: gettext_lazy("the same in another spelling or script"),
    Likeness.CLOSE: gettext_lazy("similar"),
    Likeness.PART: gettext_lazy("one part in common"),
    Likeness.SWAPPED: gettext_lazy("day and month changed round"),
    Likeness.SLIP: gettext_lazy("one sign differs"),
    Likeness.YEAR: gettext_lazy("the same year"),
    Likeness.NEAR: gettext_lazy("at most two years apart"),
    Likeness.DIFFERENT: gettext_lazy("different"),
    Likeness.UNKNOWN: gettext_lazy("not known of both"),
}
_BARS = 5


@dataclass(frozen=True)
class PartLine:
    """One part of a comparison: what each file says, how alike, and how much that weighs.

    `bars` run from 0 to 5, for one person where `speaks_for`, else against.
    """

    label: str
    first: str
    second: str
    likeness: str
    speaks_for: bool
    speaks_against: bool
    bars: range


def strength(weight: float) -> str:
    """How strongly all parts together speak for one person."""
    if weight >= VERY_LIKELY:
        return _("very likely one person")
    if weight >= LIKELY:
        return _("likely one person")
    return _("possibly one person") if weight > 0 else _("rather two people")


def part_lines(
    parts: Mapping[str, str], first: IdentityData, second: IdentityData
) -> list[PartLine]:
    """Each part of a comparison, as the files say it. Nothing of a part that neither file has."""
    lines = []
    for part, label in PART_LABELS.items():
        one, other = _told(part, first), _told(part, second)
        likeness = Likeness(parts.get(part, Likeness.UNKNOWN))
        if not (one or other):
            continue
        weight = _weight(part, likeness)
        bars = range(min(_BARS, round(abs(weight) / 3 + 0.49)))
        lines.append(
            PartLine(
                str(label), one, other, str(LIKENESS[likeness]), weight > 0.5, weight < -0.5, bars
            )
        )
    return lines


def _weight(part: str, likeness: Likeness) -> float:
    return next((level.weight for level in PARTS[part] if level.likeness is likeness), 0.0)


def _told(part: str, identity: IdentityData) -> str:
    if part == "names":
        return " · ".join((identity.names.shown, *identity.names.also))
    if part == "documents":
        return " · ".join(document.number for document in identity.documents)
    if part == "born":
        return born_words(identity)
    if part == "sex":
        return str(Sex(identity.sex).label) if identity.sex else ""
    if part == "nationality":
        return country_label(identity.nationality)
    return identity.phone if part == "phone" else identity.home
