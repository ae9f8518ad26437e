"""The expression nodes: a small closed set, frozen, typed, and checked when built.

A node says what a rule means and nothing about how it is written (that is `language`) or run (that
is `engines`). Building a wrong one raises `RuleError` at once, in words a framework author
understands. `text()` of a node is its XLSForm spelling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, TypeAlias, TypeVar

from sojourn.framework.types import (
    BOOLEAN,
    COUNT,
    DATE,
    ROWS_LIMIT,
    WIDEST,
    Boolean,
    Code,
    Codes,
    Date,
    Number,
    Type,
)

_Self = TypeVar("_Self")


def once(method: Callable[[_Self], str]) -> Callable[[_Self], str]:
    """Compute a frozen node's text the first time only; a reason needs it for every part."""
    name = f"_{method.__name__}"

    def remembered(self: _Self) -> str:
        known: str | None = self.__dict__.get(name)
        if known is None:
            known = self.__dict__[name] = method(self)
        return known

    return remembered


class RuleError(ValueError):
    """A rule that cannot mean anything. The message says what is wrong and what to write."""


@dataclass(frozen=True)
class BooleanLiteral:
    """Always or never. Not writable in a rule: it stands for a whole cell such as `yes`."""

    value: bool
    type: ClassVar[Boolean] = BOOLEAN

    @once
    def text(self) -> str:
        return "yes" if self.value else "no"


@dataclass(frozen=True)
class NumberLiteral:
    """A number written in a rule."""

    value: Decimal

    def __post_init__(self) -> None:
        if abs(self.value) >= 10**12 or _places(self.value) > 12:
            raise RuleError(f"{self.value} is too large or too fine; use at most 12 digits")

    @property
    def type(self) -> Number:
        return Number(_places(self.value), abs(self.value))

    @once
    def text(self) -> str:
        return format(self.value, "f")


@dataclass(frozen=True)
class CodeLiteral:
    """A code written in a rule, one of `among`."""

    value: str
    among: tuple[str, ...]

    @property
    def type(self) -> Code:
        return Code(self.among)

    @once
    def text(self) -> str:
        return _quoted(self.value)


@dataclass(frozen=True)
class DateLiteral:
    """A day written in a rule as `date('2024-05-01')`."""

    value: date

    @property
    def type(self) -> Date:
        return DATE

    @once
    def text(self) -> str:
        return f"date('{self.value.isoformat()}')"


@dataclass(frozen=True)
class AnswerRef:
    """The answer to a question; `roster` is set inside a roster's filter."""

    name: str
    type: Type
    roster: str | None = None

    @once
    def text(self) -> str:
        return f"${{{self.name}}}"


@dataclass(frozen=True)
class FactorRef:
    """Another row's outcome: whether a factor is present, or its direction if it has one."""

    name: str
    type: Boolean | Code

    @once
    def text(self) -> str:
        return f"${{{self.name}}}"


@dataclass(frozen=True)
class And:
    """True when every part is true; see `logic.AND`."""

    parts: tuple[Node, ...]
    type: ClassVar[Boolean] = BOOLEAN
    symbol: ClassVar[str] = "and"

    def __post_init__(self) -> None:
        _require_booleans("and", self.parts)

    @once
    def text(self) -> str:
        return " and ".join(_bracketed(part) for part in self.parts)


@dataclass(frozen=True)
class Or:
    """True when at least one part is true; see `logic.OR`."""

    parts: tuple[Node, ...]
    type: ClassVar[Boolean] = BOOLEAN
    symbol: ClassVar[str] = "or"

    def __post_init__(self) -> None:
        _require_booleans("or", self.parts)

    @once
    def text(self) -> str:
        return " or ".join(_bracketed(part) for part in self.parts)


@dataclass(frozen=True)
class Not:
    """See `logic.NOT`."""

    of: Node
    type: ClassVar[Boolean] = BOOLEAN

    def __post_init__(self) -> None:
        _require_booleans("not()", (self.of,))

    @once
    def text(self) -> str:
        return f"not({self.of.text()})"


