"""`sojourn estimate`: how many, how much, and how sure, over a whole table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from sojourn.cli.finding import find_framework
from sojourn.cli.progress import progress_bar
from sojourn.language import load_framework
from sojourn.standards import estimating
from sojourn.survey.design import Center, Design, Kind, Lonely, Replicates, ReplicateType
from sojourn.survey.intervals import Interval
from sojourn.survey.quantile import Rule
from sojourn.survey.regression import Family
from sojourn.survey.replication import replicate
from sojourn.survey.weighting import Distance

_FILE = click.Path(path_type=Path, dir_okay=False)


def _several(name: str, metavar: str, told: str) -> Callable[[Any], Any]:
    return click.option(name, multiple=True, metavar=metavar, help=told)


def _choice(kinds: Any) -> click.Choice[str]:
    return click.Choice([each.value for each in kinds])


@click.command()
@click.argument("input_", metavar="INPUT", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=_FILE, help=".csv, .parquet, .json or .xlsx.")
@_several("--mean", "V,...", "Means of these columns.")
@_several("--total", "V,...", "Totals.")
@_several("--proportion", "V,...", "The share of each category.")
@_several("--ratio", "A/B,...", "Ratios of totals.")
@_several("--quantile", "V@P,...", "Quantiles, such as income@0.5.")
@_several("--variance", "V,...", "Variances in the population.")
@_several("--correlation", "A*B,...", "Correlations.")
@_several("--gini", "V,...", "Gini's coefficient.")
@_several("--lorenz", "V,...", "The Lorenz curve, in tenths.")
@_several("--regress", "'Y ~ A + B'", "The coefficients of a regression.")
@click.option(
    "--family", type=_choice(Family), default="gaussian", show_default=True, help="Of --regress."
)
@_several("--reference", "V=X", "The category that others are compared with in --regress.")
@_several("--alkire-foster", "MEASURE", "Headcount, intensity and M0; needs --framework.")
@_several("--test", "chisq:A,B | t:Y,G | rank:Y,G", "A test that knows the design.")
@click.option("--framework", help="Its factors, responses and measures are columns, too.")
@click.option("--by", default="", metavar="C,...", help="For each combination of these columns.")
@_several("--contrast", "'A=x minus A=y'", "The difference of two of them.")
@click.option(
    "--where", default="", metavar="EXPR", help="Only these rows; all stay in the design."
)
@click.option("--sheet", default="", help="Which sheet of a workbook.")
@click.option("--weights", metavar="W", help="The column of weights.")
@click.option("--strata", metavar="S", help="The column of strata.")
@click.option("--psu", default="", metavar="STAGE1,...", help="The sampled unit of each stage.")
@click.option("--psu-unique", is_flag=True, help="Refuse a unit that stands in two strata.")
@click.option("--fpc", default="", metavar="FPC1,...", help="Population sizes, or shares drawn.")
@click.option("--pps", is_flag=True, help="Shares drawn differ between units (Brewer).")
@click.option("--lonely", type=_choice(Lonely), default="fail", show_default=True)
@click.option("--lonely-in-domains", is_flag=True, help="Apply the rule inside domains, too.")
@click.option("--sample", "kind", type=_choice(Kind), default="probability", show_default=True)
@click.option("--replicates", metavar="PATTERN", help="Columns of replicate weights, as 'rep*'.")
@click.option("--replicate-type", type=_choice(ReplicateType))
@click.option("--replicate-scale", type=float)
@click.option("--replicate-rscales", default="", metavar="A,B,...")
@click.option("--replicate-center", type=_choice(Center), default="replicates", show_default=True)
@click.option("--fay-rho", type=float)
@click.option("--combined-weights/--factor-weights", default=True, help="What replicates are.")
@click.option(
    "--make-replicates", type=_choice(ReplicateType), help="Make replicate weights of the design."
)
@click.option("--replicate-count", type=int, metavar="N", help="How many of them.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of a bootstrap that is made.")
@click.option("--poststratify", metavar="C:FILE.csv", help="Fit weights to known cells.")
@click.option("--rake", type=_FILE, help="Fit weights to known margins.")
@click.option("--calibrate", type=_FILE, help="Fit weights to known totals.")
@click.option("--calibrate-function", type=_choice(Distance), default="linear", show_default=True)
@click.option("--bounds", metavar="L,U", help="Of the factors of --calibrate.")
@click.option("--trim", metavar="L,U", help="The least and the most a weight may be.")
@click.option("--ci", type=_choice(Interval), help="mean; of shares logit.")
@click.option("--ci-level", type=click.FloatRange(0.5, 0.9999), default=0.95, show_default=True)
@click.option("--df", type=click.Choice(["design", "domain", "inf"]), default="design")
@click.option("--quantile-rule", type=_choice(Rule), default="hf1", show_default=True)
def estimate(
    input_: Path,
    output: Path,
    framework: str | None,
    where: str,
    by: str,
    sheet: str,
    **given: Any,
) -> None:
    """Estimate from the rows of INPUT, with errors that follow from how they were drawn.

    INPUT is a .csv, .parquet or .xlsx file or a folder of Parquet parts. Rows where an analysed
    column is empty stay in the design and out of the estimate; their number is in `flags`.
    """
    asked = estimating.Asked(
        means=_names(given["mean"]),
        totals=_names(given["total"]),
        proportions=_names(given["proportion"]),
        ratios=_names(given["ratio"]),
        quantiles=_quantiles(given["quantile"]),
        variances=_names(given["variance"]),
        correlations=tuple(_pair(text) for text in _names(given["correlation"])),
        ginis=_names(given["gini"]),
        lorenz=_names(given["lorenz"]),
        regressions=tuple((text, Family(given["family"])) for text in given["regress"]),
        deprivations=_names(given["alkire_foster"]),
        tests=tuple(given["test"]),
        by=_names([by]),
        contrasts=tuple(given["contrast"]),
        where=where,
        references=dict(_reference(text) for text in given["reference"]),
    )
    if asked.is_empty:
        raise click.UsageError("say what to estimate, such as --mean or --proportion")
    if asked.contrasts and not asked.by:
        raise click.UsageError("--contrast compares what --by parts; name its columns there")
    how = estimating.Conventions(
        Interval(given["ci"]) if given["ci"] else None,
        given["ci_level"],
        given["df"],
        Rule(given["quantile_rule"]),
    )
    design = _design(given)
    replicates = _replicates(given)
    found = load_framework(find_framework(framework)) if framework else None
    with (
        progress_bar(Console(stderr=True), "Estimating", None) as advance,
        estimating.opened(input_, found, advance, sheet) as frame,
    ):
        sample = estimating.bound(
            *(frame, design, _fitting(given)),
            pattern=given["replicates"] or "",
            replicates=replicates,
            make=_making(given),
        )
        table = estimating.estimate(sample, asked, how, found)
        estimating.write(table, output)
    click.echo(f"{table.height} estimates from {sample.rows:,} rows -> {output}", err=True)
    if not design.kind.has_design_error:
        click.echo(
            "These rows were not drawn by chance: shares are of those reached, and no error is "
            "told, because no design explains one.",
            err=True,
        )


def _names(texts: Any) -> tuple[str, ...]:
    return tuple(name.strip() for text in texts for name in text.split(",") if name.strip())


def _quantiles(texts: Any) -> tuple[tuple[str, float], ...]:
    found = []
    for text in _names(texts):
        name, at, share = text.rpartition("@")
        try:
            found.append((name, float(share)))
        except ValueError as error:
            raise click.UsageError(f"write a quantile as COLUMN@0.5, not as {text}") from error
        if not at or not name:
            raise click.UsageError(f"write a quantile as COLUMN@0.5, not as {text}")
    return tuple(found)


def _pair(text: str) -> tuple[str, str]:
    one, star, other = text.partition("*")
    if not star or not one.strip() or not other.strip():
        raise click.UsageError(f"write a correlation as A*B, not as {text}")
    return one.strip(), other.strip()


def _reference(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise click.UsageError(f"write a reference as COLUMN=CATEGORY, not as {text}")
    return name.strip(), value.strip()


def _design(given: dict[str, Any]) -> Design:
    return Design(
        weights=given["weights"],
        strata=given["strata"],
        psu=_names([given["psu"]]),
        fpc=_names([given["fpc"]]),
        lonely=Lonely(given["lonely"]),
        psu_unique=given["psu_unique"],
        pps=given["pps"],
        lonely_in_domains=given["lonely_in_domains"],
        kind=Kind(given["kind"]),
    )


def _replicates(given: dict[str, Any]) -> Callable[[tuple[str, ...]], Replicates] | None:
    if not given["replicates"]:
        if given["replicate_type"]:
            raise click.UsageError("--replicate-type goes with --replicates")
        return None
    if not given["replicate_type"]:
        raise click.UsageError("--replicates needs --replicate-type: how they were made")
    if given["weights"] is None:
        raise click.UsageError("--replicates needs --weights: the full weight of each row")
    numbers = _numbers(given["replicate_rscales"], "--replicate-rscales")

    def made(columns: tuple[str, ...]) -> Replicates:
        return Replicates(
            columns,
            ReplicateType(given["replicate_type"]),
            scale=given["replicate_scale"],
            rscales=numbers or None,
            center=Center(given["replicate_center"]),
            rho=given["fay_rho"],
            factors=not given["combined_weights"],
        )

    return made


def _making(given: dict[str, Any]) -> estimating.Making | None:
    if not given["make_replicates"]:
        if given["replicate_count"] is not None:
            raise click.UsageError("--replicate-count goes with --make-replicates")
        return None
    if given["replicates"]:
        raise click.UsageError("replicates are read by --replicates or made, not both")
    return partial(
        replicate,
        type_=ReplicateType(given["make_replicates"]),
        count=given["replicate_count"],
        rho=given["fay_rho"],
        center=Center(given["replicate_center"]),
        seed=given["seed"],
    )


def _fitting(given: dict[str, Any]) -> estimating.Fitting:
    cells = None
    if given["poststratify"]:
        columns, colon, file = given["poststratify"].partition(":")
        if not colon or not _names([columns]):
            raise click.UsageError("write --poststratify as COLUMN:FILE.csv")
        cells = (_names([columns]), Path(file))
    bounds = _numbers(given["bounds"] or "", "--bounds")
    trim = _numbers(given["trim"] or "", "--trim")
    for name, two in (("--bounds", bounds), ("--trim", trim)):
        if two and len(two) != 2:
            raise click.UsageError(f"{name} takes two numbers, the smaller one first")
    return estimating.Fitting(
        cells,
        given["rake"],
        given["calibrate"],
        Distance(given["calibrate_function"]),
        (bounds[0], bounds[1]) if bounds else None,
        (trim[0], trim[1]) if trim else None,
    )


def _numbers(text: str, option: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in _names([text]))
    except ValueError as error:
        raise click.UsageError(f"{option} takes numbers, separated by commas") from error
