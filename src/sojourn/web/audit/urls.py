"""Addresses of the audit."""

from __future__ import annotations

from django.urls import path

from sojourn.web.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.log, name="log"),
    path("checkpoint/", views.checkpoint, name="checkpoint"),
]
