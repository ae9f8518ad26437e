"""The only writer of answers about places."""

from __future__ import annotations

import hashlib
import json
import uuid

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.engines.places import with_place
from sojourn.framework import Answers, Framework
from sojourn.standards import submissions
from sojourn.web.accounts.access import SYSTEM, Principal
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import record
from sojourn.web.cases import frameworks
from sojourn.web.cases.answers import split
from sojourn.web.cases.models import Assessment
from sojourn.web.people import identities
from sojourn.web.places import queries, rules
from sojourn.web.places.models import Joined, PlaceAnswers

_NAME = 200
_PERIOD = 100
"""How long the name of a place and that of a period may be, as the columns have them."""


class ConflictError(Exception):
    """Other content came under a number that is known. The text is for whoever sent it."""


@transaction.atomic
def receive(
    *, organisation: Organisation, xml: bytes, by: Principal, framework: Framework | None = None
) -> PlaceAnswers:
    """Takes in a form about a place; the same one again changes nothing.

    The form is one of the `framework`, by default of the one that new assessments use.

    Raises PermissionDenied without the right to write, `submissions.SubmissionError` for what
    cannot be read, ValidationError for a form that names no place, `ConflictError` for other
    content under a known number.
    """
    _check_may(by, organisation.pk)
    framework = framework or frameworks.current()
    read = submissions.read(framework, xml, asked_of="place")
    digest = hashlib.sha256(xml).hexdigest()
    known = PlaceAnswers.objects.filter(organisation=organisation, instance_id=read.instance_id)
    if (before := known.first()) is not None:
        if before.xml_digest != digest:
            raise ConflictError(
                _("Another form with this number was sent before. Nothing was changed.")
            )
        return before
    return _keep(organisation, framework, read, digest, by)


@transaction.atomic
def answer(*, organisation: Organisation, answers: Answers, by: Principal) -> PlaceAnswers:
    """Keeps answers about a place that came without a form; raises as `receive` does."""
    _check_may(by, organisation.pk)
    framework = frameworks.current()
    read = submissions.Submission(
        instance_id=f"sent:{uuid.uuid4()}",
        deprecated_id=None,
        form_id=framework.id,
        version=framework.version,
        answers=answers,
    )
    content = json.dumps(split(framework, answers).coded, sort_keys=True).encode()
    return _keep(organisation, framework, read, hashlib.sha256(content).hexdigest(), by)


def _keep(
    organisation: Organisation,
    framework: Framework,
    read: submissions.Submission,
    digest: str,
    by: Principal,
) -> PlaceAnswers:
    place, period = rules.keys_of(framework, read.answers)
    if not place:
        raise ValidationError(_("Say which place this is about."))
    if framework.period and not period:
        raise ValidationError(_("Say of which time this is."))
    if len(place) > _NAME or len(period) > _PERIOD:
        raise ValidationError(_("The name of a place or time is shorter than this."))
    parts = split(framework, read.answers)
    row = PlaceAnswers(
        organisation=organisation,
        framework=frameworks.keep(framework),
        place=place,
        period=period,
        answers=parts.coded,
        instance_id=read.instance_id,
        xml_digest=digest,
        made_at=timezone.now(),
        made_by_id=by.user_id,
    )
    row.texts = identities.organisation_key(organisation.pk).seal(
        json.dumps(parts.texts, ensure_ascii=False).encode(),
        place=f"places_placeanswers.texts|{row.pk}",
    )
    replaced = PlaceAnswers.objects.filter(
        organisation=organisation, place=place, period=period, is_current=True
    ).update(is_current=False)
    row.save(force_insert=True)
    record(
        by=by,
        verb="correct" if replaced else "add",
        object=row,
        organisation_id=organisation.pk,
        changed={"framework": [None, framework.digest]},
    )
    return row


def join(
    *, framework: Framework, answers: Answers, organisation_id: uuid.UUID
) -> tuple[Answers, PlaceAnswers | None]:
    """Somebody's answers together with those of the place where they are, and which those are."""
    row = queries.of_somebody(framework, answers, organisation_id)
    if row is None:
        return answers, None
    return with_place(framework, answers, rules.row_of(row.answers)), row


def note_joined(*, assessment: Assessment, row: PlaceAnswers) -> None:
    """Remembers on which answers about a place an assessment rests, in its transaction."""
    Joined.objects.create(assessment=assessment, answers=row)


def _check_may(by: Principal, organisation_id: uuid.UUID) -> None:
    if by != SYSTEM and organisation_id not in by.organisations(Verb.WRITE):
        raise PermissionDenied(_("Your role does not change people's files."))
