"""A rule in the words of the form: what it looks at by its label, in any language we speak."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from sojourn.framework.model import Direction, Framework, Text
from sojourn.framework.nodes import (
    COMPARISONS,
    Absolute,
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
    CountRows,
    CountSelected,
    DateLiteral,
    DaysBetween,
    Divide,
    Equal,
    FactorRef,
    Greater,
    GreaterEqual,
    Greatest,
    If,
    Least,
    Less,
    LessEqual,
    MaxRows,
    MeasureRef,
    MinRows,
    Modulo,
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
    SumRows,
    Truncate,
)
from sojourn.framework.types import Boolean, Code, Date
from sojourn.language.phrases import phrase

_SYMBOLS: dict[type, str] = {Add: "+", Subtract: "−", Multiply: "×", Divide: "÷", Modulo: "mod"}
_NUMBERS: dict[type, str] = {
    Less: "less",
    LessEqual: "less_equal",
    Greater: "greater",
    GreaterEqual: "greater_equal",
    Equal: "equal",
    NotEqual: "not_equal",
}
_DATES: dict[type, str] = {
    Less: "before",
    LessEqual: "not_after",
    Greater: "after",
    GreaterEqual: "not_before",
    Equal: "equal",
    NotEqual: "not_equal",
}


@dataclass(frozen=True)
class Said:
    """One sentence of a rule, with those below it."""

    text: str
    parts: tuple[Said, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"text": self.text, "parts": [part.to_json() for part in self.parts]}


@dataclass(frozen=True)
class Words:
    """Tells rules of one framework in one language."""

    framework: Framework
    language: str

    def say(self, node: Node) -> Said:
        """A rule as sentences within sentences."""
        match node:
            case And(parts):
                return Said(self._say("all_of"), tuple(self.say(part) for part in parts))
            case Or(parts):
                said = self._merged(parts)
                return said[0] if len(said) == 1 else Said(self._say("any_of"), said)
            case Not(of) if not isinstance(of, FactorRef):
                return Said(self._say("not"), (self.say(of),))
            case AnyRow(roster, where):
                return Said(self._say("some_row", a=self.roster(roster)), (self.say(where),))
            case AllRows(roster, condition):
                return Said(self._say("every_row", a=self.roster(roster)), (self.say(condition),))
            case If(condition, then, otherwise):
                return Said(
                    self._say("if"),
                    (self.say(condition), *self._branch("then", then), *self._rest(otherwise)),
                )
            case _ if isinstance(node, COMPARISONS) and isinstance(node.left, Add):
                return self._sum(node)
            case AnswerRef() if isinstance(node.type, Code):
                return Said(self._say("as_answered", a=self.inline(node)))
            case _:
                return Said(_upper(self.inline(node)))

    def _sum(self, node: Node) -> Said:
        """A long sum that is compared, one line for each of its parts."""
        if not isinstance(node, COMPARISONS):
            raise TypeError("a comparison was expected")
        terms = _terms(node.left)
        if len(terms) < 3:
            return Said(_upper(self.inline(node)))
        key = _NUMBERS[type(node)]
        line = self._say(key, a=self._say("this_sum"), b=self.inline(node.right))
        parts = tuple(Said(_upper(self.inline(term))) for term in terms)
        return Said(self._say("these_lines", a=_upper(line)), parts)

    def _merged(self, parts: tuple[Node, ...]) -> tuple[Said, ...]:
        """Parts of an `or`, those about one question as one."""
        groups: dict[tuple[str, str], list[Node]] = {}
        for at, part in enumerate(parts):
            groups.setdefault(_about(part) or ("", str(at)), []).append(part)
        return tuple(
            self.say(group[0]) if len(group) == 1 else self._one_of(*key, group)
            for key, group in groups.items()
        )

    def _one_of(self, key: str, name: str, parts: list[Node]) -> Said:
        question = self.framework.question(name)
        codes = [_code_of(part) for part in parts]
        labels = [self._quoted(question.choice_label(c).get(self.language)) for c in codes]
        said = self._say("comma").join(labels)
        return Said(self._say(key, a=self.label(question.label, name), b=said))

    def _branch(self, word: str, node: Node) -> tuple[Said, ...]:
        if isinstance(node, If):
            return (self.say(node),)
        if isinstance(node, And | Or | AnyRow | AllRows):
            return (Said(self._say(f"{word}_these"), (self.say(node),)),)
        return (Said(self._say(word, a=self.inline(node))),)

    def _rest(self, node: Node) -> tuple[Said, ...]:
        return self._branch("otherwise", node)

    # -- one line

    def inline(self, node: Node) -> str:
        """A rule or a part of one in a line."""
        if isinstance(node, COMPARISONS):
            return self._compared(node)
        tell = _LINES.get(type(node))
        return tell(self, node) if tell is not None else node.text()

    def label(self, text: Text, name: str) -> str:
        return text.get(self.language) or name

    def _say(self, key: str, **parts: object) -> str:
        return phrase(key, self.language, **parts)

    def _compared(self, node: Node) -> str:
        if not isinstance(node, COMPARISONS):
            raise TypeError("a comparison was expected")
        left, right = node.left, node.right
        if isinstance(left, CodeLiteral):
            left, right = right, left
        if isinstance(left.type, Code):
            return self._code(left, right, equal=isinstance(node, Equal))
        table = _DATES if isinstance(left.type, Date) else _NUMBERS
        return self._say(table[type(node)], a=self.inline(left), b=self.inline(right))

    def _code(self, left: Node, right: Node, *, equal: bool) -> str:
        ending = "" if equal else "_not"
        said = self.outcome(left, right.value) if isinstance(right, CodeLiteral) else ""
        said = said or self.inline(right)
        match left:
            case AnswerRef(name):
                question = self.framework.question(name)
                label = self.label(question.label, name)
                return self._say(f"answer_is{ending}", a=label, b=self._quoted(said))
            case FactorRef():
                return self._say(f"factor_is{ending}", a=self.inline(left), b=said)
            case ClassRef(name):
                label = self._measure(name)
                return self._say(f"class_is{ending}", a=label, b=self._quoted(said))
            case _:
                key = "equal" if equal else "not_equal"
                return self._say(key, a=self.inline(left), b=said)

    def outcome(self, node: Node, code: str) -> str:
        """A code in the words of what it is a code of."""
        match node:
            case AnswerRef(name):
                return self.framework.question(name).choice_label(code).get(self.language)
            case ClassRef(name):
                classes = self.framework.measure(name).classes
                return next((c.label.get(self.language) for c in classes if c.name == code), code)
            case _:
                return self.direction(code)

    def direction(self, code: str) -> str:
        return self._say(code) if code in tuple(Direction) else code

    def _quoted(self, text: str) -> str:
        return self._say("quoted", a=text)

    def _measure(self, name: str) -> str:
        return self._quoted(self.label(self.framework.measure(name).label, name))

    def roster(self, name: str) -> str:
        labels = {roster.name: roster.label for roster in self.framework.rosters}
        return self._quoted(self.label(labels.get(name, Text()), name))

    def _answer(self, node: AnswerRef) -> str:
        return self._quoted(self.label(self.framework.question(node.name).label, node.name))

    def _factor(self, node: FactorRef) -> str:
        label = self._quoted(self.label(self.framework.factor(node.name).label, node.name))
        if isinstance(node.type, Boolean):
            return self._say("factor_present", a=label)
        return label

    def _not(self, node: Not) -> str:
        if isinstance(node.of, FactorRef):
            label = self.label(self.framework.factor(node.of.name).label, node.of.name)
            return self._say("factor_is", a=self._quoted(label), b=self._say("absent"))
        return self._say("not_inline", a=self.inline(node.of))

    def _joined(self, key: str, parts: tuple[Node, ...]) -> str:
        return reduce(lambda a, b: self._say(key, a=a, b=b), (self.inline(p) for p in parts))

    def _list(self, key: str, parts: tuple[Node, ...]) -> str:
        return self._say(key, a=self._say("comma").join(self.inline(part) for part in parts))

    def _chosen(self, node: Selected) -> str:
        name = node.of.name if isinstance(node.of, AnswerRef) else ""
        question = self.framework.question(name)
        choice = question.choice_label(node.code).get(self.language)
        label = self.label(question.label, name)
        return self._say("chosen", a=label, b=self._quoted(choice))

    def _rows(self, key: str, said: str, where: Node | None) -> str:
        rows = self._say(key, a=said)
        return rows if where is None else self._say("where", a=rows, b=self.inline(where))

    def _arithmetic(self, node: Node) -> str:
        if not isinstance(node, Add | Subtract | Multiply | Divide | Modulo):
            raise TypeError("an operation was expected")
        sides = [self._operand(side) for side in (node.left, node.right)]
        return f" {_SYMBOLS[type(node)]} ".join(sides)

    def _operand(self, node: Node) -> str:
        text = self.inline(node)
        return f"({text})" if getattr(node, "compound", False) else text


def _number(node: NumberLiteral) -> str:
    return format(node.value, "f")


_LINES: dict[type, Callable[[Words, Any], str]] = {
    BooleanLiteral: lambda w, n: w._say("yes" if n.value else "no"),
    NumberLiteral: lambda _, n: _number(n),
    CodeLiteral: lambda w, n: w.direction(n.value),
    DateLiteral: lambda _, n: n.value.isoformat(),
    AnswerRef: Words._answer,
    FactorRef: Words._factor,
    MeasureRef: lambda w, n: w._measure(n.name),
    ClassRef: lambda w, n: w._measure(n.name),
    And: lambda w, n: w._joined("and", n.parts),
    Or: lambda w, n: w._joined("or", n.parts),
    Not: Words._not,
    Selected: Words._chosen,
    If: lambda w, n: w._say(
        "if_inline", a=w.inline(n.condition), b=w.inline(n.then), c=w.inline(n.otherwise)
    ),
    Add: Words._arithmetic,
    Subtract: Words._arithmetic,
    Multiply: Words._arithmetic,
    Divide: Words._arithmetic,
    Modulo: Words._arithmetic,
    Negate: lambda w, n: f"−{w._operand(n.of)}",
    Absolute: lambda w, n: w._say("size", a=w.inline(n.of)),
    Truncate: lambda w, n: w._say("cut", a=w.inline(n.of)),
    Round: lambda w, n: w._say("rounded", a=w.inline(n.of), b=n.places),
    Least: lambda w, n: w._list("smallest_of", n.parts),
    Greatest: lambda w, n: w._list("largest_of", n.parts),
    Coalesce: lambda w, n: w._list("first_known", n.parts),
    DaysBetween: lambda w, n: w._say("days_between", a=w.inline(n.left), b=w.inline(n.right)),
    Age: lambda w, n: w._say("years", a=w.inline(n.born), b=w.inline(n.on)),
    CodeNumber: lambda w, n: w.inline(n.of),
    CountSelected: lambda w, n: w._say("how_many_chosen", a=w.inline(n.of)),
    CountRows: lambda w, n: w._rows("rows", w.roster(n.roster), n.where),
    SumRows: lambda w, n: w._rows("sum_rows", w.inline(n.value), n.where),
    MinRows: lambda w, n: w._rows("min_rows", w.inline(n.value), n.where),
    MaxRows: lambda w, n: w._rows("max_rows", w.inline(n.value), n.where),
    AnyRow: lambda w, n: w._rows("some_row", w.roster(n.roster), n.where),
    AllRows: lambda w, n: w._rows("every_row", w.roster(n.roster), n.condition),
}


def _terms(node: Node) -> list[Node]:
    return [*_terms(node.left), *_terms(node.right)] if isinstance(node, Add) else [node]


def _about(node: Node) -> tuple[str, str] | None:
    """The question of which a condition asks for one code, and the phrase for several of them."""
    match node:
        case Equal(AnswerRef(name), CodeLiteral()):
            return "one_of", name
        case Selected(AnswerRef(name)):
            return "one_chosen", name
        case _:
            return None


def _code_of(node: Node) -> str:
    if isinstance(node, Selected):
        return node.code
    return (
        node.right.value if isinstance(node, Equal) and isinstance(node.right, CodeLiteral) else ""
    )


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
