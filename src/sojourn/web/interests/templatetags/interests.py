"""What pages ask about a person's age."""

from __future__ import annotations

from django import template
from django.utils import timezone

from sojourn.web.interests.rules import may_be_child as may_be
from sojourn.web.people.rules import IdentityData

register = template.Library()


@register.filter
def may_be_child(identity: IdentityData) -> bool:
    """Whether the person is, or may be, under eighteen."""
    return may_be(identity.birth_date, timezone.localdate())
