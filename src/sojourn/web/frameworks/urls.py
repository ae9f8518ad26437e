"""Addresses of frameworks. None of them holds anything about a person."""

from __future__ import annotations

from django.urls import path, register_converter

from sojourn.web.frameworks import views


class FrameworkId:
    """The id of a framework, as form tools allow it."""

    regex = r"[\w.-]{1,60}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Digest:
    """A SHA-256 in hexadecimal."""

    regex = r"[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FrameworkId, "framework")
register_converter(Digest, "digest")

app_name = "frameworks"
urlpatterns = [
    path("", views.shelf, name="list"),
    path("<framework:framework_id>/", views.page, name="page"),
    path("<framework:framework_id>/try/", views.attempt, name="try"),
    path("<framework:framework_id>/compare/", views.compare, name="compare"),
    path("<framework:framework_id>/<digest:digest>/", views.page, name="version"),
]
