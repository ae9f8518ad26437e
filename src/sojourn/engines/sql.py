"""Tables in SQL: what is selected, joined and added up becomes one statement.

Columns have plain names of our own (`c1`, `v2`) from the innermost query on, so that names which
differ by case only cannot clash, and the caller names the results. What several expressions share
is computed once, in a query around which the others stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import NamedTuple, Protocol

from sojourn.engines.columns import Expr, Kind, Named, col, in_order, replaced
from sojourn.engines.sql_printing import Dialect, Printer, kinds_of

_SHARED = 6
"""An expression of this many nodes is computed once where it is used more than once."""

_DEEP = 40
"""An expression as deep as this is cut: parsers of SQL take only so many brackets."""


class Base(Protocol):
    """Where columns come from."""

    @property
    def columns(self) -> Mapping[str, Kind]: ...

    def query(self, needed: Sequence[str], dialect: Dialect, names: Names) -> Query: ...


class Query(NamedTuple):
    """The text of a query, and the plain names of its columns."""

    sql: str
    names: Mapping[str, str]


class Names:
    """Plain names that are new within one statement."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self, letter: str) -> str:
        return f"{letter}{next(self._numbers)}"


@dataclass(frozen=True)
class Table:
    """A table of the input: for each column how it is written there, and what it holds."""

    relation: str
    written: Mapping[str, tuple[str, Kind]]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {name: kind for name, (_, kind) in self.written.items()}

    def query(
        self,
        needed: Sequence[str],
        dialect: Dialect,  # noqa: ARG002 - one way to ask every kind of base
        names: Names,
    ) -> Query:
        found = {name: names.new("c") for name in needed}
        written = [(self.written[name], new) for name, new in found.items()]
        listed = ", ".join(f"{sql} AS {new}" for (sql, _), new in written)
        return Query(f"SELECT {listed or '1 AS c0'} FROM {self.relation}", found)


@dataclass(frozen=True)
class SqlFrame:
    """A table of which nothing is computed yet: where it comes from, and its columns from there."""

    base: Base
    exprs: Mapping[str, Expr]

    @classmethod
    def over(cls, base: Base) -> SqlFrame:
        return cls(base, {name: col(name) for name in base.columns})

    def with_columns(self, columns: Iterable[Named]) -> SqlFrame:
        return replace(self, exprs={**self.exprs, **self._from_base(columns)})

    def select(self, columns: Iterable[Named]) -> SqlFrame:
        return replace(self, exprs=self._from_base(columns))

    def where(self, condition: Expr) -> SqlFrame:
        """Only the rows of which something is true."""
        (found,) = replaced([condition], self.exprs)
        kept = replace(self, exprs={**self.exprs, _KEPT: found})
        return SqlFrame.over(_Filtered(kept)).without(_KEPT)

    def without(self, name: str) -> SqlFrame:
        return replace(self, exprs={n: e for n, e in self.exprs.items() if n != name})

    def added_up(self, by: str, columns: Iterable[Named]) -> SqlFrame:
        return SqlFrame.over(_Grouped(self, by, tuple(columns)))

    def joined(self, other: SqlFrame, *on: str) -> SqlFrame:
        return SqlFrame.over(_Joined(self, other, on))

    def kinds(self) -> dict[str, Kind]:
        """What each column holds."""
        found = kinds_of(list(self.exprs.values()), self.base.columns)
        return dict(zip(self.exprs, found, strict=True))

    def query(self, needed: Sequence[str], dialect: Dialect, names: Names) -> Query:
        return _layers(self, list(needed), dialect, names)

    def statement(
        self, dialect: Dialect, names: Sequence[str] | None = None, order: Sequence[str] = ()
    ) -> str:
        """A query for some columns, or for all, sorted by some."""
        listed = list(self.exprs) if names is None else list(names)
        found = self.query(list(dict.fromkeys([*listed, *order])), dialect, Names())
        columns = ", ".join(found.names[name] for name in listed)
        sorting = ", ".join(found.names[name] for name in order)
        by = f" ORDER BY {sorting}" if order else ""
        return f"SELECT {columns} FROM ({found.sql}) AS t{by}"

    def _from_base(self, columns: Iterable[Named]) -> dict[str, Expr]:
        named = list(columns)
        exprs = replaced([column.expr for column in named], self.exprs)
        return {column.name: expr for column, expr in zip(named, exprs, strict=True)}


_KEPT = "__where"


@dataclass(frozen=True)
class _Filtered:
    inner: SqlFrame

    @property
    def columns(self) -> Mapping[str, Kind]:
        return self.inner.kinds()

    def query(self, needed: Sequence[str], dialect: Dialect, names: Names) -> Query:
        found = self.inner.query(list(dict.fromkeys([*needed, _KEPT])), dialect, names)
        sql = f"SELECT * FROM ({found.sql}) AS t WHERE {found.names[_KEPT]}"
        return Query(sql, found.names)


