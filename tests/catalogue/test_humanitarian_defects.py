"""Known defects of published scripts, each named, and that we do not have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalogue.humanitarian import (
    DOMAINS,
    FCS,
    RCSI,
    assessed,
    class_of,
    command,
    coping,
    cuts,
    days,
    food,
    truth,
    value,
    write,
)


@pytest.mark.parametrize("code", [888, 999])
def test_person_of_whom_nothing_is_known_is_not_without_difficulties(code: int) -> None:
    """A script counts six times "don't know" or "refused" as a person without disability."""
    answers = days(["HHHDisab" + domain for domain in DOMAINS], [code] * 6)
    assert truth("wgss", answers, "wgss_dis3") is None


@pytest.mark.parametrize("code", [888, 999, ""])
def test_difficulty_that_is_not_known_does_not_count_as_none(code: object) -> None:
    """A package counts each answer that is not known as 0."""
    answers = days(["PDisab" + domain for domain in DOMAINS], [1, 1, code, 1, 1, 1])
    assert truth("wgss", answers, "wgss_dis1") is None
    assert truth("wgss", answers, "wgss_dis3") is None
    assert truth("wgss", {**answers, "PDisabSee": 3}, "wgss_dis3") is True


@pytest.mark.parametrize(
    ("score", "index", "ways", "share", "half", "wanted"),
    [
        ("36", 4, 3, "0.65", 2.5, 3),
        ("36", 3, 2, "0.50", 1.5, 2),
        ("21", 0, 3, "0.65", 3.5, 4),
    ],
)
def test_halves_go_up_and_not_to_the_even_neighbour(
    score: str, index: int, ways: int, share: str, half: float, wanted: int
) -> None:
    """Python's own rounding makes 2 of 2.5, a milder class."""
    answers = {"FCS": score, "rCSI": index, "Max_coping_behaviourFS": ways, "FES": share}
    assert round(2.5) == 2
    assert half + 0.5 == wanted
    assert value("cari", answers, "cari_fes") == wanted


def test_high_coping_index_does_not_make_poor_consumption_better() -> None:
    """A script overwrites the class of every household with an index of 4 and more by 2."""
    poor = {"FCS": 10, "rCSI": 30}
    assert value("cari", poor, "cari_consumption") == 4
    assert value("cari", {"FCS": 30, "rCSI": 30}, "cari_consumption") == 3


def test_missing_part_does_not_leave_a_mean_of_the_rest() -> None:
    """Scripts take the mean of whatever is there."""
    whole = {"FCS": 60, "rCSI": 0, "Max_coping_behaviourFS": 4, "FES": "0.8"}
    assert value("cari", whole, "cari_fes") == 3
    for name in whole:
        assert value("cari", {**whole, name: None}, "cari_fes") is None


@pytest.mark.parametrize(
    ("share", "wanted"),
    [("0.5", "medium"), ("0.65", "high"), ("0.75", "very_high")],
)
def test_share_at_a_cut_off_is_in_the_higher_class(share: str, wanted: str) -> None:
    """7 of 14, 13 of 20 and 3 of 4 are those shares exactly, whatever a computer's halves do."""
    parts = {"0.5": (7, 7), "0.65": (13, 7), "0.75": (3, 1)}[share]
    answers = {"HHExp_Food_Purch_MN_7D": parts[0] * 7, "HHExp_Food_GiftAid_MN_7D": 0}
    answers |= {"HHExp_Food_Own_MN_7D": 0, "HHExpNFTotal_Purch_MN_30D": parts[1] * 30}
    answers |= {"HHExpNFTotal_GiftAid_MN_30D": 0, "HHExpNFTotal_Purch_MN_6M": 0}
    answers |= {"HHExpNFTotal_GiftAid_MN_6M": 0}
    assert class_of("fes", answers, "fes") == wanted


def test_empty_expense_is_not_an_expense_of_nothing() -> None:
    """Scripts add up what is there, so that an unknown expense makes the share too low or high."""
    assert value("fes", {"HHExpF_1M": 10}, "fes") is None


def test_basket_is_strict_and_half_is_not_low() -> None:
    """A script's comment says "equal or greater" where its rule says greater."""
    assert value("fes", {"HHExpF_1M": 1, "HHExpNF_1M": 1}, "fes_4pt") == 2
    given = {"FCS": 60, "rCSI": 0, "Max_coping_behaviourFS": 1}
    at_basket = {**given, "PCExp_ECMEN": 100, "MEB": 100, "SMEB": 50}
    assert value("cari", at_basket, "cari_ecmen_class") == 3


@pytest.mark.parametrize("times", [8, 70, -1])
@pytest.mark.parametrize(("framework", "names"), [("fcs", FCS), ("rcsi", RCSI)])
def test_days_beyond_a_week_never_enter_a_score(
    framework: str, names: dict[str, int], times: int, tmp_path: Path
) -> None:
    """Scripts differ in what they do with 8 days of 7: some add them up."""
    row = {**dict.fromkeys(names, 0), next(iter(names)): times}
    source, out = write(tmp_path / "days.csv", [row]), tmp_path / "refused.csv"
    assert command("assess", framework, source, "-o", out) == 2
    assert not out.exists()
    found = assessed(tmp_path, framework, [row], "--on-invalid", "unknown")
    assert found[0][framework] == found[0][f"{framework}__class"] == ""


@pytest.mark.parametrize(("framework", "row"), [("fcs", food("35")), ("rcsi", cuts(18))])
def test_missing_day_is_not_a_day_of_none(framework: str, row: dict[str, object]) -> None:
    """Packages differ in missing answers: one adds up the rest, another gives nothing."""
    for name in row:
        assert value(framework, {**row, name: None}, framework) is None


