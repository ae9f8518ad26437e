"""The only writer of decisions to act without consent. Each takes two people."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal, Purpose, check_can, reaches
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import record
from sojourn.web.consent.models import Danger, Override
from sojourn.web.consent.rules import OVERRIDE_LASTS
from sojourn.web.consent.states import OVERRIDE_TRANSITIONS, OverrideState
from sojourn.web.people import words as sealed
from sojourn.web.people.models import Person
from sojourn.web.steps import WrongStateError

_VERBS = {
    OverrideState.REQUESTED: "ask_second",
    OverrideState.CONFIRMED: "confirm",
    OverrideState.DECLINED: "not_confirm",
    OverrideState.ENDED: "close",
}


@transaction.atomic
def request(*, person: Person, danger: Danger, words: str, by: Principal) -> Override:
    """Says that something cannot wait for consent. Nothing is allowed until somebody confirms.

    ValidationError without words, and for somebody who was erased.
    """
    if not reaches(by, person, Purpose.CASE_WORK) or by.user_id is None:
        raise PermissionDenied(_("Your role does not change people's files."))
    if not words.strip():
        raise ValidationError(_("Say why it cannot wait."))
    override = Override(
        person=person,
        organisation_id=person.organisation_id,
        danger=danger,
        asked_by_id=by.user_id,
        asked_at=timezone.now(),
    )
    override.words = sealed.seal(override, "words", person, words.strip())
    override.save(force_insert=True)
    _note(override, by)
    return override


@transaction.atomic
def decide(*, override: Override, confirmed: bool, by: Principal) -> None:
    """The second person confirms, for some hours, or does not.

    PermissionDenied for who asked and for roles that do not confirm; ValidationError where the
    request waited for too long.
    """
    now = timezone.now()
    _lock(override)
    check_can(by, Verb.SECOND)
    if by.user_id is None or by.user_id == override.asked_by_id:
        raise PermissionDenied(_("Whoever asked cannot confirm. It takes another person."))
    if not reaches(by, override, Purpose.SECOND_PERSON):
        raise PermissionDenied(_("Your role does not confirm that something cannot wait."))
    _check(override, OverrideState.CONFIRMED if confirmed else OverrideState.DECLINED)
    if override.asked_at + OVERRIDE_LASTS <= now:
        raise ValidationError(_("This waited for more than a day. Ask anew if it still holds."))
    override.decided_by_id, override.decided_at = by.user_id, now
    override.state = OverrideState.CONFIRMED if confirmed else OverrideState.DECLINED
    override.ends_at = now + OVERRIDE_LASTS if confirmed else None
    override.save(update_fields=["decided_by", "decided_at", "state", "ends_at"])
    _note(override, by)


@transaction.atomic
def end(*, override: Override, by: Principal) -> None:
    """Ends it at once: the danger is over, or consent was given meanwhile."""
    if not reaches(by, override, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))
    _lock(override)
    _check(override, OverrideState.ENDED)
    override.state, override.ends_at = OverrideState.ENDED, timezone.now()
    override.save(update_fields=["state", "ends_at"])
    _note(override, by)


def may_confirm(by: Principal, override: Override, now: datetime) -> bool:
    """Whether to offer it; `decide` checks all of it again."""
    waits = now < override.asked_at + OVERRIDE_LASTS
    return waits and by.user_id != override.asked_by_id and by.may(Verb.SECOND)


def _lock(override: Override) -> None:
    """What the database holds now, and nobody else changes meanwhile."""
    rows = Override.objects.select_for_update().filter(pk=override.pk)
    override.state = rows.values_list("state", flat=True).get()


def _check(override: Override, wanted: OverrideState) -> None:
    now = OverrideState(override.state)
    if (now, wanted) not in OVERRIDE_TRANSITIONS:
        raise WrongStateError(now, wanted)


def _note(override: Override, by: Principal) -> None:
    state = OverrideState(override.state)
    record(
        by=by,
        verb=_VERBS[state],
        object=override,
        organisation_id=override.organisation_id,
        person_id=override.person_id,
        changed={"state": [None, state.value]},
        reason=override.danger,
    )
