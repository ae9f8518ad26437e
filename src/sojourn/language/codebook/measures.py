"""The measures of a framework as blocks of a codebook."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from sojourn.framework.model import Measure, MeasureClass, MeasureKind
from sojourn.framework.nodes import (
    And,
    AnswerRef,
    ClassRef,
    CodeLiteral,
    Combine,
    Decide,
    Equal,
    FactorRef,
    FactorTerm,
    Greater,
    If,
    MeasureRef,
    Multiply,
    Node,
    NumberLiteral,
)
from sojourn.language.codebook.blocks import Block, Entry, Fact, Facts, Rule, Table
from sojourn.language.codebook.texts import shown, written
from sojourn.language.figures import number
from sojourn.language.labels import group_labels
from sojourn.language.phrases import coded, phrase
from sojourn.language.said import upper
from sojourn.language.words import Words


def measure_blocks(words: Words) -> Iterator[Block]:
    for measure in words.framework.measures:
        yield _Measure(words, measure).entry()


class _Measure:
    def __init__(self, words: Words, measure: Measure) -> None:
        self.words, self.measure = words, measure

    def say(self, key: str, **parts: object) -> str:
        return phrase(key, self.words.language, **parts)

    def entry(self) -> Entry:
        one = self.measure
        language, framework = self.words.language, self.words.framework
        own = framework.default_language
        rows = (
            Fact(self.say("of"), self.words.quoted_label(one.of) if one.of else ""),
            Fact(self.say("number_unit"), coded("unit", one.unit, language)),
            Fact(self.say("cut_off"), "" if one.cut_off is None else self._number(one.cut_off)),
            Fact(self.say("missing"), missing_words(one.missing, language)),
            Fact(self.say("basis"), self.say(one.basis)),
            Fact(self.say("source"), one.source, own),
            Fact(self.say("note"), written(framework, one.note, language), own),
        )
        facts = Facts(tuple(row for row in rows if row.value))
        blocks = (*self._made_of(), *self._classes(), facts)
        title = shown(framework, one.label, language, one.name)
        return Entry("measure", self.say(one.kind), title, one.name, blocks)

    def _number(self, value: Fraction | Decimal) -> str:
        return number(value, self.words.language)

    def _made_of(self) -> Iterator[Table | Rule]:
        node = self.measure.node
        match self.measure.kind:
            case MeasureKind.EXPRESSION | MeasureKind.DECISION:
                yield Rule(self.words.say(node), node.text())
            case MeasureKind.TABLE if isinstance(node, Decide):
                yield self._table(node)
            case MeasureKind.ALKIRE_FOSTER:
                yield self._deprivations()
            case _ if isinstance(node, Combine):
                yield self._components(node)

    def _components(self, node: Combine) -> Table:
        weights = [str(weight) for weight in node.weights] or [""] * len(node.parts)
        rows = [self._part(part, w) for part, w in zip(node.parts, weights, strict=True)]
        return Table((self.say("components"), self.say("weight")), tuple(rows))

    def _part(self, node: Node, weight: str) -> tuple[str, str]:
        match node:
            case FactorTerm(name=name, weight=own):
                fixed = isinstance(own, NumberLiteral)
                told = self.words.value(own) if fixed else self.say("weight_there")
                return self.words.label(name), weight or told
            case Multiply(NumberLiteral(value), of):
                return self._bare(of), self._number(value)
            case If(Greater(of, NumberLiteral(limit)), NumberLiteral(value)) if not limit:
                return self._bare(of), self._number(value)
            case _:
                return self._bare(node), weight or "1"

    def _bare(self, node: Node) -> str:
        """A value that stands alone in a cell, where a label needs no quotation marks."""
        match node:
            case AnswerRef(name) | MeasureRef(name) | ClassRef(name) | FactorRef(name):
                return self.words.label(name)
            case _:
                return upper(self.words.value(node))

    def _table(self, node: Decide) -> Table:
        keys: dict[Node, None] = {}
        for when, _ in node.cases:
            keys.update(dict.fromkeys(part.left for part in _equals(when)))
        rows = []
        for when, value in node.cases:
            cells = {part.left: part.right for part in _equals(when)}
            shown_cells = [self._key(key, cells.get(key)) for key in keys]
            rows.append((*shown_cells, self._number(value)))
        head = (*(self._bare(key) for key in keys), self.say("value"))
        return Table(head, tuple(rows))

    def _key(self, key: Node, value: Node | None) -> str:
        if value is None:
            return self.say("any")
        if isinstance(value, CodeLiteral):
            return self.words.outcome(key, value.value)
        return self.words.value(value)

    def _deprivations(self) -> Table:
        rows = tuple(
            (self.words.label(d.factor), self._dimension(d.dimension), self._number(d.weight))
            for d in self.measure.deprivations
        )
        head = (self.say("components"), self.say("dimension"), self.say("weight"))
        return Table(head, rows)

    def _dimension(self, name: str) -> str:
        """The heading that the form's group of that name has, else the code in words."""
        one, language = self.words.framework, self.words.language
        label = group_labels(one).get(name)
        return shown(one, label, language) if label else coded("domain", name, language)

    def _classes(self) -> Iterator[Table]:
        classes = self.measure.classes
        if not classes:
            return
        one, language = self.words.framework, self.words.language
        rows = tuple(
            (shown(one, item.label, language, item.name), item.name, self._between(before, item))
            for before, item in pairwise((None, *classes))
            if item is not None
        )
        head = (self.say("class"), self.say("name"), self.say("values"))
        yield Table(head, rows)

    def _between(self, before: MeasureClass | None, item: MeasureClass) -> str:
        """The values of a class, such as `more than 3, at most 8`."""
        said = []
        if before is not None and before.limit is not None:
            key = "more_than" if before.inclusive else "at_least"
            said.append(self.say(key, a=self._number(before.limit)))
        if item.limit is not None:
            key = "at_most" if item.inclusive else "less_than"
            said.append(self.say(key, a=self._number(item.limit)))
        return self.say("comma").join(said)


def missing_words(policy: str, language: str) -> str:
    """What is done about missing answers, in words."""
    word, _, rest = policy.partition(" ")
    if word == "available" and rest:
        return phrase("missing_share", language, n=rest.strip())
    return phrase(f"missing_{word}", language)


def _equals(when: Node | None) -> list[Equal]:
    parts = when.parts if isinstance(when, And) else (when,)
    return [part for part in parts if isinstance(part, Equal)]
