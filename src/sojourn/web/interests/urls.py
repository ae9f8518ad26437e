"""Addresses of best-interests procedures, below their case."""

from __future__ import annotations

from django.urls import path

from sojourn.web.interests import views

app_name = "interests"
_ONE = "<uuid:procedure_id>/"
urlpatterns = [
    path("", views.procedures, name="list"),
    path("new/", views.begin, name="begin"),
    path(_ONE, views.procedure, name="procedure"),
    path(f"{_ONE}prepare/", views.prepare, name="prepare"),
    path(f"{_ONE}about/<slug:kind>/", views.element, name="element"),
    path(f"{_ONE}ways/", views.add_way, name="add_way"),
    path(f"{_ONE}ways/<uuid:option_id>/propose/", views.propose, name="propose"),
    path(f"{_ONE}ways/<uuid:option_id>/remove/", views.remove_way, name="remove_way"),
    path(f"{_ONE}submit/", views.submit, name="submit"),
    path(f"{_ONE}look/", views.look, name="look"),
    path(f"{_ONE}again/", views.again, name="again"),
    path(f"{_ONE}stop/", views.stop, name="stop"),
]
