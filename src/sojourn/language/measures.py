"""The sheets `measures` and `decisions`: numbers put together from answers, factors and others."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Protocol

from sojourn.framework.model import (
    Basis,
    Deprivation,
    Effect,
    Factor,
    Measure,
    MeasureClass,
    MeasureKind,
    Text,
)
from sojourn.framework.nodes import (
    And,
    BooleanLiteral,
    CodeLiteral,
    Combine,
    Decide,
    Divide,
    Equal,
    FactorRef,
    FactorTerm,
    Greater,
    How,
    If,
    Multiply,
    Negate,
    Node,
    NumberLiteral,
    RuleError,
    Side,
)
from sojourn.framework.types import Code, Number
from sojourn.language.cells import Cells
from sojourn.language.form import limits_of
from sojourn.language.labels import text_of
from sojourn.language.problems import did_you_mean
from sojourn.language.sheets import SheetRow

_CLASS = re.compile(r"(?P<name>[a-z0-9_]+)\s*((?P<op><=|<)\s*(?P<limit>-?[0-9]+(\.[0-9]+)?))?")
_WEIGHT = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)")
_SHARE = re.compile(
    r"(?P<top>[0-9]{1,9}(\.[0-9]{1,9})?)\s*(/\s*(?P<bottom>[0-9]{1,9})|(?P<percent>%))?"
)
_AVAILABLE = re.compile(
    r"available(\s+((?P<share>[0-9]{1,3}(\.[0-9]{1,6})?)\s*%|(?P<count>[0-9]{1,3})))?"
)
_SELECTOR = re.compile(r"(?P<side>risk|protective):(?P<level>\*|\w+)")
_HOW = {
    MeasureKind.WEIGHTED_SUM: How.SUM,
    MeasureKind.COUNT: How.SUM,
    MeasureKind.MEAN: How.MEAN,
    MeasureKind.MAX: How.MAX,
    MeasureKind.MIN: How.MIN,
}
_POLICIED = {*_HOW, MeasureKind.ALKIRE_FOSTER}
"""The kinds that put parts together, and so have to say what unknown ones do."""

_MOST_ROWS = 500
ZERO, ONE = NumberLiteral(Decimal(0)), NumberLiteral(Decimal(1))


@dataclass(frozen=True)
class _Part:
    """One component before it is weighted: a number, or a factor on one side."""

    name: str
    node: Node | None
    factor: Factor | None
    side: Side


@dataclass(frozen=True)
class _Policy:
    """What a measure does about unknown parts."""

    needed: Fraction = Fraction(1)
    at_least: int = 1
    bounds: bool = False


class Factors(Protocol):
    """The factors of the file, each read when it is asked for."""

    factor_rows: dict[str, SheetRow]

    def factor(self, name: str) -> Factor | None: ...


def read_measure(cells: Cells, row: SheetRow, factors: Factors) -> Measure | None:
    """One row of `measures`; None, with the problems told, where it cannot be computed."""
    before = len(cells.problems)
    name = cells.name(row, "a measure")
    kind = cells.choice(row, "kind", MeasureKind)
    of = _of(cells, row)
    reader = _Reader(cells, row, kind, of, factors)
    classes = _classes(cells, row, name)
    label = cells.label(row)
    basis = cells.choice(row, "basis", Basis, Basis.PROPOSED)
    if cells.errors_since(before):
        return None
    try:
        node = reader.node()
        low, high = reader.bounds(node)
        if node is None:
            return None
        cells.refuse_silence(row, "rule" if row.get("rule") else "components", node)
        _check_classes(node, classes)
    except RuleError as error:
        cells.error(row, "rule" if row.get("rule") else "components", str(error))
        return None
    if kind is MeasureKind.ALKIRE_FOSTER:
        classes = reader.identified(classes)
    return Measure(
        name=name,
        label=label,
        kind=kind,
        unit=row.get("unit"),
        of=of,
        node=node,
        classes=classes,
        basis=basis,
        missing=row.get("missing") or "unknown",
        low=low,
        high=high,
        deprivations=reader.deprivations,
        cut_off=reader.cut_off,
        source=row.get("source"),
        note=row.get("note"),
    )


def _of(cells: Cells, row: SheetRow) -> str | None:
    name = row.get("of")
    rosters = [roster.name for roster in cells.form.rosters]
    if name and name not in rosters:
        hint = did_you_mean(name, rosters)
        cells.error(row, "of", f"there is no repeat `{name}`.{hint} Leave it empty for the unit")
    return name or None


class _Reader:
    """One measure: from its cells to the nodes that compute it."""

    def __init__(
        self,
        cells: Cells,
        row: SheetRow,
        kind: MeasureKind,
        of: str | None,
        factors: Factors,
    ) -> None:
        self.cells, self.row, self.kind, self.of = cells, row, kind, of
        self.factors = factors
        self.deprivations: tuple[Deprivation, ...] = ()
        self.cut_off: Fraction | None = None
        self.fills: list[tuple[Decimal, Decimal]] = []

    def error(self, column: str, message: str) -> None:
        self.cells.error(self.row, column, message)

    def node(self) -> Node | None:
        before = len(self.cells.problems)
        if self.kind not in _POLICIED and self.row.get("missing") not in ("", "unknown"):
            self.error("missing", f"a measure of kind {self.kind} has no policy; leave this empty")
        match self.kind:
            case MeasureKind.EXPRESSION:
                found = self.cells.number(self.row, "rule", self.of)
            case MeasureKind.DECISION:
                found = self._decide(self._condition)
            case MeasureKind.TABLE:
                found = self._table()
            case MeasureKind.ALKIRE_FOSTER:
                found = self._alkire_foster()
            case _:
                found = self._combined()
        return None if self.cells.errors_since(before) else found

    # -- components

    def _parts(self) -> list[tuple[_Part, str]]:
        words, weights = self.row.get("components").split(), self.row.get("weights").split()
        if not words:
            self.error("components", "name the questions, factors or measures to put together")
        weights = weights or [""] * len(words)
        if len(weights) != len(words):
            message = f"there are {len(words)} components and {len(weights)} weights"
            self.error("weights", message)
            return []
        before = len(self.cells.problems)
        found = [
            (part, weight)
            for word, weight in zip(words, weights, strict=True)
            for part in self._component(word)
        ]
        if words and not found and not self.cells.errors_since(before):
            self.error("components", "no factor is like that; there is nothing to put together")
        return found

    def _component(self, word: str) -> list[_Part]:
        selector = _SELECTOR.fullmatch(word)
        if selector and self.of is None:
            names = self._like(selector["side"], selector["level"])
            return [part for name in names for part in self._factor(name, Side(selector["side"]))]
        node = self._named(word)
        if isinstance(node, FactorRef):
            return self._factor(word, Side.PRESENT)
        if node is not None and isinstance(node.type, Number):
            return [_Part(word, node, None, Side.PRESENT)]
        if node is not None:
            what = f"is {node.type}, not a number"
        elif word in self.cells.questions:
            place = f"in the repeat `{self.of}`" if self.of else "once for the unit"
            what = f"is not asked {place}"
        else:
            what = "is neither a factor nor a question or measure"
        hint = did_you_mean(word, [*self.cells.rows, *self.cells.questions])
        self.error("components", f"`{word}` {what}.{hint if node is None else ''}")
        return []

    def _like(self, side: str, level: str) -> list[str]:
        """The names of the factors on one side, at one level or at all."""
        rows = self.factors.factor_rows
        return [
            name
            for name, row in rows.items()
            if row.get("effect") in (side, Effect.CONTEXT) and level in ("*", row.get("level"))
        ]

    def _factor(self, name: str, side: Side) -> list[_Part]:
        factor = self.factors.factor(name)
        if factor is None:
            self.error("components", f"`{name}` cannot be used: it has a problem of its own")
            return []
        return [_Part(name, None, factor, side)]

    def _named(self, word: str) -> Node | None:
        """What a component's name stands for, where it is at hand for this measure."""
        question = self.cells.questions.get(word)
        if question is not None:
            return question.ref if question.roster == self.of else None
        row = self.cells.row(word)
        roster = None if row is None or isinstance(row, FactorRef) else row.roster
        return row if roster == self.of else None

    # -- sums, means, the largest and the smallest

    def _combined(self) -> Node | None:
        policy = self._policy()
        before = len(self.cells.problems)
        found = self._parts()
        if self.kind is MeasureKind.MEAN:
            weights = self._mean_weights([weight for _, weight in found])
            parts = [self._plain(part) for part, _ in found]
        else:
            weights = ()
            parts = [self._weighted(part, weight) for part, weight in found]
        if self.cells.errors_since(before) or not parts:
            return None
        if policy.bounds:
            self.fills = [
                self._range(part, node) for (part, _), node in zip(found, parts, strict=True)
            ]
            if self.cells.errors_since(before):
                return None
        return Combine(_HOW[self.kind], tuple(parts), weights, policy.needed, policy.at_least)

    def bounds(self, node: Node | None) -> tuple[Node | None, Node | None]:
        """The lowest and the highest that an unknown value could be, where they are asked for."""
        if not self.fills:
            return None, None
        lows = tuple(low for low, _ in self.fills)
        highs = tuple(high for _, high in self.fills)
        return _filled(node, lows), _filled(node, highs)

    def _plain(self, part: _Part) -> Node:
        if part.factor is not None:
            return _term(part.factor, part.side, ONE)
        if part.node is None:
            raise TypeError("a part is a factor or a number")
        return part.node

    def _weighted(self, part: _Part, weight: str) -> Node:
        """The part times its weight. Without one, a factor has its own in a sum; all else has 1."""
        if part.factor is not None:
            own = "own" if self.kind is MeasureKind.WEIGHTED_SUM else "1"
            return _term(part.factor, part.side, self._factor_weight(part, weight or own))
        node = self._plain(part)
        if weight in ("own", "-own"):
            self.error("weights", f"`{part.name}` has no weight of its own; write a number")
            return node
        value = self._weight(weight or "1")
        if self.kind is MeasureKind.COUNT:
            return If(Greater(node, ZERO), NumberLiteral(value), ZERO)
        return node if value == 1 else Multiply(NumberLiteral(value), node)

    def _factor_weight(self, part: _Part, weight: str) -> Node:
        own = part.factor.weight if part.factor is not None else ONE
        if weight == "own":
            return own
        if weight == "-own":
            if isinstance(own, NumberLiteral):
                return NumberLiteral(-own.value)
            return Negate(own)
        return NumberLiteral(self._weight(weight))

    def _weight(self, weight: str) -> Decimal:
        if _WEIGHT.fullmatch(weight):
            return Decimal(weight)
        self.error("weights", f"`{weight}` is not a number, own or -own")
        return Decimal(1)

    def _mean_weights(self, weights: list[str]) -> tuple[int, ...]:
        """The weights of a mean as whole numbers in the same proportion."""
        values = []
        for weight in (text or "1" for text in weights):
            if not _WEIGHT.fullmatch(weight) or Decimal(weight) <= 0:
                self.error("weights", f"a mean weighs with numbers above zero, not `{weight}`")
                return ()
            values.append(Fraction(weight))
        scale = lcm(*(value.denominator for value in values)) if values else 1
        return tuple(int(value * scale) for value in values)

    def _range(self, part: _Part, node: Node) -> tuple[Decimal, Decimal]:
        """Between which numbers an unknown part lies."""
        if isinstance(node, FactorTerm) and isinstance(node.weight, NumberLiteral):
            weight = node.weight.value
            return min(weight, Decimal(0)), max(weight, Decimal(0))
        question = self.cells.questions.get(part.name)
        limits = limits_of(question.constraint, question.ref) if question is not None else None
        if limits is None:
            self.error(
                "missing",
                f"bounds need to know how low and high `{part.name}` can be; give the question a "
                "constraint such as `. >= 0 and . <= 7` (a factor: a weight that is a number)",
            )
            return Decimal(0), Decimal(0)
        if isinstance(node, If) and isinstance(node.then, NumberLiteral):  # of a count
            return min(node.then.value, Decimal(0)), max(node.then.value, Decimal(0))
        factor = Decimal(1)
        if isinstance(node, Multiply) and isinstance(node.left, NumberLiteral):
            factor = node.left.value
        ends = sorted((limits[0] * factor, limits[1] * factor))
        return ends[0], ends[1]

    def _policy(self) -> _Policy:
        text = self.row.get("missing") or "unknown"
        if text == "unknown":
            return _Policy()
        if text == "bounds":
            return _Policy(bounds=True)
        match = _AVAILABLE.fullmatch(text)
        if match is None or Decimal(match["share"] or 0) > 100:
            known = "unknown, available 60%, available 3 or bounds"
            self.error("missing", f"`{text}` is not known; use {known}")
            return _Policy()
        share = Fraction(match["share"] or 0) / 100
        return _Policy(needed=share, at_least=max(1, int(match["count"] or 1)))

    # -- decisions and tables

    def _decide(self, when: Callable[[SheetRow], Node | None]) -> Node | None:
        name = self.row.get("name")
        rows = [row for row in self.cells.tables.rows("decisions") if row.get("measure") == name]
        if not rows:
            self.error("kind", f"the sheet `decisions` has no row for the measure `{name}`")
            return None
        if len(rows) > _MOST_ROWS:
            self.error("kind", f"more than {_MOST_ROWS} rows; make several measures of it")
            return None
        cases: list[tuple[Node | None, Decimal]] = []
        for at, row in enumerate(rows, start=1):
            if not _WEIGHT.fullmatch(row.get("value")):
                self.cells.error(row, "value", f"`{row.get('value')}` is not a number")
                continue
            value = Decimal(row.get("value"))
            if row.get("when") == "otherwise":
                if at < len(rows):
                    self.cells.error(row, "when", "`otherwise` can only be the last row")
                cases.append((None, value))
            elif (condition := when(row)) is not None:
                cases.append((condition, value))
        return Decide(tuple(cases)) if cases else None

    def _condition(self, row: SheetRow) -> Node | None:
        return self.cells.condition(row, "when", self.of)

    def _table(self) -> Node | None:
        words = self.row.get("components").split()
        keys: list[Node] = []
        for word in words:
            node = self._key(word)
            if node is None:
                known = [*self.cells.rows, *self.cells.questions]
                hint = did_you_mean(word, known)
                self.error(
                    "components",
                    f"`{word}` cannot be a key of a table; name a select_one question, a context "
                    f"factor, a whole number or a measure's class.{hint}",
                )
            else:
                keys.append(node)
        if len(keys) < len(words) or not keys:
            if not words:
                self.error("components", "name what the rows of the table are found by")
            return None
        return self._decide(lambda row: self._keys(row, keys))

    def _key(self, word: str) -> Node | None:
        node = self._named(word)
        if node is None or isinstance(node.type, Code):
            return node
        whole = isinstance(node.type, Number) and not node.type.places
        return node if whole and not _is_divided(node) else None

    def _keys(self, row: SheetRow, keys: list[Node]) -> Node | None:
        words = row.get("when").split()
        if len(words) != len(keys):
            message = f"there are {len(keys)} components and {len(words)} keys; `*` stands for any"
            self.cells.error(row, "when", message)
            return None
        parts: list[Node] = []
        for key, word in zip(keys, words, strict=True):
            if word == "*":
                continue
            literal = self._key_literal(row, key, word)
            if literal is None:
                return None
            parts.append(Equal(key, literal))
        if not parts:
            return BooleanLiteral(True)
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _key_literal(self, row: SheetRow, key: Node, word: str) -> Node | None:
        if isinstance(key.type, Code):
            if word in key.type.codes:
                return CodeLiteral(word, key.type.codes)
            hint = did_you_mean(word, key.type.codes)
            known = ", ".join(key.type.codes[:12])
            message = f"`{word}` is no outcome of `{key.text()}`.{hint} Outcomes: {known}"
            self.cells.error(row, "when", message)
            return None
        if not re.fullmatch(r"-?[0-9]{1,12}", word):
            self.cells.error(row, "when", f"`{word}` is not a whole number, as `{key.text()}` is")
            return None
        return NumberLiteral(Decimal(word))

    # -- Alkire-Foster

    def _alkire_foster(self) -> Node | None:
        if self.of is not None:
            self.error("of", "an alkire_foster measure is about the unit; leave this empty")
            return None
        policy = self._policy()
        dimensions = self._dimensions()
        weights = self._deprivation_weights(dimensions)
        self.cut_off = self._share("k")
        if not dimensions or weights is None or self.cut_off is None:
            return None
        if not 0 < self.cut_off <= 1:
            self.error("k", "k lies above 0 and is at most 1")
            return None
        names = [(factor, dimension) for dimension, found in dimensions for factor in found]
        self.deprivations = tuple(
            Deprivation(factor.name, dimension, weight)
            for (factor, dimension), weight in zip(names, weights, strict=True)
        )
        scale = lcm(*(weight.denominator for weight in weights))
        wholes = [Decimal(int(weight * scale)) for weight in weights]
        parts = tuple(
            _term(
                factor,
                Side.RISK if factor.effect is Effect.CONTEXT else Side.PRESENT,
                NumberLiteral(whole),
            )
            for (factor, _), whole in zip(names, wholes, strict=True)
        )
        if policy.bounds:
            self.fills = [(Decimal(0), whole) for whole in wholes]
        total = Combine(How.SUM, parts, (), policy.needed, policy.at_least)
        return Divide(total, NumberLiteral(Decimal(scale)))

    def _dimensions(self) -> list[tuple[str, list[Factor]]]:
        found: list[tuple[str, list[Factor]]] = []
        for block in filter(None, (part.strip() for part in self.row.get("components").split(";"))):
            dimension, colon, rest = block.rpartition(":")
            names = (rest if colon else block).split()
            factors = []
            for name in names:
                known = self.factors.factor_rows
                factor = self.factors.factor(name) if name in known else None
                if factor is None:
                    hint = did_you_mean(name, known)
                    self.error("components", f"there is no factor `{name}`.{hint}")
                else:
                    factors.append(factor)
            if len(factors) < len(names):
                return []
            found.append((dimension.strip(), factors))
        if not any(factors for _, factors in found):
            self.error("components", "name the factors that count as deprivations")
            return []
        return found

    def _deprivation_weights(
        self, dimensions: list[tuple[str, list[Factor]]]
    ) -> list[Fraction] | None:
        counts = [len(factors) for _, factors in dimensions]
        words = self.row.get("weights").split()
        if not words:
            return [Fraction(1, len(counts) * count) for count in counts for _ in range(count)]
        if len(words) != sum(counts):
            self.error("weights", f"there are {sum(counts)} factors and {len(words)} weights")
            return None
        shares = [_share(word) for word in words]
        if any(share is None or share <= 0 for share in shares):
            self.error("weights", "weights are numbers or fractions above zero, such as 1/6")
            return None
        known = [share for share in shares if share is not None]
        return [share / sum(known) for share in known]

    def _share(self, column: str) -> Fraction | None:
        share = _share(self.row.get(column))
        if share is None:
            self.error(column, "write a fraction or a percentage, such as 1/3 or 33%")
        return share

    def identified(self, classes: tuple[MeasureClass, ...]) -> tuple[MeasureClass, ...]:
        """The two classes of an Alkire-Foster measure, cut exactly at k."""
        if classes:
            raise RuleError("an alkire_foster measure has the classes that k makes; leave them out")
        labels = _class_labels(self.cells, self.row.get("name"))
        names = ("not_identified", "identified")
        texts = [labels.get(n, Text({self.cells.default: n}, self.cells.default)) for n in names]
        return (
            MeasureClass(names[0], texts[0], self.cut_off, inclusive=False),
            MeasureClass(names[1], texts[1], None),
        )


