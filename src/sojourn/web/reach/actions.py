"""Says who is part of a case, and opens one to somebody by name: asks here, written by accounts."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sojourn.web.accounts import actions as accounts
from sojourn.web.accounts.access import SYSTEM, Principal, Purpose, reaches
from sojourn.web.accounts.actions import About, Named
from sojourn.web.accounts.models import Conflict, GrantedCase, Interest, User
from sojourn.web.cases.models import Case
from sojourn.web.people.models import Person
from sojourn.web.reach import queries


@transaction.atomic
def state(*, case: Case, user: User, interest: Interest, by: Principal) -> None:
    """Closes a case to somebody who is part of it, at once and whatever they hold.

    PermissionDenied for who does not work on the case. Somebody may say it of themselves.
    ValidationError where the person was erased: what a colleague is to them would tell who it was.
    """
    if case.person.erased_at is not None:
        raise ValidationError(_("This person was erased, so nothing can be written about them."))
    if by != SYSTEM and not reaches(by, case, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))
    accounts.declare_conflict(
        user=user, cases=[case.pk], interest=interest, by=by, about=_about(case)
    )


@transaction.atomic
def withdraw(*, case: Case, conflict: Conflict, by: Principal) -> None:
    """Takes back what was said by mistake. PermissionDenied for who does not decide about it, and
    for everybody once the person was erased: nobody knows any more whether it was a mistake."""
    _check_decides(by, case)
    if case.person.erased_at is not None:
        raise PermissionDenied(_("This person was erased, so it stays closed to them."))
    accounts.withdraw_conflict(conflict=conflict, by=by, about=_about(case))


@transaction.atomic
def give(*, case: Case, named: Named, by: Principal) -> GrantedCase:
    """Opens one case to a colleague until a day, for a reason, in a role that they hold.

    PermissionDenied for who does not decide about the case, and for oneself. ValidationError for
    somebody who is part of the case, who can open it already, or does not hold the role so long.
    """
    _check_decides(by, case)
    if by.user_id == named.holder.pk:
        raise PermissionDenied(_("You cannot give a role to yourself."))
    if Conflict.objects.filter(case_id=case.pk, user=named.holder).exists():
        raise ValidationError(_("They are part of this case, so it stays closed to them."))
    if named.holder.pk in queries.reachers(case):
        raise ValidationError(_("They can open this file already."))
    return accounts.name_case(case_id=case.pk, named=named, by=by, about=_about(case))


@transaction.atomic
def end(*, case: Case, row: GrantedCase, by: Principal) -> None:
    """Closes it to them again. PermissionDenied for who does not decide about the case."""
    _check_decides(by, case)
    accounts.end_named(row=row, by=by, about=_about(case))


def forget(person: Person) -> None:
    """What goes with somebody who is erased: what colleagues were to them. They stay away."""
    cases = Case.objects.filter(person=person).values_list("pk", flat=True)
    accounts.forget_what_they_were(list(cases))


def _check_decides(by: Principal, case: Case) -> None:
    if by != SYSTEM and not reaches(by, case, Purpose.APPROVAL):
        raise PermissionDenied(_("Your role does not decide who opens a file."))


def _about(case: Case) -> About:
    return About(case.organisation_id, case.person_id)
