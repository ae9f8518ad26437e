"""Who is asking, and the one door through which rows about people are reached.

Screens, lists, counts and the form server all call `visible`; nothing else may turn a principal
into rows.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from functools import reduce, wraps
from operator import or_
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.framework import DataClass
from sojourn.web.accounts import own_roles
from sojourn.web.accounts.areas import is_in
from sojourn.web.accounts.models import (
    Conflict,
    Grant,
    GrantedCase,
    Organisation,
    Scope,
    ShortGrant,
    User,
)
from sojourn.web.accounts.own_roles import Made, Named
from sojourn.web.accounts.roles import POWERS, Power, Role, Verb, in_an_emergency

Row = TypeVar("Row", bound=Model)
_NARROW = frozenset({Scope.OWN_CASES, Scope.NAMED_CASES, Scope.TEAM, Scope.PROGRAMME, Scope.AREA})


class Purpose(Enum):
    """Why rows are wanted, and the verb that this takes.

    `FIND` reaches every file of the organisations one finds in, to know that it is there, and
    whatever one opens without that verb; it opens no class of data. What may be shown of a file is
    asked with another purpose.
    """

    FIND = Verb.FIND
    SUPPORT = Verb.READ
    CASE_WORK = Verb.WRITE
    APPROVAL = Verb.APPROVE
    ERASURE = Verb.ERASE
    EXPORT = Verb.EXPORT
    SECOND_PERSON = Verb.SECOND
    CONFIGURATION = Verb.CONFIGURE
    OVERSIGHT = Verb.OVERSEE
    AUDIT = Verb.AUDIT
    SUPERVISION = Verb.SUPERVISE

    @property
    def verb(self) -> Verb:
        return self.value

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Held:
    """A grant in force, as far as access needs it.

    `opened_for` is the reason of a file that was opened in an emergency for a short time: such a
    grant reads one file, `person_id`, and no more. `defined` is what the organisation made of the
    role; None where it is as shipped. `only` is what a narrower key, such as a token, leaves of it.
    """

    id: int
    role: str
    organisation_id: uuid.UUID
    organisation_name: str
    organisations: frozenset[uuid.UUID]
    scope: Scope = Scope.ORGANISATION
    team_id: int | None = None
    cases: frozenset[uuid.UUID] = frozenset()
    opened_for: str = ""
    person_id: uuid.UUID | None = None
    opened_until: datetime | None = None
    only: Power | None = None
    defined: Power | None = None
    role_name: str = ""
    programme_id: int | None = None
    area: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether it reaches some cases of the organisation only."""
        return self.scope in _NARROW

    def narrow(self, user_id: int | None, to_case: str) -> Q:
        """The condition on rows; `to_case` leads from a row to its case ("" for the case)."""
        here = Q(**{f"{to_case}organisation_id": self.organisation_id})
        if self.scope is Scope.OWN_CASES:
            return here & Q(**{f"{to_case}worker_id": user_id})
        if self.scope is Scope.TEAM:
            return here & Q(**{f"{to_case}team_id": self.team_id})
        if self.scope is Scope.PROGRAMME:
            return here & Q(**{f"{to_case}programme_id": self.programme_id})
        if self.scope is Scope.AREA:
            below = Q(**{f"{to_case}area__startswith": f"{self.area}/"})
            return here & (Q(**{f"{to_case}area": self.area}) | below)
        return here & Q(**{f"{to_case}pk__in": self.cases})

    def on_cases(self, user_id: int | None) -> Q:
        """The condition on cases that it reaches, be it for the whole organisation."""
        if self.is_narrow:
            return self.narrow(user_id, "")
        return Q(organisation_id__in=sorted(self.organisations))

    def covers(self, user_id: int | None, case: Any) -> bool:
        """The same question of one case in hand."""
        if case.organisation_id not in self.organisations:
            return False
        if self.scope is Scope.OWN_CASES:
            return user_id is not None and bool(case.worker_id == user_id)
        if self.scope is Scope.TEAM:
            return bool(case.team_id == self.team_id)
        if self.scope is Scope.PROGRAMME:
            return bool(case.programme_id == self.programme_id)
        if self.scope is Scope.AREA:
            return is_in(case.area, self.area)
        return not self.is_narrow or case.pk in self.cases

    @property
    def power(self) -> Power:
        power = POWERS[Role(self.role)] if self.defined is None else self.defined
        power = in_an_emergency(power) if self.opened_for else power
        return power if self.only is None else power.within(self.only)


