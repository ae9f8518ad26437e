"""Who may decide about a plan."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal, Purpose, reaches
from sojourn.web.plans.models import Approval


def check_can_decide(by: Principal, approval: Approval) -> None:
    """Raises PermissionDenied, with the reason, unless `by` may decide about this request.

    Whoever asked never decides, through whichever of their grants; nobody decides twice.
    """
    if not reaches(by, approval, Purpose.APPROVAL):
        raise PermissionDenied(_("Your role does not approve plans."))
    if by.user_id is None or by.user_id == approval.requested_by_id:
        raise PermissionDenied(_("You asked for this approval, so somebody else decides."))
    if approval.decisions.filter(by_id=by.user_id).exists():
        raise PermissionDenied(_("You have decided already."))


def can_decide(by: Principal, approval: Approval) -> bool:
    """Whether `by` may decide about this request."""
    try:
        check_can_decide(by, approval)
    except PermissionDenied:
        return False
    return True
