"""How a sample was drawn: what decides the error of everything that is estimated from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sojourn.survey.problems import SurveyError


class Lonely(StrEnum):
    """What a stratum adds to a variance where only one unit of it was sampled.

    `fail` refuses. `remove` and `certainty` add nothing: the unit is left out, or was sure to be
    drawn. `adjust` takes its distance from zero, which is where influences have their mean.
    `average` lets it add what the other strata add on average.
    """

    FAIL = "fail"
    REMOVE = "remove"
    CERTAINTY = "certainty"
    ADJUST = "adjust"
    AVERAGE = "average"


class Kind(StrEnum):
    """How the rows came to be there. Only the first two have an error that a design explains."""

    PROBABILITY = "probability"
    CENSUS = "census"
    CALIBRATED = "calibrated_non_probability"
    NON_PROBABILITY = "non_probability"

    @property
    def has_design_error(self) -> bool:
        return self in (Kind.PROBABILITY, Kind.CENSUS)


class ReplicateType(StrEnum):
    """How replicate weights were made, which decides how their spread is counted."""

    JK1 = "JK1"
    JKN = "JKn"
    BRR = "BRR"
    FAY = "Fay"
    BOOTSTRAP = "bootstrap"
    SDR = "SDR"


class Center(StrEnum):
    """From where the spread of replicates is counted: their mean, or the full estimate."""

    REPLICATES = "replicates"
    ESTIMATE = "estimate"


@dataclass(frozen=True)
class Replicates:
    """Columns of replicate weights and how their spread becomes a variance:
    scale x sum of rscale_r (theta_r - center)^2.

    `scale` and `rscales` are those of the type where they are None; the type `JKn` has none of its
    own. `factors` says that the columns multiply the weight; otherwise they take its place. `rho`
    is the coefficient of Fay's method.
    """

    columns: tuple[str, ...]
    type: ReplicateType
    scale: float | None = None
    rscales: tuple[float, ...] | None = None
    center: Center = Center.REPLICATES
    rho: float | None = None
    factors: bool = False

    def __post_init__(self) -> None:
        count = len(self.columns)
        if count < 2:
            raise SurveyError(
                f"{count} column of replicate weights was found; a variance takes at least 2"
            )
        if self.rscales is not None and len(self.rscales) != count:
            raise SurveyError(
                f"there are {count} replicates and {len(self.rscales)} replicate scales; give one "
                "for each"
            )
        if self.type is ReplicateType.JKN and self.rscales is None:
            raise SurveyError(
                "replicates of the type JKn need a scale for each of them, (n - 1) / n of its "
                "stratum; the file's documentation lists them"
            )
        if self.type is ReplicateType.FAY and self.rho is None:
            raise SurveyError("replicates of the type Fay need rho, such as 0.3")
        if self.rho is not None and self.type is not ReplicateType.FAY:
            raise SurveyError(f"rho goes with the type Fay, not with {self.type}")
        if self.rho is not None and not 0 <= self.rho < 1:
            raise SurveyError(f"rho is at least 0 and below 1; it cannot be {self.rho:g}")

    def scales(self) -> tuple[float, tuple[float, ...]]:
        """The scale and one further scale for each replicate.

        BRR 1/R; Fay 1/(R (1 - rho)^2); JK1 (R - 1)/R; JKn 1 with (n_h - 1)/n_h each; bootstrap
        1/(R - 1); successive differences 4/R (Judkins 1990; Fay and Train 1995).
        """
        count = len(self.columns)
        usual = {
            ReplicateType.JK1: (count - 1) / count,
            ReplicateType.JKN: 1.0,
            ReplicateType.BRR: 1 / count,
            ReplicateType.FAY: 1 / (count * (1 - (self.rho or 0)) ** 2),
            ReplicateType.BOOTSTRAP: 1 / (count - 1),
            ReplicateType.SDR: 4 / count,
        }
        scale = usual[self.type] if self.scale is None else self.scale
        return scale, self.rscales or (1.0,) * count


@dataclass(frozen=True)
class Design:
    """The design of a sample, by the names of the columns that hold it.

    `weights`: how many units of the population a row stands for. Without it weights follow from
    `fpc` (units of the population over units drawn, stage by stage), or are 1 each.
    `strata`: the stratum of the first stage. `psu`: the sampled unit of each stage, the largest
    first; without it each row was drawn itself. `fpc`: for each stage the number of units that
    there are in the population, or the share that was drawn where no value is above 1. A stage
    without one counts as drawn from a population without end, and what was drawn below it adds
    nothing.
    `psu_unique`: ids of the first stage are unique; one that stands in two strata is refused.
    Otherwise ids count within their stratum.
    `pps`: the shares of `fpc` differ between units, which were drawn with unequal probabilities
    without replacement; their joint probabilities are approximated (Brewer 2002).
    `lonely_in_domains`: a stratum of which a domain holds one unit alone is treated as lonely
    there, too, where the rule is `adjust` or `average`.
    """

    weights: str | None = None
    strata: str | None = None
    psu: tuple[str, ...] = ()
    fpc: tuple[str, ...] = ()
    lonely: Lonely = Lonely.FAIL
    psu_unique: bool = False
    pps: bool = False
    lonely_in_domains: bool = False
    replicates: Replicates | None = None
    kind: Kind = Kind.PROBABILITY

    def __post_init__(self) -> None:
        stages = max(len(self.psu), 1)
        if len(self.fpc) > stages:
            raise SurveyError(
                f"{len(self.fpc)} population sizes were named for {_stages(stages)}; name one for "
                "each stage at most"
            )
        if self.replicates is not None and self.has_units:
            raise SurveyError(
                "replicate weights hold the design already; name them or strata, units and "
                "population sizes, not both"
            )
        if not self.kind.has_design_error and (self.has_units or self.replicates is not None):
            raise SurveyError(
                "a sample that was not drawn by chance has no strata, units or replicates to count "
                "an error from; leave them out, or say that it is a probability sample"
            )
        if self.pps and not self.fpc:
            raise SurveyError("unequal probabilities need the share drawn of each unit as fpc")
        if self.lonely_in_domains and self.lonely not in (Lonely.ADJUST, Lonely.AVERAGE):
            raise SurveyError(
                "lonely units inside domains are counted by the rules adjust and average only"
            )

    @property
    def has_units(self) -> bool:
        """Whether strata, sampled units or population sizes are named."""
        return bool(self.strata or self.psu or self.fpc)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the design is read from."""
        named = [self.weights, self.strata, *self.psu, *self.fpc]
        replicates = self.replicates.columns if self.replicates is not None else ()
        return (*dict.fromkeys(name for name in named if name), *replicates)


def _stages(count: int) -> str:
    return "one stage" if count == 1 else f"{count} stages"
