"""Addresses of cases."""

from __future__ import annotations

from django.urls import path

from sojourn.web.cases import views

app_name = "cases"
urlpatterns = [
    path("<uuid:case_id>/", views.situation, name="situation"),
    path("<uuid:case_id>/assessments/<uuid:assessment_id>/", views.situation, name="assessment"),
    path("<uuid:case_id>/assess/", views.assess, name="assess"),
    path("<uuid:case_id>/form/<uuid:ticket_id>/", views.form, name="form"),
    path("<uuid:case_id>/course/", views.course, name="course"),
    path("<uuid:case_id>/course/<str:act>/", views.act, name="act"),
    path("<uuid:case_id>/differences/", views.differences, name="differences"),
    path("<uuid:case_id>/differences/<uuid:difference_id>/", views.settle, name="settle"),
    path("<uuid:case_id>/review/", views.review, name="review"),
    path("<uuid:case_id>/belonging/", views.belong, name="belong"),
]
