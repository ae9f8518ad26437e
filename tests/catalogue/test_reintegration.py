"""The unofficial reintegration score: item values, means without weights, what is missing."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

from sojourn import catalogue
from tests.catalogue.running import Row, assess, check_framework, same

SCALES = [
    f"{side}{number}"
    for side, numbers in {"e": "1246", "s": "13567", "p": "1234567"}.items()
    for number in numbers
]
VALUES: dict[str, dict[str, Fraction | int]] = {
    **{item: {str(code): Fraction(code - 1, 4) for code in range(1, 6)} for item in SCALES},
    **{item: {"yes": 1, "no": 0} for item in ("e3", "e7", "e8", "s4", "p9")},
    "p8": {"yes": 0, "no": 1},
    "e5": {"none": 1, "smaller": Fraction(1, 2), "larger": 0},
    "e9": {"no": 1, "better": Fraction(1, 2), "needs": 0},
    "s2": {"all": 1, "some": Fraction(1, 2), "none": 0},
}
SIDES = {"economic": ("e", 9), "social": ("s", 7), "psychosocial": ("p", 9)}


def mean_of_side(row: Row, letter: str, size: int) -> Fraction | None:
    """Known values averaged, as long as at least 60% of the items are known."""
    known = [
        VALUES[item][str(row[item])]
        for item in (f"{letter}{number}" for number in range(1, size + 1))
        if row[item] in VALUES[item]
    ]
    return Fraction(sum(known)) / len(known) if len(known) * 10 >= size * 6 else None


def reading(score: Fraction | None) -> str:
    if score is None:
        return ""
    if score < Fraction(33, 100):
        return "intensive"
    return "moderate" if score <= Fraction(66, 100) else "light"


def test_sides_and_whole_follow_from_the_items_on_every_engine(tmp_path: Path) -> None:
    chance = random.Random(25)  # noqa: S311 - invented answers, no secrets
    rows: list[Row] = [
        {"id": number, **{i: chance.choice([*codes, *codes, ""]) for i, codes in VALUES.items()}}
        for number in range(200)
    ]
    for engine in ("polars", "record"):
        for row, found in zip(rows, assess("reintegration", tmp_path, rows, engine), strict=True):
            sides = {name: mean_of_side(row, *side) for name, side in SIDES.items()}
            known = [value for value in sides.values() if value is not None]
            whole = sum(known) / Fraction(3) if len(known) == len(sides) else None
            assert all(same(found[f"reintegration_{n}"], value) for n, value in sides.items())
            assert same(found["reintegration"], whole)
            assert found["reintegration__class"] == reading(whole)


def test_there_are_twenty_five_items_of_which_each_has_a_value() -> None:
    names = {measure.name for measure in catalogue.load("reintegration").measures}
    assert {f"reintegration_{item}" for item in VALUES} <= names
    assert len(VALUES) == 25


def test_no_school_age_children_leaves_schooling_out_of_the_mean(tmp_path: Path) -> None:
    best = {item: max(codes, key=lambda code: codes[code]) for item, codes in VALUES.items()}
    found = assess("reintegration", tmp_path, [{**best, "s2": "no_children"}])[0]
    assert found["reintegration_s2"] == ""
    assert same(found["reintegration_social"], 1)
    assert found["children_out_of_class"] == "false"


def test_every_measure_says_unofficial_in_every_language() -> None:
    words = {"en": "unofficial", "fr": "non officiel", "ar": "غير رسمي", "es": "no oficial"}
    framework = catalogue.load("reintegration")
    texts = [framework.title, framework.description]
    for measure in framework.measures:
        texts += [measure.label, *(item.label for item in measure.classes)]
    for response in framework.responses:
        if "__class" in next(
            row["when"] for row in framework.sheets["responses"] if row["name"] == response.name
        ):
            texts.append(response.label)
    assert len(texts) > 30
    for text in texts:
        for language, word in words.items():
            assert word in text.by_language[language].lower()


def test_no_item_counts_more_than_another() -> None:
    for row in catalogue.load("reintegration").sheets["measures"]:
        assert not row.get("weights")


def test_its_examples_and_form_hold() -> None:
    check_framework("reintegration")
