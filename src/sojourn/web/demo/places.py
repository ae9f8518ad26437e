"""Invented places, and what was answered for them in two periods."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from xml.sax.saxutils import escape

from django.utils import timezone

from sojourn.framework import Answers, Framework
from sojourn.standards.survey import PLACE_FORM
from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import Organisation
from sojourn.web.places import actions
from sojourn.web.places.rules import asks_of_places

PLACES = {
    "HS": ("demo-harbour", "demo-old-town"),
    "CL": ("demo-crossroads",),
}
"""By organisation: the codes that its people agreed on."""

_BEFORE = {
    "people_help_each_other": "disagree",
    "groups_left_out": "yes",
    "clinics_avoided": "yes",
    "hostility_seen": "insulted_or_blamed",
    "fair_police_reachable": "no",
    "every_child_can_enrol": "partly",
    "clinics_same_terms": "no",
    "settlement_kind": "urban",
    "information_understood": "no",
    "informal_brokers": "yes",
    "rights_for_every_status": "partly",
    "jail_for_irregular_stay": "yes",
    "can_ask_for_protection": "partly",
    "health_care_for_every_status": "no",
    "war_or_widespread_violence": "no",
}
_NOW = {
    **_BEFORE,
    "people_help_each_other": "agree",
    "clinics_same_terms": "yes",
    "clinics_avoided": "no",
    "information_understood": "yes",
    "migrant_groups_active": "yes",
}


def answer_for_places(framework: Framework, organisation: Organisation, by: Principal) -> None:
    """Sends a form for each of an organisation's places: two months ago, and this month."""
    if not asks_of_places(framework):
        return
    today = timezone.localdate()
    moments = {
        (today - timedelta(days=62)).strftime("%Y-%m"): _BEFORE,
        today.strftime("%Y-%m"): _NOW,
    }
    for place in PLACES[organisation.code]:
        for period, answers in moments.items():
            xml = _form(framework, place, period, answers)
            actions.receive(organisation=organisation, xml=xml, by=by, framework=framework)


def at_a_place(framework: Framework, answers: Answers, code: str, number: int) -> Answers:
    """Somebody's answers, with where they are now."""
    if not asks_of_places(framework) or framework.place is None:
        return answers
    place = PLACES[code][number % len(PLACES[code])]
    return replace(answers, values={**answers.values, framework.place: place})


def _form(framework: Framework, place: str, period: str, answers: dict[str, str]) -> bytes:
    keys = ((framework.place, place), (framework.period, period))
    texts = {**{name: text for name, text in keys if name}, **answers}
    body = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in texts.items())
    return (
        f'<data id="{framework.id}{PLACE_FORM}">{body}'
        f"<meta><instanceID>demo:{place}:{period}</instanceID></meta></data>"
    ).encode()