@dataclass(frozen=True, slots=True)
class FallsTo:
    """Where a new file belongs, as far as its opener's grants say."""

    team_id: int | None = None
    programme_id: int | None = None
    area: str = ""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever acts: a signed-in user with the grants in force today.

    `conflicts` are the cases that this user is part of, and therefore never sees. `channel` is
    what the audit says of the way in which they came.
    """

    user_id: int | None
    name: str
    grants: tuple[Held, ...] = ()
    conflicts: frozenset[uuid.UUID] = frozenset()
    channel: str = "screen"

    def through(self, channel: str, only: Power | None = None) -> Principal:
        """The same principal on another way in, with no more than `only` of each grant."""
        grants = tuple(replace(grant, only=only) for grant in self.grants)
        return replace(self, grants=grants, channel=channel)

    @property
    def is_narrowed(self) -> bool:
        """Whether they come with something that opens less than they may, such as a token."""
        return any(grant.only is not None for grant in self.grants)

    def may(self, verb: Verb) -> bool:
        """Whether any grant allows this at all."""
        return any(grant.power.allows(verb) for grant in self.grants)

    def organisations(self, verb: Verb) -> frozenset[uuid.UUID]:
        """Where this principal may do it, be it with some cases only."""
        return frozenset[uuid.UUID]().union(*(g.organisations for g in self._with(verb)))

    def whole(self, verb: Verb) -> frozenset[uuid.UUID]:
        """Where this principal may do it with every case."""
        return frozenset[uuid.UUID]().union(
            *(g.organisations for g in self._with(verb) if not g.is_narrow)
        )

    def opens_in(self, organisation_id: uuid.UUID) -> bool:
        """Whether a file opened there by this principal is one they reach afterwards."""
        return any(
            organisation_id in grant.organisations and grant.scope is not Scope.NAMED_CASES
            for grant in self._with(Verb.WRITE)
        )

    def falls_to(self, organisation_id: uuid.UUID) -> FallsTo:
        """To which team, programme and area a file opened there by this principal falls.

        Where one grant is for the cases of a team and another for those of a programme, the file
        belongs to both, and is reached through either.
        """
        there = [g for g in self._with(Verb.WRITE) if g.organisation_id == organisation_id]
        return FallsTo(
            next((g.team_id for g in there if g.team_id is not None), None),
            next((g.programme_id for g in there if g.programme_id is not None), None),
            next((g.area for g in there if g.area), ""),
        )

    def narrow(self, verb: Verb) -> tuple[Held, ...]:
        """The grants that allow it with some cases only."""
        return tuple(grant for grant in self._with(verb) if grant.is_narrow)

    def classes(self, organisation_id: uuid.UUID, verb: Verb) -> frozenset[DataClass]:
        """What this principal surely sees of any row of an organisation that they reach.

        The classes of the grants for the whole organisation, and those that all the narrower
        grants there have in common: by which of these a row is reached is not asked.
        """
        held = [g for g in self._with(verb) if organisation_id in g.organisations]
        narrow = [g.power.of(verb) for g in held if g.is_narrow]
        shared = narrow[0].intersection(*narrow) if narrow else frozenset[DataClass]()
        return shared.union(*(g.power.of(verb) for g in held if not g.is_narrow))

    def classes_of_case(self, case: Model, verb: Verb) -> frozenset[DataClass]:
        """The data classes this principal sees of one case, for this verb."""
        return frozenset[DataClass]().union(
            *(g.power.of(verb) for g in self._with(verb) if g.covers(self.user_id, case))
        )

    def opened(self, ids: Collection[object]) -> Held | None:
        """What opens the case or person with one of these ids in an emergency; None for nothing."""
        for grant in self.grants:
            if grant.opened_for and (grant.person_id in ids or not grant.cases.isdisjoint(ids)):
                return grant
        return None

    def _with(self, verb: Verb) -> list[Held]:
        return [grant for grant in self.grants if verb in grant.power.verbs]

    def grant_for(self, organisation_id: uuid.UUID | None, verb: Verb) -> int | None:
        """The grant that the audit names for an act."""
        for grant in self._with(verb):
            if organisation_id in grant.organisations:
                return grant.id
        return None


SYSTEM = Principal(None, "system")
"""Acts that no person does: expiry, loading the demonstration."""


@dataclass(frozen=True, slots=True)
class Visible(Generic[Row]):
    """The rows a principal may reach for a purpose, and what may be shown of them."""

    rows: QuerySet[Row]
    purpose: Purpose
    _principal: Principal
    _classes: Mapping[uuid.UUID, frozenset[DataClass]]

    def classes(self, row: Row) -> frozenset[DataClass]:
        """What may be shown of one of the rows. Nothing, where they were only to be found."""
        if self.purpose is Purpose.FIND:
            return frozenset()
        if _to_case(type(row)) == "":
            return self._principal.classes_of_case(row, self.purpose.verb)
        key = getattr(row, type(row).ACCESS_KEY)  # type: ignore[attr-defined]  # checked in visible
        return self._classes.get(key, frozenset())


def visible(principal: Principal, queryset: QuerySet[Row], purpose: Purpose) -> Visible[Row]:
    """Narrows a queryset to what a principal may reach for a purpose.

    The model names the column of the organisation (`ACCESS_KEY`); a model without one is refused
    with TypeError, so that nothing is reachable by having been forgotten. Grants for some cases
    only reach rows whose model says how to get from a row to its case (`ACCESS_CASE`: "" for the
    case itself, None for what is about nobody); a model that does not say is reached by grants for
    the whole organisation alone. Cases in which the principal has a part are left out.

    A model may narrow further by what stands on the row, such as a data class, with a static method
    `access_narrower(principal, verb)` that answers a condition.
    """
    key = getattr(queryset.model, "ACCESS_KEY", None)
    if key is None:
        raise TypeError(f"{queryset.model.__name__} has no ACCESS_KEY")
    organisations = principal.organisations(purpose.verb)
    return Visible(
        queryset.filter(
            _reach(principal, queryset.model, key, purpose.verb),
            _narrower(principal, queryset.model, purpose.verb),
        ),
        purpose,
        principal,
        MappingProxyType({org: principal.classes(org, purpose.verb) for org in organisations}),
    )


def reaches(principal: Principal, row: Model, purpose: Purpose) -> bool:
    """Whether the principal may do with one row what the purpose takes."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    return principal == SYSTEM or visible(principal, rows, purpose).rows.exists()


