"""Telling somebody what became of their edit."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from sojourn.web.cases.versions import Merged


def tell_merged(request: HttpRequest, merged: Merged, done: str) -> None:
    """Says that an edit was saved, or that somebody else had changed the same thing."""
    if not merged.differ:
        messages.success(request, done)
        return
    messages.warning(
        request,
        _("Somebody else had changed the same thing. Both are kept until it is decided."),
    )
