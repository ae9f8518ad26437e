"""Numbers: exact arithmetic, rounding, dates as numbers, and one of several values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, reduce
from typing import TYPE_CHECKING, ClassVar

from sojourn.framework.nodes.base import (
    RuleError,
    number_type,
    once,
    operand,
    require_booleans,
    require_exact,
    require_whole,
)
from sojourn.framework.nodes.leaves import NumberLiteral
from sojourn.framework.types import DAYS, YEARS, Boolean, Code, Codes, Date, Number, Type

if TYPE_CHECKING:
    from sojourn.framework.nodes import Node

MOST_PLACES = 6
"""Places that round() can keep."""


@dataclass(frozen=True)
class _Arithmetic:
    """Exact arithmetic; unknown when either side is unknown."""

    left: Node
    right: Node
    symbol: ClassVar[str] = ""
    compound: ClassVar[bool] = True

    def __post_init__(self) -> None:
        for side in (self.left, self.right):
            number_type(self.symbol, side)
        require_exact(self.type)

    @cached_property
    def type(self) -> Number:
        raise NotImplementedError  # each operation below has its own

    @property
    def sides(self) -> tuple[Number, Number]:
        return number_type(self.symbol, self.left), number_type(self.symbol, self.right)

    @once
    def text(self) -> str:
        return f"{operand(self.left)} {self.symbol} {operand(self.right)}"


@dataclass(frozen=True)
class Add(_Arithmetic):
    symbol: ClassVar[str] = "+"

    @cached_property
    def type(self) -> Number:
        left, right = self.sides
        return left.plus(right)


@dataclass(frozen=True)
class Subtract(_Arithmetic):
    symbol: ClassVar[str] = "-"

    @cached_property
    def type(self) -> Number:
        left, right = self.sides
        return left.plus(right)


@dataclass(frozen=True)
class Multiply(_Arithmetic):
    symbol: ClassVar[str] = "*"

    @cached_property
    def type(self) -> Number:
        left, right = self.sides
        return left.times(right)


@dataclass(frozen=True)
class Divide(_Arithmetic):
    """Exact: the result stays a fraction. Unknown where the right side is zero."""

    symbol: ClassVar[str] = "div"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.fixed == 0:
            raise RuleError("this divides by zero, which is never known")

    @property
    def fixed(self) -> Fraction | None:
        """The number that is written on the right, None where it is computed."""
        right = self.right
        return Fraction(right.value) if isinstance(right, NumberLiteral) else None

    @cached_property
    def type(self) -> Number:
        left, right = self.sides
        if self.fixed:
            by = abs(self.fixed)
            factor = Number(0, Decimal(by.denominator))
            return left.times(factor).over_fixed(by.numerator)
        limit = left.times(Number(0, Decimal(right.over * 10**right.places))).limit
        over = left.over * (right.scaled_limit() + 1)
        return Number(max(left.places - right.places, 0), limit, over, fixed=False)


@dataclass(frozen=True)
class Modulo(_Arithmetic):
    """What is left after dividing, with the sign of the left side; unknown for a right of zero."""

    symbol: ClassVar[str] = "mod"

    def __post_init__(self) -> None:
        for side in (self.left, self.right):
            require_whole(self.symbol, side)
        super().__post_init__()
        require_exact(*self.sides[0].compared(self.sides[1]))

    @cached_property
    def type(self) -> Number:
        left, right = self.sides
        return Number(max(left.places, right.places), min(left.limit, right.limit))


ARITHMETIC = (Add, Subtract, Multiply, Divide, Modulo)


@dataclass(frozen=True)
class Negate:
    """The number with its sign turned."""

    of: Node

    def __post_init__(self) -> None:
        number_type("-", self.of)

    @cached_property
    def type(self) -> Number:
        return number_type("-", self.of)

    @once
    def text(self) -> str:
        return f"-{operand(self.of)}"


@dataclass(frozen=True)
class Absolute:
    """The number without its sign."""

    of: Node

    def __post_init__(self) -> None:
        number_type("abs()", self.of)

    @cached_property
    def type(self) -> Number:
        return number_type("abs()", self.of)

    @once
    def text(self) -> str:
        return f"abs({self.of.text()})"


@dataclass(frozen=True)
class Truncate:
    """The whole part of a number: cut off towards zero."""

    of: Node

    def __post_init__(self) -> None:
        number_type("int()", self.of)

    @cached_property
    def type(self) -> Number:
        return Number(0, number_type("int()", self.of).limit)

    @once
    def text(self) -> str:
        return f"int({self.of.text()})"


@dataclass(frozen=True)
class Round:
    """The number to so many places; a half goes up, towards plus infinity: 2.5 to 3, -2.5 to -2."""

    of: Node
    places: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.places <= MOST_PLACES:
            raise RuleError(f"round() keeps 0 to {MOST_PLACES} places")
        of = number_type("round()", self.of)
        doubled = Number(max(of.places, self.places), of.limit * 2 + of.over * 2, of.over)
        require_exact(doubled, Number(0, doubled.limit * 10**self.places))

    @cached_property
    def type(self) -> Number:
        return Number(self.places, number_type("round()", self.of).limit + 1)

    @once
    def text(self) -> str:
        return f"round({self.of.text()}{f', {self.places}' if self.places else ''})"


@dataclass(frozen=True)
class _OneOf:
    """One of some numbers, by their size; unknown when any of them is."""

    parts: tuple[Node, ...]
    word: ClassVar[str] = ""

    def __post_init__(self) -> None:
        kinds = [number_type(f"{self.word}()", part) for part in self.parts]
        for at, kind in enumerate(kinds[1:], start=1):
            require_exact(*reduce(Number.or_else, kinds[:at]).compared(kind))

    @cached_property
    def type(self) -> Number:
        kinds = [number_type(self.word, part) for part in self.parts]
        return reduce(Number.or_else, kinds)

    @once
    def text(self) -> str:
        return f"{self.word}({', '.join(part.text() for part in self.parts)})"


@dataclass(frozen=True)
class Least(_OneOf):
    word: ClassVar[str] = "min"


@dataclass(frozen=True)
class Greatest(_OneOf):
    word: ClassVar[str] = "max"


@dataclass(frozen=True)
class DaysBetween:
    """Days from the right date to the left one; negative when the left one is earlier."""

    left: Node
    right: Node
    type: ClassVar[Number] = DAYS
    compound: ClassVar[bool] = True

    def __post_init__(self) -> None:
        for side in (self.left, self.right):
            if not isinstance(side.type, Date):
                raise RuleError(
                    f"`-` takes two numbers or two dates, but `{side.text()}` is {side.type}"
                )

    @once
    def text(self) -> str:
        return f"{operand(self.left)} - {operand(self.right)}"


@dataclass(frozen=True)
class Age:
    """Whole years completed from `born` until `on`; unknown where `on` is the earlier day.

    A year is complete on the same day of the same month; for 29 February in a common year on
    1 March.
    """

    born: Node
    on: Node
    type: ClassVar[Number] = YEARS

    def __post_init__(self) -> None:
        for side in (self.born, self.on):
            if not isinstance(side.type, Date):
                raise RuleError(f"age() needs dates, but `{side.text()}` is {side.type}")

    @once
    def text(self) -> str:
        return f"age({self.born.text()}, {self.on.text()})"


@dataclass(frozen=True)
class CodeNumber:
    """The number that a chosen code is, for choices such as 1 to 5."""

    of: Node

    def __post_init__(self) -> None:
        if not isinstance(self.of.type, Code):
            raise RuleError(
                f"number() needs a select_one question, but `{self.of.text()}` is {self.of.type}"
            )
        words = [code for code in self.of.type.codes if not _is_whole(code)]
        if words or not self.of.type.codes:
            shown = f"`{words[0]}` is not" if words else "there is none"
            raise RuleError(
                f"number() needs choices that are whole numbers; of `{self.of.text()}` {shown}"
            )

    @property
    def values(self) -> dict[str, int]:
        """The number of each code."""
        codes = self.of.type.codes if isinstance(self.of.type, Code) else ()
        return {code: int(code) for code in codes}

    @cached_property
    def type(self) -> Number:
        return Number(0, Decimal(max(abs(value) for value in self.values.values())))

    @once
    def text(self) -> str:
        return f"number({self.of.text()})"


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
        require_booleans("if()", (self.condition,))
        joined = either_type("if()", self.then, self.otherwise)
        if isinstance(joined, Number):
            require_exact(joined)

    @cached_property
    def type(self) -> Type:
        return either_type("if()", self.then, self.otherwise)

    @once
    def text(self) -> str:
        return f"if({self.condition.text()}, {self.then.text()}, {self.otherwise.text()})"


@dataclass(frozen=True)
class Coalesce:
    """The first of some values that is known; unknown when none is."""

    parts: tuple[Node, ...]

    def __post_init__(self) -> None:
        joined = self.type
        if isinstance(joined, Number):
            require_exact(joined)

    @cached_property
    def type(self) -> Type:
        joined = self.parts[0].type
        for part in self.parts[1:]:
            joined = _joined("coalesce()", self.parts[0], joined, part)
        return joined

    @once
    def text(self) -> str:
        return f"coalesce({', '.join(part.text() for part in self.parts)})"


def either_type(word: str, one: Node, other: Node) -> Type:
    """The type of what is either of two values; they have to be of one kind."""
    return _joined(word, one, one.type, other)


def _joined(word: str, one: Node, kind: Type, part: Node) -> Type:
    other = part.type
    if isinstance(kind, Number) and isinstance(other, Number):
        return kind.or_else(other)
    if isinstance(kind, Code) and isinstance(other, Code):
        return Code(tuple(dict.fromkeys((*kind.codes, *other.codes))))
    if type(kind) is type(other) and isinstance(kind, (Boolean, Date)):
        return kind
    raise RuleError(
        f"both outcomes of {word} must be of one kind; `{one.text()}` is {kind} "
        f"and `{part.text()}` is {other}"
    )


def _is_whole(code: str) -> bool:
    digits = code.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= 9
