"""The only writer of emergency openings and of the looks at them."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal, Purpose, reaches
from sojourn.web.accounts.actions import end_shortly, grant_shortly
from sojourn.web.audit.actions import record
from sojourn.web.cases.models import Case
from sojourn.web.glass import queries, rules
from sojourn.web.glass.models import Look, Opening, Part, Reason, Verdict
from sojourn.web.people import identities


@transaction.atomic
def open_file(*, case: Case, reason: Reason, words: str, by: Principal) -> Opening:
    """Opens one file to `by` for a short time, for reading.

    PermissionDenied for who does not find it, is part of it, or must not open anything so.
    ValidationError where it is open to them anyway, where the words say nothing, and where they
    opened it for the same reason and nobody has looked at that yet.
    """
    if queries.is_open(by, case):
        raise ValidationError(_("You can open this file already."))
    held = rules.resting_on(by, case)
    if held is None or not reaches(by, case, Purpose.FIND):
        raise PermissionDenied(_("Your role does not open files in an emergency."))
    if case.person.erased_at is not None:
        raise ValidationError(_("This person was erased."))
    if len(words.strip()) < rules.SHORTEST_REASON:
        raise ValidationError(_("Write a sentence that somebody else understands."))
    again = Opening.objects.filter(case=case, opened_by_id=by.user_id, reason=reason)
    if again.filter(is_looked_at=False).exists():
        raise ValidationError(
            _("You opened this file for this reason before, and nobody has looked at that yet.")
        )
    short = grant_shortly(
        held=held,
        case_id=case.pk,
        person_id=case.person_id,
        reason=reason.value,
        ends_at=timezone.now() + timedelta(minutes=settings.EMERGENCY_MINUTES),
    )
    opening = Opening(
        case=case,
        person_id=case.person_id,
        organisation_id=case.organisation_id,
        short=short,
        opened_by_id=by.user_id,
        reason=reason,
    )
    opening.words = identities.key_of(case.person).seal(
        words.strip().encode(), place=queries.words_place(opening.pk)
    )
    opening.save(force_insert=True)
    _note(by, "open_in_emergency", opening, reason.value)
    return opening


@transaction.atomic
def end(*, opening: Opening, by: Principal) -> None:
    """Closes a file again before its time. Only who opened it; ValidationError for one closed."""
    if opening.opened_by_id != by.user_id or by.user_id is None:
        raise PermissionDenied(_("Only who opened a file in an emergency closes it again."))
    if opening.short is None or opening.short.ends_at <= timezone.now():
        raise ValidationError(_("This file is closed to you already."))
    end_shortly(opening.short)
    _note(by, "end_emergency", opening, opening.reason)


@transaction.atomic
def look(*, opening: Opening, part: Part, verdict: Verdict, by: Principal) -> None:
    """Marks an opening as looked at by one part.

    PermissionDenied for who does not have this part, and for one's own opening. ValidationError
    where this part has looked already.
    """
    if opening.opened_by_id == by.user_id or not reaches(by, opening, queries.PURPOSES[part]):
        raise PermissionDenied(_("Somebody else has to look at this."))
    if Look.objects.filter(opening=opening, part=part).exists():
        raise ValidationError(_("This was looked at already."))
    Look.objects.create(opening=opening, part=part, verdict=verdict, looked_by_id=by.user_id)
    opening.is_looked_at = True
    opening.save(update_fields=["is_looked_at"])
    _note(by, "look_at_emergency", opening, verdict.value)


def _note(by: Principal, verb: str, opening: Opening, reason: str) -> None:
    record(
        by=by,
        verb=verb,
        object=opening,
        organisation_id=opening.organisation_id,
        person_id=opening.person_id,
        case_id=opening.case_id,
        reason=reason,
    )
