"""What a row would do, and what is wrong with it in the words of whoever wrote it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from sojourn.framework import Answers, DataClass, Framework, Missing, Question
from sojourn.language import read_answers
from sojourn.language.answers import AnswerError, allowed, read_value
from sojourn.web.accounts.access import Principal, Purpose
from sojourn.web.accounts.roles import Verb
from sojourn.web.i18n import language
from sojourn.web.imports import columns
from sojourn.web.imports.models import Import, Outcome, OutsideNumber
from sojourn.web.people import identities, queries
from sojourn.web.people.forms import IdentityForm
from sojourn.web.people.models import Person
from sojourn.web.people.rules import Document, IdentityData, normal_document, normal_phone


@dataclass(frozen=True)
class Problem:
    """What is wrong in a column, and what to write instead."""

    column: str
    text: str


@dataclass(frozen=True)
class Checked:
    """What becomes of one row: `identity`, `language` and `answers` are what would be written."""

    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    person: Person | None = None
    identity: IdentityData = field(default_factory=IdentityData)
    language: str = ""
    outside_number: str = ""
    answers: Answers | None = None


Values = Mapping[str, str]


def check_all(
    whole: Import,
    rows: Sequence[Values],
    headings: Mapping[str, str],
    framework: Framework,
    by: Principal,
    advance: Callable[[int], None] | None = None,
) -> list[Checked]:
    """Each row, in order. `headings` leads from a field to what it is called in the table;
    `advance` is told of each further row."""
    twice = {
        name: {key for key, count in Counter(_key(name, row) for row in rows).items() if count > 1}
        for name in _NUMBERS
    }
    found = []
    for row in rows:
        found.append(_Check(whole, row, headings, framework, by, twice).done())
        if advance is not None:
            advance(1)
    return found


_NUMBERS = ("phone", "document", "outside_number", "case_number")


def _key(name: str, row: Values) -> str:
    text = row.get(name, "")
    return normal_phone(text) if name == "phone" else normal_document(text)


class _Check:
    def __init__(
        self,
        whole: Import,
        row: Values,
        headings: Mapping[str, str],
        framework: Framework,
        by: Principal,
        twice: Mapping[str, set[str]],
    ) -> None:
        self.whole, self.row, self.headings = whole, row, headings
        self.framework, self.by, self.twice = framework, by, twice
        self.problems: list[Problem] = []

    def done(self) -> Checked:
        person = self._match()
        form = IdentityForm(self._sent(person))
        if not form.is_valid():
            for name, texts in form.errors.items():
                for text in texts:
                    self._wrong(name, str(text))
        answers = self._answers(person)
        if self.problems:
            return Checked(Outcome.REFUSED, tuple(self.problems), person)
        known = identities.open_many([person])[person.pk] if person else IdentityData()
        identity, language = self._documented(form.identity(known)), form.cleaned_data["language"]
        outside = self.row.get("outside_number", "")
        found = Checked(Outcome.NEW, (), None, identity, language, outside, answers)
        return found if person is None else self._compared(found, person, known)

    def _documented(self, identity: IdentityData) -> IdentityData:
        """With the document of the row, where it is not known yet."""
        number = self.row.get("document", "")
        if normal_document(number) in {normal_document(each.number) for each in identity.documents}:
            return identity
        more = (Document(number=number),) if number else ()
        return identity.with_documents((*identity.documents, *more))

    def _wrong(self, name: str, text: str) -> None:
        self.problems.append(Problem(self.headings.get(name, name), text))

    def _sent(self, person: Person | None) -> dict[str, Any]:
        """What the form for a person would hold: empty cells change nothing of a known one."""
        given = {name: self.row.get(name, "") for name in columns.FIELDS}
        if person is None:
            return given
        known = IdentityForm.initial_from(
            identities.open_many([person])[person.pk], person.language
        )
        if given["birth_date"]:
            known |= {"birth_year": "", "birth_estimated": False}
        return known | {name: text for name, text in given.items() if text}

    def _compared(self, found: Checked, person: Person, known: IdentityData) -> Checked:
        is_new_number = bool(found.outside_number) and not self._by_outside(found.outside_number)
        same = found.identity == known and found.language == person.language and not is_new_number
        outcome = Outcome.SAME if same else Outcome.CHANGED
        return replace(found, outcome=outcome, person=person)

    def _match(self) -> Person | None:
        """The one person here whom the numbers name. With two of them nobody guesses."""
        found: dict[object, Person] = {}
        for name in _NUMBERS:
            text = self.row.get(name, "")
            if not text:
                continue
            if _key(name, self.row) in self.twice[name]:
                self._wrong(name, _("This number stands in more than one row. Keep one of them."))
            here = self._found(name, text)
            if name == "case_number" and not here:
                self._wrong(name, _("There is no file with this number here. Leave it empty."))
            found |= {person.pk: person for person in here}
        if len(found) > 1:
            numbers = ", ".join(sorted(person.number for person in self._open(found.values())))
            self._wrong(
                "",
                _(
                    "The numbers of this row lead to more than one file (%(numbers)s). Find out "
                    "which one it is, and write its number as the case number."
                )
                % {"numbers": numbers or "–"},
            )
            return None
        person = next(iter(found.values()), None)
        if person is not None and not self._open([person]):
            self._wrong("", _("This person is known here, but the file is not open to you."))
            return None
        return person

    def _found(self, name: str, text: str) -> list[Person]:
        if name == "outside_number":
            return self._by_outside(text)
        rows = queries.exactly(self.by, text).filter(organisation_id=self.whole.organisation_id)
        return list(rows.filter(erased_at=None)[:3])

    def _by_outside(self, text: str) -> list[Person]:
        index = outside_index(self.whole, text)
        rows = OutsideNumber.objects.filter(
            organisation_id=self.whole.organisation_id, index=index
        ).select_related("person__identity", "person__key")
        return [row.person for row in rows]

    def _open(self, found: Any) -> list[Person]:
        """Of these, the files that one may write in."""
        reached = queries.people(self.by, Purpose.CASE_WORK).rows
        return list(reached.filter(pk__in=[person.pk for person in found]))

    def _answers(self, person: Person | None) -> Answers | None:
        given = {
            name.removeprefix(columns.ANSWER): text
            for name, text in self.row.items()
            if name.startswith(columns.ANSWER) and text
        }
        if not given:
            return None
        first = next(iter(given))
        if self.whole.basis == "none":
            self._wrong(
                columns.ANSWER + first,
                _("Answers need the person's agreement. Leave these columns out."),
            )
        elif person is not None:
            self._wrong(
                columns.ANSWER + first,
                _("This person has a file already. Ask them anew, in an assessment."),
            )
        for name, text in given.items():
            question = self.framework.question(name)
            if not self._may_write(question):
                self._wrong(
                    columns.ANSWER + name,
                    _("This token does not write answers of this kind. Leave the column out."),
                )
                continue
            try:
                value = read_value(question, text)
            except AnswerError:
                them = allowed(question, language())
                self._wrong(columns.ANSWER + name, _("Write %(them)s.") % {"them": them})
                continue
            if value is Missing.UNUSABLE:
                self._wrong(columns.ANSWER + name, _("This cannot be the answer."))
        return None if self.problems else read_answers(self.framework, given)

    def _may_write(self, question: Question) -> bool:
        """A role writes all that a form asks, as on its screen; a token what it was made for."""
        if not self.by.is_narrowed:
            return True
        writable = self.by.classes(self.whole.organisation_id, Verb.WRITE)
        return (question.data_class or DataClass.CASE_WORK) in writable


def outside_index(whole: Import, text: str) -> bytes:
    """What an outside number is found by."""
    key = identities.organisation_key(whole.organisation_id)
    return key.blind_index(normal_document(text), field="outside")
