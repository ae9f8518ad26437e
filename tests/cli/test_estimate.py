"""`sojourn estimate`, as an analyst uses it: results, and refusals in words."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from sojourn.cli import main

API = Path(__file__).parent.parent / "survey" / "reference" / "data" / "apistrat.csv"
DESIGN = ("--weights", "pw", "--strata", "stype", "--fpc", "fpc")


Run = Callable[..., tuple[int, str, Path]]


@pytest.fixture
def estimate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    def run(*words: str, table: Path | str = API, output: str = "out.csv") -> tuple[int, str, Path]:
        target = tmp_path / output
        given = ["sojourn", "estimate", str(table), *words, "-o", str(target)]
        monkeypatch.setattr("sys.argv", given)
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return code, capsys.readouterr().err, target

    return run


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_mean_with_its_error_is_that_of_r(estimate: Run) -> None:
    code, _said, output = estimate("--mean", "api00,enroll", *DESIGN)
    assert code == 0
    first, second = rows(output)
    assert float(first["estimate"]) == pytest.approx(662.28736315932076, rel=1e-12)
    assert float(first["se"]) == pytest.approx(9.4089408027845796, rel=1e-12)
    assert float(second["se"]) == pytest.approx(18.508510958577386, rel=1e-12)
    assert list(first) == [
        *("statistic", "variable", "category", "estimate", "se", "ci_low", "ci_high", "df"),
        *("deff", "n", "flags"),
    ]


def test_everything_can_be_asked_in_one_go(estimate: Run) -> None:
    words = ("--mean", "api00", "--total", "enroll", "--proportion", "sch.wide")
    more = ("--ratio", "api.stu/enroll", "--quantile", "api00@0.5", "--variance", "api00")
    last = ("--by", "awards", "--contrast", "awards=Yes minus awards=No")
    tests = (
        "--test",
        "chisq:awards,stype",
        "--test",
        "t:api00,awards",
        "--test",
        "rank:api00,awards",
    )
    code, said, output = estimate(
        *words, *more, *last, *tests, "--regress", "api00 ~ ell + stype", "--where",
        "${enroll} > 100", *DESIGN, output="out.json",
    )  # fmt: skip
    assert code == 0, said
    told = json.loads(output.read_text())
    assert {"mean", "total", "proportion", "ratio", "quantile", "variance", "regression"} <= {
        row["statistic"] for row in told
    }
    assert {"chisq", "t", "rank"} <= {row["statistic"] for row in told}
    assert "Yes minus No" in {row["awards"] for row in told}


def test_every_kind_of_file_holds_the_same(estimate: Run) -> None:
    found = []
    readers: dict[str, Callable[[Path], pl.DataFrame]] = {
        "csv": pl.read_csv,
        "parquet": pl.read_parquet,
        "json": pl.read_json,
    }
    for kind, reader in readers.items():
        code, said, output = estimate(
            "--mean", "api00", "--by", "stype", *DESIGN, output=f"o.{kind}"
        )
        assert code == 0, said
        found.append(reader(output).select("stype", "estimate", "se").rows())
    assert found[0] == found[1] == found[2]


def test_findings_of_a_framework_are_variables(estimate: Run, tmp_path: Path) -> None:
    table = tmp_path / "food.csv"
    names = ["FCSStap", "FCSPulse", "FCSDairy", "FCSPr", "FCSVeg", "FCSFruit", "FCSFat", "FCSSugar"]
    lines = [",".join([*names, "area"])]
    lines += [
        f"{7 - n % 3},{n % 4},0,{n % 2},3,1,2,1,{'north' if n % 2 else 'south'}" for n in range(40)
    ]
    table.write_text("\n".join(lines) + "\n")
    code, said, output = estimate(
        "--framework", "fcs", "--mean", "fcs", "--proportion", "fcs__class", "--by", "area",
        table=table,
    )  # fmt: skip
    assert code == 0, said
    assert {row["statistic"] for row in rows(output)} == {"mean", "proportion"}


@pytest.mark.parametrize(
    ("change", "words", "told"),
    [
        ({"w": "x"}, ("--mean", "y"), "the column w is no number: row 2"),
        ({"w": ""}, ("--mean", "y"), "the weight (w) is missing: row 2"),
        ({"w": "-1"}, ("--mean", "y"), "the weight (w) is below zero: row 2"),
        ({"y": "twelve"}, ("--mean", "y"), "the column y is no number: row 2"),
        ({"y": "inf"}, ("--mean", "y"), "the column y is no number: row 2"),
        ({"s": ""}, ("--mean", "y"), "the stratum (s) is missing: row 2"),
        ({"u": ""}, ("--mean", "y"), "the sampled unit (u) is missing: row 2"),
        ({"s": "b", "u": "1"}, ("--mean", "y", "--psu-unique"), "stands in more than one stratum"),
        ({"N": "1"}, ("--mean", "y", "--fpc", "N"), "more than one population size"),
        ({}, ("--mean", "z"), "there is no column z"),
        ({}, ("--mean", "y", "--where", "${y} >"), "'${y} >'"),
        ({}, ("--mean", "y", "--where", "${q} > 1"), "there is no column q"),
        ({}, ("--quantile", "y@2"), "between 0 and 1"),
        ({}, ("--quantile", "y"), "COLUMN@0.5"),
        ({}, ("--ratio", "y"), "TOP/BOTTOM"),
        ({}, ("--test", "chi:y,s"), "there is no test chi"),
        ({}, ("--regress", "y ~"), "y ~ a + b"),
        ({}, ("--mean", "y", "--replicates", "r*"), "--replicate-type"),
        ({}, ("--mean", "y", "--by", "s", "--contrast", "s=a"), "A=x minus A=y"),
        ({}, ("--mean", "y", "--by", "s", "--contrast", "s=a minus s=q"), "no two estimates"),
        ({}, ("--alkire-foster", "mpi"), "needs --framework"),
        ({}, (), "say what to estimate"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_leaves_no_file(
    change: dict[str, str], words: tuple[str, ...], told: str, estimate: Run, tmp_path: Path
) -> None:
    table = tmp_path / "rows.csv"
    good = {"s": "a", "u": "1", "w": "2", "y": "3", "N": "9"}
    lines = [",".join(good)]
    for n in range(8):
        row = {**good, "s": "ab"[n // 4], "u": str(n % 4), "y": str(n)}
        lines.append(",".join((row | change if n == 1 else row).values()))
    table.write_text("\n".join(lines) + "\n")
    design = ("--weights", "w", "--strata", "s", "--psu", "u")
    code, said, output = estimate(*words, *design, table=table)
    assert code == 2, said
    assert told in said
    assert "Traceback" not in said
    assert not output.exists()


def test_rows_that_were_not_drawn_say_so_everywhere(estimate: Run) -> None:
    code, said, output = estimate("--mean", "api00", "--sample", "non_probability")
    assert code == 0
    assert "not drawn by chance" in said
    (row,) = rows(output)
    assert (row["se"], row["ci_low"], row["flags"]) == ("", "", "no_design_error=non_probability")


def test_weights_are_made_to_fit(estimate: Run, tmp_path: Path) -> None:
    totals = tmp_path / "totals.csv"
    totals.write_text("stype,total\nE,4421\nH,755\nM,1018\n")
    code, said, output = estimate("--total", "enroll", "--poststratify", f"stype:{totals}", *DESIGN)
    assert code == 0, said
    totals.write_text("stype,total\nE,4421\nH,755\n")
    code, said, _output = estimate(
        "--total", "enroll", "--poststratify", f"stype:{totals}", *DESIGN
    )
    assert code == 2
    assert "have no known total, such as M" in said
    del output


def test_replicate_weights_are_made_of_the_design(estimate: Run) -> None:
    design = ("--total", "enroll", "--weights", "pw", "--strata", "stype")
    _code, _said, output = estimate(*design)
    (known,) = rows(output)
    code, said, output = estimate(*design, "--make-replicates", "JKn", output="made.csv")
    assert code == 0, said
    (found,) = rows(output)
    assert float(found["se"]) == pytest.approx(float(known["se"]), rel=1e-9)
    assert float(found["estimate"]) == pytest.approx(float(known["estimate"]), rel=1e-12)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--make-replicates", "BRR"), "half samples take two units"),
        (("--make-replicates", "JKn", "--replicates", "rep*"), "read by --replicates or made"),
        (("--replicate-count", "8"), "goes with --make-replicates"),
    ],
)
def test_replicates_that_cannot_be_made_are_refused(
    estimate: Run, words: tuple[str, ...], told: str
) -> None:
    more = ("--replicate-type", "BRR") if "--replicates" in words else ()
    code, said, output = estimate("--total", "enroll", *DESIGN, *words, *more)
    assert code == 2
    assert told in said
    assert not output.exists()
