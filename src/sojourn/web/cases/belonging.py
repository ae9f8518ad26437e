"""To which programme and area a case belongs: who may say so, and what they may say."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import SYSTEM, Principal, principal_for
from sojourn.web.accounts.areas import read_area
from sojourn.web.accounts.models import Programme
from sojourn.web.accounts.roles import Verb
from sojourn.web.cases.models import Case


@dataclass(frozen=True)
class Belongs:
    """A programme of the case's organisation, or none; an area, or none."""

    programme: Programme | None = None
    area: str = ""


def check(case: Case, wanted: Belongs, by: Principal) -> None:
    """Raises ValidationError, by field, where a case cannot belong there.

    Nobody puts a case out of their own sight, nor out of that of who looks after it: it would be
    left with nobody.
    """
    _check_there(case, wanted, now=case.programme_id)
    then = moved(case, wanted)
    if by != SYSTEM and not _works_on(by, then):
        raise ValidationError(
            _("You would not reach this case any more. Ask somebody who works with both.")
        )
    worker = case.worker
    if worker is None or not worker.is_active or worker.pk == by.user_id:
        return
    principal = principal_for(worker)
    if _works_on(principal, case) and not _works_on(principal, then):
        raise ValidationError(
            _("%(name)s looks after this case and would not reach it any more. Hand it over first.")
            % {"name": worker.name}
        )


def check_new(case: Case, wanted: Belongs, by: Principal) -> None:
    """The same for a case that is being opened and stands there already."""
    _check_there(case, wanted, now=None)
    if by != SYSTEM and not _works_on(by, case):
        raise ValidationError(_("You would not reach the file that you open. Choose another one."))


def _check_there(case: Case, wanted: Belongs, now: int | None) -> None:
    programme = wanted.programme
    if programme is not None and programme.organisation_id != case.organisation_id:
        raise ValidationError({"programme": _("This programme belongs to another organisation.")})
    if programme is not None and programme.pk != now and not programme.is_used:
        raise ValidationError({"programme": _("This programme is not in use any more.")})
    if wanted.area != read_area(wanted.area):
        raise ValidationError(
            {"area": _("Write the area with capital letters, such as XX01/XX0102.")}
        )


def moved(case: Case, wanted: Belongs) -> Case:
    """The case as it would be; the one in hand stays as it is."""
    then = copy.copy(case)
    then.programme_id = wanted.programme.pk if wanted.programme is not None else None
    then.area = wanted.area
    return then


def _works_on(principal: Principal, case: Case) -> bool:
    return any(
        Verb.WRITE in held.power.verbs and held.covers(principal.user_id, case)
        for held in principal.grants
        if not held.opened_for
    )
