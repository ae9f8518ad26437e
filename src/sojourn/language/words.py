"""A rule in the words of the form: what it looks at by its label, in any language we speak.

This is the only place where rules are told; codebooks and web pages show what it says. A rule is
told as lines within lines. What fits on one line as a value (`“Income” ÷ “People”`) stays on it;
what decides something has a line for each of its parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sojourn.framework.model import (
    Direction,
    Factor,
    Framework,
    Measure,
    Question,
    Roster,
    Text,
)
from sojourn.framework.nodes import (
    COMPARISONS,
    ROSTER_NODES,
    Add,
    AllRows,
    And,
    AnswerRef,
    AnyRow,
    BooleanLiteral,
    ClassRef,
    CodeLiteral,
    CountSelected,
    DateLiteral,
    Equal,
    FactorRef,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    MeasureRef,
    Node,
    Not,
    NotEqual,
    NumberLiteral,
    Or,
    Selected,
)
from sojourn.framework.types import Boolean, Code, Date
from sojourn.language import figures, values
from sojourn.language.phrases import phrase
from sojourn.language.said import Said, flat, upper

_ORDERS: dict[type, str] = {
    Less: "less_than",
    LessEqual: "at_most",
    Greater: "more_than",
    GreaterEqual: "at_least",
}


@dataclass(frozen=True)
class Words:
    """Tells rules of one framework in one language."""

    framework: Framework
    language: str

    def say(self, node: Node) -> Said:
        """A rule as lines within lines."""
        match node:
            case BooleanLiteral(value):
                return Said(self.phrase("always" if value else "never"))
            case And(parts):
                return self._all_of(self._gathered(parts, "and"))
            case Or(parts):
                return self._any_of(self._gathered(parts, "or"))
            case Not(of):
                return self._not(of)
            case Selected(of, code):
                return self.line(of, self.phrase("chosen", a=self.outcome(of, code)))
            case FactorRef() if isinstance(node.type, Boolean):
                return self.line(node, self.phrase("present"))
            case AnswerRef() if isinstance(node.type, Code):
                return Said(self.phrase("as_answered", a=self.value(node)))
            case AnyRow(roster, where):
                text = self.phrase("some_row", a=self.quoted_label(roster))
                return Said(text, (self.say(where),))
            case AllRows(roster, condition):
                text = self.phrase("every_row", a=self.quoted_label(roster))
                return Said(text, (self.say(condition),))
            case _ if isinstance(node, COMPARISONS):
                return self._comparison(node)
            case _:
                return values.say(self, node)

    def value(self, node: Node) -> str:
        """A value in a line: a number, a day or a code; a condition as one long line."""
        found = values.inline(self, node)
        return found if found is not None else flat(self.say(node))

    # -- what is named

    def phrase(self, key: str, **parts: object) -> str:
        return phrase(key, self.language, **parts)

    def text(self, text: Text) -> str:
        """A text of the framework, so that it stays in its place in a line."""
        return figures.isolated(figures.plain(text.get(self.language)), self.language)

    def label(self, name: str) -> str:
        """What a name of the framework stands for; the name itself where it has no label."""
        return self._labels.get(name) or name

    def quoted_label(self, name: str) -> str:
        return self._quoted(self.label(name))

    @cached_property
    def _labels(self) -> dict[str, str]:
        one = self.framework
        named: tuple[Question | Roster | Factor | Measure, ...] = (
            *one.questions,
            *one.rosters,
            *one.factors,
            *one.measures,
        )
        return {row.name: self.text(row.label) for row in named}

    def outcome(self, node: Node, code: str) -> str:
        """A code in the words of what it is a code of."""
        match node:
            case AnswerRef(name):
                label = self.text(self.framework.question(name).choice_label(code))
                return self._quoted(label or code)
            case ClassRef(name):
                classes = {item.name: item.label for item in self.framework.measure(name).classes}
                return self._quoted(self.text(classes.get(code, Text())) or code)
            case _:
                return self.direction(code)

    def direction(self, code: str) -> str:
        """A code that stands for itself: what a factor does here, or any other as it is."""
        return self.phrase(code) if code in tuple(Direction) else self._quoted(code)

    def _quoted(self, text: str) -> str:
        return self.phrase("quoted", a=text)

    def line(self, about: Node, told: str, parts: tuple[Said, ...] = ()) -> Said:
        """A line about one thing."""
        match about:
            case AnswerRef(name) | FactorRef(name) | MeasureRef(name) | ClassRef(name):
                subject, shown = self.label(name), self.quoted_label(name)
            case CountSelected(AnswerRef(name)):
                subject = shown = upper(self.phrase("how_many_chosen", a=self.quoted_label(name)))
            case _:
                subject = shown = upper(self.value(about))
        return self._about(subject, shown, told, parts)

    def _about(self, subject: str, shown: str, told: str, parts: tuple[Said, ...]) -> Said:
        return Said(self.phrase("line", a=shown, b=told), parts, subject, told)

    def _all_of(self, said: tuple[Said, ...]) -> Said:
        return said[0] if len(said) == 1 else Said(self.phrase("all_of"), said)

    def _any_of(self, said: tuple[Said, ...]) -> Said:
        return said[0] if len(said) == 1 else Said(self.phrase("any_of"), said)

    def _not(self, of: Node) -> Said:
        if isinstance(of, FactorRef):
            return self.line(of, self.phrase("not_present"))
        parts = of.parts if isinstance(of, Or) else (of,)
        said = self._gathered(tuple(Not(part) for part in parts), "and", nested=False)
        if len(said) == 1:
            return said[0]
        return Said(self.phrase("no_one_of"), self._gathered(parts, "or"))

    # -- several conditions about one thing

    def _gathered(
        self, parts: tuple[Node, ...], word: str, *, nested: bool = True
    ) -> tuple[Said, ...]:
        """The parts of an `and` or `or`, those about one thing on one line."""
        groups: dict[object, list[Node]] = {}
        for at, part in enumerate(parts):
            groups.setdefault(_subject(part, word) or at, []).append(part)
        return tuple(
            self._together(key, group)
            if isinstance(key, tuple) and (len(group) > 1 or isinstance(group[0], Not))
            else self._alone(group[0], nested=nested)
            for key, group in groups.items()
        )

    def _alone(self, node: Node, *, nested: bool) -> Said:
        if nested or not isinstance(node, Not):
            return self.say(node)
        return Said(self.phrase("not"), (self.say(node.of),))

    def _together(self, key: tuple[str, Node], group: list[Node]) -> Said:
        kind, left = key
        if kind == "limits":
            return self.line(left, self._limits(group))
        codes = dict.fromkeys(_code(part) for part in group)
        said = [self.outcome(left, code) for code in codes]
        many = _MANY[kind] if len(said) > 1 else _ONE[kind]
        found = many[0] if isinstance(left, AnswerRef) else many[1 + isinstance(left, FactorRef)]
        return self.line(left, self.phrase(found, a=self.phrase("comma").join(said)))

    def _limits(self, group: list[Node]) -> str:
        """Limits of one number or day: `from 5 to 10`, or one after the other."""
        found = {type(part): part for part in map(values.leading, group)}
        if len(group) == 2 and found.keys() == {GreaterEqual, LessEqual}:
            low, high = (self.value(found[kind].right) for kind in (GreaterEqual, LessEqual))
            return self.phrase("from_to", a=low, b=high)
        said = [self.compared(part) for part in map(values.leading, group)]
        text = said[0]
        for more in said[1:]:
            text = self.phrase("and", a=text, b=more)
        return text

    # -- comparisons

    def _comparison(self, node: Node) -> Said:
        lead = values.leading(node)
        left, right = lead.left, lead.right
        if not values.fits_a_line(right):
            if values.fits_a_line(left):
                told = self.compared(lead, self.phrase("follows"))
                return self.line(left, told, (self.say(right),))
            told = self.compared(lead, self.phrase("the_second"))
            return Said(self.phrase("first_is", a=told), (self.say(left), self.say(right)))
        told = self.compared(lead)
        if values.fits_a_line(left):
            return self.line(left, told)
        if isinstance(left, Add):
            parts = tuple(self.say(term) for term in values.terms(left))
            return Said(self.phrase("added_are", a=told), parts)
        if isinstance(left, ROSTER_NODES):
            subject = upper(values.rows(self, left))
            where = tuple(self.say(part) for part in values.filters(left))
            return self._about(subject, subject, told, where)
        return Said(self.phrase("this_is", a=told), (self.say(left),))

    def compared(self, comparison: values.Comparison, other: str = "") -> str:
        """How something compares with the right side, such as `less than 18`.

        `other` stands for a right side that is told elsewhere.
        """
        left, right, kind = comparison.left, comparison.right, type(comparison)
        if isinstance(left.type, Code):
            return self._code(left, right, other, equal=kind is Equal)
        said = other or self.value(right)
        day = isinstance(left.type, Date)
        if kind in _ORDERS:
            return self.phrase(("day_" if day else "") + _ORDERS[kind], a=said)
        match right:
            case DateLiteral():
                return self.phrase("on_day" if kind is Equal else "not_on_day", a=said)
            case _ if other or not isinstance(right, NumberLiteral) or day:
                return self.phrase("same_as" if kind is Equal else "not_same_as", a=said)
            case _:
                return self.phrase("exactly" if kind is Equal else "other_than", a=said)

    def _code(self, left: Node, right: Node, other: str, *, equal: bool) -> str:
        if other or not isinstance(right, CodeLiteral):
            said = other or self.value(right)
            return self.phrase("same_as" if equal else "not_same_as", a=said)
        said = self.outcome(left, right.value)
        if isinstance(left, ClassRef):
            return self.phrase("in_class" if equal else "not_in_class", a=said)
        return said if equal else self.phrase("not_this", a=said)


# For answers, classes and factors: the phrase for one code and for several.
_ONE = {
    "is": ("this", "in_class", "this"),
    "with": ("chosen",) * 3,
    "not": ("not_this", "not_in_class", "not_this"),
    "not_with": ("not_chosen",) * 3,
}
_MANY = {
    "is": ("one_of", "in_a_class", "either_effect"),
    "not": ("none_of", "in_no_class", "neither_effect"),
    "with": ("one_chosen",) * 3,
    "not_with": ("none_chosen",) * 3,
}


def _subject(node: Node, word: str) -> tuple[str, Node] | None:
    """What a part says something about, where that can be said together with others."""
    found: tuple[str, Node] | None = None
    match node:
        case NotEqual(left, CodeLiteral()) | Not(Equal(left, CodeLiteral())) if word == "and":
            found = "not", left
        case Not(Selected(left)) if word == "and":
            found = "not_with", left
        case Equal(left, CodeLiteral()) if word == "or":
            found = "is", left
        case Selected(left) if word == "or":
            found = "with", left
        case _ if word == "and" and isinstance(node, COMPARISONS) and type(node) in _ORDERS:
            lead = values.leading(node)
            literal = isinstance(lead.right, NumberLiteral | DateLiteral)
            found = ("limits", lead.left) if literal and values.fits_a_line(lead.left) else None
    named = found is not None and isinstance(found[1], AnswerRef | FactorRef | ClassRef)
    return found if named or (found is not None and found[0] == "limits") else None


def _code(node: Node) -> str:
    """The code that a condition speaks of."""
    match node:
        case Not(of):
            return _code(of)
        case Selected(code=code):
            return code
        case Equal(right=CodeLiteral(value)) | NotEqual(right=CodeLiteral(value)):
            return value
        case _:
            raise TypeError(node)
