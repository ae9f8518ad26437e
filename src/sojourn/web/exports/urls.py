"""Addresses of exports."""

from __future__ import annotations

from django.urls import path

from sojourn.web.exports import views

app_name = "exports"
urlpatterns = [
    path("", views.exports, name="list"),
    path("new/", views.new, name="new"),
    path("<uuid:export_id>/", views.export, name="export"),
    path("<uuid:export_id>/download/", views.download, name="download"),
    path("<uuid:export_id>/end/", views.end, name="end"),
]
