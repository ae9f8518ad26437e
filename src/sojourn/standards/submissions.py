"""A submission, as form clients send it, read into answers.

Elements are matched by local name, so it does not matter how a client writes namespaces. XML that
declares entities or a document type is refused; nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from sojourn.framework import Answers, Framework, Missing, Question, Row, Value, Within
from sojourn.language import AnswerError, read_value
from sojourn.standards.on_device import PREFIX
from sojourn.standards.survey import PLACE_FORM

_DEEPEST = 30
_MOST_ROWS = 500


class Fault(StrEnum):
    """What can be wrong with a submission."""

    NOT_XML = "not_xml"
    FORBIDDEN_XML = "forbidden_xml"
    TOO_DEEP = "too_deep"
    NO_INSTANCE_ID = "no_instance_id"
    OTHER_FORM = "other_form"
    ANSWERED_TWICE = "answered_twice"
    NOT_AN_ANSWER = "not_an_answer"
    TOO_MANY_ROWS = "too_many_rows"


_SENTENCES = {
    Fault.NOT_XML: "this is not XML",
    Fault.FORBIDDEN_XML: "this XML declares a document type or entities, which is not accepted",
    Fault.TOO_DEEP: "the elements are nested too deeply",
    Fault.NO_INSTANCE_ID: "meta/instanceID is missing",
    Fault.OTHER_FORM: "this is a submission of another form",
    Fault.ANSWERED_TWICE: "this question is answered twice",
    Fault.NOT_AN_ANSWER: "this cannot be the answer",
    Fault.TOO_MANY_ROWS: "this repeat has too many rows",
}


class SubmissionError(ValueError):
    """A submission that cannot be read. `question` names where; what was answered is not told."""

    def __init__(self, fault: Fault, question: str = "", allowed: str = "") -> None:
        self.fault, self.question, self.allowed = fault, question, allowed
        place = f"{question}: " if question else ""
        hint = f" (allowed: {allowed})" if allowed else ""
        super().__init__(f"{place}{_SENTENCES[fault]}{hint}")


@dataclass(frozen=True)
class Submission:
    """What arrived. `deprecated_id` is the instance that this one replaces, None for a new one.

    `computed` are the outcomes that the client itself found, by factor and response. They are for
    comparison only: nothing rests on them.
    """

    instance_id: str
    deprecated_id: str | None
    form_id: str
    version: str
    answers: Answers
    computed: Mapping[str, str] = field(default_factory=dict)


def read(framework: Framework, xml: bytes, asked_of: str = "unit") -> Submission:
    """Reads a submission of a framework's form, or with `place` of the form that is asked of
    places; what only the other one asks is passed over. Raises `SubmissionError`.

    A question without an element, or with an empty one, was not asked or was passed over: its
    answer is missing. A repeat with no row, or with empty rows only, was not asked, unless its
    `repeat_count` question was answered with 0: then it is known to have none. A repeat within a
    repeat is judged so for each row around it; where nobody has such a row, it is known to have
    none.
    """
    root = _parse(xml)
    form_id = root.get("id", "")
    if form_id != framework.id + (PLACE_FORM if asked_of == "place" else ""):
        raise SubmissionError(Fault.OTHER_FORM)
    meta = {_local(element): _text(element) for element in _meta(root)}
    if not meta.get("instanceID"):
        raise SubmissionError(Fault.NO_INSTANCE_ID)
    return Submission(
        instance_id=meta["instanceID"],
        deprecated_id=meta.get("deprecatedID") or None,
        form_id=form_id,
        version=root.get("version", ""),
        answers=_Reader(framework, _asked(framework, asked_of)).answers(root),
        computed={
            _local(child).removeprefix(PREFIX): _text(child)
            for child in root
            if _local(child).startswith(PREFIX)
        },
    )


def _asked(framework: Framework, asked_of: str) -> dict[str, Question]:
    keys = (framework.place, framework.period)
    return {
        question.name: question
        for question in framework.questions
        if question.of_place == (asked_of == "place")
        or (asked_of == "place" and question.name in keys)
    }


@dataclass
class _Found:
    """A row of a repeat as it was met: its answers, the place of the row around it among all rows
    of that repeat, and whether anything was answered in it or in a row within it."""

    around: int
    values: dict[str, Value | Missing] = field(default_factory=dict)
    is_answered: bool = False


@dataclass(frozen=True)
class _Place:
    """Where elements are read: the repeat and the row there, None and 0 for the unit."""

    roster: str | None = None
    row: int = 0


class _Reader:
    """Walks the elements once and collects singles and rows."""

    def __init__(self, framework: Framework, questions: Mapping[str, Question]) -> None:
        self.framework, self.questions = framework, questions
        self.parents = framework.parents
        self.rows: dict[str, list[_Found]] = {name: [] for name in self.parents}
        self.counts = {
            row["name"]: count.strip()[2:-1]
            for row in framework.sheets.get("survey", ())
            if row.get("name") in self.parents and (count := row.get("repeat_count", ""))
        }

    def answers(self, root: Element) -> Answers:
        values = self._collect(root, _Place())
        rosters: dict[str, tuple[Row, ...]] = {}
        within: dict[str, Within] = {}
        kept: dict[str, list[int]] = {}
        for name, outer in self.parents.items():
            if outer and outer not in rosters:
                continue
            owners = kept[outer] if outer else [0]
            silent = {at for at in owners if not self._is_asked(name, at, values)}
            if owners and len(silent) == len(owners):
                continue
            found = self.rows[name]
            kept[name] = [at for at, row in enumerate(found) if row.around in {*owners} - silent]
            rosters[name] = tuple(found[at].values for at in kept[name])
            if outer:
                rows = tuple(owners.index(found[at].around) for at in kept[name])
                within[name] = Within(outer, rows, frozenset(map(owners.index, silent)))
        return Answers(values, rosters, within)

    def _is_asked(self, roster: str, around: int, values: Row) -> bool:
        """Whether a row around, or the unit, was asked for rows of a repeat."""
        own = [row for row in self.rows[roster] if row.around == around]
        if any(row.is_answered for row in own):
            return True
        count, outer = self.counts.get(roster, ""), self.parents[roster]
        while outer and count not in self.rows[outer][around].values:
            around, outer = self.rows[outer][around].around, self.parents[outer]
        return (self.rows[outer][around].values if outer else values).get(count) == 0

    def _collect(self, element: Element, place: _Place) -> dict[str, Value | Missing]:
        found: dict[str, Value | Missing] = {}
        for child in self._leaves(element, place):
            question = self.questions[_local(child)]
            if question.name in found:
                raise SubmissionError(Fault.ANSWERED_TWICE, question.name)
            found[question.name] = _read(question, _text(child))
        return found

    def _leaves(self, element: Element, place: _Place, depth: int = 0) -> Iterator[Element]:
        if depth > _DEEPEST:
            raise SubmissionError(Fault.TOO_DEEP)
        for child in element:
            name = _local(child)
            question = self.questions.get(name)
            if name in self.parents:
                if self.parents[name] == (place.roster or ""):
                    self._add_row(name, child, place)
            elif question is not None and question.roster == place.roster:
                yield child
            elif len(child):
                yield from self._leaves(child, place, depth + 1)

    def _add_row(self, roster: str, element: Element, place: _Place) -> None:
        rows = self.rows[roster]
        if len(rows) >= _MOST_ROWS:
            raise SubmissionError(Fault.TOO_MANY_ROWS, roster)
        found = _Found(place.row)
        rows.append(found)
        found.values = self._collect(element, _Place(roster, len(rows) - 1))
        found.is_answered |= any(not isinstance(v, Missing) for v in found.values.values())
        if found.is_answered and place.roster is not None:
            self.rows[place.roster][place.row].is_answered = True


def _parse(xml: bytes) -> Element:
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except DefusedXmlException:
        raise SubmissionError(Fault.FORBIDDEN_XML) from None
    except (ParseError, ValueError, LookupError):
        raise SubmissionError(Fault.NOT_XML) from None
    return root


def _meta(root: Element) -> Iterator[Element]:
    for child in root:
        if _local(child) == "meta":
            yield from child


def _read(question: Question, text: str) -> Value | Missing:
    if text == "NaN":  # what some clients write for a sum over no rows
        return Missing.NOT_ASKED
    try:
        return read_value(question, text)
    except AnswerError as error:
        raise SubmissionError(Fault.NOT_AN_ANSWER, question.name, error.allowed) from None


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: Element) -> str:
    return (element.text or "").strip()
