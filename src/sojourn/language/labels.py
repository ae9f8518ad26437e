"""Translated columns: `label`, `label::English (en)`, `label::عربية (ar)`."""

from __future__ import annotations

import re

from sojourn.framework.model import Framework, Text
from sojourn.language.sheets import SheetRow

_HEADING = re.compile(r"(?P<base>[\w-]+)::\s*(?P<name>.+?)\s*(\((?P<code>[A-Za-z-]+)\))?$")


def language_of(heading: str) -> tuple[str, str, str] | None:
    """Base column, language code and language name of a translated heading, None for others."""
    match = _HEADING.fullmatch(heading)
    if match is None:
        return None
    name = match["name"]
    return match["base"], (match["code"] or name).lower(), name


def language_code(name: str) -> str:
    """The code in `English (en)`; the name itself in lower case where it has none."""
    found = language_of(f"label::{name}")
    return found[1] if found else name.lower()


def text_of(row: SheetRow, base: str, default: str) -> Text:
    """All translations of one column of a row."""
    texts: dict[str, str] = {}
    for heading in row.cells:
        if heading == base:
            texts.setdefault(default, row.get(heading))
            continue
        found = language_of(heading)
        if found and found[0] == base:
            texts[found[1]] = row.get(heading)
    return Text({code: text for code, text in texts.items() if text}, default)


def group_labels(framework: Framework) -> dict[str, Text]:
    """The headings of the form's groups and repeats, by their names."""
    found = {}
    for number, cells in enumerate(framework.sheets.get("survey", ()), start=2):
        kind = " ".join(cells.get("type", "").split()).replace("_", " ").lower()
        if kind.startswith("begin "):
            row = SheetRow("survey", number, cells)
            found[cells.get("name", "")] = text_of(row, "label", framework.default_language)
    return found
