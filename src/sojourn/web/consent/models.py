"""Consents and their history. The shape follows ISO/IEC TS 27560."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.models import Organisation
from sojourn.web.consent.states import ConsentState
from sojourn.web.people.models import Person


class ConsentPurpose(models.TextChoices):
    """What information may be used for."""

    ASSESSMENT = "assessment", _("Understand the situation together")
    SUPPORT = "support", _("Plan and give support")
    REFERRAL = "referral", _("Ask another organisation for help")
    STATISTICS = "statistics", _("Count without names, to show what is needed")


class Recipient(models.TextChoices):
    """Who may receive information."""

    OWN = "own", _("This organisation only")
    HEALTH = "health", _("Health services")
    LEGAL = "legal", _("Legal aid")
    SHELTER = "shelter", _("Shelters")
    SOCIAL = "social", _("Social services")
    LABOUR = "labour", _("Labour inspection and unions")
    FAMILY = "family", _("Services that look for family")


class Explained(models.TextChoices):
    """How the notice was explained."""

    READ_ALOUD = "read_aloud", _("Read aloud")
    INTERPRETER = "interpreter", _("Through an interpreter")
    READ_ALONE = "read_alone", _("The person read it")
    PICTURES = "pictures", _("With pictures or a recording")


class Method(models.TextChoices):
    """How the answer was given."""

    SPOKEN = "spoken", _("Spoken")
    SIGNED = "signed", _("Signed")
    THUMBPRINT = "thumbprint", _("Thumbprint")
    SCREEN = "screen", _("On a screen")


class Giver(models.TextChoices):
    """Who answered."""

    SELF = "self", _("The person")
    PARENT = "parent", _("A parent")
    GUARDIAN = "guardian", _("A guardian")
    REPRESENTATIVE = "representative", _("A legal representative")


class Consent(models.Model):
    """One answer to one notice: what, for whom, until when, and how it was explained.

    Its terms are frozen once answered; to change them the person is asked again.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "person__cases"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    purposes = models.JSONField(default=list)
    recipients = models.JSONField(default=list)
    data_classes = models.JSONField(default=list)
    notice = models.CharField(max_length=40)
    notice_version = models.CharField(max_length=20)
    notice_language = models.CharField(max_length=16)
    explained = models.CharField(max_length=20, choices=Explained.choices)
    understood = models.BooleanField()
    method = models.CharField(max_length=20, choices=Method.choices)
    given_by = models.CharField(max_length=20, choices=Giver.choices)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    state = models.CharField(
        max_length=12, choices=ConsentState.choices, default=ConsentState.REQUESTED
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["person", "state"])]
        constraints = [
            models.CheckConstraint(
                name="consent_ends_after_it_begins",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="consent_in_a_known_state", condition=Q(state__in=ConsentState.values)
            ),
            models.CheckConstraint(
                name="consent_given_was_understood",
                condition=~Q(state=ConsentState.GIVEN) | Q(understood=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ConsentStep(models.Model):
    """A row of a consent's history."""

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=12, choices=ConsentState.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.consent_id} {self.state}"
