"""Which answers about a place go with somebody's answers: plain functions on plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sojourn.engines.places import key_questions, place_questions
from sojourn.framework import Answers, Framework, Missing, Question, Selection, Value
from sojourn.framework.types import Code
from sojourn.language.answers import SPACE


def asks_of_places(framework: Framework) -> bool:
    """Whether a framework asks something of places, and says which question names them."""
    return bool(key_questions(framework) and place_questions(framework))


def key_text(value: Value | Missing) -> str:
    """A place or period as it is kept; empty where there is no answer."""
    match value:
        case Missing() | Selection():
            return ""
        case date():
            return value.isoformat()
        case Decimal():
            return format(value.normalize(), "f")
        case _:
            return str(value).strip(SPACE)


def keys_of(framework: Framework, answers: Answers) -> tuple[str, str]:
    """The place and the period of some answers; empty texts where they are not known."""
    place, period = (
        key_text(answers.get(name)) if name else "" for name in (framework.place, framework.period)
    )
    return place, period


def newest(framework: Framework, periods: Iterable[str]) -> str:
    """The last of some periods: by its number, by the order of the choices, or by its text."""
    question = framework.question(framework.period) if framework.period else None
    return max(periods, key=lambda text: _rank(question, text))


def _rank(question: Question | None, text: str) -> tuple[Decimal, str]:
    if question is not None and isinstance(question.type, Code):
        codes = question.type.codes
        return Decimal(codes.index(text) if text in codes else -1), text
    try:
        return Decimal(text), text
    except InvalidOperation:
        return Decimal(0), text


def row_of(coded: Mapping[str, Any]) -> dict[str, Value | Missing]:
    """Answers as they are kept, back to answers; see `cases.answers`."""
    return {name: _value(value) for name, value in coded.get("values", {}).items()}


def _value(kept: Any) -> Value | Missing:
    if not isinstance(kept, dict):
        return kept  # type: ignore[no-any-return] # what JSON holds of whole numbers and codes
    if "missing" in kept:
        return Missing(kept["missing"])
    if "number" in kept:
        return Decimal(kept["number"])
    if "day" in kept:
        return date.fromisoformat(kept["day"])
    also = kept.get("also")
    return Selection(frozenset(kept["codes"]), Missing(also) if also else None)
