"""A framework: the one declaration that draws a form, explains one person and runs over a table.

Everything here is a frozen value that was checked by `sojourn.language` when it was read. Nothing
here reads files or computes findings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType

from sojourn.framework.nodes import AnswerRef, ClassRef, MeasureRef, Node, answers_used
from sojourn.framework.types import Code, Number, Type
from sojourn.framework.values import Missing, Within


class Level(StrEnum):
    """Where a factor sits in the determinants model."""

    INDIVIDUAL = "individual"
    HOUSEHOLD = "household"
    COMMUNITY = "community"
    STRUCTURAL = "structural"


class Effect(StrEnum):
    """Whether a factor raises risk, protects, or does either depending on where one is."""

    RISK = "risk"
    PROTECTIVE = "protective"
    CONTEXT = "context"


class Nature(StrEnum):
    """In the person, in the circumstances of the moment, or in law, economy and institutions."""

    EMBODIED = "embodied"
    SITUATIONAL = "situational"
    STRUCTURAL = "structural"


class Stage(StrEnum):
    """A stage of the journey."""

    ORIGIN = "origin"
    TRANSIT = "transit"
    DESTINATION = "destination"
    RETURN = "return"


class Horizon(StrEnum):
    """When a response has to begin."""

    IMMEDIATE = "immediate"
    SHORT_TERM = "short_term"
    LONG_TERM = "long_term"


class Basis(StrEnum):
    """How well a statement is founded."""

    SOURCED = "sourced"
    RECALLED = "recalled"
    PROPOSED = "proposed"


class DataClass(StrEnum):
    """Which clearance a field needs. Set once, in the framework, not per form."""

    IDENTITY = "identity"
    CONTACT_PLACE = "contact_place"
    JOURNEY = "journey"
    BODY_HEALTH = "body_health"
    HARM_INCIDENT = "harm_incident"
    STATUS_PROTECTION = "status_protection"
    THIRD_PARTY = "third_party"
    CASE_WORK = "case_work"
    SEALED = "sealed"


class Direction(StrEnum):
    """What a context-dependent factor does here."""

    RAISES = "raises"
    PROTECTS = "protects"
    BOTH = "both"
    NONE = "none"


DIRECTION_TYPE = Code(tuple(Direction))


@dataclass(frozen=True)
class Text:
    """A label in several languages; `get` falls back to the default language, then to any."""

    by_language: Mapping[str, str] = field(default_factory=dict)
    default: str = "en"

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_language", MappingProxyType(dict(self.by_language)))

    def get(self, language: str | None = None) -> str:
        return self.by_language.get(self.language(language), "")

    def language(self, wanted: str | None = None) -> str:
        """The language in which `get` finds the text; empty where there is no text."""
        for code in (wanted, self.default):
            if code and self.by_language.get(code):
                return code
        return next((code for code, text in self.by_language.items() if text), "")

    def __str__(self) -> str:
        return self.get()

    def __bool__(self) -> bool:
        return any(self.by_language.values())


@dataclass(frozen=True)
class Choice:
    """One code of a choice list; `missing` when choosing it means that there is no answer."""

    name: str
    label: Text
    missing: Missing | None = None


@dataclass(frozen=True)
class Question:
    """A question of the form, as rules and readers see it.

    `roster` names the repeat it stands in, None for a single question. `missing_codes` are the
    choices (or the numbers) that say why there is no answer. `of_place` questions are answered
    once for a place and period, and hold for every unit there.
    """

    name: str
    kind: str
    type: Type
    label: Text
    hint: Text = field(default_factory=Text)
    choices: tuple[Choice, ...] = ()
    missing_codes: Mapping[str, Missing] = field(default_factory=dict)
    roster: str | None = None
    constraint: Node | None = None
    constraint_text: str = ""
    constraint_message: Text = field(default_factory=Text)
    relevant: str = ""
    data_class: DataClass | None = None
    of_place: bool = False

    @property
    def ref(self) -> AnswerRef:
        """The node by which a rule reads this question."""
        return AnswerRef(self.name, self.type, self.roster)

    def choice_label(self, code: str) -> Text:
        """The label of a code, the code itself where the list has none."""
        for choice in self.choices:
            if choice.name == code:
                return choice.label
        return Text({"": code}, "")


@dataclass(frozen=True)
class Roster:
    """A repeat: one row per household member, journey leg and the like.

    `parent` names the repeat in whose rows it stands, empty for one of the form itself.
    """

    name: str
    label: Text
    parent: str = ""


@dataclass(frozen=True)
class Factor:
    """Something in a situation that raises risk, protects, or does either.

    `rule` is a condition, or for a context-dependent factor a direction code. `weight` is a number
    (1 unless said otherwise); `urgent` a condition that is looked at only while the factor is
    present. `stages` are those at which the factor is asked.
    """

    name: str
    code: str
    label: Text
    level: Level
    effect: Effect
    nature: Nature
    stages: tuple[Stage, ...]
    domain: str
    rule: Node
    weight: Node
    urgent: Node
    data_class: DataClass
    basis: Basis
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Response:
    """What can be done, when, by whom, and by when it has to begin.

    Of class `status_protection` it is a sign that an international-protection need may exist: it
    is kept and shown apart and enters no score.
    """

    name: str
    label: Text
    when: Node
    horizon: Horizon
    within: str
    service_type: str
    actor: str
    legal_basis: str
    data_class: DataClass
    basis: Basis
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class MeasureClass:
    """A class up to `limit` (None: the rest); `inclusive`: whether the cut-off belongs to it."""

    name: str
    label: Text
    limit: Fraction | None
    inclusive: bool = True


class MeasureKind(StrEnum):
    """How a measure is computed."""

    WEIGHTED_SUM = "weighted_sum"
    MEAN = "mean"
    MAX = "max"
    MIN = "min"
    COUNT = "count"
    EXPRESSION = "expression"
    DECISION = "decision"
    TABLE = "table"
    ALKIRE_FOSTER = "alkire_foster"


@dataclass(frozen=True)
class Deprivation:
    """One indicator of an Alkire-Foster measure: a factor, its dimension and its weight.

    The weights of a measure's indicators add up to 1.
    """

    factor: str
    dimension: str
    weight: Fraction


@dataclass(frozen=True)
class Measure:
    """A computed number with classes at exact cut-offs.

    `of` names the repeat for each of whose rows it is computed, None for the unit. `low` and
    `high` are there where the bounds of an unknown value are told too. An Alkire-Foster measure
    has its `deprivations` and the `cut_off` from which a unit is identified (at it, it is).
    """

    name: str
    label: Text
    kind: MeasureKind
    unit: str
    of: str | None
    node: Node
    classes: tuple[MeasureClass, ...]
    basis: Basis
    missing: str = "unknown"
    low: Node | None = None
    high: Node | None = None
    deprivations: tuple[Deprivation, ...] = ()
    cut_off: Fraction | None = None
    source: str = ""
    note: str = ""

    @property
    def number(self) -> Number:
        """The type of its value, fine enough for its cut-offs too."""
        if not isinstance(self.node.type, Number):
            raise TypeError("checked when built")
        return self.node.type

    @property
    def ref(self) -> MeasureRef:
        """The node by which a rule reads its value."""
        return MeasureRef(self.name, self.number, self.of)

    @property
    def class_ref(self) -> ClassRef:
        """The node by which a rule reads its class."""
        return ClassRef(self.name, Code(tuple(item.name for item in self.classes)), self.of)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in which tables show it; none where it belongs to the rows of a repeat."""
        if self.of is not None:
            return ()
        more = (f"{self.name}__low", f"{self.name}__high") if self.low is not None else ()
        if self.kind is MeasureKind.ALKIRE_FOSTER:
            more = (*more, f"{self.name}__intensity")
        return (self.name, f"{self.name}__class", *more)


