"""The only writer of what an organisation makes of roles."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.framework import DataClass
from sojourn.web.accounts import own_roles, role_words, rules
from sojourn.web.accounts.access import SYSTEM, Principal
from sojourn.web.accounts.actions import check_may_configure
from sojourn.web.accounts.models import (
    Grant,
    Organisation,
    OwnRole,
    RoleState,
    RoleVersion,
    Scope,
    User,
)
from sojourn.web.accounts.roles import POWERS, Level, Power, Role, Verb
from sojourn.web.audit.actions import record

FIXED = frozenset({Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER})
"""Shipped roles that nobody changes: without them nobody could put right what was changed."""


@dataclass(frozen=True)
class Wish:
    """What a role shall be. `code` is empty for a new one; `name` counts for roles of one's own."""

    verbs: frozenset[Verb]
    levels: Mapping[DataClass, Level]
    scope: Scope = Scope.ORGANISATION
    code: str = ""
    name: str = ""
    base: str = ""

    @property
    def power(self) -> Power:
        seen = frozenset(k for k, level in self.levels.items() if level is not Level.NONE)
        written = frozenset(k for k, level in self.levels.items() if level is Level.WRITE)
        return Power(self.verbs, seen, written)


@transaction.atomic
def save(*, organisation: Organisation, wish: Wish, by: Principal) -> RoleVersion:
    """Makes or changes a role. It counts at once, or waits for the data protection officer where it
    adds classes that are sensitive, or powers that take another person.

    PermissionDenied for who does not manage members, and for a role that they hold themselves.
    ValidationError for a role that is fixed, that makes no sense, that already waits, or that would
    bring powers together that must stay apart, naming them and who would hold both.
    """
    check_may_configure(by, organisation)
    check(organisation, wish, by)
    role = _role(organisation, wish)
    if role.versions.filter(state=RoleState.WAITING).exists():
        raise ValidationError(_("A change of this role waits already. Take that one back first."))
    waits = takes_another(organisation, wish)
    if not waits:
        _replace(role)
    last = role.versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = RoleVersion.objects.create(
        role=role,
        organisation=organisation,
        number=last + 1,
        verbs=sorted(wish.verbs),
        levels={str(k): str(level) for k, level in sorted(wish.levels.items())},
        default_scope=wish.scope,
        state=RoleState.WAITING if waits else RoleState.IN_FORCE,
        made_by_id=by.user_id,
    )
    _note(version, "ask_role" if waits else "change_role", by)
    return version


@transaction.atomic
def decide(*, version: RoleVersion, confirmed: bool, by: Principal) -> None:
    """The data protection officer confirms a change that waits, or does not.

    PermissionDenied for who does not decide for data protection there, or made the change.
    ValidationError for one that waits no more, or that would by now bring powers together that
    must stay apart.
    """
    version = _locked(version)
    if version.organisation_id not in by.whole(Verb.OVERSEE) or by.user_id == version.made_by_id:
        raise PermissionDenied(_("Somebody else has to confirm this."))
    if version.state != RoleState.WAITING:
        raise ValidationError(_("This was decided already."))
    if confirmed:
        _check_apart(version.role, version.organisation, own_roles.power_of(version))
        _replace(version.role)
    version.state = RoleState.IN_FORCE if confirmed else RoleState.DECLINED
    version.decided_by_id, version.decided_at = by.user_id, timezone.now()
    version.save(update_fields=["state", "decided_by", "decided_at"])
    _note(version, "confirm" if confirmed else "not_confirm", by)


@transaction.atomic
def take_back(*, version: RoleVersion, by: Principal) -> None:
    """Takes back a change that waits. ValidationError for one that does so no more."""
    version = _locked(version)
    check_may_configure(by, version.organisation)
    if version.state != RoleState.WAITING:
        raise ValidationError(_("This was decided already."))
    version.state = RoleState.REPLACED
    version.save(update_fields=["state"])
    _note(version, "take_back", by)


@transaction.atomic
def reset(*, role: OwnRole, by: Principal) -> None:
    """Makes a shipped role what it was; ends a role of one's own that nobody holds.

    ValidationError where nothing is to be reset, where somebody holds the role of one's own, and
    where resetting would bring powers together that must stay apart.
    """
    check_may_configure(by, role.organisation)
    _check_not_held(role.organisation, role.code, by)
    version = role.versions.filter(state=RoleState.IN_FORCE).first()
    if version is None:
        raise ValidationError(_("This role is as it was shipped."))
    if role.code in POWERS:
        # Going back takes nobody else, even where it widens: the shipped table is known to all.
        _check_apart(role, role.organisation, POWERS[Role(role.code)])
    elif holders(role.organisation, role.code).exists():
        raise ValidationError(_("Somebody holds this role. End their roles first."))
    _replace(role)
    _note(version, "reset_role", by)


