"""Somebody outside, with a publication as JSON and a solver of linear programs, and nothing else.

Written apart from the attacker of the package, on purpose: it shares no line with it, does not know
the true table, and reads only what everybody can read.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import linprog

Name = tuple[str, frozenset[tuple[str, str]]]


def intervals(
    publication: Mapping[str, Any], floor: float | None = 0.0
) -> dict[Name, tuple[float, float]]:
    """For every withheld cell, between which values it must lie."""
    known, sums = _read(publication)
    unknown = [each for each, value in known.items() if value is None]
    column = {each: at for at, each in enumerate(unknown)}
    rows, right = [], []
    for whole, parts in sums:
        row, rest = np.zeros(len(unknown)), 0.0
        for each, sign in [(whole, -1.0), *((part, 1.0) for part in parts)]:
            value = known[each]
            if value is None:
                row[column[each]] += sign
            else:
                rest -= sign * value
        if row.any():
            rows.append(row)
            right.append(rest)

    def end(at: int, sign: float) -> float:
        goal = np.zeros(len(unknown))
        goal[at] = sign
        solved = linprog(
            goal,
            A_eq=np.array(rows) if rows else None,
            b_eq=np.array(right) if rows else None,
            bounds=[(floor, None)] * len(unknown),
        )
        assert solved.status in (0, 3), solved.message
        return -sign * np.inf if solved.fun is None else sign * float(solved.fun)

    return {each: (end(at, 1.0), end(at, -1.0)) for each, at in column.items()}


def _read(
    publication: Mapping[str, Any],
) -> tuple[dict[Name, float | None], list[tuple[Name, list[Name]]]]:
    """What is known of each cell, and which cells add up to which."""
    known: dict[Name, float | None] = {}
    sums: list[tuple[Name, list[Name]]] = []
    for table in publication["tables"]:
        totals = {(v["name"], v["total"]) for v in table["variables"]}
        for figure in table["figures"]:
            known[_name(table, totals, figure["where"])] = figure.get("value")
        names = [v["name"] for v in table["variables"]]
        places = [
            {c for s in v["sums"] for c in (s["whole"], *s["parts"])} | set(v["loose"])
            for v in table["variables"]
        ]
        for at, variable in enumerate(table["variables"]):
            for one in variable["sums"]:
                others = [*places[:at], {one["whole"]}, *places[at + 1 :]]
                for place in product(*others):
                    where = dict(zip(names, place, strict=True))
                    parts = [
                        _name(table, totals, {**where, variable["name"]: part})
                        for part in one["parts"]
                    ]
                    sums.append((_name(table, totals, where), parts))
    return known, sums


def _name(table: Mapping[str, Any], totals: set[tuple[str, str]], where: Mapping[str, str]) -> Name:
    return table["quantity"], frozenset(each for each in where.items() if each not in totals)
