"""Population analysis: how many, where, and how sure.

A `Sample` is a table with its `Design`. Estimates are made from it and know their error:

    sample = Sample.of(table, Design(weights="weight", strata="stratum", psu=("village",)))
    mean(sample, "income", by="district").frame()
"""

from sojourn.survey.conditions import condition
from sojourn.survey.deprivation import Indicator, alkire_foster
from sojourn.survey.design import Center, Design, Kind, Lonely, Replicates, ReplicateType
from sojourn.survey.estimates import Estimates, Line
from sojourn.survey.hypotheses import association, rank_test, t_test
from sojourn.survey.inequality import gini, lorenz
from sojourn.survey.intervals import Interval
from sojourn.survey.means import correlation, covariance, mean, proportion, ratio, total, variance
from sojourn.survey.problems import SurveyError
from sojourn.survey.quantile import Rule, quantiles
from sojourn.survey.regression import Family, regress
from sojourn.survey.replication import replicate
from sojourn.survey.sample import Sample
from sojourn.survey.weighting import Distance, Total, calibrate, poststratify, rake, trim

__all__ = [
    "Center",
    "Design",
    "Distance",
    "Estimates",
    "Family",
    "Indicator",
    "Interval",
    "Kind",
    "Line",
    "Lonely",
    "ReplicateType",
    "Replicates",
    "Rule",
    "Sample",
    "SurveyError",
    "Total",
    "alkire_foster",
    "association",
    "calibrate",
    "condition",
    "correlation",
    "covariance",
    "gini",
    "lorenz",
    "mean",
    "poststratify",
    "proportion",
    "quantiles",
    "rake",
    "rank_test",
    "ratio",
    "regress",
    "replicate",
    "t_test",
    "total",
    "trim",
    "variance",
]
