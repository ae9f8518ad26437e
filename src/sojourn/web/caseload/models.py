"""Filters that somebody keeps, and the trace of cases that changed hands."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.access import Principal
from sojourn.web.accounts.models import Organisation, Team
from sojourn.web.accounts.roles import Verb
from sojourn.web.cases.models import Case
from sojourn.web.people.models import Person


class SavedFilter(models.Model):
    """A way to narrow the list of cases, under a name; shared with a team, or one's own.

    `query` holds codes and numbers alone (see `rules.Filters`). What was deleted can be brought
    back for a day.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters"
    )
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=300)
    made_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["owner", "deleted_at"])]
        constraints = [
            models.UniqueConstraint(
                name="a_filter_name_once", fields=["owner", "name"], condition=Q(deleted_at=None)
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        """One's own, and what was shared with a team whose cases one reaches."""
        mine = Q(owner_id=principal.user_id) if principal.user_id is not None else Q(pk__in=[])
        teams = [held.team_id for held in principal.grants if held.team_id is not None]
        whole = Q(organisation_id__in=principal.whole(verb), team__isnull=False)
        return mine | Q(team_id__in=teams) | whole


class Why(models.TextChoices):
    """Why a case changes hands. A code, so that nothing is told of a colleague's life."""

    LEAVES = "leaves", _("A colleague leaves")
    AWAY = "away", _("A colleague is away for a time")
    TOO_MUCH = "too_much", _("Too much for one person")
    KNOWS_MORE = "knows_more", _("Somebody else knows more about it")
    LANGUAGE = "language", _("Somebody else speaks the language")
    PERSON_ASKED = "person_asked", _("The person asked for it")
    TAKES_OVER = "takes_over", _("Nobody looked after it")
    HANDED_BACK = "handed_back", _("Handed back")
    OTHER = "other", _("Another reason")


class HandOver(models.Model):
    """Cases of one colleague that went to others at one moment. `frm` is None for nobody's."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    frm = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=20, choices=Why.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    handed_back_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        """For who did it, gave or received, and for who leads the work there."""
        del verb
        leads = Q(organisation_id__in=principal.organisations(Verb.APPROVE))
        if principal.user_id is None:
            return leads
        me = principal.user_id
        received = Assignment.objects.filter(to_worker_id=me).values("hand_over")
        return leads | Q(by_id=me) | Q(frm_id=me) | Q(pk__in=received)


class Assignment(models.Model):
    """One case that changed hands: from whom, to whom, when, by whom, why.

    `items` are the ids of what was to be done and went along.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hand_over = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="assignments")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    from_worker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    to_worker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    from_team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    to_team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=20, choices=Why.choices)
    items = models.JSONField(default=list)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["case", "-at"]),
            models.Index(fields=["to_worker", "-at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="a_case_moves_once_at_a_time", fields=["hand_over", "case"]
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
