"""Addresses for form clients, below a ticket's token."""

from __future__ import annotations

from django.urls import path

from sojourn.web.field import views

app_name = "field"
urlpatterns = [
    path("<str:token>/formList", views.form_list, name="form_list"),
    path("<str:token>/form.xml", views.form, name="form"),
    path("<str:token>/manifest", views.manifest, name="manifest"),
    path("<str:token>/submission", views.submission, name="submission"),
]
