"""The numbers that a weighted sum adds up, as nodes, and proof that their sum stays exact."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from sojourn.framework.model import Component, Factor, MeasureClass, Question
from sojourn.framework.nodes import Multiply, Negate, Node, NumberLiteral, RuleError
from sojourn.framework.types import WIDEST, Number


def value_term(component: Component, question: Question) -> Node:
    """A question's answer times its weight."""
    return Multiply(NumberLiteral(component.weight or Decimal(0)), question.ref)


def weight_term(component: Component, factor: Factor) -> Node:
    """What a factor counts while it counts: a fixed number, or its own weight either way."""
    if component.weight is not None:
        return NumberLiteral(component.weight)
    if component.sign > 0:
        return factor.weight
    if isinstance(factor.weight, NumberLiteral):
        return NumberLiteral(-factor.weight.value)
    return Negate(factor.weight)


def sum_type(terms: Iterable[Node], classes: Iterable[MeasureClass]) -> Number:
    """The type of the sum, fine enough for its cut-offs too.

    Raises `RuleError` when it could grow beyond what every engine computes exactly.
    """
    kinds = [term.type for term in terms]
    cut_offs = [NumberLiteral(c.limit).type for c in classes if c.limit is not None]
    numbers = [kind for kind in kinds if isinstance(kind, Number)]
    total = sum((number.limit for number in numbers), Decimal(0))
    widest = max([total, *(cut_off.limit for cut_off in cut_offs)])
    found = Number(max([0, *(kind.places for kind in (*numbers, *cut_offs))]), widest)
    if found.scaled_limit() > WIDEST:
        raise RuleError("the sum could grow beyond what can be computed exactly")
    return found
