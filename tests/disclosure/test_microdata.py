"""How easily people are found in single rows: small files that can be counted by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sojourn.disclosure import DisclosureError
from sojourn.disclosure.microdata import Diversity, anonymity, diversity, individual_risk, risk

HOSPITAL = pl.DataFrame(
    {
        "zip": ["130**"] * 4 + ["1485*"] * 4 + ["130**"] * 4,
        "age": ["<30"] * 4 + [">=40"] * 4 + ["3*"] * 4,
        "condition": [
            *("heart", "heart", "viral", "viral"),
            *("cancer", "heart", "viral", "viral"),
            *("cancer", "cancer", "cancer", "cancer"),
        ],
    }
)
"""The 4-anonymous table of Machanavajjhala and others (2007), whose third class has one value."""


def test_the_textbook_table_is_4_anonymous() -> None:
    found = anonymity(HOSPITAL, ["zip", "age"], k=5)
    assert (found.k, found.below, found.classes) == (4, 12, 3)
    assert anonymity(HOSPITAL, ["zip", "age"], k=4).below == 0


def test_the_textbook_table_gives_one_class_away() -> None:
    (found,) = diversity(HOSPITAL, ["zip", "age"], ["condition"])
    assert found == Diversity("condition", l=1, t=found.t, uniform=4)
    assert found.t == pytest.approx(1 - 5 / 12)


def test_a_class_like_everybody_says_nothing() -> None:
    frame = pl.DataFrame({"sex": ["f", "f", "m", "m"], "ill": ["yes", "no", "no", "yes"]})
    (found,) = diversity(frame, ["sex"], ["ill"])
    assert (found.l, found.t, found.uniform) == (2, 0.0, 0)


def test_a_missing_value_is_a_value_of_its_own() -> None:
    frame = pl.DataFrame({"sex": ["f", "f", None], "ill": ["yes", None, None]})
    assert anonymity(frame, ["sex"]).k == 1
    (found,) = diversity(frame, ["sex"], ["ill"])
    assert (found.l, found.uniform) == (1, 1)


def test_a_sensitive_column_can_be_a_quasi_identifier_too() -> None:
    (found,) = diversity(HOSPITAL, ["zip", "age"], ["age"])
    assert (found.l, found.uniform) == (1, 12)


def test_a_file_that_is_the_population_is_as_risky_as_its_classes_are_small() -> None:
    found = risk(HOSPITAL, ["zip", "age"])
    assert found.highest == pytest.approx(1 / 4)
    assert found.expected == pytest.approx(3)  # one of each class is found
    assert found.expected_share == pytest.approx(3 / 12)


@pytest.mark.parametrize("p", [0.01, 0.1, 0.5, 0.9])
def test_the_risk_is_that_of_the_formulas_for_one_two_and_three_rows(p: float) -> None:
    q, log = 1 - p, np.log(p)
    published = [
        -p / q * log,
        p / q**2 * (p * log + q),
        p / (2 * q**3) * (q * (3 * q - 2) - 2 * p**2 * log),
    ]
    rows = np.array([1.0, 2.0, 3.0])
    assert individual_risk(rows, rows / p) == pytest.approx(published)


def test_the_risk_is_the_mean_of_one_over_the_population() -> None:
    rows, p = 4.0, 0.2
    chance = np.random.default_rng(1)
    population = rows + chance.negative_binomial(rows, p, 400_000)
    assert individual_risk(np.array([rows]), np.array([rows / p]))[0] == pytest.approx(
        (1 / population).mean(), rel=0.01
    )


def test_weights_lower_the_risk_of_unique_rows() -> None:
    frame = pl.DataFrame({"age": [20, 30, 30], "w": [50.0, 40.0, 60.0]})
    found = risk(frame, ["age"], "w", k=2)
    assert found.sample_uniques == 1
    assert found.population_uniques == pytest.approx(1 / 50)
    assert found.highest < 0.1
    assert risk(frame, ["age"]).highest == 1


def test_the_column_that_parts_people_most_is_named_first() -> None:
    frame = pl.DataFrame({"sex": ["f", "m"] * 10, "village": [f"v{at}" for at in range(20)]})
    first, second = risk(frame, ["sex", "village"], k=5).recodings
    assert (first.column, first.left_out, first.values, first.rare) == ("village", 0, 20, 20)
    assert (second.column, second.left_out) == ("sex", 20)


def test_a_single_column_can_be_left_out() -> None:
    (only,) = risk(HOSPITAL, ["zip"], k=5).recodings
    assert only.left_out == 0


def test_a_million_rows_in_chunks_are_the_same_as_in_one() -> None:
    rows = 1_000_000
    at = pl.int_range(rows, eager=True)
    frame = pl.DataFrame({"a": at % 97, "b": at % 89, "c": at % 7, "w": at % 5 + 1})
    parts = pl.concat([frame[:123_456], frame[123_456:]], rechunk=False)
    whole, chunks = (risk(each.lazy(), ["a", "b", "c"], "w") for each in (frame, parts))
    assert whole == chunks
    assert whole.rows == rows


def test_a_file_without_rows_has_no_risk() -> None:
    found = risk(HOSPITAL.clear(), ["zip", "age"])
    assert (found.rows, found.expected, found.expected_share, found.anonymity.k) == (0, 0, 0, 0)
    (nothing,) = diversity(HOSPITAL.clear(), ["zip"], ["condition"])
    assert nothing.l == 0


@pytest.mark.parametrize("weight", [0.5, None, float("nan"), float("inf"), -3.0])
def test_weights_that_cannot_be_are_refused_without_a_value(weight: float | None) -> None:
    frame = pl.DataFrame({"age": [20, 30], "w": [2.0, weight]})
    with pytest.raises(DisclosureError, match="w: 1 rows have a weight"):
        risk(frame, ["age"], "w")


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(DisclosureError, match="no column size; it has zip, age, condition"):
        anonymity(HOSPITAL, ["zip", "size"])


def test_without_quasi_identifiers_there_is_nothing_to_say() -> None:
    with pytest.raises(DisclosureError, match="somebody outside may know"):
        anonymity(HOSPITAL, [])
