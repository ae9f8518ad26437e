"""The rules of a framework as XPath, for form clients that compute without a network.

A condition becomes two: whether it is surely true, and whether it is surely false; neither where it
is unknown. Codes and days are texts, empty where unknown; numbers are in `xpath_numbers`. Only such
functions are used as every client computes alike, and no date is ever handed to one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import Any

from sojourn.framework.model import Framework, MeasureClass, Question
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
    Equal,
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
    walk,
)
from sojourn.framework.types import (
    ANSWER_LIMIT,
    COUNT,
    DAYS,
    DECIMAL_PLACES,
    ROWS_LIMIT,
    YEARS,
    Codes,
    Date,
    Number,
)
from sojourn.framework.values import lineage
from sojourn.language.answers import missing_numbers, rounded
from sojourn.language.form import limits_of
from sojourn.standards import xpath_numbers as exact
from sojourn.standards.xpath_numbers import NAN, GapError, Numeric, Truth, choose, known

NUMBERS_BELOW = 10**9
"""A number from here on counts as unknown on a device. ODK Collect lets nobody type more digits."""

MOST_ROWS = 500
"""A repeat has at most as many rows as a submission may have."""

NOT_APPLICABLE = "not_applicable"
WITHIN = "it looks past a row at rows within it, which is worked out only once the form is sent"
_LONG = 400
"""Characters from which an expression is computed once, in a calculation of its own."""

_TRUE, _FALSE, _EMPTY = "'true'", "'false'", "''"
_UNKNOWN: Truth = ("false()", "false()")
_SIDES = {
    Side.PRESENT: ("raises", "protects", "both"),
    Side.RISK: ("raises", "both"),
    Side.PROTECTIVE: ("protects", "both"),
}


@dataclass(frozen=True)
class Paths:
    """Where everything stands in the form. Questions of repeats are seen from their row, repeats
    within repeats (`inner`) from the row around them; `counts` are the questions that say how many
    rows a repeat has."""

    answers: Mapping[str, str]
    repeats: Mapping[str, str]
    counts: Mapping[str, str]
    inner: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Helpers:
    """What a rule needs computed beside it, by the repeat in whose rows that stands, or under an
    empty name for the unit: name, XPath, and `decimal` for a number."""

    rows: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Compiler:
    """Expressions of one framework as XPath, seen from the unit or from a row of a repeat.

    `row` leads from where the expression stands to the row, which is one of `here`; `prefix` begins
    the names of calculations; `measured` has the kinds of the measures that were compiled. In a
    constraint (`raw`) answers are looked at as they were given; in a filter nothing can be computed
    beside.
    """

    framework: Framework
    paths: Paths
    prefix: str
    measured: Mapping[str, Numeric]
    helpers: Helpers
    owner: str = ""
    row: str = "./"
    here: str | None = None
    raw: bool = False
    in_filter: bool = False
    apart: bool = False

    # -- conditions

    def truth(self, node: Node) -> Truth:
        """Whether a condition is surely true, and whether it is surely false."""
        if isinstance(node, COMPARISONS):
            return self._comparison(node)
        found: Truth = self._meaning(_TRUTHS, node)
        return found

    def _meaning(self, table: Mapping[type, Callable[..., Any]], node: Node) -> Any:
        if type(node) not in table:
            raise GapError(f"`{node.text()}` cannot be computed by a form client")
        return table[type(node)](self, node)

    def _boolean(self, node: BooleanLiteral) -> Truth:
        return ("true()", "false()") if node.value else ("false()", "true()")

    def _and(self, node: And) -> Truth:
        parts = [self.truth(part) for part in node.parts]
        return _all(part[0] for part in parts), _any(part[1] for part in parts)

    def _or(self, node: Or) -> Truth:
        parts = [self.truth(part) for part in node.parts]
        return _any(part[0] for part in parts), _all(part[1] for part in parts)

    def _not(self, node: Not) -> Truth:
        surely, never = self.truth(node.of)
        return never, surely

    def _if(self, node: If) -> Truth:
        (met, unmet), then, other = (
            self._once(part) for part in (node.condition, node.then, node.otherwise)
        )
        return (
            _any((_all((met, then[0])), _all((unmet, other[0])))),
            _any((_all((met, then[1])), _all((unmet, other[1])))),
        )

    def _first_known(self, node: Coalesce) -> Truth:
        found = _UNKNOWN
        for part in reversed(node.parts):
            surely, never = self._once(part)
            open_ = f"not({surely} or {never})"
            found = (
                _any((surely, _all((open_, found[0])))),
                _any((never, _all((open_, found[1])))),
            )
        return found

    def _once(self, node: Node) -> Truth:
        """A condition that is needed several times: a long one is computed beside."""
        found = self.truth(node)
        if self.in_filter or sum(map(len, found)) < _LONG:
            return found
        path = f"string({self._beside(choose(found, _TRUE, _FALSE, _EMPTY))})"
        return f"({path} = {_TRUE})", f"({path} = {_FALSE})"

    def _beside(self, text: str, kind: str = "") -> str:
        """The path of a calculation of its own for an expression."""
        roster = self._roster
        rows = self.helpers.rows.setdefault(roster or "", [])
        name = f"{self.prefix}{self.owner}__part_{len(rows) + 1}"
        rows.append((name, text, kind))
        return f"/data/{name}" if roster is None else f"{self.row}{name}"

    @property
    def _roster(self) -> str | None:
        """The repeat in whose rows the calculations of this owner stand; None for the unit."""
        measures = (m for m in self.framework.measures if m.name == self.owner)
        return next((measure.of for measure in measures), None)

    def _comparison(self, node: Any) -> Truth:
        left, right = node.left, node.right
        if isinstance(left.type, Number):
            return exact.compare(type(node), self.number(left), self.number(right))
        if isinstance(left.type, Date):
            days = (Numeric(exact.in_order(self.text(side)), None, DAYS) for side in (left, right))
            return exact.compare(type(node), *days)
        if isinstance(left, CodeLiteral):
            left, right = right, left
        same = self._is_code(left, right) if isinstance(right, CodeLiteral) else None
        same = same or _same_text(self.text(left), self.text(right))
        return same if isinstance(node, Equal) else (same[1], same[0])

    def _is_code(self, node: Node, literal: CodeLiteral) -> Truth:
        code = quoted(literal.value)
        if not isinstance(node, AnswerRef):
            text = self.text(node)
            return f"({text} = {code})", f"({text} != '' and {text} != {code})"
        path = self._path(node)
        if path is None:
            return _UNKNOWN
        text = f"string({path})"
        others = ("", *self.framework.question(node.name).missing_codes, literal.value)
        never = _all(f"{text} != {quoted(other)}" for other in dict.fromkeys(others))
        return f"({text} = {code})", never

    def _selected(self, node: Selected) -> Truth:
        path, missing = self._selection(node.of)
        if path is None:
            return _UNKNOWN
        surely = f"selected({path}, {quoted(node.code)})"
        none = (f"not(selected({path}, {quoted(code)}))" for code in (node.code, *missing))
        return surely, _all((f"{path} != ''", *none))

    def _selection(self, node: Node) -> tuple[str | None, tuple[str, ...]]:
        """The codes that were chosen, as a text, and the codes that mean something is missing."""
        if not isinstance(node, AnswerRef):
            raise GapError(f"`{node.text()}` is not a question of several choices")
        path = self._path(node)
        missing = tuple(self.framework.question(node.name).missing_codes)
        return None if path is None else f"string({path})", missing

    def _present(self, node: FactorRef) -> Truth:
        outcome = self._outcome(node.name)
        return f"({outcome} = 'true')", f"({outcome} = 'false' or {outcome} = '{NOT_APPLICABLE}')"

    def _outcome(self, name: str) -> str:
        return f"string({self.own(name)})"

    def own(self, name: str) -> str:
        """The path of a calculation of ours."""
        return f"/data/{self.prefix}{name}"

    # -- codes and days

    def text(self, node: Node) -> str:
        """A code or a day as a text, empty where unknown."""
        return str(self._meaning(_TEXTS, node))

    def _code_literal(self, node: CodeLiteral) -> str:
        return quoted(node.value)

    def _day_literal(self, node: DateLiteral) -> str:
        return quoted(node.value.isoformat())

    def _text_answer(self, node: AnswerRef) -> str:
        path = self._path(node)
        if path is None:
            return "''"
        question = self.framework.question(node.name)
        text = f"string({path})"
        wrong = [f"{text} = {quoted(code)}" for code in question.missing_codes]
        if question.constraint is not None and not self.raw:
            wrong.append(self._as_given().truth(question.constraint)[1])
        return f"if({_any(wrong)}, '', {text})" if wrong else text

    def _direction(self, node: FactorRef) -> str:
        outcome = self._outcome(node.name)
        return f"if({outcome} = '{NOT_APPLICABLE}', 'none', {outcome})"

    def _class(self, node: ClassRef) -> str:
        measure = self.framework.measure(node.name)
        return class_text(self._measured(node.name, node.roster), measure.classes)

    def _text_if(self, node: If) -> str:
        condition = self._once(node.condition)
        return choose(condition, self.text(node.then), self.text(node.otherwise), "''")

    def _first_text(self, node: Coalesce) -> str:
        parts = [self.text(part) for part in node.parts]
        return reduce(lambda later, part: f"coalesce({part}, {later})", reversed(parts))

    # -- numbers

    def number(self, node: Node) -> Numeric:
        """A number, NaN where unknown; a long one is computed beside."""
        found: Numeric = self._meaning(_NUMBERS, node)
        short = len(found.low) < _LONG or found.high is not None
        if self.in_filter or short or not isinstance(found.over, int):
            return found
        path = self._beside(f"if({known(found.low)}, {found.low}, '')", "decimal")
        return Numeric(f"number({path})", None, found.kind, found.over)

    def _number_answer(self, node: AnswerRef) -> Numeric:
        question = self.framework.question(node.name)
        whole = isinstance(question.type, Number) and question.type.places == 0
        kind = Number(0 if whole else DECIMAL_PLACES, Decimal(NUMBERS_BELOW))
        path = self._path(node)
        if path is None:
            return Numeric(NAN, None, kind)
        value = f"number({path})"
        scaled = value if whole else f"int({value} * 1000000 + if({value} < 0, 0 - 0.5, 0.5))"
        wrong = [f"{scaled} = {exact.written(code)}" for code in _missing_numbers(question, kind)]
        constraint = question.constraint
        limits = limits_of(constraint, question.ref)
        if constraint is not None and not self.raw:
            wrong.append(self._as_given().truth(constraint)[1])
            kind = Number(kind.places, min(kind.limit, _limit(question)))
        usable = [f"not({one})" for one in wrong]
        if limits is None or _computes(constraint):
            usable.insert(0, f"abs({value}) < {NUMBERS_BELOW}")
        low = f"if({_all(usable)}, {scaled}, {NAN})" if usable else scaled
        return Numeric(low, None, kind)

    def _as_given(self) -> Compiler:
        return replace(self, raw=True)

    def _number_literal(self, node: NumberLiteral) -> Numeric:
        return exact.decimal(node.value, node.type)

    def _measure(self, node: MeasureRef) -> Numeric:
        return self._measured(node.name, node.roster)

    def _measured(self, name: str, roster: str | None) -> Numeric:
        kind, over = self.measured[name].kind, self.measured[name].over
        path = self.own(name) if roster is None else f"{self.row}{self.prefix}{name}"
        return Numeric(
            f"number({path})", None, kind, over if kind.fixed else f"number({path}__over)"
        )

    def _arithmetic(self, node: Add | Subtract | Multiply | Modulo) -> Numeric:
        left, right = self.number(node.left), self.number(node.right)
        match node:
            case Add():
                return exact.plus(left, right)
            case Subtract():
                return exact.plus(left, right, minus=True)
            case Multiply():
                return exact.product(left, right)
            case _:
                return exact.remainder(left, right)

    def _divide(self, node: Divide) -> Numeric:
        left = self.number(node.left)
        if node.fixed:
            return exact.divided_by(left, node.fixed)
        return exact.divided(left, self.number(node.right))

    def _of_one(self, node: Negate | Absolute | Truncate | Round) -> Numeric:
        of = self.number(node.of)
        match node:
            case Negate():
                return exact.negated(of)
            case Absolute():
                return exact.absolute(of)
            case Truncate():
                return exact.truncated(of)
            case _:
                return exact.rounded(of, node.places)

    def _extreme(self, node: Least | Greatest) -> Numeric:
        parts = [self.number(part) for part in node.parts]
        return exact.extreme_of_all(parts, most=isinstance(node, Greatest))

    def _days_between(self, node: DaysBetween) -> Numeric:
        left, right = (exact.day_number(self.text(side)) for side in (node.left, node.right))
        return Numeric(f"({left} - {right})", None, DAYS)

    def _age(self, node: Age) -> Numeric:
        years = exact.completed_years(self.text(node.born), self.text(node.on))
        return Numeric(years, None, YEARS)

    def _code_number(self, node: CodeNumber) -> Numeric:
        return Numeric(f"number({self.text(node.of)})", None, node.type)

    def _count_selected(self, node: CountSelected) -> Numeric:
        path, missing = self._selection(node.of)
        if path is None:
            return Numeric(NAN, None, node.type)
        none = (f"not(selected({path}, {quoted(code)}))" for code in missing)
        every = _all((f"{path} != ''", *none))
        return Numeric(f"if({every}, count-selected({path}), {NAN})", None, node.type)

    def _number_if(self, node: If) -> Numeric:
        then, other = self.number(node.then), self.number(node.otherwise)
        return exact.chosen(self._once(node.condition), then, other)

    def _first_number(self, node: Coalesce) -> Numeric:
        parts = [self.number(part) for part in node.parts]
        return reduce(lambda later, part: exact.first_known(part, later), reversed(parts))

    # -- rosters

    def _asked(self, roster: str, rows: str) -> str:
        """Whether a repeat was asked for, as a submission is read: some row, or some row within it,
        holds an answer, or the question that counts its rows was answered with nought."""
        parents = self.framework.parents
        found = []
        for name in parents:
            around = lineage(parents, name)
            if roster in around:
                within = reversed(around[: around.index(roster)])
                path = "/".join([rows, *(self.paths.inner[one] for one in within)])
                row = self._in_row(name)
                questions = (q for q in self.framework.questions if q.roster == name)
                answered = _any(row.answered(question) for question in questions)
                found.append(f"count({path}[{answered}]) > 0")
        some = _any(found)
        counted = self.paths.counts.get(roster)
        count = self._path(self.framework.question(counted).ref) if counted else None
        return f"({some} or number({count}) = 0)" if count else f"({some})"

    def _seen(self, node: RosterNode) -> _Seen:
        """The rows that a node looks at."""
        roster, outer = node.roster, self.framework.parents[node.roster]
        if roster in self.paths.repeats:
            rows = self.paths.repeats[roster]
            return _Seen(rows, self._asked(roster, rows))
        if node.inside == outer:
            rows = f"{self.row}{self.paths.inner[roster]}"
            return _Seen(rows, self._asked(roster, rows))
        if node.inside is not None or outer not in self.paths.repeats:
            raise GapError(WITHIN)
        around = self.paths.repeats[outer]
        within = f"../{self.paths.inner[roster]}"
        asked = self._in_calculation(outer)._asked(roster, within)
        of_one = f"string(./{self._kept(outer, f'if({asked}, {_TRUE}, {_FALSE})')}) = {_TRUE}"
        rows = f"{around}[{of_one}]/{self.paths.inner[roster]}"
        silent = f"count({around}[not({of_one})]) > 0"
        told = f"(count({rows}) > 0 or not({silent}))"
        return _Seen(rows, f"({self._asked(outer, around)} and {told})", silent)

    def answered(self, question: Question) -> str:
        """Whether there is an answer that is not a code for a missing one."""
        path = self._path(question.ref)
        text = f"string({path})"
        there = f"{text} != ''"
        if not question.missing_codes:
            return there
        if isinstance(question.type, Codes):
            ones = (f"if(selected({text}, {quoted(c)}), 1, 0)" for c in question.missing_codes)
            return f"(count-selected({text}) - {' - '.join(ones)} > 0)"
        if isinstance(question.type, Number):
            raw = self._as_given()._number_answer(question.ref)
            return known(raw.low)
        codes = (f"{text} != {quoted(code)}" for code in question.missing_codes)
        return _all((there, *codes))

    def _in_row(self, roster: str, row: str = "./") -> Compiler:
        return replace(self, row=row, here=roster, raw=False, in_filter=True, apart=False)

    # Form clients know no square brackets within square brackets. What is said of the rows within a
    # row therefore stands in a calculation of its own there.

    def _in_calculation(self, roster: str) -> Compiler:
        """Seen from a calculation in each row of a repeat."""
        return replace(self._in_row(roster, "../"), apart=True)

    def _kept(self, roster: str, text: str, kind: str = "") -> str:
        """The name of a calculation in each row of a repeat."""
        rows = self.helpers.rows.setdefault(roster, [])
        for name, known_text, _ in rows:
            if known_text == text:
                return name
        rows.append((f"{self.prefix}{self.owner}__row_{len(rows) + 1}", text, kind))
        return rows[-1][0]

    def _kept_truth(self, roster: str, truth: Truth) -> Truth:
        path = f"string({self.row}{self._kept(roster, choose(truth, _TRUE, _FALSE, _EMPTY))})"
        return f"({path} = {_TRUE})", f"({path} = {_FALSE})"

    def _kept_number(self, roster: str, number: Numeric) -> Numeric:
        def kept(bound: str) -> str:
            name = self._kept(roster, f"if({known(bound)}, {bound}, '')", "decimal")
            return f"number({self.row}{name})"

        high = None if number.high is None else kept(number.high)
        return Numeric(kept(number.low), high, number.kind, number.over)

    def _any_row(self, node: AnyRow) -> Truth:
        if node.inside is not None and not self.apart:
            truth = self._in_calculation(node.inside)._any_row(node)
            return self._kept_truth(node.inside, truth)
        surely, never = self._in_row(node.roster).truth(node.where)
        seen = self._seen(node)
        return (
            f"({seen.asked} and {seen.count(surely)} > 0)",
            f"({seen.asked} and {seen.count(f'not({never})')} = 0{seen.and_no_more})",
        )

    def _all_rows(self, node: AllRows) -> Truth:
        if node.inside is not None and not self.apart:
            truth = self._in_calculation(node.inside)._all_rows(node)
            return self._kept_truth(node.inside, truth)
        surely, never = self._in_row(node.roster).truth(node.condition)
        seen = self._seen(node)
        return (
            f"({seen.asked} and {seen.count(f'not({surely})')} = 0{seen.and_no_more})",
            f"({seen.asked} and {seen.count(never)} > 0)",
        )

    def _count_rows(self, node: CountRows) -> Numeric:
        if node.inside is not None and not self.apart:
            number = self._in_calculation(node.inside)._count_rows(node)
            return self._kept_number(node.inside, number)
        seen = self._seen(node)
        if node.where is None and not seen.silent:
            return Numeric(f"if({seen.asked}, count({seen.rows}), {NAN})", None, COUNT)
        where = ("true()", "false()")
        surely, never = self._in_row(node.roster).truth(node.where) if node.where else where
        low, high = seen.count(surely), seen.count(f"not({never})")
        if seen.silent:
            high = f"if({seen.silent}, {ROWS_LIMIT}, {high})"
        low, high = (f"if({seen.asked}, {bound}, {NAN})" for bound in (low, high))
        return Numeric(low, high, COUNT)

    def _rows_number(self, node: SumRows | MinRows | MaxRows) -> Numeric:
        """Each row says with a number of its own whether it counts (and is then moved to zero or
        above), whether that is unknown (-1), or that it does not (empty)."""
        if node.inside is not None and not self.apart:
            number = self._in_calculation(node.inside)._rows_number(node)
            return self._kept_number(node.inside, number)
        seen = self._seen(node)
        inside = self._in_row(node.roster, "../")
        value = inside.number(node.value)
        surely, never = inside.truth(node.where) if node.where else ("true()", "false()")
        far = value.kind.scaled_limit()
        exact.fits(Number(0, Decimal(2 * far * MOST_ROWS)))
        counted = f"if({_all((surely, known(value.low)))}, {value.low} + {far}, 0 - 1)"
        name = self._kept(node.roster, f"if({never}, '', {counted})", "decimal")
        counts = f"{seen.rows}[number(./{name}) >= 0]"
        some, each = f"count({counts})", f"{counts}/{name}"
        unsure = seen.count(f"number(./{name}) = 0 - 1")
        if isinstance(node, SumRows):
            found = f"if({some} > 0, sum({each}) - {far} * {some}, 0)"
        else:
            found = f"if({some} > 0, {node.word}({each}) - {far}, {NAN})"
        sure = f"{seen.asked} and {unsure} = 0{seen.and_no_more}"
        limit = value.kind.limit * (MOST_ROWS if isinstance(node, SumRows) else 1)
        return Numeric(f"if({sure}, {found}, {NAN})", None, Number(value.kind.places, limit))

    # -- measures

    def _term(self, node: Node) -> tuple[str, Numeric]:
        """A part of a measure: the condition on which it applies, and its number."""
        if not isinstance(node, FactorTerm):
            return "true()", self.number(node)
        outcome = self._outcome(node.name)
        counts = _any(
            f"{outcome} = '{word}'" for word in (_SIDES[node.side] if node.context else ("true",))
        )
        weight = self.number(node.weight)
        low = f"if({counts}, {weight.low}, if({outcome} = '', {NAN}, 0))"
        return f"{outcome} != '{NOT_APPLICABLE}'", Numeric(low, None, weight.kind, weight.over)

    def _factor_term(self, node: FactorTerm) -> Numeric:
        applies, found = self._term(node)
        return Numeric(f"if({applies}, {found.low}, {NAN})", None, found.kind, found.over)

    def _combine(self, node: Combine) -> Numeric:
        """The known parts that apply, where enough of them are known."""
        if node.fill:
            raise GapError("the bounds of a measure are not computed on a device")
        terms = [self._term(part) for part in node.parts]
        weights = node.weights or (1,) * len(terms)
        numbers = [
            exact.product(number.settled(), exact.literal(weight)) if weight != 1 else number
            for (_, number), weight in zip(terms, weights, strict=True)
        ]
        counts = [
            _all((applies, known(number.settled().low)))
            for (applies, _), number in zip(terms, numbers, strict=True)
        ]
        enough = self._enough(node, [applies for applies, _ in terms], counts)
        if node.how in (How.MAX, How.MIN):
            found = exact.extreme(numbers, counts, most=node.how is How.MAX)
        else:
            found = _sum_of_known(numbers, counts)
        if node.how is How.MEAN:
            by = " + ".join(
                f"if({one}, {weight}, 0)" for one, weight in zip(counts, weights, strict=True)
            )
            total = Numeric(f"({by})", None, Number(0, Decimal(sum(weights))))
            found = exact.divided(found, total)
        return Numeric(f"if({enough}, {found.low}, {NAN})", None, found.kind, found.over)

    def _enough(self, node: Combine, applies: list[str], counts: list[str]) -> str:
        there = " + ".join(f"if({one}, 1, 0)" for one in counts)
        all_ = " + ".join(f"if({one}, 1, 0)" for one in applies)
        needed = node.needed
        share = f"({there}) * {needed.denominator} >= ({all_}) * {needed.numerator}"
        return f"({there}) >= {max(1, node.at_least)} and {share}"

    def _decide(self, node: Decide) -> Numeric:
        """From the last case upwards: its number where it is true, what follows where it is surely
        not, and while it is unknown only what both say.

        What follows is needed several times, so it stands in a calculation of its own.
        """
        found = NAN
        for when, value in reversed(node.cases):
            number = exact.decimal(value, node.type).low
            if when is None:
                found = number
                continue
            surely, never = self._once(when)
            same = f"if({found} = {number}, {number}, {NAN})"
            text = f"if({surely}, {number}, if({never}, {found}, {same}))"
            path = self._beside(f"if({known(text)}, {text}, '')", "decimal")
            found = f"number({path})"
        return Numeric(found, None, node.type)

    # -- where answers stand

    def _path(self, ref: AnswerRef) -> str | None:
        """The path of a question, None where this form does not ask it."""
        path = self.paths.answers.get(ref.name)
        if path is None or ref.roster is None:
            return path
        around = lineage(self.framework.parents, self.here)
        between = around[: around.index(ref.roster)]
        steps = sum(self.paths.inner[name].count("/") + 1 for name in between)
        return f"{self.row}{'../' * steps}{path}"


@dataclass(frozen=True)
class _Seen:
    """Rows of a repeat: their path, whether they were asked for, and of rows within other rows
    that are looked at from the unit, whether one of these was not asked for them."""

    rows: str
    asked: str
    silent: str = ""

    def count(self, condition: str) -> str:
        return f"count({self.rows}[{condition}])"

    @property
    def and_no_more(self) -> str:
        return f" and not({self.silent})" if self.silent else ""


def class_text(value: Numeric, classes: tuple[MeasureClass, ...]) -> str:
    """The class in which a value lies, empty where there is none or it is unknown."""
    found = "''"
    for item in reversed(classes):
        name = quoted(item.name)
        if item.limit is None:
            found = f"if({known(value.low)}, {name}, '')"
            continue
        operation = LessEqual if item.inclusive else Less
        within, beyond = exact.compare(operation, value, exact.literal(Fraction(item.limit)))
        found = choose((within, beyond), name, found, "''")
    return found


def quoted(text: str) -> str:
    """A text as an XPath literal, which knows no way to write both quotes."""
    if "'" not in text:
        return f"'{text}'"
    if '"' in text:
        raise GapError(f"the code {text} holds both kinds of quotes")
    return f'"{text}"'


def _sum_of_known(numbers: list[Numeric], counts: list[str]) -> Numeric:
    parts = [
        Numeric(f"if({counted}, {number.settled().low}, 0)", None, number.kind, number.over)
        for number, counted in zip(numbers, counts, strict=True)
    ]
    if not all(number.kind.fixed for number in numbers):
        raise GapError("it adds up numbers that were divided by numbers that people answered")
    return reduce(exact.plus, parts)


def _same_text(left: str, right: str) -> Truth:
    return (
        f"({left} != '' and {left} = {right})",
        f"({left} != '' and {right} != '' and {left} != {right})",
    )


def _all(parts: Any) -> str:
    found = [part for part in parts if part != "true()"]
    if "false()" in found:
        return "false()"
    return found[0] if len(found) == 1 else f"({' and '.join(found)})" if found else "true()"


def _any(parts: Any) -> str:
    found = [part for part in parts if part != "false()"]
    if "true()" in found:
        return "true()"
    return found[0] if len(found) == 1 else f"({' or '.join(found)})" if found else "false()"


def _computes(constraint: Node | None) -> bool:
    """Whether a constraint does more than compare answers with what is written."""
    plain = (*COMPARISONS, And, Or, Not, AnswerRef, NumberLiteral)
    return constraint is not None and not all(isinstance(n, plain) for n in walk(constraint))


def _missing_numbers(question: Question, kind: Number) -> list[int]:
    """The numbers that are codes for a missing answer, as whole ones of a kind."""
    scaled = (rounded(code).scaleb(kind.places) for code in missing_numbers(question))
    return [int(code) for code in scaled if code == int(code)]


def _limit(question: Question) -> Decimal:
    return question.type.limit if isinstance(question.type, Number) else Decimal(ANSWER_LIMIT)


_TRUTHS: dict[type, Callable[..., Truth]] = {
    BooleanLiteral: Compiler._boolean,
    And: Compiler._and,
    Or: Compiler._or,
    Not: Compiler._not,
    If: Compiler._if,
    Coalesce: Compiler._first_known,
    Selected: Compiler._selected,
    FactorRef: Compiler._present,
    AnyRow: Compiler._any_row,
    AllRows: Compiler._all_rows,
}
_TEXTS: dict[type, Callable[..., str]] = {
    CodeLiteral: Compiler._code_literal,
    DateLiteral: Compiler._day_literal,
    AnswerRef: Compiler._text_answer,
    FactorRef: Compiler._direction,
    ClassRef: Compiler._class,
    If: Compiler._text_if,
    Coalesce: Compiler._first_text,
}
_NUMBERS: dict[type, Callable[..., Numeric]] = {
    NumberLiteral: Compiler._number_literal,
    AnswerRef: Compiler._number_answer,
    MeasureRef: Compiler._measure,
    Add: Compiler._arithmetic,
    Subtract: Compiler._arithmetic,
    Multiply: Compiler._arithmetic,
    Modulo: Compiler._arithmetic,
    Divide: Compiler._divide,
    Negate: Compiler._of_one,
    Absolute: Compiler._of_one,
    Truncate: Compiler._of_one,
    Round: Compiler._of_one,
    Least: Compiler._extreme,
    Greatest: Compiler._extreme,
    DaysBetween: Compiler._days_between,
    Age: Compiler._age,
    CodeNumber: Compiler._code_number,
    CountSelected: Compiler._count_selected,
    If: Compiler._number_if,
    Coalesce: Compiler._first_number,
    CountRows: Compiler._count_rows,
    SumRows: Compiler._rows_number,
    MinRows: Compiler._rows_number,
    MaxRows: Compiler._rows_number,
    FactorTerm: Compiler._factor_term,
    Combine: Compiler._combine,
    Decide: Compiler._decide,
}
