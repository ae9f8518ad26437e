"""Column expressions as SQL: one printer for every engine that speaks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sojourn.engines.columns import Expr, Kind, in_order


class Dialect:
    """How an engine writes what not all of them write alike. This one is what they share."""

    fence = ""
    """What keeps an inner query from being written out into the outer one."""

    types: Mapping[Kind, str] = {
        Kind.BOOLEAN: "BOOLEAN",
        Kind.SMALL: "BIGINT",
        Kind.WHOLE: "BIGINT",
        Kind.FLOAT: "DOUBLE",
        Kind.TEXT: "VARCHAR",
        Kind.DAY: "DATE",
    }

    def name(self, name: str) -> str:
        """A column or table of the input."""
        return '"' + name.replace('"', '""') + '"'

    def text(self, text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    def cast(self, sql: str, kind: Kind) -> str:
        return f"CAST({sql} AS {self.types[kind]})"

    def divided(self, a: str, b: str, kind: Kind) -> str:
        """The whole number of times that `b`, never zero, goes into `a`; both from zero up."""
        raise NotImplementedError

    def matches(self, text: str, pattern: str) -> str:
        raise NotImplementedError

    def replaced(self, text: str, pattern: str, by: str) -> str:
        r"""Every match replaced; `\1` stands for the first group."""
        return f"regexp_replace({text}, {self.text(pattern)}, {self.text(by)}, 'g')"

    def trimmed(self, text: str, characters: str) -> str:
        return f"trim(BOTH {self.text(characters)} FROM {text})"


class Printed(NamedTuple):
    """SQL text, and what it gives. `open` says that it needs brackets within others."""

    sql: str
    kind: Kind | None
    open: str = ""


_INFIX = {
    "eq": "=",
    "ne": "<>",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "and": "AND",
    "or": "OR",
    "add": "+",
    "sub": "-",
    "mul": "*",
}
_CHAINED = ("and", "or", "add")
_FUNCTIONS = {
    "abs": "ABS",
    "coalesce": "COALESCE",
    "least": "LEAST",
    "greatest": "GREATEST",
    "length": "LENGTH",
    "min": "MIN",
    "max": "MAX",
}
_OF_SEVERAL = ("least", "greatest")
_TEMPLATES = {
    "part": "SUBSTR({0}, CAST({1} AS INT), CAST({2} AS INT))",
    "repeat": "REPEAT({0}, CAST({1} AS INT))",
    "not": "(NOT {0})",
    "is_null": "({0} IS NULL)",
    "rest": "({0} % NULLIF({1}, 0))",
    "day_of": "make_date(CAST({0} AS INT), CAST({1} AS INT), CAST({2} AS INT))",
}


class Printer:
    """Prints expressions over the columns at hand.

    `known` are expressions that are there as a column, by its name.
    """

    def __init__(
        self, dialect: Dialect, columns: Mapping[str, Kind], names: Mapping[str, str]
    ) -> None:
        self.dialect, self.columns, self.names = dialect, columns, names
        self.known: dict[Expr, str] = {}
        self._kinds: dict[Expr, Kind | None] = {}

    def text(self, root: Expr) -> str:
        """The SQL of one expression."""
        found: dict[Expr, Printed] = {}
        for node in self._in_order(root):
            if node in self.known:
                found[node] = Printed(self.known[node], self._kinds[node])
                continue
            found[node] = one = self._one(node, [found[part] for part in node.parts])
            self._kinds[node] = one.kind
        return found[root].sql

    def _in_order(self, root: Expr) -> Iterable[Expr]:
        """Parts first; what is there as a column is not gone into."""
        done: set[Expr] = set()
        waiting = [(root, False)]
        while waiting:
            node, ready = waiting.pop()
            if node in done:
                continue
            if ready or node in self.known:
                done.add(node)
                yield node
                continue
            waiting.append((node, True))
            waiting += [(part, False) for part in node.parts]

    def _one(self, node: Expr, parts: list[Printed]) -> Printed:
        kind = _kind(node, [part.kind for part in parts], self.columns)
        if node.op in _INFIX:
            return Printed(_infix(node.op, parts), kind, node.op)
        if node.op in _OF_SEVERAL and len(parts) == 1:  # Spark wants at least two
            return parts[0]
        if node.op in _FUNCTIONS:
            return Printed(f"{_FUNCTIONS[node.op]}({_listed(parts)})", kind)
        if node.op in _TEMPLATES:
            return Printed(_TEMPLATES[node.op].format(*map(_bracketed, parts)), kind)
        match node.op:
            case "col":
                return Printed(self.names[node.value], kind)
            case "lit":
                return Printed(self._literal(node.value[1], node.value[2] or kind), kind)
            case "case":
                return Printed(_case(parts), kind, "case")
            case "is_in":
                return Printed(f"({_bracketed(parts[0])} IN ({_listed(parts[1:])}))", kind)
            case "total":
                known = " + ".join(f"COALESCE({part.sql}, 0)" for part in parts)
                return Printed(f"({known})", kind)
            case "joined":
                return Printed(f"({' || '.join(map(_bracketed, parts))})", kind)
            case _:
                return Printed(self._of_engine(node, parts, kind or Kind.WHOLE), kind)

    def _literal(self, value: Any, kind: Kind | None) -> str:
        match value:
            case None:
                return self.dialect.cast("NULL", kind) if kind else "NULL"
            case bool():
                return "TRUE" if value else "FALSE"
            case int():
                written = f"'{value}'" if kind is Kind.WIDE else str(value)
                return self.dialect.cast(written, kind or Kind.WHOLE)
            case str():
                return self.dialect.text(value)
            case date():
                return f"DATE '{value.isoformat()}'"
        raise TypeError(f"no SQL is written down for {type(value).__name__}")

    def _of_engine(self, node: Expr, parts: list[Printed], kind: Kind) -> str:
        """What engines write each in their own way."""
        dialect, first = self.dialect, parts[0].sql
        match node.op:
            case "cast":
                return dialect.cast(first, node.value)
            case "contains":
                return f"(POSITION({dialect.text(node.value)} IN {first}) > 0)"
            case "floor":
                by = f"NULLIF({parts[1].sql}, 0)"
                return dialect.divided(_bracketed(parts[0]), by, kind)
            case "ratio":
                a, b = (dialect.cast(part.sql, Kind.FLOAT) for part in parts)
                return f"({a} / NULLIF({b}, 0))"
            case "year" | "month" | "day":
                return dialect.cast(f"EXTRACT({node.op.upper()} FROM {first})", Kind.WHOLE)
            case "sum":
                return dialect.cast(f"SUM({first})", kind)
            case "matches":
                return dialect.matches(_bracketed(parts[0]), node.value)
            case "replace":
                return dialect.replaced(first, *node.value)
            case "trim":
                return dialect.trimmed(first, node.value)
        raise TypeError(f"no SQL is written down for {node.op}")


def _infix(op: str, parts: list[Printed]) -> str:
    """Parts with a word between them; `and` after `and` needs no brackets."""
    first, second = parts
    chained = op in _CHAINED and first.open == op
    left = first.sql if chained else _bracketed(first)
    return f"{left} {_INFIX[op]} {_bracketed(second)}"


def _case(parts: list[Printed]) -> str:
    """A choice; a choice within its other branch becomes one list of branches with it."""
    rest = ""
    if len(parts) > 2:
        other = parts[2]
        chained = other.sql.removeprefix("CASE").removesuffix(" END")
        rest = chained if other.open == "case" else f" ELSE {other.sql}"
    return f"CASE WHEN {parts[0].sql} THEN {parts[1].sql}{rest} END"


def _bracketed(part: Printed) -> str:
    return f"({part.sql})" if part.open else part.sql


def _listed(parts: Sequence[Printed]) -> str:
    return ", ".join(part.sql for part in parts)


# -- what an expression gives


_BOOLEAN = {"eq", "ne", "lt", "le", "gt", "ge", "and", "or", "not", "is_null", "is_in"}
_BOOLEAN |= {"contains", "matches"}
_TEXTS = {"replace", "trim", "joined", "part", "repeat"}
_FIXED: dict[str, Kind] = {
    **dict.fromkeys(_BOOLEAN, Kind.BOOLEAN),
    **dict.fromkeys(_TEXTS, Kind.TEXT),
    **dict.fromkeys(("year", "month", "day", "length"), Kind.WHOLE),
    "ratio": Kind.FLOAT,
    "day_of": Kind.DAY,
}
_LITERALS: dict[type, Kind] = {bool: Kind.BOOLEAN, str: Kind.TEXT, date: Kind.DAY}


def _kind(node: Expr, parts: Sequence[Kind | None], columns: Mapping[str, Kind]) -> Kind | None:
    """What an expression gives; None for a null of no kind."""
    match node.op:
        case "col":
            return columns[node.value]
        case "lit":
            type_, value, given = node.value
            whole = Kind.WIDE if type_ is int and abs(value) >= 2**63 else Kind.WHOLE
            return None if value is None and given is None else given or _LITERALS.get(type_, whole)
        case "cast":
            found: Kind = node.value
            return found
        case "case":
            return _common(parts[1:])
        case _:
            return _FIXED[node.op] if node.op in _FIXED else _common(parts)


def _common(kinds: Iterable[Kind | None]) -> Kind | None:
    known = [kind for kind in kinds if kind is not None]
    for wider in (Kind.FLOAT, Kind.WIDE, Kind.WHOLE):
        if wider in known:
            return wider
    return known[0] if known else None


def kinds_of(exprs: Sequence[Expr], columns: Mapping[str, Kind]) -> list[Kind]:
    """What some expressions give."""
    found: dict[Expr, Kind | None] = {}
    for node in in_order(exprs):
        found[node] = _kind(node, [found[part] for part in node.parts], columns)
    return [found[expr] or Kind.TEXT for expr in exprs]
