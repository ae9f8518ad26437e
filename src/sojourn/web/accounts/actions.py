"""The only writer of organisations, users and grants."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts import rules
from sojourn.web.accounts.access import SYSTEM, Principal
from sojourn.web.accounts.models import Grant, Organisation, User
from sojourn.web.accounts.roles import Role, Verb
from sojourn.web.audit.actions import record


@transaction.atomic
def add_organisation(*, name: str, code: str, by: Principal) -> Organisation:
    """An organisation that can hold files."""
    organisation = Organisation.objects.create(name=name, code=code)
    record(by=by, verb="add", object=organisation, organisation_id=organisation.pk)
    return organisation


@transaction.atomic
def add_user(
    *, username: str, name: str, password: str, organisation: Organisation, by: Principal
) -> User:
    """Somebody who can sign in, and can do nothing until something is granted."""
    user = User.objects.create_user(username, password, name=name)
    record(by=by, verb="add", object=user, organisation_id=organisation.pk)
    return user


@transaction.atomic
def grant(
    *,
    holder: User,
    role: Role,
    organisation: Organisation,
    by: Principal,
    valid_from: date | None = None,
    valid_until: date | None = None,
    reason: str = "",
) -> Grant:
    """Gives a role in an organisation. ValidationError where it clashes with another one held."""
    _check_may_configure(by, organisation)
    if by.user_id is not None and by.user_id == holder.pk:
        raise PermissionDenied(_("You cannot give a role to yourself."))
    held = [Role(value) for value in _open_grants(holder).values_list("role", flat=True)]
    if rules.clash([*held, role]):
        raise ValidationError(_("This role cannot be held together with another one they have."))
    if _open_grants(holder).filter(role=role, organisation=organisation).exists():
        raise ValidationError(_("They hold this role already."))
    given = Grant.objects.create(
        holder=holder,
        role=role,
        organisation=organisation,
        valid_from=valid_from or timezone.localdate(),
        valid_until=valid_until,
        granted_by_id=by.user_id,
        reason=reason,
    )
    record(
        by=by,
        verb="grant",
        object=given,
        organisation_id=organisation.pk,
        changed={"role": [None, role.value], "holder": [None, str(holder.pk)]},
    )
    return given


@transaction.atomic
def revoke(*, grant: Grant, by: Principal) -> None:
    """Ends a grant now. Ending one that has ended already raises ValidationError."""
    _check_may_configure(by, grant.organisation)
    if grant.revoked_at is not None:
        raise ValidationError(_("This role was ended already."))
    grant.revoked_at = timezone.now()
    grant.revoked_by_id = by.user_id
    grant.save(update_fields=["revoked_at", "revoked_by"])
    record(by=by, verb="revoke", object=grant, organisation_id=grant.organisation_id)


def _check_may_configure(by: Principal, organisation: Organisation) -> None:
    if by == SYSTEM or organisation.pk in by.organisations(Verb.CONFIGURE):
        return
    raise PermissionDenied(_("Your role does not manage members."))


def _open_grants(holder: User) -> QuerySet[Grant]:
    return Grant.objects.filter(holder=holder, revoked_at=None)
