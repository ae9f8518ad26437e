"""Addresses of imports."""

from __future__ import annotations

from django.urls import path

from sojourn.web.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.imports, name="list"),
    path("new/", views.new, name="new"),
    path("template/", views.template, name="template"),
    path("<uuid:import_id>/", views.whole_import, name="import"),
    path("<uuid:import_id>/columns/", views.columns_of, name="columns"),
    path("<uuid:import_id>/apply/", views.apply, name="apply"),
    path("<uuid:import_id>/undo/", views.undo, name="undo"),
    path("<uuid:import_id>/remove/", views.drop, name="drop"),
]
