"""The integration measure in the style of IPL-12: fixed points, bands, missing answers."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import pytest

from sojourn import catalogue
from tests.catalogue.running import Row, assess, check_framework, run, same, write_table

SIDES = {
    "psychological": ("psy1", "psy2"),
    "linguistic": ("lin1", "lin2"),
    "economic": ("eco1", "eco2"),
    "political": ("pol1", "pol2"),
    "social": ("soc1", "soc2"),
    "navigational": ("nav1", "nav2"),
}
ITEMS = [item for pair in SIDES.values() for item in pair]


def person(total: int) -> Row:
    """Somebody whose twelve answers add up to `total`."""
    each, more = divmod(total, 12)
    return {item: each + (at < more) for at, item in enumerate(ITEMS)}


def side(row: Row, pair: tuple[str, str]) -> Fraction | None:
    known = [int(str(row[item])) for item in pair if str(row[item]) in "12345" and row[item] != ""]
    return (Fraction(sum(known), len(known)) - 1) / 4 if known else None


@pytest.mark.parametrize(
    ("answer", "score", "raw", "reading"),
    [(1, 0, 12, "low"), (3, Fraction(1, 2), 36, "middle"), (5, 1, 60, "high")],
)
def test_fixed_points(tmp_path: Path, answer: int, score: Fraction, raw: int, reading: str) -> None:
    (found,) = assess("ipl", tmp_path, [dict.fromkeys(ITEMS, answer)])
    assert same(found["ipl"], score)
    assert same(found["ipl_raw"], raw)
    assert found["ipl__class"] == reading
    assert all(same(found[f"ipl_{name}"], score) for name in SIDES)


@pytest.mark.parametrize(
    ("published", "raws", "on_the_scale"),
    [(32.27, [32] * 73 + [33] * 27, 0.4223), (25.94, [26] * 47 + [25] * 3, 0.2904)],
)
def test_published_averages_lie_on_the_scale(
    tmp_path: Path, published: float, raws: list[int], on_the_scale: float
) -> None:
    """Averages of the raw sum among 55 people in Austria (Demuth), on the scale from 0 to 1."""
    found = assess("ipl", tmp_path, [person(raw) for raw in raws])
    mean_raw = sum(float(row["ipl_raw"]) for row in found) / len(found)
    mean = sum(float(row["ipl"]) for row in found) / len(found)
    assert mean_raw == pytest.approx(published)
    assert mean == pytest.approx(on_the_scale, abs=5e-5)
    assert 12 <= mean_raw <= 60


def test_bands_change_between_the_exact_sums(tmp_path: Path) -> None:
    found = assess("ipl", tmp_path, [person(raw) for raw in (31, 32, 40, 41)])
    assert [row["ipl__class"] for row in found] == ["low", "middle", "middle", "high"]


def test_band_edges_themselves_are_in_the_middle() -> None:
    (measure,) = (m for m in catalogue.load("ipl").measures if m.name == "ipl")
    cells = {row["name"]: row["classes"] for row in catalogue.load("ipl").sheets["measures"][:1]}
    assert cells == {"ipl": "low < 0.4 | middle <= 0.6 | high"}
    assert [item.name for item in measure.classes] == ["low", "middle", "high"]


def test_every_engine_agrees_with_the_formula_whatever_is_missing(tmp_path: Path) -> None:
    chance = random.Random(12)  # noqa: S311 - invented answers, no secrets
    answers = ["1", "2", "3", "4", "5", "5", "888", "999", ""]
    rows: list[Row] = [
        {"id": number, **{item: chance.choice(answers) for item in ITEMS}} for number in range(300)
    ]
    for engine in ("polars", "record"):
        found = assess("ipl", tmp_path, rows, engine)
        for row, got in zip(rows, found, strict=True):
            sides = {name: side(row, pair) for name, pair in SIDES.items()}
            known = [value for value in sides.values() if value is not None]
            score = sum(known) / Fraction(6) if len(known) == len(sides) else None
            assert all(same(got[f"ipl_{name}"], value) for name, value in sides.items())
            assert same(got["ipl"], score)
            assert same(got["ipl_raw"], None if score is None else 12 + 48 * score)


def test_numbers_from_a_spreadsheet_run_unchanged(tmp_path: Path) -> None:
    (found,) = assess("ipl", tmp_path, [dict.fromkeys(ITEMS, "3.0")])
    assert same(found["ipl"], Fraction(1, 2))


@pytest.mark.parametrize("wrong", ["0", "6", "2.5", "often"])
def test_an_answer_outside_one_to_five_is_refused(tmp_path: Path, wrong: str) -> None:
    write_table(tmp_path / "in.csv", [{**person(36), "psy2": wrong}])
    assert run("assess", "ipl", tmp_path / "in.csv", "-o", tmp_path / "out.csv") == 2
    assert not (tmp_path / "out.csv").exists()


def test_each_side_that_is_closed_also_points_at_the_place() -> None:
    framework = catalogue.load("ipl")
    rows = framework.sheets["responses"]
    for factor in framework.factors:
        if factor.effect != "risk":
            continue
        notes = [row["note"] for row in rows if f"${{{factor.name}}}" in row["when"]]
        assert any(note.startswith("Aimed at the person") for note in notes), factor.name
        assert any(note.startswith("Aimed at the place") for note in notes), factor.name


def test_ties_and_knowing_the_way_protect_above_six_tenths(tmp_path: Path) -> None:
    rows = [{"soc1": 3, "soc2": 3, "nav1": 3, "nav2": 4}, {"soc1": 4, "soc2": 4, "nav1": 2}]
    found = assess("ipl", tmp_path, rows)
    assert [row["ties_with_people_here"] for row in found] == ["false", "true"]
    assert [row["knows_the_way_to_services"] for row in found] == ["true", "false"]


def test_its_examples_and_form_hold() -> None:
    check_framework("ipl")
