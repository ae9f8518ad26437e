"""What a constraint allows, in words: `. >= 0 and . <= 7` is "from 0 to 7"."""

from __future__ import annotations

from sojourn.framework.model import Question
from sojourn.framework.nodes import (
    COMPARISONS,
    And,
    AnswerRef,
    DateLiteral,
    Equal,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Node,
    NumberLiteral,
    Or,
)
from sojourn.framework.types import Date
from sojourn.language.phrases import phrase
from sojourn.language.values import leading

_SIDES = ({Greater, GreaterEqual}, {Less, LessEqual})


def limits(question: Question, language: str = "en") -> str:
    """What the constraint of a question allows.

    Plain limits are said in the language; for other constraints it is the author's own message,
    and the expression where there is none. Empty for a question without a constraint.
    """
    plain = _plain(question)
    return _said(plain, question, language) if plain else _own(question, language)


def limited(base: str, question: Question, language: str = "en") -> str:
    """A kind of answer with what the constraint allows of it."""
    plain = _plain(question)
    if plain:
        return phrase("limited", language, a=base, b=_said(plain, question, language))
    own = _own(question, language)
    return f"{base} ({own})" if own else base


def _own(question: Question, language: str) -> str:
    return question.constraint_message.get(language) or question.constraint_text


def _plain(question: Question) -> dict[type, str]:
    """The limit of each kind of comparison; empty where the constraint is anything else too."""
    parts = [question.constraint] if question.constraint is not None else []
    found: dict[type, str] = {}
    while parts:
        part = parts.pop()
        if isinstance(part, Or):
            part = _answered(part, question)
        if isinstance(part, And):
            parts += part.parts
            continue
        limit = _limit(part, question.name)
        if limit is None or limit[0] in found:
            return {}
        found[limit[0]] = limit[1]
    return found if all(len(found.keys() & side) < 2 for side in _SIDES) else {}


def _answered(node: Or, question: Question) -> Node:
    """`. <= 50 or . = 999` without the numbers that say why there is no answer."""
    left = [part for part in node.parts if not _is_missing(part, question)]
    return left[0] if len(left) == 1 else node


def _is_missing(node: Node, question: Question) -> bool:
    match node:
        case Equal(AnswerRef(name=about), NumberLiteral(value)):
            return about == question.name and format(value, "f") in question.missing_codes
        case _:
            return False


def _limit(node: Node, name: str) -> tuple[type, str] | None:
    if not isinstance(node, COMPARISONS) or type(node) not in _PHRASES:
        return None
    lead = leading(node)
    match lead.left, lead.right:
        case AnswerRef(name=about), NumberLiteral(value) if about == name:
            return type(lead), format(value, "f")
        case AnswerRef(name=about), DateLiteral(day) if about == name:
            return type(lead), day.isoformat()
        case _:
            return None


def _said(found: dict[type, str], question: Question, language: str) -> str:
    if found.keys() == {GreaterEqual, LessEqual}:
        return phrase("from_to", language, a=found[GreaterEqual], b=found[LessEqual])
    prefix = "day_" if isinstance(question.type, Date) else ""
    said = [
        phrase(prefix + key, language, a=found[kind])
        for kind, key in _PHRASES.items()
        if kind in found
    ]
    return said[0] if len(said) == 1 else phrase("and", language, a=said[0], b=said[1])


_PHRASES: dict[type, str] = {
    Greater: "more_than",
    GreaterEqual: "at_least",
    Less: "less_than",
    LessEqual: "at_most",
}
