"""The page of a framework as plain values: its rows in words, narrowed by what is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sojourn.framework import (
    Effect,
    Factor,
    Framework,
    Level,
    Measure,
    MeasureKind,
    Nature,
    Question,
    Response,
    Stage,
)
from sojourn.framework.nodes import (
    BooleanLiteral,
    Combine,
    Divide,
    FactorTerm,
    Node,
    NumberLiteral,
    answers_used,
    rows_used,
)
from sojourn.framework.values import lineage
from sojourn.language import figures
from sojourn.language.labels import group_labels
from sojourn.language.limits import limits
from sojourn.language.phrases import coded
from sojourn.language.said import Said, upper
from sojourn.language.words import Words
from sojourn.web.cases import words as case_words
from sojourn.web.cases.readings import Step, scale
from sojourn.web.cases.situation import AnswerShown, Reason
from sojourn.web.frameworks import words
from sojourn.web.i18n import language

SHOWN = ("factors", "questions", "responses", "measures")


@dataclass(frozen=True)
class Link:
    """A row that another one speaks of."""

    name: str
    label: str


@dataclass(frozen=True)
class QuestionRow:
    """A question with its answers; `choices` are labels, with why one of them is no answer."""

    name: str
    label: str
    hint: str
    kind: str
    group: str
    choices: tuple[tuple[str, str], ...]
    constraint: str
    data_class: str
    asked_of: str
    used_by: tuple[Link, ...]


@dataclass(frozen=True)
class FactorRow:
    """A factor with everything that belongs to it."""

    name: str
    code: str
    label: str
    kind: str
    effect: str
    level: str
    nature: str
    stages: str
    domain: str
    rule_text: str
    rule: Reason
    weight_text: str
    weight: Reason | None
    urgent_text: str
    urgent: Reason | None
    data_class: str
    basis: str
    source: str
    note: str
    questions: tuple[QuestionRow, ...]
    responses: tuple[Link, ...]
    measures: tuple[Link, ...]


@dataclass(frozen=True)
class ResponseRow:
    """A response with the rule that suggests it."""

    name: str
    label: str
    horizon: str
    within: str
    actor: str
    service_type: str
    legal_basis: str
    rule_text: str
    rule: Reason
    apart: bool
    basis: str
    source: str
    note: str


@dataclass(frozen=True)
class PartRow:
    """One part of a measure with its weight; `kind` is the mark of a factor, empty for others."""

    name: str
    label: str
    weight: str
    dimension: str
    kind: str


@dataclass(frozen=True)
class MeasureRow:
    """A measure: how it is computed, from what, and its classes on a scale."""

    name: str
    label: str
    kind: str
    unit: str
    of: str
    missing: str
    cut_off: str
    rule: Reason | None
    parts: tuple[PartRow, ...]
    scale: tuple[Step, ...]
    basis: str
    source: str
    note: str


@dataclass(frozen=True)
class Narrowing:
    """What is asked for; empty texts ask for everything."""

    q: str = ""
    effect: str = ""
    level: str = ""
    nature: str = ""
    stage: str = ""
    domain: str = ""

    def __bool__(self) -> bool:
        return any((self.q, self.effect, self.level, self.nature, self.stage, self.domain))

    def takes(self, factor: Factor, text: str) -> bool:
        """Whether a factor is asked for; `text` is everything written about it."""
        return (
            self.effect in ("", factor.effect.value)
            and self.level in ("", factor.level.value)
            and self.nature in ("", factor.nature.value)
            and self.domain in ("", factor.domain)
            and (not self.stage or self.stage in factor.stages)
            and self.says(text)
        )

    def says(self, text: str) -> bool:
        """Whether every word that is asked for stands in a text."""
        known = text.casefold()
        return all(word in known for word in self.q.casefold().split())


class Rows:
    """The rows of one framework in the active language."""

    def __init__(self, framework: Framework) -> None:
        self.framework = framework
        self.say = Words(framework, language())
        self.groups = groups(framework)
        self.headings = headings(framework)
        self.labels = {row.name: row.label.get(language()) for row in framework.factors}
        self.used = _used(framework)
        self.suggesting = _users((row, row.when) for row in framework.responses)
        self.counting = _users((row, row.node) for row in framework.measures)

    # -- factors

    def factors(self, asked: Narrowing) -> list[FactorRow]:
        """The factors that are asked for, in the framework's order."""
        return [self._factor(f) for f in self.framework.factors if asked.takes(f, self._text(f))]

    def factor(self, name: str) -> FactorRow | None:
        """One factor; None where there is none of that name."""
        found = next((f for f in self.framework.factors if f.name == name), None)
        return self._factor(found) if found is not None else None

    def domains(self) -> list[tuple[str, str]]:
        """The headings that factors are grouped by."""
        found = dict.fromkeys(factor.domain for factor in self.framework.factors if factor.domain)
        return [(name, self.domain(name)) for name in found]

    def domain(self, name: str) -> str:
        """A heading in words: the label of the form's group of that name, where it has one."""
        return self.headings.get(name) or upper(coded("domain", name, language()))

    def rule(self, node: Node) -> Reason:
        """A rule in words."""
        return told(self.say.say(node))

    def number(self, node: Node) -> str:
        """A number that is written in a rule; empty for one that depends on something."""
        return self.say.value(node) if isinstance(node, NumberLiteral) else ""

    def _text(self, factor: Factor) -> str:
        asked = [ref.name for ref in answers_used(factor.rule)]
        questions = " ".join(self.say.label(name) for name in asked)
        own = (factor.label.get(language()), factor.code, factor.name, factor.source, factor.note)
        return " ".join((*own, self.domain(factor.domain), questions))

    def _factor(self, factor: Factor) -> FactorRow:
        questions = self._questions_of(factor)
        literal = isinstance(factor.urgent, BooleanLiteral)
        urgent_text = ""
        if isinstance(factor.urgent, BooleanLiteral):
            always = factor.urgent.value
            urgent_text = _("whenever it is present") if always else _("never by itself")
        weight = self.number(factor.weight)
        return FactorRow(
            name=factor.name,
            code=factor.code,
            label=factor.label.get(language()),
            kind=words.MARKS[factor.effect],
            effect=str(words.EFFECTS[factor.effect]),
            level=str(case_words.LEVELS[factor.level]),
            nature=str(words.NATURES_SHORT[factor.nature]),
            stages=_stages(factor.stages, self.framework.stage_question is not None),
            domain=self.domain(factor.domain) if factor.domain else "",
            rule_text=factor.rule.text(),
            rule=self.rule(factor.rule),
            weight_text=weight,
            weight=None if weight else self.rule(factor.weight),
            urgent_text=urgent_text,
            urgent=None if literal else self.rule(factor.urgent),
            data_class=str(words.DATA_CLASSES[factor.data_class]),
            basis=str(case_words.BASES[factor.basis]),
            source=factor.source,
            note=factor.note,
            questions=tuple(self._question(question) for question in questions),
            responses=tuple(self.suggesting.get(factor.name, ())),
            measures=tuple(self.counting.get(factor.name, ())),
        )

    def _questions_of(self, factor: Factor) -> list[Question]:
        nodes = (factor.rule, factor.weight, factor.urgent)
        names = dict.fromkeys(ref.name for node in nodes for ref in answers_used(node))
        return [self.framework.question(name) for name in names]

    # -- questions

    def questions(self, asked: Narrowing) -> list[QuestionRow]:
        """The questions of the form that say or are called what is asked for."""
        rows = (self._question(q, links=True) for q in self.framework.questions if q.label)
        return [
            row for row in rows if asked.says(" ".join((row.label, row.name, row.hint, row.group)))
        ]

    def _question(self, question: Question, *, links: bool = False) -> QuestionRow:
        around = reversed(lineage(self.framework.parents, question.roster))
        of = " › ".join(map(self.say.label, around))
        return QuestionRow(
            name=question.name,
            label=self.say.label(question.name),
            hint=question.hint.get(language()),
            kind=str(words.QUESTION_KINDS.get(type(question.type).__name__, "")),
            group=self.groups.get(question.name, ""),
            choices=tuple(
                (
                    choice.label.get(language()) or choice.name,
                    str(case_words.MISSING[choice.missing]) if choice.missing else "",
                )
                for choice in question.choices
            ),
            constraint=limits(question, language()),
            data_class=str(words.DATA_CLASSES[question.data_class]) if question.data_class else "",
            asked_of=_("the place") if question.of_place else of,
            used_by=tuple(
                Link(user, self.labels[user]) for user in self.used.get(question.name, ())
            )
            if links
            else (),
        )

    # -- responses

    def responses(self, asked: Narrowing) -> list[ResponseRow]:
        """The responses that say what is asked for."""
        rows = (self._response(response) for response in self.framework.responses)
        return [
            row
            for row in rows
            if asked.says(" ".join((row.label, row.name, row.actor, row.service_type)))
        ]

    def _response(self, response: Response) -> ResponseRow:
        return ResponseRow(
            name=response.name,
            label=response.label.get(language()),
            horizon=str(case_words.HORIZONS[response.horizon]),
            within=case_words.within(response.within),
            actor=case_words.actor(response.actor),
            service_type=case_words.service(response.service_type),
            legal_basis=response.legal_basis,
            rule_text=response.when.text(),
            rule=self.rule(response.when),
            apart=response.data_class.value == "status_protection",
            basis=str(case_words.BASES[response.basis]),
            source=response.source,
            note=response.note,
        )

    # -- measures

    def measures(self, asked: Narrowing) -> list[MeasureRow]:
        """The measures that say what is asked for."""
        rows = (self._measure(measure) for measure in self.framework.measures)
        return [row for row in rows if asked.says(" ".join((row.label, row.name, row.note)))]

    def _measure(self, measure: Measure) -> MeasureRow:
        parts = self._parts(measure)
        return MeasureRow(
            name=measure.name,
            label=measure.label.get(language()),
            kind=str(words.MEASURE_KINDS[measure.kind]),
            unit=case_words.unit(measure.unit),
            of=self.say.label(measure.of) if measure.of else "",
            missing=_policy(measure.missing),
            cut_off="" if measure.cut_off is None else figures.number(measure.cut_off, language()),
            rule=None if parts else self.rule(measure.node),
            parts=parts,
            scale=scale(measure.classes),
            basis=str(case_words.BASES[measure.basis]),
            source=measure.source,
            note=measure.note,
        )

    def _parts(self, measure: Measure) -> tuple[PartRow, ...]:
        if measure.kind is MeasureKind.ALKIRE_FOSTER:
            return tuple(
                PartRow(
                    part.factor,
                    self.say.label(part.factor),
                    figures.number(part.weight, language()),
                    self.domain(part.dimension) if part.dimension else "",
                    self._mark(part.factor),
                )
                for part in measure.deprivations
            )
        node = measure.node.left if isinstance(measure.node, Divide) else measure.node
        if not isinstance(node, Combine):
            return ()
        weights = node.weights or (None,) * len(node.parts)
        return tuple(self._part(part, of) for part, of in zip(node.parts, weights, strict=True))

    def _part(self, node: Node, weight: int | None) -> PartRow:
        if isinstance(node, FactorTerm):
            text = self.number(node.weight) or _("its own weight")
            return PartRow(node.name, self.say.label(node.name), text, "", self._mark(node.name))
        text = str(weight) if weight is not None else ""
        return PartRow("", upper(self.say.value(node)), text, "", "")

    def _mark(self, name: str) -> str:
        return words.MARKS[self.framework.factor(name).effect]


