"""Addresses of my day."""

from __future__ import annotations

from django.urls import path

from sojourn.web.home import views

app_name = "home"
urlpatterns = [
    path("", views.day, name="day"),
    path("components/", views.components, name="components"),
]
