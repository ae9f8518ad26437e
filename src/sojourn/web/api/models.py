"""Tokens, by which programs act for somebody, and answers kept so that a repeat changes nothing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from sojourn.framework import DataClass
from sojourn.web.accounts.roles import Power, Verb


class Token(models.Model):
    """A key for programs. It is never wider than what its owner may do at each use.

    The key itself was shown once and is nowhere; `digest` is its SHA-256. `last_used_on` is a day
    and no more, so that the list is no record of when somebody works.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens"
    )
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    verbs = models.JSONField()
    classes = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)
    ends_on = models.DateField()
    last_used_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["user", "-made_at"])]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def power(self) -> Power:
        """What the token allows at most. A verb or class that is no more is left out."""
        return Power(
            frozenset(verb for verb in Verb if verb.value in self.verbs),
            frozenset(each for each in DataClass if each.value in self.classes),
        )


class Answered(models.Model):
    """The answer to a request that was sent with an Idempotency-Key, for a day.

    `key` and `request` are keyed digests. `body` holds ids and versions and never anything
    personal: what is kept here is not erased with a person.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="answered_once", fields=["user", "key"])]

    def __str__(self) -> str:
        return str(self.pk)
