"""Lines of lists, as pages show them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal
from sojourn.web.cases import frameworks, queries, rules
from sojourn.web.cases.models import Case
from sojourn.web.cases.situation import label_map
from sojourn.web.cases.states import WORKED
from sojourn.web.consent import queries as consent_queries
from sojourn.web.consent import rules as consent_rules
from sojourn.web.consent.models import Consent, ConsentPurpose, Override, Recipient
from sojourn.web.consent.overrides import may_confirm
from sojourn.web.consent.states import ConsentState, OverrideState
from sojourn.web.consent.words import CLASSES
from sojourn.web.people import identities, words
from sojourn.web.people.forms import country_label, language_label
from sojourn.web.people.models import Person
from sojourn.web.people.rules import (
    Certainty,
    Document,
    DocumentKind,
    DocumentSeen,
    HeldBy,
    IdentityData,
    Sex,
)


@dataclass(frozen=True)
class PersonLine:
    """A person in a list. `urgent` are the labels of what cannot wait."""

    person: Person
    identity: IdentityData
    case: Case | None
    urgent: tuple[str, ...] = ()

    @property
    def assessed_at(self) -> datetime | None:
        return self.case.assessed_at if self.case is not None else None


@dataclass(frozen=True)
class DocumentLine:
    """A document in words."""

    number: str
    kind: str
    details: tuple[str, ...]
    is_kept_away: bool


def document_lines(identity: IdentityData) -> list[DocumentLine]:
    """A person's documents in words, as they were written down."""
    return [_document_line(document) for document in identity.documents]


def _document_line(document: Document) -> DocumentLine:
    details = []
    if document.country:
        details.append(country_label(document.country))
    if document.expires:
        day = date_format(date.fromisoformat(document.expires), "DATE_FORMAT")
        details.append(_("valid until %(day)s") % {"day": day})
    if document.held_by:
        holder = HeldBy(document.held_by).label
        details.append(_("now with %(holder)s") % {"holder": holder})
    details.append(str(DocumentSeen(document.seen).label))
    kind = str(DocumentKind(document.kind).label) if document.kind else _("Document")
    return DocumentLine(document.number, kind, tuple(details), document.is_kept_away)


def identity_facts(identity: IdentityData) -> list[tuple[str, str]]:
    """What tells somebody apart, as label and words; what is not known is left out."""
    facts = [
        (_("Date of birth"), born_words(identity)),
        (_("Sex"), str(Sex(identity.sex).label) if identity.sex else ""),
        (_("Nationality"), country_label(identity.nationality)),
        (_("Where the person is from"), identity.home),
    ]
    return [(label, text) for label, text in facts if text]


def born_words(identity: IdentityData) -> str:
    """A date of birth with how sure it is; empty for none."""
    if not identity.birth_date:
        return ""
    by_year = identity.birth_certainty == Certainty.YEAR
    day = date.fromisoformat(identity.birth_date)
    if by_year:
        return _("in %(year)s") % {"year": day.year}
    told = date_format(day, "DATE_FORMAT")
    return (
        _("about %(day)s") % {"day": told}
        if identity.birth_certainty == Certainty.ESTIMATED
        else told
    )


@dataclass(frozen=True)
class ConsentLine:
    """A consent in words."""

    consent: Consent
    purposes: tuple[str, ...]
    recipients: tuple[str, ...]
    classes: tuple[str, ...]
    in_force: bool
    state_label: str
    language_label: str
    may_answer: bool
    may_withdraw: bool
    may_ask_again: bool
    withheld: Withheld | None = None


@dataclass(frozen=True)
class Withheld:
    """What was asked for and not agreed to: for which purposes, of what, from whom."""

    purposes: tuple[str, ...]
    recipients: tuple[str, ...]
    classes: tuple[str, ...]


def person_lines(principal: Principal, people: Sequence[Person]) -> list[PersonLine]:
    """People with their open cases: a fixed number of queries, however many there are."""
    door = queries.cases(principal)
    rows = door.rows.filter(person__in=[person.pk for person in people], state__in=WORKED)
    by_person = {case.person_id: case for case in rows.select_related(None)}
    known = identities.open_many(list(people))
    shown = queries.shown_classes(door, list(by_person.values()))
    urgent: dict[uuid.UUID, list[str]] = {
        case.person_id: rules.visible_urgent(case.urgent_factors, shown[case.pk])
        for case in by_person.values()
    }
    labels = _labels(urgent.values())
    return [
        PersonLine(
            person,
            known[person.pk],
            by_person.get(person.pk),
            tuple(labels[name] for name in urgent.get(person.pk, []) if name in labels),
        )
        for person in people
    ]


