"""Answers as JSON, with what was written in free text taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sojourn.framework import Answers, Framework, Missing, Selection, Value, Within
from sojourn.framework.types import Text as FreeText

Json = dict[str, Any]


@dataclass(frozen=True)
class Split:
    """Coded answers, and apart from them the free texts."""

    coded: Json
    texts: Json


def split(framework: Framework, answers: Answers) -> Split:
    """Separates free text from the rest. Questions without an answer keep why there is none."""
    free = {q.name for q in framework.questions if isinstance(q.type, FreeText)}
    rosters = answers.rosters.items()
    return Split(
        {
            "values": _plain(answers.values, lambda name: name not in free),
            "rosters": {
                name: [_plain(row, lambda name: name not in free) for row in rows]
                for name, rows in rosters
            },
            **_within(answers),
        },
        {
            "values": _plain(answers.values, lambda name: name in free),
            "rosters": {
                name: [_plain(row, lambda name: name in free) for row in rows]
                for name, rows in rosters
            },
        },
    )


def coded(data: Json) -> Answers:
    """Coded answers as `split` wrote them; free texts, which no rule reads, are not among them."""
    return Answers(
        _read(data["values"]),
        {name: tuple(_read(row) for row in rows) for name, rows in data["rosters"].items()},
        {
            name: Within(one["roster"], tuple(one["rows"]), frozenset(one["not_asked"]))
            for name, one in data.get("within", {}).items()
        },
    )


def whole(data: Json, texts: Json) -> Answers:
    """Coded answers and free texts together again."""
    known, told = coded(data), coded(texts)
    rosters = {
        name: tuple(
            {**row, **more} for row, more in zip(rows, told.rosters.get(name, rows), strict=True)
        )
        for name, rows in known.rosters.items()
    }
    return Answers({**known.values, **told.values}, rosters, known.within)


def _within(answers: Answers) -> Json:
    """To which rows those of a repeat within a repeat belong, where there are any."""
    found = {
        name: {
            "roster": one.roster,
            "rows": list(one.rows),
            "not_asked": sorted(one.not_asked),
        }
        for name, one in answers.within.items()
    }
    return {"within": found} if found else {}


def _plain(row: Mapping[str, Value | Missing], wanted: Any) -> Json:
    """A row without what was not asked, which an absent name says as well."""
    return {
        name: _value(value)
        for name, value in row.items()
        if wanted(name) and value is not Missing.NOT_ASKED
    }


def _value(value: Value | Missing) -> object:
    match value:
        case Missing():
            return {"missing": value.value}
        case Selection(codes, also):
            return {"codes": sorted(codes), **({"also": also.value} if also else {})}
        case Decimal():
            return {"number": str(value)}
        case date():
            return {"day": value.isoformat()}
        case _:
            return value


def _read(row: Json) -> dict[str, Value | Missing]:
    return {name: _read_value(value) for name, value in row.items()}


def _read_value(value: Any) -> Value | Missing:
    match value:
        case {"missing": kind}:
            return Missing(kind)
        case {"codes": codes}:
            also = value.get("also")
            return Selection(frozenset(codes), Missing(also) if also else None)
        case {"number": number}:
            return Decimal(number)
        case {"day": day}:
            return date.fromisoformat(day)
        case _:
            plain: Value = value
            return plain
