"""The columns that can be taken out, each with the data class that it takes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from sojourn.framework import DataClass, Direction, Effect, FactorFinding, Framework, State
from sojourn.framework.types import Text as FreeText
from sojourn.web.cases.models import Case
from sojourn.web.exports import plans, rules
from sojourn.web.people.rules import IdentityData


@dataclass(frozen=True)
class Record:
    """One person's part, as far as it may go out: `classes` is what they agreed to, of what was
    chosen and of what the role is cleared for."""

    code: str
    case: Case
    classes: frozenset[DataClass]
    identity: IdentityData
    stage: str = ""
    findings: Mapping[str, FactorFinding] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    closed_because: str = ""
    plan: tuple[plans.Line, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column. Where nobody is named `is_day` ones are cut to the month."""

    name: str
    data_class: DataClass
    value: Callable[[Record], str]
    is_day: bool = False


def _others(identity: IdentityData) -> str:
    names = identity.names
    written = (names.own, names.latin)
    return " / ".join(text for text in (names.shown, *names.also) if text not in written)


def _day(moment: Any) -> str:
    return moment.isoformat()[:10] if moment else ""


def _programme(case: Case) -> str:
    return str(case.programme.code) if case.programme is not None else ""


FIXED: Mapping[str, tuple[object, DataClass, Callable[[Record], str], bool]] = {
    "name": (_("Name"), DataClass.IDENTITY, lambda r: r.identity.names.own, False),
    "name_latin": (
        _("Name in Latin letters"),
        DataClass.IDENTITY,
        lambda r: r.identity.names.latin,
        False,
    ),
    "name_other": (_("Other name"), DataClass.IDENTITY, lambda r: _others(r.identity), False),
    "birth_date": (_("Date of birth"), DataClass.IDENTITY, lambda r: r.identity.birth_date, True),
    "document": (_("Document number"), DataClass.IDENTITY, lambda r: r.identity.document, False),
    "language": (
        _("Language to speak in"),
        DataClass.IDENTITY,
        lambda r: r.case.person.language,
        False,
    ),
    "phone": (_("Phone"), DataClass.CONTACT_PLACE, lambda r: r.identity.phone, False),
    "state": (_("The case is"), DataClass.CASE_WORK, lambda r: str(r.case.state), False),
    "phase": (_("Phase"), DataClass.CASE_WORK, lambda r: str(r.case.phase), False),
    "opened_on": (_("Opened on"), DataClass.CASE_WORK, lambda r: _day(r.case.opened_at), True),
    "assessed_on": (
        _("Assessed on"),
        DataClass.CASE_WORK,
        lambda r: _day(r.case.assessed_at),
        True,
    ),
    "review_on": (_("Next look"), DataClass.CASE_WORK, lambda r: _day(r.case.review_on), True),
    "programme": (_("Programme"), DataClass.CASE_WORK, lambda r: _programme(r.case), False),
    "area": (_("Area"), DataClass.CONTACT_PLACE, lambda r: r.case.area, False),
    "stage": (_("Stage of the journey"), DataClass.JOURNEY, lambda r: r.stage, False),
}
"""Columns of every export: label, data class, value, whether it is a day."""

FINDINGS, ANSWERS = "findings", "answers"
GROUPS: Mapping[str, object] = {
    FINDINGS: _("What was found: one column for each risk and resource"),
    ANSWERS: _("What was answered: one column for each question, without free text"),
    plans.PLAN: _("The plan: a table of its own, with one line for each thing to do"),
}


def columns(
    chosen: Collection[str], classes: Collection[DataClass], framework: Framework
) -> list[Column]:
    """The columns of an export, those of its data classes alone."""
    found = [
        Column(name, data_class, value, is_day)
        for name, (_label, data_class, value, is_day) in FIXED.items()
        if name in chosen
    ]
    if FINDINGS in chosen:
        found += [
            Column(f"finding.{f.name}", f.data_class, _finding(f.name, f.effect))
            for f in framework.factors
        ]
    if ANSWERS in chosen:
        found += [
            Column(f"answer.{q.name}", q.data_class or DataClass.CASE_WORK, _answer(q.name))
            for q in framework.questions
            if q.roster is None and not isinstance(q.type, FreeText) and not q.of_place
        ]
    return [column for column in found if column.data_class in classes]


def cells(record: Record, chosen: Collection[Column], *, is_identified: bool) -> list[str]:
    """One row, beginning with the code. What may not go out of this person is empty."""
    row = [record.code]
    for column in chosen:
        text = column.value(record) if column.data_class in record.classes else ""
        row.append(rules.month(text) if column.is_day and not is_identified else text)
    return row if is_identified else [*row[:1], *map(_coarse, row[1:])]


def _finding(name: str, effect: Effect) -> Callable[[Record], str]:
    def value(record: Record) -> str:
        finding = record.findings.get(name)
        if finding is None or finding.state is State.NOT_APPLICABLE:
            return ""
        if effect is Effect.CONTEXT and finding.state is State.PRESENT:
            return (finding.direction or Direction.NONE).value
        return finding.state.value

    return value


def _answer(name: str) -> Callable[[Record], str]:
    return lambda record: _told(record.answers.get(name))


def _told(value: Any) -> str:
    """A kept answer as text. Why there is none stands in brackets, so that it is no answer."""
    match value:
        case None:
            return ""
        case {"missing": kind}:
            return f"[{kind}]"
        case {"codes": codes}:
            return " ".join(codes)
        case {"number": number}:
            return str(number)
        case {"day": day}:
            return f"{day}"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def _coarse(text: str) -> str:
    """A day that somebody answered, as a month."""
    is_day = len(text) == 10 and text[4:5] == text[7:8] == "-" and text[:4].isdigit()
    return rules.month(text) if is_day else text
