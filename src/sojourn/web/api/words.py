"""What a token may do and see, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from sojourn.framework import DataClass
from sojourn.web.accounts.roles import Verb

VERBS: Mapping[Verb, object] = {
    Verb.FIND: _("Find whether there is a file"),
    Verb.READ: _("Read files"),
    Verb.WRITE: _("Write in files"),
    Verb.APPROVE: _("Decide about plans"),
    Verb.ERASE: _("Erase files"),
    Verb.EXPORT: _("Take copies out"),
    Verb.SECOND: _("Confirm as a second person"),
    Verb.CONFIGURE: _("Set up members"),
    Verb.AUDIT: _("Read the audit"),
    Verb.OVERSEE: _("Decide for data protection"),
    Verb.SUPERVISE: _("Look at emergency openings"),
}
CLASSES: Mapping[DataClass, object] = {
    DataClass.IDENTITY: _("Who people are"),
    DataClass.CONTACT_PLACE: _("Where people are and how to reach them"),
    DataClass.JOURNEY: _("Their journey"),
    DataClass.BODY_HEALTH: _("Their health and body"),
    DataClass.HARM_INCIDENT: _("Harm that was done"),
    DataClass.STATUS_PROTECTION: _("Their status, and reasons for not returning"),
    DataClass.THIRD_PARTY: _("Other people who are spoken of"),
    DataClass.CASE_WORK: _("The work on the case"),
    DataClass.SEALED: _("What is sealed"),
}


def verb_label(verb: Verb) -> str:
    """A verb in words; as it is where there are none."""
    return str(VERBS.get(verb, verb.value))
