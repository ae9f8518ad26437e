"""The notice that is explained before consent is asked for. Its version rises with every change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

NAME = "support"
VERSION = "1"

POINTS = (
    _("We ask about your situation to understand, together with you, what would help."),
    _("You decide what you tell us. You can skip any question and stop at any time."),
    _("Your name is kept apart from what you tell us, and locked."),
    _("Only the people and organisations you choose below can see it."),
    _("You can ask at any time what we hold about you and who has seen it."),
    _("You can take back your consent at any time. Help does not depend on it."),
    _("We keep what you tell us until the day you choose below, or until you take consent back."),
    _(
        "There are limits to secrecy: when a child or a life is in danger, or the law obliges us, "
        "we may have to act. We tell you first whenever we can."
    ),
)
