"""Addresses of papers, below what they are about."""

from __future__ import annotations

from django.urls import path

from sojourn.web.printing import views

app_name = "printing"
urlpatterns = [
    path("cases/<uuid:case_id>/plan/print/", views.plan, name="plan"),
    path(
        "people/<uuid:person_id>/consents/<uuid:consent_id>/print/", views.consent, name="consent"
    ),
]
