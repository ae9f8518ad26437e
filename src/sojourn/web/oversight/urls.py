"""Addresses of the data protection officer's page."""

from __future__ import annotations

from django.urls import path

from sojourn.web.oversight import views

app_name = "oversight"
urlpatterns = [
    path("", views.page, name="page"),
    path("copy/", views.custody, name="custody"),
    path("<str:kind>/", views.lines, name="lines"),
]