def _to_case(model: type[Model]) -> str | None:
    """The way from a row to its case; None where there is none."""
    return getattr(model, "ACCESS_CASE", None)


def _reach(principal: Principal, model: type[Model], key: str, verb: Verb) -> Q:
    way = _to_case(model)
    if way is None:
        about_nobody = hasattr(model, "ACCESS_CASE")
        reached = principal.organisations(verb) if about_nobody else principal.whole(verb)
        return Q(**{f"{key}__in": reached})
    everywhere, held = principal.whole(verb), principal.narrow(verb)
    if verb is Verb.FIND:
        everywhere = principal.organisations(verb) | principal.whole(Verb.READ)
        held = tuple(g for g in principal.narrow(Verb.READ) if verb not in g.power.verbs)
    whole = Q(**{f"{key}__in": everywhere})
    prefix = f"{way}__" if way else ""
    narrow = [each.narrow(principal.user_id, prefix) for each in held]
    if narrow:  # within the organisations that these grants are of, which an index narrows first
        places = Q(**{f"{key}__in": {place for each in held for place in each.organisations}})
        whole = places & (whole | _matching(model, way, reduce(or_, narrow)))
    if principal.conflicts:
        whole &= ~_matching(model, way, Q(**{f"{prefix}pk__in": principal.conflicts}))
    return whole


