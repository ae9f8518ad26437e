"""The notices that are explained before consent is asked for.

What a notice does not name cannot be agreed to. Every change of words makes a new version: a
record names the version that the person was told, and its words can be shown again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from sojourn.web.consent.models import ConsentPurpose, Recipient, WithdrawalRoute
from sojourn.web.consent.words import CLASSES


@dataclass(frozen=True)
class Notice:
    """What is explained, and the widest that can be agreed to."""

    name: str
    version: str
    points: tuple[object, ...]
    purposes: tuple[str, ...] = tuple(ConsentPurpose.values)
    recipients: tuple[str, ...] = tuple(Recipient.values)
    data_classes: tuple[str, ...] = tuple(each.value for each in CLASSES)
    withdrawal: WithdrawalRoute = WithdrawalRoute.ANY_WORKER

    @property
    def scope(self) -> dict[str, tuple[str, ...]]:
        """What it names, part by part."""
        return {
            "purposes": self.purposes,
            "recipients": self.recipients,
            "data_classes": self.data_classes,
        }


_BEGINNING = (
    _("We ask about your situation to understand, together with you, what would help."),
    _("You decide what you tell us. You can skip any question and stop at any time."),
    _("Your name is kept apart from what you tell us, and locked."),
    _("Only the people and organisations you choose below can see it."),
    _("You can ask at any time what we hold about you and who has seen it."),
    _("You can take back your consent at any time. Help does not depend on it."),
)
_FIRST = Notice(
    "support",
    "1",
    (
        *_BEGINNING,
        _(
            "We keep what you tell us until the day you choose below, or until you take consent "
            "back."
        ),
        _(
            "There are limits to secrecy: when a child or a life is in danger, or the law obliges "
            "us, we may have to act. We tell you first whenever we can."
        ),
    ),
)
CURRENT = Notice(
    "support",
    "2",
    (
        *_BEGINNING,
        _(
            "We stop using what you tell us on the day you choose below, or when you take consent "
            "back. You can ask us to erase who you are."
        ),
        _(
            "If somebody answers for you, we ask you as well. If you say no, we do not go against "
            "it."
        ),
        _(
            "There are limits to secrecy: when a life or a child is in danger and cannot wait, two "
            "of us together may decide to ask and write down what is needed without consent, for "
            "one day. We tell you whenever we can, and it stays to be seen in your file."
        ),
        _("The law may oblige us to act, too. We tell you first whenever we can."),
    ),
)
NOTICES: Mapping[tuple[str, str], Notice] = MappingProxyType(
    {(notice.name, notice.version): notice for notice in (_FIRST, CURRENT)}
)