@dataclass(frozen=True)
class _Comparison:
    """Two values of one kind compared; unknown when either is unknown."""

    left: Node
    right: Node
    type: ClassVar[Boolean] = BOOLEAN
    symbol: ClassVar[str] = ""
    ordered: ClassVar[bool] = True

    def __post_init__(self) -> None:
        left, right = self.left.type, self.right.type
        if isinstance(left, Number) and isinstance(right, Number):
            places = max(left.places, right.places)
            _require_exact(max(left.scaled_limit(places), right.scaled_limit(places)))
            return
        if isinstance(left, Date) and isinstance(right, Date):
            return
        if isinstance(left, Code) and isinstance(right, Code) and not self.ordered:
            return
        _refuse_comparison(self.symbol, self.left, self.right, ordered=self.ordered)

    @once
    def text(self) -> str:
        return f"{_operand(self.left)} {self.symbol} {_operand(self.right)}"


@dataclass(frozen=True)
class Equal(_Comparison):
    symbol: ClassVar[str] = "="
    ordered: ClassVar[bool] = False


@dataclass(frozen=True)
class NotEqual(_Comparison):
    symbol: ClassVar[str] = "!="
    ordered: ClassVar[bool] = False


@dataclass(frozen=True)
class Less(_Comparison):
    symbol: ClassVar[str] = "<"


@dataclass(frozen=True)
class LessEqual(_Comparison):
    symbol: ClassVar[str] = "<="


@dataclass(frozen=True)
class Greater(_Comparison):
    symbol: ClassVar[str] = ">"


@dataclass(frozen=True)
class GreaterEqual(_Comparison):
    symbol: ClassVar[str] = ">="


@dataclass(frozen=True)
class _Arithmetic:
    """Exact arithmetic; unknown when either side is unknown."""

    left: Node
    right: Node
    symbol: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for side in (self.left, self.right):
            if not isinstance(side.type, Number):
                raise RuleError(
                    f"`{self.symbol}` needs numbers, but `{side.text()}` is {side.type}"
                )
        _require_exact(self.type.scaled_limit())

    @property
    def type(self) -> Number:
        raise NotImplementedError  # each operation below has its own

    @property
    def sides(self) -> tuple[Number, Number]:
        left, right = self.left.type, self.right.type
        if not isinstance(left, Number) or not isinstance(right, Number):
            raise TypeError("checked when built")
        return left, right

    @once
    def text(self) -> str:
        return f"{_operand(self.left)} {self.symbol} {_operand(self.right)}"


@dataclass(frozen=True)
class Add(_Arithmetic):
    symbol: ClassVar[str] = "+"

    @property
    def type(self) -> Number:
        left, right = self.sides
        return Number(max(left.places, right.places), left.limit + right.limit)


@dataclass(frozen=True)
class Subtract(_Arithmetic):
    symbol: ClassVar[str] = "-"

    @property
    def type(self) -> Number:
        left, right = self.sides
        return Number(max(left.places, right.places), left.limit + right.limit)


@dataclass(frozen=True)
class Multiply(_Arithmetic):
    symbol: ClassVar[str] = "*"

    @property
    def type(self) -> Number:
        left, right = self.sides
        return Number(left.places + right.places, left.limit * right.limit)


@dataclass(frozen=True)
class Negate:
    """The number with its sign turned."""

    of: Node

    def __post_init__(self) -> None:
        if not isinstance(self.of.type, Number):
            raise RuleError(f"`-` needs a number, but `{self.of.text()}` is {self.of.type}")

    @property
    def type(self) -> Type:
        return self.of.type

    @once
    def text(self) -> str:
        return f"-{_operand(self.of)}"


@dataclass(frozen=True)
class Selected:
    """Whether one code is among those chosen."""

    of: Node
    code: str
    type: ClassVar[Boolean] = BOOLEAN

    def __post_init__(self) -> None:
        if not isinstance(self.of.type, Codes):
            raise RuleError(
                f"selected() needs a select_multiple question, but `{self.of.text()}` "
                f"is {self.of.type}"
            )

    @once
    def text(self) -> str:
        return f"selected({self.of.text()}, {_quoted(self.code)})"


