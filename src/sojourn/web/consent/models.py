"""Consents and their history. The shape follows ISO/IEC TS 27560."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sojourn.web.accounts.models import Organisation
from sojourn.web.consent.states import ConsentState, OverrideState
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


class Operation(models.TextChoices):
    """What is done with information."""

    COLLECT = "collect", _("Ask and write down")
    STORE = "store", _("Keep")
    USE = "use", _("Use")
    SHARE = "share", _("Pass on")
    COUNT = "count", _("Count without names")


class WithdrawalRoute(models.TextChoices):
    """How consent is taken back."""

    ANY_WORKER = "any_worker", _("Tell anybody who works here, at any time and without a reason")


class Proof(models.TextChoices):
    """What shows that somebody may answer for the person."""

    DOCUMENT = "document", _("A document was seen")
    AUTHORITY = "authority", _("A court or an authority confirmed it")
    OWN_WORD = "own_word", _("Their own word, nothing else could be had")


class Assent(models.TextChoices):
    """What the person says, where somebody else answers for them."""

    AGREES = "agrees", _("Agrees")
    DISAGREES = "disagrees", _("Does not agree")
    UNABLE = "unable", _("Cannot say, even with help")


class Flaw(models.TextChoices):
    """Why a consent that was given is found not to count."""

    NOT_UNDERSTOOD = "not_understood", _("It was not understood")
    NOT_FREE = "not_free", _("It was not given freely")
    WRONG_GIVER = "wrong_giver", _("Somebody answered who may not")
    MISTAKE = "mistake", _("It was recorded by mistake")


class Consent(models.Model):
    """One answer to one notice: what, for whom, until when, and how it was explained.

    Its terms are frozen; to change them the person is asked again, and the new answer `renews`
    this one. Who answered for the person, and where the evidence is, are sealed with the person's
    key. `retention_days` is how long what was told may be kept after the consent ends; None where
    nothing was agreed. `jurisdiction` and `legal_reference` are empty where nobody set them up.
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
    proxy = models.BinaryField(blank=True)
    proof = models.CharField(max_length=20, choices=Proof.choices, blank=True)
    assent = models.CharField(max_length=20, choices=Assent.choices, blank=True)
    evidence = models.BinaryField(blank=True)
    controller = models.CharField(max_length=200, blank=True)
    operations = models.JSONField(default=list)
    jurisdiction = models.CharField(max_length=40, blank=True)
    legal_reference = models.CharField(max_length=200, blank=True)
    withdrawal = models.CharField(max_length=20, choices=WithdrawalRoute.choices, blank=True)
    retention_days = models.PositiveIntegerField(null=True, blank=True)
    renews = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="renewed_by"
    )
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
            models.CheckConstraint(
                name="consent_given_is_not_against_the_person",
                condition=~Q(state=ConsentState.GIVEN) | ~Q(assent=Assent.DISAGREES),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ConsentStep(models.Model):
    """A row of a consent's history; the database refuses to change it.

    `withheld` is what may not be used from now on, and by whom: purposes, recipients and data
    classes that were asked for and not agreed to. Empty where nothing was withheld.
    """

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=12, choices=ConsentState.choices)
    reason = models.CharField(max_length=20, choices=Flaw.choices, blank=True)
    withheld = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.consent_id} {self.state}"


class Danger(models.TextChoices):
    """What cannot wait for consent."""

    LIFE = "life", _("A life is in danger")
    CHILD = "child", _("A child is in danger")
    CANNOT_ANSWER = "cannot_answer", _("The person is in danger and cannot answer")


class Override(models.Model):
    """What two people decide about acting without consent, for a vital interest and some hours.

    `words` is why, sealed with the person's key. Until a second person confirms, and after
    `ends_at`, nothing is allowed by it.
    """

    ACCESS_KEY = "organisation_id"
    ACCESS_CASE = "person__cases"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="overrides")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    danger = models.CharField(max_length=20, choices=Danger.choices)
    words = models.BinaryField()
    state = models.CharField(
        max_length=12, choices=OverrideState.choices, default=OverrideState.REQUESTED
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person", "state"])]
        constraints = [
            models.CheckConstraint(
                name="an_override_takes_two_people", condition=~Q(decided_by=F("asked_by"))
            ),
            models.CheckConstraint(
                name="a_confirmed_override_ends",
                condition=~Q(state=OverrideState.CONFIRMED) | Q(ends_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
