"""The measures of a framework as blocks of a codebook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from sojourn.framework.model import Measure, MeasureKind
from sojourn.framework.nodes import (
    And,
    Combine,
    Decide,
    Equal,
    FactorTerm,
    Greater,
    If,
    Multiply,
    Node,
    NumberLiteral,
)
from sojourn.language.codebook.blocks import Block, Entry, Facts, Rule, Table
from sojourn.language.phrases import phrase
from sojourn.language.words import Words

_WITHIN = re.compile(r"\s*(\d+)\s*(hour|day|week|month)s?\s*")


def within(text: str, language: str) -> str:
    """A time such as `72 hours` in a language; other texts stay as they are."""
    match = _WITHIN.fullmatch(text)
    return phrase(f"{match[2]}s", language, n=match[1]) if match else text


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
        rows = [
            (self.say("of"), self.words.roster(one.of) if one.of else ""),
            (self.say("number_unit"), one.unit),
            (self.say("cut_off"), shown(one.cut_off) if one.cut_off is not None else ""),
            (self.say("missing"), missing_words(one.missing, self.words.language)),
            (self.say("basis"), self.say(one.basis)),
            (self.say("source"), one.source),
            (self.say("note"), one.note),
        ]
        facts = Facts(tuple(row for row in rows if row[1]))
        blocks = (*self._made_of(), *self._classes(), facts)
        title = one.label.get(self.words.language) or one.name
        return Entry("measure", self.say(one.kind), title, one.name, blocks)

    def _made_of(self) -> Iterator[Table | Rule]:
        node = self.measure.node
        match self.measure.kind:
            case MeasureKind.EXPRESSION:
                yield Rule(self.words.say(node), node.text())
            case MeasureKind.DECISION if isinstance(node, Decide):
                yield self._decided(node)
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
        one = self.words.framework
        match node:
            case FactorTerm(name=name, weight=own):
                label = one.factor(name).label.get(self.words.language) or name
                text = own.text() if isinstance(own, NumberLiteral) else self.words.inline(own)
                return label, weight or text
            case Multiply(NumberLiteral() as factor, of):
                return self._bare(of), factor.text()
            case If(Greater(of), NumberLiteral() as factor):
                return self._bare(of), factor.text()
            case _:
                return self._bare(node), weight or "1"

    def _bare(self, node: Node) -> str:
        text = self.words.inline(node)
        return text.strip("“”«»\u00a0 ") if text.count("“") + text.count("«") == 1 else text

    def _decided(self, node: Decide) -> Table:
        rows = [
            (self.words.inline(when) if when is not None else self.say("otherwise_row"), str(value))
            for when, value in node.cases
        ]
        return Table((self.say("when"), self.say("value")), tuple(rows))

    def _table(self, node: Decide) -> Table:
        keys: dict[Node, None] = {}
        for when, _ in node.cases:
            keys.update(dict.fromkeys(part.left for part in _equals(when)))
        rows = []
        for when, value in node.cases:
            cells = {part.left: part.right for part in _equals(when)}
            shown_cells = [self._key(key, cells.get(key)) for key in keys]
            rows.append((*shown_cells, str(value)))
        head = (*(self._bare(key) for key in keys), self.say("value"))
        return Table(head, tuple(rows))

    def _key(self, key: Node, value: Node | None) -> str:
        if value is None:
            return self.say("any")
        said = getattr(value, "value", "")
        return self.words.outcome(key, said) if isinstance(said, str) else str(said)

    def _deprivations(self) -> Table:
        one = self.words.framework
        rows = tuple(
            (
                one.factor(d.factor).label.get(self.words.language) or d.factor,
                d.dimension,
                shown(d.weight),
            )
            for d in self.measure.deprivations
        )
        head = (self.say("components"), self.say("dimension"), self.say("weight"))
        return Table(head, rows)

    def _classes(self) -> Iterator[Table]:
        classes = self.measure.classes
        if not classes:
            return
        rows = []
        for before, item in pairwise((None, *classes)):
            low = ""
            if before is not None and before.limit is not None:
                low = f"{shown(before.limit)} {'<' if before.inclusive else '≤'} "
            high = ""
            if item is not None and item.limit is not None:
                high = f" {'≤' if item.inclusive else '<'} {shown(item.limit)}"
            if item is not None:
                label = item.label.get(self.words.language) or item.name
                rows.append((label, item.name, f"{low}x{high}"))
        head = (self.say("class"), self.say("name"), self.say("values"))
        yield Table(head, tuple(rows))


def missing_words(policy: str, language: str) -> str:
    """What is done about missing answers, in words."""
    word, _, rest = policy.partition(" ")
    if word == "available" and rest:
        return phrase("missing_share", language, n=rest.strip())
    return phrase(f"missing_{word}", language)


def shown(value: Fraction) -> str:
    """A number with its digits where they end soon, else as a fraction."""
    if value.denominator == 1:
        return str(value.numerator)
    decimal = format(float(value), ".4f").rstrip("0")
    return decimal if Fraction(decimal) == value else str(value)


def _equals(when: Node | None) -> list[Equal]:
    parts = when.parts if isinstance(when, And) else (when,)
    return [part for part in parts if isinstance(part, Equal)]
