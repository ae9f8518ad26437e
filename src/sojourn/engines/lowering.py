"""Nodes to column expressions: one lowering for every engine that holds tables.

Columns are expected as a reader leaves them: one column per question, null for unknown, whole
numbers for numbers (scaled by their places), text for codes, dates for dates. A question with
several choices is text with one space around each code, beside `<name>__also`, which says whether
a missing code was chosen too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import and_, or_
from typing import TypeAlias

from sojourn.engines import exact
from sojourn.engines.columns import (
    Expr,
    Kind,
    Named,
    coalesce,
    col,
    greatest,
    least,
    lit,
    total,
    when,
)
from sojourn.engines.exact import Numeric
from sojourn.framework.model import Direction, MeasureClass
from sojourn.framework.nodes import (
    COMPARISONS,
    Absolute,
    Add,
    Age,
    AllRows,
    And,
    AnswerRef,
    AnyRow,
    BooleanLiteral,
    ClassRef,
    Coalesce,
    CodeLiteral,
    CodeNumber,
    Combine,
    CountRows,
    CountSelected,
    DateLiteral,
    DaysBetween,
    Decide,
    Divide,
    FactorRef,
    FactorTerm,
    Greatest,
    How,
    If,
    Least,
    Less,
    LessEqual,
    MaxRows,
    MeasureRef,
    MinRows,
    Modulo,
    Multiply,
    Negate,
    Node,
    Not,
    NumberLiteral,
    Or,
    RosterNode,
    Round,
    Selected,
    Side,
    Subtract,
    SumRows,
    Truncate,
)
from sojourn.framework.types import Codes, Date, Number

ALSO = "__also"
"""Ending of the column that says whether a missing code was chosen with others."""

UNSURE = "__unsure"
"""Ending of the column that counts the rows for which a roster node could not be decided."""

Lowered: TypeAlias = Expr | Numeric


@dataclass(frozen=True)
class FactorColumns:
    """A factor that has been computed: its outcome, and where it does not apply.

    `raw` is null where it is unknown or does not apply; `reference` is what other rules see;
    `ruled_out` is None where it applies to every unit.
    """

    raw: Expr
    reference: Expr
    ruled_out: Expr | None


@dataclass(frozen=True)
class Lowering:
    """Lowers nodes against the columns that exist.

    `columns` are the questions at hand (others were not asked), `aggregates` the names of the
    columns that hold each roster node's result, `factors` and `measures` what is computed so far.
    """

    columns: frozenset[str]
    aggregates: Mapping[RosterNode, str] = field(default_factory=dict)
    factors: Mapping[str, FactorColumns] = field(default_factory=dict)
    measures: Mapping[str, Numeric] = field(default_factory=dict)
    classes: Mapping[str, tuple[MeasureClass, ...]] = field(default_factory=dict)

    def condition(self, node: Node) -> Expr:
        """A boolean (or code, or date) expression, null for unknown."""
        lowered = self.lower(node)
        if isinstance(lowered, Numeric):
            raise TypeError(f"{node.text()} is not a condition")
        return lowered

    def numeric(self, node: Node) -> Numeric:
        """A number whose value is settled."""
        lowered = self.lower(node)
        if not isinstance(lowered, Numeric):
            raise TypeError(f"{node.text()} is not a number")
        return lowered.settled()

    def lower(self, node: Node) -> Lowered:  # noqa: C901 - one line for each kind of node
        match node:
            case BooleanLiteral(value):
                return lit(value)
            case NumberLiteral(value):
                return exact.decimal(value, node.type)
            case CodeLiteral(value) | DateLiteral(value):
                return lit(value)
            case AnswerRef():
                return self._answer(node)
            case FactorRef(name):
                return self.factors[name].reference
            case MeasureRef(name):
                return self.measures[name]
            case ClassRef(name):
                return class_of(self.measures[name], self.classes[name])
            case And(parts):
                return reduce(and_, (self.condition(part) for part in parts))
            case Or(parts):
                return reduce(or_, (self.condition(part) for part in parts))
            case Not(of):
                return ~self.condition(of)
            case Selected(of, code):
                return self._selected(of, code)
            case If():
                return self._if(node)
            case Coalesce(parts):
                return self._coalesce(parts)
            case CountRows() | AnyRow() | AllRows() | SumRows() | MinRows() | MaxRows():
                return self._rows(node)
            case _ if isinstance(node, COMPARISONS):
                return self._comparison(node)
            case _:
                return self._number(node)

    def _number(self, node: Node) -> Numeric:  # noqa: C901 - one line for each kind of node
        match node:
            case CountSelected(of):
                return self._count_selected(of)
            case CodeNumber():
                return self._code_number(node)
            case Negate(of):
                return exact.negated(self.numeric(of))
            case Absolute(of):
                return exact.absolute(self.numeric(of))
            case Truncate(of):
                return exact.truncated(self.numeric(of), node.type)
            case Round(of, places):
                return exact.rounded(self.numeric(of), places, node.type)
            case Add(left, right):
                return exact.plus(self.numeric(left), self.numeric(right))
            case Subtract(left, right):
                return exact.plus(self.numeric(left), self.numeric(right), minus=True)
            case Multiply(left, right):
                return exact.product(self.numeric(left), self.numeric(right))
            case Divide(left, right):
                top = self.numeric(left)
                if node.fixed:
                    return exact.divided_by(top, node.fixed, node.type)
                return exact.divided(top, self.numeric(right), node.type)
            case Modulo(left, right):
                return exact.remainder(self.numeric(left), self.numeric(right), node.type)
            case Least(parts) | Greatest(parts):
                numbers = [self.numeric(part) for part in parts]
                found = exact.extreme(numbers, largest=isinstance(node, Greatest))
                known = when(exact.all_known(numbers)).then(found.low)
                return Numeric(known, None, found.kind, found.over)
            case DaysBetween(left, right):
                days = [exact.day_number(self.condition(side)) for side in (left, right)]
                return Numeric(days[0] - days[1], None, node.type)
            case Age(born, on):
                years = exact.completed_years(self.condition(born), self.condition(on))
                return Numeric(years, None, node.type)
            case Combine():
                return _Combined(self, node).value()
            case Decide():
                return self._decide(node)
            case _:
                raise TypeError(f"no lowering is written down for {type(node).__name__}")

    def _answer(self, node: AnswerRef) -> Lowered:
        known = node.name in self.columns
        match node.type:
            case Number():
                return (
                    Numeric(col(node.name), None, node.type) if known else exact.unknown(node.type)
                )
            case Date():
                return col(node.name) if known else lit(None, Kind.DAY)
            case _:
                return col(node.name) if known else lit(None, Kind.TEXT)

    def _selected(self, of: Node, code: str) -> Expr:
        if not isinstance(of, AnswerRef) or of.name not in self.columns:
            return lit(None, Kind.BOOLEAN)
        found = col(of.name).contains(f" {code} ")
        also = col(of.name + ALSO)
        return when(found).then(lit(True)).otherwise(when(~also).then(lit(False)))

    def _count_selected(self, of: Node) -> Numeric:
        kind = CountSelected.type
        if not isinstance(of, AnswerRef) or of.name not in self.columns:
            return exact.unknown(kind)
        codes = of.type.codes if isinstance(of.type, Codes) else ()
        found = [col(of.name).contains(f" {code} ") for code in codes]
        return Numeric(when(~col(of.name + ALSO)).then(count_of(found)), None, kind)

    def _code_number(self, node: CodeNumber) -> Numeric:
        code = self.condition(node.of)
        found: Expr = lit(None, Kind.WHOLE)
        for text, value in node.values.items():
            found = when(code == text).then(exact.whole(value)).otherwise(found)
        return Numeric(found, None, node.type)

    def _if(self, node: If) -> Lowered:
        condition = self.condition(node.condition)
        if isinstance(node.type, Number):
            then, other = self.numeric(node.then), self.numeric(node.otherwise)
            return exact.chosen(condition, then, other)
        return exact.choose(condition, self.condition(node.then), self.condition(node.otherwise))

    def _coalesce(self, parts: tuple[Node, ...]) -> Lowered:
        if isinstance(parts[0].type, Number):
            return exact.first_known([self.numeric(part) for part in parts])
        return coalesce(*(self.condition(part) for part in parts))

    def _comparison(self, node: Node) -> Expr:
        if not isinstance(node, COMPARISONS):
            raise TypeError("not a comparison")
        left, right = self.lower(node.left), self.lower(node.right)
        if isinstance(left, Numeric) and isinstance(right, Numeric):
            return exact.compare(type(node), left, right)
        if isinstance(left, Numeric) or isinstance(right, Numeric):
            raise TypeError("checked when built")
        return exact.compare_values(type(node), left, right)

    def _rows(self, node: RosterNode) -> Lowered:
        name = self.aggregates.get(node)
        if name is None:  # the roster's table is not there: not asked
            if isinstance(node.type, Number):
                return exact.unknown(node.type)
            return lit(None, Kind.BOOLEAN)
        sure, unsure = col(name), col(name + UNSURE)
        match node:
            case CountRows():
                return Numeric(sure, sure + unsure, node.type)
            case AnyRow():
                return when(sure > 0).then(lit(True)).otherwise(when(unsure == 0).then(lit(False)))
            case AllRows():  # `sure` counts the rows that surely fail
                return when(sure > 0).then(lit(False)).otherwise(when(unsure == 0).then(lit(True)))
            case _:
                return Numeric(when(unsure == 0).then(sure), None, node.type)

    def _decide(self, node: Decide) -> Numeric:
        """The lowest and the highest number that is still possible; known where they are one.

        Built from the last case up, so that each condition is written down once.
        """
        kind = node.type
        beyond = int(kind.scaled_limit()) + 1
        low, high = exact.whole(-beyond), exact.whole(beyond)
        for condition, number in reversed(node.cases):
            value = exact.whole(int(number.scaleb(kind.places)))
            if condition is None:
                low = high = value
                continue
            met = self.condition(condition)
            open_ = (
                when(met)
                .then(lit(True))
                .otherwise(when(met.is_null()).then(lit(True)).otherwise(lit(False)))
            )
            passed = when(met).then(lit(False)).otherwise(lit(True))
            low = least(
                when(open_).then(value).otherwise(exact.whole(beyond)),
                when(passed).then(low).otherwise(exact.whole(beyond)),
            )
            high = greatest(
                when(open_).then(value).otherwise(exact.whole(-beyond)),
                when(passed).then(high).otherwise(exact.whole(-beyond)),
            )
        return Numeric(when(low == high).then(low), None, kind)


class _Combined:
    """Several parts as one number, in whole numbers scaled to the places of the finest."""

    def __init__(self, lowering: Lowering, node: Combine) -> None:
        self.lowering, self.node = lowering, node
        weights = node.weights or (1,) * len(node.parts)
        self.weights = weights
        self.terms = [
            self._term(part, weight) for part, weight in zip(node.parts, weights, strict=True)
        ]
        self.unknown = [
            self._is_unknown(part, term) for part, term in zip(node.parts, self.terms, strict=True)
        ]

    def value(self) -> Numeric:
        node = self.node
        if node.how is How.SUM:
            return self._where_enough(self._total())
        if node.how is How.MEAN:
            return self._where_enough(self._over_weights(self._total()))
        return self._where_enough(self._extreme())

    def _where_enough(self, number: Numeric) -> Numeric:
        node = self.node
        known = self._known()
        share = Fraction(node.needed)
        applicable = self._applicable()
        enough = (known * share.denominator >= applicable * share.numerator) & (
            known >= max(node.at_least, 1)
        )
        return Numeric(when(enough).then(number.low), None, number.kind, number.over)

    # -- each part

    def _term(self, part: Node, weight: int) -> Numeric:
        of = part.weight if isinstance(part, FactorTerm) else part
        number = self.lowering.numeric(of)
        return number if weight == 1 else exact.product(exact.literal(weight), number)

    def _is_unknown(self, part: Node, term: Numeric) -> Expr:
        """Whether the part is unknown, or its factor not applicable."""
        if not isinstance(part, FactorTerm):
            return term.low.is_null()
        raw = self.lowering.factors[part.name].raw
        if isinstance(part.weight, NumberLiteral):
            return raw.is_null()
        weightless = counts(part, raw) & term.low.is_null()
        return raw.is_null() | weightless.fill_null(False)

    def _known_term(self, at: int) -> Numeric:
        """The part, zero where it is unknown (or what it is filled with) or does not count."""
        part, term = self.node.parts[at], self.terms[at]
        low = term.low
        if not isinstance(part, FactorTerm):
            low = low.fill_null(0)
        else:
            if not isinstance(part.weight, NumberLiteral):
                low = low.fill_null(0)
            raw = self.lowering.factors[part.name].raw
            low = when(counts(part, raw)).then(low).otherwise(lit(0))
        over = term.over if isinstance(term.over, int) else term.over.fill_null(1)
        known = Numeric(low, None, term.kind, over)
        if not self.node.fill:
            return known
        fill = Fraction(self.node.fill[at]) * self.weights[at]
        return exact.chosen(self._is_filled(at), exact.literal(fill), known)

    def _is_filled(self, at: int) -> Expr:
        part = self.node.parts[at]
        ruled_out = None
        if isinstance(part, FactorTerm):
            ruled_out = self.lowering.factors[part.name].ruled_out
        return self.unknown[at] if ruled_out is None else self.unknown[at] & ~ruled_out

    # -- together

    def _known(self) -> Expr:
        if self.node.fill:
            return self._applicable()
        return count_of(~unknown for unknown in self.unknown)

    def _applicable(self) -> Expr:
        ruled_out = [
            self.lowering.factors[part.name].ruled_out if isinstance(part, FactorTerm) else None
            for part in self.node.parts
        ]
        some = count_of(~expr for expr in ruled_out if expr is not None)
        return some + sum(expr is None for expr in ruled_out)

    def _total(self) -> Numeric:
        return exact.total([self._known_term(at) for at in range(len(self.terms))])

    def _over_weights(self, sum_: Numeric) -> Numeric:
        kind = self.node.type
        if self.node.all_or_nothing:
            return exact.divided_by(sum_, Fraction(sum(self.weights)), kind)
        counted = [
            when(self._counted(at)).then(lit(weight, Kind.WHOLE)).otherwise(lit(0, Kind.WHOLE))
            for at, weight in enumerate(self.weights)
        ]
        weight = total(*counted)
        over = exact.times(weight, sum_.over, Number(0, Decimal(kind.over)))
        return Numeric(sum_.low, None, kind, over)

    def _extreme(self) -> Numeric:
        terms = []
        for at in range(len(self.terms)):
            term = self._known_term(at)
            there = when(self._counted(at)).then(term.low)
            terms.append(Numeric(there, None, term.kind, term.over))
        return exact.extreme(terms, largest=self.node.how is How.MAX)

    def _counted(self, at: int) -> Expr:
        if not self.node.fill:
            return ~self.unknown[at]
        part = self.node.parts[at]
        if isinstance(part, FactorTerm):
            ruled_out = self.lowering.factors[part.name].ruled_out
            if ruled_out is not None:
                return ~ruled_out
        return lit(True)


def counts(term: FactorTerm, raw: Expr) -> Expr:
    """Whether a factor counts on this side of a measure; null where unknown."""
    if not term.context:
        return raw
    if term.side is Side.PRESENT:
        return raw != Direction.NONE.value
    one = Direction.RAISES if term.side is Side.RISK else Direction.PROTECTS
    return (raw == one.value) | (raw == Direction.BOTH.value)


def class_of(number: Numeric, classes: tuple[MeasureClass, ...]) -> Expr:
    """The class in which a number lies, null where it is unknown or beyond the last."""
    value = number.settled()
    result: Expr = lit(None, Kind.TEXT)
    for item in reversed(classes):
        if item.limit is None:
            result = when(~value.low.is_null()).then(lit(item.name)).otherwise(result)
            continue
        within = LessEqual if item.inclusive else Less
        met = exact.compare(within, value, exact.literal(item.limit))
        result = when(met).then(lit(item.name)).otherwise(result)
    return result


# -- the rows of rosters


def row_columns(node: RosterNode, name: str, rows: Lowering) -> list[Named]:
    """What to compute on each roster row for one node, before it is added up per unit."""
    if isinstance(node, CountRows) and node.where is None:
        return [lit(1).alias(name), lit(0).alias(name + UNSURE)]
    if isinstance(node, SumRows | MinRows | MaxRows):
        return _row_number(node, name, rows)
    sought = node.condition if isinstance(node, AllRows) else node.where
    if sought is None:
        raise TypeError("checked when built")
    condition = rows.condition(sought)
    found = ~condition if isinstance(node, AllRows) else condition
    return [one_if(found).alias(name), one_if(condition.is_null()).alias(name + UNSURE)]


def _row_number(node: SumRows | MinRows | MaxRows, name: str, rows: Lowering) -> list[Named]:
    value = rows.numeric(node.value).low
    if isinstance(node, SumRows):
        value = exact.wide(value, node.type)
    if node.where is None:
        return [value.alias(name), one_if(value.is_null()).alias(name + UNSURE)]
    taken = rows.condition(node.where)
    unsure = when(taken).then(one_if(value.is_null())).otherwise(one_if(taken.is_null()))
    return [when(taken).then(value).alias(name), unsure.alias(name + UNSURE)]


def row_aggregates(node: RosterNode, name: str) -> list[Named]:
    """How the row columns of one node are added up per unit."""
    match node:
        case MinRows():
            over_rows = col(name).min()
        case MaxRows():
            over_rows = col(name).max()
        case _:
            over_rows = col(name).sum()
    return [over_rows.alias(name), col(name + UNSURE).sum().alias(name + UNSURE)]


def empty_roster(node: RosterNode, name: str) -> list[Named]:
    """What holds for a unit without rows: nothing counted, nothing unsure, no least or greatest."""
    columns = [] if isinstance(node, MinRows | MaxRows) else [name]
    return [col(column).fill_null(0).alias(column) for column in [*columns, name + UNSURE]]


def one_if(condition: Expr) -> Expr:
    """1 where the condition is true, else 0."""
    return when(condition).then(lit(1, Kind.SMALL)).otherwise(lit(0, Kind.SMALL))


def count_of(conditions: Iterable[Expr]) -> Expr:
    """How many of some conditions are true. Summed small, then widened for what comes next."""
    ones = [one_if(condition) for condition in conditions]
    return total(lit(0, Kind.SMALL), *ones).cast(Kind.WHOLE)
