"""Tables on their way in, row by row, and the numbers that others know people by."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.models import Organisation
from sojourn.web.people.models import Person


class ImportState(models.TextChoices):
    """How far an import is."""

    UPLOADED = "uploaded", _("Say what the columns are")
    STAGED = "staged", _("Looked at, nothing written yet")
    APPLIED = "applied", _("Taken in")
    UNDONE = "undone", _("Undone")


class Basis(models.TextChoices):
    """On what it rests that people's data are kept and used."""

    NONE = "none", _("They were not asked yet: only who they are is shown")
    AGREED = "agreed", _("They were told what our notice says, understood it, and agreed")


class Import(models.Model):
    """One table. What it holds is sealed with a key of its own, which is destroyed when the table
    was taken in or has had its time. `terms` is what people agreed to, where they did."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED
    )
    key_id = models.UUIDField(null=True)
    key = models.BinaryField(blank=True)
    digest = models.BinaryField(max_length=8)
    headings = models.BinaryField(blank=True)
    basis = models.CharField(max_length=10, choices=Basis.choices)
    terms = models.JSONField(default=dict)
    evidence = models.BinaryField(blank=True)
    applied_at = models.DateTimeField(null=True)
    applied_seq = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["made_by", "-made_at"])]
        constraints = [
            models.CheckConstraint(
                name="what_was_taken_in_keeps_no_copy",
                condition=~Q(state__in=["applied", "undone"]) | Q(key=b"", headings=b""),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Outcome(models.TextChoices):
    """What becomes of a row."""

    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    SAME = "same", _("known already, nothing new")
    REFUSED = "refused", _("not taken in")
    UNDONE = "undone", _("undone")
    KEPT = "kept", _("changed since, so not undone")


class Row(models.Model):
    """One row. `values` and `problems` are sealed with the key of the import, `before` holds the
    sealed identity that the row replaced; all are emptied when they are needed no more."""

    whole = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    values = models.BinaryField(blank=True)
    problems = models.BinaryField(blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    before = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="a_row_has_its_number", fields=["whole", "number"])
        ]

    def __str__(self) -> str:
        return f"{self.whole_id} {self.number}"


class OutsideNumber(models.Model):
    """A number by which another organisation or an older list knows a person."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "person__cases"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="outside_numbers")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    number = models.BinaryField()
    index = models.BinaryField(max_length=8, db_index=True)

    def __str__(self) -> str:
        return str(self.pk)
