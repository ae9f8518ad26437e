"""The sheets `factors` and `responses`."""

from __future__ import annotations

from decimal import Decimal

from sojourn.framework.model import (
    Basis,
    DataClass,
    Direction,
    Effect,
    Factor,
    Horizon,
    Level,
    Nature,
    Response,
)
from sojourn.framework.nodes import BooleanLiteral, Node, NumberLiteral
from sojourn.framework.types import Code, Number
from sojourn.language.cells import Cells
from sojourn.language.sheets import SheetRow

ONE = NumberLiteral(Decimal(1))
NEVER = BooleanLiteral(False)
ALWAYS = BooleanLiteral(True)


def read_factor(cells: Cells, row: SheetRow) -> Factor:
    """One row of `factors`. It is read to its end, so that all its problems are told."""
    name = cells.name(row, "a factor")
    effect = cells.choice(row, "effect", Effect)
    rule = _factor_rule(cells, row, effect)
    if rule is not None:
        cells.refuse_silence(row, "rule", rule)
    weight, urgent = _weight(cells, row), _urgent(cells, row)
    return Factor(
        name=name,
        code=row.get("code"),
        label=cells.label(row),
        level=cells.choice(row, "level", Level),
        effect=effect,
        nature=cells.choice(row, "nature", Nature),
        stages=cells.stages(row),
        domain=row.get("domain"),
        rule=rule or NEVER,
        weight=weight or ONE,
        urgent=urgent or NEVER,
        data_class=cells.choice(row, "data_class", DataClass, DataClass.CASE_WORK),
        basis=cells.choice(row, "basis", Basis, Basis.PROPOSED),
        source=row.get("source"),
        note=row.get("note"),
    )


def _factor_rule(cells: Cells, row: SheetRow, effect: Effect) -> Node | None:
    if effect is not Effect.CONTEXT:
        return cells.condition(row, "rule")
    node = cells.rule(row, "rule")
    if node is None:
        return None
    if not isinstance(node.type, Code) or not set(node.type.codes) <= set(Direction):
        message = (
            "a context-dependent factor's rule must give raises, protects, both or none; "
            f"`{node.text()}` is {node.type}"
        )
        cells.error(row, "rule", message)
    return node


def _weight(cells: Cells, row: SheetRow) -> Node | None:
    if not row.get("weight"):
        return ONE
    node = cells.number(row, "weight")
    if node is not None and isinstance(node.type, Number) and node.type.is_divided:
        cells.error(row, "weight", f"round the weight, for example round({node.text()}, 2)")
        return None
    return node


def _urgent(cells: Cells, row: SheetRow) -> Node | None:
    text = row.get("urgent").lower()
    if text in ("", "no", "false"):
        return NEVER
    if text in ("yes", "true"):
        return ALWAYS
    return cells.condition(row, "urgent")


def read_response(cells: Cells, row: SheetRow) -> Response:
    """One row of `responses`."""
    name = cells.name(row, "a response")
    when = cells.condition(row, "when")
    if when is not None:
        cells.refuse_silence(row, "when", when)
    return Response(
        name=name,
        label=cells.label(row),
        when=when or NEVER,
        horizon=cells.choice(row, "horizon", Horizon),
        within=row.get("within"),
        service_type=row.get("service_type"),
        actor=row.get("actor"),
        legal_basis=row.get("legal_basis"),
        data_class=cells.choice(row, "data_class", DataClass, DataClass.CASE_WORK),
        basis=cells.choice(row, "basis", Basis, Basis.PROPOSED),
        source=row.get("source"),
        note=row.get("note"),
    )
