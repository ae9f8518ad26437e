"""A framework as a document to read: the same blocks for every format, in one language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from sojourn.framework.findings import State
from sojourn.framework.model import (
    DataClass,
    Direction,
    Effect,
    Example,
    Factor,
    Framework,
    Horizon,
    Level,
    Nature,
    Response,
    Stage,
    Text,
)
from sojourn.framework.nodes import BooleanLiteral, NumberLiteral
from sojourn.language.codebook.blocks import (
    Block,
    Codebook,
    Entry,
    Fact,
    Facts,
    Heading,
    Item,
    Legend,
    Matrix,
    Paragraph,
    Rule,
    Table,
)
from sojourn.language.codebook.measures import measure_blocks
from sojourn.language.codebook.questions import question_blocks
from sojourn.language.codebook.texts import shown, written
from sojourn.language.figures import number
from sojourn.language.labels import group_labels, text_of
from sojourn.language.phrases import coded, has, is_right_to_left, phrase, within
from sojourn.language.sheets import SheetRow
from sojourn.language.words import Words

_OUTCOMES = frozenset((*State, *Direction, "yes", "no"))
_MARKS = {Effect.RISK: "risk", Effect.PROTECTIVE: "protective", Effect.CONTEXT: "context"}


def codebook(framework: Framework, language: str | None = None) -> Codebook:
    """The whole framework in one language; texts that are missing are in its default one."""
    wanted = language or framework.default_language
    maker = _Maker(framework, wanted, Words(framework, wanted))
    return Codebook(
        title=shown(framework, framework.title, wanted, framework.id),
        lead=shown(framework, framework.description, wanted),
        language=wanted,
        right_to_left=is_right_to_left(wanted),
        blocks=maker.blocks(),
        footer=maker.say("made_with"),
        contents=maker.say("contents"),
        version=f"{framework.id} {framework.version}",
    )


@dataclass(frozen=True)
class _Maker:
    framework: Framework
    language: str
    words: Words

    def say(self, key: str, **parts: object) -> str:
        return phrase(key, self.language, **parts)

    def blocks(self) -> tuple[Block, ...]:
        found: list[Block] = [Heading(1, self.say("about"), "about"), self._about()]
        found += self._translated()
        if self.framework.factors:
            found += [Heading(1, self.say("factors"), "factors"), self._legend(), self._overview()]
            found += self._factors()
        if self.framework.measures:
            found += [Heading(1, self.say("measures"), "measures")]
            found += measure_blocks(self.words)
        if self.framework.responses:
            found += [Heading(1, self.say("responses"), "responses"), *self._responses()]
        found += [Heading(1, self.say("questions"), "questions"), *question_blocks(self.words)]
        if self.framework.examples:
            found += [Heading(1, self.say("examples"), "examples")]
            found += [self._example(example) for example in self.framework.examples]
        return tuple(found)

    def _about(self) -> Block:
        one = self.framework
        unit = self.say(f"of_{one.unit}") if has(f"of_{one.unit}") else one.unit
        rows_of = {row.get("key", ""): row for row in one.sheets.get("framework", ())}
        sheet = {
            key: text_of(SheetRow("framework", 0, row), "value", one.default_language)
            for key, row in rows_of.items()
        }
        return _facts(
            Fact(self.say("id"), one.id),
            Fact(self.say("version"), one.version),
            Fact(self.say("unit"), unit),
            Fact(self.say("languages"), self.say("comma").join(one.languages.values())),
            Fact(self.say("source"), self._text(sheet.get("source", Text()))),
            Fact(self.say("licence"), self._text(sheet.get("licence", Text()))),
            Fact(self.say("digest"), one.digest[:16]),
        )

    def _text(self, text: Text, otherwise: str = "") -> str:
        return shown(self.framework, text, self.language, otherwise)

    def _translated(self) -> list[Block]:
        """What a reader has to know about the texts, where the framework was written in another
        language."""
        own = self.framework.default_language
        if own == self.language:
            return []
        name = self.framework.languages.get(own, own)
        return [Paragraph(self.say("written_in", a=name))]

    # -- factors

    def _legend(self) -> Block:
        there = {factor.effect for factor in self.framework.factors}
        return Legend(tuple(Item(_MARKS[e], self.say(e)) for e in Effect if e in there))

    def _overview(self) -> Block:
        """Level by nature; those asked only at some stages say at which."""
        factors = self.framework.factors
        levels = [level for level in Level if any(f.level is level for f in factors)]
        natures = [nature for nature in Nature if any(f.nature is nature for f in factors)]
        rows = tuple(
            (
                self.say(f"level_{level}"),
                tuple(
                    tuple(
                        Item(_MARKS[f.effect], self._label(f), self._stages(f, short=True))
                        for f in factors
                        if f.level is level and f.nature is nature
                    )
                    for nature in natures
                ),
            )
            for level in levels
        )
        columns = tuple(self.say(f"nature_{nature}") for nature in natures)
        return Matrix(self.say("overview"), columns, rows)

    def _label(self, row: Factor | Response) -> str:
        return self._text(row.label, row.name)

    def _stages(self, factor: Factor, *, short: bool = False) -> str:
        if set(factor.stages) == set(Stage):
            return "" if short else self.say("all_stages")
        return self.say("comma").join(self.say(stage) for stage in factor.stages)

    def _factors(self) -> list[Block]:
        found: list[Block] = []
        for level in Level:
            here = [factor for factor in self.framework.factors if factor.level is level]
            if here:
                found.append(Heading(2, self.say(f"level_{level}"), f"level-{level}"))
                found += [self._factor(factor) for factor in here]
        return found

    def _factor(self, factor: Factor) -> Block:
        rows = (
            Fact(self.say("nature"), self.say(f"nature_{factor.nature}")),
            Fact(self.say("stages"), self._stages(factor)),
            Fact(self.say("domain"), self._domain(factor.domain)),
            *self._fixed(factor),
            *self._sources(factor),
        )
        return Entry(
            mark=_MARKS[factor.effect],
            tag=self.say(factor.effect),
            title=self._label(factor),
            name=" · ".join(part for part in (factor.name, factor.code) if part),
            blocks=(
                Rule(self.words.say(factor.rule), factor.rule.text()),
                *self._depending(factor),
                _facts(*rows),
            ),
        )

    def _fixed(self, factor: Factor) -> Iterator[Fact]:
        """Weight and urgency that do not depend on anything, where they are not as usual."""
        if isinstance(factor.weight, NumberLiteral) and factor.weight.value != 1:
            yield Fact(self.say("weight"), number(factor.weight.value, self.language))
        if isinstance(factor.urgent, BooleanLiteral) and factor.urgent.value:
            yield Fact(self.say("urgent"), self.say("urgent_always"))

    def _depending(self, factor: Factor) -> Iterator[Rule]:
        """Weight and urgency that are rules of their own."""
        if not isinstance(factor.weight, NumberLiteral):
            said = self.words.say(factor.weight)
            yield Rule(said, factor.weight.text(), self.say("weight"))
        if not isinstance(factor.urgent, BooleanLiteral):
            said = self.words.say(factor.urgent)
            yield Rule(said, factor.urgent.text(), self.say("urgent"))

    def _domain(self, name: str) -> str:
        """The heading that the form's group of that name has, else the code in words."""
        label = group_labels(self.framework).get(name)
        return self._text(label) if label else coded("domain", name, self.language)

    def _sources(self, row: Factor | Response) -> tuple[Fact, ...]:
        own = self.framework.default_language
        return (
            Fact(self.say("who_may_see"), self.say(f"class_{row.data_class}")),
            Fact(self.say("basis"), self.say(row.basis)),
            Fact(self.say("source"), row.source, own),
            Fact(self.say("note"), written(self.framework, row.note, self.language), own),
        )

    # -- responses

    def _responses(self) -> list[Block]:
        found: list[Block] = []
        signs = [r for r in self.framework.responses if r.data_class is DataClass.STATUS_PROTECTION]
        for horizon in Horizon:
            here = [
                one
                for one in self.framework.responses
                if one.horizon is horizon and one not in signs
            ]
            if here:
                found.append(Heading(2, self.say(horizon), f"horizon-{horizon}"))
                found += [self._response(response) for response in here]
        if signs:
            found.append(Heading(2, self.say("signs"), "signs"))
            found.append(Paragraph(self.say("signs_apart")))
            found += [self._response(response) for response in signs]
        return found

    def _response(self, response: Response) -> Block:
        own = self.framework.default_language
        rows = (
            Fact(self.say("within"), within(response.within, self.language)),
            Fact(self.say("service"), coded("service", response.service_type, self.language)),
            Fact(self.say("actor"), coded("actor", response.actor, self.language)),
            Fact(self.say("legal_basis"), response.legal_basis, own),
            *self._sources(response),
        )
        return Entry(
            mark="response",
            tag=self.say(response.horizon),
            title=self._label(response),
            name=response.name,
            blocks=(
                Rule(self.words.say(response.when), response.when.text()),
                _facts(*rows),
            ),
        )

    # -- examples

    def _example(self, example: Example) -> Block:
        answers = [self._answer(name, text, "") for name, text in example.answers.items()]
        for roster, rows in example.rosters.items():
            for numbers, row in zip(_numbers(example, roster), rows, strict=True):
                place = ".".join(map(str, numbers))
                answers += [self._answer(name, text, place) for name, text in row.items()]
        heads = (self.say("answers"), self.say("outcomes"))
        tables = (
            Table((heads[0], ""), tuple(answers)),
            Table((heads[1], ""), self._found(example)),
        )
        shown = tuple(table for table in tables if table.rows)
        name = example.name.replace("_", " ")
        return Entry("example", "", name[:1].upper() + name[1:], "", shown)

    def _answer(self, name: str, text: str, row: str) -> tuple[str, str]:
        question = self.framework.question(name)
        label = self._text(question.label, name)
        place = f" ({self.say('row', n=row)})" if row else ""
        if not question.choices:
            return label + place, text
        said = (self._text(question.choice_label(code), code) for code in text.split())
        return label + place, self.say("comma").join(said)

    def _found(self, example: Example) -> tuple[tuple[str, str], ...]:
        one, found = self.framework, []
        for name, expected in example.factors.items():
            found.append((self._label(one.factor(name)), self._outcome(expected)))
        labels = {response.name: self._label(response) for response in one.responses}
        for name, expected in example.responses.items():
            found.append((labels[name], self._outcome(expected)))
        for name, expected in example.measures.items():
            measure = one.measure(name)
            classes = {c.name: self._text(c.label, c.name) for c in measure.classes}
            said = classes.get(expected) or self._outcome(expected)
            found.append((self._text(measure.label, name), said))
        return tuple(found)

    def _outcome(self, expected: str) -> str:
        if expected in _OUTCOMES:
            return self.say(expected)
        try:
            return number(Fraction(expected), self.language)
        except (ValueError, ZeroDivisionError):
            return expected


def _facts(*rows: Fact) -> Facts:
    return Facts(tuple(row for row in rows if row.value))


def _numbers(example: Example, roster: str) -> list[tuple[int, ...]]:
    """The number of each row of a repeat, after those of the rows around it."""
    within = example.within.get(roster)
    if within is None:
        return [(number,) for number in range(1, len(example.rosters[roster]) + 1)]
    around = _numbers(example, within.roster)
    before = (within.rows[:at].count(owner) for at, owner in enumerate(within.rows))
    return [(*around[owner], n + 1) for owner, n in zip(within.rows, before, strict=True)]
