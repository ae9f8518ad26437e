"""Relations and groups as tables: their words in both directions, and what fits together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class RelationKind(TextChoices):
    """What the first person is to the second."""

    PARENT = "parent", gettext_lazy("parent")
    GUARDIAN = "guardian", gettext_lazy("guardian")
    CARER = "carer", gettext_lazy("carer, without being the guardian")
    GRANDPARENT = "grandparent", gettext_lazy("grandparent")
    SPOUSE = "spouse", gettext_lazy("husband, wife or partner")
    SIBLING = "sibling", gettext_lazy("brother or sister")
    RELATIVE = "relative", gettext_lazy("other relative")
    TRAVELLED = "travelled", gettext_lazy("travelled together")
    WORKED = "worked", gettext_lazy("worked together")
    KNOWN = "known", gettext_lazy("friend or acquaintance")
    TO_CALL = "to_call", gettext_lazy("to be called in an emergency")


INVERSE: Mapping[RelationKind, str | Promise] = MappingProxyType(
    {
        RelationKind.PARENT: gettext_lazy("child"),
        RelationKind.GUARDIAN: gettext_lazy("under their guardianship"),
        RelationKind.CARER: gettext_lazy("in their care"),
        RelationKind.GRANDPARENT: gettext_lazy("grandchild"),
        RelationKind.TO_CALL: gettext_lazy("names them as the one to call in an emergency"),
    }
)
"""The words in the other direction; a kind that is not here is the same in both."""

_BACK = "~"


@dataclass(frozen=True)
class Direction:
    """A kind of relation as seen from one of the two: what the *other* one is to them."""

    kind: RelationKind
    is_inverse: bool = False

    @property
    def code(self) -> str:
        return f"{self.kind.value}{_BACK if self.is_inverse else ''}"

    @property
    def label(self) -> str:
        return str(INVERSE[self.kind] if self.is_inverse else self.kind.label)

    @classmethod
    def of(cls, code: str) -> Direction:
        """A direction from its code. ValueError for none."""
        return cls(RelationKind(code.removesuffix(_BACK)), code.endswith(_BACK))


def is_mutual(kind: RelationKind) -> bool:
    """Whether the relation is the same in both directions."""
    return kind not in INVERSE


def directions() -> list[Direction]:
    """All that one person can be to another, in the order in which they are offered."""
    return [
        direction
        for kind in RelationKind
        for direction in (Direction(kind), Direction(kind, is_inverse=True))
        if not (direction.is_inverse and is_mutual(kind))
    ]


class GroupKind(TextChoices):
    """What holds a group together. Not all who are in one place are a family."""

    HOUSEHOLD = "household", gettext_lazy("Household")
    BOAT = "boat", gettext_lazy("Boat")
    TRANSPORT = "transport", gettext_lazy("Bus, lorry or train")
    CREW = "crew", gettext_lazy("People who work in one place")
    PLACE = "place", gettext_lazy("People who stay in one place")
    OTHER = "other", gettext_lazy("Another group")


class Part(TextChoices):
    """A part somebody has in a group."""

    MEMBER = "", gettext_lazy("member")
    SPEAKS = "speaks", gettext_lazy("speaks for the others")
    DEPENDS = "depends", gettext_lazy("depends on the others")


class Surety(TextChoices):
    """How sure it is."""

    SURE = "sure", gettext_lazy("sure")
    LIKELY = "likely", gettext_lazy("likely")
    DOUBTED = "doubted", gettext_lazy("doubted")


class Source(TextChoices):
    """Where it is known from."""

    PERSON = "person", gettext_lazy("told by the person")
    OTHERS = "others", gettext_lazy("told by somebody else")
    DOCUMENT = "document", gettext_lazy("from a document")
    STAFF = "staff", gettext_lazy("seen by us")


class Ended(TextChoices):
    """Why something holds no more. It is kept, and shown as past."""

    OVER = "over", gettext_lazy("It is over")
    MISTAKE = "mistake", gettext_lazy("It was written down by mistake")


def check_dates(since: date | None, until: date | None) -> None:
    """Raises ValidationError, at the field `until`, where something ends before it began."""
    if since is not None and until is not None and until < since:
        raise ValidationError({"until": _("This is before the beginning.")})
