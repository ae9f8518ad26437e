"""Cases, assessments, and the exact frameworks they were made with."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sojourn.framework import Stage
from sojourn.web.accounts.access import Principal, of_classes, only_between
from sojourn.web.accounts.areas import AREA_LENGTH
from sojourn.web.accounts.models import Organisation, Programme, Team
from sojourn.web.accounts.roles import Verb
from sojourn.web.cases.reasons import CloseReason, Feedback, Outcome, ReopenReason
from sojourn.web.cases.states import WORKED, Act, CaseState, Phase
from sojourn.web.people.models import Person

_WORKED = Q(state__in=sorted(state.value for state in WORKED))


class KeptFramework(models.Model):
    """A framework as it was when an assessment used it: later versions do not reword the past.

    Rows are never changed or deleted; the database refuses it (see `triggers`).
    """

    digest = models.CharField(primary_key=True, max_length=64)
    framework_id = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    sheets = models.JSONField()
    kept_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.framework_id} {self.version}"


class Case(models.Model):
    """One organisation's work with one person.

    What lists sort and narrow by stands on the row itself, so that they need no join. `phase` is
    empty unless the case is open or on hold; `episode` is the number of the newest episode.
    `urgent_factors` holds names of urgent factors, each with its data class; signs of a protection
    need are never among them. `stage` is what the newest assessment says, empty where it says
    nothing or is kept apart. `area` is a path of area codes (`areas`). `immediate_due` and
    `item_due` are the first days of what is still to be done at once, and at all, in the current
    plan; `contact_due` that of the planned contacts; None where there is nothing. `is_patched`: the
    same need came back, and nothing but immediate responses was ever planned. Items about what is
    kept apart count for none of these.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = ""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="cases")
    worker = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="cases"
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    programme = models.ForeignKey(
        Programme, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    area = models.CharField(max_length=AREA_LENGTH, blank=True)
    state = models.CharField(max_length=10, choices=CaseState.choices, default=CaseState.OPEN)
    phase = models.CharField(
        max_length=12, choices=Phase.choices, blank=True, default=Phase.ASSESSING
    )
    episode = models.PositiveSmallIntegerField(default=1)
    row_version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    review_on = models.DateField(null=True)
    assessed_at = models.DateTimeField(null=True)
    urgent_factors = models.JSONField(default=list)
    is_urgent = models.BooleanField(default=False)
    stage = models.CharField(max_length=12, blank=True)
    immediate_due = models.DateField(null=True)
    item_due = models.DateField(null=True)
    contact_due = models.DateField(null=True)
    is_patched = models.BooleanField(default=False)
    approval_waits = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["review_on", "id"]),
            models.Index(fields=["organisation", "opened_at", "id"]),
            models.Index(fields=["organisation", "state", "review_on", "id"]),
            models.Index(fields=["organisation", "state", "is_urgent"]),
            models.Index(fields=["organisation", "-assessed_at"]),
            # Only cases that are worked on have a day, so the day alone orders a list of them.
            models.Index(fields=["worker", "review_on", "id"]),
            models.Index(fields=["team", "review_on", "id"]),
            models.Index(fields=["programme", "review_on", "id"]),
            # Over several organisations no index that begins with one of them orders a list.
            models.Index(fields=["assessed_at", "id"]),
            models.Index(fields=["opened_at", "id"]),
            models.Index(
                name="cases_in_an_area",
                fields=["organisation", "area"],
                opclasses=["uuid_ops", "varchar_pattern_ops"],
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_open_case_per_person_and_organisation",
                fields=["person", "organisation"],
                condition=_WORKED,
            ),
            models.CheckConstraint(
                name="an_open_case_has_a_review_date",
                condition=~_WORKED | Q(review_on__isnull=False),
            ),
            models.CheckConstraint(
                name="a_case_in_a_known_state", condition=Q(state__in=CaseState.values)
            ),
            models.CheckConstraint(
                name="an_open_case_has_a_phase",
                condition=Q(
                    state__in=[CaseState.OPEN.value, CaseState.ON_HOLD.value],
                    phase__in=Phase.values,
                )
                | (~Q(state__in=[CaseState.OPEN.value, CaseState.ON_HOLD.value]) & Q(phase="")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_worked(self) -> bool:
        """Whether somebody looks after it: it is screened, open, or on hold."""
        return CaseState(self.state) in WORKED


class Episode(models.Model):
    """One stretch of work on a case, from its opening to its closure.

    A closed episode is never changed; the database refuses it (see `triggers`). Opening the case
    again makes a new one. `merged_into` is the case in which the work goes on, where this one was
    a second case about the same person; it counts as long as the case stays closed. `moved_to` says
    where the work goes on elsewhere; sealed.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="episodes")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    opened_because = models.CharField(max_length=30, choices=ReopenReason.choices, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    closed_because = models.CharField(max_length=30, choices=CloseReason.choices, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    feedback = models.CharField(max_length=20, choices=Feedback.choices, blank=True)
    merged_into = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    moved_to = models.BinaryField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="an_episode_has_its_number", fields=["case", "number"]),
            models.UniqueConstraint(
                name="a_case_has_one_open_episode", fields=["case"], condition=Q(closed_at=None)
            ),
            models.CheckConstraint(
                name="a_closed_episode_says_why",
                condition=Q(closed_at=None, closed_because="", outcome="", feedback="")
                | (
                    Q(closed_at__isnull=False)
                    & ~Q(closed_because="")
                    & ~Q(outcome="")
                    & ~Q(feedback="")
                ),
            ),
            models.CheckConstraint(
                name="what_is_no_duplicate_names_no_other",
                condition=Q(merged_into=None) | Q(closed_because="duplicate"),
            ),
            models.CheckConstraint(
                name="no_case_is_its_own_duplicate",
                condition=Q(merged_into=None) | ~Q(merged_into=F("case")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.number}"


class CaseStep(models.Model):
    """A row of a case's history: what was done, by whom and why. `words` are sealed."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    episode = models.PositiveSmallIntegerField()
    act = models.CharField(max_length=12, choices=Act.choices)
    state_before = models.CharField(max_length=10, choices=CaseState.choices)
    state = models.CharField(max_length=10, choices=CaseState.choices)
    phase_before = models.CharField(max_length=12, choices=Phase.choices, blank=True)
    phase = models.CharField(max_length=12, choices=Phase.choices, blank=True)
    reason = models.CharField(max_length=30, blank=True)
    words = models.BinaryField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["case", "-at"])]

    def __str__(self) -> str:
        return f"{self.case_id} {self.act}"


