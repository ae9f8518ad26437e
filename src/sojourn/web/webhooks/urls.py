"""Addresses of webhooks."""

from __future__ import annotations

from django.urls import path

from sojourn.web.webhooks import views

app_name = "webhooks"
urlpatterns = [
    path("", views.subscriptions, name="list"),
    path("<uuid:subscription_id>/", views.subscription, name="subscription"),
    path("<uuid:subscription_id>/change/", views.change, name="change"),
    path("<uuid:subscription_id>/<uuid:delivery_id>/", views.delivery, name="delivery"),
    path("<uuid:subscription_id>/<uuid:delivery_id>/again/", views.again, name="again"),
]