def test_exhausted_way_of_coping_counts_and_one_that_does_not_apply_is_no() -> None:
    """Codes 20 and 9999 are both "no" in words, and only one of them is harmless."""
    assert value("lcsi", coping(Lcs_em_ResAsset=20), "lcsi") == 4
    assert value("lcsi", coping(default=9999), "lcsi") == 1


def test_way_of_coping_without_an_answer_is_not_a_way_unused() -> None:
    """A script counts an empty answer like "no need"."""
    assert value("lcsi", coping(Lcs_em_Begged=""), "lcsi") is None


def test_hunger_without_how_often_is_not_no_hunger() -> None:
    """A script counts yes without how often as 0."""
    answers = {"HHSNoFood": 1, "HHSBedHung": 0, "HHSNotEat": 0}
    assert value("hhs", answers, "hhs") is None


def test_resilience_is_not_turned_round() -> None:
    """A script forgets that 1 is full agreement, so that the strongest come out as weakest."""
    names = ("Bounce", "Revenue", "Increase", "FinAccess", "SupportCommunity", "SupportPublic")
    full = {f"HHRCS{n}": 1 for n in (*names, "LessonsLearnt", "FutureChallange", "WarningAccess")}
    assert value("rcs", full, "rcs") == 100


def test_no_sector_in_need_is_0_and_not_missing() -> None:
    """A package leaves the number of sectors in need empty where it is none."""
    assert value("msni", {"comp_health_score": 1}, "msni_sectors_in_need") == 0


@pytest.mark.parametrize("score", [0, 6])
def test_sector_score_out_of_range_is_refused(score: int, tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", [{"comp_health_score": score}])
    assert command("assess", "msni", source, "-o", tmp_path / "out.csv") == 2


def test_unknown_deprivation_is_not_no_deprivation() -> None:
    """A script counts an answer that is not known as not deprived."""
    assert truth("mddi", {"HHNoSchool": 888}, "child_not_in_school") is None
    assert truth("mddi", {}, "unimproved_water") is None


def test_feeding_that_is_not_known_is_not_failed() -> None:
    """A script turns "don't know" into no, so that the diet counts as not acceptable."""
    assert value("mad", {"PCMADChildAge_months": 12, "PCMADBreastfeed": 888}, "mad") is None
    assert truth("mad", {"PCMADPulse": 888}, "ate_pulses") is None


@pytest.mark.parametrize(
    ("answers", "grave"),
    [
        ({"Max_coping_behaviourEN": 4, "FCSCat21": 1}, 2),
        ({"Max_coping_behaviourEN": 4, "ECMEN_exclAsst": 0, "ECMEN_exclAsst_SMEB": 0}, 2),
        ({"FCSCat21": 1, "ECMEN_exclAsst": 0, "ECMEN_exclAsst_SMEB": 0}, 2),
    ],
)
def test_the_gravest_class_of_essential_needs_is_reached(
    answers: dict[str, object], grave: int
) -> None:
    """A script asks for class 3 before class 4, and nobody is ever in class 4."""
    assert len([name for name in answers if name != "ECMEN_exclAsst"]) == grave
    assert value("ena", answers, "ena") == 4


def test_household_of_which_nothing_is_known_is_in_no_class_of_essential_needs() -> None:
    """A script starts with class 3 for everybody."""
    assert value("ena", {}, "ena") is None
    assert value("ena", {"FCSCat21": 3, "Max_coping_behaviourEN": 1}, "ena") is None


def test_missing_answers_do_not_make_assistance_disrespectful_or_unexplained() -> None:
    """Scripts count an empty answer as no."""
    assert truth("aap", {"HHAsstRespect": 1}, "aap_respected") is None
    assert truth("aap", {"HHAsstKnowEnt": 1, "HHAsstRecInfo": 1}, "aap_informed") is None
    assert truth("aap", {"HHAsstRecInfo": 2}, "aap_informed") is False


def test_last_step_of_the_index_of_2019_is_taken() -> None:
    """The package stops there: it uses a name that it never sets."""
    sectors = ("health_lsg", "protection_lsg", "shelter_lsg", "wash_lsg", "fsl_lsg")
    ones: dict[str, object] = dict.fromkeys((*sectors, "capacity_gaps", "impact"), 1)
    for name in ("health_lsg", "protection_lsg", "shelter_lsg", "education_lsg"):
        answers = {**ones, "education_lsg": 1, name: 3}
        assert value("msni-2019", answers, "msni_2019") == 2
    assert value("msni-2019", {**ones, "education_lsg": 2}, "msni_2019") == 1


def test_coping_for_other_needs_does_not_enter_food_security() -> None:
    """The class for all essential needs is not the class for food."""
    answers: dict[str, object] = {
        name.replace("Lcs_", "LcsEN_"): code for name, code in coping(Lcs_em_Begged=30).items()
    }
    assert value("lcsi-en", {**answers, "LhCSIEnAccess_1": 0}, "lcsi_en") == 4
    assert value("lcsi-en", {**answers, "LhCSIEnAccess_1": 0}, "lcsi_en_for_food") == 1
    assert value("lcsi-en", {**answers, "LhCSIEnAccess_1": 1}, "lcsi_en_for_food") == 4
    assert value("lcsi-en", answers, "lcsi_en_for_food") is None


@pytest.mark.parametrize(("ever", "wanted"), [(0, False), (1, None), ("", None), (888, None)])
def test_child_never_breastfed_was_not_breastfed_yesterday(
    ever: object, wanted: bool | None
) -> None:
    """Forms skip yesterday's question where the first one is answered no."""
    assert truth("mad", {"PCMADEverBreastfed": ever}, "ate_breast_milk") is wanted
    assert (
        truth("mad", {"PCMADEverBreastfed": ever, "PCMADBreastfeed": 1}, "ate_breast_milk") is True
    )