def check(organisation: Organisation, wish: Wish, by: Principal) -> None:
    """ValidationError or PermissionDenied where a role cannot become that; see `save`."""
    if wish.code in FIXED:
        raise ValidationError(_("This role stays as it is: it puts right what others change."))
    if not wish.code and not wish.name.strip():
        raise ValidationError({"name": _("Give the role a name.")})
    _check_not_held(organisation, wish.code, by)
    if wish.power.classes and Verb.READ not in wish.verbs:
        raise ValidationError(_("A role that opens no files sees no class of data."))
    if Verb.WRITE in wish.verbs and Verb.FIND not in wish.verbs:
        raise ValidationError(
            _("Whoever writes in files also finds them, so that nobody is registered twice.")
        )
    if _IN_FILES & wish.verbs and Verb.READ not in wish.verbs:
        raise ValidationError(_("Whoever does something in files also opens them."))
    if Verb.OVERSEE in wish.verbs and Verb.AUDIT not in wish.verbs:
        raise ValidationError(_("Whoever decides for data protection also reads the audit."))
    if missing := rules.gaps(wish.power):
        raise ValidationError(
            _("These stand on the first page of each file, so they go with it: %(classes)s.")
            % {"classes": role_words.listed(missing)}
        )
    same = OwnRole.objects.filter(organisation=organisation, name=wish.name.strip())
    if not wish.code and same.exists():
        raise ValidationError({"name": _("There is a role of this name already.")})
    _check_apart(None, organisation, wish.power, wish.code)


def takes_another(organisation: Organisation, wish: Wish) -> bool:
    """Whether the data protection officer has to confirm this."""
    shipped = wish.code or wish.base
    known = [POWERS[Role(shipped)]] if shipped in POWERS else []
    if wish.code:
        known.append(own_roles.power_in(organisation, wish.code))
    return rules.takes_another(wish.power, *known)


def holders(organisation: Organisation, code: str) -> QuerySet[Grant]:
    """The open grants of a role in an organisation, those that begin later included."""
    today = timezone.localdate()
    rows = Grant.objects.filter(organisation=organisation, role=code, revoked_at=None)
    return rows.exclude(valid_until__lt=today).select_related("holder")


_IN_FILES = frozenset(
    {Verb.WRITE, Verb.APPROVE, Verb.ERASE, Verb.EXPORT, Verb.SECOND, Verb.SUPERVISE}
)


def _role(organisation: Organisation, wish: Wish) -> OwnRole:
    if wish.code:
        found, _is_new = OwnRole.objects.get_or_create(
            organisation=organisation,
            code=wish.code,
            defaults={"base": wish.code if wish.code in POWERS else ""},
        )
        return found
    return OwnRole.objects.create(
        organisation=organisation,
        code=f"own_{secrets.token_hex(5)}",
        name=wish.name.strip(),
        base=wish.base,
    )


def _replace(role: OwnRole) -> None:
    role.versions.filter(state=RoleState.IN_FORCE).update(state=RoleState.REPLACED)


def _check_not_held(organisation: Organisation, code: str, by: Principal) -> None:
    if by == SYSTEM or not code:
        return
    if any(g.role == code and g.organisation_id == organisation.pk for g in by.grants):
        raise PermissionDenied(_("You hold this role, so somebody else has to change it."))


def _check_apart(
    role: OwnRole | None, organisation: Organisation, power: Power, code: str = ""
) -> None:
    """Over everything that each holder of the role holds, anywhere."""
    if pairs := rules.clashes([power]):
        raise ValidationError([role_words.pair(pair, ()) for pair in pairs])
    code = role.code if role is not None else code
    found: dict[tuple[Verb, Verb], list[str]] = {}
    for user, others in _others(organisation, code).items():
        for each in rules.clashes([*others, power]):
            found.setdefault(each, []).append(user.name)
    if found:
        raise ValidationError([role_words.pair(each, names) for each, names in found.items()])


def _others(organisation: Organisation, code: str) -> dict[User, list[Power]]:
    """What each holder of a role holds besides. Two queries, however many hold it."""
    if not code:
        return {}
    held = holders(organisation, code).values("holder")
    grants: Iterable[Grant] = Grant.objects.filter(holder__in=held, revoked_at=None).select_related(
        "holder"
    )
    grants = list(grants)
    made = own_roles.made_of({each.organisation_id for each in grants})
    found: dict[User, list[Power]] = {each.holder: [] for each in grants}
    for each in grants:
        if (each.organisation_id, each.role) != (organisation.pk, code):
            found[each.holder].append(own_roles.power(made, each.organisation_id, each.role))
    return found


def _locked(version: RoleVersion) -> RoleVersion:
    rows = RoleVersion.objects.select_for_update(of=("self",))
    return rows.select_related("role", "organisation").get(pk=version.pk)


def _note(version: RoleVersion, verb: str, by: Principal) -> None:
    before = version.role.versions.filter(number__lt=version.number).order_by("-number").first()
    record(
        by=by,
        verb=verb,
        object=version,
        organisation_id=version.organisation_id,
        changed={
            "role": [None, version.role.code],
            "verbs": [before.verbs if before else None, version.verbs],
            "levels": [before.levels if before else None, version.levels],
        },
    )