class Revision(models.Model):
    """What some fields of a row were before an edit. `old` is sealed."""

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="revisions")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    version = models.PositiveIntegerField()
    fields = models.JSONField()
    old = models.BinaryField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="a_version_is_made_once", fields=["subject_type", "subject_id", "version"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.version}"


class Difference(models.Model):
    """Two values that two people gave to one field; `decider` says which one holds.

    `first` stays in place until then. Both are sealed.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="differences")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    data_class = models.CharField(max_length=20, blank=True)
    is_confidential = models.BooleanField(default=False)
    field = models.CharField(max_length=40)
    first = models.BinaryField()
    second = models.BinaryField()
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    decider = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="differences"
    )
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    takes_second = models.BooleanField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["case", "settled_at"]),
            models.Index(fields=["decider", "settled_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="what_is_settled_says_how",
                condition=Q(settled_at=None, takes_second=None)
                | Q(settled_at__isnull=False, takes_second__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def access_narrower(principal: Principal, verb: Verb) -> Q:
        """What is about something one may not see is not there."""
        people = ("first_by_id", "second_by_id", "decider_id")
        between = only_between(principal, Difference, "is_confidential", *people)
        return of_classes(principal, verb, "data_class") & between


class LegalBasis(models.TextChoices):
    """On what an assessment rests."""

    CONSENT = "consent", _("The person agreed")
    VITAL_INTEREST = "vital_interest", _("A life or a child is in danger and cannot wait")


class Assessment(models.Model):
    """What was answered at one moment, and what the framework found in it.

    `answers` holds coded answers; what was written in free text is sealed in `texts`.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "case"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assessments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    framework = models.ForeignKey(KeptFramework, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(
        max_length=12, blank=True, choices=[(stage.value, stage.value) for stage in Stage]
    )
    answers = models.JSONField()
    texts = models.BinaryField(blank=True)
    findings = models.JSONField()
    basis = models.CharField(max_length=20, choices=LegalBasis.choices)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    is_current = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["case", "is_current", "-made_at"])]

    def __str__(self) -> str:
        return str(self.pk)
