"""Who is asking, and the one door through which rows about people are reached.

Screens, lists, counts and the form server all call `visible`; nothing else may turn a principal
into rows.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.framework import DataClass
from sojourn.web.accounts.models import Grant, User
from sojourn.web.accounts.roles import POWERS, Power, Role, Verb

Row = TypeVar("Row", bound=Model)


class Purpose(Enum):
    """Why rows are wanted, and the verb that this takes."""

    FIND = Verb.FIND
    SUPPORT = Verb.READ
    CASE_WORK = Verb.WRITE
    ERASURE = Verb.ERASE
    CONFIGURATION = Verb.CONFIGURE
    OVERSIGHT = Verb.AUDIT

    @property
    def verb(self) -> Verb:
        return self.value

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Held:
    """A grant in force, as far as access needs it."""

    id: int
    role: Role
    organisation_id: uuid.UUID
    organisation_name: str

    @property
    def power(self) -> Power:
        return POWERS[self.role]


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever acts: a signed-in user with the grants in force today."""

    user_id: int | None
    name: str
    grants: tuple[Held, ...] = ()

    def may(self, verb: Verb) -> bool:
        """Whether any grant allows this at all."""
        return any(verb in grant.power.verbs for grant in self.grants)

    def organisations(self, verb: Verb) -> frozenset[uuid.UUID]:
        """Where this principal may do it."""
        return frozenset(
            grant.organisation_id for grant in self.grants if verb in grant.power.verbs
        )

    def classes(self, organisation_id: uuid.UUID, verb: Verb) -> frozenset[DataClass]:
        """The data classes this principal sees of an organisation's files, for this verb."""
        return frozenset[DataClass]().union(
            *(
                grant.power.classes
                for grant in self.grants
                if grant.organisation_id == organisation_id and verb in grant.power.verbs
            )
        )

    def grant_for(self, organisation_id: uuid.UUID | None, verb: Verb) -> int | None:
        """The grant that the audit names for an act."""
        for grant in self.grants:
            if grant.organisation_id == organisation_id and verb in grant.power.verbs:
                return grant.id
        return None


SYSTEM = Principal(None, "system")
"""Acts that no person does: expiry, loading the demonstration."""


@dataclass(frozen=True, slots=True)
class Visible(Generic[Row]):
    """The rows a principal may reach for a purpose, and what may be shown of them."""

    rows: QuerySet[Row]
    purpose: Purpose
    _classes: Mapping[uuid.UUID, frozenset[DataClass]]

    def classes(self, row: Row) -> frozenset[DataClass]:
        """What may be shown of one of the rows."""
        key = getattr(row, type(row).ACCESS_KEY)  # type: ignore[attr-defined]  # checked in visible
        return self._classes.get(key, frozenset())


def visible(principal: Principal, queryset: QuerySet[Row], purpose: Purpose) -> Visible[Row]:
    """Narrows a queryset to what a principal may reach for a purpose.

    The model names the column that decides (`ACCESS_KEY`); a model without one is refused with
    TypeError, so that nothing is reachable by having been forgotten.
    """
    key = getattr(queryset.model, "ACCESS_KEY", None)
    if key is None:
        raise TypeError(f"{queryset.model.__name__} has no ACCESS_KEY")
    organisations = principal.organisations(purpose.verb)
    return Visible(
        queryset.filter(**{f"{key}__in": organisations}),
        purpose,
        MappingProxyType({org: principal.classes(org, purpose.verb) for org in organisations}),
    )


def principal_for(user: User) -> Principal:
    """The principal behind a user: one query for the grants in force today."""
    today = timezone.localdate()
    grants = (
        Grant.objects.filter(holder=user, revoked_at=None, valid_from__lte=today)
        .exclude(valid_until__lt=today)
        .select_related("organisation")
        .order_by("id")
    )
    return Principal(
        user.pk,
        user.name,
        tuple(
            Held(grant.pk, Role(grant.role), grant.organisation_id, grant.organisation.name)
            for grant in grants
        ),
    )


def principal_of(request: HttpRequest) -> Principal:
    """Who is asking; grants are read once per request."""
    known = getattr(request, "_principal", None)
    if known is None:
        user = request.user
        known = principal_for(user) if isinstance(user, User) else Principal(None, "")
        request._principal = known  # type: ignore[attr-defined]  # kept for this request only
    return known


def check_can(principal: Principal, verb: Verb) -> None:
    """Raises PermissionDenied, with the reason, where no grant allows this."""
    if not principal.may(verb):
        raise PermissionDenied(_REASONS[verb]())


View = TypeVar("View", bound=Callable[..., HttpResponse])


def needs(verb: Verb) -> Callable[[View], View]:
    """Opens a view only to principals who may do this somewhere."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            check_can(principal_of(request), verb)
            return view(request, *args, **kwargs)

        return cast(View, checked)

    return decorate


_REASONS: Mapping[Verb, Callable[[], Any]] = {
    Verb.FIND: lambda: _("Your role does not open people's files."),
    Verb.READ: lambda: _("Your role does not open people's files."),
    Verb.WRITE: lambda: _("Your role does not change people's files."),
    Verb.ERASE: lambda: _("Your role does not erase people's files."),
    Verb.CONFIGURE: lambda: _("Your role does not manage members."),
    Verb.AUDIT: lambda: _("Your role does not read the audit."),
}