def groups(framework: Framework) -> dict[str, str]:
    """For each question the heading of the innermost group of the form that has one."""
    labels = headings(framework)
    found: dict[str, str] = {}
    inside: list[str] = []
    for row in framework.sheets["survey"]:
        kind, name = row.get("type", ""), row.get("name", "")
        if kind.startswith(("begin_", "begin ")):
            inside.append(name)
        elif kind.startswith(("end_", "end ")):
            inside.pop()
        else:
            found[name] = next((labels[g] for g in reversed(inside) if labels.get(g)), "")
    return found


def headings(framework: Framework) -> dict[str, str]:
    """The labels of the form's groups in the active language, without those that repeat answers."""
    labels = {name: text.get(language()) for name, text in group_labels(framework).items()}
    return {name: label for name, label in labels.items() if label == figures.plain(label)}


def told(said: Said) -> Reason:
    """What is told of a rule in the shape of a reason, so that both look the same on a page."""
    parts = tuple(told(part) for part in said.parts)
    if said.about:
        return Reason("", "", "", (AnswerShown(said.about, said.told),), parts)
    return Reason(said.text, "", "", parts=parts)


def about(framework: Framework, key: str) -> str:
    """What the framework says about itself, such as its source; empty where it does not."""
    row = next((row for row in framework.sheets.get("framework", ()) if row.get("key") == key), {})
    here = next((row[column] for column in row if column.endswith(f"({language()})")), "")
    return here or row.get("value", "")


