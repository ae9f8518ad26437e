"""The tables engine: a whole framework as expressions over a lazy table, on any engine.

Gives the same three-valued results as `record`, without reasons, for as many rows as there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from sojourn.engines import exact
from sojourn.engines.columns import Expr, Named, col, lit, ratio, when
from sojourn.engines.exact import Numeric
from sojourn.engines.lowering import (
    ALSO,
    FactorColumns,
    Lowering,
    class_of,
    count_of,
    empty_roster,
    row_aggregates,
    row_columns,
)
from sojourn.framework.model import (
    Direction,
    Effect,
    Factor,
    Framework,
    Measure,
    MeasureKind,
    Stage,
)
from sojourn.framework.nodes import (
    ROSTER_NODES,
    AnswerRef,
    Node,
    RosterNode,
    children,
    rows_used,
    walk,
    walk_here,
)
from sojourn.framework.types import Codes
from sojourn.framework.values import lineage

UNIT = "__unit"
"""The column that says to which unit a row belongs, in the main table and in outer rosters."""

OWN = "__own"
"""The column with a roster row's own key, where rows of another roster belong to it."""

PARENT = "__parent"
"""The column that says to which row of the roster around it a row belongs."""

_KEPT = "__kept__"


class Frame(Protocol):
    """A table on some engine, of which nothing is computed yet."""

    def with_columns(self: F, columns: Iterable[Named]) -> F:
        """With further columns, or others under the same names."""

    def select(self: F, columns: Iterable[Named]) -> F:
        """Only these."""

    def added_up(self: F, by: str, columns: Iterable[Named]) -> F:
        """One row for each value of `by`, with what is computed over its rows."""

    def joined(self: F, other: F, *on: str) -> F:
        """With the columns of the matching row of another table, null where there is none.

        A null matches nothing.
        """


F = TypeVar("F", bound=Frame)


@dataclass(frozen=True)
class Prepared(Generic[F]):
    """Tables as a reader leaves them: answers by column, null for unknown, and the `UNIT` column.

    `columns` are the questions each table has; what is not there was not asked. `parents` has for
    each roster the one in whose rows it stands, empty for none: the rows of such a one have, in
    place of the unit, the key of their row in `PARENT`, and those that rows belong to have it in
    `OWN`. Both keys tell rows of all units apart.
    """

    main: F
    rosters: Mapping[str, F]
    columns: frozenset[str]
    parents: Mapping[str, str] = field(default_factory=dict)


def assess(framework: Framework, tables: Prepared[F], keep: Sequence[str] = ()) -> F:
    """The findings of every unit: `keep` columns, then factors, responses, measures, known_share.

    Factors and responses are true, false or null (unknown, or a factor that does not apply at the
    unit's stage). A context-dependent factor is true when it has an effect either way, and its
    direction stands beside in `<name>__direction`. A measure stands beside its `<name>__class`,
    and `<name>__low`, `<name>__high` or `<name>__intensity` where it has them.
    """
    frame, aggregates = _with_rosters(framework, framework.nodes, tables)
    run = _Run(framework, Lowering(tables.columns, aggregates))
    for layer in _layers(framework):
        frame = frame.with_columns(column for row in layer for column in run.columns(row))
        run.add(layer)
    outputs = [col(kept(name)).alias(name) for name in keep]
    outputs += [expr for factor in framework.factors for expr in _factor_columns(factor)]
    later = run.lowering
    outputs += [later.condition(r.when).alias(r.name) for r in framework.responses]
    outputs += [expr for measure in framework.measures for expr in run.measure_columns(measure)]
    outputs.append(_known_share(framework.factors, run.stages).alias("known_share"))
    return frame.select(outputs)


def kept(name: str) -> str:
    """Under which name a reader carries a column along, which may also hold an answer."""
    return name if name in (UNIT, OWN, PARENT) else _KEPT + name


