"""Consents in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from sojourn.framework import DataClass
from sojourn.web.consent.rules import Cover

CLASSES: Mapping[DataClass, object] = {
    DataClass.IDENTITY: _("Name and identity"),
    DataClass.CONTACT_PLACE: _("Where you are and how to reach you"),
    DataClass.JOURNEY: _("Your journey"),
    DataClass.BODY_HEALTH: _("Health and body"),
    DataClass.HARM_INCIDENT: _("Harm you have met"),
    DataClass.STATUS_PROTECTION: _("Legal status and reasons you cannot return"),
    DataClass.THIRD_PARTY: _("Other people you tell us about"),
    DataClass.CASE_WORK: _("What we plan and do together"),
}

COVERS: Mapping[Cover, object] = {
    Cover.COVERED: _("The person agreed to an assessment."),
    Cover.NEVER_ASKED: _("The person was not yet asked for consent to an assessment."),
    Cover.REQUESTED: _("The person was asked for consent and has not answered yet."),
    Cover.REFUSED: _("The person refused an assessment. Help goes on without it."),
    Cover.WITHDRAWN: _("The person took back the consent to an assessment."),
    Cover.EXPIRED: _("The consent to an assessment has ended by its date. Ask again."),
    Cover.INVALIDATED: _("The consent to an assessment was found not to count. Ask again."),
    Cover.NOT_YET: _("The consent to an assessment begins on a later day."),
}
