"""Answers as JSON: what programs send and read, between the form's texts and what is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sojourn.engines.places import key_questions, place_questions
from sojourn.framework import (
    Answers,
    DataClass,
    Framework,
    Missing,
    Question,
    Selection,
    Value,
    Within,
)
from sojourn.framework.types import Text as FreeText
from sojourn.language.answers import AnswerError, allowed, read_value
from sojourn.web.api import schemas
from sojourn.web.i18n import language

Given = Any
"""What may be sent for one question: a text, a number, a list of codes, or `{"missing": kind}`."""

_KINDS = {kind.value: kind for kind in Missing if kind is not Missing.UNUSABLE}


def read(
    framework: Framework,
    answers: Mapping[str, Given],
    rosters: Mapping[str, Sequence[Mapping[str, Given]]],
    within: Mapping[str, Sequence[int]],
    *,
    writable: Collection[DataClass] | None = None,
    of_place: bool = False,
) -> Answers:
    """Answers from what was sent. ValidationError, by question, for what cannot be an answer.

    `writable` are the classes that may be written; None for all, as with the form of a screen.
    Of a place only what is asked of places is taken, and what names it; of somebody the rest.
    """
    wrong: dict[str, str] = {}
    known = {q.name: q for q in framework.questions}
    here = (*key_questions(framework), *place_questions(framework)) if of_place else ()
    elsewhere = {q.name for q in known.values() if (q not in here if of_place else q.of_place)}
    values = _row(known, None, answers, "", wrong, writable, elsewhere)
    names = {roster.name for roster in framework.rosters}
    rows: dict[str, tuple[dict[str, Value | Missing], ...]] = {}
    for name, given in rosters.items():
        if name not in names:
            wrong[f"rosters.{name}"] = _("The framework has no such list.")
            continue
        rows[name] = tuple(
            _row(known, name, row, f"rosters.{name}.{at}.", wrong, writable, elsewhere)
            for at, row in enumerate(given)
        )
    inside = _inside(framework, rows, within, wrong)
    if wrong:
        raise ValidationError({name: [text] for name, text in wrong.items()})
    return Answers(values, rows, inside)


def together(before: Answers, sent: Answers) -> Answers:
    """What was sent over what was there: a question that is not named stays as it was, and so does
    a list."""
    return Answers(
        {**before.values, **sent.values},
        {**before.rosters, **sent.rosters},
        {**before.within, **sent.within},
    )


def shown(
    framework: Framework, answers: Answers, classes: Collection[DataClass]
) -> tuple[dict[str, schemas.Answer], dict[str, list[dict[str, schemas.Answer]]]]:
    """The answers that somebody cleared for `classes` may read; free text is not among them.

    A question that was not asked says so.
    """
    single = {
        q.name: _told(answers.get(q.name))
        for q in framework.questions
        if q.roster is None and not q.of_place and _readable(q, classes)
    }
    rows = {
        name: [
            {
                q.name: _told(row.get(q.name, Missing.NOT_ASKED))
                for q in framework.questions
                if q.roster == name and _readable(q, classes)
            }
            for row in given
        ]
        for name, given in answers.rosters.items()
    }
    return single, rows


def class_of(question: Question) -> DataClass:
    """The data class of a question; `case_work` where none is set."""
    return question.data_class or DataClass.CASE_WORK


def _readable(question: Question, classes: Collection[DataClass]) -> bool:
    return class_of(question) in classes and not isinstance(question.type, FreeText)


def _row(
    known: Mapping[str, Question],
    roster: str | None,
    given: Mapping[str, Given],
    place: str,
    wrong: dict[str, str],
    writable: Collection[DataClass] | None,
    elsewhere: Collection[str],
) -> dict[str, Value | Missing]:
    found: dict[str, Value | Missing] = {}
    for name, value in given.items():
        question = known.get(name)
        if question is None or question.roster != roster:
            wrong[place + name] = _("The framework has no such question here.")
        elif name in elsewhere and question.of_place:
            wrong[place + name] = _("This is asked of places, not of people.")
        elif name in elsewhere:
            wrong[place + name] = _("This is asked of people, not of places.")
        elif writable is not None and class_of(question) not in writable:
            wrong[place + name] = _("This token is not for answers of this kind.")
        else:
            try:
                found[name] = _value(question, value)
            except AnswerError:
                wrong[place + name] = _("Allowed: %(what)s") % {
                    "what": allowed(question, language())
                }
    return found


def _value(question: Question, given: Given) -> Value | Missing:
    if isinstance(given, Mapping):
        kind = _KINDS.get(str(given.get("missing")))
        if kind is None or set(given) != {"missing"}:
            raise AnswerError(allowed(question))
        return kind
    if isinstance(given, list):
        if not all(isinstance(code, str) for code in given):
            raise AnswerError(allowed(question))
        return read_value(question, " ".join(given))
    if isinstance(given, bool) or given is None:
        raise AnswerError(allowed(question))
    text = str(given)
    if "\x00" in text or len(text) > _LONGEST:
        raise AnswerError(allowed(question))
    return read_value(question, text)


_LONGEST = 20_000


def _inside(
    framework: Framework,
    rows: Mapping[str, Sequence[object]],
    within: Mapping[str, Sequence[int]],
    wrong: dict[str, str],
) -> dict[str, Within]:
    """To which rows those of a list within a list belong. Every such list says it."""
    found: dict[str, Within] = {}
    for name in (*rows, *(name for name in within if name not in rows)):
        parent, places = framework.parents.get(name, ""), within.get(name)
        outer = len(rows.get(parent, ()))
        if not parent and places is None:
            continue
        fits = (
            bool(parent)
            and places is not None
            and len(places) == len(rows.get(name, ()))
            and all(0 <= at < outer for at in places)
        )
        if fits and places is not None:
            found[name] = Within(parent, tuple(places))
        else:
            wrong[f"within.{name}"] = _("Say for each row to which row around it it belongs.")
    return found


def _told(value: Value | Missing) -> schemas.Answer:
    match value:
        case Missing():
            return schemas.Answer(missing=value.value)
        case Selection(codes, also):
            return schemas.Answer(value=sorted(codes), missing=also.value if also else None)
        case Decimal():
            return schemas.Answer(value=format(value, "f"))
        case date():
            return schemas.Answer(value=value.isoformat())
        case _:
            return schemas.Answer(value=str(value))
