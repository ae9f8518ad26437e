"""Addresses of consents, below their person."""

from __future__ import annotations

from django.urls import path

from sojourn.web.consent import override_views, views

app_name = "consent"
urlpatterns = [
    path("new/", views.new, name="new"),
    path("without/", override_views.new, name="override"),
    path("without/<uuid:override_id>/", override_views.step, name="override_step"),
    path("<uuid:consent_id>/", views.step, name="step"),
    path("<uuid:consent_id>/again/", views.again, name="again"),
    path("<uuid:consent_id>/record/", views.record, name="record"),
]
