"""The only writer of tickets and submissions."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.engines import record as engine
from sojourn.framework import Framework
from sojourn.standards import on_device, submissions
from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import User
from sojourn.web.audit.actions import record
from sojourn.web.cases import actions as cases
from sojourn.web.cases import frameworks
from sojourn.web.cases.models import Assessment, Case, LegalBasis
from sojourn.web.field.models import Attachment, Submission, Ticket
from sojourn.web.field.tickets import digest_of, token_of
from sojourn.web.people import identities
from sojourn.web.vault import Key

TICKET_LASTS = timedelta(hours=12)


class ConflictError(Exception):
    """What arrived contradicts what is here already. The text is for whoever sent it."""


@dataclass(frozen=True)
class Arrival:
    """One request of a submission. `last` is False while further parts are to come."""

    xml: bytes
    files: Mapping[str, bytes] = field(default_factory=dict)
    last: bool = True


@transaction.atomic
def open_form(*, case: Case, basis: LegalBasis, by: Principal) -> Ticket:
    """Allows `by` to send assessments of a case for some hours.

    Raises as `cases.check_may_assess` does.
    """
    cases.check_may_assess(case=case, basis=basis, by=by)
    now = timezone.now()
    pk = uuid.uuid4()
    ticket = Ticket.objects.create(
        id=pk,
        token_digest=digest_of(token_of(pk)),
        user=User.objects.get(pk=by.user_id or 0),  # the system opens no form
        case=case,
        organisation_id=case.organisation_id,
        framework=frameworks.keep(frameworks.current()),
        basis=basis,
        made_at=now,
        expires_at=now + TICKET_LASTS,
    )
    record(
        by=by,
        verb="open_form",
        object=ticket,
        organisation_id=case.organisation_id,
        person_id=case.person_id,
        case_id=case.pk,
        changed={"basis": [None, str(basis)]},
    )
    return ticket


@transaction.atomic
def receive(*, ticket: Ticket, arrival: Arrival, by: Principal) -> Submission:
    """Takes in one request of a submission; the same one again changes nothing.

    Raises `submissions.SubmissionError` for what cannot be read, `ConflictError` for other content
    under a known id or an edit of something that is not current, and as `cases.assess` does.
    """
    framework = frameworks.by_digest(ticket.framework_id)
    read = submissions.read(framework, arrival.xml)
    kept = (
        Submission.objects.select_for_update()
        .filter(organisation_id=ticket.organisation_id, instance_id=read.instance_id)
        .first()
    )
    if kept is None or ticket.case.person.erased_at is not None:
        cases.check_may_assess(case=ticket.case, basis=LegalBasis(ticket.basis), by=by)
    key = identities.key_of(ticket.case.person)
    if kept is None:
        replaces = _replaced(ticket, read.deprecated_id)
        kept = _keep(ticket, read.instance_id, arrival, key)
    else:
        _check_same(kept, ticket, arrival)
        replaces = _replaced(ticket, read.deprecated_id) if kept.assessment_id is None else None
    _add_files(kept, arrival, key)
    if arrival.last and kept.assessment_id is None:
        kept.assessment = _assess(ticket, framework, read, replaces, by)
        kept.save(update_fields=["assessment"])
    return kept


def _assess(
    ticket: Ticket,
    framework: Framework,
    read: submissions.Submission,
    replaces: Assessment | None,
    by: Principal,
) -> Assessment:
    made = cases.Made(
        basis=LegalBasis(ticket.basis),
        at=replaces.made_at if replaces is not None else timezone.now(),
        replaces=replaces,
        channel="openrosa",
    )
    assessment = cases.assess(
        case=ticket.case, framework=framework, answers=read.answers, made=made, by=by
    )
    _compare(framework, read, assessment, by)
    return assessment


def _compare(
    framework: Framework, read: submissions.Submission, assessment: Assessment, by: Principal
) -> None:
    """Notes that a client found something else than we do in the same answers.

    How many outcomes differ stands in the audit. Which ones, and both values, can be had from the
    submission as it was sent, which is sealed with the person's key.
    """
    findings = engine.assess(framework, read.answers)
    found = on_device.differences(read.computed, findings)
    if found:
        record(
            by=by,
            verb="differ",
            object=assessment,
            organisation_id=assessment.organisation_id,
            person_id=assessment.person_id,
            case_id=assessment.case_id,
            changed={"outcomes": [None, len(found)]},
            channel="openrosa",
        )


def _keep(ticket: Ticket, instance_id: str, arrival: Arrival, key: Key) -> Submission:
    pk = uuid.uuid4()
    return Submission.objects.create(
        id=pk,
        ticket=ticket,
        organisation_id=ticket.organisation_id,
        case_id=ticket.case_id,
        instance_id=instance_id,
        xml=key.seal(arrival.xml, place=f"field_submission.xml|{pk}"),
        xml_digest=hashlib.sha256(arrival.xml).hexdigest(),
        received_at=timezone.now(),
    )


def _check_same(kept: Submission, ticket: Ticket, arrival: Arrival) -> None:
    same = kept.xml_digest == hashlib.sha256(arrival.xml).hexdigest()
    if not same or kept.case_id != ticket.case_id:
        raise ConflictError(
            _("Another form with this number was sent before. Nothing was changed.")
        )


def _replaced(ticket: Ticket, deprecated_id: str | None) -> Assessment | None:
    """The assessment that an edit replaces; ConflictError where it is not the current one."""
    if deprecated_id is None:
        return None
    before = (
        Submission.objects.filter(case_id=ticket.case_id, instance_id=deprecated_id)
        .select_related("assessment")
        .first()
    )
    if before is None or before.assessment is None or not before.assessment.is_current:
        raise ConflictError(
            _("The form you corrected was corrected by somebody else. Open it again first.")
        )
    return before.assessment


def _add_files(submission: Submission, arrival: Arrival, key: Key) -> None:
    known = set(submission.files.values_list("name", flat=True)) if arrival.files else set()
    for name, content in arrival.files.items():
        if name not in known:
            pk = uuid.uuid4()
            Attachment.objects.create(
                id=pk,
                submission=submission,
                name=name,
                content=key.seal(content, place=f"field_attachment.content|{pk}"),
            )
