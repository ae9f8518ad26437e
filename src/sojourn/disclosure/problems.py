"""What is told to a person whose figures cannot leave."""

from __future__ import annotations


class DisclosureError(Exception):
    """Why figures are not published: what, where, and what to do. It never holds a figure."""
