"""Papers as plain values: what stands on them, in the active language.

No paper names the person: it carries their number at most, and a line to sign on. One that is not
surely safe to carry names no organisation and nobody who works there, and tells neither needs nor
what was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from sojourn.framework import Horizon
from sojourn.web.cases.words import HORIZONS
from sojourn.web.consent import notices
from sojourn.web.consent.models import Consent
from sojourn.web.consent.states import ConsentState
from sojourn.web.people.lines import ConsentLine
from sojourn.web.people.models import Person
from sojourn.web.plans.board import Card
from sojourn.web.plans.models import Plan
from sojourn.web.plans.states import ItemState
from sojourn.web.printing import plain


@dataclass(frozen=True)
class Kind:
    """How a paper is made: in short sentences and large type, and whether it is safe to carry."""

    is_plain: bool
    is_safe: bool


@dataclass(frozen=True)
class Line:
    """One thing said, with small facts below it. `symbol` stands beside it in the plain version;
    `box` is an empty box to tick."""

    text: str
    facts: tuple[str, ...] = ()
    symbol: str = ""
    box: bool = False


@dataclass(frozen=True)
class Part:
    """Lines under a heading."""

    title: str
    lines: tuple[Line, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Paper:
    """A whole paper. `signatures` are the lines to sign on."""

    title: str
    lead: str
    parts: tuple[Part, ...]
    signatures: tuple[str, ...]
    footer: tuple[str, ...]
    lang: str
    right_to_left: bool
    large: bool


def plan_paper(
    plan: Plan, cards: Sequence[tuple[Horizon, Card]], person: Person, kind: Kind, today: date
) -> Paper:
    """The plan as it stands, from items that may be printed."""
    parts = [Part("", plain.PLAN() if kind.is_plain else (), False)]
    parts += [
        Part(
            str(HORIZONS[horizon]), tuple(_item(card, kind) for at, card in cards if at is horizon)
        )
        for horizon in Horizon
    ]
    parts.append(Part("", (Line(_("There may be more. Ask us when we meet."), symbol="ask"),)))
    title = _("Your plan") if kind.is_plain else _("Plan") if kind.is_safe else _("What comes next")
    version = _("version %(n)s of %(when)s") % {
        "n": plan.version,
        "when": date_format(plan.made_at.date()),
    }
    lead = f"{person.organisation.name} · {version}" if kind.is_safe else ""
    return _paper(title, lead, parts, person, kind, today)


def consent_paper(
    consent: Consent, line: ConsentLine, person: Person, kind: Kind, today: date
) -> Paper:
    """What the person is asked to agree to, or has answered, with the notice they were told."""
    notice = notices.NOTICES.get((consent.notice, consent.notice_version), notices.CURRENT)
    told = plain.CONSENT() if kind.is_plain else tuple(Line(str(point)) for point in notice.points)
    until = (
        date_format(consent.valid_until)
        if consent.valid_until is not None
        else _("until you take it back")
    )
    parts = [Part("" if kind.is_plain else _("What you were told"), told, not kind.is_plain)]
    parts.append(Part(_("What it is for"), _lines(line.purposes, "yes")))
    if kind.is_safe:
        parts.append(Part(_("Which information"), _lines(line.classes, "lock")))
        parts.append(Part(_("Who may see it"), _lines(line.recipients, "eye")))
    parts.append(Part(_("Until when"), (Line(until, symbol="clock"),)))
    parts.append(Part(_("Your answer"), _answer(consent, line)))
    title = _("What you are asked") if kind.is_plain else _("Your agreement")
    lead = consent.controller or person.organisation.name if kind.is_safe else ""
    return _paper(title, lead, parts, person, kind, today)


def _answer(consent: Consent, line: ConsentLine) -> tuple[Line, ...]:
    agree, refuse = _("Yes, I agree"), _("No, I do not agree")
    if consent.state == ConsentState.REQUESTED:
        return Line(agree, symbol="yes", box=True), Line(refuse, symbol="no", box=True)
    if line.in_force:
        return (Line(agree, symbol="yes"),)
    answered_no = consent.state == ConsentState.REFUSED
    return (Line(refuse if answered_no else line.state_label, symbol="no"),)


def _item(card: Card, kind: Kind) -> Line:
    day = _("By %(day)s") % {"day": date_format(card.due)}
    done = (card.state_label,) if card.state is ItemState.DONE else ()
    if not kind.is_safe:
        return Line(card.public_title, (day, *done), _symbol(card))
    about = () if kind.is_plain else tuple(text for text in (card.need, card.goal) if text)
    who = _("Who: %(who)s") % {"who": f"{card.who}, {card.where}" if card.where else card.who}
    return Line(card.title, (*about, who, day, *done), _symbol(card))


def _symbol(card: Card) -> str:
    return "yes" if card.state is ItemState.DONE else "calendar"


def _lines(texts: Sequence[str], symbol: str) -> tuple[Line, ...]:
    return tuple(Line(text, symbol=symbol) for text in texts)


def _paper(
    title: str, lead: str, parts: Sequence[Part], person: Person, kind: Kind, today: date
) -> Paper:
    theirs = _("For the organisation") if kind.is_safe else _("Witness")
    return Paper(
        title=title,
        lead=lead,
        parts=tuple(part for part in parts if part.lines),
        signatures=(_("Your signature or mark"), theirs, _("Date")),
        footer=(date_format(today), *((person.number,) if kind.is_safe else ())),
        lang=(get_language() or "en").split("-")[0],
        right_to_left=get_language_bidi(),
        large=kind.is_plain,
    )
