"""The only writer of consents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import SYSTEM, Principal, Purpose, reaches
from sojourn.web.audit.actions import record
from sojourn.web.consent import notices
from sojourn.web.consent.models import Consent, ConsentStep
from sojourn.web.consent.states import ConsentState, check_step
from sojourn.web.people.models import Person

_VERBS = {
    ConsentState.REQUESTED: "request",
    ConsentState.GIVEN: "give",
    ConsentState.REFUSED: "refuse",
    ConsentState.WITHDRAWN: "withdraw",
    ConsentState.EXPIRED: "expire",
}


@dataclass(frozen=True)
class Asked:
    """What was asked for, and how it was explained."""

    purposes: Sequence[str]
    recipients: Sequence[str]
    data_classes: Sequence[str]
    notice_language: str
    explained: str
    method: str
    given_by: str
    understood: bool
    valid_from: date
    valid_until: date | None = None


@transaction.atomic
def ask(*, person: Person, asked: Asked, by: Principal, at: datetime | None = None) -> Consent:
    """Records that somebody was asked; the answer follows with `answer`."""
    _check_may(by, person)
    if person.erased_at is not None:
        raise ValidationError(_("This person was erased."))
    consent = Consent.objects.create(
        person=person,
        organisation_id=person.organisation_id,
        notice=notices.NAME,
        notice_version=notices.VERSION,
        recorded_at=at or timezone.now(),
        recorded_by_id=by.user_id,
        **vars(asked),
    )
    _note(consent, by, consent.recorded_at)
    return consent


@transaction.atomic
def answer(*, consent: Consent, given: bool, by: Principal, at: datetime | None = None) -> None:
    """Records the answer. A refusal is an answer like another one: help goes on."""
    if given and not consent.understood:
        raise ValidationError(
            _("Consent counts only if the person understood. Explain again, then record it.")
        )
    _step(consent, ConsentState.GIVEN if given else ConsentState.REFUSED, by, at)


@transaction.atomic
def withdraw(*, consent: Consent, by: Principal, at: datetime | None = None) -> None:
    """The person takes the consent back; it counts from now on."""
    _step(consent, ConsentState.WITHDRAWN, by, at)


@transaction.atomic
def expire_due(*, on: date) -> int:
    """Ends consents whose last day is past; how many. They had stopped to count already."""
    due = Consent.objects.filter(state=ConsentState.GIVEN, valid_until__lt=on)
    for consent in due:
        _step(consent, ConsentState.EXPIRED, SYSTEM, None)
    return len(due)


def _step(consent: Consent, wanted: ConsentState, by: Principal, at: datetime | None) -> None:
    """One step of the table, from the state the database holds now."""
    _check_may(by, consent)
    now = Consent.objects.select_for_update().values_list("state", flat=True).get(pk=consent.pk)
    check_step(ConsentState(now), wanted)
    consent.state = wanted
    consent.save(update_fields=["state"])
    _note(consent, by, at or timezone.now())


def _note(consent: Consent, by: Principal, at: datetime) -> None:
    state = ConsentState(consent.state)
    ConsentStep.objects.create(consent=consent, state=state, at=at, by_id=by.user_id)
    record(
        by=by,
        verb=_VERBS[state],
        object=consent,
        organisation_id=consent.organisation_id,
        person_id=consent.person_id,
        changed={"state": [None, state.value]},
    )


def _check_may(by: Principal, row: Person | Consent) -> None:
    if not reaches(by, row, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))
