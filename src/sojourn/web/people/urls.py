"""Addresses of people."""

from __future__ import annotations

from django.urls import path

from sojourn.web.caseload.views import cases
from sojourn.web.people import views

app_name = "people"
urlpatterns = [
    path("", cases, name="list"),
    path("search/", views.search, name="search"),
    path("new/", views.register, name="register"),
    path("<uuid:person_id>/", views.person, name="person"),
    path("<uuid:person_id>/correct/", views.correct, name="correct"),
    path("<uuid:person_id>/erase/", views.erase, name="erase"),
    path("<uuid:person_id>/sheet/", views.own_sheet, name="sheet"),
    path("<uuid:person_id>/looks/", views.looks, name="looks"),
]
