"""Random expressions of every type, as the parser would build them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias, TypeVar

from hypothesis import strategies as st

from sojourn.framework.model import Question
from sojourn.framework.nodes import (
    Absolute,
    Add,
    Age,
    AllRows,
    And,
    AnswerRef,
    AnyRow,
    ClassRef,
    Coalesce,
    CodeLiteral,
    CodeNumber,
    CountRows,
    CountSelected,
    DateLiteral,
    DaysBetween,
    Divide,
    Equal,
    FactorRef,
    Greater,
    GreaterEqual,
    Greatest,
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
    NotEqual,
    NumberLiteral,
    Or,
    Round,
    RuleError,
    Selected,
    Subtract,
    SumRows,
    Truncate,
)
from sojourn.framework.types import Boolean, Code, Codes, Date, Number
from sojourn.framework.values import lineage

_Item = TypeVar("_Item")

_LITERALS = st.one_of(
    st.integers(-3, 12).map(Decimal),
    st.decimals(-5, 5, places=2),
    st.sampled_from([Decimal(v) for v in ("0.3", "0.1", "999999999999", "0.000001", "-0.1234567")]),
).map(lambda value: NumberLiteral(value + 0))
_DAYS = st.dates(date(2023, 12, 28), date(2024, 3, 3)) | st.just(date(1900, 1, 1))
_Pair: TypeAlias = Callable[[Node, Node], Node]
_SAME: list[_Pair] = [Equal, NotEqual]
_ORDERED: list[_Pair] = [Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual]
_ARITHMETIC: list[_Pair] = [Add, Subtract, Multiply, Divide, Divide, Modulo]
_ROWS_NUMBER: list[Callable[[str, AnswerRef | MeasureRef, Node | None, str | None], Node]] = [
    SumRows,
    MinRows,
    MaxRows,
]


@dataclass(frozen=True)
class Names:
    """What an expression may speak of, and how deep it may still go."""

    draw: st.DrawFn
    questions: tuple[Question, ...]
    factors: tuple[FactorRef, ...] = ()
    measures: tuple[MeasureRef, ...] = ()
    classes: tuple[ClassRef, ...] = ()
    parents: Mapping[str, str] = field(default_factory=dict)
    roster: str | None = None
    depth: int = 3

    def deeper(self) -> Names:
        return replace(self, depth=self.depth - 1)

    def within(self, roster: str) -> Names:
        below = sum(roster in lineage(self.parents, name) for name in self.parents)
        return replace(self, factors=(), roster=roster, depth=min(self.depth - 1, below))

    def pick(self, items: list[_Item]) -> _Item:
        return self.draw(st.sampled_from(items))

    def refs(self, kind: type | tuple[type, ...], roster: str | None = None) -> list[AnswerRef]:
        """The questions of a type, of this place and those around it, or of one roster only."""
        of_type = [q.ref for q in self.questions if isinstance(q.type, kind)]
        own = [ref for ref in of_type if ref.roster == (roster or self.roster)]
        if roster is not None or self.roster is None:
            return own
        around = (None, *lineage(self.parents, self.roster)[1:])
        return [*own, *own, *(ref for ref in of_type if ref.roster in around)]

    def measured(self, roster: str | None = None) -> list[MeasureRef]:
        """The measures of this place, or of one roster."""
        where = roster or self.roster
        return [measure for measure in self.measures if measure.roster == where]

    def rosters(self) -> list[str]:
        """The rosters that can be looked into from here."""
        if self.depth <= 0:
            return []
        return [
            name
            for name in self.parents
            if self.roster is None or self.roster in lineage(self.parents, name)[1:]
        ]


def condition(names: Names) -> Node:
    """A condition. Each of its kinds is as likely as the others, as far as depth allows."""
    shallow: list[Callable[[Names], Node]] = [_numbers, _codes, _days, _selected]
    if any(isinstance(factor.type, Boolean) for factor in names.factors):
        shallow.append(_present)
    deep = [_and, _or, _not, _if_condition, _first_known] if names.depth > 0 else []
    wide = [_any_row, _all_rows, _count_compared, _count_compared] if names.rosters() else []
    return names.pick([*shallow, *deep, *_often(names, wide)])(names)


def _often(
    names: Names, wide: Sequence[Callable[[Names], Node]]
) -> Sequence[Callable[[Names], Node]]:
    """Within a row, where little else is, rows within it are looked at more often."""
    return wide if names.roster is None else [*wide, *wide, *wide]


def _and(names: Names) -> Node:
    return And(tuple(condition(names.deeper()) for _ in range(names.draw(st.integers(2, 3)))))


def _or(names: Names) -> Node:
    return Or(tuple(condition(names.deeper()) for _ in range(names.draw(st.integers(2, 3)))))


def _not(names: Names) -> Node:
    return Not(condition(names.deeper()))


def _if_condition(names: Names) -> Node:
    inner = names.deeper()
    return If(condition(inner), condition(inner), condition(inner))


def _first_known(names: Names) -> Node:
    return Coalesce((condition(names.deeper()), condition(names.deeper())))


def _numbers(names: Names) -> Node:
    kind = names.pick(_ORDERED)
    left, right = number(names), number(names)
    try:
        return kind(left, right)
    except RuleError:
        return kind(NumberLiteral(Decimal(0)), _literal(names))


def _count_compared(names: Names) -> Node:
    sides = [_count(names), number(replace(names, depth=0))]
    if names.draw(st.booleans()):
        sides.reverse()
    try:
        return names.pick(_ORDERED)(*sides)
    except RuleError:
        return names.pick(_ORDERED)(_count(names), _literal(names))


def _codes(names: Names) -> Node:
    left = code(names)
    kind = left.type
    if not isinstance(kind, Code) or names.draw(st.integers(0, 3)) == 0:
        return names.pick(_SAME)(left, code(names))
    return names.pick(_SAME)(left, CodeLiteral(names.pick(list(kind.codes)), kind.codes))


def _days(names: Names) -> Node:
    return names.pick(_ORDERED)(day(names), day(names))


def _selected(names: Names) -> Node:
    of = names.pick(names.refs(Codes))
    codes = of.type.codes if isinstance(of.type, Codes) else ()
    return Selected(of, names.pick(list(codes)))


def _present(names: Names) -> Node:
    return names.pick([f for f in names.factors if isinstance(f.type, Boolean)])


def number(names: Names) -> Node:
    """A number."""
    leaves: list[Callable[[Names], Node]] = [_literal, _number_ref, _number_ref, _count_selected]
    leaves += [_code_number, _days_between, _age]
    if names.measured():
        leaves += [_measure_ref, _measure_ref]
    deep = [_arithmetic, _arithmetic, _of_one, _if_number, _several] if names.depth > 0 else []
    wide = [_count, _rows_number, _rows_number] if names.rosters() else []
    return names.pick([*leaves, *deep, *_often(names, wide)])(names)


def _literal(names: Names) -> Node:
    return names.draw(_LITERALS)


def _number_ref(names: Names) -> Node:
    return names.pick(names.refs(Number))


def _count_selected(names: Names) -> Node:
    return CountSelected(names.pick(names.refs(Codes)))


def _arithmetic(names: Names) -> Node:
    left, right = number(names.deeper()), number(names.deeper())
    kind = names.pick(_ARITHMETIC)
    try:
        return kind(left, right)
    except RuleError:  # wider than engines compute exactly
        return left


def _measure_ref(names: Names) -> Node:
    return names.pick(names.measured())


def _code_number(names: Names) -> Node:
    return CodeNumber(names.pick([r for r in names.refs(Code) if r.name.endswith("numbered")]))


def _days_between(names: Names) -> Node:
    return DaysBetween(day(replace(names, depth=0)), day(replace(names, depth=0)))


def _age(names: Names) -> Node:
    return Age(day(replace(names, depth=0)), day(replace(names, depth=0)))


def _of_one(names: Names) -> Node:
    of = number(names.deeper())
    if isinstance(of, NumberLiteral):
        return of
    kinds: list[Callable[[Node], Node]] = [Negate, Absolute, Truncate, Round]
    kinds.append(lambda node: Round(node, names.draw(st.integers(1, 6))))
    try:
        return names.pick(kinds)(of)
    except RuleError:  # wider than engines compute exactly
        return of


def _several(names: Names) -> Node:
    parts = tuple(number(names.deeper()) for _ in range(names.draw(st.integers(2, 3))))
    kinds: list[Callable[[tuple[Node, ...]], Node]] = [Least, Greatest, Coalesce]
    try:
        return names.pick(kinds)(parts)
    except RuleError:
        return parts[0]


def _if_number(names: Names) -> Node:
    inner = names.deeper()
    then, otherwise = number(inner), number(inner)
    try:
        return If(condition(inner), then, otherwise)
    except RuleError:
        return then


def code(names: Names) -> Node:
    """A code."""
    context = [factor for factor in names.factors if isinstance(factor.type, Code)]
    classes = [ref for ref in names.classes if ref.roster == names.roster]
    leaves: list[Node] = [*names.refs(Code), *context, *classes]
    if names.depth > 0 and names.draw(st.integers(0, 2)) == 0:
        inner = names.deeper()
        return If(condition(inner), _code_outcome(inner), _code_outcome(inner))
    return names.pick(leaves)


def _code_outcome(names: Names) -> Node:
    if names.draw(st.booleans()):
        return code(names)
    codes = [c for ref in names.refs(Code) if isinstance(ref.type, Code) for c in ref.type.codes]
    chosen = names.pick(codes)
    return CodeLiteral(chosen, (chosen,))


def day(names: Names) -> Node:
    """A date."""
    choice = names.draw(st.integers(0, 3 if names.depth > 0 else 2))
    if choice == 0:
        return DateLiteral(names.draw(_DAYS))
    if choice == 3:
        inner = names.deeper()
        return If(condition(inner), day(inner), day(inner))
    return names.pick(names.refs(Date))


def direction(names: Names) -> Node:
    """A code that says what a factor of context does."""
    words = ("raises", "protects", "both", "none")
    refs = [ref for ref in names.refs(Code) if ref.name.startswith("direction")]
    if names.draw(st.booleans()):
        return names.pick(refs)
    word, other = names.pick(list(words)), names.pick(list(words))
    outcomes: list[Node] = [*refs, CodeLiteral(other, (other,))]
    outcome = names.pick(outcomes)
    return If(condition(names.deeper()), CodeLiteral(word, (word,)), outcome)


# -- over rosters


def _filter(names: Names, roster: str) -> Node | None:
    return condition(names.within(roster)) if names.draw(st.booleans()) else None


def _count(names: Names) -> Node:
    roster = names.pick(names.rosters())
    return CountRows(roster, _filter(names, roster), names.roster)


def _rows_number(names: Names) -> Node:
    roster = names.pick(names.rosters())
    values: list[AnswerRef | MeasureRef] = [*names.refs(Number, roster), *names.measured(roster)]
    kind, value = names.pick(_ROWS_NUMBER), names.pick(values)
    try:
        return kind(roster, value, _filter(names, roster), names.roster)
    except RuleError:  # a measure that was divided, or is too wide to add up
        value = names.pick(names.refs(Number, roster))
        return kind(roster, value, _filter(names, roster), names.roster)


def _any_row(names: Names) -> Node:
    roster = names.pick(names.rosters())
    return AnyRow(roster, condition(names.within(roster)), names.roster)


def _all_rows(names: Names) -> Node:
    roster = names.pick(names.rosters())
    inner = names.within(roster)
    where = _filter(names, roster)
    sought = condition(inner)
    every = sought if where is None else Or((Not(where), sought))
    return AllRows(roster, every, names.roster)
