"""Runs a page of the manual on each engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

import polars as pl

from sojourn.engines import frames, places, polars_reader, record, sql_reader
from sojourn.engines.frames import OWN, PARENT, UNIT, Prepared
from sojourn.engines.polars_reader import Raw
from sojourn.engines.sql import SqlFrame
from sojourn.engines.sql_session import Session
from sojourn.engines.telling import as_decimal
from sojourn.framework.findings import FactorFinding, Findings, State
from sojourn.framework.model import Framework, Sheet
from sojourn.framework.nodes import Node
from sojourn.framework.types import Number
from sojourn.framework.values import Answers, Within
from sojourn.language import read_answers
from sojourn.language.build import build
from sojourn.language.expressions import Scope, parse
from sojourn.language.sheets import SheetRow, Tables
from tests import sessions
from tests.sessions import collected, written_out
from tests.spec import form
from tests.spec.model import Spec, Table, read_table, split

Value: TypeAlias = bool | int | float | Decimal | Fraction | date | str | None
Outputs = dict[str, dict[str, Value]]
"""By unit, then by name of the output."""


@dataclass(frozen=True)
class Given:
    """The tables of a page: units with their answers, and the rows of each roster."""

    main: Table
    rosters: Mapping[str, Table]
    place: Table | None = None

    @classmethod
    def of(cls, spec: Spec) -> Given:
        left, _ = split(spec.table)
        place = read_table(spec.place) if spec.place else None
        return cls(left, {name: read_table(text) for name, text in spec.rosters.items()}, place)


def framework_of(sheets: Mapping[str, Sheet]) -> Framework:
    """A framework from its tables, as a file with them would be read."""
    rows = {
        name: [SheetRow(name, at, row) for at, row in enumerate(table, start=2)]
        for name, table in sheets.items()
    }
    return build(Tables("manual.yaml", rows))[0]


@cache
def manual() -> Framework:
    """The manual's form with nothing but a placeholder to find."""
    return framework_of(form.sheets({}))


def scope() -> Scope:
    """The names that a rule of the manual may use."""
    framework = manual()
    return Scope(
        {q.name: q.ref for q in framework.questions},
        {q.name: q.missing_codes for q in framework.questions},
        framework.parents,
        today=framework.question("arrived").ref,
    )


def expected(spec: Spec) -> Outputs:
    """What must come out, as drawn. Numbers stay as they are written."""
    given, wanted = split(spec.table)
    return {
        unit["unit"]: {name: _drawn(cell) for name, cell in row.items()}
        for unit, row in zip(given.rows, wanted.rows, strict=True)
    }


def _drawn(cell: str) -> Value:
    return {"T": True, "F": False, "": None}.get(cell, cell)


def run(spec: Spec, engine: str) -> Outputs:
    """What comes out on one engine, written as the manual draws it."""
    given, names = Given.of(spec), split(spec.table)[1].headings
    if spec.rule:
        node = parse(spec.rule, scope())
        found = {unit: {names[0]: value} for unit, value in _EVALUATE[engine](node, given).items()}
    else:
        found = _ASSESS[engine](framework_of(form.sheets(dict(spec.sheets))), given)
    return {
        unit: {name: _written(values[name]) for name in names} for unit, values in found.items()
    }


def _written(value: Value) -> Value:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        value = Fraction(value).limit_denominator(1_000_000)
    if isinstance(value, Fraction):
        value = as_decimal(value) or str(value)
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value.isoformat() if isinstance(value, date) else str(value)


# -- the record engine


def answers_of(framework: Framework, given: Given) -> dict[str, Answers]:
    """The answers by unit, read by the definition of reading."""
    found = {}
    rows = given.place.rows if given.place is not None else []
    known = places.by_key(framework, (read_answers(framework, row).values for row in rows))
    for row in given.main.rows:
        rows_of = _rows_of(framework, given, row["unit"])
        members = {name: tuple(_answers_in(r) for r in rows) for name, rows in rows_of.items()}
        within = {
            name: Within(
                framework.parents[name],
                tuple([o["row"] for o in rows_of[outer]].index(r["of"]) for r in rows),
            )
            for name, rows in rows_of.items()
            if (outer := framework.parents[name]) in rows_of
        }
        answers = read_answers(framework, _answers_in(row), members, within)
        found[row["unit"]] = places.joined(framework, answers, known)
    return found


def _rows_of(framework: Framework, given: Given, unit: str) -> dict[str, list[dict[str, str]]]:
    """The drawn rows of one unit; none of a roster within one that was not drawn."""
    found: dict[str, list[dict[str, str]]] = {}
    for name, outer in framework.parents.items():
        table = given.rosters.get(name)
        if table is None or (outer and outer not in found):
            continue
        if not outer:
            found[name] = [row for row in table.rows if row["unit"] == unit]
            continue
        around = [row.get("row") for row in found[outer]]
        own = [row for row in table.rows if row["of"] in around]
        found[name] = sorted(own, key=lambda row: around.index(row["of"]))
    return found


_KEYS = {"unit": UNIT, "of": PARENT, "row": OWN}
"""What drawn tables call the columns by which rows belong together."""


