"""The lists of the best-interests procedure. Codes are never reworded."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from sojourn.framework import DataClass


class About(TextChoices):
    """What has to be decided."""

    CARE = "care", _("Where and with whom the child lives")
    TRACING = "tracing", _("Looking for family, or bringing them together")
    TRANSFER = "transfer", _("Moving to another place or organisation")
    SEPARATION = "separation", _("Living apart from a parent or carer against their will")
    CUSTODY = "custody", _("Parents or carers disagree about the child")
    SOLUTION = "solution", _("A lasting solution: staying, returning, or another country")
    OTHER = "other", _("Something else")


class Tier(TextChoices):
    """How formal the procedure is."""

    ASSESSMENT = "assessment", _("Assessment")
    DETERMINATION = "determination", _("Formal determination by a panel")


class Guardian(TextChoices):
    """Who speaks for the child."""

    PARENTS = "parents", _("Parents or usual carers are with the child")
    APPOINTED = "appointed", _("A guardian was appointed")
    ASKED = "asked", _("A guardian was asked for and is not there yet")
    NOBODY = "nobody", _("There is nobody who could be")


class Heard(TextChoices):
    """Whether the child was heard."""

    HEARD = "heard", _("The child was heard")
    CHOSE_NOT = "chose_not", _("The child did not want to say anything")
    NOT_POSSIBLE = "not_possible", _("The child could not be heard")


class Kind(TextChoices):
    """What is weighed."""

    VIEWS = "views", _("What the child wants and feels")
    FAMILY = "family", _("Family and the people the child is close to")
    CARE = "care", _("Care, shelter and daily life")
    SAFETY = "safety", _("Safety, and harm that was done or may be done")
    HEALTH = "health", _("Health, body and mind")
    LEARNING = "learning", _("Learning, play and growing up")
    IDENTITY = "identity", _("Language, faith and where the child belongs")
    RETURN = "return", _("What the child would meet on return")


CLASSES: Mapping[Kind, DataClass] = MappingProxyType(
    {
        Kind.VIEWS: DataClass.CASE_WORK,
        Kind.FAMILY: DataClass.CASE_WORK,
        Kind.CARE: DataClass.CASE_WORK,
        Kind.SAFETY: DataClass.HARM_INCIDENT,
        Kind.HEALTH: DataClass.BODY_HEALTH,
        Kind.LEARNING: DataClass.CASE_WORK,
        Kind.IDENTITY: DataClass.IDENTITY,
        Kind.RETURN: DataClass.STATUS_PROTECTION,
    }
)
"""The data class that it takes to read what was written of each."""
