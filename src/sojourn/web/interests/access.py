"""Who prepares a best-interests procedure, and who looks at it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal, Purpose, reaches
from sojourn.web.interests.models import Procedure


def check_can_write(by: Principal, row: Model) -> None:
    """Raises PermissionDenied without the right to change the row."""
    if not reaches(by, row, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))


def check_can_look(by: Principal, procedure: Procedure) -> None:
    """Raises PermissionDenied, with the reason, unless `by` may say what they think of this round.

    Whoever asked others never does, through whichever of their grants; nobody does twice.
    """
    check_can_write(by, procedure)
    if by.user_id is None or by.user_id == procedure.submitted_by_id:
        raise PermissionDenied(_("You prepared this, so others look at it."))
    if procedure.votes.filter(round=procedure.round, by_id=by.user_id).exists():
        raise PermissionDenied(_("You have said already what you think."))


def can_look(by: Principal, procedure: Procedure) -> bool:
    """Whether `by` may say what they think of this round."""
    try:
        check_can_look(by, procedure)
    except PermissionDenied:
        return False
    return True
