"""The words a page uses for the parts of a framework."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from sojourn.framework import DataClass, Effect, MeasureKind

EFFECTS: Mapping[Effect, object] = {
    Effect.RISK: _("Risk"),
    Effect.PROTECTIVE: _("Resource"),
    Effect.CONTEXT: _("Depends on the place"),
}
MARKS: Mapping[Effect, str] = {
    Effect.RISK: "risk",
    Effect.PROTECTIVE: "resource",
    Effect.CONTEXT: "both",
}
NATURES_SHORT: Mapping[str, object] = {
    "embodied": _("Body and health"),
    "situational": _("Present circumstances"),
    "structural": _("Law, economy, institutions"),
}
DATA_CLASSES: Mapping[DataClass, object] = {
    DataClass.IDENTITY: _("name and identity"),
    DataClass.CONTACT_PLACE: _("place and contact"),
    DataClass.JOURNEY: _("the journey"),
    DataClass.BODY_HEALTH: _("health and body"),
    DataClass.HARM_INCIDENT: _("harm that happened"),
    DataClass.STATUS_PROTECTION: _("legal status and protection (kept apart)"),
    DataClass.THIRD_PARTY: _("other people"),
    DataClass.CASE_WORK: _("what is planned and done together"),
    DataClass.SEALED: _("sealed"),
}
MEASURE_KINDS: Mapping[MeasureKind, object] = {
    MeasureKind.WEIGHTED_SUM: _("The parts are multiplied by their weights and added up."),
    MeasureKind.MEAN: _("The mean of the parts, by their weights."),
    MeasureKind.MAX: _("The largest of the parts."),
    MeasureKind.MIN: _("The smallest of the parts."),
    MeasureKind.COUNT: _("How many of the parts there are."),
    MeasureKind.EXPRESSION: _("A formula over answers and other rows."),
    MeasureKind.DECISION: _("The first row whose condition holds decides."),
    MeasureKind.TABLE: _("A table: the row that fits decides."),
    MeasureKind.ALKIRE_FOSTER: _(
        "The weights of the deprivations that are present are added up (Alkire-Foster)."
    ),
}
UNITS_OF: Mapping[str, object] = {
    "individual": _("one person"),
    "household": _("one household"),
}
QUESTION_KINDS: Mapping[str, object] = {
    "Code": _("one answer"),
    "Codes": _("several answers"),
    "Number": _("a number"),
    "Date": _("a date"),
    "Boolean": _("yes or no"),
    "Text": _("free text; no rule reads it"),
}
SHEETS: Mapping[str, object] = {
    "survey": _("Questions"),
    "choices": _("Answers to choose from"),
    "settings": _("Settings"),
    "framework": _("About the framework"),
    "factors": _("Factors"),
    "responses": _("Responses"),
    "measures": _("Measures"),
    "decisions": _("Decision rows"),
    "examples": _("Example people"),
}
CHANGES: Mapping[str, object] = {
    "changed": _("Changed"),
    "renamed": _("Renamed"),
    "order": _("In another order"),
    "removed": _("Removed"),
    "added": _("Added"),
}


def readable(code: str) -> str:
    """A code that a framework brings along, at least without its underscores."""
    return code.replace("_", " ").capitalize()
