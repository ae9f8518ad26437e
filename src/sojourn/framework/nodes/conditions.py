"""Conditions: `and`, `or`, `not`, comparisons, and what was selected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sojourn.framework.nodes.base import (
    RuleError,
    once,
    operand,
    quoted,
    require_booleans,
    require_exact,
)
from sojourn.framework.types import BOOLEAN, Boolean, Code, Codes, Date, Number

if TYPE_CHECKING:
    from sojourn.framework.nodes import Node


@dataclass(frozen=True)
class And:
    """True when every part is true; see `logic.AND`."""

    parts: tuple[Node, ...]
    type: ClassVar[Boolean] = BOOLEAN
    symbol: ClassVar[str] = "and"
    compound: ClassVar[bool] = True

    def __post_init__(self) -> None:
        require_booleans("and", self.parts)

    @once
    def text(self) -> str:
        return " and ".join(_bracketed(part) for part in self.parts)


@dataclass(frozen=True)
class Or:
    """True when at least one part is true; see `logic.OR`."""

    parts: tuple[Node, ...]
    type: ClassVar[Boolean] = BOOLEAN
    symbol: ClassVar[str] = "or"
    compound: ClassVar[bool] = True

    def __post_init__(self) -> None:
        require_booleans("or", self.parts)

    @once
    def text(self) -> str:
        return " or ".join(_bracketed(part) for part in self.parts)


@dataclass(frozen=True)
class Not:
    """See `logic.NOT`."""

    of: Node
    type: ClassVar[Boolean] = BOOLEAN

    def __post_init__(self) -> None:
        require_booleans("not()", (self.of,))

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
    compound: ClassVar[bool] = True

    def __post_init__(self) -> None:
        left, right = self.left.type, self.right.type
        if isinstance(left, Number) and isinstance(right, Number):
            require_exact(*left.compared(right))
            return
        if isinstance(left, Date) and isinstance(right, Date):
            return
        if isinstance(left, Code) and isinstance(right, Code) and not self.ordered:
            return
        _refuse_comparison(self.symbol, self.left, self.right, ordered=self.ordered)

    @once
    def text(self) -> str:
        return f"{operand(self.left)} {self.symbol} {operand(self.right)}"


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


COMPARISONS = (Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual)


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
        return f"selected({self.of.text()}, {quoted(self.code)})"


def _bracketed(part: Node) -> str:
    return f"({part.text()})" if isinstance(part, And | Or) else part.text()


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
