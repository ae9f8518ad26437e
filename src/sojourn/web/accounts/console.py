"""What the operator does with accounts from the command line, in plain values and words.

The operator owns the machine and its keys, so nothing here asks for a role; everything is an event
by the system all the same. No personal data is printed but user names and names of accounts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError

from sojourn.web.accounts import account_actions, actions, invitations, lockout
from sojourn.web.accounts.access import SYSTEM
from sojourn.web.accounts.models import Grant, Organisation, User
from sojourn.web.accounts.roles import Role
from sojourn.web.accounts.second_factor import has_second_factor

HERE = "http://localhost:8000"
"""Where people reach an installation that names no address of its own."""


class ConsoleError(Exception):
    """What cannot be done, and what to do instead."""


def create_organisation(name: str, code: str, parent: str | None) -> None:
    """An organisation, perhaps below another one. ConsoleError for what cannot be one."""
    above = _organisation(parent) if parent else None
    new = Organisation(name=name.strip(), code=code, parent=above)
    try:
        new.full_clean()
    except ValidationError as problem:
        texts = [f"{field}: {' '.join(found)}" for field, found in problem.message_dict.items()]
        raise ConsoleError(" ".join(texts)) from None
    actions.add_organisation(name=new.name, code=new.code, parent=above, by=SYSTEM)


def invite(code: str, role: str, name: str, days: int, address: str | None) -> str:
    """The link of a new invitation to the organisation with this code."""
    made = invitations.invite(
        organisation=_organisation(code),
        offer=invitations.Offer(Role(role), name),
        by=SYSTEM,
        open_for=timedelta(days=days),
    )
    return invitations.link_to(made, address or settings.ORIGIN or HERE)


def unlock(username: str) -> None:
    """Lets somebody try again at once."""
    account_actions.unlock(user=_user(username), by=SYSTEM)


def reset_second_factor(username: str) -> None:
    """Takes passkeys, app and recovery codes away. ConsoleError where there are none."""
    _do(account_actions.reset_second_factor, username)


def deactivate(username: str) -> None:
    """Closes an account. ConsoleError for the last administrator and for a closed one."""
    _do(account_actions.close, username)


def reactivate(username: str) -> None:
    """Opens an account again. ConsoleError for an open one."""
    _do(account_actions.reopen, username)


@dataclass(frozen=True)
class Line:
    """One account as the command line lists it. A user with several roles has several lines."""

    username: str
    name: str
    organisation: str
    role: str
    second_factor: str
    state: str


def listed() -> list[Line]:
    """All accounts with their open roles, by organisation and user name."""
    grants = Grant.objects.filter(revoked_at=None).select_related("holder", "organisation")
    lines = [
        _line(grant.holder, grant.organisation.code, grant.role)
        for grant in grants.order_by("organisation__code", "holder__username", "pk")
    ]
    without = User.objects.exclude(pk__in=grants.values("holder")).order_by("username")
    return [*lines, *(_line(user, "", "") for user in without)]


def _line(user: User, organisation: str, role: str) -> Line:
    state = "open" if user.is_active else "closed"
    if user.is_active and lockout.rests_until(user.username) is not None:
        state = "rests"
    factor = "yes" if has_second_factor(user) else "no"
    return Line(user.username, user.name, organisation, role, factor, state)


def _do(act: Callable[..., None], username: str) -> None:
    try:
        act(user=_user(username), by=SYSTEM)
    except ValidationError as problem:
        raise ConsoleError(" ".join(problem.messages)) from None


def _organisation(code: str) -> Organisation:
    found = Organisation.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(Organisation.objects.order_by("code").values_list("code", flat=True))
        raise ConsoleError(
            f"There is no organisation with the code {code}. "
            + (f"There are: {known}." if known else "Make one with create-organisation first.")
        )
    return found


def _user(username: str) -> User:
    found = User.objects.filter(username=username).first()
    if found is None:
        raise ConsoleError(
            "There is no account with this user name. `sojourn account list` names all."
        )
    return found
