"""Tickets that open one form for one case, and what arrived through them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from sojourn.web.accounts.models import Organisation
from sojourn.web.cases.models import Assessment, Case, KeptFramework, LegalBasis


class Ticket(models.Model):
    """The right of one user to send assessments of one case, for some hours.

    Its address holds a random token and nothing about the person; only the token's digest is kept.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_digest = models.BinaryField(max_length=32, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    framework = models.ForeignKey(KeptFramework, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=20, choices=LegalBasis.choices)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)


class Submission(models.Model):
    """One instance as a client sent it, sealed; complete once its last part arrived."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="submissions")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="submissions")
    instance_id = models.CharField(max_length=200)
    xml = models.BinaryField()
    xml_digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    assessment = models.OneToOneField(Assessment, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="an_instance_arrives_once", fields=["organisation", "instance_id"]
            ),
            models.CheckConstraint(name="an_instance_has_an_id", condition=~Q(instance_id="")),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Attachment(models.Model):
    """A file that came with a submission, sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=200)
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_file_once", fields=["submission", "name"]),
        ]

    def __str__(self) -> str:
        return str(self.pk)
