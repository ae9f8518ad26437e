"""The units that were sampled, stage by stage, and how much totals vary from sample to sample.

Everything about the error of an estimate happens on this small table: one row for each sampled
unit, whatever the number of rows below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sojourn.survey.design import Design, Lonely
from sojourn.survey.problems import SurveyError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ROW, WEIGHT, STRATUM = "__row", "__weight", "__stratum"
_NAMED_AT_MOST = 5
_ALL = 1e-7
"""A share drawn that is nearer to 1 than this is all that there is."""


def unit_column(stage: int) -> str:
    """The column with the sampled unit of a stage, counted from 0, in a table made ready."""
    return f"__unit{stage}"


@dataclass(frozen=True)
class Stage:
    """One stage of sampling. Units stand in the order of their parents.

    `parent` (units): the stratum of a unit of the first stage, else the unit of the stage before.
    `starts` (parents): where the units of a parent begin. `sampled` (parents): how many there are.
    `fraction` (units): the share that was drawn, 0 where the population counts as without end.
    `above` (parents): the product of the shares drawn at the stages above.
    """

    parent: Ints
    starts: Ints
    sampled: Floats
    fraction: Floats
    above: Floats

    @cached_property
    def scale(self) -> Floats:
        """How much the squared distance of each unit from the mean of its parent counts:
        (1 - f) n / (n - 1) times the shares drawn above; without the quotient where n is 1."""
        n = self.sampled[self.parent]
        quotient = np.where(n > 1, n / np.maximum(n - 1, 1), 1.0)
        return np.asarray(self.above[self.parent] * (1 - self.fraction) * quotient)

    @cached_property
    def scales(self) -> Floats:
        """The sum of `scale` over the units of each parent."""
        return np.asarray(np.add.reduceat(self.scale, self.starts))

    @cached_property
    def lonely(self) -> Bools:
        """Of which parents one unit alone was sampled, and that was not all that there is."""
        return np.asarray((self.sampled == 1) & ~self.taken_whole, dtype=np.bool_)

    @cached_property
    def taken_whole(self) -> Bools:
        """Of which parents every unit that there is was sampled, so that nothing varies."""
        least = np.minimum.reduceat(self.fraction, self.starts)
        return np.asarray(least > 1 - _ALL, dtype=np.bool_)


@dataclass(frozen=True)
class Spread:
    """Sums of one stage: for each group and unit, and for each group and parent of units."""

    z: Floats
    unit: Ints
    group: Ints
    of_parent: Ints
    parent: Ints
    parent_group: Ints
    parent_z: Floats
    members: Ints


@dataclass(frozen=True)
class Units:
    """The sampled units of all stages that count.

    `table` has one row for each unit of the last of these stages, in order, with the columns that
    `keys` name; `stage_of[s]` leads from such a row to the unit of stage s. `weighted` says which
    units of the first stage have a weight that is not zero; `strata` are the names of strata.
    """

    keys: tuple[str, ...]
    table: pl.DataFrame
    stages: tuple[Stage, ...]
    stage_of: tuple[Ints, ...]
    strata: pl.Series
    weighted: Bools
    lonely: Lonely = Lonely.FAIL
    lonely_in_domains: bool = False

    @property
    def count(self) -> int:
        """Units of the last stage that counts."""
        return self.table.height

    @property
    def lonely_strata(self) -> int:
        """Strata of which one unit alone was sampled, from more than one."""
        return int(self.stages[0].lonely.sum())

    @property
    def design_df(self) -> int:
        """Units of the first stage with a weight, less their strata."""
        strata = self.stages[0].parent[self.weighted]
        return int(self.weighted.sum()) - len(np.unique(strata))

    def domain_df(self, unit: Ints, group: Ints, groups: int) -> Ints:
        """The same for each group, of the units that have members of it."""
        first = self.stage_of[0][unit]
        counted = self.weighted[first]
        first, group = first[counted], group[counted]
        units = np.unique(group * len(self.weighted) + first)
        strata = np.unique(group * len(self.strata) + self.stages[0].parent[first])
        return np.asarray(
            np.bincount(units // len(self.weighted), minlength=groups)
            - np.bincount(strata // len(self.strata), minlength=groups)
        )

    def covariance(self, z: Floats) -> Floats:
        """The covariances (columns x columns) of the totals of `z` (units of the last stage x
        columns)."""
        unit, group = np.arange(self.count), np.zeros(self.count, dtype=np.int64)
        return np.asarray(self.covariances(unit, z, group, 1)[0])

    def variances(self, unit: Ints, z: Floats, group: Ints, groups: int) -> Floats:
        """The variance of the total of each column in each group (groups x columns).

        `z` (rows x columns) are sums of units (`unit`) in groups, in the order of group and unit;
        a unit that does not stand there has nothing in that group. Such a unit counts as one that
        was sampled and is zero.
        """
        found = np.zeros((groups, z.shape[1]))
        for at in range(len(self.stages)):
            spread, means, more = self._spread(unit, z, group, groups, at)
            scale = self.stages[at].scale[spread.unit][:, None]
            absent = self._absent(spread, at)[:, None]
            np.add.at(found, spread.group, scale * (spread.z - means[spread.of_parent]) ** 2)
            np.add.at(found, spread.parent_group, absent * means**2)
            found *= more[:, None] if at == 0 else 1
        return found

    def covariances(self, unit: Ints, z: Floats, group: Ints, groups: int) -> Floats:
        """The covariances of the columns in each group (groups x columns x columns)."""
        found = np.zeros((groups, z.shape[1], z.shape[1]))
        for at in range(len(self.stages)):
            spread, means, more = self._spread(unit, z, group, groups, at)
            far = (spread.z - means[spread.of_parent]) * np.sqrt(self.stages[at].scale)[
                spread.unit, None
            ]
            absent = means * np.sqrt(self._absent(spread, at))[:, None]
            for each in range(groups):
                here, empty = far[spread.group == each], absent[spread.parent_group == each]
                found[each] += (here.T @ here + empty.T @ empty) * (more[each] if at == 0 else 1)
        return found

    def _absent(self, spread: Spread, at: int) -> Floats:
        """How much the units count that have nothing in a group, for each parent and group."""
        stage = self.stages[at]
        there = np.bincount(spread.of_parent, stage.scale[spread.unit], len(spread.parent))
        left = stage.scales[spread.parent] - there
        return np.where(spread.members < stage.sampled[spread.parent], np.maximum(left, 0.0), 0.0)

    def _spread(
        self, unit: Ints, z: Floats, group: Ints, groups: int, at: int
    ) -> tuple[Spread, Floats, Floats]:
        """The sums of one stage, the mean from which units of a parent are counted, and how many
        times the strata of a group count (the rule `average`)."""
        stage = self.stages[at]
        of = self.stage_of[at][unit]
        first = _begin(group * len(stage.parent) + of)
        of, in_group = of[first], group[first]
        sums = _added(z, first)
        parent = stage.parent[of]
        first = _begin(in_group * len(stage.starts) + parent)
        members = np.diff(np.r_[first, len(parent)])
        spread = Spread(
            z=sums,
            unit=of,
            group=in_group,
            of_parent=np.repeat(np.arange(len(first)), members),
            parent=parent[first],
            parent_group=in_group[first],
            parent_z=_added(sums, first),
            members=members,
        )
        means = spread.parent_z / stage.sampled[spread.parent][:, None]
        lonely = stage.lonely[spread.parent]
        self._check_lonely(at)
        if self.lonely_in_domains:
            alone = (members == 1) & (stage.sampled[spread.parent] > 1)
            lonely = lonely | (alone & ~stage.taken_whole[spread.parent])
        more = np.ones(groups)
        if self.lonely is Lonely.ADJUST:
            means[lonely] = 0.0
        elif self.lonely is Lonely.AVERAGE and lonely.any():
            strata = np.bincount(spread.parent_group, minlength=groups)
            others = np.bincount(spread.parent_group[~lonely], minlength=groups)
            more = np.where(others > 0, strata / np.maximum(others, 1), np.nan)
            spread = _without(spread, lonely)
            means = means[~lonely]
        return spread, means, more

    def _check_lonely(self, at: int) -> None:
        lonely = self.stages[at].lonely
        count = int(lonely.sum())
        if count and self.lonely is Lonely.FAIL:
            raise SurveyError(self._told_lonely(count, at))
        if count and self.lonely is Lonely.AVERAGE and at > 0:
            raise SurveyError(
                f"{count} units have one unit alone below them at stage {at + 1}; the rule average "
                "is for strata: choose remove, certainty or adjust"
            )

    def _told_lonely(self, count: int, at: int) -> str:
        if at > 0:
            return (
                f"{count} units of stage {at} have one sampled unit alone at stage {at + 1}; "
                "choose a rule for them: remove, certainty or adjust"
            )
        lonely = np.flatnonzero(self.stages[0].lonely)[:_NAMED_AT_MOST]
        names = ", ".join(f"{self.strata[int(each)]}" for each in lonely)
        more = f" and {count - len(lonely)} more" if count > len(lonely) else ""
        what = "stratum has" if count == 1 else "strata have"
        return (
            f"{count} {what} one sampled unit alone: {names}{more}. One unit says nothing of how "
            "units differ: choose a rule for them (remove, certainty, adjust or average), or join "
            "strata before"
        )


def _begin(keys: Ints) -> Ints:
    """Where a new key begins in keys that stand together."""
    return np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else keys


def _added(z: Floats, first: Ints) -> Floats:
    if len(first) == len(z):
        return z
    return np.asarray(np.add.reduceat(z, first, axis=0), dtype=np.float64)


def _without(spread: Spread, lonely: Bools) -> Spread:
    """Without the parents that are left out."""
    kept = ~lonely[spread.of_parent]
    members = spread.members[~lonely]
    return Spread(
        z=spread.z[kept],
        unit=spread.unit[kept],
        group=spread.group[kept],
        of_parent=np.repeat(np.arange(len(members)), members),
        parent=spread.parent[~lonely],
        parent_group=spread.parent_group[~lonely],
        parent_z=spread.parent_z[~lonely],
        members=members,
    )


def read_units(frame: pl.LazyFrame, design: Design) -> Units:
    """The sampled units of a table made ready (see `sample`): columns `STRATUM`, `unit_column(s)`,
    `WEIGHT`, and those of the population sizes.

    Raises `SurveyError` for population sizes that cannot be.
    """
    keys = (STRATUM, *(unit_column(at) for at in range(_depth(design))))
    weighted = (pl.col(WEIGHT) != 0).alias("__weighted")
    sizes = [pl.col(name).cast(pl.Float64) for name in design.fpc[: _depth(design)]]
    if design.psu:
        least = [size.min().alias(f"__least{at}") for at, size in enumerate(sizes)]
        most = [size.max().alias(f"__most{at}") for at, size in enumerate(sizes)]
        grouped = frame.group_by(keys).agg(weighted.any(), *least, *most)
    else:  # each row is a unit of its own: there is nothing to group
        least = [size.alias(f"__least{at}") for at, size in enumerate(sizes)]
        most = [size.alias(f"__most{at}") for at, size in enumerate(sizes)]
        grouped = frame.select(*keys, weighted, *least, *most)
    return _units(grouped.sort(keys).collect(engine="streaming"), design, keys)


def _depth(design: Design) -> int:
    """How many stages count: below a stage without a population size nothing is added."""
    return min(max(len(design.psu), 1), len(design.fpc) + 1)


def _units(found: pl.DataFrame, design: Design, keys: Sequence[str]) -> Units:
    stages: list[Stage] = []
    stage_of: list[Ints] = []
    above_unit = np.ones(1)
    strata = found.get_column(STRATUM)
    parent_of_row = _runs([strata])
    names = strata.gather(np.flatnonzero(_begins(parent_of_row)))
    above_unit = np.ones(len(names))
    for at in range(len(keys) - 1):
        of_row = _runs([found.get_column(key) for key in keys[: at + 2]])
        first = np.flatnonzero(_begins(of_row))
        parent = parent_of_row[first]
        starts = np.flatnonzero(_begins(parent))
        sampled = np.diff(np.r_[starts, len(parent)]).astype(np.float64)
        fraction = _fractions(found, design, at, parent, sampled, of_row, starts)
        stages.append(Stage(parent, starts, sampled, fraction, above_unit))
        above_unit = above_unit[parent] * fraction
        stage_of.append(of_row)
        parent_of_row = of_row
    weighted = found.get_column("__weighted").to_numpy()
    firsts = np.flatnonzero(_begins(stage_of[0]))
    return Units(
        keys=tuple(keys),
        table=found.select(keys),
        stages=tuple(stages),
        stage_of=tuple(stage_of),
        strata=names,
        weighted=np.asarray(np.logical_or.reduceat(weighted, firsts), dtype=np.bool_),
        lonely=design.lonely,
        lonely_in_domains=design.lonely_in_domains,
    )


def _runs(columns: Sequence[pl.Series]) -> Ints:
    """A number for each row of a sorted table that rises where any of the columns changes."""
    changes = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        changes |= (column != column.shift(1)).fill_null(value=False).to_numpy().astype(np.int64)
    return np.cumsum(changes)


def _begins(runs: Ints) -> Bools:
    return np.asarray(np.r_[True, runs[1:] != runs[:-1]], dtype=np.bool_)


def _fractions(
    found: pl.DataFrame,
    design: Design,
    at: int,
    parent: Ints,
    sampled: Floats,
    of_row: Ints,
    starts: Ints,
) -> Floats:
    """The share drawn of each unit of a stage: from a population size, or as it was given."""
    if at >= len(design.fpc):
        return np.zeros(len(parent))
    name = design.fpc[at]
    rows = np.flatnonzero(_begins(of_row))
    least = np.minimum.reduceat(found.get_column(f"__least{at}").to_numpy(), rows)
    most = np.maximum.reduceat(found.get_column(f"__most{at}").to_numpy(), rows)
    where = "stratum" if at == 0 else f"unit of stage {at}"
    if not design.pps:
        low, high = np.minimum.reduceat(least, starts), np.maximum.reduceat(most, starts)
        wrong = int((low != high).sum())
        if wrong:
            raise SurveyError(
                f"{name}: {wrong} {_plural(where, wrong)} more than one population size; it is one "
                "for all units drawn from the same place"
            )
    elif (least != most).any():
        raise SurveyError(f"{name}: {int((least != most).sum())} units have more than one share")
    if least.max() > 1:
        small = least < 1
        if small.any():
            raise SurveyError(
                f"{name}: some values are shares (below 1) and some are population sizes (above "
                "1); write all of them in one way"
            )
        n = sampled[parent]
        if (least < n).any():
            wrong = len(np.unique(parent[least < n]))
            raise SurveyError(
                f"{name}: {wrong} {_plural(where, wrong)} a population size below the number of "
                "units that were sampled there"
            )
        return np.asarray(n / least, dtype=np.float64)
    return np.asarray(least, dtype=np.float64)


def _plural(where: str, count: int) -> str:
    if count == 1:
        return f"{where} has"
    return {"stratum": "strata have"}.get(where, where.replace("unit", "units") + " have")