@dataclass(frozen=True)
class CountSelected:
    """How many codes were chosen; unknown when a missing code was chosen with them."""

    of: Node
    type: ClassVar[Number] = Number(0, Decimal(10_000))

    def __post_init__(self) -> None:
        if not isinstance(self.of.type, Codes):
            raise RuleError(
                f"count-selected() needs a select_multiple question, but `{self.of.text()}` "
                f"is {self.of.type}"
            )

    @once
    def text(self) -> str:
        return f"count-selected({self.of.text()})"


@dataclass(frozen=True)
class If:
    """One of two values; unknown when the condition is unknown, whatever the values."""

    condition: Node
    then: Node
    otherwise: Node

    def __post_init__(self) -> None:
        _require_booleans("if()", (self.condition,))
        self._type()

    def _type(self) -> Type:
        then, other = self.then.type, self.otherwise.type
        if isinstance(then, Number) and isinstance(other, Number):
            return Number(max(then.places, other.places), max(then.limit, other.limit))
        if isinstance(then, Code) and isinstance(other, Code):
            return Code(tuple(dict.fromkeys((*then.codes, *other.codes))))
        if type(then) is type(other) and isinstance(then, (Boolean, Date)):
            return then
        raise RuleError(
            f"both outcomes of if() must be of one kind; `{self.then.text()}` is {then} "
            f"and `{self.otherwise.text()}` is {other}"
        )

    @property
    def type(self) -> Type:
        return self._type()

    @once
    def text(self) -> str:
        return f"if({self.condition.text()}, {self.then.text()}, {self.otherwise.text()})"


@dataclass(frozen=True)
class CountRows:
    """How many rows of a roster meet `where` (all of them when it is None).

    Rows whose `where` is unknown make the count a range; comparisons decide by the whole range.
    """

    roster: str
    where: Node | None = None
    type: ClassVar[Number] = COUNT

    def __post_init__(self) -> None:
        _require_filter(self.where)

    @once
    def text(self) -> str:
        return f"count({_rows(self.roster, self.where)})"


@dataclass(frozen=True)
class _RowsNumber:
    """A number over the rows that meet `where`; unknown when any of them, or the choice, is."""

    roster: str
    value: AnswerRef
    where: Node | None = None
    word: ClassVar[str] = ""

    def __post_init__(self) -> None:
        _require_filter(self.where)
        if not isinstance(self.value.type, Number):
            raise RuleError(
                f"{self.word}() needs a number question of the roster, but "
                f"`{self.value.text()}` is {self.value.type}"
            )

    @property
    def type(self) -> Type:
        return self.value.type

    @once
    def text(self) -> str:
        inner = self.value.text()
        return f"{self.word}({inner}{f'[{self.where.text()}]' if self.where else ''})"


@dataclass(frozen=True)
class SumRows(_RowsNumber):
    """Zero for no rows."""

    word: ClassVar[str] = "sum"

    @property
    def type(self) -> Type:
        number = self.value.type
        if not isinstance(number, Number):
            raise TypeError("checked when built")
        return Number(number.places, number.limit * ROWS_LIMIT)


@dataclass(frozen=True)
class MinRows(_RowsNumber):
    """Unknown for no rows."""

    word: ClassVar[str] = "min"


@dataclass(frozen=True)
class MaxRows(_RowsNumber):
    """Unknown for no rows."""

    word: ClassVar[str] = "max"


@dataclass(frozen=True)
class AnyRow:
    """Whether some row meets `where`; false for an empty roster."""

    roster: str
    where: Node
    type: ClassVar[Boolean] = BOOLEAN

    def __post_init__(self) -> None:
        _require_filter(self.where)

    @once
    def text(self) -> str:
        return f"any({_rows(self.roster, self.where)})"


@dataclass(frozen=True)
class AllRows:
    """Whether every row meets `condition`; true for an empty roster."""

    roster: str
    condition: Node
    type: ClassVar[Boolean] = BOOLEAN

    def __post_init__(self) -> None:
        _require_filter(self.condition)

    @once
    def text(self) -> str:
        return f"all(${{{self.roster}}}, {self.condition.text()})"


