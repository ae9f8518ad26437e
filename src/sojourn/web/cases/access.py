"""Who is cleared for classes of a case, and who may decide between two values."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, reaches
from sojourn.web.cases.models import Case, Difference


def check_cleared(by: Principal, case: Case, *classes: DataClass) -> None:
    """Raises PermissionDenied for whoever is not cleared for these classes of the case."""
    if not set(classes) <= by.classes_of_case(case, Purpose.CASE_WORK.verb):
        raise PermissionDenied(_("Your role does not read of this."))


def check_can_settle(by: Principal, difference: Difference) -> None:
    """Raises PermissionDenied, with the reason, unless `by` is named, or supervises the case."""
    if not reaches(by, difference, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))
    named = by.user_id is not None and by.user_id == difference.decider_id
    if not named and not reaches(by, difference, Purpose.APPROVAL):
        raise PermissionDenied(_("Somebody else was named to decide this."))


def can_settle(by: Principal, difference: Difference) -> bool:
    """Whether `by` may decide between the two values."""
    try:
        check_can_settle(by, difference)
    except PermissionDenied:
        return False
    return True
