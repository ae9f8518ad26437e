"""Addresses of groups, and of relations below a person."""

from __future__ import annotations

from django.urls import path

from sojourn.web.kin import views

app_name = "kin"
urlpatterns = [
    path("people/<uuid:person_id>/relations/new/", views.relate, name="relate"),
    path("people/<uuid:person_id>/relations/<uuid:relation_id>/", views.relation, name="relation"),
    path("people/<uuid:person_id>/groups/new/", views.new_group, name="new_group"),
    path("groups/", views.groups, name="groups"),
    path("groups/<uuid:group_id>/", views.group, name="group"),
    path("groups/<uuid:group_id>/change/", views.change_group, name="change_group"),
    path("groups/<uuid:group_id>/members/new/", views.join, name="join"),
    path("groups/<uuid:group_id>/members/<uuid:membership_id>/", views.member, name="member"),
]
