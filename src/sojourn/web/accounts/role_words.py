"""What verbs, classes and pairs of verbs are called on the screens about roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sojourn.framework import DataClass
from sojourn.web.accounts.roles import Verb

VERBS: Mapping[Verb, object] = {
    Verb.FIND: gettext_lazy("find that there is a file"),
    Verb.READ: gettext_lazy("open files"),
    Verb.WRITE: gettext_lazy("register people and change files"),
    Verb.APPROVE: gettext_lazy("approve plans"),
    Verb.SECOND: gettext_lazy("confirm, as a second person, that something cannot wait"),
    Verb.SUPERVISE: gettext_lazy("look at what others opened in an emergency"),
    Verb.EXPORT: gettext_lazy("take copies out of files"),
    Verb.ERASE: gettext_lazy("erase people"),
    Verb.CONFIGURE: gettext_lazy("manage members and roles"),
    Verb.AUDIT: gettext_lazy("read the audit"),
    Verb.OVERSEE: gettext_lazy("decide for data protection"),
}
"""What a role may do, in the order in which the form offers it."""

CLASSES: Mapping[DataClass, object] = {
    DataClass.IDENTITY: gettext_lazy("Name and identity"),
    DataClass.CONTACT_PLACE: gettext_lazy("How and where the person can be found"),
    DataClass.CASE_WORK: gettext_lazy("The work on the case"),
    DataClass.JOURNEY: gettext_lazy("The journey"),
    DataClass.BODY_HEALTH: gettext_lazy("Health and body"),
    DataClass.HARM_INCIDENT: gettext_lazy("Harm that was done"),
    DataClass.THIRD_PARTY: gettext_lazy("Other people"),
    DataClass.STATUS_PROTECTION: gettext_lazy("Status, and reasons for not returning"),
    DataClass.SEALED: gettext_lazy("What is sealed"),
}
"""The classes of data, in the order in which the form offers them."""


def listed(classes: Iterable[DataClass]) -> str:
    """Classes in words, separated by commas; a dash for none."""
    wanted = set(classes)
    return _(", ").join(str(CLASSES[each]) for each in CLASSES if each in wanted) or "–"


def pair(verbs: tuple[Verb, Verb], names: Iterable[str]) -> str:
    """Which two powers would come together, and in whose hands; in the role itself for nobody."""
    said = {"one": VERBS[verbs[0]], "other": VERBS[verbs[1]], "names": _(", ").join(names)}
    if not said["names"]:
        return _("“%(one)s” and “%(other)s” stay apart.") % said
    return _("“%(one)s” and “%(other)s” stay apart, and would come together for: %(names)s.") % said
