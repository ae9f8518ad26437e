"""An invented survey of any size, and a framework of 150 rules over it."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from sojourn.language import yaml_file

CHOICES, NUMBERS, DECIMALS, SEVERAL = 60, 20, 5, 5
LABEL = "label::English (en)"


def framework(path: Path, rules: int = 150) -> Path:
    """A framework with `rules` factors: cut-offs, two- and three-part conditions, choices."""
    survey: list[dict[str, str]] = []
    survey += [_question(f"c{i}", "select_one yn") for i in range(CHOICES)]
    survey += [_question(f"n{i}", "integer") for i in range(NUMBERS)]
    survey += [_question(f"d{i}", "decimal") for i in range(DECIMALS)]
    survey += [_question(f"m{i}", "select_multiple kinds") for i in range(SEVERAL)]
    yn = ("yes", "no", "dk", "pnta")
    choices = [{"list_name": "yn", "name": code, LABEL: code} for code in yn]
    choices += [{"list_name": "kinds", "name": code, LABEL: code} for code in ("a", "b", "c")]
    sheets = {
        "survey": tuple(survey),
        "choices": tuple(choices),
        "settings": ({"form_id": "bench", "version": "1", "default_language": "English (en)"},),
        "factors": tuple(_factor(i) for i in range(rules)),
        "measures": (_measure(),),
    }
    yaml_file.write(sheets, path)
    return path


def poverty(path: Path, indicators: int = 10) -> Path:
    """A framework of one Alkire-Foster measure over ten deprivations in three dimensions."""
    survey = [_question(f"n{i}", "integer") for i in range(indicators)]
    factors = [
        {**_about(i), "name": f"deprived{i}", "rule": f"${{n{i}}} < {2 + i % 5}"}
        for i in range(indicators)
    ]
    names = [factor["name"] for factor in factors]
    blocks = {"health": names[:2], "school": names[2:4], "living": names[4:]}
    measure = {
        "name": "poverty",
        LABEL: "Poverty",
        "kind": "alkire_foster",
        "components": "; ".join(f"{name}: {' '.join(own)}" for name, own in blocks.items()),
        "k": "1/3",
    }
    sheets = {
        "survey": tuple(survey),
        "settings": ({"form_id": "poverty", "version": "1", "default_language": "English (en)"},),
        "factors": tuple(factors),
        "measures": (measure,),
    }
    yaml_file.write(sheets, path)
    return path


def _about(i: int) -> dict[str, str]:
    return {
        LABEL: f"Factor {i}",
        "level": ("individual", "household")[i % 2],
        "effect": "risk",
        "nature": "situational",
    }


def _question(name: str, kind: str) -> dict[str, str]:
    return {"type": kind, "name": name, LABEL: name}


def _factor(i: int) -> dict[str, str]:
    a, b = f"${{c{i % CHOICES}}}", f"${{c{(i * 7 + 3) % CHOICES}}}"
    number, decimal = f"${{n{i % NUMBERS}}}", f"${{d{i % DECIMALS}}}"
    several = f"${{m{i % SEVERAL}}}"
    rule = (
        f"{a} = 'yes'",
        f"{a} = 'yes' and {b} = 'no'",
        f"({a} = 'yes' or {b} = 'yes') and {number} >= {i % 8}",
        f"{decimal} < {20 + i % 60}.5 or {a} = 'yes'",
        f"selected({several}, 'a') and not({a} = 'no')",
    )[i % 5]
    return {
        "name": f"f{i}",
        LABEL: f"Factor {i}",
        "level": ("individual", "household")[i % 2],
        "effect": ("risk", "protective")[i % 3 == 0],
        "nature": "situational",
        "rule": rule,
    }


def _measure() -> dict[str, str]:
    return {
        "name": "balance",
        LABEL: "Balance",
        "kind": "weighted_sum",
        "components": "risk:* protective:*",
        "weights": "own -own",
        "missing": "available 20%",
        "classes": "low <= 0 | some <= 10 | high",
    }


def survey(path: Path, rows: int, group: int = 100_000) -> Path:
    """A Parquet file of `rows` units in groups of `group`, made without holding it in memory."""
    codes = pl.Series(["yes", "no", "dk", "pnta", None])
    sets = pl.Series(["a", "b", "c", "a b", "b c", "a b c", None])
    frame = pl.LazyFrame({"at": pl.int_range(0, rows, eager=True)})
    columns = [pl.col("at").alias("id")]
    columns += [_pick(codes, i).alias(f"c{i}") for i in range(CHOICES)]
    columns += [(_draw(100 + i) % 9).cast(pl.Int64).alias(f"n{i}") for i in range(NUMBERS)]
    columns += [((_draw(200 + i) % 1000) / 10).alias(f"d{i}") for i in range(DECIMALS)]
    columns += [_pick(sets, 300 + i).alias(f"m{i}") for i in range(SEVERAL)]
    frame.select(columns).sink_parquet(path, row_group_size=group)
    return path


def _draw(seed: int) -> pl.Expr:
    return pl.col("at").hash(seed)


def _pick(values: pl.Series, seed: int) -> pl.Expr:
    """One of a few values, evenly, by a hash of the row number."""
    result = pl.lit(values[0], dtype=values.dtype)
    drawn = _draw(seed) % len(values)
    for at, value in enumerate(values[1:], start=1):
        result = pl.when(drawn == at).then(pl.lit(value, dtype=values.dtype)).otherwise(result)
    return result
