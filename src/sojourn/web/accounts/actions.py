"""The only writer of organisations, users and grants; `account_actions` of what befalls a user."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts import own_roles, rules
from sojourn.web.accounts.access import SYSTEM, Held, Principal
from sojourn.web.accounts.account_actions import check_another_administrator
from sojourn.web.accounts.areas import read_area
from sojourn.web.accounts.models import (
    Conflict,
    Grant,
    GrantedCase,
    Interest,
    Organisation,
    Programme,
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
    """Which cases a grant reaches: a scope, with the team, the programme, the area or the cases
    that it is about."""

    scope: Scope = Scope.ORGANISATION
    team: Team | None = None
    cases: frozenset[uuid.UUID] = frozenset()
    programme: Programme | None = None
    area: str = ""


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
    if same.filter(
        scope=reach.scope, team=reach.team, programme=reach.programme, area=reach.area
    ).exists():
        raise ValidationError(_("They hold this role already."))
    given = Grant.objects.create(
        holder=holder,
        role=role,
        organisation=organisation,
        scope=reach.scope,
        team=reach.team,
        programme=reach.programme,
        area=reach.area,
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
    held = _open_grants(grant.holder).filter(organisation=grant.organisation, role=grant.role)
    if grant.scope != Scope.NAMED_CASES and not held.exclude(scope=Scope.NAMED_CASES).exists():
        # What was opened to them by name rested on this role.
        rested = GrantedCase.objects.filter(grant__in=held, given_at__isnull=False, ended_at=None)
        for row in rested:
            end_named(row=row, by=by)


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
    *,
    user: User,
    cases: Iterable[uuid.UUID],
    interest: Interest,
    by: Principal,
    about: About | None = None,
) -> None:
    """Keeps somebody away from cases they are part of, at once. Declaring it again is no error.

    Whoever finds the case may declare it, so the caller hands over ids of cases that `by` reaches;
    `about` says whose they are, for the list that this person may ask for.
    """
    for case_id in cases:
        conflict, is_new = Conflict.objects.get_or_create(
            user=user, case_id=case_id, interest=interest, defaults={"declared_by_id": by.user_id}
        )
        if is_new:
            _note_of_case(by, "add", conflict, case_id, about)


@transaction.atomic
def withdraw_conflict(*, conflict: Conflict, by: Principal, about: About) -> None:
    """Takes back that somebody is part of a case. The caller asked whether `by` may, and it is
    never the one it is about."""
    if by.user_id == conflict.user_id:
        raise PermissionDenied(_("Somebody else has to do this."))
    _note_of_case(by, "remove", conflict, conflict.case_id, about)
    conflict.delete()


@transaction.atomic
def forget_what_they_were(cases: Collection[uuid.UUID]) -> None:
    """Forgets what colleagues were to somebody who is erased, and the words for whom a case was
    opened by name. Whoever was kept away from these cases stays away: one row of each is left.
    """
    left: set[tuple[int, uuid.UUID]] = set()
    for conflict in Conflict.objects.filter(case_id__in=cases).order_by("pk"):
        key = (conflict.user_id, conflict.case_id)
        if key in left:
            conflict.delete()
            continue
        left.add(key)
        conflict.interest = ""
        conflict.save(update_fields=["interest"])
    GrantedCase.objects.filter(case_id__in=cases).exclude(reason="").update(reason="")


@dataclass(frozen=True)
class Named:
    """One case opened to somebody by name: to whom, in which role they hold, until when, why."""

    holder: User
    role: str
    until: date
    reason: str


@transaction.atomic
def name_case(*, case_id: uuid.UUID, named: Named, by: Principal, about: About) -> GrantedCase:
    """Opens one case to somebody in a role that they hold in its organisation anyway.

    The caller asked whether `by` may decide about the case. ValidationError where they do not hold
    the role so long, and without a reason.
    """
    if not named.reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    if named.until < timezone.localdate():
        raise ValidationError({"until": _("Choose today or a later day.")})
    held = _open_grants(named.holder).filter(organisation=about.organisation_id, role=named.role)
    lasting = [g for g in held if g.scope != Scope.NAMED_CASES and _lasts(g, named.until)]
    if not lasting:
        raise ValidationError(_("They do not hold this role until that day."))
    given, _is_new = Grant.objects.get_or_create(
        holder=named.holder,
        role=named.role,
        organisation_id=about.organisation_id,
        scope=Scope.NAMED_CASES,
        revoked_at=None,
        defaults={
            "valid_from": timezone.localdate(),
            "valid_until": named.until,
            "granted_by_id": by.user_id,
        },
    )
    if not _lasts(given, named.until):
        given.valid_until = named.until
        given.save(update_fields=["valid_until"])
    given.named_cases.filter(case_id=case_id, ended_at=None).update(ended_at=timezone.now())
    row = GrantedCase.objects.create(
        grant=given,
        case_id=case_id,
        valid_until=named.until,
        reason=named.reason.strip(),
        given_by_id=by.user_id,
        given_at=timezone.now(),
    )
    changed = {"holder": [None, str(named.holder.pk)], "until": [None, named.until.isoformat()]}
    _note_of_case(by, "open_by_name", row, case_id, about, changed)
    return row


@transaction.atomic
def end_named(*, row: GrantedCase, by: Principal, about: About | None = None) -> None:
    """Ends that a case is open to somebody by name. ValidationError where it ended already."""
    if row.ended_at is not None:
        raise ValidationError(_("This has ended already."))
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])
    _note_of_case(by, "end_by_name", row, row.case_id, about)


@dataclass(frozen=True)
class About:
    """Whose case something is about: this app stands below the one that holds cases."""

    organisation_id: uuid.UUID
    person_id: uuid.UUID


def _lasts(grant: Grant, until: date) -> bool:
    return grant.valid_until is None or grant.valid_until >= until


def _note_of_case(
    by: Principal,
    verb: str,
    row: Model,
    case_id: uuid.UUID,
    about: About | None,
    changed: Mapping[str, object] | None = None,
) -> None:
    record(
        by=by,
        verb=verb,
        object=row,
        organisation_id=about.organisation_id if about is not None else None,
        person_id=about.person_id if about is not None else None,
        case_id=case_id,
        changed=changed,
    )


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
    if (reach.scope is Scope.PROGRAMME) != (reach.programme is not None):
        raise ValidationError(_("Name the programme, or choose another reach."))
    if reach.programme is not None:
        if reach.programme.organisation_id != organisation.pk:
            raise ValidationError(_("This programme belongs to another organisation."))
        if not reach.programme.is_used:
            raise ValidationError(_("This programme is not in use any more."))
    if (reach.scope is Scope.AREA) != bool(reach.area):
        raise ValidationError(_("Name the area, or choose another reach."))
    if reach.area != read_area(reach.area):
        raise ValidationError(_("Write the area with capital letters, such as XX01/XX0102."))
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
