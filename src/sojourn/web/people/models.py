"""A person's pseudonymous record, and apart from it the identity and the keys that seal it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from sojourn.web.accounts.models import Organisation


class OrganisationKey(models.Model):
    """An organisation's key, wrapped with the master key."""

    id = models.UUIDField(primary_key=True, editable=False)
    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="key")
    wrapped = models.BinaryField()

    def __str__(self) -> str:
        return str(self.pk)


class Person(models.Model):
    """Somebody an organisation supports, under a case number that says nothing about them."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "cases"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="people")
    number = models.CharField(max_length=20, unique=True)
    language = models.CharField(max_length=16, blank=True)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-registered_at"])]

    def __str__(self) -> str:
        return self.number


class PersonKey(models.Model):
    """A person's key, wrapped with the organisation's. Without it the identity is unreadable."""

    id = models.UUIDField(primary_key=True, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="key")
    wrapped = models.BinaryField()
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_destroyed_key_is_empty",
                condition=Q(destroyed_at=None) | Q(wrapped=b""),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Identity(models.Model):
    """Who the person is: sealed values, and a blind index for exact searches only.

    `document` holds all documents; `about` what else tells people apart.
    """

    person = models.OneToOneField(
        Person, primary_key=True, on_delete=models.PROTECT, related_name="identity"
    )
    names = models.BinaryField(blank=True)
    phone = models.BinaryField(blank=True)
    document = models.BinaryField(blank=True)
    birth_date = models.BinaryField(blank=True)
    about = models.BinaryField(blank=True)
    phone_index = models.BinaryField(max_length=8, null=True, db_index=True)

    def __str__(self) -> str:
        return str(self.pk)


class Mark(models.Model):
    """A keyed token by which a person is found again: a document, or what is alike in duplicates.

    Without the organisation's key nobody can tell what it stands for. Erased with the identity.
    """

    DOCUMENT = "document"
    ALIKE = "alike"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="marks")
    field = models.CharField(max_length=8, choices=[(DOCUMENT, DOCUMENT), (ALIKE, ALIKE)])
    value = models.BinaryField(max_length=8)

    class Meta:
        indexes = [models.Index(fields=["value", "field"], name="people_mark_value")]
        constraints = [
            models.UniqueConstraint(
                name="a_person_has_a_mark_once", fields=["person", "field", "value"]
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
