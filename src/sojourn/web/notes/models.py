"""Notes with their files. Words, file names and contents are sealed with the person's key."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sojourn.framework import DataClass
from sojourn.web.accounts.access import Principal, of_classes, only_between
from sojourn.web.accounts.models import Organisation
from sojourn.web.accounts.roles import Verb
from sojourn.web.cases.models import Case
from sojourn.web.notes.rules import KINDS
from sojourn.web.people.models import Person

ABOUT = [
    (DataClass.CASE_WORK.value, _("The work on the case")),
    (DataClass.BODY_HEALTH.value, _("Health and body")),
    (DataClass.HARM_INCIDENT.value, _("Harm that was done")),
    (DataClass.THIRD_PARTY.value, _("Other people")),
    (DataClass.STATUS_PROTECTION.value, _("Status, and reasons for not returning")),
]
"""What a note may be about: the data class that it takes to read it."""


class Note(models.Model):
    """Something written down. A confidential note is there for its author and supervisors."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    data_class = models.CharField(max_length=20, choices=ABOUT)
    is_confidential = models.BooleanField()
    words = models.BinaryField(blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["case", "-made_at"])]
        constraints = [
            models.CheckConstraint(
                name="a_note_says_what_it_is_about",
                condition=Q(data_class__in=[value for value, _label in ABOUT]),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        """Not cleared for the class, or not among those it is confidential between: not there."""
        between = only_between(principal, Note, "is_confidential", "author_id")
        return of_classes(principal, verb, "data_class") & between


class Attachment(models.Model):
    """A file that goes with a note; whoever may read the note may open it.

    It is kept in the database, in the transaction of its note, so that no file is left without one.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "note__case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="files")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.BinaryField()
    kind = models.CharField(max_length=40, choices=[(kind, kind) for kind in KINDS])
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="an_attachment_of_a_known_kind", condition=Q(kind__in=list(KINDS))
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        """A file is there for whom its note is there."""
        between = only_between(principal, Attachment, "note__is_confidential", "note__author_id")
        return of_classes(principal, verb, "note__data_class") & between