def evaluate(node: Node, tables: Prepared[F]) -> F:
    """The value of one expression for every unit: `UNIT`, `value`, and for a number `over`.

    Null for unknown; a number is value / (10**places * over). Meant for tests and tools; `assess`
    is what applications call.
    """
    frame, aggregates = _with_rosters(None, [node], tables)
    found = Lowering(tables.columns, aggregates).lower(node)
    unit = col(UNIT).alias(UNIT)
    if not isinstance(found, Numeric):
        return frame.select([unit, found.alias("value")])
    number = found.settled()
    over = exact.whole(number.over) if isinstance(number.over, int) else number.over
    return frame.select([unit, number.low.alias("value"), over.alias("over")])


def output_columns(framework: Framework) -> tuple[str, ...]:
    """The names of the columns that `assess` adds, in order."""
    names: list[str] = []
    for factor in framework.factors:
        names.append(factor.name)
        if factor.effect is Effect.CONTEXT:
            names.append(f"{factor.name}__direction")
    names += [response.name for response in framework.responses]
    names += [column for measure in framework.measures for column in measure.columns]
    return (*names, "known_share")


# -- rosters


def roster_nodes(nodes: Iterable[Node]) -> tuple[RosterNode, ...]:
    """The distinct roster nodes in some expressions."""
    found = [n for node in nodes for n in walk(node) if isinstance(n, ROSTER_NODES)]
    return tuple(dict.fromkeys(found))


def _with_rosters(
    framework: Framework | None, nodes: Iterable[Node], tables: Prepared[F]
) -> tuple[F, dict[RosterNode, str]]:
    """The main table with one column per roster node, added up per unit and joined once."""
    work = _Rosters(framework, roster_nodes(nodes), tables)
    return work.joined(tables.main, None), work.names


class _Rosters(Generic[F]):
    """The tables of rosters while they are put together.

    From the outside in, each row learns of what it belongs to and of the answers around it that
    its rules name; from the inside out, rows are added up into the rows around them.
    """

    def __init__(
        self, framework: Framework | None, nodes: Sequence[RosterNode], tables: Prepared[F]
    ) -> None:
        self.framework, self.tables = framework, tables
        around = {name: lineage(tables.parents, name) for name in tables.rosters}
        self.around = {
            name: found[1:] for name, found in around.items() if set(found) <= set(around)
        }
        """The rosters of which all tables are there, each with those around it."""
        self.names = {
            node: f"__roster_{number}"
            for number, node in enumerate(nodes)
            if node.roster in self.around
        }
        self.measures = tuple(
            row
            for row in (framework.ordered if framework else ())
            if isinstance(row, Measure) and row.of is not None
        )
        self.named = {name: self._named(name) for name in self.around}
        self.wide: dict[str, F] = {}
        self.measured: dict[str, tuple[F, Lowering]] = {}

    # -- from the outside in

    def _named(self, roster: str) -> tuple[AnswerRef, ...]:
        """The answers of rows around it and of the unit that its rules look at."""
        bodies = [m.node for m in self.measures if m.of == roster]
        bodies += [part for n in self.names if n.roster == roster for part in children(n)]
        refs = (n for body in bodies for n in walk_here(body) if isinstance(n, AnswerRef))
        other = (r for r in refs if r.roster != roster and r.name in self.tables.columns)
        return tuple(dict.fromkeys(other))

    def _widened(self, roster: str) -> F:
        """A roster's rows with their unit, the keys of the rows around them, and the answers that
        they and the rows within them look at."""
        if roster in self.wide:
            return self.wide[roster]
        rows, around = self.tables.rosters[roster], self.around[roster]
        has_rows_within = any(roster in others for others in self.around.values())
        if has_rows_within:
            rows = rows.with_columns([col(OWN).alias(row_key(roster))])
        if around:
            outer = [ref for ref in self._carried(roster) if ref.roster is not None]
            keys = [UNIT, *(row_key(name) for name in around)]
            found = [col(name).alias(name) for name in [*keys, *_columns(outer)]]
            owner = col(row_key(around[0])).alias(PARENT)
            rows = rows.joined(self._widened(around[0]).select([owner, *found]), PARENT)
        of_unit = _columns(ref for ref in self.named[roster] if ref.roster is None)
        if of_unit:
            main = self.tables.main.select([col(name).alias(name) for name in [UNIT, *of_unit]])
            rows = rows.joined(main, UNIT)
        self.wide[roster] = rows
        return rows

    def _carried(self, roster: str) -> list[AnswerRef]:
        """The answers of rows around a roster that it or a roster within it looks at."""
        inner = [name for name, around in self.around.items() if roster in (name, *around)]
        refs = (ref for name in inner for ref in self.named[name])
        return list(dict.fromkeys(ref for ref in refs if ref.roster in self.around[roster]))

    # -- from the inside out

    def joined(self, frame: F, inside: str | None) -> F:
        """The rows of a roster, or the units, with what is said of the rows within each."""
        key = UNIT if inside is None else row_key(inside)
        for roster in self.around:
            own = {n: c for n, c in self.names.items() if (n.roster, n.inside) == (roster, inside)}
            if not own:
                continue
            measured, lowering = self._with_measures(roster)
            per_row = [e for node, name in own.items() for e in row_columns(node, name, lowering)]
            per_key = [e for node, name in own.items() for e in row_aggregates(node, name)]
            rows_of = measured.select([col(key).alias(key), *per_row])
            empty = [e for node, name in own.items() for e in empty_roster(node, name)]
            frame = frame.joined(rows_of.added_up(key, per_key), key).with_columns(empty)
        return frame

    def _with_measures(self, roster: str) -> tuple[F, Lowering]:
        """A roster's rows with what is said of the rows within them, and with the measures that
        are computed for each of them."""
        if roster in self.measured:
            return self.measured[roster]
        rows = self.joined(self._widened(roster), roster)
        columns = self.tables.columns
        measures: dict[str, Numeric] = {}
        classes = {m.name: m.classes for m in self.measures}
        for row in self.measures:
            if row.of == roster:
                lowering = Lowering(columns, self.names, measures=measures, classes=classes)
                number, found = _as_column(row.name, lowering.numeric(row.node))
                rows, measures = rows.with_columns(found), {**measures, row.name: number}
        found_ = rows, Lowering(columns, self.names, measures=measures, classes=classes)
        self.measured[roster] = found_
        return found_


