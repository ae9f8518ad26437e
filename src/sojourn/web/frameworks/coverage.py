"""What a framework looks at: its factors counted by level, nature and stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from sojourn.framework import Effect, Factor, Framework, Level, Nature, Stage
from sojourn.web.cases import words as case_words
from sojourn.web.frameworks import words


@dataclass(frozen=True)
class Count:
    """How many factors of one effect; `query` narrows the list to them."""

    effect: str
    kind: str
    label: str
    number: int
    query: str


@dataclass(frozen=True)
class Cell:
    """One nature of a level at one stage."""

    stage: str
    counts: tuple[Count, ...]


@dataclass(frozen=True)
class NatureRow:
    """One nature within a level."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class LevelRows:
    """One level; without rows the framework does not look at it."""

    key: str
    label: str
    rows: tuple[NatureRow, ...]


@dataclass(frozen=True)
class Coverage:
    """The whole picture. Without `by_stage` the framework asks the same at every stage."""

    stages: tuple[str, ...]
    by_stage: bool
    levels: tuple[LevelRows, ...]
    totals: tuple[Count, ...]

    @property
    def columns(self) -> int:
        """How wide a cell across the whole table is."""
        return max(1, len(self.stages)) + 1


def cover(framework: Framework) -> Coverage:
    """Counts the factors. One that is asked at several stages counts at each of them."""
    by_stage = framework.stage_question is not None
    stages: tuple[Stage | None, ...] = tuple(Stage) if by_stage else (None,)
    return Coverage(
        tuple(str(case_words.STAGES[stage]) for stage in stages if stage is not None),
        by_stage,
        tuple(
            LevelRows(level.value, str(case_words.LEVELS[level]), _rows(framework, level, stages))
            for level in Level
        ),
        totals(framework),
    )


def totals(framework: Framework) -> tuple[Count, ...]:
    """How many factors of each effect the framework has."""
    return tuple(_count(framework.factors, effect, {}) for effect in Effect)


def _rows(
    framework: Framework, level: Level, stages: Iterable[Stage | None]
) -> tuple[NatureRow, ...]:
    here = [factor for factor in framework.factors if factor.level is level]
    return tuple(
        NatureRow(
            str(words.NATURES_SHORT[nature]),
            tuple(_cell(found, level, nature, stage) for stage in stages),
        )
        for nature in Nature
        if (found := [factor for factor in here if factor.nature is nature])
    )


def _cell(factors: Iterable[Factor], level: Level, nature: Nature, stage: Stage | None) -> Cell:
    here = [factor for factor in factors if stage is None or stage in factor.stages]
    where = {"level": level.value, "nature": nature.value}
    if stage is not None:
        where["stage"] = stage.value
    counts = (_count(here, effect, where) for effect in Effect)
    label = str(case_words.STAGES[stage]) if stage is not None else ""
    return Cell(label, tuple(count for count in counts if count.number))


def _count(factors: Iterable[Factor], effect: Effect, where: dict[str, str]) -> Count:
    number = sum(factor.effect is effect for factor in factors)
    query = urlencode({**where, "effect": effect.value})
    return Count(effect.value, words.MARKS[effect], str(words.EFFECTS[effect]), number, query)
