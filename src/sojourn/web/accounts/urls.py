"""Addresses for signing in and for members.

Of the sign-in library only these pages are opened: nobody registers themselves and no mail is sent.
What changes a second factor is one transaction with its event in the audit.
"""

from __future__ import annotations

from allauth.account import views as allauth
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.db.transaction import atomic
from django.urls import path
from django.views.generic import RedirectView

from sojourn.web.accounts import role_views, team_views, views

app_name = "accounts"
urlpatterns = [
    path("members/", views.members, name="members"),
    path("members/invitations/<uuid:invitation_id>/", views.invitation, name="invitation"),
    path("members/invitations/<uuid:invitation_id>/withdraw/", views.withdraw, name="withdraw"),
    path("members/account/<int:user_id>/", views.member, name="member"),
    path("members/account/<int:user_id>/change/", views.change_account, name="change_account"),
    path("members/account/<int:user_id>/role/", team_views.give, name="give"),
    path("members/teams/", team_views.teams, name="teams"),
    path("members/teams/<int:team_id>/remove/", team_views.remove_team, name="remove_team"),
    path("members/roles/", role_views.roles, name="roles"),
    path("members/roles/waiting/", role_views.waiting, name="roles_waiting"),
    path("members/roles/waiting/<int:version_id>/", role_views.decide, name="role_decide"),
    path("members/roles/waiting/<int:version_id>/back/", role_views.back, name="role_back"),
    path("members/roles/<uuid:organisation_id>/new/", role_views.new, name="role_new"),
    path("members/roles/<uuid:organisation_id>/<slug:code>/", role_views.role, name="role"),
    path(
        "members/roles/<uuid:organisation_id>/<slug:code>/reset/",
        role_views.reset,
        name="role_reset",
    ),
    path("members/<int:grant_id>/end/", views.revoke, name="revoke"),
]

sign_in = [
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("password/", allauth.password_change, name="account_change_password"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("invitation/<str:token>/", views.accept, name="account_invitation"),
    path("sessions/", views.sessions, name="account_sessions"),
    path("sessions/<int:session_id>/end/", views.end_session, name="account_end_session"),
    path("sessions/others/end/", views.end_other_sessions, name="account_end_other_sessions"),
    path("code/", atomic(mfa.authenticate), name="mfa_authenticate"),
    path("passkey/", atomic(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("reauthenticate/code/", atomic(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(
        "reauthenticate/passkey/",
        atomic(passkeys.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("second-factor/", views.second_factor, name="mfa_index"),
    path("second-factor/app/", atomic(app.activate_totp), name="mfa_activate_totp"),
    path("second-factor/app/remove/", atomic(app.deactivate_totp), name="mfa_deactivate_totp"),
    # The library goes back here; our page of both kinds is the list.
    path(
        "second-factor/passkeys/",
        RedirectView.as_view(pattern_name="mfa_index"),
        name="mfa_list_webauthn",
    ),
    path("second-factor/passkeys/add/", atomic(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path(
        "second-factor/passkeys/<int:pk>/remove/",
        atomic(passkeys.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path(
        "second-factor/codes/", atomic(recovery.view_recovery_codes), name="mfa_view_recovery_codes"
    ),
    path(
        "second-factor/codes/new/",
        atomic(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-factor/codes/download/",
        atomic(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
