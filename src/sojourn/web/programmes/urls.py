"""Addresses of programmes."""

from __future__ import annotations

from django.urls import path

from sojourn.web.programmes import views

app_name = "programmes"
urlpatterns = [
    path("", views.programmes, name="list"),
    path("<int:programme_id>/", views.programme, name="programme"),
    path("without/<uuid:organisation_id>/", views.usual, name="usual"),
]
