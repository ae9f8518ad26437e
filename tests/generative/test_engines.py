"""All engines give the same findings for random frameworks and random answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any, TypeAlias, get_args

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sojourn.engines import frames, polars_reader, record, sql_reader
from sojourn.engines.frames import UNIT
from sojourn.engines.polars_reader import Raw
from sojourn.engines.reading import UNUSABLE, roster_keys
from sojourn.framework import nodes
from sojourn.framework.model import Framework, Question
from sojourn.framework.types import Date, Number
from sojourn.framework.values import Answers, Missing, Value, Within
from sojourn.language import AnswerError, read_value
from tests import sessions
from tests.gaps import holdable
from tests.generative import cells
from tests.generative.frameworks import frameworks
from tests.spec.harness import flat

Cells = dict[str, list[str | None]]

SQL_PARTS = {"duckdb": 1, "postgres": 2, "spark": 6}
"""Of how many examples each engine gets one: some take longer for each."""


@dataclass(frozen=True)
class Tables:
    """Raw tables: the main one by question, and each roster's with the owner of every row: the
    number of its unit, or for a roster within a roster that of its row there."""

    units: int
    main: Cells
    rosters: Mapping[str, tuple[list[int], Cells]]


_PLAIN_NUMBERS = st.one_of(
    st.integers(-3, 12).map(str),
    st.sampled_from(["0.1", "0.2", "0.3", "-0.1", "0.0000005", "0.0000015", "2.5", "-1", "5"]),
    st.sampled_from(["999999999999", "-999999999999", "999999999999.999999"]),
)
_PLAIN_DAYS = st.sampled_from(
    ["2024-02-28", "2024-02-29", "2024-03-01", "2023-12-31", "1900-01-01", "2024-02-29T10:00:00"]
)


def _plain_codes(question: Question) -> st.SearchStrategy[str]:
    known = [*getattr(question.type, "codes", ()), *question.missing_codes] or ["some text"]
    if "multiple" in question.kind:
        return st.lists(st.sampled_from(known), min_size=1, max_size=3).map(" ".join)
    return st.sampled_from(known)


def _cell(question: Question) -> st.SearchStrategy[str | None]:
    """Mostly an answer, often nothing, now and then something else."""
    plain = {Number: _PLAIN_NUMBERS, Date: _PLAIN_DAYS}.get(type(question.type))
    answer = plain if plain is not None else _plain_codes(question)
    return st.one_of(answer, answer, answer, st.none(), cells.texts(question))


@st.composite
def tables(draw: st.DrawFn, framework: Framework) -> Tables:
    """Tables that have most of the questions, and sometimes no roster, or one without rows."""
    units = draw(st.integers(0, 5))
    rosters: dict[str, tuple[list[int], Cells]] = {}
    for roster in framework.rosters:
        if draw(st.integers(0, 4)):
            around = units if not roster.parent else len(rosters.get(roster.parent, ((),))[0])
            owners = draw(st.lists(st.integers(0, around), max_size=6))  # the last: nobody's
            rosters[roster.name] = owners, _cells(draw, framework, roster.name, len(owners))
    return Tables(units, _cells(draw, framework, None, units), rosters)


def _cells(draw: st.DrawFn, framework: Framework, roster: str | None, rows: int) -> Cells:
    asked = [q for q in framework.used_questions if q.roster == roster and draw(st.integers(0, 9))]
    return {q.name: draw(st.lists(_cell(q), min_size=rows, max_size=rows)) for q in asked}


# -- one engine and the other


def read_row(framework: Framework, given: Cells, row: int) -> dict[str, Value | Missing]:
    found: dict[str, Value | Missing] = {}
    for name, column in given.items():
        try:
            found[name] = read_value(framework.question(name), column[row])
        except AnswerError:
            found[name] = Missing.UNUSABLE
    return found


def answers_of(framework: Framework, given: Tables, unit: int) -> Answers:
    """The answers of one unit; none of a roster within one that has no table."""
    at: dict[str, list[int]] = {}
    within = {}
    for name, outer in framework.parents.items():
        if name not in given.rosters or (outer and outer not in at):
            continue
        owners, _ = given.rosters[name]
        around = at[outer] if outer else [unit]
        at[name] = [row for one in around for row, owner in enumerate(owners) if owner == one]
        if outer:
            within[name] = Within(outer, tuple(around.index(owners[row]) for row in at[name]))
    rosters = {
        name: tuple(read_row(framework, given.rosters[name][1], row) for row in rows)
        for name, rows in at.items()
    }
    return Answers(read_row(framework, given.main, unit), rosters, within)


def by_record(framework: Framework, given: Tables) -> list[dict[str, Any]]:
    """Findings by the definition, with the number of cells that cannot be the answer."""
    rows = []
    for unit in range(given.units):
        answers = record.without_broken(framework, answers_of(framework, given, unit))
        unusable = sum(value is Missing.UNUSABLE for value in answers.values.values())
        rows.append({**flat(record.assess(framework, answers)), UNUSABLE: unusable})
    return rows


Find: TypeAlias = Callable[[Framework, Tables], list[dict[str, Any]]]


def by_polars(framework: Framework, given: Tables) -> list[dict[str, Any]]:
    """Findings of the tables engine."""
    rosters = {
        name: _raw(keys_of(framework, given, name), columns)
        for name, (_, columns) in given.rosters.items()
    }
    main = _raw({UNIT: [*map(str, range(given.units))]}, given.main)
    read = polars_reader.prepare(framework, main, rosters)
    found = frames.assess(framework, read.tables, [UNUSABLE])
    table: pl.DataFrame = found.native.collect(engine="streaming")
    return table.rows(named=True)


def by_sql(engine: str, framework: Framework, given: Tables) -> list[dict[str, Any]]:
    """Findings of an engine that speaks SQL."""
    session = sessions.session(engine)

    def raw(keys: Mapping[str, list[str]], columns: Cells) -> sql_reader.Raw:
        cells = {f"c{at}": column for at, column in enumerate(columns.values())}
        found = sessions.written_out(session, {key: key for key in keys}, {**keys, **cells})
        return replace(found, headings=dict(zip(columns, cells, strict=True)))

    rosters = {
        name: raw(keys_of(framework, given, name), columns)
        for name, (_, columns) in given.rosters.items()
    }
    main = raw({UNIT: [*map(str, range(given.units))]}, given.main)
    read = sql_reader.prepare(framework, session.dialect, main, rosters, [UNIT])
    found = frames.assess(framework, read.tables, [UNIT, UNUSABLE])
    rows = sessions.collected(session, found).rows(named=True)
    return sorted(rows, key=lambda row: int(row.pop(UNIT)))


def keys_of(framework: Framework, given: Tables, roster: str) -> dict[str, list[str]]:
    """The columns by which the rows of a roster belong together."""
    owners, _ = given.rosters[roster]
    keys = [[*map(str, owners)], [*map(str, range(len(owners)))]]
    return dict(zip(roster_keys(framework, roster, given.rosters), keys, strict=False))


def _raw(keys: Mapping[str, list[str]], columns: Cells) -> Raw:
    schema: dict[str, Any] = dict.fromkeys([*keys, *columns], pl.String)
    frame = pl.DataFrame({**keys, **columns}, schema=schema)
    return Raw(frame.lazy(), frame.schema, {name: name for name in columns})


def _holdable(engine: str, given: Tables) -> Tables:
    """The tables without the texts that an engine cannot hold."""

    def without(columns: Cells) -> Cells:
        return {name: [holdable(engine, cell) for cell in cells] for name, cells in columns.items()}

    rosters = {name: (owners, without(rows)) for name, (owners, rows) in given.rosters.items()}
    return Tables(given.units, without(given.main), rosters)


def _same(one: Any, other: Any) -> bool:
    """Equal; where a table shows a decimal as a float, the nearest one as far as floats go."""
    if isinstance(other, float) and isinstance(one, Fraction):
        exact = abs(one.numerator) * 10**8 < 2**53 and one.denominator < 2**40
        return other == float(one) if exact else other == pytest.approx(float(one), rel=1e-14)
    return bool(one == other)


ENGINES: dict[str, tuple[Find, int]] = {
    "polars": (by_polars, 1),
    **{engine: (partial(by_sql, engine), part) for engine, part in SQL_PARTS.items()},
}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_finds_what_record_finds(engine: str) -> None:
    find, part = ENGINES[engine]

    @settings(max_examples=max(settings().max_examples // part, 5))
    @given(data=st.data())
    def look(data: st.DataObject) -> None:
        framework = data.draw(frameworks())
        given_tables = _holdable(engine, data.draw(tables(framework)))
        defined = by_record(framework, given_tables)
        found = find(framework, given_tables)
        assert len(found) == len(defined)
        for one, other in zip(defined, found, strict=True):
            differing = {
                name: (one[name], value)
                for name, value in other.items()
                if not _same(one[name], value)
            }
            assert differing == {}

    look()


def test_the_search_knows_every_kind_of_node() -> None:
    seen: set[type] = set()

    @settings(max_examples=700, phases=[Phase.generate], database=None, derandomize=True)
    @given(framework=frameworks())
    def look(framework: Framework) -> None:
        seen.update(type(n) for node in framework.nodes for n in nodes.walk(node))

    look()
    assert seen == set(get_args(nodes.Node))
