"""The only writer of decisions about what is kept longer than was agreed."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal, Purpose, reaches
from sojourn.web.audit.actions import record
from sojourn.web.oversight import queries
from sojourn.web.oversight.models import Ending, EndingState, KeepReason
from sojourn.web.people import actions as people
from sojourn.web.people.models import Person

RETENTION = "retention"
"""The reason that the audit gives for such an erasure."""


@transaction.atomic
def ask_to_erase(*, person: Person, by: Principal) -> Ending:
    """Asks a second person to erase what is kept longer than agreed. Nothing is erased by this.

    PermissionDenied for who does not oversee the file; ValidationError where its time is not over,
    and where it was asked already.
    """
    return _decide(person, by, EndingState.ASKED)


@transaction.atomic
def keep(*, person: Person, reason: KeepReason, until: date, by: Principal) -> Ending:
    """Keeps it until a day, for a reason; it is listed again from the day after.

    Raises as above, and ValidationError for a day that is over.
    """
    if until < timezone.localdate():
        raise ValidationError(_("Choose today or a later day."))
    return _decide(person, by, EndingState.KEPT, reason, until)


@transaction.atomic
def carry_out(*, ending: Ending, erase: bool, by: Principal) -> None:
    """The second person erases the person as ever, or declines, and it is listed again.

    PermissionDenied for who asked and who does not erase; ValidationError where it waits no more,
    and where the case is worked on or the person agreed anew meanwhile.
    """
    ending = (
        Ending.objects.select_for_update(of=("self",)).select_related("person").get(pk=ending.pk)
    )
    if by.user_id == ending.decided_by_id or not reaches(by, ending, Purpose.ERASURE):
        raise PermissionDenied(_("Somebody else has to do this."))
    if ending.state != EndingState.ASKED:
        raise ValidationError(_("This was decided already."))
    if erase:
        if not queries.is_over(ending.person, timezone.localdate()):
            raise ValidationError(
                _("The case is worked on again, or the person agreed anew. Decline instead.")
            )
        people.erase(person=ending.person, by=by, reason=RETENTION)
    ending.state = EndingState.ERASED if erase else EndingState.DECLINED
    ending.done_by_id, ending.done_at = by.user_id, timezone.now()
    ending.save(update_fields=["state", "done_by", "done_at"])
    _note(ending, by, "confirm" if erase else "not_confirm")


def _decide(
    person: Person,
    by: Principal,
    state: EndingState,
    reason: str = "",
    until: date | None = None,
) -> Ending:
    if not reaches(by, person, Purpose.OVERSIGHT) or by.user_id is None:
        raise PermissionDenied(_("Your role does not decide for data protection."))
    days = {each.person.pk: each for each in queries.kept_too_long(by, timezone.localdate())}
    found = days.get(person.pk)
    if found is None:
        raise ValidationError(_("The agreed time of this file is not over."))
    if found.waits:
        raise ValidationError(_("A second person was asked already."))
    ending = Ending.objects.create(
        person=person,
        organisation_id=person.organisation_id,
        due_on=found.until,
        state=state,
        reason=reason,
        keep_until=until,
        decided_by_id=by.user_id,
    )
    _note(ending, by, "ask_second" if state is EndingState.ASKED else "keep")
    return ending


def _note(ending: Ending, by: Principal, verb: str) -> None:
    record(
        by=by,
        verb=verb,
        object=ending,
        organisation_id=ending.organisation_id,
        person_id=ending.person_id,
        changed={"state": [None, str(ending.state)]},
        reason=ending.reason,
    )
