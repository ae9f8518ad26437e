"""Translated columns: `label`, `label::English (en)`, `label::عربية (ar)`."""

from __future__ import annotations

import re

from sojourn.framework.model import Text
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