def _narrower(principal: Principal, model: type[Model], verb: Verb) -> Q:
    narrower = getattr(model, "access_narrower", None)
    return Q() if narrower is None else cast(Q, narrower(principal, verb))


def of_classes(principal: Principal, verb: Verb, *columns: str) -> Q:
    """The condition that the data class in each column is one the principal sees.

    An empty column says nothing about anybody. For narrowers of models with a column
    `organisation_id`.
    """
    alike: dict[frozenset[DataClass], list[uuid.UUID]] = {}
    for organisation_id in principal.organisations(verb):
        classes = principal.classes(organisation_id, verb)
        alike.setdefault(classes, []).append(organisation_id)
    shown = Q(pk__in=[])
    for classes, organisations in alike.items():
        seen = ["", *sorted(each.value for each in classes)]
        here = Q(organisation_id__in=organisations)
        shown |= here & Q(**{f"{column}__in": seen for column in columns})
    return shown


def only_between(principal: Principal, model: type[Model], column: str, *people: str) -> Q:
    """The condition that a row is not confidential, or that it is so between this principal and
    others: they stand in one of the columns of people, or supervise the case."""
    mine = Q(pk__in=[])
    if principal.user_id is not None:
        for person in people:
            mine |= Q(**{person: principal.user_id})
    key: str = model.ACCESS_KEY  # type: ignore[attr-defined]  # a model about people has one
    supervised = _reach(principal, model, key, Verb.APPROVE)
    return Q(**{column: False}) | mine | supervised


def _matching(model: type[Model], way: str, condition: Q) -> Q:
    """A case's own columns are asked directly; elsewhere a row counts once, for all its cases.

    Asked row by row: a list of all rows that match grows with the cases, whatever a page shows.
    """
    if not way:
        return condition
    return Q(Exists(model._default_manager.filter(condition, pk=OuterRef("pk"))))


def principal_for(user: User) -> Principal:
    """The principal behind a user: the grants in force today, and what keeps them away."""
    return Principal(
        user.pk,
        user.name,
        tuple(held_by(user)),
        frozenset(Conflict.objects.filter(user=user).values_list("case_id", flat=True)),
    )


def held_by(user: User) -> list[Held]:
    """What a user holds today, each grant with what its role may do now."""
    return held_of(Grant.objects.filter(holder=user)).get(user.pk, [])


def held_of(grants: QuerySet[Grant]) -> dict[int, list[Held]]:
    """What of these grants is in force today, by holder; as many queries for many."""
    today = timezone.localdate()
    found = list(
        grants.filter(revoked_at=None, valid_from__lte=today)
        .exclude(valid_until__lt=today)
        .select_related("organisation")
        .order_by("id")
    )
    named = _named([grant.pk for grant in found if grant.scope == Scope.NAMED_CASES], today)
    opened = _opened(found)
    branches = _branches() if any(g.scope == Scope.BRANCHES for g in found) else {}
    made = own_roles.made_of({grant.organisation_id for grant in found})
    held: dict[int, list[Held]] = {}
    for grant in found:
        for each in _held(grant, named.get(grant.pk, frozenset()), branches, opened, made):
            if each.defined is not None or each.role in POWERS:
                held.setdefault(grant.holder_id, []).append(each)
    return held


Branches = Mapping[uuid.UUID, list[uuid.UUID]]


def _named(grants: Collection[int], today: date) -> Mapping[int, frozenset[uuid.UUID]]:
    """The cases that grants for named cases name today; asks nothing where there are none."""
    if not grants:
        return {}
    rows = GrantedCase.objects.filter(grant__in=grants, ended_at=None)
    found: dict[int, set[uuid.UUID]] = {}
    for grant_id, case_id in rows.exclude(valid_until__lt=today).values_list("grant_id", "case_id"):
        found.setdefault(grant_id, set()).add(case_id)
    return {grant_id: frozenset(cases) for grant_id, cases in found.items()}


