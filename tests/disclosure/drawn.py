"""Tables that tests draw: from rows of numbers, or at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from sojourn.disclosure import Cell, Table, Variable

KEY = b"a secret of the office"


def counts(
    rows: Sequence[Sequence[int]],
    variables: Sequence[Variable] | None = None,
    name: str = "t",
    **options: Any,
) -> Table:
    """A table of people, drawn as rows and columns, with all sums added."""
    down, across = variables or (
        Variable.flat("row", [f"r{at}" for at in range(1, len(rows) + 1)]),
        Variable.flat("column", [f"c{at}" for at in range(1, len(rows[0]) + 1)]),
    )
    cells: dict[tuple[str, ...], Cell] = {
        (one, other): Cell(value=number, n=number)
        for one, row in zip(leaves(down), rows, strict=True)
        for other, number in zip(leaves(across), row, strict=True)
    }
    return Table.added_up(name, "people", (down, across), cells, counts=True, **options)


def leaves(variable: Variable) -> list[str]:
    """The categories that are no sums, in order."""
    wholes = {whole for whole, _ in variable.sums}
    return [category for category in variable.categories if category not in wholes]


def by_chance(rows: int, columns: int, seed: int, mean: float = 60.0) -> Table:
    """A table with many small cells, as of areas and nationalities."""
    chance = np.random.default_rng(seed)
    drawn = chance.poisson(chance.gamma(0.8, mean / 0.8, (rows, columns)))
    return counts(drawn.tolist())


@st.composite
def a_variable(draw: st.DrawFn, name: str, most: int) -> Variable:
    """Up to so many innermost categories, flat or in a hierarchy of two steps."""
    number = draw(st.integers(2, most))
    names = [f"{name}{at}" for at in range(number)]
    cut = draw(st.integers(0, number - 1))
    if cut < 1:
        return Variable.flat(name, names)
    return Variable.tree(name, {"total": {f"{name} low": names[:cut], f"{name} high": names[cut:]}})


@st.composite
def tables(draw: st.DrawFn, most: int = 8) -> Table:
    """A table of people with hierarchies, in which small cells and zeros are common."""
    down, across = draw(a_variable("a", most)), draw(a_variable("b", most))
    number = st.one_of(st.integers(0, 12), st.integers(0, 200))
    rows = [[draw(number) for _ in leaves(across)] for _ in leaves(down)]
    return counts(rows, (down, across))