@dataclass(frozen=True)
class Example:
    """Answers of an invented person as they would be written in a table, and what must come out."""

    name: str
    answers: Mapping[str, str]
    rosters: Mapping[str, tuple[Mapping[str, str], ...]]
    factors: Mapping[str, str]
    responses: Mapping[str, str]
    measures: Mapping[str, str]
    within: Mapping[str, Within] = field(default_factory=dict)


Sheet = tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Framework:
    """The whole declaration. `sheets` are the tables it was read from, losslessly.

    `order` has the names of all factors and measures, each after those that it looks at.
    `reference_date` names the question that says on which day a unit was asked, `place` and
    `period` those by which the answers of its place are found.
    """

    id: str
    version: str
    title: Text
    description: Text
    default_language: str
    languages: Mapping[str, str]
    unit: str
    stage_question: str | None
    keys: tuple[str, ...]
    questions: tuple[Question, ...]
    rosters: tuple[Roster, ...]
    factors: tuple[Factor, ...]
    responses: tuple[Response, ...]
    measures: tuple[Measure, ...]
    examples: tuple[Example, ...]
    order: tuple[str, ...]
    sheets: Mapping[str, Sheet]
    reference_date: str | None = None
    place: str | None = None
    period: str | None = None

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the tables: two frameworks with one digest give the same findings."""
        canonical = json.dumps(
            {name: [dict(row) for row in rows] for name, rows in self.sheets.items()},
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )
        return hashlib.sha256(canonical.encode()).hexdigest()

    @cached_property
    def _questions(self) -> dict[str, Question]:
        return {question.name: question for question in self.questions}

    @cached_property
    def _factors(self) -> dict[str, Factor]:
        return {factor.name: factor for factor in self.factors}

    def question(self, name: str) -> Question:
        """The question of that name; KeyError where there is none."""
        return self._questions[name]

    def factor(self, name: str) -> Factor:
        """The factor of that name; KeyError where there is none."""
        return self._factors[name]

    @cached_property
    def _measures(self) -> dict[str, Measure]:
        return {measure.name: measure for measure in self.measures}

    def measure(self, name: str) -> Measure:
        """The measure of that name; KeyError where there is none."""
        return self._measures[name]

    @cached_property
    def parents(self) -> Mapping[str, str]:
        """The repeats in the order of the form, each with the one in whose rows it stands."""
        return {roster.name: roster.parent for roster in self.rosters}

    @cached_property
    def ordered(self) -> tuple[Factor | Measure, ...]:
        """The factors and measures, each after those that it looks at."""
        rows: dict[str, Factor | Measure] = {**self._factors, **self._measures}
        return tuple(rows[name] for name in self.order)

    @cached_property
    def used_questions(self) -> tuple[Question, ...]:
        """The questions that some rule, measure or the stage reads: the columns a run needs.

        Those that the constraints of these speak of are among them, as they can make an answer
        unusable.
        """
        names: dict[str, None] = {}
        if self.stage_question:
            names[self.stage_question] = None
        for node in self.nodes:
            names.update(dict.fromkeys(ref.name for ref in answers_used(node)))
        waiting = list(names)
        while waiting:
            constraint = self.question(waiting.pop()).constraint
            more = [ref.name for ref in answers_used(constraint)] if constraint else []
            waiting += [name for name in more if name not in names]
            names.update(dict.fromkeys(more))
        return tuple(question for question in self.questions if question.name in names)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every expression: those of factors, measures and responses."""
        found: list[Node] = []
        for factor in self.factors:
            found += [factor.rule, factor.weight, factor.urgent]
        for measure in self.measures:
            found += [node for node in (measure.node, measure.low, measure.high) if node]
        return (*found, *(response.when for response in self.responses))
