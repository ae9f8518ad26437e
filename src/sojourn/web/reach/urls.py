"""Addresses below a case."""

from __future__ import annotations

from django.urls import path

from sojourn.web.reach import views

app_name = "reach"
urlpatterns = [
    path("", views.who, name="who"),
    path("part/", views.state, name="state"),
    path("part/<int:conflict_id>/", views.withdraw, name="withdraw"),
    path("name/", views.give, name="give"),
    path("name/<int:row_id>/", views.end, name="end"),
]
