"""Invitations: their only writer, and the only way to a new account but for the demonstration.

An administrator never knows a password: whoever accepts chooses it. The link is signed with the
secret key, works until its day, once, and as long as whoever invited still manages members.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sojourn.web.accounts import actions
from sojourn.web.accounts.access import SYSTEM, Principal, principal_for
from sojourn.web.accounts.models import Invitation, Organisation, Scope, User
from sojourn.web.audit.actions import record

OPEN_FOR = timedelta(days=7)
_SALT = "sojourn.invitation"


@dataclass(frozen=True)
class Offer:
    """What an invitation offers, and to whom."""

    role: str
    name: str
    scope: Scope = Scope.ORGANISATION
    role_until: date | None = None
    email: str = ""


@dataclass(frozen=True)
class Newcomer:
    """What somebody who accepts chooses."""

    username: str
    name: str
    password: str


@transaction.atomic
def invite(
    *, organisation: Organisation, offer: Offer, by: Principal, open_for: timedelta = OPEN_FOR
) -> Invitation:
    """Opens a place. PermissionDenied for who does not manage members there; ValidationError where
    role and reach do not fit together.
    """
    actions.check_may_configure(by, organisation)
    actions.check_reach(offer.role, organisation, actions.Reach(offer.scope))
    invitation = Invitation.objects.create(
        organisation=organisation,
        role=offer.role,
        scope=offer.scope,
        role_until=offer.role_until,
        name=offer.name,
        email=offer.email,
        invited_by_id=by.user_id,
        invited_by_operator=by == SYSTEM,
        expires_at=timezone.now() + open_for,
    )
    record(
        by=by,
        verb="invite",
        object=invitation,
        organisation_id=organisation.pk,
        changed={"role": [None, str(offer.role)], "scope": [None, offer.scope.value]},
    )
    return invitation


@transaction.atomic
def withdraw(*, invitation: Invitation, by: Principal) -> None:
    """Closes a place that nobody has taken; ValidationError for one taken or closed already."""
    invitation = _locked(invitation.pk)
    actions.check_may_configure(by, invitation.organisation)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise ValidationError(_("This invitation is not open any more."))
    invitation.withdrawn_at = timezone.now()
    invitation.withdrawn_by_id = by.user_id
    invitation.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record(
        by=by,
        verb="withdraw_invitation",
        object=invitation,
        organisation_id=invitation.organisation_id,
    )


@transaction.atomic
def accept(*, token: str, newcomer: Newcomer) -> User:
    """Makes the account and gives it the one role. ValidationError where the place is not open any
    more, or the user name is taken.
    """
    found = find(token)
    invitation = _locked(found.pk) if found else None
    if invitation is None or not is_open(invitation):
        raise ValidationError(_("This invitation is not open any more."))
    if User.objects.filter(username=newcomer.username).exists():
        raise ValidationError({"username": _("This user name is taken. Choose another one.")})
    by = _inviter(invitation)
    user = actions.add_user(
        username=newcomer.username,
        name=newcomer.name,
        password=newcomer.password,
        organisation=invitation.organisation,
        by=by,
    )
    actions.grant(
        holder=user,
        role=invitation.role,
        organisation=invitation.organisation,
        reach=actions.Reach(Scope(invitation.scope)),
        valid_until=invitation.role_until,
        by=by,
    )
    invitation.accepted_at = timezone.now()
    invitation.accepted_by = user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    record(
        by=principal_for(user),
        verb="accept",
        object=invitation,
        organisation_id=invitation.organisation_id,
    )
    return user


def token_of(invitation: Invitation) -> str:
    """What stands in the link; it holds the id of the invitation and nothing else."""
    return signing.dumps(invitation.pk.hex, salt=_SALT)


def link_to(invitation: Invitation, origin: str) -> str:
    """The whole link, below the address under which people reach this installation."""
    path = reverse("account_invitation", args=[token_of(invitation)])
    return f"{origin.rstrip('/')}{path}"


def find(token: str) -> Invitation | None:
    """The invitation of a link; None for a link that is none or was changed."""
    try:
        known = uuid.UUID(hex=signing.loads(token, salt=_SALT))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
    return Invitation.objects.select_related("organisation").filter(pk=known).first()


def is_open(invitation: Invitation) -> bool:
    """Whether it can be accepted now."""
    if invitation.accepted_at or invitation.withdrawn_at or invitation.expires_at <= timezone.now():
        return False
    if invitation.role_until and invitation.role_until < timezone.localdate():
        return False
    try:
        actions.check_may_configure(_inviter(invitation), invitation.organisation)
    except PermissionDenied:
        return False
    return True


def mail(invitation: Invitation, link: str) -> bool:
    """Sends the link, where a mail server is set; whether it was handed over to that server."""
    if not (settings.MAIL and invitation.email):
        return False
    text = _(
        "%(organisation)s has opened an account for you in Sojourn. Choose a user name and a "
        "password here: %(link)s\n\nThe link works once, until %(day)s. If you did not expect it, "
        "leave it alone."
    ) % {
        "organisation": invitation.organisation.name,
        "link": link,
        "day": timezone.localtime(invitation.expires_at).date().isoformat(),
    }
    try:
        return bool(send_mail(_("An account for you"), text, None, [invitation.email]))
    except OSError:  # the page says that the link has to be handed over
        return False


def _inviter(invitation: Invitation) -> Principal:
    """Who answers for it. Somebody whose account is closed or gone answers for nothing."""
    if invitation.invited_by_operator:
        return SYSTEM
    user = invitation.invited_by
    return principal_for(user) if user is not None and user.is_active else Principal(None, "")


def _locked(pk: uuid.UUID) -> Invitation:
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("organisation")
    return rows.get(pk=pk)
