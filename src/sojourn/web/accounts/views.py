"""Members of an organisation, their accounts and roles, and one's own account."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sojourn.web.accounts import account_actions, actions, invitations, lockout, own_roles, queries
from sojourn.web.accounts.access import needs, principal_of, signed_in
from sojourn.web.accounts.forms import InvitationForm, NewcomerForm
from sojourn.web.accounts.models import Invitation, Scope
from sojourn.web.accounts.roles import Verb
from sojourn.web.accounts.second_factor import has_second_factor, needs_second_factor
from sojourn.web.accounts.sessions import places


@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """The passkeys, app and recovery codes of whoever asks, and what is missing."""
    found: dict[str, list[Any]] = {}
    for each in Authenticator.objects.filter(user=signed_in(request)).order_by("created_at"):
        found.setdefault(each.type, []).append(each)
    codes = found.get(Authenticator.Type.RECOVERY_CODES, [])
    context = {
        "passkeys": found.get(Authenticator.Type.WEBAUTHN, []),
        "apps": found.get(Authenticator.Type.TOTP, []),
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else 0,
        "needed": needs_second_factor(principal_of(request)),
    }
    return render(request, "mfa/index.html", context)


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Where whoever asks is signed in."""
    context = {
        "places": places(signed_in(request), request.session.session_key),
        "idle_minutes": settings.SESSION_COOKIE_AGE // 60,
        "longest_hours": settings.SESSION_LONGEST // 3600,
    }
    return render(request, "accounts/sessions.html", context)


@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Ends one of one's own sessions."""
    session = get_object_or_404(UserSession, pk=session_id, user=signed_in(request))
    account_actions.end_session(session=session, by=principal_of(request))
    return redirect("account_sessions")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Ends all of one's own sessions but this one."""
    account_actions.end_other_sessions(
        user=signed_in(request), keep=request.session.session_key, by=principal_of(request)
    )
    messages.success(request, _("You are signed in here only."))
    return redirect("account_sessions")


@needs(Verb.CONFIGURE)
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest) -> HttpResponse:
    """Lists members and who was invited; invites somebody."""
    by = principal_of(request)
    form = InvitationForm(by, request.POST or None)
    if request.method == "POST" and form.is_valid():
        invitation = _invite(request, form)
        if invitation is not None:
            return redirect("accounts:invitation", invitation.pk)
    waiting = queries.invitations(by).filter(accepted_at=None, withdrawn_at=None)
    context = {
        "form": form,
        "grants": own_roles.named(queries.members(by)),
        "invitations": own_roles.named(waiting),
    }
    return render(request, "accounts/members.html", context, status=400 if form.errors else 200)


@needs(Verb.CONFIGURE)
@require_safe
def invitation(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """One invitation, with its link as long as it is open."""
    found = get_object_or_404(queries.invitations(principal_of(request)), pk=invitation_id)
    own_roles.named([found])
    is_open = invitations.is_open(found)
    context = {
        "invitation": found,
        "is_open": is_open,
        "link": invitations.link_to(found, _origin(request)) if is_open else "",
    }
    return render(request, "accounts/invitation.html", context)


@needs(Verb.CONFIGURE)
@require_POST
def withdraw(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Takes an invitation back."""
    by = principal_of(request)
    found = get_object_or_404(queries.invitations(by), pk=invitation_id)
    try:
        invitations.withdraw(invitation=found, by=by)
        messages.success(request, _("The invitation was withdrawn. Its link opens nothing."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("accounts:members")


@login_not_required
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Where a link leads: a user name and a password, and the account is there."""
    found = invitations.find(token)
    if found is None or not invitations.is_open(found):
        return render(request, "accounts/accept.html", {}, status=410)
    own_roles.named([found])
    form = NewcomerForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid() and _accept(form, token):
        messages.success(request, _("Your account is ready. Sign in with it."))
        return redirect("account_login")
    context = {"invitation": found, "form": form}
    return render(request, "accounts/accept.html", context, status=400 if form.errors else 200)


@needs(Verb.CONFIGURE)
@require_POST
def revoke(request: HttpRequest, grant_id: int) -> HttpResponse:
    """Ends one grant."""
    by = principal_of(request)
    grant = get_object_or_404(queries.members(by), pk=grant_id)
    try:
        actions.revoke(grant=grant, by=by)
        messages.success(request, _("The role was ended."))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("accounts:members")


def _invite(request: HttpRequest, form: InvitationForm) -> Invitation | None:
    data = form.cleaned_data
    offer = invitations.Offer(
        data["role"],
        data["name"],
        Scope(data["scope"]),
        data["valid_until"],
        data.get("email", ""),
    )
    try:
        made = invitations.invite(
            organisation=data["organisation"], offer=offer, by=principal_of(request)
        )
    except ValidationError as problem:
        form.add_error(None, problem)
        return None
    if made.email and not invitations.mail(made, invitations.link_to(made, _origin(request))):
        messages.warning(request, _("The mail could not be sent. Hand the link over yourself."))
    return made


def _accept(form: NewcomerForm, token: str) -> bool:
    data = form.cleaned_data
    newcomer = invitations.Newcomer(data["username"], data["name"], data["password"])
    try:
        invitations.accept(token=token, newcomer=newcomer)
    except ValidationError as problem:
        form.add_error(None, problem)
        return False
    except IntegrityError:  # somebody took the name at the same moment
        form.add_error("username", _("This user name is taken. Choose another one."))
        return False
    return True


def _origin(request: HttpRequest) -> str:
    return settings.ORIGIN or request.build_absolute_uri("/")


@needs(Verb.CONFIGURE)
@require_safe
def member(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account: what it may do, and what can be done about it."""
    by = principal_of(request)
    user = get_object_or_404(queries.accounts(by), pk=user_id)
    context = {
        "member": user,
        "grants": own_roles.named(queries.members(by).filter(holder=user)),
        "rests_until": lockout.rests_until(user.username),
        "has_second_factor": has_second_factor(user),
        "is_me": by.user_id == user.pk,
    }
    return render(request, "accounts/member.html", context)


_DO = {
    "unlock": (account_actions.unlock, gettext_lazy("They can try again at once.")),
    "second-factor": (
        account_actions.reset_second_factor,
        gettext_lazy("The second factor is gone. They set up a new one when they sign in."),
    ),
    "close": (account_actions.close, gettext_lazy("The account is closed.")),
    "reopen": (account_actions.reopen, gettext_lazy("The account is open again.")),
}
"""What an administrator can do to an account, and what is said when it is done."""


@needs(Verb.CONFIGURE)
@require_POST
def change_account(request: HttpRequest, user_id: int) -> HttpResponse:
    """Does one of the things above; which one is in the form."""
    by = principal_of(request)
    user = get_object_or_404(queries.accounts(by), pk=user_id)
    wanted = request.POST.get("do", "")
    if wanted not in _DO:
        raise SuspiciousOperation
    act, done = _DO[wanted]
    try:
        act(user=user, by=by)
        messages.success(request, done)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    return redirect("accounts:member", user.pk)
