"""Rows are given their place in a design, and refused where they have none."""

from __future__ import annotations

import numpy as np
import polars as pl

from sojourn.survey.design import Design
from sojourn.survey.numbers import ROW, key, number, refuse_rows
from sojourn.survey.problems import SurveyError
from sojourn.survey.units import STRATUM, WEIGHT, Units, unit_column

INSIDE = "__inside"
"""The column that says whether a row is among those that are looked at."""


def placed(frame: pl.LazyFrame, schema: pl.Schema, design: Design) -> pl.LazyFrame:
    """With the columns that say where a row stands in the design, and its weight."""
    stratum = pl.lit("") if design.strata is None else key(schema, design.strata)
    units = [key(schema, name).alias(unit_column(at)) for at, name in enumerate(design.psu)] or [
        pl.col(ROW).alias(unit_column(0))
    ]
    weight = pl.lit(1.0) if design.weights is None else number(frame, schema, design.weights)
    inside = pl.lit(value=True).alias(INSIDE)
    return frame.with_columns(stratum.alias(STRATUM), *units, weight.alias(WEIGHT), inside)


def check(frame: pl.LazyFrame, design: Design) -> tuple[int, bool]:
    """How many rows there are, and whether some have the weight zero."""
    weight = pl.col(WEIGHT)
    checks = [
        (weight.is_null(), f"the weight ({design.weights}) is missing"),
        (weight < 0, f"the weight ({design.weights}) is below zero"),
        (pl.col(STRATUM).is_null(), f"the stratum ({design.strata}) is missing"),
        *(
            (pl.col(unit_column(at)).is_null(), f"the sampled unit ({name}) is missing")
            for at, name in enumerate(design.psu)
        ),
    ]
    known = (pl.len(), weight.sum(), (weight == 0).any())
    count, total, some_weigh_nothing = refuse_rows(frame, checks, known)
    if not count:
        raise SurveyError("the table has no rows")
    if total <= 0:
        raise SurveyError(f"all weights ({design.weights}) are zero")
    if design.psu_unique and design.strata is not None and design.psu:
        unit = unit_column(0)
        twice = (
            frame.select(STRATUM, unit)
            .unique()
            .group_by(unit)
            .len()
            .filter(pl.col("len") > 1)
            .sort(unit)
            .collect(engine="streaming")
        )
        if twice.height:
            first = twice.item(0, unit)
            more = "" if twice.height == 1 else f" and {twice.height - 1} more"
            raise SurveyError(
                f"{design.psu[0]}: the id {first}{more} stands in more than one stratum, though "
                "ids were said to be unique"
            )
    return int(count), bool(some_weigh_nothing)


def weighted_by_sizes(frame: pl.LazyFrame, units: Units) -> pl.LazyFrame:
    """With weights that follow from the population sizes: one over the product of the shares."""
    share = np.ones(units.count)
    for stage, of in zip(units.stages, units.stage_of, strict=True):
        share *= np.where(stage.fraction > 0, stage.fraction, 1.0)[of]
    table = units.table.with_columns(pl.Series(WEIGHT, 1 / share)).lazy()
    return frame.drop(WEIGHT).join(table, on=list(units.keys), how="left", maintain_order="left")
