"""What leaves: the frozen value that holds publishable figures and nothing else.

Only `release` (see `door`) makes one. A publication never holds a withheld figure, its error or
how many people stand behind it, nor which cells were found sensitive: that a cell is small is
itself something that nobody should learn. Its digest of the inputs is keyed, since without a key
anybody could try out values until the digest fits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import InitVar, asdict, dataclass
from enum import StrEnum
from typing import Any

from sojourn.disclosure.problems import DisclosureError
from sojourn.disclosure.rules import Reason, Rules
from sojourn.disclosure.tables import Combination, Key, Variable

FORMAT = "sojourn-publication-1"
DOOR = object()
"""What `door` shows to make a publication; nobody else has a reason to hold it."""

Json = dict[str, Any]


class Status(StrEnum):
    """What a cell of a publication is.

    `published`: the figure stands. `withheld`: it is not told. `structural_zero`: nobody can be
    there. `not_printed`: it follows from other figures and stands for them only. `undefined`: a
    share of nobody. These are never mixed up with a zero that was found.
    """

    PUBLISHED = "published"
    WITHHELD = "withheld"
    STRUCTURAL_ZERO = "structural_zero"
    NOT_PRINTED = "not_printed"
    UNDEFINED = "undefined"


@dataclass(frozen=True)
class Figure:
    """One cell: for whom (every variable, totals too), what it is, and the figure where it stands.

    `people` is the class of how many stand behind it. All but `where` and `status` are None where
    they are not known or not told; `reason` is there for withheld cells only.
    """

    where: tuple[tuple[str, str], ...]
    status: Status
    value: float | None = None
    people: str | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    reason: Reason | None = None

    def to_json(self) -> Json:
        found = {name: one for name, one in asdict(self).items() if one is not None}
        return {**found, "where": dict(self.where)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Figure:
        rest = {name: one for name, one in data.items() if name not in ("where", "status")}
        if "reason" in rest:
            rest["reason"] = Reason(rest["reason"])
        return cls(tuple(data["where"].items()), Status(data["status"]), **rest)


@dataclass(frozen=True)
class PublishedTable:
    """A table as it may be read by everybody. Figures stand in the order of categories."""

    name: str
    quantity: str
    variables: tuple[Variable, ...]
    figures: tuple[Figure, ...]

    def figure(self, **where: str) -> Figure:
        """The figure of these categories; variables that are not named stand at their total.

        Raises `DisclosureError` where there is no such cell.
        """
        wanted = {one.name: where.get(one.name, one.total) for one in self.variables}
        for figure in self.figures:
            if dict(figure.where) == wanted:
                return figure
        raise DisclosureError(f"table {self.name} has no cell for {wanted}")

    def key(self, figure: Figure) -> Key:
        """The name of a figure's cell, totals left out."""
        totals = {(one.name, one.total) for one in self.variables}
        return Key(
            self.quantity, tuple(sorted(each for each in figure.where if each not in totals))
        )

    def to_json(self) -> Json:
        return {
            "name": self.name,
            "quantity": self.quantity,
            "variables": [_variable_to_json(one) for one in self.variables],
            "figures": [figure.to_json() for figure in self.figures],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PublishedTable:
        return cls(
            data["name"],
            data["quantity"],
            tuple(_variable_from_json(one) for one in data["variables"]),
            tuple(Figure.from_json(one) for one in data["figures"]),
        )


@dataclass(frozen=True)
class PublishedDerived:
    """A share, mean or difference. It stands only where both of its cells do."""

    name: str
    kind: Combination
    first: Key
    second: Key
    scale: float
    status: Status
    value: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None

    def to_json(self) -> Json:
        found = {name: one for name, one in asdict(self).items() if one is not None}
        return {**found, "first": _key_to_json(self.first), "second": _key_to_json(self.second)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PublishedDerived:
        known = {
            "kind": Combination(data["kind"]),
            "status": Status(data["status"]),
            "first": _key_from_json(data["first"]),
            "second": _key_from_json(data["second"]),
        }
        return cls(**{**data, **known})


@dataclass(frozen=True)
class AuditResult:
    """How the attack on the release ended, in words that give nothing away.

    `unknown`: how many cells were not told in full. `attacked`: how many of them the attacker had
    to fail at. Where reasons are not told, that is said of all unknown cells, since the number of
    sensitive ones is a hint. `exact`: whether the limits of every unknown cell were found, or each
    sensitive one was shown to be wide enough.
    """

    passed: bool
    unknown: int
    exact: bool
    knows: tuple[str, ...]

    def to_json(self) -> Json:
        return {**asdict(self), "knows": list(self.knows)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AuditResult:
        return cls(data["passed"], data["unknown"], data["exact"], tuple(data["knows"]))


@dataclass(frozen=True)
class Publication:
    """Figures that may be read by everybody, and how they were made safe.

    `rounding` says how figures were rounded, None where cells were withheld instead. `sources` are
    pairs of a name and a version or digest of what the figures come from. `digest` is an
    HMAC-SHA-256 of the tables, rules and figures that went in: whoever holds its key can show which
    they were. `seal` is a SHA-256 of everything else here; it finds an edited copy, and proves
    nothing about who made it.
    """

    title: str
    tables: tuple[PublishedTable, ...]
    derived: tuple[PublishedDerived, ...]
    rules: Rules
    rounding: tuple[tuple[str, Any], ...] | None
    audit: AuditResult
    sources: tuple[tuple[str, str], ...]
    digest: str
    seal: str = ""
    door: InitVar[object] = None

    def __post_init__(self, door: object) -> None:
        if door is not DOOR:
            raise TypeError("a publication is made by sojourn.disclosure.release alone")
        if not self.seal:
            object.__setattr__(self, "seal", _sealed(self._content()))

    def table(self, name: str) -> PublishedTable:
        """The table of this name; `DisclosureError` where there is none."""
        for table in self.tables:
            if table.name == name:
                return table
        names = ", ".join(table.name for table in self.tables)
        raise DisclosureError(f"there is no table {name} here; there are {names}")

    @property
    def withheld(self) -> frozenset[Key]:
        """The cells that are not told: a later release has to keep them (see `Earlier`)."""
        return frozenset(
            table.key(figure)
            for table in self.tables
            for figure in table.figures
            if figure.status is Status.WITHHELD
        )

    def to_json(self) -> Json:
        return {**self._content(), "seal": self.seal}

    def _content(self) -> Json:
        return {
            "format": FORMAT,
            "title": self.title,
            "tables": [table.to_json() for table in self.tables],
            "derived": [one.to_json() for one in self.derived],
            "rules": self.rules.to_json(),
            "rounding": None if self.rounding is None else dict(self.rounding),
            "audit": self.audit.to_json(),
            "sources": dict(self.sources),
            "digest": self.digest,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Publication:
        """A publication that was written down.

        Raises `DisclosureError` where it is none, or was changed since.
        """
        content = {name: one for name, one in data.items() if name != "seal"}
        if data.get("format") != FORMAT:
            raise DisclosureError("this is no publication, or one of another version of Sojourn")
        if data.get("seal") != _sealed(content):
            raise DisclosureError(
                "this publication was changed after it was made; take the copy that came from its "
                "makers"
            )
        rounding = data["rounding"]
        return cls(
            title=data["title"],
            tables=tuple(PublishedTable.from_json(one) for one in data["tables"]),
            derived=tuple(PublishedDerived.from_json(one) for one in data["derived"]),
            rules=Rules.from_json(data["rules"]),
            rounding=None if rounding is None else tuple(sorted(rounding.items())),
            audit=AuditResult.from_json(data["audit"]),
            sources=tuple(data["sources"].items()),
            digest=data["digest"],
            seal=data["seal"],
            door=DOOR,
        )


def canonical(data: Any) -> bytes:
    """One way of writing each value, for digests."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _sealed(content: Json) -> str:
    return hashlib.sha256(canonical(content)).hexdigest()


def _key_to_json(one: Key) -> Json:
    return {"quantity": one.quantity, "where": dict(one.where)}


def _key_from_json(data: Mapping[str, Any]) -> Key:
    return Key(data["quantity"], tuple(data["where"].items()))


def _variable_to_json(one: Variable) -> Json:
    return {
        "name": one.name,
        "sums": [{"whole": whole, "parts": list(parts)} for whole, parts in one.sums],
        "loose": list(one.loose),
        "total": one.total,
    }


def _variable_from_json(data: Mapping[str, Any]) -> Variable:
    sums = tuple((each["whole"], tuple(each["parts"])) for each in data["sums"])
    return Variable(data["name"], sums, tuple(data["loose"]), data["total"])
