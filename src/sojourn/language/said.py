"""What is told of a rule: lines within lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """One line of a rule, with those below it.

    Where a line says something about one thing, `about` is its label and `told` what is said of
    it; `text` is always the whole line.
    """

    text: str
    parts: tuple[Said, ...] = ()
    about: str = ""
    told: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"text": self.text, "parts": [part.to_json() for part in self.parts]}


def flat(said: Said) -> str:
    """Lines within lines as one, in brackets."""
    if not said.parts:
        return said.text
    heading = said.text.rstrip(": \u00a0")
    return f"{heading} ({'; '.join(flat(part) for part in said.parts)})"


def upper(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
