"""What a framework says about one unit's answers, and why.

Findings carry the framework's id, version and digest, so that each can be walked back to the exact
rules. They speak of situations: no part of them names what a person is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from sojourn.framework.model import Direction
from sojourn.framework.values import Missing

Json = dict[str, Any]


class State(StrEnum):
    """The outcome for a factor."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class AnswerSeen(NamedTuple):
    """An answer that a rule looked at: its text as in a table, or why it is missing.

    `row` is the roster row it stands in, counted from 1; None for a single question. `around` are
    the numbers of the rows around that one, the outermost first, for a roster within a roster.
    """

    question: str
    value: str | None
    missing: Missing | None = None
    row: int | None = None
    around: tuple[int, ...] = ()

    def to_json(self) -> Json:
        return _without_empty(
            {
                "question": self.question,
                "value": self.value,
                "missing": self.missing,
                "row": self.row,
                "around": list(self.around),
            }
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AnswerSeen:
        missing = data.get("missing")
        return cls(
            data["question"],
            data.get("value"),
            Missing(missing) if missing else None,
            data.get("row"),
            tuple(data.get("around", ())),
        )


class Because(NamedTuple):
    """Why an expression came out as it did: only the parts that decided it.

    `value` is "true", "false", "unknown", or the value as text. A branch has `parts`; a leaf has
    `answers`.
    """

    op: str
    text: str
    value: str
    answers: tuple[AnswerSeen, ...] = ()
    parts: tuple[Because, ...] = ()

    def to_json(self) -> Json:
        return _without_empty(
            {
                "op": self.op,
                "text": self.text,
                "value": self.value,
                "answers": [answer.to_json() for answer in self.answers],
                "parts": [part.to_json() for part in self.parts],
            }
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Because:
        return cls(
            data["op"],
            data["text"],
            data["value"],
            tuple(AnswerSeen.from_json(answer) for answer in data.get("answers", ())),
            tuple(cls.from_json(part) for part in data.get("parts", ())),
        )

    def all_answers(self) -> tuple[AnswerSeen, ...]:
        """Every answer below, each once, in reading order."""
        found = dict.fromkeys(self.answers)
        for part in self.parts:
            found.update(dict.fromkeys(part.all_answers()))
        return tuple(found)


class FactorFinding(NamedTuple):
    """One factor's outcome. `direction` is set for context-dependent factors that are known.

    `urgent` and `weight` are None where they are unknown or the factor is not present.
    """

    name: str
    state: State
    direction: Direction | None
    urgent: bool | None
    weight: Decimal | None
    because: Because

    @property
    def raises_risk(self) -> bool:
        return self.direction in (Direction.RAISES, Direction.BOTH)

    @property
    def protects(self) -> bool:
        return self.direction in (Direction.PROTECTS, Direction.BOTH)

    def to_json(self) -> Json:
        return {
            "name": self.name,
            "state": self.state,
            "direction": self.direction,
            "urgent": self.urgent,
            "weight": None if self.weight is None else str(self.weight),
            "because": self.because.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FactorFinding:
        return cls(
            data["name"],
            State(data["state"]),
            Direction(data["direction"]) if data.get("direction") else None,
            data.get("urgent"),
            None if data.get("weight") is None else Decimal(data["weight"]),
            Because.from_json(data["because"]),
        )


@dataclass(frozen=True, slots=True)
class ResponseFinding:
    """Whether a response is suggested: True, False, or None for unknown."""

    name: str
    suggested: bool | None
    because: Because

    def to_json(self) -> Json:
        return {
            "name": self.name,
            "suggested": self.suggested,
            "because": self.because.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ResponseFinding:
        return cls(data["name"], data["suggested"], Because.from_json(data["because"]))


@dataclass(frozen=True, slots=True)
class MeasureFinding:
    """A measure's exact value and class (None when unknown) and the share of its parts known.

    `known_share` is None where a measure is not put together from parts. `low` and `high` bound a
    value for which the framework asks for bounds.
    """

    name: str
    value: Fraction | None
    class_name: str | None
    known_share: float | None
    because: Because | None = None
    low: Fraction | None = None
    high: Fraction | None = None

    @property
    def intensity(self) -> Fraction | None:
        """Of an Alkire-Foster measure: the value where the unit is identified, else zero."""
        return self.value if self.value is None or self.class_name == "identified" else Fraction(0)

    def to_json(self) -> Json:
        found: Json = {
            "name": self.name,
            "value": _number_text(self.value),
            "class": self.class_name,
            "known_share": self.known_share,
        }
        if self.low is not None or self.high is not None:
            found |= {"low": _number_text(self.low), "high": _number_text(self.high)}
        if self.because is not None:
            found["because"] = self.because.to_json()
        return found

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> MeasureFinding:
        because = data.get("because")
        return cls(
            data["name"],
            _number(data.get("value")),
            data.get("class"),
            data.get("known_share"),
            Because.from_json(because) if because else None,
            _number(data.get("low")),
            _number(data.get("high")),
        )


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything a framework says about one unit.

    `known_share` is the share of applicable factors that are known, None when none is applicable.
    """

    framework_id: str
    version: str
    digest: str
    factors: tuple[FactorFinding, ...]
    responses: tuple[ResponseFinding, ...]
    measures: tuple[MeasureFinding, ...]
    known_share: float | None

    def factor(self, name: str) -> FactorFinding:
        """The finding for a factor; KeyError where the framework has none of that name."""
        return _by_name(self.factors, name)

    def response(self, name: str) -> ResponseFinding:
        """The finding for a response; KeyError where the framework has none of that name."""
        return _by_name(self.responses, name)

    def measure(self, name: str) -> MeasureFinding:
        """The finding for a measure; KeyError where the framework has none of that name."""
        return _by_name(self.measures, name)

    def to_json(self) -> Json:
        return {
            "framework": {
                "id": self.framework_id,
                "version": self.version,
                "digest": self.digest,
            },
            "known_share": self.known_share,
            "factors": [factor.to_json() for factor in self.factors],
            "responses": [response.to_json() for response in self.responses],
            "measures": [measure.to_json() for measure in self.measures],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Findings:
        framework = data["framework"]
        return cls(
            framework["id"],
            framework["version"],
            framework["digest"],
            tuple(FactorFinding.from_json(row) for row in data["factors"]),
            tuple(ResponseFinding.from_json(row) for row in data["responses"]),
            tuple(MeasureFinding.from_json(row) for row in data["measures"]),
            data.get("known_share"),
        )


_Named = TypeVar("_Named", FactorFinding, ResponseFinding, MeasureFinding)


def _by_name(rows: tuple[_Named, ...], name: str) -> _Named:
    for row in rows:
        if row.name == name:
            return row
    raise KeyError(name)


def _number(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _number_text(value: Fraction | None) -> str | None:
    """The number with its digits, or as a fraction such as 1/3 where they would never end."""
    if value is None:
        return None
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return str(value)
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    return format(Decimal(int(value * 10**places)).scaleb(-places), "f")


def _without_empty(data: Json) -> Json:
    return {key: value for key, value in data.items() if value not in (None, [], ())}
