"""Who may record harm, and who may read of it."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.utils.translation import gettext as _

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, Purpose, reaches


def check_can_write(by: Principal, row: Model) -> None:
    """Raises PermissionDenied without the right to change the row."""
    if not reaches(by, row, Purpose.CASE_WORK):
        raise PermissionDenied(_("Your role does not change people's files."))


def tells_of_harm(classes: Collection[DataClass]) -> bool:
    """Whether incidents may be shown, given what a principal sees and the person agreed to."""
    return DataClass.HARM_INCIDENT in classes


def tells_of_others(classes: Collection[DataClass]) -> bool:
    """Whether alleged actors may be shown."""
    return DataClass.THIRD_PARTY in classes and tells_of_harm(classes)
