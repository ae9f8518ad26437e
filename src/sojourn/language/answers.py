"""One cell or form field to one answer: the definition that every engine's reader agrees with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal

from sojourn.framework.model import Framework, Question
from sojourn.framework.types import ANSWER_LIMIT, DECIMAL_PLACES, Code, Codes, Date, Number
from sojourn.framework.values import Answers, Missing, Selection, Value, Within
from sojourn.language.limits import limited
from sojourn.language.phrases import phrase

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
WHOLE = re.compile(r"[+-]?[0-9]+(\.0+)?")
DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})([T ].*)?")
SPACE = (
    " \t\n\r\x0b\x0c\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""What Unicode calls white space: left out around a cell, and between the codes of a selection."""

_SPACES = re.compile(f"[{SPACE}]+")
_STEP = Decimal(1).scaleb(-DECIMAL_PLACES)
_EXACT = Context(prec=60)


class AnswerError(ValueError):
    """A text that cannot be the answer. `allowed` says what can."""

    def __init__(self, allowed: str) -> None:
        self.allowed = allowed
        super().__init__(f"this cannot be the answer; allowed: {allowed}")


def read_value(question: Question, text: str | None) -> Value | Missing:
    """The answer that a text stands for, or which kind of missing it is.

    Empty means not asked. Codes that the form declares as don't-know or prefer-not-to-say keep
    their kind. Raises `AnswerError` for a text that cannot be the answer.
    """
    stripped = (text or "").strip(SPACE)
    if not stripped:
        return Missing.NOT_ASKED
    match question.type:
        case Number() as number:
            return _read_number(question, stripped, whole=number.places == 0)
        case Date():
            return _read_date(question, stripped)
        case Code(codes):
            code = _plain_code(stripped)
            if code in question.missing_codes:
                return question.missing_codes[code]
            if code in codes:
                return code
            raise AnswerError(allowed(question))
        case Codes(codes):
            return _read_selection(question, codes, stripped)
        case _:
            return text or ""


def read_answers(
    framework: Framework,
    values: Mapping[str, str | None],
    rosters: Mapping[str, tuple[Mapping[str, str | None], ...]] | None = None,
    within: Mapping[str, Within] | None = None,
) -> Answers:
    """Answers from texts by question name; names the form does not know are left out.

    `within` says to which rows those of a repeat within a repeat belong.

    Raises `AnswerError` for the first text that cannot be the answer.
    """
    singles = {
        q.name: read_value(q, values.get(q.name)) for q in framework.questions if q.roster is None
    }
    rows = {
        name: tuple(
            {
                q.name: read_value(q, row.get(q.name))
                for q in framework.questions
                if q.roster == name
            }
            for row in given
        )
        for name, given in (rosters or {}).items()
    }
    return Answers(singles, rows, within or {})


def allowed(question: Question, language: str = "en") -> str:
    """What can be answered, in a language that we speak."""
    codes = [*getattr(question.type, "codes", ()), *question.missing_codes]
    match question.type:
        case Code():
            return phrase("one_code", language, a=_some(codes, language))
        case Codes():
            return phrase("any_codes", language, a=_some(codes, language))
        case Number(places):
            base = phrase("decimal" if places else "whole", language)
        case Date():
            base = phrase("date_such_as", language)
        case _:
            return phrase("text", language)
    base = limited(base, question, language)
    if question.missing_codes:
        others = _some(list(question.missing_codes), language)
        base = phrase("or_codes", language, a=base, b=others)
    return base


def _read_number(question: Question, text: str, *, whole: bool) -> Value | Missing:
    if text in question.missing_codes:
        return question.missing_codes[text]
    if not (WHOLE if whole else NUMBER).fullmatch(text):
        raise AnswerError(allowed(question))
    exact = Decimal(text)
    value = exact if whole or abs(exact) > ANSWER_LIMIT else rounded(exact)
    if kind := missing_numbers(question).get(value):
        return kind
    if abs(value) >= ANSWER_LIMIT:
        raise AnswerError(allowed(question))
    return int(value) if whole else value.normalize(_EXACT) + 0


def rounded(exact: Decimal) -> Decimal:
    """A number as answers keep it: to `DECIMAL_PLACES`, half to even."""
    return exact.quantize(_STEP, rounding=ROUND_HALF_EVEN, context=_EXACT)


def missing_numbers(question: Question) -> dict[Decimal, Missing]:
    """The missing codes that are numbers; 99.50 is the same code as 99.5."""
    return {
        Decimal(code): kind
        for code, kind in question.missing_codes.items()
        if NUMBER.fullmatch(code)
    }


def _read_date(question: Question, text: str) -> Value | Missing:
    if text in question.missing_codes:
        return question.missing_codes[text]
    match = DAY.fullmatch(text)
    if match is None:
        raise AnswerError(allowed(question))
    if text[:10] in question.missing_codes:
        return question.missing_codes[text[:10]]
    year, month, day = (int(part) for part in match.groups()[:3])
    try:
        return date(year, month, day)
    except ValueError as error:
        raise AnswerError(allowed(question)) from error


def _read_selection(question: Question, codes: tuple[str, ...], text: str) -> Value | Missing:
    chosen = [_plain_code(part) for part in _SPACES.split(text)]
    also: Missing | None = None
    for code in chosen:
        if code in question.missing_codes:
            also = also or question.missing_codes[code]
        elif code not in codes:
            raise AnswerError(allowed(question))
    known = frozenset(code for code in chosen if code in codes)
    if not known and also is not None:
        return also
    return Selection(known, also)


def _plain_code(text: str) -> str:
    # Spreadsheets turn the code 1 into the number 1.0.
    return text[:-2] if re.fullmatch(r"-?[0-9]+\.0", text) else text


def _some(codes: list[str], language: str, limit: int = 12) -> str:
    shown = phrase("comma", language).join(codes[:limit])
    more = len(codes) - limit
    return phrase("some_codes", language, a=shown, n=more) if more > 0 else shown
