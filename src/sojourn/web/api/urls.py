"""Addresses of the screens of tokens."""

from __future__ import annotations

from django.urls import path

from sojourn.web.api import views

app_name = "tokens"
urlpatterns = [
    path("", views.own, name="own"),
    path("<int:token_id>/end/", views.end, name="end"),
    path("members/", views.managed, name="managed"),
    path("members/<int:token_id>/end/", views.end_managed, name="end_managed"),
    path("reference/", views.reference, name="reference"),
]
