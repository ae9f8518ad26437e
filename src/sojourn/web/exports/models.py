"""What somebody wants to take out, and whose part went to whom; the data are never stored twice."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.models import Organisation
from sojourn.web.cases.models import Case
from sojourn.web.consent.models import Recipient
from sojourn.web.exports.states import OPEN, CopyState, Kept
from sojourn.web.people.models import Person


class Format(models.TextChoices):
    """Which kind of file."""

    CSV = "csv", _("CSV, for any program")
    XLSX = "xlsx", _("Excel workbook (XLSX)")
    JSON = "json", _("JSON, for other systems")
    PDF = "pdf", _("PDF, to read")
    HTCDS = "htcds", _("HTCDS 2.0, for cases of trafficking (JSON)")


class ExportPurpose(models.TextChoices):
    """What the data are taken out for."""

    SUPPORT = "support", _("To go on helping, within this organisation")
    REFERRAL = "referral", _("To pass on to somebody who helps")
    PROTECTION = "protection", _("For international protection, with the person")
    STATISTICS = "statistics", _("To count without names")


class Export(models.Model):
    """A request to take data out, and how far it is. The file is made anew at each download from
    what may be shown at that moment.

    `total` is of how many people it holds something, `kept_back` of how many nothing may go.
    `words` is why, sealed with the organisation's key. `secret` makes the codes of an export
    without names; both the secret and the right to download end with `ended_at` or `ends_at`.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    format = models.CharField(max_length=8, choices=Format.choices)
    purpose = models.CharField(max_length=12, choices=ExportPurpose.choices)
    recipient = models.CharField(max_length=12, choices=Recipient.choices)
    country = models.CharField(max_length=2, blank=True)
    is_identified = models.BooleanField()
    data_classes = models.JSONField()
    columns = models.JSONField()
    words = models.BinaryField()
    secret = models.BinaryField(blank=True)
    total = models.PositiveIntegerField(default=0)
    kept_back = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    downloads = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["asked_by", "-asked_at"])]
        constraints = [
            models.CheckConstraint(
                name="an_export_of_a_known_kind",
                condition=Q(format__in=Format.values, purpose__in=ExportPurpose.values),
            ),
            models.CheckConstraint(
                name="counting_takes_no_names",
                condition=~Q(purpose=ExportPurpose.STATISTICS) | Q(is_identified=False),
            ),
            models.CheckConstraint(
                name="what_ended_keeps_no_secret", condition=Q(ended_at=None) | Q(secret=b"")
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Copy(models.Model):
    """That somebody's part went outside with an export, by name, and what became of that copy.

    `state` follows what the person agrees to until the recipient was told; nothing of the content
    is here.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    export = models.ForeignKey(Export, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    left_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=CopyState.choices, default=CopyState.OUT)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    kept_because = models.CharField(max_length=10, choices=Kept.choices, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "state"]),
            models.Index(
                name="exports_copy_to_take_back",
                fields=["organisation", "changed_at"],
                condition=Q(state__in=OPEN),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="a_part_leaves_once_with_an_export", fields=["case", "export"]
            ),
            models.CheckConstraint(
                name="a_copy_in_a_known_state", condition=Q(state__in=CopyState.values)
            ),
            models.CheckConstraint(
                name="a_copy_that_is_kept_says_why",
                condition=(Q(state=CopyState.KEPT) & ~Q(kept_because=""))
                | (~Q(state=CopyState.KEPT) & Q(kept_because="")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