def _answers_in(row: Mapping[str, str]) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if name not in _KEYS}


def _evaluate_record(node: Node, given: Given) -> dict[str, Value]:
    answers = answers_of(manual(), given)
    return {unit: record.evaluate(node, one) for unit, one in answers.items()}


def _assess_record(framework: Framework, given: Given) -> Outputs:
    answers = answers_of(framework, given)
    return {unit: flat(record.assess(framework, one)) for unit, one in answers.items()}


def flat(findings: Findings) -> dict[str, Value]:
    """Findings as the columns that a table of them has."""
    row: dict[str, Value] = {}
    for factor in findings.factors:
        row[factor.name] = _truth(factor)
        row[f"{factor.name}__direction"] = factor.direction
    row |= {response.name: response.suggested for response in findings.responses}
    for measure in findings.measures:
        row[measure.name], row[f"{measure.name}__class"] = measure.value, measure.class_name
        row[f"{measure.name}__low"], row[f"{measure.name}__high"] = measure.low, measure.high
        row[f"{measure.name}__intensity"] = measure.intensity
    return {**row, "known_share": findings.known_share}


def _truth(finding: FactorFinding) -> bool | None:
    if finding.state in (State.UNKNOWN, State.NOT_APPLICABLE):
        return None
    return finding.state is State.PRESENT


# -- the tables engines


def _carrying(node: Node) -> Framework:
    """The manual's form with one factor that reads what an expression reads."""
    return replace(manual(), factors=(replace(manual().factors[0], rule=node),))


def _values(node: Node, rows: Iterable[tuple[Any, ...]]) -> dict[str, Value]:
    if not isinstance(node.type, Number):
        return dict(rows)
    scale = 10**node.type.places
    return {
        unit: None if value is None else Fraction(int(value), scale * int(over))
        for unit, value, over in rows
    }


def _by_unit(rows: Iterable[dict[str, Any]]) -> Outputs:
    return {row.pop(UNIT): row for row in rows}


def prepared(framework: Framework, given: Given) -> polars_reader.Read:
    """The tables as the Polars reader leaves them."""
    rosters = {name: _raw(table) for name, table in given.rosters.items()}
    place = None if given.place is None else _raw(given.place, keyed=False)
    return polars_reader.prepare(framework, _raw(given.main), rosters, place=place)


def _raw(table: Table, *, keyed: bool = True) -> Raw:
    questions = [name for name in table.headings if name not in _KEYS]
    keys = {name: key for name, key in _KEYS.items() if name in table.headings}
    columns = {key: [row[name] for row in table.rows] for name, key in keys.items()}
    if not keyed:
        columns[UNIT] = ["" for _ in table.rows]
    columns |= {name: [row[name] for row in table.rows] for name in questions}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return Raw(frame.lazy(), frame.schema, {name: name for name in questions})


def _evaluate_polars(node: Node, given: Given) -> dict[str, Value]:
    tables = prepared(_carrying(node), given).tables
    return _values(node, frames.evaluate(node, tables).native.collect().iter_rows())


def _assess_polars(framework: Framework, given: Given) -> Outputs:
    tables = prepared(framework, given).tables
    found = frames.assess(framework, tables, [UNIT])
    return _by_unit(found.native.collect().rows(named=True))


def _sql_tables(session: Session, framework: Framework, given: Given) -> Prepared[SqlFrame]:
    def raw(table: Table) -> sql_reader.Raw:
        cells = {name: [row[name] for row in table.rows] for name in table.headings}
        return written_out(session, {key: name for name, key in _KEYS.items()}, cells)

    rosters = {name: raw(table) for name, table in given.rosters.items()}
    place = None if given.place is None else raw(given.place)
    main = raw(given.main)
    return sql_reader.prepare(framework, session.dialect, main, rosters, place=place).tables


def _evaluate_sql(engine: str) -> Callable[[Node, Given], dict[str, Value]]:
    def evaluate(node: Node, given: Given) -> dict[str, Value]:
        session = sessions.session(engine)
        found = frames.evaluate(node, _sql_tables(session, _carrying(node), given))
        return _values(node, collected(session, found).iter_rows())

    return evaluate


def _assess_sql(engine: str) -> Callable[[Framework, Given], Outputs]:
    def assess(framework: Framework, given: Given) -> Outputs:
        session = sessions.session(engine)
        found = frames.assess(framework, _sql_tables(session, framework, given), [UNIT])
        return _by_unit(collected(session, found).rows(named=True))

    return assess


_EVALUATE: dict[str, Callable[[Node, Given], dict[str, Value]]] = {
    "record": _evaluate_record,
    "polars": _evaluate_polars,
    **{engine: _evaluate_sql(engine) for engine in sessions.SQL_ENGINES},
}
_ASSESS: dict[str, Callable[[Framework, Given], Outputs]] = {
    "record": _assess_record,
    "polars": _assess_polars,
    **{engine: _assess_sql(engine) for engine in sessions.SQL_ENGINES},
}
ENGINES = tuple(_EVALUATE)