def row_key(roster: str) -> str:
    """The column that says to which row of a roster a row within it belongs."""
    return f"__row_of_{roster}"


def _columns(refs: Iterable[AnswerRef]) -> list[str]:
    """The columns that hold some answers."""
    found: dict[str, None] = {}
    for ref in refs:
        found[ref.name] = None
        if isinstance(ref.type, Codes):
            found[ref.name + ALSO] = None
    return list(found)


def _as_column(name: str, number: Numeric) -> tuple[Numeric, list[Named]]:
    """A number as columns of its own, and what it is from then on."""
    value, over = f"__measure_{name}", f"__over_{name}"
    found = [number.low.alias(value)]
    if isinstance(number.over, int):
        return Numeric(col(value), None, number.kind, number.over), found
    found.append(number.over.alias(over))
    return Numeric(col(value), None, number.kind, col(over)), found


# -- factors and measures, those first that others look at


def _layers(framework: Framework) -> list[list[Factor | Measure]]:
    """The rows of the unit in steps: each looks only at those of the steps before."""
    depth: dict[str, int] = {}
    layers: list[list[Factor | Measure]] = []
    for row in framework.ordered:
        if isinstance(row, Measure) and row.of is not None:
            continue
        nodes = [row.node] if isinstance(row, Measure) else [row.rule, row.weight, row.urgent]
        seen = [name for node in nodes for name in rows_used(node)]
        depth[row.name] = at = 1 + max((depth[name] for name in seen if name in depth), default=-1)
        if at == len(layers):
            layers.append([])
        layers[at].append(row)
    return layers


