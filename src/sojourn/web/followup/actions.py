"""The only writer of planned contacts, their schedules, and how people may be reached."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import SYSTEM, Principal, Purpose, reaches
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import record
from sojourn.web.cases.models import Case, CaseStep
from sojourn.web.cases.reasons import CloseReason
from sojourn.web.cases.states import Act, Phase
from sojourn.web.followup import queries, rules
from sojourn.web.followup.models import Contact, ContactWish, Schedule
from sojourn.web.followup.states import ContactAct, ContactState, Kind, Outcome, Waiver, Way, after
from sojourn.web.people import words


@dataclass(frozen=True)
class End:
    """What came of a contact, or why it is not made. `again_on` plans another one."""

    outcome: str = ""
    way: str = ""
    because: str = ""
    words: str = ""
    again_on: date | None = None


@transaction.atomic
def plan(
    *, case: Case, kind: Kind, since: date, by: Principal, at: datetime | None = None
) -> list[Contact]:
    """Plans the contacts of a schedule, counted from a day; what is planned already stays.

    Raises PermissionDenied without the right to write, ValidationError where the person wants no
    contact, or where all days of the schedule are past.
    """
    _check_may(by, case)
    _check_wanted(case)
    when = at or timezone.now()
    days = queries.days_of(case.organisation_id, kind)
    due = rules.days_after(since, days, timezone.localdate(when))
    if not due:
        raise ValidationError(_("All days of the schedule are past. Plan a single contact."))
    return _plan(case, kind, due, by, when)


@transaction.atomic
def add(*, case: Case, due: date, by: Principal, at: datetime | None = None) -> Contact:
    """Plans one contact; raises as `plan` does, and ValidationError for a day that is past or has
    such a contact already."""
    _check_may(by, case)
    _check_wanted(case)
    when = at or timezone.now()
    if due < timezone.localdate(when):
        raise ValidationError(_("Choose today or a later day."))
    found = _plan(case, Kind.SINGLE, [due], by, when)
    if not found:
        raise ValidationError(_("There is a contact planned for this day already."))
    return found[0]


@transaction.atomic
def finish(*, contact: Contact, end: End, by: Principal, at: datetime | None = None) -> None:
    """Writes down what came of a contact. Raises PermissionDenied, WrongStateError where it has
    ended by now, and ValidationError (by field) for what is missing or against the person's wish.
    """
    now = _locked(contact, by)
    state = after(ContactState(now.state), ContactAct.FINISH)
    if end.outcome not in Outcome.values:
        raise ValidationError({"outcome": _("Choose one.")})
    wish = queries.wish_of(contact.case)
    rules.check_way(
        end.way,
        end.outcome,
        wish.never if wish is not None else (),
        not_at_all=wish is not None and wish.not_at_all,
    )
    contact.outcome, contact.way = end.outcome, end.way
    _end(contact, state, ContactAct.FINISH, end, by, at or timezone.now())
    if end.again_on is not None:
        add(case=contact.case, due=end.again_on, by=by, at=at)


@transaction.atomic
def waive(*, contact: Contact, end: End, by: Principal, at: datetime | None = None) -> None:
    """Decides to do without a contact, and why; raises as `finish` does."""
    now = _locked(contact, by)
    state = after(ContactState(now.state), ContactAct.WAIVE)
    if end.because not in Waiver.values:
        raise ValidationError({"because": _("Choose a reason.")})
    if end.because == Waiver.OTHER and not end.words:
        raise ValidationError({"words": _("Say in a few words why.")})
    contact.waived_because = end.because
    _end(contact, state, ContactAct.WAIVE, end, by, at or timezone.now())


@transaction.atomic
def set_wish(
    *, case: Case, never: Collection[str], not_at_all: bool, text: str, by: Principal
) -> ContactWish:
    """Writes down how the person may be reached. Planned contacts stay, for somebody to decide."""
    _check_may(by, case)
    known = [each.value for each in Way if each is not Way.CAME and each.value in never]
    row = queries.wish_of(case) or ContactWish(
        case=case, person_id=case.person_id, organisation_id=case.organisation_id
    )
    row.never, row.not_at_all = known, not_at_all
    row.words = words.seal(row, "words", case.person, text)
    row.at, row.by_id = timezone.now(), by.user_id
    row.save()
    _note(row, "correct", by)
    return row


@transaction.atomic
def set_schedule(
    *, organisation: Organisation, kind: Kind, days: Sequence[int], by: Principal
) -> None:
    """After how many days an organisation makes contact from now on; what is planned stays."""
    if by != SYSTEM and organisation.pk not in by.organisations(Verb.APPROVE):
        raise PermissionDenied(_("Your role does not approve plans."))
    row, _is_new = Schedule.objects.update_or_create(
        organisation=organisation, kind=kind, defaults={"days": list(days)}
    )
    record(
        by=by,
        verb="correct",
        object=row,
        organisation_id=organisation.pk,
        changed={"days": [None, list(days)]},
    )


def after_an_act(case: Case, step: CaseStep, by: Principal) -> None:
    """Contacts that follow from what was done with a case, in the same transaction."""
    act, on = Act(step.act), timezone.localdate(step.at)
    if act is Act.MOVE and step.phase == Phase.FOLLOWING_UP:
        _follow(case, Kind.PHASE, on, by, step.at)
    if act is Act.CLOSE:
        _drop(case, (Kind.PHASE,), by, step.at)
        reason = CloseReason(step.reason)
        if reason in rules.AFTER:
            _follow(case, rules.AFTER[reason], on, by, step.at)
        elif reason in (CloseReason.DECEASED, CloseReason.DUPLICATE):
            _drop(case, tuple(Kind), by, step.at)
    if act is Act.REOPEN:
        _drop(case, (Kind.PHASE, Kind.CLOSURE), by, step.at)


def _follow(case: Case, kind: Kind, since: date, by: Principal, at: datetime) -> None:
    wish = queries.wish_of(case)
    if case.person.erased_at is not None or (wish is not None and wish.not_at_all):
        return
    days = queries.days_of(case.organisation_id, kind)
    _plan(case, kind, rules.days_after(since, days, since), by, at)


def _plan(
    case: Case, kind: Kind, due: Sequence[date], by: Principal, at: datetime
) -> list[Contact]:
    known = set(
        Contact.objects.filter(case=case, kind=kind, state=ContactState.PLANNED).values_list(
            "due", flat=True
        )
    )
    made = [
        Contact(
            case=case,
            person_id=case.person_id,
            organisation_id=case.organisation_id,
            episode=case.episode,
            kind=kind,
            due=on,
            made_at=at,
            made_by_id=by.user_id,
        )
        for on in due
        if on not in known
    ]
    Contact.objects.bulk_create(made)
    for row in made:
        _note(row, "add", by)
    bring_up_to_date(case.pk)
    return made


def _drop(case: Case, kinds: Collection[Kind], by: Principal, at: datetime) -> None:
    rows = Contact.objects.select_for_update().filter(
        case=case, kind__in=kinds, state=ContactState.PLANNED
    )
    for row in rows:
        row.state = after(ContactState(row.state), ContactAct.DROP)
        row.ended_at, row.ended_by_id = at, by.user_id
        row.save(update_fields=["state", "ended_at", "ended_by"])
        _note(row, "drop", by)
    bring_up_to_date(case.pk)


def _end(
    contact: Contact,
    state: ContactState,
    act: ContactAct,
    end: End,
    by: Principal,
    at: datetime,
) -> None:
    before, contact.state = contact.state, state
    contact.words = words.seal(contact, "words", contact.person, end.words)
    contact.ended_at, contact.ended_by_id = at, by.user_id
    contact.save(
        update_fields=[
            *("state", "outcome", "way", "waived_because", "words", "ended_at", "ended_by")
        ]
    )
    bring_up_to_date(contact.case_id)
    _note(contact, act.value, by, {"state": [before, state.value]})


def bring_up_to_date(case_id: uuid.UUID) -> None:
    """Writes the first day of what is planned on the row of the case: lists need no join."""
    rows = Contact.objects.filter(case=case_id, state=ContactState.PLANNED)
    Case.objects.filter(pk=case_id).update(contact_due=rows.aggregate(on=Min("due"))["on"])


def _locked(contact: Contact, by: Principal) -> Contact:
    _check_may(by, contact)
    now = Contact.objects.select_for_update().get(pk=contact.pk)
    contact.state = now.state
    return now


def _check_wanted(case: Case) -> None:
    if case.person.erased_at is not None:
        raise ValidationError(_("This person was erased."))
    wish = queries.wish_of(case)
    if wish is not None and wish.not_at_all:
        raise ValidationError(_("The person does not want to be contacted at all."))


def _check_may(by: Principal, row: Case | Contact) -> None:
    if not reaches(by, row, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))


def _note(
    row: Contact | ContactWish,
    verb: str,
    by: Principal,
    changed: dict[str, object] | None = None,
) -> None:
    record(
        by=by,
        verb=verb,
        object=row,
        organisation_id=row.organisation_id,
        person_id=row.person_id,
        case_id=row.case_id,
        changed=changed,
    )
