"""A consent as a record to take along, in the shape of ISO/IEC TS 27560."""

from __future__ import annotations

from typing import Any

from sojourn.web.consent import notices
from sojourn.web.consent.models import Consent, ConsentStep
from sojourn.web.consent.states import TRANSITIONS, ConsentState, Owner
from sojourn.web.people import words as sealed
from sojourn.web.people.models import Person

SCHEMA = "ISO/IEC TS 27560"


def record_of(consent: Consent, person: Person) -> dict[str, Any]:
    """The record: header, processing, parties, events. The person stands in it by number.

    What nobody recorded is None. So is who answered for the person, and where the answer can be
    seen, once the person was erased. Events name whose step it was, never a member of staff.
    For callers that reached the consent through `visible`.
    """
    return {
        "schema_version": SCHEMA,
        "record_id": str(consent.pk),
        "pii_principal_id": person.number,
        "pii_processing": _processing(consent),
        "party_identification": _parties(consent, person),
        "events": [_event(step, before) for step, before in _steps(consent)],
        "evidence": _opened(consent, person, "evidence"),
        "renews": str(consent.renews_id) if consent.renews_id else None,
    }


def _processing(consent: Consent) -> dict[str, Any]:
    notice = notices.NOTICES.get((consent.notice, consent.notice_version))
    return {
        "privacy_notice": {
            "id": consent.notice,
            "version": consent.notice_version,
            "language": consent.notice_language,
            "explained": consent.explained,
            "understood": consent.understood,
            "text": [str(point) for point in notice.points] if notice is not None else None,
        },
        "lawful_basis": "consent",
        "lawful_basis_reference": consent.legal_reference or None,
        "jurisdiction": consent.jurisdiction or None,
        "purposes": consent.purposes,
        "pii_types": consent.data_classes,
        "processing_operations": consent.operations,
        "recipients": consent.recipients,
        "collection_method": consent.method,
        "valid_from": consent.valid_from.isoformat(),
        "valid_until": consent.valid_until.isoformat() if consent.valid_until else None,
        "retention_days": consent.retention_days,
        "withdrawal_method": consent.withdrawal or None,
    }


def _parties(consent: Consent, person: Person) -> list[dict[str, Any]]:
    return [
        {"role": "pii_controller", "name": consent.controller or None},
        {
            "role": "given_by",
            "relation": consent.given_by,
            "name": _opened(consent, person, "proxy"),
            "proof": consent.proof or None,
            "assent_of_principal": consent.assent or None,
        },
    ]


def _steps(consent: Consent) -> list[tuple[ConsentStep, ConsentStep | None]]:
    steps = list(consent.steps.order_by("pk"))
    return list(zip(steps, [None, *steps], strict=False))


def _event(step: ConsentStep, before: ConsentStep | None) -> dict[str, Any]:
    taken = (ConsentState(before.state), ConsentState(step.state)) if before is not None else None
    return {
        "event_time": step.at.isoformat(),
        "event_state": step.state,
        "entity": (TRANSITIONS[taken] if taken is not None else Owner.ORGANISATION).value,
        "reason": step.reason or None,
        "withheld": step.withheld or None,
    }


def _opened(consent: Consent, person: Person, column: str) -> str | None:
    return sealed.opened(consent, column, sealed.key_for(person)) or None
