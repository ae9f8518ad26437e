"""Made-up content for the component page: every part of the interface in every state.

Nobody described here exists. The page serves those who build and review the interface.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator

from sojourn.framework import Level
from sojourn.web.cases.readings import Reading, Step
from sojourn.web.cases.situation import (
    AnswerShown,
    Comparison,
    HorizonGroup,
    Item,
    LevelBand,
    Reason,
    Situation,
    StagePoint,
    Suggestion,
)

_SOURCE = "Handbook of the example, page 12"


class SampleForm(forms.Form):
    """One field of each sort."""

    name = forms.CharField(label="Name the person wants to be called by", max_length=80)
    phone = forms.CharField(
        label="Phone", required=False, help_text="With the country code, such as +216 20 000 000."
    )
    language = forms.ChoiceField(
        label="Language", choices=[("", "Choose"), ("ar", "Arabic"), ("fr", "French")]
    )
    contact = forms.ChoiceField(
        label="How may we make contact?",
        choices=[("call", "By phone"), ("text", "By message"), ("none", "Not at all")],
        widget=forms.RadioSelect,
    )
    met_on = forms.DateField(
        label="Date of the meeting", widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    understood = forms.BooleanField(label="The person has understood what this is for")


def sample_context() -> dict[str, Any]:
    """Everything that `home/components.html` shows."""
    answered = SampleForm({"phone": "+216 20 000 000", "contact": "text"})
    answered.is_valid()
    return {
        "situation": situation(),
        "readings": _readings(),
        "risk": _risks()[0],
        "resource": _resources()[0],
        "unknown": _unknowns()[0],
        "both": _both(),
        "form": SampleForm(auto_id="plain_%s"),
        "form_with_errors": answered,
        "page": Paginator(range(1, 59), 20).page(2),
        "table_columns": [
            {"label": "Person", "numeric": False},
            {"label": "What is next", "numeric": False},
            {"label": "Due", "numeric": False},
            {"label": "Open steps", "numeric": True},
        ],
        "table_rows": [
            {"cells": ["P-2041", "Call the night shelter", "today", 3], "url": "#"},
            {"cells": ["P-2038", "Ask about the document", "tomorrow", 12], "url": "#"},
            {"cells": ["P-2017", "Review the plan together", "9 April", 1], "url": "#"},
        ],
        "facts": [
            {"label": "Met on", "value": "12 March 2026"},
            {"label": "Place", "value": "Drop-in centre, northern district"},
            {"label": "Language spoken", "value": "Tigrinya, through an interpreter"},
        ],
        "events": _events(),
        "consents": _consents(),
    }


def situation() -> Situation:
    """A full situation page with all four levels, urgent findings, changes and signs."""
    risks, resources, unknowns = _risks(), _resources(), _unknowns()

    def band(level: Level, label: str) -> LevelBand:
        return LevelBand(
            level.value,
            label,
            asked=True,
            risks=tuple(item for item in [*risks, _both()] if item.level is level),
            resources=tuple(item for item in [*resources, _both()] if item.level is level),
            unknowns=tuple(item for item in unknowns if item.level is level),
        )

    return Situation(
        levels=(
            band(Level.INDIVIDUAL, "The person"),
            band(Level.HOUSEHOLD, "Household and family"),
            band(Level.COMMUNITY, "Community"),
            band(Level.STRUCTURAL, "Laws, economy and institutions"),
        ),
        urgent=tuple(item for item in risks if item.urgent),
        responses=_responses(),
        signs=(
            _suggestion(
                "asylum_information",
                "Offer information on asking for international protection",
                "72 hours",
                "trained counsellor",
            ),
        ),
        stages=(
            StagePoint("origin", "Before leaving", "past"),
            StagePoint("transit", "On the way", "current"),
            StagePoint("destination", "At destination", "future"),
            StagePoint("return", "Return", "none"),
        ),
        known_count=14,
        applicable_count=17,
        not_shown=0,
        compare=Comparison(
            new=(risks[0], resources[1]), gone=(risks[2],), same_count=9, now_known=(unknowns[1],)
        ),
        risk_count=len(risks) + 1,
        resource_count=len(resources) + 1,
        unknown_count=len(unknowns),
    )


def _item(name: str, label: str, kind: str, level: Level, **more: Any) -> Item:
    values: dict[str, Any] = {
        "urgent": False,
        "domain": "",
        "nature_label": "in the present situation",
        "stage_labels": ("On the way", "At destination"),
        "statement": "",
        "because": _reason(),
        "source": _SOURCE,
        "basis": "from a published source",
    }
    return Item(name=name, label=label, kind=kind, level=level, **{**values, **more})


def _reason() -> Reason:
    return Reason(
        "All of these together",
        "true",
        "yes",
        parts=(
            Reason("", "true", "yes", (AnswerShown("Where did you sleep last night?", "Outside"),)),
            Reason(
                "One of these is enough",
                "true",
                "yes",
                parts=(
                    Reason("", "false", "no", (AnswerShown("Were you with anybody?", "Alone"),)),
                    Reason(
                        "",
                        "unknown",
                        "not known",
                        (AnswerShown("Is there a place for tonight?", "does not know"),),
                    ),
                ),
            ),
        ),
    )


def _risks() -> list[Item]:
    return [
        _item(
            "no_shelter",
            "No safe place to sleep",
            "risk",
            Level.INDIVIDUAL,
            urgent=True,
            changed="new",
        ),
        _item(
            "injury",
            "An injury that was not treated",
            "risk",
            Level.INDIVIDUAL,
            nature_label="in body and health",
        ),
        _item("debt", "Debt to those who arranged the journey", "risk", Level.HOUSEHOLD),
        _item("apart", "Close family left in an unsafe place", "risk", Level.HOUSEHOLD),
        _item("hostility", "Hostility towards newcomers in the district", "risk", Level.COMMUNITY),
        _item(
            "no_permit",
            "No lawful way to work here",
            "risk",
            Level.STRUCTURAL,
            nature_label="in laws and institutions",
        ),
        _item(
            "barred",
            "Public clinics ask for a document before they treat",
            "risk",
            Level.STRUCTURAL,
            nature_label="in laws and institutions",
        ),
    ]


def _resources() -> list[Item]:
    return [
        _item("skill", "A trade that is in demand", "resource", Level.INDIVIDUAL),
        _item("language", "Speaks the local language", "resource", Level.INDIVIDUAL, changed="new"),
        _item("phone", "A working phone and a number to call", "resource", Level.INDIVIDUAL),
        _item("sister", "A sister in the next town who can help", "resource", Level.HOUSEHOLD),
        _item("association", "An association of people from home", "resource", Level.COMMUNITY),
    ]


def _both() -> Item:
    return _item(
        "known_here",
        "Known to others on the same route",
        "both",
        Level.COMMUNITY,
    )


def _unknowns() -> list[Item]:
    return [
        _item(
            "pregnancy",
            "Care before birth",
            "unknown",
            Level.INDIVIDUAL,
            question="Would you like to see a nurse about your health?",
            why_unknown="not asked yet",
        ),
        _item(
            "document",
            "A document that is valid",
            "unknown",
            Level.STRUCTURAL,
            question="Do you have a paper that proves who you are?",
            why_unknown="prefers not to say",
        ),
        _item(
            "remittance",
            "Family depends on money sent home",
            "unknown",
            Level.HOUSEHOLD,
            question="Does anybody rely on money from you?",
            why_unknown="does not know",
        ),
    ]


def _suggestion(name: str, label: str, within: str, actor: str, service: str = "") -> Suggestion:
    return Suggestion(name, label, within, actor, service, _reason())


def _responses() -> tuple[HorizonGroup, ...]:
    return (
        HorizonGroup(
            "immediate",
            "Now",
            (
                _suggestion(
                    "shelter", "Find a bed for tonight", "within 24 hours", "shelter", "housing"
                ),
                _suggestion("wound", "Have the injury seen", "within 24 hours", "clinic", "health"),
            ),
        ),
        HorizonGroup(
            "short_term",
            "In the next weeks",
            (
                _suggestion(
                    "work_advice",
                    "Explain the ways to work lawfully, and what an employer may not ask",
                    "within 30 days",
                    "legal adviser",
                    "legal aid",
                ),
            ),
        ),
        HorizonGroup("long_term", "For the long term", ()),
    )


def _readings() -> tuple[Reading, ...]:
    scale = (Step("Poor", "up to 21"), Step("Borderline", "above 21, up to 35", is_here=True))
    known = Reading(
        name="food",
        label="Food consumption",
        value_text="28.5",
        unit="points of 112",
        class_label="Borderline",
        between_text="",
        known_percent=100,
        scale=(*scale, Step("Acceptable", "above 35")),
        because=_reason(),
        note="",
        source=_SOURCE,
        basis="from a published source",
        without_some=False,
    )
    unknown = replace(
        known,
        name="strain",
        label="Strain on the household",
        value_text="",
        unit="",
        class_label="",
        between_text="between 2 and 5",
        known_percent=62,
        scale=(),
        without_some=True,
    )
    return known, unknown


def _events() -> list[dict[str, Any]]:
    return [
        {
            "when": datetime(2026, 3, 14, 9, 30, tzinfo=UTC),
            "when_text": "2 days ago",
            "title": "The shelter accepted the request",
            "text": "A bed for seven nights.",
            "by": "Example shelter",
        },
        {
            "when": datetime(2026, 3, 12, 16, 5, tzinfo=UTC),
            "when_text": "4 days ago",
            "title": "First meeting",
            "text": "",
            "by": "Case worker A",
        },
    ]


def _consents() -> list[dict[str, Any]]:
    return [
        {
            "purpose": "Finding a place to sleep",
            "text": "Age, family size and phone may go to two shelters.",
            "state": "given",
            "state_label": "Given",
            "when": date(2026, 3, 12),
            "until": date(2026, 6, 12),
        },
        {
            "purpose": "Numbers for the yearly report",
            "text": "",
            "state": "withdrawn",
            "state_label": "Withdrawn",
            "when": date(2026, 3, 14),
            "until": None,
        },
        {
            "purpose": "Sharing with the clinic",
            "text": "",
            "state": "unasked",
            "state_label": "Not asked yet",
            "when": None,
            "until": None,
        },
    ]
