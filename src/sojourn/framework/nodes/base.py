"""What all nodes share: their text, the refusal of wrong ones, and checks of their parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from sojourn.framework.types import Boolean, Number

if TYPE_CHECKING:
    from sojourn.framework.nodes import Node

_Self = TypeVar("_Self")


class RuleError(ValueError):
    """A rule that cannot mean anything. The message says what is wrong and what to write."""


def once(method: Callable[[_Self], str]) -> Callable[[_Self], str]:
    """Compute a frozen node's text the first time only; a reason needs it for every part."""
    name = f"_{method.__name__}"

    def remembered(self: _Self) -> str:
        known: str | None = self.__dict__.get(name)
        if known is None:
            known = self.__dict__[name] = method(self)
        return known

    return remembered


def operand(node: Node) -> str:
    """A node's text where an operator stands beside it."""
    return f"({node.text()})" if getattr(node, "compound", False) else node.text()


def quoted(code: str) -> str:
    return f'"{code}"' if "'" in code else f"'{code}'"


def require_booleans(word: str, parts: Iterable[Node]) -> None:
    for part in parts:
        if not isinstance(part.type, Boolean):
            raise RuleError(
                f"`{word}` joins conditions, but `{part.text()}` is {part.type}; "
                f"compare it, for example `{part.text()} = ...`"
            )


def number_type(word: str, node: Node) -> Number:
    """The node's type, which has to be a number."""
    if not isinstance(node.type, Number):
        raise RuleError(f"`{word}` needs numbers, but `{node.text()}` is {node.type}")
    return node.type


def require_whole(word: str, node: Node) -> Number:
    """The node's type, which has to be a number that nothing was divided for."""
    kind = number_type(word, node)
    if kind.is_divided:
        raise RuleError(
            f"`{word}` cannot take the result of a division; "
            f"round it first, for example round({node.text()}, 2)"
        )
    return kind


def require_exact(*kinds: Number) -> None:
    if not all(kind.is_exact for kind in kinds):
        raise RuleError("this could grow beyond what can be computed exactly; use smaller numbers")