@dataclass(frozen=True)
class _Grouped:
    rows: SqlFrame
    by: str
    over_rows: tuple[Named, ...]

    @property
    def columns(self) -> Mapping[str, Kind]:
        kinds = self.rows.kinds()
        found = kinds_of([column.expr for column in self.over_rows], kinds)
        named = {column.name: kind for column, kind in zip(self.over_rows, found, strict=True)}
        return {self.by: kinds[self.by], **named}

    def query(self, needed: Sequence[str], dialect: Dialect, names: Names) -> Query:
        wanted = [column for column in self.over_rows if column.name in needed]
        used = [node.value for node in in_order(c.expr for c in wanted) if node.op == "col"]
        inner = self.rows.query(list(dict.fromkeys([self.by, *used])), dialect, names)
        printer = Printer(dialect, self.rows.kinds(), inner.names)
        by, found = inner.names[self.by], {self.by: names.new("g")}
        listed = [f"{by} AS {found[self.by]}"]
        for column in wanted:
            found[column.name] = names.new("g")
            listed.append(f"{printer.text(column.expr)} AS {found[column.name]}")
        return Query(f"SELECT {', '.join(listed)} FROM ({inner.sql}) AS t GROUP BY {by}", found)


@dataclass(frozen=True)
class _Joined:
    left: SqlFrame
    right: SqlFrame
    on: tuple[str, ...]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {**self.right.kinds(), **self.left.kinds()}

    def query(self, needed: Sequence[str], dialect: Dialect, names: Names) -> Query:
        own = [name for name in needed if name in self.left.exprs]
        others = [name for name in needed if name not in self.left.exprs]
        left = self.left.query(list(dict.fromkeys([*own, *self.on])), dialect, names)
        right = self.right.query([*others, *self.on], dialect, names)
        listed = [left.names[name] for name in own] + [right.names[name] for name in others]
        found = {name: left.names[name] for name in own}
        found |= {name: right.names[name] for name in others}
        same = " AND ".join(f"{left.names[name]} = {right.names[name]}" for name in self.on)
        sql = (
            f"SELECT {', '.join(listed) or '1 AS c0'} FROM ({left.sql}) AS l "
            f"LEFT JOIN ({right.sql}) AS r ON {same}"
        )
        return Query(sql, found)


# -- what is computed once, and in which order


def _layers(frame: SqlFrame, needed: list[str], dialect: Dialect, names: Names) -> Query:
    """Queries around each other: each computes what the next ones share."""
    roots = [frame.exprs[name] for name in needed]
    nodes = list(in_order(roots))
    base = [node.value for node in nodes if node.op == "col"]
    inner = frame.base.query(base, dialect, names)
    printer = Printer(dialect, frame.base.columns, inner.names)
    plan = _Plan(nodes, roots)
    sql = inner.sql
    there: dict[Expr, str] = {node: inner.names[node.value] for node in nodes if node.op == "col"}
    for level, shared in enumerate(plan.levels):
        kept = [node for node in there if plan.last_use.get(node, 0) > level]
        listed = [there[node] for node in kept]
        new = {node: names.new("v") for node in shared}
        listed += [f"{printer.text(node)} AS {name}" for node, name in new.items()]
        sql = f"SELECT {', '.join(listed)} FROM ({sql}) AS t{dialect.fence}"
        there = {node: there[node] for node in kept} | new
        printer.known |= new
    found = {name: names.new("o") for name in needed}
    listed = [f"{printer.text(frame.exprs[name])} AS {found[name]}" for name in needed]
    return Query(f"SELECT {', '.join(listed) or '1 AS c0'} FROM ({sql}) AS t", found)


class _Plan:
    """Which expressions are computed beforehand, in steps: each uses only what came before."""

    def __init__(self, nodes: Sequence[Expr], roots: Sequence[Expr]) -> None:
        uses: dict[Expr, int] = dict.fromkeys(nodes, 0)
        for node in nodes:
            for part in node.parts:
                uses[part] += 1
        for root in roots:
            uses[root] += 1
        size: dict[Expr, int] = {}
        depth: dict[Expr, int] = {}
        level: dict[Expr, int] = {}
        shared: dict[Expr, int] = {}
        for node in nodes:
            size[node] = 1 + sum(size[part] for part in node.parts)
            depth[node] = 1 + max((depth[part] for part in node.parts), default=0)
            level[node] = max((level[part] for part in node.parts), default=0)
            often = uses[node] > 1 and size[node] >= _SHARED
            if node.parts and (often or depth[node] >= _DEEP):
                shared[node] = level[node]
                size[node], depth[node], level[node] = 1, 1, level[node] + 1
        self.levels: list[list[Expr]] = [[] for _ in range(max(level.values(), default=0))]
        for node, at in shared.items():
            self.levels[at].append(node)
        self.last_use = self._last_uses(nodes, roots, shared)

    def _last_uses(
        self,
        nodes: Sequence[Expr],
        roots: Sequence[Expr],
        shared: Mapping[Expr, int],
    ) -> dict[Expr, int]:
        """Until which step each column has to be carried along; the results are the last."""
        end = len(self.levels)
        printed_at: dict[Expr, int] = {}
        for root in roots:
            printed_at[root] = end
        last: dict[Expr, int] = {}
        for node in reversed(nodes):  # parts come after what uses them
            there = node.op == "col" or node in shared
            at = printed_at.get(node, 0)
            if there:
                last[node] = max(last.get(node, 0), at)
                at = shared.get(node, 0)
            for part in node.parts:
                printed_at[part] = max(printed_at.get(part, 0), at)
        return last
