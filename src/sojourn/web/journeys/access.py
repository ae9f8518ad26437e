"""Who may write down a journey, and who may read of it."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, reaches
from sojourn.web.cases.access import check_cleared
from sojourn.web.cases.models import Case
from sojourn.web.consent.queries import agreed_classes


def check_may_write(by: Principal, row: Model, case: Case) -> None:
    """Raises PermissionDenied without the right to change the row or to read of the journey,
    ValidationError where the person did not agree to it."""
    if not reaches(by, row, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))
    check_cleared(by, case, DataClass.JOURNEY)
    if case.person.erased_at is not None:
        raise ValidationError(_("This person was erased, so nothing can be written about them."))
    agreed = agreed_classes([case.person_id], timezone.localdate())
    if not tells_of_journey(agreed.get(case.person_id, frozenset())):
        raise ValidationError(
            _("The person has not agreed to a record of the journey. Ask them in the consent.")
        )


def tells_of_journey(classes: Collection[DataClass]) -> bool:
    """Whether the journey may be shown, given what a principal sees and the person agreed to."""
    return DataClass.JOURNEY in classes
