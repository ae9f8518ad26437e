"""Addresses for signing in and for members.

Of the sign-in library only these pages are opened: nobody registers themselves and no mail is sent.
"""

from __future__ import annotations

from allauth.account import views as allauth
from django.urls import path

from sojourn.web.accounts import views

app_name = "accounts"
urlpatterns = [
    path("members/", views.members, name="members"),
    path("members/<int:grant_id>/end/", views.revoke, name="revoke"),
]

sign_in = [
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("password/", allauth.password_change, name="account_change_password"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
]
