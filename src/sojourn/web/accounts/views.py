"""Members of an organisation and their roles."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sojourn.web.accounts import account_actions, actions, lockout, queries
from sojourn.web.accounts.access import needs, principal_of, signed_in
from sojourn.web.accounts.forms import MemberForm
from sojourn.web.accounts.models import Scope
from sojourn.web.accounts.roles import Role, Verb
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
    """Lists members; adds one."""
    by = principal_of(request)
    form = MemberForm(by, request.POST or None)
    if request.method == "POST" and form.is_valid() and _add(request, form):
        return redirect("accounts:members")
    context = {"form": form, "grants": queries.members(by)}
    return render(request, "accounts/members.html", context, status=400 if form.errors else 200)


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


def _add(request: HttpRequest, form: MemberForm) -> bool:
    by, data = principal_of(request), form.cleaned_data
    try:
        with transaction.atomic():
            user = actions.add_user(
                username=data["username"],
                name=data["name"],
                password=data["password"],
                organisation=data["organisation"],
                by=by,
            )
            actions.grant(
                holder=user,
                role=Role(data["role"]),
                reach=actions.Reach(Scope(data["scope"])),
                organisation=data["organisation"],
                valid_until=data["valid_until"],
                by=by,
            )
    except ValidationError as problem:
        form.add_error(None, problem)
        return False
    messages.success(request, _("The member was added."))
    return True


@needs(Verb.CONFIGURE)
@require_safe
def member(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account: what it may do, and what can be done about it."""
    by = principal_of(request)
    user = get_object_or_404(queries.accounts(by), pk=user_id)
    context = {
        "member": user,
        "grants": queries.members(by).filter(holder=user),
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