def _opened(grants: Iterable[Grant]) -> Sequence[ShortGrant]:
    """What is open for a short time. Who reaches every case has nothing to open."""
    narrow = [grant.pk for grant in grants if grant.scope in _NARROW]
    if not narrow:
        return ()
    rows = ShortGrant.objects.filter(grant__in=narrow, ends_at__gt=timezone.now())
    return list(rows.order_by("pk"))


def _held(
    grant: Grant,
    cases: frozenset[uuid.UUID],
    branches: Branches,
    opened: Sequence[ShortGrant],
    made: Mapping[Named, Made],
) -> Iterator[Held]:
    """What a grant gives, and then what was opened for a short time with it."""
    own = made.get((grant.organisation_id, grant.role))
    held = Held(
        grant.pk,
        grant.role,
        grant.organisation_id,
        grant.organisation.name,
        _organisations(grant, branches),
        Scope(grant.scope),
        grant.team_id,
        cases,
        defined=own.power if own is not None else None,
        role_name=own.name if own is not None else own_roles.shipped_name(grant.role),
        programme_id=grant.programme_id,
        area=grant.area,
    )
    yield held
    for short in (each for each in opened if each.grant_id == grant.pk):
        yield replace(
            held,
            organisations=frozenset({grant.organisation_id}),
            scope=Scope.NAMED_CASES,
            team_id=None,
            programme_id=None,
            area="",
            cases=frozenset({short.case_id}),
            opened_for=short.reason,
            person_id=short.person_id,
            opened_until=short.ends_at,
        )


def _branches() -> Branches:
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    for organisation in Organisation.objects.exclude(parent=None).only("id", "parent_id"):
        assert organisation.parent_id is not None  # noqa: S101 - tells the type checker
        found.setdefault(organisation.parent_id, []).append(organisation.pk)
    return found


def _organisations(grant: Grant, branches: Branches) -> frozenset[uuid.UUID]:
    """The organisation of a grant, and where it says so all that stand below it."""
    found, waiting = {grant.organisation_id}, [grant.organisation_id]
    while grant.scope == Scope.BRANCHES and waiting:
        below = [each for each in branches.get(waiting.pop(), []) if each not in found]
        found.update(below)
        waiting.extend(below)
    return frozenset(found)


def principal_of(request: HttpRequest) -> Principal:
    """Who is asking; grants are read once per request."""
    known = getattr(request, "_principal", None)
    if known is None:
        user = request.user
        known = principal_for(user) if isinstance(user, User) else Principal(None, "")
        request._principal = known  # type: ignore[attr-defined]  # kept for this request only
    return known


def signed_in(request: HttpRequest) -> User:
    """The user who asks. PermissionDenied where nobody is signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied(_("Sign in first."))
    return request.user


def check_can(principal: Principal, verb: Verb) -> None:
    """Raises PermissionDenied, with the reason, where no grant allows this."""
    if not principal.may(verb):
        raise PermissionDenied(_REASONS[verb]())


View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def needs(verb: Verb) -> Callable[[View], View]:
    """Opens a view only to principals who may do this somewhere."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            check_can(principal_of(request), verb)
            return view(request, *args, **kwargs)

        return cast(View, checked)

    return decorate


_REASONS: Mapping[Verb, Callable[[], Any]] = {
    Verb.FIND: lambda: _("Your role does not open people's files."),
    Verb.READ: lambda: _("Your role does not open people's files."),
    Verb.WRITE: lambda: _("Your role does not change people's files."),
    Verb.APPROVE: lambda: _("Your role does not approve plans."),
    Verb.ERASE: lambda: _("Your role does not erase people's files."),
    Verb.SECOND: lambda: _("Your role does not confirm that something cannot wait."),
    Verb.EXPORT: lambda: _("Your role does not take copies out of people's files."),
    Verb.CONFIGURE: lambda: _("Your role does not manage members."),
    Verb.AUDIT: lambda: _("Your role does not read the audit."),
    Verb.OVERSEE: lambda: _("Your role does not decide for data protection."),
    Verb.SUPERVISE: lambda: _("Your role does not look at what others opened in an emergency."),
}
