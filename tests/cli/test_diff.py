"""`sojourn framework diff`: what changed, and for whom."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Desk

ANSWERS = "id,age,safe,with,days\na,17,no,friend,1\nb,19,yes,parent,3\nc,20,dk,friend,7\n"


@pytest.fixture
def versions(desk: Desk) -> Desk:
    text = (desk.folder / "small.yaml").read_text()
    desk.write("new.yaml", text.replace("${age} < 18", "${age} < 20").replace("1.5 |", "0.5 |"))
    desk.write("answers.csv", ANSWERS)
    return desk


def test_whose_findings_change_is_counted_with_examples(versions: Desk) -> None:
    said = versions.run("framework", "diff", "small.yaml", "new.yaml", "--answers", "answers.csv")
    assert said.code == 0
    assert (
        "measure `meals`: classes was `low <= 1.5 | high`, is now `low <= 0.5 | high`" in said.said
    )
    assert "Findings: 1 of 3 units change (answers: answers.csv)" in said.said
    assert (
        "class of measure `meals`: 1 unit: 1 low -> high\n    such as b (low -> high)" in said.said
    )


def test_a_comparison_is_written_for_programs_and_for_people(versions: Desk) -> None:
    for name in ("out.json", "out.md"):
        said = versions.run(
            *("framework", "diff", "small.yaml", "new.yaml"),
            *("--answers", "answers.csv", "-o", name),
        )
        assert f"{name}: 2 changes; 1 of 3 units change" in said.said
    found = json.loads((versions.folder / "out.json").read_text())
    assert found["impact"]["findings"][0]["ways"] == [{"old": "low", "new": "high", "units": 1}]
    assert found["changes"][0]["column"] == "rule"
    assert "| class of measure | `meals` | 1 | 1 low -> high |" in versions.lines("out.md")[-1]


def test_without_a_table_answers_are_invented_to_both_forms(versions: Desk) -> None:
    text = (versions.folder / "new.yaml").read_text()
    more = "- {type: integer, name: height, label: Height}\nchoices:"
    versions.write("new.yaml", text.replace("choices:", more))
    args = ("framework", "diff", "small.yaml", "new.yaml", "-n", "200")
    first, second = (versions.run(*args) for _ in range(2))
    assert first.said == second.said
    assert "question `height` is new: Height, integer" in first.said
    assert "factor `alone`:" in first.said
    assert "of 200 units change (answers: invented, seed 1)" in first.said


def test_the_same_framework_changes_nothing(desk: Desk) -> None:
    said = desk.run("framework", "diff", "small.yaml", "small.yaml", "-n", "20").said
    assert "Both are the same." in said
    assert "Findings: 0 of 20 units change" in said
