"""Addresses of consents, below their person."""

from __future__ import annotations

from django.urls import path

from sojourn.web.consent import views

app_name = "consent"
urlpatterns = [
    path("new/", views.new, name="new"),
    path("<uuid:consent_id>/", views.step, name="step"),
    path("<uuid:consent_id>/again/", views.again, name="again"),
    path("<uuid:consent_id>/record/", views.record, name="record"),
]
