"""What is too long for a phone is left out and named, and nothing refers to what was left out."""

from __future__ import annotations

import re

import pytest

from sojourn import catalogue
from sojourn.standards import on_device
from sojourn.standards.on_device import compiled, paths_of
from sojourn.standards.survey import asked_of_unit


@pytest.mark.parametrize("longest", [40, 150, 600])
@pytest.mark.parametrize("name", ["domv", "reach-msna-2024", "post-return"])
def test_the_rest_is_still_computed(
    name: str, longest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    framework = catalogue.load(name)
    monkeypatch.setattr(on_device, "_LONGEST", longest)
    found = compiled(framework, paths_of(framework, asked_of_unit(framework)))
    assert any("too long" in reason for reason in found.gaps.values())
    for rows in (found.calculations, *found.in_rows.values()):
        names = [row["name"] for row in rows]
        assert len(names) == len(set(names))
        assert all(len(row["calculation"]) <= longest for row in rows)
    there = {row["name"] for row in found.calculations}
    there |= {row["name"] for rows in found.in_rows.values() for row in rows}
    told = [row["relevant"] for _questions, row in found.notes]
    told += [row["calculation"] for rows in found.in_rows.values() for row in rows]
    told += [row["calculation"] for row in found.calculations]
    used = {each for text in told for each in re.findall(r"on_device__\w+", text)}
    assert used <= there
