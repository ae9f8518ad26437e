"""What holds of a best-interests procedure, as plain functions of plain values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from sojourn.web.interests.codes import About, Guardian, Heard, Kind, Tier

CHILD_UNTIL = 18
PANEL = 3
"""People who look at a formal determination, besides whoever prepared it."""

FORMAL = frozenset({About.SEPARATION, About.CUSTODY, About.SOLUTION})
"""What is decided by a panel: durable solutions, separation from parents, contested custody
(UNHCR Best Interests Procedure Guidelines, 2021; recalled, to be checked against the text)."""

ALWAYS = (Kind.VIEWS, Kind.CARE, Kind.SAFETY)
"""What has to be weighed before others look at it."""

FEWEST_OPTIONS = 2
"""A decision is between at least two ways, else nothing was weighed."""


@dataclass(frozen=True)
class Prepared:
    """What is there of a procedure. `chosen` counts the ways to decide that are proposed."""

    guardian: str
    guardian_words: str
    heard: str
    heard_words: str
    because: str
    elements: Collection[str]
    options: int
    chosen: int


def may_be_child(born: str, today: date) -> bool:
    """Whether somebody is, or may be, under eighteen. `born` begins with a year, or is empty.

    Where the age is not known, or only the year and that year leaves it open, they are treated as
    a child (CRC General Comment 6, 2005; recalled).
    """
    numbers = [int(part) for part in born.split("-") if part.isdigit()]
    if not numbers:
        return True
    year, month, day = (numbers + [12, 31][len(numbers) - 1 :])[:3]
    birthday = (year + CHILD_UNTIL, month, day)
    return (today.year, today.month, today.day) < birthday


def tier(about: str, wanted: str) -> Tier:
    """How formal it is: never less than what has to be decided asks for."""
    if About(about) in FORMAL:
        return Tier.DETERMINATION
    return Tier(wanted)


def quorum(of: str) -> int:
    """How many people have to agree."""
    return PANEL if Tier(of) is Tier.DETERMINATION else 1


def missing(prepared: Prepared) -> list[str]:
    """What has to be there before others look at it, in words; empty where nothing lacks."""
    lacks = []
    if not prepared.guardian:
        lacks.append(_("Say who speaks for the child."))
    elif prepared.guardian in (Guardian.ASKED, Guardian.NOBODY) and not prepared.guardian_words:
        lacks.append(_("Say who speaks for the child until there is a guardian."))
    if not prepared.heard:
        lacks.append(_("Say whether the child was heard."))
    elif prepared.heard == Heard.NOT_POSSIBLE and not prepared.heard_words:
        lacks.append(_("Say why the child could not be heard."))
    lacks += [
        _("Write about: %(what)s.") % {"what": kind.label}
        for kind in ALWAYS
        if kind.value not in prepared.elements
        and not (kind is Kind.VIEWS and prepared.heard != Heard.HEARD)
    ]
    if prepared.options < FEWEST_OPTIONS:
        lacks.append(_("Weigh at least two ways to decide."))
    if prepared.chosen != 1:
        lacks.append(_("Propose one of the ways."))
    elif not prepared.because:
        lacks.append(_("Say why this way is best for the child."))
    return lacks


def outcome(votes: Collection[bool], needed: int) -> bool | None:
    """What votes come to: False where somebody does not agree, True with enough who do, None while
    others have still to look."""
    if not all(votes):
        return False
    return True if len(votes) >= needed else None
