"""The only writer of organisations, users and grants; `account_actions` of what befalls a user."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts import own_roles, rules
from sojourn.web.accounts.access import SYSTEM, Held, Principal
from sojourn.web.accounts.account_actions import check_another_administrator
from sojourn.web.accounts.models import (
    Conflict,
    Grant,
    GrantedCase,
    Interest,
    Organisation,
    Scope,
    ShortGrant,
    Team,
    User,
)
from sojourn.web.accounts.roles import Power, Role, Verb
from sojourn.web.audit.actions import record


@transaction.atomic
def add_organisation(
    *, name: str, code: str, by: Principal, parent: Organisation | None = None
) -> Organisation:
    """An organisation that can hold files, perhaps as a branch of another one."""
    organisation = Organisation.objects.create(name=name, code=code, parent=parent)
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
def add_team(*, organisation: Organisation, name: str, by: Principal) -> Team:
    """A team, to which cases can belong. PermissionDenied for who does not manage members,
    ValidationError for a name that is taken."""
    check_may_configure(by, organisation)
    if Team.objects.filter(organisation=organisation, name=name).exists():
        raise ValidationError(_("There is a team of this name already."))
    team = Team.objects.create(organisation=organisation, name=name)
    record(by=by, verb="add", object=team, organisation_id=organisation.pk)
    return team


@transaction.atomic
def remove_team(*, team: Team, by: Principal) -> None:
    """Removes a team that was never used. ValidationError where cases or roles belong to it."""
    check_may_configure(by, team.organisation)
    if team.grants.exists() or team.cases.exists():
        raise ValidationError(_("Cases or roles belong to this team, so it stays."))
    record(by=by, verb="remove", object=team, organisation_id=team.organisation_id)
    team.delete()


@dataclass(frozen=True)
class Reach:
    """Which cases a grant reaches: a scope, with the team or the cases that it is about."""

    scope: Scope = Scope.ORGANISATION
    team: Team | None = None
    cases: frozenset[uuid.UUID] = frozenset()


@transaction.atomic
def grant(
    *,
    holder: User,
    role: str,
    organisation: Organisation,
    by: Principal,
    reach: Reach = Reach(),
    valid_from: date | None = None,
    valid_until: date | None = None,
    reason: str = "",
) -> Grant:
    """Gives a role in an organisation, for all of its cases or some.

    ValidationError where it clashes with another role held, is held already, or where role and
    reach do not fit together.
    """
    check_may_configure(by, organisation)
    if by.user_id is not None and by.user_id == holder.pk:
        raise PermissionDenied(_("You cannot give a role to yourself."))
    if not own_roles.is_role(organisation, role):
        raise ValidationError(_("There is no such role in this organisation."))
    wanted = own_roles.power_in(organisation, role)
    if pairs := rules.clashes([*powers_of(_open_grants(holder)), wanted]):
        raise ValidationError([CLASHES[pair]() for pair in pairs])
    if valid_until is not None and valid_until < (valid_from or timezone.localdate()):
        raise ValidationError(_("The last day is before the first one."))
    check_reach(role, organisation, reach)
    same = _open_grants(holder).filter(role=role, organisation=organisation)
    if same.filter(scope=reach.scope, team=reach.team).exists():
        raise ValidationError(_("They hold this role already."))
    given = Grant.objects.create(
        holder=holder,
        role=role,
        organisation=organisation,
        scope=reach.scope,
        team=reach.team,
        valid_from=valid_from or timezone.localdate(),
        valid_until=valid_until,
        granted_by_id=by.user_id,
        reason=reason,
    )
    GrantedCase.objects.bulk_create(
        GrantedCase(grant=given, case_id=case_id) for case_id in sorted(reach.cases)
    )
    record(
        by=by,
        verb="grant",
        object=given,
        organisation_id=organisation.pk,
        changed={
            "role": [None, str(role)],
            "holder": [None, str(holder.pk)],
            "scope": [None, reach.scope.value],
        },
    )
    return given


@transaction.atomic
def revoke(*, grant: Grant, by: Principal) -> None:
    """Ends a grant now. ValidationError for one that has ended already, and for the role of the
    last administrator.
    """
    check_may_configure(by, grant.organisation)
    if grant.revoked_at is not None:
        raise ValidationError(_("This role was ended already."))
    if grant.role == Role.ADMINISTRATOR and grant.holder.is_active:
        check_another_administrator(grant.organisation, besides=grant.holder)
    grant.revoked_at = timezone.now()
    grant.revoked_by_id = by.user_id
    grant.save(update_fields=["revoked_at", "revoked_by"])
    record(by=by, verb="revoke", object=grant, organisation_id=grant.organisation_id)


def grant_shortly(
    *, held: Held, case_id: uuid.UUID, person_id: uuid.UUID, reason: str, ends_at: datetime
) -> ShortGrant:
    """Lets the holder of a grant read one file more for a short time.

    For `glass.actions`, which asks whether it may be and holds the event.
    """
    return ShortGrant.objects.create(
        grant_id=held.id, case_id=case_id, person_id=person_id, reason=reason, ends_at=ends_at
    )


def end_shortly(short: ShortGrant) -> None:
    """Ends such a grant now. For `glass.actions`, which holds the event."""
    short.ends_at = timezone.now()
    short.save(update_fields=["ends_at"])


@transaction.atomic
def declare_conflict(
    *, user: User, cases: Iterable[uuid.UUID], interest: Interest, by: Principal
) -> None:
    """Keeps somebody away from cases they are part of, at once. Declaring it again is no error.

    Whoever finds the case may declare it, so the caller hands over ids of cases that `by` reaches.
    """
    for case_id in cases:
        conflict, is_new = Conflict.objects.get_or_create(
            user=user, case_id=case_id, interest=interest, defaults={"declared_by_id": by.user_id}
        )
        if is_new:
            record(by=by, verb="add", object=conflict)


def powers_of(grants: Iterable[Grant]) -> list[Power]:
    """What each of these grants allows now, in its organisation."""
    found = list(grants)
    made = own_roles.made_of({each.organisation_id for each in found})
    return [own_roles.power(made, each.organisation_id, each.role) for each in found]


def check_reach(role: str, organisation: Organisation, reach: Reach) -> None:
    """ValidationError where a role cannot be given for these cases."""
    if (reach.scope is Scope.TEAM) != (reach.team is not None):
        raise ValidationError(_("Name the team, or choose another reach."))
    if reach.team is not None and reach.team.organisation_id != organisation.pk:
        raise ValidationError(_("This team belongs to another organisation."))
    if (reach.scope is Scope.NAMED_CASES) != bool(reach.cases):
        raise ValidationError(_("Name the cases, or choose another reach."))
    classes = own_roles.power_in(organisation, role).classes
    if reach.scope not in (Scope.ORGANISATION, Scope.BRANCHES) and not classes:
        raise ValidationError(_("This role opens no cases, so it is not given for some of them."))


def check_may_configure(by: Principal, organisation: Organisation) -> None:
    """PermissionDenied for who does not manage the members of an organisation."""
    if by == SYSTEM or organisation.pk in by.organisations(Verb.CONFIGURE):
        return
    raise PermissionDenied(_("Your role does not manage members."))


CLASHES: Mapping[tuple[Verb, Verb], Callable[[], str]] = {
    (Verb.CONFIGURE, Verb.READ): lambda: _(
        "Whoever sets up members opens no files. They hold or would hold both."
    ),
    (Verb.CONFIGURE, Verb.AUDIT): lambda: _(
        "Whoever sets up members does not read the audit. They hold or would hold both."
    ),
    (Verb.AUDIT, Verb.WRITE): lambda: _(
        "Whoever reads the audit changes no files. They hold or would hold both."
    ),
    (Verb.AUDIT, Verb.APPROVE): lambda: _(
        "Whoever reads the audit approves no plans. They hold or would hold both."
    ),
    (Verb.AUDIT, Verb.SUPERVISE): lambda: _(
        "Whoever reads the audit looks at emergencies for data protection alone. They hold or "
        "would hold both parts."
    ),
}
"""Why two powers must stay apart."""


def _open_grants(holder: User) -> QuerySet[Grant]:
    return Grant.objects.filter(holder=holder, revoked_at=None)
