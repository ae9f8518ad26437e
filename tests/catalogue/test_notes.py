"""Notes in the forms say how to act; what cannot wait, the form computes and shows by itself."""

from __future__ import annotations

import pytest

from sojourn import catalogue
from sojourn.standards import on_device

URGENT = [name for name in catalogue.ids() if on_device.urgent_responses(catalogue.load(name))]
WARNING_WORDS = ("urgent", "عاجل")


def texts(row: dict[str, str]) -> dict[str, str]:
    return {head: text.casefold() for head, text in row.items() if head.startswith("label")}


@pytest.mark.parametrize("framework_id", URGENT)
def test_no_note_repeats_what_a_phone_shows_by_itself(framework_id: str) -> None:
    framework = catalogue.load(framework_id)
    urgent = {response.name for response in on_device.urgent_responses(framework)}
    shown = [
        item
        for row in framework.sheets["responses"]
        if row["name"] in urgent
        for item in texts(dict(row)).items()
    ]
    notes = [
        dict(row)
        for row in framework.sheets["survey"]
        if row["type"] == "note" and row.get("relevant")
    ]
    for note in notes:
        said = texts(note)
        assert not any(text.startswith(WARNING_WORDS) for text in said.values()), note["name"]
        assert [text for head, text in shown if text in said.get(head, "")] == [], note["name"]
