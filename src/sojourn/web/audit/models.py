"""The chain of events, and which objects an event touched."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """One thing that was written or looked at. Rows are added, never changed and never deleted.

    Actors, people and cases stand here by id without foreign keys: the event outlives them.
    """

    ACCESS_KEY = "organisation_id"

    seq = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=32)
    actor_id = models.BigIntegerField(null=True, db_index=True)
    actor_name = models.CharField(max_length=120)
    organisation_id = models.UUIDField(null=True, db_index=True)
    grant_id = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=30, blank=True)
    verb = models.CharField(max_length=30)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    case_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True, db_index=True)
    classes_shown = models.JSONField(default=list)
    fields_changed = models.JSONField(default=dict)
    result_count = models.IntegerField(null=True)
    ids_digest = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=20)
    request_id = models.CharField(max_length=32)
    reason = models.CharField(max_length=200, blank=True)
    prev_hash = models.CharField(max_length=64)
    row_hash = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "verb", "at"])]

    def __str__(self) -> str:
        return f"{self.seq} {self.verb}"


class Seen(models.Model):
    """One of several rows that an event showed; `Event.ids_digest` binds them to the chain."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="seen")
    object_id = models.CharField(max_length=64)
    person_id = models.UUIDField(null=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.event_id}: {self.object_id}"


class Checkpoint(models.Model):
    """One event signed, see `checkpoints`. Of no use alone: somebody else has to hold a copy."""

    seq = models.BigIntegerField(db_index=True)
    row_hash = models.CharField(max_length=64)
    at = models.CharField(max_length=32)
    public_key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    def __str__(self) -> str:
        return f"event {self.seq}"


class Custody(models.Model):
    """That somebody outside holds a copy of a checkpoint, as a data protection officer noted it.

    `holder` is an institution or an office. Nothing here proves it; comparing their copy does.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = None

    organisation_id = models.UUIDField(db_index=True)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="custodies")
    holder = models.CharField(max_length=120)
    noted_at = models.DateTimeField(auto_now_add=True)
    noted_by = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.holder}: {self.checkpoint_id}"
