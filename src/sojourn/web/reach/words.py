"""Why somebody can open a file, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sojourn.framework import DataClass
from sojourn.web.accounts.role_words import listed
from sojourn.web.consent.words import CLASSES
from sojourn.web.reach.queries import Group, Opener, Why

WHY: Mapping[Why, object] = {
    Why.WHOLE: gettext_lazy("their role opens every file"),
    Why.TEAM: gettext_lazy("the case belongs to their team"),
    Why.PROGRAMME: gettext_lazy("the case belongs to their programme"),
    Why.AREA: gettext_lazy("the case belongs to their area"),
    Why.OWN: gettext_lazy("they are the case worker"),
    Why.NAMED: gettext_lazy("it was opened to them by name"),
    Why.EMERGENCY: gettext_lazy("they opened it in an emergency"),
}


@dataclass(frozen=True)
class Line:
    """An opener as a page shows it."""

    name: str
    role: str
    organisation: str
    why: object
    sees: str
    withheld: str
    writes: bool


def lines(openers: Iterable[Opener]) -> list[Line]:
    """For people who work with the file: names and classes."""
    return [
        Line(
            each.name,
            each.role,
            each.organisation,
            WHY[each.why],
            listed(each.sees),
            listed(each.withheld) if each.withheld else "",
            each.writes,
        )
        for each in openers
    ]


@dataclass(frozen=True)
class Plain:
    """Openers alike, in plain words."""

    role: str
    organisation: str
    count: int
    why: object
    sees: str


def plain(groups: Iterable[Group]) -> list[Plain]:
    """For the person: roles and organisations, and what was agreed to, in the consent's words."""
    return [
        Plain(each.role, each.organisation, each.count, WHY[each.why], _in_their_words(each.sees))
        for each in groups
    ]


def _in_their_words(classes: Iterable[DataClass]) -> str:
    wanted = set(classes)
    return _(", ").join(str(word) for each, word in CLASSES.items() if each in wanted)
