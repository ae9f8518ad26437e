"""Reads of consents, reached through their person."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, visible
from sojourn.web.consent import rules
from sojourn.web.consent.models import Consent, ConsentPurpose, Override
from sojourn.web.consent.states import ConsentState, OverrideState
from sojourn.web.people.models import Person


def of_person(principal: Principal, person: Person) -> list[Consent]:
    """A person's consents, newest first."""
    rows = Consent.objects.filter(person=person).order_by("-recorded_at")
    return list(visible(principal, rows.prefetch_related("steps"), Purpose.SUPPORT).rows)


def consent_or_404(
    principal: Principal,
    person: Person,
    consent_id: uuid.UUID,
    purpose: Purpose = Purpose.CASE_WORK,
) -> Consent:
    """One consent of a person whose file the principal may change, unless for another purpose."""
    rows = Consent.objects.filter(person=person).select_related("renews", "organisation")
    return get_object_or_404(visible(principal, rows, purpose).rows, pk=consent_id)


def terms(consent: Consent) -> rules.Terms:
    """A consent as rules see it."""
    return rules.Terms(
        state=ConsentState(consent.state),
        purposes=frozenset(consent.purposes),
        recipients=frozenset(consent.recipients),
        classes=frozenset(consent.data_classes),
        valid_from=consent.valid_from,
        valid_until=consent.valid_until,
    )


def agreed_classes(
    people: Iterable[uuid.UUID], on: date
) -> Mapping[uuid.UUID, frozenset[DataClass]]:
    """Which classes of data may be used of each person on a day; nothing for who is not there.

    While two people act without consent, all of them. Two queries, however many people. For
    callers that reached them.
    """
    people = list(people)
    found: dict[uuid.UUID, list[Consent]] = {}
    for consent in Consent.objects.filter(person__in=people, state=ConsentState.GIVEN):
        found.setdefault(consent.person_id, []).append(consent)
    overridden = _overrides_in_force().filter(person__in=people).values_list("person", flat=True)
    agreed = {
        person: frozenset(map(DataClass, rules.classes_in_force(map(terms, consents), on)))
        for person, consents in found.items()
    }
    return {**agreed, **dict.fromkeys(overridden, frozenset(DataClass))}


def agreed_to(
    people: Iterable[uuid.UUID], *, purpose: str, recipient: str, on: date
) -> Mapping[uuid.UUID, frozenset[DataClass]]:
    """What each person agreed to that it goes to a recipient for a purpose, on a day.

    Acting without consent takes nothing out: whoever did not agree is not there. One query. For
    callers that reached the people.
    """
    found: dict[uuid.UUID, frozenset[DataClass]] = {}
    rows = Consent.objects.filter(person__in=list(people), state=ConsentState.GIVEN)
    for consent in rows:
        said = terms(consent)
        if rules.in_force(said, on) and purpose in said.purposes and recipient in said.recipients:
            before = found.get(consent.person_id, frozenset())
            found[consent.person_id] = before | frozenset(map(DataClass, said.classes))
    return found


def is_agreed(to_person: str, on: date) -> Q:
    """The condition on rows that something may be used of their person on a day.

    `to_person` is the column of the row that names the person.
    """
    given = Consent.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=on),
        person=OuterRef(to_person),
        state=ConsentState.GIVEN,
        valid_from__lte=on,
    )
    given = given.exclude(Q(purposes=[]) | Q(recipients=[]) | Q(data_classes=[]))
    return Q(Exists(given)) | Q(Exists(_overrides_in_force().filter(person=OuterRef(to_person))))


def overrides_of(principal: Principal, person: Person) -> list[Override]:
    """When somebody wanted to act without a person's consent, newest first."""
    rows = Override.objects.filter(person=person).select_related("asked_by", "decided_by")
    return list(visible(principal, rows.order_by("-asked_at"), Purpose.SUPPORT).rows)


def override_or_404(principal: Principal, person: Person, override_id: uuid.UUID) -> Override:
    """One of them, of a person whose file the principal may change."""
    rows = Override.objects.filter(person=person).select_related("person__key")
    return get_object_or_404(visible(principal, rows, Purpose.CASE_WORK).rows, pk=override_id)


def to_confirm(principal: Principal, limit: int) -> list[Override]:
    """What waits for this principal as a second person, the oldest first."""
    rows = Override.objects.filter(
        state=OverrideState.REQUESTED, asked_at__gt=timezone.now() - rules.OVERRIDE_LASTS
    ).exclude(asked_by=principal.user_id)
    shown = visible(principal, rows, Purpose.SECOND_PERSON).rows
    return list(
        shown.select_related("person__identity", "person__key").order_by("asked_at")[:limit]
    )


def is_overridden(person: Person) -> bool:
    """Whether two people act without this person's consent now."""
    return _overrides_in_force().filter(person=person).exists()


def _overrides_in_force() -> QuerySet[Override]:
    return Override.objects.filter(state=OverrideState.CONFIRMED, ends_at__gt=timezone.now())


def cover_for_assessment(person: Person, on: date) -> rules.Cover:
    """Whether the person agreed to an assessment. For callers that reached the person."""
    return assessment_cover(Consent.objects.filter(person=person), on)


def assessment_cover(consents: Iterable[Consent], on: date) -> rules.Cover:
    """The same of all consents of a person that are in hand."""
    found = [terms(consent) for consent in consents]
    return rules.cover(found, purpose=ConsentPurpose.ASSESSMENT.value, on=on)
