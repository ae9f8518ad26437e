"""Public sample tables of the World Food Programme, row by row.

The rules are written here once more, from the published tables and not from the frameworks.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest

from tests.catalogue.humanitarian import Row, command, read

SAMPLES = Path(__file__).parents[1] / "data" / "wfp_scripts"
DOMAINS = ("See", "Hear", "Walk", "Remember", "Understand", "Wash")


def findings(framework: str, sample: str, folder: Path) -> list[tuple[Row, Row]]:
    """Each row of a sample with what is found about it."""
    out = folder / "out.csv"
    assert command("assess", framework, SAMPLES / sample, "-o", out) == 0
    return list(zip(read(SAMPLES / sample), read(out), strict=True))


def number(cell: str) -> int | None:
    return int(float(cell)) if cell else None


# -- food

FCS = {"Stap": 2, "Pulse": 3, "Dairy": 4, "Pr": 4, "Veg": 1, "Fruit": 1, "Fat": 0.5, "Sugar": 0.5}
RCSI = {"LessQlty": 1, "Borrow": 2, "MealNb": 1, "MealSize": 1, "MealAdult": 3}


def test_food_consumption(tmp_path: Path) -> None:
    for row, out in findings("fcs", "fcs.csv", tmp_path):
        score = sum(int(row[f"FCS{name}"]) * weight for name, weight in FCS.items())
        assert float(out["fcs"]) == float(out["fcs_28_42"]) == score
        bands = [("poor", 21, 28), ("borderline", 35, 42), ("acceptable", 112, 112)]
        assert out["fcs__class"] == next(name for name, limit, _ in bands if score <= limit)
        assert out["fcs_28_42__class"] == next(name for name, _, limit in bands if score <= limit)


def test_cuts_in_food(tmp_path: Path) -> None:
    for row, out in findings("rcsi", "rcsi.csv", tmp_path):
        index = sum(int(row[f"rCSI{name}"]) * weight for name, weight in RCSI.items())
        assert number(out["rcsi"]) == index
        assert out["rcsi__class"] == ("low" if index <= 3 else "medium" if index <= 18 else "high")


NUTRIENTS = {
    "fcsn_vitamin_a": "FCSDairy FCSNPrMeatO FCSNPrEggs FCSNVegOrg FCSNVegGre FCSNFruiOrg",
    "fcsn_protein": "FCSPulse FCSDairy FCSNPrMeatF FCSNPrMeatO FCSNPrFish FCSNPrEggs",
    "fcsn_haem_iron": "FCSNPrMeatF FCSNPrMeatO FCSNPrFish",
}


@pytest.mark.parametrize(("measure", "names"), NUTRIENTS.items())
def test_nutrients_with_skipped_sub_groups(measure: str, names: str, tmp_path: Path) -> None:
    """Exports write n/a for a sub-group that was skipped; it counts 0."""
    for row, out in findings("fcs-n", "fcsn.csv", tmp_path):
        times = sum(0 if row[name] == "n/a" else int(row[name]) for name in names.split())
        assert number(out[measure]) == times
        wanted = "never" if times == 0 else "sometimes" if times <= 6 else "at_least_daily"
        assert out[f"{measure}__class"] == wanted


WOMEN = (
    *("StapCer StapRoo Snf", "Pulse", "Nuts", "Milk Dairy"),
    *("PrMeatO PrMeatF PrMeatPro PrMeatWhite PrFish", "PrEgg", "VegGre", "VegOrg FruitOrg"),
    *("VegOth", "FruitOth"),
)


def test_diets_of_women(tmp_path: Path) -> None:
    """The columns have the names of their groups before their own."""
    for row, out in findings("mdd-w", "mddw.csv", tmp_path):
        own = {name.rpartition("/")[2]: cell for name, cell in row.items()}
        groups = sum(any(own[f"PWMDDW{n}"] == "1" for n in group.split()) for group in WOMEN)
        assert number(out["mddw"]) == groups
        assert out["mddw_reached"] == ("true" if groups >= 5 else "false")


def test_diets_of_small_children(tmp_path: Path) -> None:
    """Worked out by eye; the second, third and last child were never breastfed."""
    found = [number(out["mad"]) for _, out in findings("mad", "mad.csv", tmp_path)]
    assert found == [0, 1, 1, 1, None, 0, 0, 0, 0, None, None, None, None, 0, 0]


# -- livelihood coping


def gravest(row: Row, prefix: str) -> int | None:
    """20 and 30 are used, 10 and 9999 are not; 888 and 999 are not known."""
    used = {name: row[name] in ("20", "30") for name in row if name.startswith(prefix)}
    open_ = {name for name in used if row[name] in ("888", "999", "")}
    for value, severity in ((4, "em"), (3, "crisis"), (2, "stress")):
        names = [name for name in used if name.startswith(f"{prefix}_{severity}")]
        if any(used[name] for name in names):
            return value
        if open_ & set(names):
            return None
    return 1


def test_coping_for_food(tmp_path: Path) -> None:
    found = findings("lcsi", "lcs_fs.csv", tmp_path)
    assert [number(out["lcsi"]) for _, out in found] == [gravest(row, "Lcs") for row, _ in found]
    # Read off the table by eye: the first six households.
    assert [number(out["lcsi"]) for _, out in found[:6]] == [4, 4, 1, 4, 4, 1]


def test_coping_for_essential_needs(tmp_path: Path) -> None:
    found = findings("lcsi-en", "lcs_en.csv", tmp_path)
    for row, out in found:
        wanted = gravest(row, "LcsEN")
        assert number(out["lcsi_en"]) == wanted
        assert number(out["lcsi_en_for_food"]) == (wanted if row["LhCSIEnAccess_1"] == "1" else 1)
    assert [number(out["lcsi_en"]) for _, out in found[:5]] == [2, 4, 4, 1, 4]
    assert [number(out["lcsi_en_for_food"]) for _, out in found[:5]] == [2, 4, 1, 1, 1]


# -- functioning


@pytest.mark.parametrize(
    ("sample", "prefix"), [("wg_heads.csv", "HHHDisab"), ("wg_members.csv", "PDisab")]
)
def test_functioning(sample: str, prefix: str, tmp_path: Path) -> None:
    """The four cut-offs of the Washington Group; codes 888 and 999 leave them open."""
    words = {True: "true", False: "false", None: ""}
    for row, out in findings("wgss", sample, tmp_path):
        codes = [int(row[f"{prefix}{domain}"]) for domain in DOMAINS]
        least = [code if code <= 4 else 1 for code in codes]
        most = [min(code, 4) for code in codes]
        for measure, reaches in CUT_OFFS.items():
            no, yes = reaches(least), reaches(most)
            assert out[measure] == words[no if no == yes else None]


CUT_OFFS: dict[str, Callable[[list[int]], bool]] = {
    "wgss_dis1": lambda codes: max(codes) >= 2,
    "wgss_dis2": lambda codes: max(codes) >= 3 or sum(code >= 2 for code in codes) >= 2,
    "wgss_dis3": lambda codes: max(codes) >= 3,
    "wgss_dis4": lambda codes: max(codes) == 4,
}


# -- food security


def half_up(mean: Fraction) -> int:
    return floor(mean + Fraction(1, 2))


def test_food_security(tmp_path: Path) -> None:
    """From computed inputs: once with the share of food, once with what income covers."""
    found = findings("cari", "cari.csv", tmp_path)
    for row, out in found:
        eaten = {"1": 4, "2": 3, "3": 1}[row["FCSCat21"]]
        if eaten == 1 and int(row["rCSI"]) >= 4:
            eaten = 2
        coping = int(row["Max_coping_behaviourFS"])
        covers = (row["ECMEN_exclAsst"], row["ECMEN_exclAsst_SMEB"])
        earned = {("1", "1"): 1, ("0", "1"): 3, ("0", "0"): 4}[covers]
        spent = int(row["Foodexp_4pt"])
        shares = [limit <= Fraction(row["FES"]) for limit in map(Fraction, ("0.5", "0.65", "0.75"))]
        assert spent == 1 + sum(shares)  # the sample's own column
        for measure, economic in (("cari_fes", spent), ("cari_ecmen", earned)):
            assert number(out[measure]) == half_up((eaten + Fraction(coping + economic, 2)) / 2)
    classes = [number(out["cari_fes"]) for _, out in found]
    assert {classes.count(n) > 0 for n in (1, 2, 3, 4)} == {True}


# -- essential needs


def essential(row: Row, food: str) -> int:
    grave = [
        row["ECMEN_exclAsst_SMEB"] == "0",
        row["Max_coping_behaviourEN"] == "4",
        row[food] == "1",
    ]
    if any(grave):
        return 4 if sum(grave) > 1 else 3
    strained = row["ECMEN_exclAsst"] == "0" or row["Max_coping_behaviourEN"] == "3"
    return 2 if strained or row[food] == "2" else 1


def test_essential_needs(tmp_path: Path) -> None:
    found = findings("ena", "ena.csv", tmp_path)
    wanted = [essential(row, "FCSCat21") for row, _ in found]
    assert [number(out["ena"]) for _, out in found] == wanted
    assert {wanted.count(n) > 0 for n in (1, 2, 3, 4)} == {True}


def test_essential_needs_by_the_other_cut_offs(tmp_path: Path) -> None:
    rows = read(SAMPLES / "ena.csv")
    lines = (SAMPLES / "ena.csv").read_text(encoding="utf-8").splitlines()
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    marked = [f"{lines[0]},fcs_cut_offs", *(f"{line},c28_42" for line in lines[1:])]
    source.write_text("\n".join(marked) + "\n", encoding="utf-8")
    assert command("assess", "ena", source, "-o", out) == 0
    assert [number(row["ena"]) for row in read(out)] == [essential(r, "FCSCat28") for r in rows]
    assert any(essential(r, "FCSCat21") != essential(r, "FCSCat28") for r in rows)


# -- accountability

ALL_FOUR = ("HHAsstKnowEnt", "HHAsstKnowPeople", "HHAsstRecInfo", "HHAsstReportMisc")
YES: dict[str, Callable[[Row], bool | None]] = {
    "aap_safe": lambda row: {"0": True, "1": False}.get(row["HHAsstSecurity"]),
    "aap_reached": lambda row: {"0": True, "1": False}.get(row["HHAsstAccess"]),
    "aap_respected": lambda row: row["HHAsstRespect"] == row["HHDTPDign"] == "1",
    "aap_informed": lambda row: all(row[name] == "1" for name in ALL_FOUR),
}
"""No answer in the sample's last six columns is unknown, so that what is not yes is no."""


@pytest.mark.parametrize("indicator", YES)
def test_how_assistance_is_experienced(indicator: str, tmp_path: Path) -> None:
    words = {True: "true", False: "false", None: ""}
    for row, out in findings("aap", "aap.csv", tmp_path):
        assert out[indicator] == words[YES[indicator](row)]


def test_shares_of_the_sample_of_accountability(tmp_path: Path) -> None:
    found = [out for _, out in findings("aap", "aap.csv", tmp_path)]
    counts = {name: sum(out[name] == "true" for out in found) for name in YES}
    assert counts == {"aap_safe": 8, "aap_reached": 5, "aap_respected": 8, "aap_informed": 4}
