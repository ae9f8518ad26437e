"""Addresses of pairs."""

from __future__ import annotations

from django.urls import path

from sojourn.web.duplicates import views

app_name = "duplicates"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("<uuid:pair_id>/", views.pair, name="pair"),
    path("with/<uuid:person_id>/", views.suggest, name="suggest"),
]
