"""Addresses of places."""

from __future__ import annotations

from django.urls import path

from sojourn.web.places import views

app_name = "places"
urlpatterns = [
    path("", views.places, name="list"),
    path("form.xml", views.xform, name="xform"),
    path("<uuid:answers_id>/", views.place, name="place"),
    path("new/<uuid:organisation_id>/", views.form, name="form"),
    path("new/<uuid:organisation_id>/send/", views.submission, name="submission"),
]
