"""A rule in words: the same tree as a reason, without anybody's answers.

Conditions over one question are said together ("one of: ..."). What has no words of its own is
shown as its formula, with the labels in place of the names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sojourn.framework import Factor, Framework, Measure, Question, Roster
from sojourn.framework.nodes import (
    COMPARISONS,
    Add,
    Age,
    AllRows,
    And,
    AnswerRef,
    AnyRow,
    BooleanLiteral,
    ClassRef,
    Coalesce,
    CodeLiteral,
    CodeNumber,
    Combine,
    CountRows,
    CountSelected,
    DaysBetween,
    Decide,
    Divide,
    Equal,
    FactorRef,
    FactorTerm,
    Greater,
    GreaterEqual,
    Greatest,
    If,
    Least,
    Less,
    LessEqual,
    MeasureRef,
    Multiply,
    Negate,
    Node,
    Not,
    NotEqual,
    NumberLiteral,
    Or,
    Round,
    Selected,
    Subtract,
    walk,
)
from sojourn.web.cases import words as case_words
from sojourn.web.cases.situation import AnswerShown, Reason
from sojourn.web.i18n import language

_NAME = re.compile(r"\$\{(\w+)\}")


class Sentences:
    """Says the rules of one framework in the active language."""

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        named: tuple[Question | Roster | Factor | Measure, ...] = (
            *framework.questions,
            *framework.rosters,
            *framework.factors,
            *framework.measures,
        )
        self.labels = {
            row.name: case_words.plain(row.label.get(language())) or row.name for row in named
        }

    def rule(self, node: Node) -> Reason:
        """A whole rule."""
        return self._said(node)

    def number(self, node: Node) -> str:
        """A number that is written in a rule; empty for one that depends on something."""
        match node:
            case NumberLiteral(value):
                return case_words.number(Fraction(value))
            case Negate(NumberLiteral(value)):
                return case_words.number(-Fraction(value))
            case _:
                return ""

    # -- conditions

    def _said(self, node: Node) -> Reason:
        match node:
            case BooleanLiteral(value):
                return Reason(_("Always") if value else _("Never"), "", "")
            case And(parts):
                return self._joined(
                    "and", self._gathered(parts, NotEqual, _("none of: %(values)s"))
                )
            case Or(parts):
                return self._joined("or", self._gathered(parts, Equal, _("one of: %(values)s")))
            case Not(of):
                return Reason(str(case_words.OPERATIONS["not"]), "", "", parts=(self._said(of),))
            case Selected(AnswerRef(name), code):
                return _leaf(
                    self.label(name), _("with %(value)s") % {"value": self.code(name, code)}
                )
            case FactorRef(name):
                return _leaf(self.label(name), _("present"))
            case AnyRow(roster, where):
                text = _("For at least one of “%(rows)s”") % {"rows": self.label(roster)}
                return Reason(text, "", "", parts=(self._said(where),))
            case AllRows(roster, condition):
                text = _("For each of “%(rows)s”") % {"rows": self.label(roster)}
                return Reason(text, "", "", parts=(self._said(condition),))
            case _ if isinstance(node, COMPARISONS):
                return self._comparison(node)
            case _:
                return self._value(node)

    # -- numbers and codes

    def _value(self, node: Node) -> Reason:
        """A value that is looked up or written down; what is computed is said further below."""
        match node:
            case AnswerRef(name) | MeasureRef(name):
                return _leaf(self.label(name), _("as it is"))
            case CodeNumber(AnswerRef(name)):
                return _leaf(self.label(name), _("the number that was chosen"))
            case CountSelected(AnswerRef(name)):
                return _leaf(self.label(name), _("how many were chosen"))
            case FactorTerm(name, weight=weight):
                return _leaf(self.label(name), self.number(weight) or _("its own weight"))
            case CodeLiteral(value):
                return Reason(case_words.value(value), "", "")
            case NumberLiteral(value):
                return Reason(case_words.number(Fraction(value)), "", "")
            case CountRows(roster, where):
                text = _("How many there are of “%(rows)s”") % {"rows": self.label(roster)}
                return Reason(text, "", "", parts=(self._said(where),) if where else ())
            case _:
                return self._choice(node)

    def _choice(self, node: Node) -> Reason:
        """One of several values, or several as one."""
        match node:
            case If():
                return self._chosen(node) or Reason(
                    _("The first of these that holds"), "", "", parts=tuple(self._cases(node))
                )
            case Decide(cases):
                parts = [self._case(case_words.number(Fraction(v)), when) for when, v in cases]
                return Reason(_("The first of these that holds"), "", "", parts=tuple(parts))
            case Coalesce(parts):
                return self._listed(_("The first of these that is known"), parts)
            case Greatest(parts):
                return self._listed(str(case_words.OPERATIONS["max"]), parts)
            case Least(parts):
                return self._listed(str(case_words.OPERATIONS["min"]), parts)
            case Combine(parts=parts):
                return self._listed(str(case_words.OPERATIONS[node.how]), parts)
            case _:
                return self._computed(node)

    def _computed(self, node: Node) -> Reason:
        match node:
            case Add():
                return self._listed(_("Added up"), _added(node))
            case Multiply(AnswerRef(name) | MeasureRef(name), NumberLiteral(value)) | Multiply(
                NumberLiteral(value), AnswerRef(name) | MeasureRef(name)
            ):
                times = {"number": case_words.number(Fraction(value))}
                return _leaf(self.label(name), _("times %(number)s") % times)
            case Multiply(left, right):
                return self._listed(_("Multiplied together"), (left, right))
            case Divide(left, right):
                return self._listed(_("The first divided by the second"), (left, right))
            case Subtract(left, right):
                return self._listed(_("The first less the second"), (left, right))
            case Round(of, places):
                text = ngettext(
                    "Rounded to %(number)d decimal place",
                    "Rounded to %(number)d decimal places",
                    places,
                )
                return self._listed(text % {"number": places}, (of,))
            case Age(AnswerRef(born), AnswerRef(on)):
                days = {"first": self.label(born), "last": self.label(on)}
                return Reason(_("Whole years from “%(first)s” to “%(last)s”") % days, "", "")
            case DaysBetween(AnswerRef(last), AnswerRef(first)):
                days = {"first": self.label(first), "last": self.label(last)}
                return Reason(_("Days from “%(first)s” to “%(last)s”") % days, "", "")
            case _:
                return Reason(self.formula(node), "", "")

    def _listed(self, text: str, parts: Iterable[Node]) -> Reason:
        return Reason(text, "", "", parts=tuple(self._said(part) for part in parts))

    def _comparison(self, node: Node) -> Reason:
        if not isinstance(node, COMPARISONS):
            raise TypeError(node)
        compared, against = self._compared(node), self._against(node.right)
        if against:
            return Reason("", "", "", self._told(node.left, compared), against)
        match node.left:
            case AnswerRef(name) | FactorRef(name) | MeasureRef(name) | ClassRef(name):
                return _leaf(self.label(name), compared)
            case CountRows(roster, where):
                text = _("How many there are of “%(rows)s”") % {"rows": self.label(roster)}
                answers = (AnswerShown(text, compared),)
                within = (self._said(where),) if where else ()
                return Reason("", "", "", answers, within)
            case CountSelected(AnswerRef(name)):
                text = _("How many were chosen: %(question)s") % {"question": self.label(name)}
                return _leaf(text, compared)
            case Add():
                text = _("Added up, these are %(compared)s") % {"compared": compared}
                parts = tuple(self._said(part) for part in _added(node.left))
                return Reason(text, "", "", parts=parts)
            case _:
                text = _("The number that follows is %(compared)s") % {"compared": compared}
                return Reason(text, "", "", parts=(self._said(node.left),))

    def _told(self, left: Node, compared: str) -> tuple[AnswerShown, ...]:
        name = left.name if isinstance(left, AnswerRef | MeasureRef | FactorRef) else ""
        return (AnswerShown(self.label(name) if name else self.formula(left), compared),)

    def _against(self, right: Node) -> tuple[Reason, ...]:
        """What something is compared with, where that is more than a name or a number."""
        depends = any(isinstance(part, If | Coalesce | Decide) for part in walk(right))
        return (self._said(right),) if depends else ()

    def _compared(self, node: Node) -> str:
        """The right side with how it is compared, such as `less than 18`."""
        if not isinstance(node, COMPARISONS):
            raise TypeError(node)
        other = {"value": self._other(node.left, node.right)}
        match node:
            case Equal():
                return other["value"]
            case NotEqual():
                return _("not %(value)s") % other
            case Less():
                return _("less than %(value)s") % other
            case LessEqual():
                return _("at most %(value)s") % other
            case Greater():
                return _("more than %(value)s") % other
            case GreaterEqual():
                return _("at least %(value)s") % other
            case _:
                raise TypeError(node)

    def _other(self, left: Node, right: Node) -> str:
        match right:
            case CodeLiteral(code):
                return self._code_of(left, code)
            case NumberLiteral(value):
                return case_words.number(Fraction(value))
            case _:
                return _("what follows") if self._against(right) else self.formula(right)

    def _gathered(self, parts: Iterable[Node], kind: type[Node], text: str) -> list[Reason]:
        """The parts, with those that compare one question with several codes said together."""
        groups: dict[object, list[Node]] = {}
        for part in parts:
            groups.setdefault(self._subject(part, kind) or id(part), []).append(part)
        return [
            self._said(group[0]) if len(group) == 1 else self._together(group, text)
            for group in groups.values()
        ]

    def _subject(self, node: Node, kind: type[Node]) -> str:
        """What a part says something about, where that can be said together with others."""
        match node:
            case Equal(left, CodeLiteral()) | NotEqual(left, CodeLiteral()) if isinstance(
                node, kind
            ) and isinstance(left, AnswerRef | FactorRef | ClassRef):
                return f"is {left.text()}"
            case Selected(AnswerRef(name)) if kind is Equal:
                return f"with {name}"
            case _:
                return ""

    def _together(self, group: list[Node], text: str) -> Reason:
        values = []
        name = ""
        for node in group:
            match node:
                case Selected(AnswerRef(name), code):
                    values.append(self.code(name, code))
                case Equal(AnswerRef(name) | FactorRef(name) | ClassRef(name), CodeLiteral(code)):
                    values.append(self._code_of(node.left, code))
                case NotEqual(
                    AnswerRef(name) | FactorRef(name) | ClassRef(name), CodeLiteral(code)
                ):
                    values.append(self._code_of(node.left, code))
        joined = _(", ").join(values)
        if isinstance(group[0], Selected):
            text = _("with one of: %(values)s")
        return _leaf(self.label(name), text % {"values": joined})

    def _joined(self, word: str, parts: list[Reason]) -> Reason:
        if len(parts) == 1:
            return parts[0]
        return Reason(str(case_words.OPERATIONS[word]), "", "", parts=tuple(parts))

    # -- cases

    def _chosen(self, node: Node) -> Reason | None:
        """A number or an effect for each answer to one question; None for anything more."""
        subject, texts = "", []
        while isinstance(node, If):
            parts = node.condition.parts if isinstance(node.condition, Or) else (node.condition,)
            values = []
            for part in parts:
                match part:
                    case Equal(AnswerRef(name), CodeLiteral(code)) if subject in ("", name):
                        subject = name
                        values.append(self.code(name, code))
                    case _:
                        return None
            outcome = {"values": _(", ").join(values), "outcome": self._plain(node.then)}
            if not outcome["outcome"]:
                return None
            texts.append(_("%(values)s: %(outcome)s") % outcome)
            node = node.otherwise
        rest = self._plain(node)
        if not rest:
            return None
        texts.append(_("otherwise: %(outcome)s") % {"outcome": rest})
        return _leaf(self.label(subject), _("; ").join(texts))

    def _cases(self, node: Node) -> Iterable[Reason]:
        """A chain of `if`s as rows: an outcome and its condition, what remains last."""
        while isinstance(node, If):
            yield self._case_of(node.then, node.condition)
            node = node.otherwise
        yield self._case_of(node, None)

    def _case_of(self, outcome: Node, when: Node | None) -> Reason:
        plain = self._plain(outcome)
        if plain:
            return self._case(plain, when)
        if when is None:
            return Reason(_("Otherwise"), "", "", parts=(self._said(outcome),))
        text = _("If this holds, what follows it counts")
        return Reason(text, "", "", parts=(self._said(when), self._said(outcome)))

    def _case(self, outcome: str, when: Node | None) -> Reason:
        if when is None:
            return Reason(_("%(outcome)s otherwise") % {"outcome": outcome}, "", "")
        text = _("%(outcome)s if") % {"outcome": outcome}
        return Reason(text, "", "", parts=(self._said(when),))

    def _plain(self, node: Node) -> str:
        match node:
            case CodeLiteral(value):
                return case_words.value(value)
            case BooleanLiteral(value):
                return _("Always") if value else _("Never")
            case _:
                return self.number(node)

    # -- names

    def label(self, name: str) -> str:
        """What a name stands for, in words."""
        return self.labels.get(name, name)

    def code(self, question: str, code: str) -> str:
        """The words of one of a question's codes."""
        return self.framework.question(question).choice_label(code).get(language())

    def formula(self, node: Node) -> str:
        """A number expression with labels in place of names."""
        text = node.text().replace(" * ", " × ").replace(" div ", " ÷ ")
        return _NAME.sub(lambda found: f"“{self.label(found[1])}”", text)

    def _code_of(self, left: Node, code: str) -> str:
        match left:
            case AnswerRef(name):
                return self.code(name, code)
            case ClassRef(name):
                classes = self.framework.measure(name).classes
                return next((c.label.get(language()) for c in classes if c.name == code), code)
            case _:
                return case_words.value(code)


def _added(node: Node) -> Iterable[Node]:
    if isinstance(node, Add):
        yield from _added(node.left)
        yield from _added(node.right)
    else:
        yield node


def _leaf(subject: str, said: str) -> Reason:
    return Reason("", "", "", answers=(AnswerShown(subject, said),))
