"""The framework over REACH's household survey, on an extract of its public dummy data.

The expected findings are worked out here from the raw cells in plain Python, written from the
meaning of each factor and not from its rule.
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from pyxform.xls2xform import convert

from sojourn import catalogue
from sojourn.cli import main
from sojourn.engines.examples import failures
from sojourn.standards.xforms import to_xform

DATA = Path(__file__).parents[1] / "data" / "reach_msna_2024"
TABLES = ("main", "roster", "edu_ind", "health_ind", "nut_ind")
FRAMEWORK = "reach-msna-2024"
MISSING = ("", "dnk", "pnta", "-999")

Row = dict[str, str]
Truth = bool | None


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


MAIN = read(DATA / "main.csv")
ROSTERS = {name: read(DATA / f"{name}.csv") for name in TABLES[1:]}


def rows_of(household: Row, roster: str) -> list[Row]:
    return [row for row in ROSTERS[roster] if row["uuid"] == household["uuid"]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The command as a person calls it; gives its exit code."""

    def call(*words: object) -> int:
        monkeypatch.setattr(sys, "argv", ["sojourn", *map(str, words)])
        try:
            main()
        except SystemExit as stop:
            return int(stop.code or 0)
        return 0

    return call


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    out = tmp_path_factory.mktemp("reach") / "out.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["sojourn", "assess", FRAMEWORK, str(DATA), "-o", str(out)])
        main()
    return {row["uuid"]: row for row in read(out)}


