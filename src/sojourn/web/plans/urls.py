"""Addresses of plans, below their case."""

from __future__ import annotations

from django.urls import path

from sojourn.web.plans import views

app_name = "plans"
urlpatterns = [
    path("", views.board, name="board"),
    path("begin/", views.begin, name="begin"),
    path("versions/<int:version>/", views.board, name="version"),
    path("items/new/", views.add, name="add"),
    path("items/<uuid:item_id>/", views.item, name="item"),
    path("items/<uuid:item_id>/<str:act>/", views.step, name="step"),
    path("approval/", views.ask, name="ask"),
    path("approvals/<uuid:approval_id>/", views.decide, name="decide"),
    path("approvals/<uuid:approval_id>/take-back/", views.take_back, name="take_back"),
]
