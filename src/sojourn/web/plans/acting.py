"""What every act with a plan needs: the right to do it, and its event."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal, Purpose, reaches
from sojourn.web.audit.actions import record
from sojourn.web.plans.models import Approval, Plan, PlanItem


def check_may(by: Principal, row: Model) -> None:
    """Raises PermissionDenied without the right to change the row."""
    if not reaches(by, row, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))


def check_open(plan: Plan) -> None:
    """Raises ValidationError for an earlier version, and for a case that nobody works on."""
    if not plan.is_current:
        raise ValidationError(_("This is an earlier version of the plan. Work on the newest."))
    if not plan.case.is_worked:
        raise ValidationError(_("This case is closed."))


def note(
    row: Plan | PlanItem | Approval,
    verb: str,
    by: Principal,
    changed: Mapping[str, object] | None = None,
) -> None:
    """Writes the event of a change, in the transaction of that change."""
    record(
        by=by,
        verb=verb,
        object=row,
        organisation_id=row.organisation_id,
        person_id=row.person_id,
        case_id=_case_id(row),
        changed=changed,
    )


def _case_id(row: Plan | PlanItem | Approval) -> UUID:
    found: UUID = row.subject.case_id if isinstance(row, Approval) else row.case_id
    return found
