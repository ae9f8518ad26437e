"""What the tests of the humanitarian measures share: assess one unit, or a file, and look."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from sojourn import catalogue
from sojourn.cli import main
from sojourn.engines import record
from sojourn.framework.findings import Findings, State
from sojourn.language import read_answers

IDS = (
    *("fcs", "rcsi", "lcsi", "hhs", "hdds", "wgss", "fes", "cari", "msni"),
    *("fcs-n", "mdd-w", "mad", "mddi", "rcs", "mpi-template", "lsg"),
    *("aap", "ena", "lcsi-en", "msni-2019"),
)
FCS: dict[str, int | Fraction] = {
    "FCSStap": 2,
    "FCSPulse": 3,
    "FCSDairy": 4,
    "FCSPr": 4,
    "FCSVeg": 1,
    "FCSFruit": 1,
    "FCSFat": Fraction(1, 2),
    "FCSSugar": Fraction(1, 2),
}
RCSI = {
    "rCSILessQlty": 1,
    "rCSIBorrow": 2,
    "rCSIMealNb": 1,
    "rCSIMealSize": 1,
    "rCSIMealAdult": 3,
}
LCS = {
    "stress": ("DomAsset", "Utilities", "Saving", "BorrowCash"),
    "crisis": ("ProdAssets", "Health", "OutSchool"),
    "em": ("ResAsset", "Begged", "IllegalAct"),
}
"""The ways in the World Food Programme's present example script."""

LCS_COLUMNS = tuple(f"Lcs_{severity}_{way}" for severity, ways in LCS.items() for way in ways)
DOMAINS = ("See", "Hear", "Walk", "Remember", "Wash", "Understand")
SECTORS = ("foodsec", "snfi", "wash", "prot", "health", "edu")

Answers = Mapping[str, object]
Row = dict[str, str]


def found(framework: str, answers: Answers) -> Findings:
    """What is found about one unit. What is None or empty was not asked."""
    loaded = catalogue.load(framework)
    given = {name: str(value) for name, value in answers.items() if value not in (None, "")}
    return record.assess(loaded, read_answers(loaded, given, {}))


def value(framework: str, answers: Answers, measure: str) -> Fraction | None:
    number = found(framework, answers).measure(measure).value
    return None if number is None else Fraction(number)


def class_of(framework: str, answers: Answers, measure: str) -> str | None:
    return found(framework, answers).measure(measure).class_name


def truth(framework: str, answers: Answers, factor: str) -> bool | None:
    state = found(framework, answers).factor(factor).state
    return {State.PRESENT: True, State.ABSENT: False}.get(state)


def days(names: Iterable[str], numbers: Sequence[object]) -> dict[str, object]:
    return dict(zip(names, numbers, strict=True))


def food(score: str) -> dict[str, object]:
    """Days that give this food consumption score, from 0 to 42.5."""
    left = Fraction(score)
    answers: dict[str, object] = {}
    for name, weight in FCS.items():
        answers[name] = min(7, int(left / weight))
        left -= Fraction(weight) * int(str(answers[name]))
    assert left == 0, score
    return answers


def cuts(index: int) -> dict[str, object]:
    """Days that give this reduced coping strategies index."""
    answers: dict[str, object] = {}
    for name, weight in sorted(RCSI.items(), key=lambda item: -item[1]):
        answers[name] = min(7, index // weight)
        index -= weight * int(str(answers[name]))
    assert index == 0
    return answers


def coping(default: object = 10, **changed: object) -> dict[str, object]:
    """One answer for every way of coping, but for those named."""
    return {name: changed.get(name, default) for name in LCS_COLUMNS}


def write(path: Path, rows: Sequence[Answers]) -> Path:
    headings = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, headings, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def command(*words: object) -> int:
    """The command as a person calls it; gives its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["sojourn", *map(str, words)])
        try:
            main()
        except SystemExit as stop:
            return int(stop.code or 0)
    return 0


def assessed(folder: Path, framework: str, rows: Sequence[Answers], *options: str) -> list[Row]:
    """The lines that `sojourn assess` writes about a table with these rows."""
    source, out = write(folder / "in.csv", rows), folder / "out.csv"
    assert command("assess", framework, source, "-o", out, *options) == 0
    return read(out)


def below_and_at(
    limits: Mapping[str, Iterable[object]],
) -> list[tuple[str, object]]:
    """A table of classes, each with the values that must fall into it, as cases of a test."""
    return [(name, item) for name, items in limits.items() for item in items]
