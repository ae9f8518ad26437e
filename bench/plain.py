"""What somebody would write instead: the same 150 rules by hand, in pandas, over the same file.

Run as a program so that the figure pays for its own process. The outcomes are the same three
values; a test compares them with ours.
"""

from __future__ import annotations

import sys

import pandas as pd

from bench.data import CHOICES, DECIMALS, NUMBERS, SEVERAL


def find(survey: pd.DataFrame, rules: int) -> pd.DataFrame:
    """True, false or missing for every row and rule; unknown is not no."""
    answers = {
        name: survey[name].mask(survey[name].isin(["dk", "pnta"])).astype("string")
        for name in survey.columns
        if name.startswith("c")
    }
    several = {name: survey[name].astype("string") for name in survey if name.startswith("m")}
    found = {"id": survey["id"]}
    for i in range(rules):
        a, b = answers[f"c{i % CHOICES}"], answers[f"c{(i * 7 + 3) % CHOICES}"]
        number = survey[f"n{i % NUMBERS}"].astype("Int64")
        decimal = survey[f"d{i % DECIMALS}"].astype("Float64")
        chosen = several[f"m{i % SEVERAL}"].str.contains(r"\ba\b", regex=True).astype("boolean")
        match i % 5:
            case 0:
                found[f"f{i}"] = a == "yes"
            case 1:
                found[f"f{i}"] = (a == "yes") & (b == "no")
            case 2:
                found[f"f{i}"] = ((a == "yes") | (b == "yes")) & (number >= i % 8)
            case 3:
                found[f"f{i}"] = (decimal < 20 + i % 60 + 0.5) | (a == "yes")
            case _:
                found[f"f{i}"] = chosen & ~(a == "no")
    return pd.DataFrame(found)


if __name__ == "__main__":
    source, target = sys.argv[1], sys.argv[2]
    find(pd.read_parquet(source), 150).to_parquet(target)
