"""A framework: the one declaration that draws a form, explains one person and runs over a table.

Everything here is a frozen value that was checked by `sojourn.language` when it was read. Nothing
here reads files or computes findings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from sojourn.framework.nodes import AnswerRef, Node, answers_used
from sojourn.framework.types import Code, Type
from sojourn.framework.values import Missing


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
        for wanted in (language, self.default):
            if wanted and self.by_language.get(wanted):
                return self.by_language[wanted]
        return next((text for text in self.by_language.values() if text), "")

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

    `roster` names the repeat it stands in, None for a single question. `codes` are the choices
    that are answers; `missing_codes` those (or the numbers) that say why there is none.
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
    relevant: str = ""
    data_class: DataClass | None = None

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
    """A repeat: one row per household member, journey leg and the like."""

    name: str
    label: Text


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


class Side(StrEnum):
    """What of a component a measure counts."""

    VALUE = "value"
    PRESENT = "present"
    RISK = "risk"
    PROTECTIVE = "protective"


@dataclass(frozen=True)
class Component:
    """One term of a sum: a number question's value, or a factor's presence on one side.

    `weight` None means the factor's own weight, times `sign`.
    """

    name: str
    side: Side
    weight: Decimal | None
    sign: int = 1


@dataclass(frozen=True)
class MissingPolicy:
    """What a measure does about unknown components.

    `available` None: one unknown component makes the measure unknown. Otherwise the known ones are
    summed as long as at least this share of the applicable components is known.
    """

    available: Decimal | None = None


@dataclass(frozen=True)
class MeasureClass:
    """A class up to `limit` (None: the rest); `inclusive`: whether the cut-off belongs to it."""

    name: str
    label: Text
    limit: Decimal | None
    inclusive: bool = True


@dataclass(frozen=True)
class Measure:
    """A computed number with classes at exact cut-offs. First kind: the weighted sum."""

    name: str
    label: Text
    kind: str
    unit: str
    components: tuple[Component, ...]
    missing: MissingPolicy
    classes: tuple[MeasureClass, ...]
    basis: Basis
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Example:
    """Answers of an invented person as they would be written in a table, and what must come out."""

    name: str
    answers: Mapping[str, str]
    rosters: Mapping[str, tuple[Mapping[str, str], ...]]
    factors: Mapping[str, str]
    responses: Mapping[str, str]
    measures: Mapping[str, str]


Sheet = tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Framework:
    """The whole declaration. `sheets` are the tables it was read from, losslessly."""

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
    sheets: Mapping[str, Sheet]

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
    def used_questions(self) -> tuple[Question, ...]:
        """The questions that some rule, measure or the stage reads: the columns a run needs.

        Those that the constraints of these speak of are among them, as they can make an answer
        unusable.
        """
        names: dict[str, None] = {}
        if self.stage_question:
            names[self.stage_question] = None
        for node in self._all_nodes():
            names.update(dict.fromkeys(ref.name for ref in answers_used(node)))
        for measure in self.measures:
            for component in measure.components:
                if component.side is Side.VALUE:
                    names[component.name] = None
        waiting = list(names)
        while waiting:
            constraint = self.question(waiting.pop()).constraint
            more = [ref.name for ref in answers_used(constraint)] if constraint else []
            waiting += [name for name in more if name not in names]
            names.update(dict.fromkeys(more))
        return tuple(question for question in self.questions if question.name in names)

    def _all_nodes(self) -> list[Node]:
        nodes: list[Node] = []
        for factor in self.factors:
            nodes += [factor.rule, factor.weight, factor.urgent]
        return nodes + [response.when for response in self.responses]
