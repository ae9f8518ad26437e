"""Addresses of notes, below their case."""

from __future__ import annotations

from django.urls import path

from sojourn.web.notes import views

app_name = "notes"
urlpatterns = [
    path("", views.notes, name="list"),
    path("new/", views.add, name="add"),
    path("<uuid:note_id>/", views.change, name="change"),
    path("files/<uuid:file_id>/", views.file, name="file"),
]