def copy_of(folder: Path, table: str, change: Callable[[list[Row]], None]) -> Path:
    """The extract with one table changed."""
    shutil.copytree(DATA, folder / "input")
    rows = read(DATA / f"{table}.csv")
    change(rows)
    with (folder / "input" / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return folder / "input"


# -- what a factor means, from the raw cells


def is_one(row: Row, question: str, *codes: str) -> Truth:
    return None if row[question] in MISSING else row[question] in codes


def chosen(row: Row, question: str, *codes: str) -> Truth:
    """Whether one of the codes was ticked; not knowing about the rest leaves it open."""
    ticked = set(row[question].split())
    if ticked & set(codes):
        return True
    return None if not ticked or ticked & {"dnk", "pnta"} else False


def some(truths: Iterator[Truth] | list[Truth]) -> Truth:
    found = list(truths)
    return True if True in found else None if None in found else False


def every(truths: list[Truth]) -> Truth:
    return False if False in truths else None if None in truths else True


def negated(truth: Truth) -> Truth:
    return None if truth is None else not truth


def ages(household: Row) -> list[int]:
    return [int(row["ind_age"]) for row in rows_of(household, "roster")]


def hungry(row: Row) -> Truth:
    """Two points or more of the Household Hunger Scale, as far as the answers can tell."""
    low = high = 0
    for item in ("nofoodhh", "sleephungry", "alldaynight"):
        asked, often = row[f"fsl_hhs_{item}"], row[f"fsl_hhs_{item}_freq"]
        if asked == "yes":
            low, high = low + 1 + (often == "often"), high + 1 + (often in ("often", ""))
        elif asked != "no":
            high += 2
    return True if low >= 2 else False if high < 2 else None


def far_from_water(row: Row) -> Truth:
    source, known, minutes = (
        row["wash_drinking_water_source"],
        row["wash_drinking_water_time_yn"],
        row["wash_drinking_water_time_int"],
    )
    if source == "piped_dwelling" or known == "water_on_premises":
        return False
    if known == "dnk":
        far = is_one(row, "wash_drinking_water_time_sl", "30min_1hr", "more_than_1hr")
    else:
        far = int(minutes) > 30 if known == "number_minutes" and minutes else None
    return far if source not in MISSING or far is False else None


def member_with_difficulty(household: Row) -> Truth:
    domains = ("vision", "hearing", "mobility", "cognition", "self_care", "communication")
    return some(
        [
            is_one(row, f"wgq_{domain}", "lot_of_difficulty", "cannot_do")
            for row in rows_of(household, "roster")
            if int(row["ind_age"]) >= 5
            for domain in domains
        ]
    )


def child_taken(row: Row) -> Truth:
    away = is_one(row, "prot_child_sep", "yes")
    forced = ("kidnapped", "detained", "missing", "separated_displacement", "left_armed_groups")
    return every([away, chosen(row, "prot_child_sep_reason", *forced)])


def care_not_received(household: Row) -> Truth:
    return some(
        every(
            [
                is_one(row, "health_ind_healthcare_needed", "yes"),
                is_one(row, "health_ind_healthcare_received", "no"),
            ]
        )
        for row in rows_of(household, "health_ind")
    )


def child_out_of_school(household: Row) -> Truth:
    """No row says an age here, so a `no` may be an adult's and only a `yes` rules a row out."""
    if not any(5 <= age <= 18 for age in ages(household)):
        return False
    said = [is_one(row, "edu_access", "no") for row in rows_of(household, "edu_ind")]
    return False if all(answer is False for answer in said) else None


def many_dependants(household: Row) -> bool:
    working = sum(15 <= age <= 64 for age in ages(household))
    return len(ages(household)) - working > 2 * working


def no_income(row: Row) -> Truth:
    """A named source is income, whatever else was ticked."""
    ticked = set(row["cm_income_source"].split())
    if ticked - {"none", "dnk", "pnta"}:
        return False
    return True if ticked == {"none"} else None


MEANINGS: dict[str, Callable[[Row], Truth]] = {
    "no_shelter": lambda row: is_one(row, "snfi_shelter_type", "none"),
    "eviction_risk": lambda row: is_one(row, "hlp_risk_eviction", "yes"),
    "owns_home": lambda row: every(
        [
            negated(is_one(row, "snfi_shelter_type", "none")),
            is_one(row, "hlp_occupancy", "ownership"),
        ]
    ),
    "water_far": far_from_water,
    "household_hunger": hungry,
    "no_income": no_income,
    "smartphone": lambda row: chosen(row, "etc_access_to_phone", "smartphone"),
    "remittances": lambda row: chosen(row, "cm_income_source", "remittances"),
    "child_separated_by_force": child_taken,
    "health_facility_far": lambda row: int(row["health_facility_time"]) > 60,
    "member_with_great_difficulty": member_with_difficulty,
    "many_dependants_per_adult": many_dependants,
    "only_older_members": lambda row: min(ages(row)) >= 60,
    "single_adult_with_children": lambda row: (
        sum(age >= 18 for age in ages(row)) == 1 and min(ages(row)) < 18
    ),
    "adults_share_care": lambda row: sum(18 <= age < 60 for age in ages(row)) >= 2,
    "care_not_received": care_not_received,
    "child_out_of_school": child_out_of_school,
}
WORDS = {True: "true", False: "false", None: ""}


@pytest.mark.parametrize("factor", MEANINGS)
def test_factor_follows_from_the_raw_cells(factor: str, findings: dict[str, Row]) -> None:
    expected = {row["uuid"]: WORDS[MEANINGS[factor](row)] for row in MAIN}
    assert {uuid: row[factor] for uuid, row in findings.items()} == expected


def test_food_scores_follow_from_the_raw_cells(findings: dict[str, Row]) -> None:
    foods = ("cereal", "legumes", "dairy", "meat", "veg", "fruit", "oil", "sugar")
    weights = ("2", "3", "4", "4", "1", "1", "0.5", "0.5")
    ways = {"lessquality": 1, "borrow": 2, "mealnb": 1, "mealsize": 1, "mealadult": 3}
    for row in MAIN:
        found = findings[row["uuid"]]
        fcs = sum(
            Decimal(row[f"fsl_fcs_{food}"]) * Decimal(weight)
            for food, weight in zip(foods, weights, strict=True)
        )
        rcsi = sum(int(row[f"fsl_rcsi_{way}"]) * weight for way, weight in ways.items())
        assert Decimal(found["fcs"]) == fcs
        assert found["fcs__class"] == _class_of(fcs, (21, "poor"), (35, "borderline"), "acceptable")
        assert Decimal(found["rcsi"]) == rcsi
        assert found["rcsi__class"] == _class_of(rcsi, (3, "low"), (18, "medium"), "high")


def _class_of(
    value: Decimal | int, first: tuple[int, str], second: tuple[int, str], rest: str
) -> str:
    return next((name for limit, name in (first, second) if value <= limit), rest)


# -- the framework itself


def test_its_examples_pass() -> None:
    framework = catalogue.load(FRAMEWORK)
    assert len(framework.examples) >= 6
    assert failures(framework) == []


def test_every_label_stands_in_four_languages() -> None:
    framework = catalogue.load(FRAMEWORK)
    labels = {factor.name: factor.label for factor in framework.factors}
    labels |= {response.name: response.label for response in framework.responses}
    for measure in framework.measures:
        labels[measure.name] = measure.label
        labels |= {f"{measure.name}/{item.name}": item.label for item in measure.classes}
    for question in framework.questions:
        labels |= {f"{question.name}/{item.name}": item.label for item in question.choices}
    for name, label in labels.items():
        assert set(label.by_language) == {"en", "fr", "ar", "es"}, name


def test_form_converts_for_phones_without_a_warning() -> None:
    warnings: list[str] = []
    framework = catalogue.load(FRAMEWORK)
    ours = {"missing", "data_class"}
    sheets = {
        name: [
            {column: cell for column, cell in row.items() if column not in ours}
            for row in framework.sheets[name]
        ]
        for name in ("survey", "choices", "settings")
    }
    convert(sheets, form_name="data", validate=False, warnings=warnings)
    assert warnings == []
    assert "indexed-repeat" in to_xform(framework)


# -- the command


def test_engines_and_kinds_of_input_give_one_file(run: Callable[..., int], tmp_path: Path) -> None:
    book = tmp_path / "data.xlsx"
    with xlsxwriter.Workbook(book) as workbook:
        for name in TABLES:
            table = pl.read_csv(DATA / f"{name}.csv", infer_schema_length=None)
            table.write_excel(workbook, worksheet=name)
    for engine in ("polars", "record"):
        for number, source in enumerate((DATA, book)):
            out = tmp_path / f"{engine}_{number}.csv"
            assert run("assess", FRAMEWORK, source, "-o", out, "--engine", engine) == 0
    assert len({path.read_bytes() for path in tmp_path.glob("*.csv")}) == 1


def test_rows_keep_their_order_and_key(findings: dict[str, Row]) -> None:
    assert list(findings) == [row["uuid"] for row in MAIN]
    first = next(iter(findings.values()))
    assert list(first)[:2] == ["uuid", "no_shelter"]
    assert list(first)[-1] == "known_share"


def test_code_that_is_not_in_the_list_is_refused(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def change(rows: list[Row]) -> None:
        rows[3]["snfi_shelter_type"] = "castle"
        rows[7]["fsl_fcs_meat"] = "8"

    source = copy_of(tmp_path, "main", change)
    assert run("assess", FRAMEWORK, source, "-o", tmp_path / "out.csv") == 2
    said = " ".join(capsys.readouterr().err.split())
    for part in ("main.csv", "row 4", "snfi_shelter_type", '"castle"', "collective_center"):
        assert part in said
    assert "There is 1 further case." in said
    assert not (tmp_path / "out.csv").exists()


def test_text_where_a_number_belongs_is_refused_in_a_roster(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def change(rows: list[Row]) -> None:
        rows[10]["ind_age"] = "old"

    source = copy_of(tmp_path, "roster", change)
    assert run("assess", FRAMEWORK, source, "-o", tmp_path / "out.csv") == 2
    said = " ".join(capsys.readouterr().err.split())
    for part in ("roster.csv", "row 11", "ind_age", '"old"', "a whole number"):
        assert part in said


def test_unusable_cells_can_count_as_unknown_and_are_listed(
    run: Callable[..., int], tmp_path: Path
) -> None:
    def change(rows: list[Row]) -> None:
        rows[3]["snfi_shelter_type"] = "castle"
        rows[7]["fsl_fcs_meat"] = "8"

    source, out = copy_of(tmp_path, "main", change), tmp_path / "out.csv"
    assert run("assess", FRAMEWORK, source, "-o", out, "--on-invalid", "unknown") == 0
    found, problems = read(out), read(tmp_path / "out.csv.problems.csv")
    assert found[3]["no_shelter"] == found[7]["fcs"] == found[7]["fcs__class"] == ""
    assert [(p["file"], p["row"], p["column"], p["value"]) for p in problems] == [
        ("main.csv", "4", "snfi_shelter_type", "castle"),
        ("main.csv", "8", "fsl_fcs_meat", "8"),
    ]


def test_codes_for_not_knowing_leave_numbers_unknown(
    run: Callable[..., int], tmp_path: Path
) -> None:
    def change(rows: list[Row]) -> None:
        rows[0]["health_facility_time"] = "-999"

    source, out = copy_of(tmp_path, "main", change), tmp_path / "out.csv"
    assert run("assess", FRAMEWORK, source, "-o", out) == 0
    assert read(out)[0]["health_facility_far"] == ""


def test_children_are_found_where_rows_say_an_age(run: Callable[..., int], tmp_path: Path) -> None:
    by_person = [row["ind_age"] for row in ROSTERS["roster"]]

    def change(rows: list[Row]) -> None:
        for row, age in zip(rows, by_person, strict=True):
            row["edu_ind_age"] = age

    source, out = copy_of(tmp_path, "edu_ind", change), tmp_path / "out.csv"
    assert run("assess", FRAMEWORK, source, "-o", out) == 0
    found = {row["uuid"]: row["child_out_of_school"] for row in read(out)}
    for household in MAIN:
        expected = some(
            is_one(row, "edu_access", "no")
            for row, age in zip(ROSTERS["edu_ind"], by_person, strict=True)
            if row["uuid"] == household["uuid"] and 5 <= int(age) <= 18
        )
        assert found[household["uuid"]] == WORDS[expected]
    assert "true" in found.values()


# -- the because


def answers_in(because: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Every answer in a reason: question, value, missing, row of its roster."""
    for seen in because.get("answers", ()):
        yield seen["question"], seen.get("value"), seen.get("missing"), seen.get("row")
    for part in because.get("parts", ()):
        yield from answers_in(part)


def test_every_answer_in_a_reason_is_the_raw_cell(run: Callable[..., int], tmp_path: Path) -> None:
    why = tmp_path / "why.json"
    assert run("assess", FRAMEWORK, DATA, "-o", tmp_path / "out.csv", "--explain", why) == 0
    explained = json.loads(why.read_text(encoding="utf-8"))
    questions = {q.name: q for q in catalogue.load(FRAMEWORK).questions}
    assert [unit["unit"]["uuid"] for unit in explained] == [row["uuid"] for row in MAIN]
    checked = 0
    for unit, household in list(zip(explained, MAIN, strict=True))[:10]:
        for factor in unit["factors"]:
            if factor["state"] != "present":
                continue
            seen = list(answers_in(factor["because"]))
            assert seen, factor["name"]
            for name, value, missing, number in seen:
                roster = questions[name].roster
                row = rows_of(household, roster)[number - 1] if roster else household
                words = row[name].split()
                cell = [word for word in words if word not in questions[name].missing_codes]
                assert sorted((value or "").split()) == sorted(cell), (factor["name"], name)
                assert (missing is None) == (len(cell) == len(words) > 0)
                checked += 1
    assert checked > 200
