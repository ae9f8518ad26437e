"""What is done to an account of somebody else: the only writer of its lock, factor and state.

Members are managed by the administrators of their organisation. An account with roles in an
organisation that one does not manage is left to the operator at the command line.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from sojourn.web.accounts import lockout, queries
from sojourn.web.accounts.access import SYSTEM, Principal
from sojourn.web.accounts.models import Organisation, User
from sojourn.web.accounts.roles import Verb
from sojourn.web.audit.actions import record


@transaction.atomic
def note_wrong_attempt(*, username: str, request: HttpRequest) -> None:
    """Counts a wrong attempt; the one from which on an account rests is an event."""
    begins = lockout.note(username, request)
    user = User.objects.filter(username=username).first()
    if begins and user is not None:
        _note(SYSTEM, "rest", user)


@transaction.atomic
def unlock(*, user: User, by: Principal) -> None:
    """Lets somebody try again at once who has tried in vain too often."""
    _check_may_manage(by, user)
    lockout.forget(user.username)
    _note(by, "unlock", user)


@transaction.atomic
def reset_second_factor(*, user: User, by: Principal) -> None:
    """Takes away passkeys, app and recovery codes, and ends all sessions. Whoever needs a second
    factor sets up a new one at the next sign-in, with the password. ValidationError for none.
    """
    _check_may_manage(by, user)
    if not Authenticator.objects.filter(user=user).delete()[0]:
        raise ValidationError(_("There is no second factor to take away."))
    end_sessions(user)
    _note(by, "reset_second_factor", user)


@transaction.atomic
def close(*, user: User, by: Principal) -> None:
    """Lets somebody sign in no more. What they did keeps their name. Ending it twice, or leaving
    an organisation without an administrator, raises ValidationError.
    """
    _check_may_manage(by, user)
    if not user.is_active:
        raise ValidationError(_("This account is closed already."))
    for organisation in queries.administered_by(user):
        check_another_administrator(organisation, besides=user)
    for check in BEFORE_CLOSING:
        check(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user)
    _note(by, "close", user)


BEFORE_CLOSING: list[Callable[[User], None]] = []
"""What other rooms ask before an account is closed; ValidationError says what has to be done."""


@transaction.atomic
def reopen(*, user: User, by: Principal) -> None:
    """Lets somebody sign in again, with the roles that have not ended meanwhile."""
    _check_may_manage(by, user)
    if user.is_active:
        raise ValidationError(_("This account is open."))
    user.is_active = True
    user.save(update_fields=["is_active"])
    _note(by, "reopen", user)


@transaction.atomic
def end_session(*, session: UserSession, by: Principal) -> None:
    """Ends one of one's own sessions."""
    if session.user_id != by.user_id:
        raise PermissionDenied(_("You can end your own sessions only."))
    _note(by, "end_session", session.user)
    session.end()


@transaction.atomic
def end_other_sessions(*, user: User, keep: str | None, by: Principal) -> None:
    """Ends all of one's own sessions but the one with this key."""
    if user.pk != by.user_id:
        raise PermissionDenied(_("You can end your own sessions only."))
    _note(by, "end_session", user)
    for session in UserSession.objects.filter(user=user).exclude(session_key=keep):
        session.end()


def end_sessions(user: User) -> None:
    """Signs a user out everywhere. For actions, which hold the event."""
    for session in UserSession.objects.filter(user=user):
        session.end()


def check_another_administrator(organisation: Organisation, *, besides: User) -> None:
    """ValidationError where nobody else could invite, or end roles, in an organisation."""
    if not queries.administrators(organisation).exclude(pk=besides.pk).exists():
        raise ValidationError(
            _("This is the last administrator of %(name)s. Invite another one first.")
            % {"name": organisation.name}
        )


def _check_may_manage(by: Principal, user: User) -> None:
    if by == SYSTEM:
        return
    if by.user_id == user.pk:
        raise PermissionDenied(_("You cannot do this to your own account."))
    managed = by.organisations(Verb.CONFIGURE)
    theirs = set(queries.workplaces(user))
    if not theirs or not theirs & managed:
        raise PermissionDenied(_("Your role does not manage members."))
    if theirs - managed:
        raise PermissionDenied(
            _("They work for another organisation, too. Ask whoever runs this installation.")
        )


def _note(by: Principal, verb: str, user: User) -> None:
    record(by=by, verb=verb, object=user, organisation_id=queries.home_of(user))
