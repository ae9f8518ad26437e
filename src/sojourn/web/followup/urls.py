"""Addresses of planned contacts."""

from __future__ import annotations

from django.urls import path

from sojourn.web.followup import views

app_name = "followup"
urlpatterns = [
    path("cases/<uuid:case_id>/follow-up/", views.contacts, name="list"),
    path("cases/<uuid:case_id>/follow-up/plan/", views.plan, name="plan"),
    path("cases/<uuid:case_id>/follow-up/wishes/", views.wishes, name="wishes"),
    path("cases/<uuid:case_id>/follow-up/<uuid:contact_id>/<str:act>/", views.act, name="act"),
    path("follow-up/schedule/", views.schedule, name="schedule"),
]
