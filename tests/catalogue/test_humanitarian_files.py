"""`sojourn assess` on tables with the published column names, and on public template data."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.catalogue.humanitarian import FCS, LCS_COLUMNS, RCSI, Row, assessed, read

HOUSEHOLDS = read(Path(__file__).parents[1] / "data" / "impactr4phu" / "households.csv")
"""Random answers of a public template: see the README beside them."""

FOODS = ("cereal", "legumes", "dairy", "meat", "veg", "fruit", "oil", "sugar")
CUTS = ("lessquality", "borrow", "mealnb", "mealsize", "mealadult")
SIGNS = {"NoFood": "nofoodhh", "BedHung": "sleephungry", "NotEat": "alldaynight"}
WAYS = (
    *("stress1", "stress2", "stress3", "stress4", "crisis1", "crisis2", "crisis3"),
    *("emergency1", "emergency2", "emergency3"),
)
LCS_CODES = {"no_had_no_need": "10", "no_exhausted": "20", "yes": "30", "not_applicable": "9999"}
OFTEN = {"": "", "rarely": "1", "sometimes": "2", "often": "3"}
YES_NO = {"yes": "1", "no": "0"}
GROUPS = {
    "StapCer": "cereals",
    "StapRoot": "tubers",
    "Pulse": "legumes",
    "Dairy": "dairy",
    "PrMeat": "meat",
    "PrFish": "fish",
    "PrEggs": "eggs",
    "Veg": "veg",
    "Fruit": "fruit",
    "Fat": "oil",
    "Sugar": "sugar",
    "Cond": "condiments",
}
FUNCTIONS = {
    "See": "seeing",
    "Hear": "hearing",
    "Walk": "walking",
    "Remember": "remembering",
    "Wash": "self_care",
    "Understand": "communicating",
}
DIFFICULTY = {
    "no_difficulty": "1",
    "some_difficulty": "2",
    "a_lot_of_difficulty": "3",
    "cannot_do_at_all": "4",
    "dont_know": "888",
    "refused_to_answer": "999",
}


def published(row: Row) -> Row:
    """The answers of one household under the published names and codes."""
    answers = {"id": row["id"], "FCSCond": row["fsl_fcs_condiment"]}
    answers |= {n: row[f"fsl_fcs_{food}"] for n, food in zip(FCS, FOODS, strict=True)}
    answers |= {n: row[f"fsl_rcsi_{cut}"] for n, cut in zip(RCSI, CUTS, strict=True)}
    for name, way in zip(LCS_COLUMNS, WAYS, strict=True):
        answers[name] = LCS_CODES[row[f"fsl_lcsi_{way}"]]
    for name, sign in SIGNS.items():
        answers[f"HHS{name}"] = YES_NO[row[f"fsl_hhs_{sign}"]]
        answers[f"HHS{name}_FR"] = OFTEN[row[f"fsl_hhs_{sign}_freq"]]
    answers |= {f"HDDS{n}": YES_NO[row[f"fsl_hdds_{group}"]] for n, group in GROUPS.items()}
    answers |= {f"PDisab{n}": DIFFICULTY[row[f"difficulty_{f}"]] for n, f in FUNCTIONS.items()}
    return answers


TABLE = [published(row) for row in HOUSEHOLDS]


def band(number: Fraction, *limits: tuple[int, str]) -> str:
    return next(name for limit, name in limits if number <= limit)


def fcs(row: Row) -> Fraction:
    return sum(
        (
            Fraction(row[f"fsl_fcs_{food}"]) * weight
            for food, weight in zip(FOODS, FCS.values(), strict=True)
        ),
        Fraction(0),
    )


def rcsi(row: Row) -> int:
    pairs = zip(CUTS, RCSI.values(), strict=True)
    return sum(int(row[f"fsl_rcsi_{cut}"]) * weight for cut, weight in pairs)


def hhs(row: Row) -> int | None:
    points = {"rarely": 1, "sometimes": 1, "often": 2, "": None}
    parts = [
        points[row[f"fsl_hhs_{sign}_freq"]] if row[f"fsl_hhs_{sign}"] == "yes" else 0
        for sign in SIGNS.values()
    ]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def lcsi(row: Row) -> int:
    done = ("yes", "no_exhausted")
    used = {way.rstrip("1234") for way in WAYS if row[f"fsl_lcsi_{way}"] in done}
    return max(
        (n for name, n in (("stress", 2), ("crisis", 3), ("emergency", 4)) if name in used),
        default=1,
    )


def test_food_consumption_of_the_template(tmp_path: Path) -> None:
    for row, found in zip(HOUSEHOLDS, assessed(tmp_path, "fcs", TABLE), strict=True):
        score = fcs(row)
        assert found["id"] == row["id"]
        assert Fraction(found["fcs"]) == Fraction(found["fcs_28_42"]) == score
        ordinary = ((21, "poor"), (35, "borderline"), (112, "acceptable"))
        other = ((28, "poor"), (42, "borderline"), (112, "acceptable"))
        assert found["fcs__class"] == band(score, *ordinary)
        assert found["fcs_28_42__class"] == band(score, *other)


def test_coping_of_the_template(tmp_path: Path) -> None:
    for row, found in zip(HOUSEHOLDS, assessed(tmp_path, "rcsi", TABLE), strict=True):
        assert Fraction(found["rcsi"]) == rcsi(row)
        limits = ((3, "low"), (18, "medium"), (56, "high"))
        assert found["rcsi__class"] == band(Fraction(rcsi(row)), *limits)
    for row, found in zip(HOUSEHOLDS, assessed(tmp_path, "lcsi", TABLE), strict=True):
        assert Fraction(found["lcsi"]) == lcsi(row)
        assert found["lcsi__class"] == ("none", "stress", "crisis", "emergency")[lcsi(row) - 1]


def test_hunger_of_the_template(tmp_path: Path) -> None:
    found = assessed(tmp_path, "hhs", TABLE)
    scales = [hhs(row) for row in HOUSEHOLDS]
    assert None in scales
    for scale, line in zip(scales, found, strict=True):
        assert (
            line["hhs"] == ("" if scale is None else f"{scale}.0") or Fraction(line["hhs"]) == scale
        )
        if scale is None:
            assert line["hhs__class"] == line["hhs_severe"] == ""


def test_diversity_of_the_template(tmp_path: Path) -> None:
    for row, found in zip(HOUSEHOLDS, assessed(tmp_path, "hdds", TABLE), strict=True):
        number = sum(row[f"fsl_hdds_{group}"] == "yes" for group in GROUPS.values())
        assert Fraction(found["hdds"]) == number
        limits = ((2, "low"), (4, "medium"), (12, "high"))
        assert found["hdds__class"] == band(Fraction(number), *limits)


def test_functioning_of_the_template(tmp_path: Path) -> None:
    for row, found in zip(HOUSEHOLDS, assessed(tmp_path, "wgss", TABLE), strict=True):
        answers = [row[f"difficulty_{name}"] for name in FUNCTIONS.values()]
        great = {"a_lot_of_difficulty", "cannot_do_at_all"} & set(answers)
        open_ = {"dont_know", "refused_to_answer"} & set(answers)
        assert found["wgss_dis3"] == ("true" if great else "" if open_ else "false")


CARI = """FCS,rCSI,Max_coping_behaviourFS,FES,ECMEN_exclAsst,ECMEN_exclAsst_SMEB
49,5,1,0.4953942,1,1
40,2,1,0.4732546,1,1
60.5,0,1,0.4618442,0,0
31,1,1,0.4991011,1,1
53.5,3,1,0.6446792,0,1
32,2,1,0.6769501,0,0
55,4,3,0.687196,0,1
38.5,7,4,0.7563765,1,1
35,1,4,0.7706251,0,0
0,16,4,0.8083127,0,0
45.5,22,4,0.7564421,0,1
"""
"""Rows of the kind that the World Food Programme's scripts take, worked out by hand below."""

