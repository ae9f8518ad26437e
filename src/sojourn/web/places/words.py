"""Places and periods in the words of the page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sojourn.engines.places import key_questions, place_questions
from sojourn.framework import DataClass, Framework, Missing, Question
from sojourn.framework.types import Text
from sojourn.web.cases import words as case_words
from sojourn.web.i18n import language
from sojourn.web.places.models import PlaceAnswers


@dataclass(frozen=True)
class Fact:
    """A question and its answer."""

    label: str
    value: str


def named(framework: Framework, row: PlaceAnswers) -> tuple[str, str]:
    """The place and the period of answers, in the active language."""
    questions = key_questions(framework)
    texts = (row.place, row.period)
    shown = [case_words.answer(q, text, None) for q, text in zip(questions, texts, strict=False)]
    return shown[0], shown[1] if len(shown) > 1 else ""


def answered_for(framework: Framework, row: PlaceAnswers, classes: Collection[DataClass]) -> str:
    """For which place and period something was answered; empty where the role may not know."""
    needed = {q.data_class for q in key_questions(framework)} - {None}
    if not needed <= set(classes):
        return ""
    place, period = named(framework, row)
    if not period:
        return _("answered for %(place)s") % {"place": place}
    return _("answered for %(place)s, %(period)s") % {"place": place, "period": period}


def facts(framework: Framework, row: PlaceAnswers, classes: Collection[DataClass]) -> list[Fact]:
    """What was answered about a place, as far as a role may see it; free text is left out."""
    kept = row.answers.get("values", {})
    return [
        Fact(question.label.get(language()), _shown(question, kept[question.name]))
        for question in _coded(framework)
        if question.name in kept and (question.data_class is None or question.data_class in classes)
    ]


def not_asked(framework: Framework, row: PlaceAnswers) -> int:
    """How many questions about a place were passed over."""
    kept = row.answers.get("values", {})
    return sum(question.name not in kept for question in _coded(framework))


def _coded(framework: Framework) -> list[Question]:
    return [q for q in place_questions(framework) if not isinstance(q.type, Text)]


def _shown(question: Question, kept: object) -> str:
    if not isinstance(kept, dict):
        return case_words.answer(question, str(kept), None)
    if "missing" in kept:
        return case_words.answer(question, None, Missing(kept["missing"]))
    also = Missing(kept["also"]) if "also" in kept else None
    text = kept.get("number") or kept.get("day") or " ".join(kept.get("codes", []))
    return case_words.answer(question, text, also)
