"""Addresses of copies that went outside, below a person."""

from __future__ import annotations

from django.urls import path

from sojourn.web.exports import copy_views

app_name = "copies"
urlpatterns = [
    path("", copy_views.copies, name="list"),
    path("<uuid:copy_id>/<slug:act>/", copy_views.act, name="act"),
]