def bases(framework: Framework) -> list[tuple[str, int]]:
    """How many factors, responses and measures rest on what, in words."""
    rows: tuple[Factor | Response | Measure, ...] = (
        *framework.factors,
        *framework.responses,
        *framework.measures,
    )
    return [
        (str(label), number)
        for basis, label in case_words.BASES.items()
        if (number := sum(row.basis is basis for row in rows))
    ]


def options() -> dict[str, list[tuple[str, str]]]:
    """What the list of factors can be narrowed by."""
    return {
        "effect": [(effect.value, str(words.EFFECTS[effect])) for effect in Effect],
        "level": [(level.value, str(case_words.LEVELS[level])) for level in Level],
        "nature": [(nature.value, str(words.NATURES_SHORT[nature])) for nature in Nature],
        "stage": [(stage.value, str(case_words.STAGES[stage])) for stage in Stage],
    }


def _stages(stages: Iterable[Stage], by_stage: bool) -> str:
    found = tuple(stages)
    if not by_stage or len(found) == len(Stage):
        return _("at every stage")
    return _(", ").join(str(case_words.STAGES[stage]) for stage in found)


def _policy(missing: str) -> str:
    """What an unknown part does to a measure."""
    kind, _space, least = missing.partition(" ")
    if kind == "bounds":
        return _("One unknown part makes it unknown; the lowest and highest it can be are told.")
    if kind != "available":
        return _("One unknown part makes it unknown.")
    if least.endswith("%"):
        text = _("It is known when at least %(share)s of its parts are known.")
        return text % {"share": least}
    if least:
        return _("It is known when at least %(number)s of its parts are known.") % {"number": least}
    return _("The known parts count.")


def _users(rows: Iterable[tuple[Response | Measure, Node]]) -> dict[str, list[Link]]:
    """For each factor or measure the rows that look at it."""
    found: dict[str, list[Link]] = {}
    for row, node in rows:
        for name in rows_used(node):
            found.setdefault(name, []).append(Link(row.name, row.label.get(language())))
    return found


def _used(framework: Framework) -> Mapping[str, tuple[str, ...]]:
    """For each question the factors that look at it."""
    found: dict[str, dict[str, None]] = {}
    for factor in framework.factors:
        for node in (factor.rule, factor.weight, factor.urgent):
            for ref in answers_used(node):
                found.setdefault(ref.name, {})[factor.name] = None
    return {name: tuple(users) for name, users in found.items()}
