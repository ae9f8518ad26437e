"""What was decided about files that are kept longer than was agreed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.models import Organisation
from sojourn.web.people.models import Person


class KeepReason(models.TextChoices):
    """Why a file is kept although the agreed time is over."""

    LAW = "law", _("A law says how long")
    CLAIM = "claim", _("A legal claim or a complaint is open")
    INVESTIGATION = "investigation", _("An investigation needs it")
    PERSON = "person", _("The person wants it kept")


class EndingState(models.TextChoices):
    """Where a decision stands."""

    ASKED = "asked", _("waits for a second person")
    KEPT = "kept", _("kept for a reason")
    ERASED = "erased", _("erased")
    DECLINED = "declined", _("not erased by the second person")


class Ending(models.Model):
    """That a data protection officer wants a file erased, or kept until a day for a reason.

    `due_on` is the last day that was agreed. Erasing takes a second person; nothing here erases by
    itself. `reason` is a code, never a story.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "person__cases"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="endings")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=EndingState.choices)
    reason = models.CharField(max_length=20, choices=KeepReason.choices, blank=True)
    keep_until = models.DateField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(auto_now_add=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "state"])]
        constraints = [
            models.UniqueConstraint(
                name="an_ending_waits_once",
                fields=["person"],
                condition=Q(state=EndingState.ASKED),
            ),
            models.CheckConstraint(
                name="an_ending_takes_two_people", condition=~Q(done_by=F("decided_by"))
            ),
            models.CheckConstraint(
                name="what_is_kept_says_why_and_until_when",
                condition=~Q(state=EndingState.KEPT)
                | (~Q(reason="") & Q(keep_until__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