@dataclass
class _Run:
    """One assessment while its steps are added to the table."""

    framework: Framework
    lowering: Lowering
    factors: dict[str, FactorColumns] = field(default_factory=dict)
    measures: dict[str, Numeric] = field(default_factory=dict)
    waiting: dict[str, Numeric] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stages = _Stages(self.framework, self.lowering.columns)
        classes = {measure.name: measure.classes for measure in self.framework.measures}
        self.lowering = Lowering(
            self.lowering.columns,
            self.lowering.aggregates,
            self.factors,
            self.measures,
            classes,
        )

    def columns(self, row: Factor | Measure) -> list[Named]:
        """What one step adds to the table for a factor or a measure."""
        if isinstance(row, Factor):
            return [_raw(row, self.lowering, self.stages).alias(_raw_name(row))]
        self.waiting[row.name], found = _as_column(row.name, self.lowering.numeric(row.node))
        return found

    def add(self, layer: Iterable[Factor | Measure]) -> None:
        """Let the steps to come look at those that were just added."""
        for row in layer:
            if isinstance(row, Measure):
                self.measures[row.name] = self.waiting.pop(row.name)
            else:
                ruled_out = self.stages.not_applicable(row)
                self.factors[row.name] = FactorColumns(
                    col(_raw_name(row)), _reference(row, ruled_out), ruled_out
                )

    def measure_columns(self, measure: Measure) -> list[Named]:
        """The value as people read it, its class, and what else the measure tells."""
        if measure.of is not None:
            return []
        number = self.measures[measure.name]
        found = [exact.shown(number), class_of(number, measure.classes)]
        bounds = [bound for bound in (measure.low, measure.high) if bound is not None]
        found += [exact.shown(self.lowering.numeric(bound)) for bound in bounds]
        if measure.kind is MeasureKind.ALKIRE_FOSTER:
            found.append(_intensity(measure, number))
        return [expr.alias(name) for expr, name in zip(found, measure.columns, strict=True)]


def _intensity(measure: Measure, number: Numeric) -> Expr:
    """The share of deprivations of those who are identified, else zero; null where unknown."""
    identified = class_of(number, measure.classes) == "identified"
    zero = number.low * 0
    counted = when(identified).then(number.low).otherwise(zero)
    return exact.shown(Numeric(counted, None, number.kind, number.over))


class _Stages:
    """Whether a factor applies at the unit's stage. An unknown stage rules nothing out."""

    def __init__(self, framework: Framework, columns: frozenset[str]) -> None:
        name = framework.stage_question
        self.column = col(name) if name in columns and name is not None else None

    def not_applicable(self, factor: Factor) -> Expr | None:
        """True where the factor is not asked; None where it applies to every unit."""
        others = [stage.value for stage in Stage if stage not in factor.stages]
        if self.column is None or not others:
            return None
        return self.column.is_in(others).fill_null(False)


def _raw_name(factor: Factor) -> str:
    return f"__factor_{factor.name}"


def _raw(factor: Factor, rules: Lowering, stages: _Stages) -> Expr:
    """The rule's own value, null where unknown or not applicable."""
    value = rules.condition(factor.rule)
    ruled_out = stages.not_applicable(factor)
    return value if ruled_out is None else when(~ruled_out).then(value)


def _reference(factor: Factor, ruled_out: Expr | None) -> Expr:
    """What other rules see: a factor that does not apply has no effect."""
    raw = col(_raw_name(factor))
    if ruled_out is None:
        return raw
    nothing = lit(Direction.NONE.value) if factor.effect is Effect.CONTEXT else lit(False)
    return when(ruled_out).then(nothing).otherwise(raw)


def _factor_columns(factor: Factor) -> list[Named]:
    raw = col(_raw_name(factor))
    if factor.effect is not Effect.CONTEXT:
        return [raw.alias(factor.name)]
    present = raw != Direction.NONE.value
    return [present.alias(factor.name), raw.alias(f"{factor.name}__direction")]


def _known_share(factors: Sequence[Factor], stages: _Stages) -> Expr:
    known = count_of(~col(_raw_name(f)).is_null() for f in factors)
    ruled_out = [stages.not_applicable(factor) for factor in factors]
    some = count_of(~expr for expr in ruled_out if expr is not None)
    applicable = some + sum(expr is None for expr in ruled_out)
    return when(applicable > 0).then(ratio(known, applicable))
