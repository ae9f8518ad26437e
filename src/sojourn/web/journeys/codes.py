"""The lists that a part of the journey is described with. Codes are never reworded."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Way(TextChoices):
    """How somebody came to a place."""

    UNKNOWN = "", _("Not known")
    LAND = "land", _("By land")
    SEA = "sea", _("By sea")
    AIR = "air", _("By air")


class Certainty(TextChoices):
    """How sure the months are."""

    TOLD = "told", _("As the person remembers it")
    ESTIMATED = "estimated", _("Estimated")
    PAPER = "paper", _("As it stands in a document")


class Direction(TextChoices):
    """Where a part of the journey is moved in the order."""

    EARLIER = "earlier", _("Earlier")
    LATER = "later", _("Later")
