"""The only writer of programmes, and of what they ask for."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.actions import check_may_configure
from sojourn.web.accounts.models import Organisation, Programme
from sojourn.web.audit.actions import record
from sojourn.web.programmes.gates import MOST_NEEDED, RULES, Gate, Setting, Settings
from sojourn.web.programmes.models import GateSetting
from sojourn.web.programmes.queries import settings_of


@transaction.atomic
def add(*, organisation: Organisation, code: str, name: str, by: Principal) -> Programme:
    """A programme, to which cases can belong. It begins with what cases without one ask for.

    PermissionDenied for who does not manage members, ValidationError for a name or code that is
    taken.
    """
    check_may_configure(by, organisation)
    programme = Programme(organisation=organisation, code=code, name=name)
    _check_free(programme)
    programme.save()
    record(by=by, verb="add", object=programme, organisation_id=organisation.pk)
    usual = settings_of(organisation.pk, None)
    _write(organisation, programme, {g: s for g, s in usual.items() if s.is_on}, by)
    return programme


@transaction.atomic
def change(*, programme: Programme, code: str, name: str, is_used: bool, by: Principal) -> None:
    """Another name or code, and whether new cases can belong to it. Raises as `add` does."""
    check_may_configure(by, programme.organisation)
    before = Programme.objects.select_for_update().get(pk=programme.pk)
    programme.code, programme.name, programme.is_used = code, name, is_used
    _check_free(programme)
    changed: dict[str, object] = {
        field: [getattr(before, field), getattr(programme, field)]
        for field in ("code", "name", "is_used")
        if getattr(before, field) != getattr(programme, field)
    }
    if changed:
        programme.save(update_fields=list(changed))
        record(
            by=by,
            verb="correct",
            object=programme,
            organisation_id=programme.organisation_id,
            changed=changed,
        )


@transaction.atomic
def set_gates(
    *, organisation: Organisation, programme: Programme | None, gates: Settings, by: Principal
) -> None:
    """Says which gates count from now on; without a programme, in cases that belong to none.

    A case that is further on already stays there. ValidationError for a number that cannot be, and
    for a programme of another organisation.
    """
    check_may_configure(by, organisation)
    if programme is not None and programme.organisation_id != organisation.pk:
        raise ValidationError(_("This programme belongs to another organisation."))
    for gate, setting in gates.items():
        if not 1 <= setting.needed <= MOST_NEEDED:
            raise ValidationError(_("Between one and five people can be asked to approve a plan."))
        if setting.needed > 1 and not RULES[gate].counted:
            raise ValidationError(_("No number goes with this."))
    _write(organisation, programme, gates, by)


def _write(
    organisation: Organisation, programme: Programme | None, gates: Settings, by: Principal
) -> None:
    rows = GateSetting.objects.select_for_update().filter(
        organisation=organisation, programme=programme
    )
    known = {Gate(row.gate): row for row in rows}
    for gate, setting in gates.items():
        row = known.get(gate) or GateSetting(
            organisation=organisation, programme=programme, gate=gate, is_on=False
        )
        before = Setting(row.is_on, row.needed)
        if before == setting:
            continue
        row.is_on, row.needed = setting.is_on, setting.needed
        row.save()
        record(
            by=by,
            verb="correct",
            object=row,
            organisation_id=organisation.pk,
            changed={gate.value: [_told(before), _told(setting)]},
        )


def _told(setting: Setting) -> int:
    return setting.needed if setting.is_on else 0


def _check_free(programme: Programme) -> None:
    others = Programme.objects.filter(organisation=programme.organisation).exclude(pk=programme.pk)
    wrong = {}
    if others.filter(name=programme.name).exists():
        wrong["name"] = _("There is a programme of this name already.")
    if others.filter(code=programme.code).exists():
        wrong["code"] = _("There is a programme with this code already.")
    if wrong:
        raise ValidationError(wrong)
