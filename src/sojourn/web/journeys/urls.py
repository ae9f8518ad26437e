"""Addresses of the journey, below its case."""

from __future__ import annotations

from django.urls import path

from sojourn.web.journeys import views

app_name = "journeys"
urlpatterns = [
    path("", views.journey, name="journey"),
    path("new/", views.add, name="add"),
    path("<uuid:leg_id>/", views.change, name="change"),
    path("<uuid:leg_id>/remove/", views.remove, name="remove"),
    path("<uuid:leg_id>/move/<str:direction>/", views.move, name="move"),
]