def case_lines(principal: Principal, cases: Sequence[Case]) -> list[PersonLine]:
    """Cases loaded with person, identity and key, as lines."""
    door = queries.cases(principal)
    known = identities.open_many([case.person for case in cases])
    shown = queries.shown_classes(door, cases)
    urgent = {case.pk: rules.visible_urgent(case.urgent_factors, shown[case.pk]) for case in cases}
    labels = _labels(urgent.values())
    return [
        PersonLine(
            case.person,
            known[case.person_id],
            case,
            tuple(labels[name] for name in urgent[case.pk] if name in labels),
        )
        for case in cases
    ]


def consent_lines(consents: Iterable[Consent], today: date) -> list[ConsentLine]:
    """Consents in words, in the language of the page."""
    return [
        ConsentLine(
            consent,
            purposes=tuple(str(ConsentPurpose(value).label) for value in consent.purposes),
            recipients=tuple(str(Recipient(value).label) for value in consent.recipients),
            classes=_class_labels(consent.data_classes),
            in_force=consent_rules.in_force(consent_queries.terms(consent), today),
            language_label=language_label(consent.notice_language),
            state_label=_state_label(consent, today),
            may_answer=consent.state == ConsentState.REQUESTED,
            may_withdraw=consent.state == ConsentState.GIVEN,
            may_ask_again=consent.state not in (ConsentState.REQUESTED, ConsentState.RENEWED),
            withheld=_withheld(consent),
        )
        for consent in consents
    ]


@dataclass(frozen=True)
class OverrideLine:
    """A decision to act without consent, in words."""

    override: Override
    words: str
    in_force: bool
    is_over: bool
    may_confirm: bool
    may_end: bool


def override_lines(
    principal: Principal, overrides: Iterable[Override], person: Person
) -> list[OverrideLine]:
    """Decisions about acting without a person's consent, with what `principal` may do now."""
    key, now = words.key_for(person), timezone.now()
    return [
        OverrideLine(
            override,
            words.opened(override, "words", key),
            in_force=state is OverrideState.CONFIRMED and not _is_over(override, now),
            is_over=_is_over(override, now),
            may_confirm=state is OverrideState.REQUESTED and may_confirm(principal, override, now),
            may_end=state in (OverrideState.REQUESTED, OverrideState.CONFIRMED)
            and not _is_over(override, now),
        )
        for override in overrides
        for state in (OverrideState(override.state),)
    ]


def _is_over(override: Override, now: datetime) -> bool:
    ends = override.ends_at or override.asked_at + consent_rules.OVERRIDE_LASTS
    return ends <= now


def _class_labels(values: Collection[str]) -> tuple[str, ...]:
    return tuple(str(label) for each, label in CLASSES.items() if each.value in values)


def _withheld(consent: Consent) -> Withheld | None:
    """Of a consent that was given in part; of any other one, all of it is withheld."""
    if consent.state != ConsentState.GIVEN:
        return None
    steps = sorted(consent.steps.all(), key=lambda step: step.pk)
    parts = steps[-1].withheld if steps else {}
    if not parts:
        return None
    return Withheld(
        tuple(str(ConsentPurpose(value).label) for value in parts.get("purposes", ())),
        tuple(str(Recipient(value).label) for value in parts.get("recipients", ())),
        _class_labels(parts.get("data_classes", ())),
    )


def _state_label(consent: Consent, today: date) -> str:
    """A consent whose last day is past has ended, whether or not that was written down yet."""
    past = consent.valid_until is not None and consent.valid_until < today
    given = consent.state == ConsentState.GIVEN
    return str((ConsentState.EXPIRED if past and given else ConsentState(consent.state)).label)


def _labels(names: Iterable[Iterable[str]]) -> dict[str, str]:
    return dict(label_map(frameworks.current(), {name for some in names for name in some}))