def _term(factor: Factor, side: Side, weight: Node) -> FactorTerm:
    return FactorTerm(factor.name, side, factor.effect is Effect.CONTEXT, weight)


def _filled(node: Node | None, fill: tuple[Decimal, ...]) -> Node | None:
    """The same measure with each unknown part at one end of what it can be."""
    if isinstance(node, Divide) and isinstance(node.left, Combine):
        return Divide(_fill(node.left, fill), node.right)
    return _fill(node, fill) if isinstance(node, Combine) else None


def _fill(node: Combine, fill: tuple[Decimal, ...]) -> Combine:
    return Combine(node.how, node.parts, node.weights, Fraction(0), 1, fill)


def _share(text: str) -> Fraction | None:
    match = _SHARE.fullmatch(text.strip())
    if match is None or (match["bottom"] and not int(match["bottom"])):
        return None
    value = Fraction(match["top"])
    if match["bottom"]:
        return value / int(match["bottom"])
    return value / 100 if match["percent"] else value


def _is_divided(node: Node) -> bool:
    return isinstance(node.type, Number) and node.type.is_divided


def _classes(cells: Cells, row: SheetRow, measure: str) -> tuple[MeasureClass, ...]:
    labels = _class_labels(cells, measure)
    found: list[MeasureClass] = []
    for part in filter(None, (p.strip() for p in row.get("classes").split("|"))):
        match = _CLASS.fullmatch(part)
        if match is None:
            cells.error(row, "classes", f"`{part}` is not a class; write low <= 3 | high")
            return ()
        limit = Fraction(match["limit"]) if match["limit"] else None
        label = labels.get(match["name"], Text({cells.default: match["name"]}, cells.default))
        found.append(MeasureClass(match["name"], label, limit, match["op"] != "<"))
    limits = [c.limit for c in found[:-1]]
    if None in limits or any(
        a is not None and b is not None and a > b for a, b in pairwise(limits)
    ):
        cells.error(row, "classes", "cut-offs must rise; only the last class may have none")
    return tuple(found)


def _class_labels(cells: Cells, measure: str) -> dict[str, Text]:
    return {
        choice.get("name"): text_of(choice, "label", cells.default)
        for choice in cells.tables.rows("choices")
        if choice.get("list_name") == f"{measure}__class"
    }


def _check_classes(node: Node, classes: tuple[MeasureClass, ...]) -> None:
    """Refuse cut-offs that cannot be compared exactly with the number."""
    for item in classes:
        if item.limit is None:
            continue
        limit = NumberLiteral(Decimal(item.limit.numerator) / Decimal(item.limit.denominator))
        Equal(node, limit)