Node: TypeAlias = (
    BooleanLiteral
    | NumberLiteral
    | CodeLiteral
    | DateLiteral
    | AnswerRef
    | FactorRef
    | And
    | Or
    | Not
    | Equal
    | NotEqual
    | Less
    | LessEqual
    | Greater
    | GreaterEqual
    | Add
    | Subtract
    | Multiply
    | Negate
    | Selected
    | CountSelected
    | If
    | CountRows
    | SumRows
    | MinRows
    | MaxRows
    | AnyRow
    | AllRows
)

RosterNode: TypeAlias = CountRows | SumRows | MinRows | MaxRows | AnyRow | AllRows
ROSTER_NODES = (CountRows, SumRows, MinRows, MaxRows, AnyRow, AllRows)
COMPARISONS = (Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual)
ARITHMETIC = (Add, Subtract, Multiply)


def children(node: Node) -> tuple[Node, ...]:
    """The parts of a node, in reading order (the filter of a roster included)."""
    match node:
        case And(parts) | Or(parts):
            return parts
        case Not(of) | Negate(of) | Selected(of=of) | CountSelected(of):
            return (of,)
        case If(condition, then, otherwise):
            return (condition, then, otherwise)
        case CountRows(where=where):
            return (where,) if where is not None else ()
        case AnyRow(where=where):
            return (where,)
        case AllRows(condition=condition):
            return (condition,)
        case (
            SumRows(value=value, where=where)
            | MinRows(value=value, where=where)
            | MaxRows(value=value, where=where)
        ):
            return (value, where) if where is not None else (value,)
        case _Comparison(left, right) | _Arithmetic(left, right):
            return (left, right)
        case _:
            return ()


def walk(node: Node) -> tuple[Node, ...]:
    """The node and everything below it, outermost first."""
    found: list[Node] = []
    waiting = [node]
    while waiting:
        current = waiting.pop(0)
        found.append(current)
        waiting.extend(children(current))
    return tuple(found)


def answers_used(node: Node) -> tuple[AnswerRef, ...]:
    """The questions a rule reads, each once, in reading order."""
    return tuple(dict.fromkeys(n for n in walk(node) if isinstance(n, AnswerRef)))


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _operand(node: Node) -> str:
    compound = isinstance(node, (And, Or, *COMPARISONS, *ARITHMETIC))
    return f"({node.text()})" if compound else node.text()


def _bracketed(part: Node) -> str:
    return f"({part.text()})" if isinstance(part, And | Or) else part.text()


def _quoted(code: str) -> str:
    return f'"{code}"' if "'" in code else f"'{code}'"


def _rows(roster: str, where: Node | None) -> str:
    return f"${{{roster}}}[{where.text()}]" if where is not None else f"${{{roster}}}"


def _require_booleans(word: str, parts: tuple[Node, ...]) -> None:
    for part in parts:
        if not isinstance(part.type, Boolean):
            raise RuleError(
                f"`{word}` joins conditions, but `{part.text()}` is {part.type}; "
                f"compare it, for example `{part.text()} = ...`"
            )


def _require_filter(where: Node | None) -> None:
    if where is None:
        return
    _require_booleans("[...]", (where,))
    if any(isinstance(n, ROSTER_NODES) for n in walk(where)):
        raise RuleError("a roster's filter cannot look into another roster")


def _require_exact(scaled: int) -> None:
    if scaled > WIDEST:
        raise RuleError("this could grow beyond what can be computed exactly; use smaller numbers")


def _refuse_comparison(symbol: str, left: Node, right: Node, *, ordered: bool) -> None:
    for side in (left, right):
        if isinstance(side.type, Codes):
            raise RuleError(
                f"`{side.text()}` holds several choices; write selected({side.text()}, 'code')"
            )
        if isinstance(side.type, Boolean):
            raise RuleError(
                f"`{side.text()}` is already a condition; use it alone, or not({side.text()})"
            )
    if ordered and isinstance(left.type, Code):
        raise RuleError(f"`{symbol}` orders numbers and dates, not codes; use `=` or `!=`")
    raise RuleError(
        f"`{left.text()}` is {left.type} and `{right.text()}` is {right.type}: "
        f"they cannot be compared with `{symbol}`"
    )
