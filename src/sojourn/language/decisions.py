"""Rows of decisions and tables that say nothing new, and cases that no row decides."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import prod

from sojourn.framework.model import Framework, Measure, MeasureKind
from sojourn.framework.nodes import (
    And,
    BooleanLiteral,
    CodeLiteral,
    Decide,
    Equal,
    Node,
    Not,
    NumberLiteral,
    Or,
)
from sojourn.framework.types import Code
from sojourn.language.possible import Possible
from sojourn.language.problems import Problem, did_you_mean
from sojourn.language.sheets import SheetRow, Tables

_MOST_ROWS = 40
"""Rows of a decision up to which each is compared with all before it."""

_MOST_CASES = 5_000

_Key = dict[Node, str | Fraction]


def review_decisions(framework: Framework, tables: Tables, possible: Possible) -> Iterator[Problem]:
    """Warnings about the sheet `decisions`."""
    kinds = (MeasureKind.DECISION, MeasureKind.TABLE)
    measures = {m.name: m for m in framework.measures if m.kind in kinds}
    for row in tables.rows("decisions"):
        name = row.get("measure")
        if name not in measures:
            hint = did_you_mean(name, measures)
            message = f"there is no decision or table `{name}`, so nobody reads this row.{hint}"
            yield row.problem("measure", message, warning=True)
    for measure in measures.values():
        rows = [row for row in tables.rows("decisions") if row.get("measure") == measure.name]
        if isinstance(measure.node, Decide) and len(rows) == len(measure.node.cases):
            yield from _review(measure, measure.node, rows, possible)


def _review(
    measure: Measure, node: Decide, rows: list[SheetRow], possible: Possible
) -> Iterator[Problem]:
    seen: dict[Node | None, SheetRow] = {}
    twice: set[int] = set()
    for row, (when, _) in zip(rows, node.cases, strict=True):
        if when in seen:
            twice.add(row.row)
            message = (
                f"`{row.get('when')}` stands already in row {seen[when].row}, and the first row "
                "that is true wins; leave one of the two out"
            )
            yield row.problem("when", message, warning=True)
        seen.setdefault(when, row)
    if measure.kind is MeasureKind.TABLE:
        yield from _review_table(node, rows, twice, possible)
    else:
        yield from _unreached(node, rows, twice, possible)


def _unreached(
    node: Decide, rows: list[SheetRow], known: set[int], possible: Possible
) -> Iterator[Problem]:
    before: list[Node] = []
    for row, (when, _) in zip(rows, node.cases, strict=True):
        if row.row in known:
            continue
        here = when if when is not None else BooleanLiteral(True)
        rest = And((Not(_any(before)), here)) if before and len(rows) <= _MOST_ROWS else here
        if possible.never(rest):
            yield _never(row)
        before.append(here)


def _any(parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _never(row: SheetRow) -> Problem:
    message = "no answers lead to this row: earlier rows take them, or it can never be true"
    return row.problem("when", f"{message}; correct it or leave it out", warning=True)


def _review_table(
    node: Decide, rows: list[SheetRow], known: set[int], possible: Possible
) -> Iterator[Problem]:
    """Try every combination of the table's keys; nothing is said where there are too many."""
    patterns = [_pattern(when) for when, _ in node.cases]
    written: dict[Node, set[str | Fraction]] = {}
    for pattern in patterns:
        for key, value in pattern.items():
            written.setdefault(key, set()).add(value)
    keys = list(written)
    domains = [_domain(key, written[key], possible) for key in keys]
    if prod(len(domain) for domain in domains) > _MOST_CASES:
        return
    reached: set[int] = set()
    missing: list[tuple[str | Fraction, ...]] = []
    total = 0
    for values in product(*domains):
        total += 1
        case = dict(zip(keys, values, strict=True))
        for at, pattern in enumerate(patterns):
            if all(case[key] == value for key, value in pattern.items()):
                reached.add(at)
                break
        else:
            missing.append(values)
    for at, row in enumerate(rows):
        if at not in reached and row.row not in known:
            yield _never(row)
    if missing:
        yield _uncovered(rows[-1], keys, missing, total)


def _uncovered(
    row: SheetRow, keys: list[Node], missing: list[tuple[str | Fraction, ...]], total: int
) -> Problem:
    shown = "; ".join(
        ", ".join(f"{key.text()} {value}" for key, value in zip(keys, values, strict=True))
        for values in missing[:3]
    )
    more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    message = (
        f"no row of `{row.get('measure')}` is for {len(missing)} of {total} combinations: "
        f"{shown}{more}. There it stays unknown; add rows, or a last row `otherwise`"
    )
    return row.problem("when", message, warning=True)


def _pattern(when: Node | None) -> _Key:
    """The keys that a row of a table asks for; none for a row that takes everything."""
    parts = when.parts if isinstance(when, And) else (when,)
    found: _Key = {}
    for part in parts:
        if isinstance(part, Equal):
            right = part.right
            if isinstance(right, CodeLiteral):
                found[part.left] = right.value
            elif isinstance(right, NumberLiteral):
                found[part.left] = Fraction(right.value)
    return found


def _domain(
    key: Node, written: set[str | Fraction], possible: Possible
) -> tuple[str | Fraction, ...]:
    if isinstance(key.type, Code):
        return tuple(sorted(possible.codes(key)))
    cuts = [value for value in written if isinstance(value, Fraction)]
    return possible.numbers(key).near(cuts)
