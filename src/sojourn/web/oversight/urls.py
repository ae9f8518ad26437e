"""Addresses of the data protection officer's page."""

from __future__ import annotations

from django.urls import path

from sojourn.web.oversight import ending_views, views

app_name = "oversight"
urlpatterns = [
    path("", views.page, name="page"),
    path("copy/", views.custody, name="custody"),
    path("kept/", ending_views.kept, name="kept"),
    path("kept/<uuid:person_id>/", ending_views.decide, name="decide"),
    path("to-erase/", ending_views.endings, name="endings"),
    path("to-erase/<uuid:ending_id>/", ending_views.carry_out, name="carry_out"),
    path("<str:kind>/", views.lines, name="lines"),
]
