"""Addresses of incidents, below their case."""

from __future__ import annotations

from django.urls import path

from sojourn.web.incidents import views

app_name = "incidents"
urlpatterns = [
    path("", views.incidents, name="list"),
    path("new/", views.add, name="add"),
    path("<uuid:incident_id>/", views.change, name="change"),
    path("<uuid:incident_id>/take-back/", views.take_back, name="take_back"),
    path("<uuid:incident_id>/restore/", views.restore, name="restore"),
    path("<uuid:incident_id>/actors/", views.name_actor, name="name_actor"),
    path(
        "<uuid:incident_id>/actors/<uuid:actor_id>/remove/",
        views.remove_actor,
        name="remove_actor",
    ),
]
