"""Measures as readings: a number, its class, how much of it is known, and why.

A reading is computed from what may be shown and from nothing else: protection signs and what is
sealed take no part in it, for whoever looks. So a number never betrays what is kept apart, and
colleagues see the same one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from sojourn.engines import record
from sojourn.framework import Answers, DataClass, Framework, Measure, MeasureClass, MeasureFinding
from sojourn.language import figures
from sojourn.web.accounts.roles import EXISTENCE_KNOWN
from sojourn.web.cases import words
from sojourn.web.cases.rules import classes_below, without_apart
from sojourn.web.cases.situation import Reason, View
from sojourn.web.i18n import language


@dataclass(frozen=True)
class Step:
    """One class of a measure on its scale; `is_here` where the value lies in it."""

    label: str
    range_text: str
    is_here: bool = False


@dataclass(frozen=True)
class Reading:
    """One measure. `value_text` is empty where it is not known."""

    name: str
    label: str
    value_text: str
    unit: str
    class_label: str
    between_text: str
    known_percent: int | None
    scale: tuple[Step, ...]
    because: Reason | None
    note: str
    source: str
    basis: str
    without_some: bool
    rule_url: str = ""


def of_assessment(
    framework: Framework,
    answers: Answers,
    *,
    classes: Collection[DataClass],
    rules_url: str = "",
    on_a_page: bool = True,
) -> tuple[Reading, ...]:
    """The readings for somebody cleared for `classes`, without what is kept apart.

    `on_a_page` leaves the reasons of one measure in another to its own reading. Factors are spelled
    out: their lines on the page may rest on what is kept apart.
    """
    shown = frozenset(classes) & EXISTENCE_KNOWN
    left, apart = without_apart(framework, answers, shown)
    findings = record.assess(framework, left, apart=apart)
    view = View(
        framework,
        findings,
        shown,
        rules_url=rules_url,
        nothing_apart=True,
        measure_lines=on_a_page,
    )
    return tuple(
        reading(view, framework.measure(finding.name), finding, shown)
        for finding in findings.measures
    )


def reading(
    view: View, measure: Measure, finding: MeasureFinding, shown: Collection[DataClass]
) -> Reading:
    """One measure as the page shows it."""
    labels = {item.name: item.label.get(language()) for item in measure.classes}
    return Reading(
        name=measure.name,
        label=measure.label.get(language()),
        value_text="" if finding.value is None else words.number(finding.value),
        unit=words.unit(measure.unit),
        class_label=labels.get(finding.class_name or "", ""),
        between_text=_between(finding),
        known_percent=None if finding.known_share is None else int(finding.known_share * 100),
        scale=scale(measure.classes, here=finding.class_name),
        because=view.reason(finding.because) if finding.because is not None else None,
        note=measure.note,
        source=measure.source,
        basis=str(words.BASES[measure.basis]),
        without_some=not classes_below(view.framework, measure.name) <= frozenset(shown),
        rule_url=view.rule_url("measure", measure.name),
    )


def scale(classes: tuple[MeasureClass, ...], here: str | None = None) -> tuple[Step, ...]:
    """The classes of a measure from the lowest to the highest, with the numbers they hold."""
    steps = []
    below: MeasureClass | None = None
    for item in classes:
        steps.append(Step(item.label.get(language()), _range(below, item), item.name == here))
        below = item
    return tuple(steps)


def _range(below: MeasureClass | None, item: MeasureClass) -> str:
    """Which numbers a class holds. A cut-off belongs to the class it ends, or to the next one."""
    low = None if below is None else below.limit
    limits = {
        "low": "" if low is None else figures.number(low, language()),
        "high": "" if item.limit is None else figures.number(item.limit, language()),
    }
    if not limits["low"] and not limits["high"]:
        return _("every number")
    if not limits["low"]:
        text = _("up to %(high)s") if item.inclusive else _("below %(high)s")
        return text % limits
    above = below is None or below.inclusive
    if not limits["high"]:
        return (_("above %(low)s") if above else _("from %(low)s")) % limits
    texts = {
        (True, True): _("above %(low)s, up to %(high)s"),
        (True, False): _("above %(low)s, below %(high)s"),
        (False, True): _("from %(low)s up to %(high)s"),
        (False, False): _("from %(low)s, below %(high)s"),
    }
    return texts[above, item.inclusive] % limits


def _between(finding: MeasureFinding) -> str:
    """The bounds of a value that is not known, where the framework asks for them."""
    low, high = finding.low, finding.high
    if finding.value is not None or low is None or high is None:
        return ""
    return _between_text(low, high)


def _between_text(low: Fraction, high: Fraction) -> str:
    return _("between %(low)s and %(high)s") % {
        "low": words.number(low),
        "high": words.number(high),
    }
