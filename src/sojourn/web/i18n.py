"""The language a page is written in."""

from __future__ import annotations

from django.utils.translation import get_language


def language() -> str:
    """The code that frameworks use for the active language: `en`, `fr`, `ar`."""
    return (get_language() or "en").split("-")[0]
