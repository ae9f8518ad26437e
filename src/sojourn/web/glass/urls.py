"""Addresses of files opened in an emergency."""

from __future__ import annotations

from django.urls import path

from sojourn.web.glass import views

app_name = "glass"
urlpatterns = [
    path("<uuid:person_id>/", views.open_file, name="open"),
    path("<uuid:person_id>/close/", views.close, name="close"),
    path("supervision/", views.supervised, name="supervised"),
    path("supervision/<uuid:opening_id>/", views.look_as_supervisor, name="look"),
    path("overview/", views.overseen, name="overseen"),
    path("overview/<uuid:opening_id>/", views.look_as_overseer, name="oversee"),
]