BY_SHARE = ["2", "1", "1", "2", "1", "3", "3", "3", "4", "4", "3"]
BY_CAPACITY = ["2", "1", "2", "2", "2", "3", "3", "2", "4", "4", "3"]


def test_cari_takes_computed_columns(tmp_path: Path) -> None:
    heading, *lines = CARI.strip().splitlines()
    rows = [dict(zip(heading.split(","), line.split(","), strict=True)) for line in lines]
    found = assessed(tmp_path, "cari", rows)
    assert [str(Fraction(line["cari_fes"])) for line in found] == BY_SHARE
    assert [str(Fraction(line["cari_ecmen"])) for line in found] == BY_CAPACITY
    assert [line["cari"] for line in found] == [line["cari_fes"] for line in found]
    assert found[1]["cari__class"] == "food_secure"
    assert found[9]["cari__class"] == "severely_food_insecure"


def test_functioning_of_heads_of_household(tmp_path: Path) -> None:
    names = ("See", "Hear", "Walk", "Remember", "Understand", "Wash")
    lines = [
        (2, 3, 1, 1, 4, 1),
        (1, 1, 999, 1, 999, 1),
        (888, 888, 1, 1, 4, 4),
        (1, 1, 1, 2, 2, 1),
        (888,) * 6,
    ]
    rows = [
        {f"HHHDisab{name}": code for name, code in zip(names, line, strict=True)} for line in lines
    ]
    found = assessed(tmp_path, "wgss", rows)
    assert [line["wgss_dis3"] for line in found] == ["true", "", "true", "false", ""]


def test_needs_index_of_sector_scores(tmp_path: Path) -> None:
    sectors = ("foodsec", "snfi", "wash", "prot", "health", "edu")
    lines = [(1, 2, 1, 1, 1, 1), (3, "", 1, 1, 1, 1), ("", "", "", "", 5, ""), ("",) * 6]
    rows = [{f"comp_{s}_score": n for s, n in zip(sectors, line, strict=True)} for line in lines]
    found = assessed(tmp_path, "msni", rows)
    wanted = [("2", "false", "false"), ("3", "true", "false"), ("5", "true", "true"), ("", "", "")]
    got = [
        (
            str(Fraction(line["msni_score"])) if line["msni_score"] else "",
            line["msni_in_need"],
            line["msni_in_acute_need"],
        )
        for line in found
    ]
    assert got == wanted


@pytest.mark.parametrize("engine", ["polars", "record"])
def test_sector_scores_go_on_to_the_needs_index(engine: str, tmp_path: Path) -> None:
    answers = {"id": "1", "FCS": 20, "rCSI": 19, "HHS": 5, "members": 3}
    answers |= {"members_with_unmet_health_need": 1, "members_with_met_health_need": 0}
    sectors = assessed(tmp_path, "lsg", [answers], "--engine", engine)
    found = assessed(tmp_path, "msni", sectors, "--engine", engine)
    assert Fraction(found[0]["msni_score"]) == 5
    assert Fraction(found[0]["msni_sectors_known"]) == 2
    assert found[0]["comp_health_in_need"] == "true"
    assert found[0]["comp_edu_in_need"] == ""
