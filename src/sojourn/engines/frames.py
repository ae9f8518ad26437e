"""The tables engine: a whole framework as expressions over a lazy table, on any engine.

Gives the same three-valued results as `record`, without reasons, for as many rows as there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import narwhals as nw

from sojourn.engines.lowering import (
    Lowering,
    count_of,
    empty_roster,
    row_aggregates,
    row_columns,
    wide,
)
from sojourn.framework.model import (
    Component,
    Direction,
    Effect,
    Factor,
    Framework,
    Measure,
    Side,
    Stage,
)
from sojourn.framework.nodes import ROSTER_NODES, Node, NumberLiteral, RosterNode, walk
from sojourn.framework.sums import sum_type, value_term, weight_term
from sojourn.framework.types import Number

UNIT = "__unit"
"""The column that says to which unit a row belongs, in the main table and in every roster."""

_KEPT = "__kept__"

_FLOAT_EXACT = 2**53
"""Whole numbers below this are exact as floats."""

Frame: TypeAlias = nw.LazyFrame[Any]
Join = Callable[[Frame, Frame], Frame]


@dataclass(frozen=True)
class Prepared:
    """Tables as a reader leaves them: answers by column, null for unknown, and the `UNIT` column.

    `columns` are the questions each table has; what is not there was not asked.
    """

    main: Frame
    rosters: Mapping[str, Frame]
    columns: frozenset[str]


def assess(
    framework: Framework, tables: Prepared, keep: Sequence[str] = (), join: Join | None = None
) -> Frame:
    """The findings of every unit: `keep` columns, then factors, responses, measures, known_share.

    Factors and responses are true, false or null (unknown, or a factor that does not apply at the
    unit's stage). A context-dependent factor is true when it has an effect either way, and its
    direction stands beside in `<name>__direction`. A measure stands beside its `<name>__class`.
    """
    nodes = framework_nodes(framework)
    frame, aggregates = _with_rosters(nodes, tables, join or _left_join)
    rules = Lowering(tables.columns, aggregates, {})
    stages = _Stages(framework, tables.columns)
    frame = frame.with_columns(
        *(_raw(factor, rules, stages).alias(_raw_name(factor)) for factor in framework.factors)
    )
    refs = {factor.name: _reference(factor, stages) for factor in framework.factors}
    later = Lowering(tables.columns, aggregates, refs)
    outputs = [nw.col(kept(name)).alias(name) for name in keep]
    outputs += [expr for factor in framework.factors for expr in _factor_columns(factor)]
    outputs += [later.condition(r.when).alias(r.name) for r in framework.responses]
    sums = [_Sum(framework, measure, later, stages) for measure in framework.measures]
    # The sums become columns first: a class asks for its sum once per cut-off.
    if sums:
        frame = frame.with_columns(*(item.value().alias(item.name) for item in sums))
    outputs += [expr for item in sums for expr in item.columns()]
    outputs.append(_known_share(framework.factors, stages).alias("known_share"))
    return frame.select(*outputs)


def kept(name: str) -> str:
    """Under which name a reader carries a column along, which may also hold an answer."""
    return name if name == UNIT else _KEPT + name


def evaluate(node: Node, tables: Prepared, join: Join | None = None) -> Frame:
    """The value of one expression for every unit, in the columns `UNIT` and `value`.

    Null for unknown; a number is whole, scaled by the places of the node's type. Meant for tests
    and tools; `assess` is what applications call.
    """
    frame, aggregates = _with_rosters([node], tables, join or _left_join)
    rules = Lowering(tables.columns, aggregates, {})
    kind = node.type
    value = rules.number(node, kind.places) if isinstance(kind, Number) else rules.condition(node)
    return frame.select(nw.col(UNIT), value.alias("value"))


def output_columns(framework: Framework) -> tuple[str, ...]:
    """The names of the columns that `assess` adds, in order."""
    names: list[str] = []
    for factor in framework.factors:
        names.append(factor.name)
        if factor.effect is Effect.CONTEXT:
            names.append(f"{factor.name}__direction")
    names += [response.name for response in framework.responses]
    for measure in framework.measures:
        names += [measure.name, f"{measure.name}__class"]
    return (*names, "known_share")


# -- rosters


def roster_nodes(nodes: Iterable[Node]) -> tuple[RosterNode, ...]:
    """The distinct roster nodes in some expressions."""
    found = [n for node in nodes for n in walk(node) if isinstance(n, ROSTER_NODES)]
    return tuple(dict.fromkeys(found))


def _with_rosters(
    nodes: Iterable[Node], tables: Prepared, join: Join
) -> tuple[Frame, dict[RosterNode, str]]:
    """The main table with one column per roster node, added up per unit and joined once."""
    names = {
        node: f"__roster_{number}"
        for number, node in enumerate(roster_nodes(nodes))
        if node.roster in tables.rosters
    }
    frame = tables.main
    for roster, rows in tables.rosters.items():
        own = {node: name for node, name in names.items() if node.roster == roster}
        if not own:
            continue
        lowering = Lowering(tables.columns, {}, {})
        per_row = [e for node, name in own.items() for e in row_columns(node, name, lowering)]
        per_unit = [e for node, name in own.items() for e in row_aggregates(node, name)]
        added_up = rows.select(nw.col(UNIT), *per_row).group_by(UNIT).agg(*per_unit)
        empty = [e for node, name in own.items() for e in empty_roster(node, name)]
        frame = join(frame, added_up).with_columns(*empty)
    return frame, names


def framework_nodes(framework: Framework) -> list[Node]:
    """Every expression of a framework."""
    nodes = [n for f in framework.factors for n in (f.rule, f.weight, f.urgent)]
    return nodes + [response.when for response in framework.responses]


def _left_join(left: Frame, right: Frame) -> Frame:
    return left.join(right, on=UNIT, how="left")


# -- factors


class _Stages:
    """Whether a factor applies at the unit's stage. An unknown stage rules nothing out."""

    def __init__(self, framework: Framework, columns: frozenset[str]) -> None:
        name = framework.stage_question
        self.column = nw.col(name) if name in columns and name is not None else None

    def not_applicable(self, factor: Factor) -> nw.Expr | None:
        """True where the factor is not asked; None where it applies to every unit."""
        others = [stage.value for stage in Stage if stage not in factor.stages]
        if self.column is None or not others:
            return None
        return self.column.is_in(others).fill_null(False)


def _raw_name(factor: Factor) -> str:
    return f"__factor_{factor.name}"


def _raw(factor: Factor, rules: Lowering, stages: _Stages) -> nw.Expr:
    """The rule's own value, null where unknown or not applicable."""
    value = rules.condition(factor.rule)
    ruled_out = stages.not_applicable(factor)
    return value if ruled_out is None else nw.when(~ruled_out).then(value)


def _reference(factor: Factor, stages: _Stages) -> nw.Expr:
    """What a response sees: a factor that does not apply has no effect."""
    raw = nw.col(_raw_name(factor))
    ruled_out = stages.not_applicable(factor)
    if ruled_out is None:
        return raw
    nothing = nw.lit(Direction.NONE.value) if factor.effect is Effect.CONTEXT else nw.lit(False)
    return nw.when(ruled_out).then(nothing).otherwise(raw)


def _factor_columns(factor: Factor) -> list[nw.Expr]:
    raw = nw.col(_raw_name(factor))
    if factor.effect is not Effect.CONTEXT:
        return [raw.alias(factor.name)]
    present = raw != Direction.NONE.value
    return [present.alias(factor.name), raw.alias(f"{factor.name}__direction")]


def _known_share(factors: Sequence[Factor], stages: _Stages) -> nw.Expr:
    known = count_of(~nw.col(_raw_name(f)).is_null() for f in factors)
    applicable = _applicable_count(factors, stages)
    return nw.when(applicable > 0).then(divided(known, applicable))


def divided(number: nw.Expr, by: nw.Expr) -> nw.Expr:
    """Division to the nearest binary number, as every other engine does it.

    Polars divides by one fixed number through its reciprocal, which can differ in the last digit;
    by a column it divides exactly.
    """
    return number / (by + number * 0)


def _applicable_count(factors: Sequence[Factor], stages: _Stages) -> nw.Expr:
    ruled_out = [stages.not_applicable(factor) for factor in factors]
    always = sum(expr is None for expr in ruled_out)
    some = count_of(~expr for expr in ruled_out if expr is not None)
    return some + always


# -- measures


class _Sum:
    """One weighted sum, computed in whole numbers scaled to the places of its finest part."""

    def __init__(
        self, framework: Framework, measure: Measure, lowering: Lowering, stages: _Stages
    ) -> None:
        self.framework, self.measure = framework, measure
        self.lowering, self.stages = lowering, stages
        self.terms = {component: self._node(component) for component in measure.components}
        self.kind = sum_type(self._nodes(), measure.classes)

    @property
    def name(self) -> str:
        return f"__sum_{self.measure.name}"

    def value(self) -> nw.Expr:
        """The scaled sum, null where too little is known."""
        unknown = [self._is_unknown(component) for component in self.measure.components]
        known = count_of(~expr for expr in unknown)
        applicable = self._applicable()
        share = self.measure.missing.available
        needed = Fraction(1) if share is None else Fraction(share)
        enough = (known * needed.denominator >= applicable * needed.numerator) & (known > 0)
        total = nw.sum_horizontal(*(self._known_term(c) for c in self.measure.components))
        return nw.when(enough).then(total)

    def columns(self) -> list[nw.Expr]:
        """The sum as people read it, and its class."""
        value = nw.col(self.name)
        return [
            self._shown(value).alias(self.measure.name),
            self._class(value).alias(f"{self.measure.name}__class"),
        ]

    def _nodes(self) -> list[Node]:
        return [self.terms[component] for component in self.measure.components]

    def _node(self, component: Component) -> Node:
        if component.side is Side.VALUE:
            return value_term(component, self.framework.question(component.name))
        return weight_term(component, self.framework.factor(component.name))

    def _number(self, node: Node) -> nw.Expr:
        return wide(self.lowering.number(node, self.kind.places), self.kind)

    def _is_unknown(self, component: Component) -> nw.Expr:
        """Whether the term is unknown, or its factor not applicable."""
        node = self.terms[component]
        if component.side is Side.VALUE:
            return self._number(node).is_null()
        factor = self.framework.factor(component.name)
        raw = nw.col(_raw_name(factor))
        if isinstance(node, NumberLiteral):
            return raw.is_null()
        weightless = _counts(factor, component.side) & self._number(node).is_null()
        return raw.is_null() | weightless.fill_null(False)

    def _known_term(self, component: Component) -> nw.Expr:
        """The scaled term, zero where it is unknown or does not count."""
        node = self.terms[component]
        number = self._number(node)
        if not isinstance(node, NumberLiteral):
            number = number.fill_null(0)
        if component.side is Side.VALUE:
            return number
        factor = self.framework.factor(component.name)
        return nw.when(_counts(factor, component.side)).then(number).otherwise(nw.lit(0))

    def _applicable(self) -> nw.Expr:
        names = [c.name for c in self.measure.components if c.side is not Side.VALUE]
        values = len(self.measure.components) - len(names)
        factors = [self.framework.factor(name) for name in names]
        return _applicable_count(factors, self.stages) + values

    def _shown(self, value: nw.Expr) -> nw.Expr:
        if self.kind.places == 0:
            return value
        places = self.kind.places
        scale = nw.lit(10**places, nw.Int64 if places <= 18 else nw.Int128)
        if self.kind.scaled_limit() < _FLOAT_EXACT:
            return divided(value, scale)
        # Beyond that the whole and the rest are divided apart, or 999999999999 ends in .0001.
        apart = (value // scale).cast(nw.Float64) + divided(value % scale, scale)
        small = (value < _FLOAT_EXACT) & (value > -_FLOAT_EXACT)
        return nw.when(small).then(divided(value, scale)).otherwise(apart)

    def _class(self, value: nw.Expr) -> nw.Expr:
        result: nw.Expr = nw.lit(None, nw.String)
        for item in reversed(self.measure.classes):
            if item.limit is None:
                result = nw.when(~value.is_null()).then(nw.lit(item.name)).otherwise(result)
                continue
            limit = self._number(NumberLiteral(item.limit))
            within = value <= limit if item.inclusive else value < limit
            result = nw.when(within).then(nw.lit(item.name)).otherwise(result)
        return result


def _counts(factor: Factor, side: Side) -> nw.Expr:
    """Whether a factor counts on this side of a sum; null where unknown."""
    raw = nw.col(_raw_name(factor))
    if factor.effect is not Effect.CONTEXT:
        return raw
    if side is Side.PRESENT:
        return raw != Direction.NONE.value
    one = Direction.RAISES if side is Side.RISK else Direction.PROTECTS
    return (raw == one.value) | (raw == Direction.BOTH.value)
