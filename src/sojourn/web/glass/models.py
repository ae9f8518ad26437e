"""Files opened in an emergency, and who looked at it afterwards."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.models import Organisation, ShortGrant
from sojourn.web.cases.models import Case
from sojourn.web.people.models import Person


class Reason(models.TextChoices):
    """Why a file cannot wait for somebody who may open it."""

    DANGER = "danger", _("A life or health is in danger now")
    CHILD = "child", _("A child has to be protected now")
    STAND_IN = "stand_in", _("The person is here and nobody who may open the file is in reach")
    SAME_PERSON = "same_person", _("Two files may be about one person, and help waits for it")


class Opening(models.Model):
    """One file opened by somebody whose grants do not reach it.

    `words` is what they wrote, sealed with the person's key: it is unreadable once the person is
    erased. `is_looked_at` is true from the first look on.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    short = models.OneToOneField(ShortGrant, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=20, choices=Reason.choices)
    words = models.BinaryField()
    opened_at = models.DateTimeField(auto_now_add=True)
    is_looked_at = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-opened_at"])]
        constraints = [
            models.UniqueConstraint(
                name="opened_once_for_a_reason",
                fields=["opened_by", "case", "reason"],
                condition=Q(is_looked_at=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} ({self.pk})"


class Part(models.TextChoices):
    """Who has to look at an opening."""

    SUPERVISION = "supervision", _("Supervisor")
    DATA_PROTECTION = "data_protection", _("Data protection officer")


class Verdict(models.TextChoices):
    """What came of a look."""

    RIGHT = "right", _("It was right to open it")
    TALK = "talk", _("I will talk about it with them")
    WRONG = "wrong", _("It should not have been opened")


class Look(models.Model):
    """That somebody looked at an opening. Each part does so once."""

    opening = models.ForeignKey(Opening, on_delete=models.PROTECT, related_name="looks")
    part = models.CharField(max_length=20, choices=Part.choices)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    looked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="looked_once", fields=["opening", "part"])]

    def __str__(self) -> str:
        return f"{self.part} ({self.pk})"
